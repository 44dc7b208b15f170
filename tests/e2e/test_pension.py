"""The yearly check from end to end, every way out of it: an invented head before the camera, kiosk
and server as processes, simulated reader and printer, a clerk's page in a real browser.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from hardware.face.calibration import calibrate
from hardware.face.calibration_file import save_calibration
from hardware.face.stills import describe, read_picture
from hardware.simulators.sitter import FOLDER
from tests.support.browser import running_chromium
from tests.support.heads import engine
from tests.support.pension_hall import PENSION, PensionHall

pytestmark = pytest.mark.browser

ZHANG, MA, ZHOU = "990101193803123069", "990101195907304015", "990101195101188051"
TILE, AGREE, START, WINDOW = (0.25, 0.45), (0.75, 0.88), (0.72, 0.88), (0.23, 0.88)
EARLY = WINDOW  # before the day it is due, beginning is the quiet button
HOME = (0.3, 0.96)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PensionHall]:
    made = PensionHall(tmp_path_factory.mktemp("pension"))
    yield made
    made.close()
    log = "".join(made.kiosk.raw) + made.server.log.read_text("utf-8")
    assert not any(number in log for number in (ZHANG, MA, ZHOU))
    kept = [f for f in made.folder.rglob("*") if f.suffix in (".jpg", ".png", ".jpeg")]
    assert not kept  # no picture was written to disk


@pytest.fixture(scope="module")
def calibration(hall: PensionHall) -> Path:
    """Of invented people around these two: who is not the one enrolled is far from them."""
    faces = [read_picture(FOLDER / f"{name}.jpg") for name in ("rest", "another")]
    seen = [describe(engine(), face).descriptor for face in faces]
    mean, chance = np.mean(seen, axis=0), np.random.default_rng(1)
    made = calibrate(mean + chance.normal(0, 0.05, (150, 128)), engine().model)
    save_calibration(made, file := hall.folder / "site.json")
    return file


def come(hall: PensionHall, citizen: str) -> None:
    """From home to what is known of the person."""
    hall.touch_until(HOME, "home")
    hall.touch_until(TILE, "eligibility", start=("home", HOME))
    hall.touch_until(AGREE, "pension_who")
    hall.lay_card(citizen)
    hall.eventually(lambda: hall.place in ("pension_found", "pension_done"))
    hall.lift_card()


def begin_early(hall: PensionHall) -> None:
    """Touched once: the next screen has another button at this place."""
    hall.touch_until(EARLY, "pension_face", once_in_s=30.0)


def go(hall: PensionHall) -> None:
    hall.touch_until(HOME, "home")


def slip(hall: PensionHall, name: str) -> Image.Image:
    """The newest paper; kept beside the screens' pictures."""
    hall.keep(paper := hall.papers()[0], name)
    return paper


def test_who_is_not_registered_or_not_enrolled_is_sent_to_a_window(hall: PensionHall) -> None:
    for citizen, name in (("wang-fang", "not-registered"), ("zhou-fulai", "not-enrolled")):
        come(hall, citizen)
        hall.arrive("pension_done")
        hall.seen(name)
        assert not hall.kiosk.told("face_asked")  # no camera was opened
        go(hall)


def test_in_doubt_a_clerk_compares_both_pictures_and_the_slip_says_the_next_day(
    hall: PensionHall,
) -> None:
    papers = len(hall.papers())
    with running_chromium() as chromium:
        page = chromium.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(30_000)
        page.goto(f"{hall.server.url}/pension/demo/confirm")
        page.fill("#login", "clerk4")
        page.fill("#password", "demo-hall")
        page.keyboard.press("Enter")
        expect(page.locator("#nobody")).to_be_visible(timeout=30_000)
        come(hall, "ma-wenhai")
        hall.arrive("pension_found")
        hall.seen("due")
        hall.touch_until(START, "pension_face")
        hall.asked("act")
        hall.seen("movement")
        hall.arrive("pension_settling", within_s=150)
        expect(page.locator("#who")).to_contain_text("样例·马*海", timeout=30_000)
        expect(page.locator("#reasons")).to_contain_text("还没有校准")
        expect(page.locator("#same")).to_be_enabled(timeout=30_000)
        assert page.evaluate("document.getElementById('live').naturalWidth") > 200
        page.wait_for_timeout(900)  # a key pressed at once would be a slip
        hall.keep_page(page, "clerk")
        hall.seen("clerk-is-asked")
        page.keyboard.press("1")
        expect(page.locator("#words")).to_contain_text("已通过", timeout=30_000)
    hall.arrive("pension_done")
    hall.seen("passed")
    hall.eventually(lambda: len(hall.papers()) == papers + 1)
    assert slip(hall, "slip").size[1] > 200
    certificate = hall.journal_of("pension_passed")[-1]
    assert (certificate["way"], certificate["decided_by"]) == ("kiosk", "clerk:clerk4")
    go(hall)


def test_a_camera_that_is_away_and_a_person_who_gives_up_end_with_a_number(
    hall: PensionHall,
) -> None:
    for name in ("no-camera", "gave-up"):
        hall.pull_the_camera(name == "no-camera")
        come(hall, "ma-wenhai")
        begin_early(hall)
        if name == "gave-up":
            hall.asked("act")
            hall.touch_until(WINDOW, "pension_settling", "pension_done")
        hall.arrive("pension_done")
        hall.seen(name)
        sent = hall.journal_of("pension_check_failed")[-1]
        assert (sent["measured"]["decision"], bool(sent["ticket"])) == ("gave_up", True)
        assert sent["reasons"] == ["no_camera" if name == "no-camera" else "gave_up"]
        go(hall)


def test_a_server_that_goes_away_midway_is_told_and_the_person_has_another_way(
    hall: PensionHall, calibration: Path
) -> None:
    come(hall, "ma-wenhai")
    begin_early(hall)
    hall.asked("act")
    hall.server.kill()
    hall.arrive("pension_settling", within_s=150)
    hall.arrive("pension_done")
    hall.seen("server-lost")
    shutil.copy(calibration, hall.folder / "calibration.json")
    hall.server.start()
    go(hall)


def test_calibrated_the_same_person_passes_without_a_clerk(hall: PensionHall) -> None:
    come(hall, "ma-wenhai")
    begin_early(hall)
    hall.arrive("pension_done", within_s=150)
    hall.seen("passed-at-once")
    passed = hall.journal_of("pension_passed")[-1]
    measured = passed["measured"]
    assert measured["score_millionths"] >= measured["threshold_millionths"] > 0
    assert (passed["decided_by"], bool(measured["calibration"])) == ("engine", True)
    go(hall)


def test_who_is_not_due_hears_it_and_who_withdrew_is_not_looked_at(hall: PensionHall) -> None:
    come(hall, "ma-wenhai")
    hall.arrive("pension_found")
    hall.seen("not-due")
    person = hall.journal_of("pension_passed")[-1]["person"]
    status, _ = hall.server.client("manager").post(f"{PENSION}/people/{person}/withdraw")
    assert status == 200
    asked = len(hall.kiosk.told("face_asked"))
    go(hall)
    come(hall, "ma-wenhai")
    hall.arrive("pension_done")
    hall.seen("withdrawn")
    assert len(hall.kiosk.told("face_asked")) == asked
    go(hall)


def test_another_person_is_not_recognised_and_gets_a_number_with_the_reason(
    hall: PensionHall,
) -> None:
    hall.enrol(ZHANG, "another")
    come(hall, "zhang-xiuying")
    hall.touch_until(START, "pension_face")
    hall.arrive("pension_again", within_s=150)
    hall.seen("again")
    hall.touch_until(WINDOW, "pension_settling", "pension_done")
    hall.arrive("pension_done")
    hall.seen("to-a-window")
    sent = hall.journal_of("pension_check_failed")[-1]
    assert (sent["measured"]["decision"], "not_alike" in sent["reasons"]) == ("reject", True)
    slip(hall, "window-ticket")
