"""What fails in the middle of each step: where the person ends up, and that every number is given
once and accounted for. The table in docs/kiosk-faults.md names these tests cell by cell.
"""

from __future__ import annotations

import os
import subprocess
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hardware.simulators.printer_faults import PrinterFault
from kiosk.flow import events as ev
from kiosk.flow import feedback as fb
from kiosk.flow.states import Paper, Place
from tests.kiosk.rig import Rig
from tests.support.server import Client, ServerProcess, proved

HALL = "/api/v1/halls/demo"
TOKEN = "demo-kiosk-1-token"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """All tests share one day of one hall; at its end the journal proves every number."""
    with ServerProcess(tmp_path_factory.mktemp("server")) as running:
        yield running
        assert proved(running) == 0


@pytest.fixture(scope="module")
def admin(server: ServerProcess) -> Client:
    return server.client("admin")


@pytest.fixture(scope="module")
def rig(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    made = Rig(TOKEN, server.port, tmp_path_factory.mktemp("kept"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def whole(rig: Rig) -> Iterator[None]:
    rig.line.mend()
    rig.paper.set_fault(PrinterFault.NONE)
    rig.ready()
    yield
    rig.all_handed_in()


def ticket(admin: Client, number: str) -> dict[str, Any]:
    """As the server has it; every number of the day stands there once."""
    issued = [e["data"] for e in admin.journal() if e["event"] == "ticket_issued"]
    assert len({e["number"] for e in issued}) == len(issued), "a number was given twice"
    found = next(e for e in issued if e["number"] == number)
    view: dict[str, Any] = admin.get(f"{HALL}/tickets/{found['ticket']}")[1]["ticket"]
    return view


def settled(rig: Rig, admin: Client, number: str, **wanted: object) -> None:
    """Until the server has it so; the kiosk goes on telling it."""

    def stands() -> bool:
        view = ticket(admin, number)
        return all(view[name] == value for name, value in wanted.items())

    rig.until(stands, (number, wanted))


# --- the server is cut off ----------------------------------------------------------------------


@pytest.mark.parametrize("cut_at", [Place.SERVICES, Place.CHECKING])
def test_cut_off_before_a_number_was_asked_for_it_comes_out_of_the_lease(
    rig: Rig, admin: Client, cut_at: Place
) -> None:
    if cut_at is Place.SERVICES:
        rig.dark()
        rig.choose()
    else:
        rig.choose()
        assert rig.state.place is Place.CHECKING
        rig.line.cut()
    rig.arrive(Place.TICKET)
    number = rig.number()
    assert number.startswith("G9")
    assert rig.state.session.paper is Paper.PRINTED
    rig.all_handed_in()
    settled(rig, admin, number, status="waiting", offline=True, printed=True)


def test_cut_off_after_the_request_arrived_one_number_is_kept_and_the_other_goes_back(
    rig: Rig, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.gateway.desk.OFFLINE_AFTER_S", 1.0)
    given = {e["data"]["number"] for e in admin.journal() if e["event"] == "ticket_issued"}
    rig.line.mute = True
    rig.choose()
    rig.arrive(Place.TICKET)
    number = rig.number()
    assert number.startswith("G9")
    rig.all_handed_in()
    settled(rig, admin, number, status="waiting", printed=True)
    issued = {e["data"]["number"] for e in admin.journal() if e["event"] == "ticket_issued"}
    (ghost,) = issued - given - {number}
    settled(rig, admin, ghost, status="cancelled")


def test_cut_off_while_printing_the_number_stands_and_its_paper_is_reported_later(
    rig: Rig, admin: Client
) -> None:
    rig.choose()
    rig.until(lambda: rig.state.place is Place.PRINTING, "printing")
    rig.line.cut()
    rig.arrive(Place.TICKET)
    number = rig.number()
    assert not number.startswith("G9")
    rig.all_handed_in()
    settled(rig, admin, number, status="waiting", printed=True)


@pytest.mark.parametrize(
    ("answer", "place", "status"),
    [
        (ev.KeepTouched(), Place.TICKET, "waiting"),
        (ev.CancelTouched(), Place.CANCELLED, "cancelled"),
        (None, Place.CANCELLED, "cancelled"),
    ],
)
def test_without_paper_and_then_without_a_server_keep_means_keep_and_silence_cancels(
    rig: Rig, admin: Client, answer: ev.Event | None, place: Place, status: str
) -> None:
    unprinted(rig)
    number = rig.number()
    rig.line.cut()
    if answer is not None:
        rig.does(answer)
    if place is Place.CANCELLED:
        rig.arrive(Place.CANCELLING)
        rig.line.mend()
    rig.arrive(place)
    rig.all_handed_in()
    settled(rig, admin, number, status=status, printed=False)


def unprinted(rig: Rig) -> None:
    """The paper ends in the middle of a ticket."""
    rig.paper.set_fault(PrinterFault.PAPER_OUT, after_mm=5)
    rig.choose()
    rig.arrive(Place.UNPRINTED)


def test_cut_off_while_checking_in_nothing_is_promised_and_no_number_is_left(
    rig: Rig, admin: Client
) -> None:
    usual = rig.state.limits
    rig.runtime.state = replace(rig.state, limits=replace(usual, issuing_s=1.0))
    before = admin.get(HALL)[1]["today"]["issued"]
    keys = [ev.DigitTouched(sign) for sign in "571663"]
    rig.does(ev.CheckInTouched(str(uuid.uuid4())), *keys, ev.CodeTouched(str(uuid.uuid4())))
    rig.line.mute = True
    rig.arrive(Place.REFUSED)
    rig.runtime.state = replace(rig.state, limits=usual)
    assert rig.state.session.refusal == "no_answer"
    rig.does(ev.BackTouched())
    assert (rig.state.place, rig.state.session.code) == (Place.CODE, "")
    rig.line.mend()
    assert admin.get(HALL)[1]["today"]["issued"] == before


def test_cut_off_at_my_ticket_the_number_stays_what_it_is(
    rig: Rig, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.gateway.desk.ASKED_FOR_S", 0.5)
    mine = admin.issue("G")
    token = mine["follow_path"].removeprefix("/t/")
    rig.does(ev.CodeScanned(token, str(uuid.uuid4())))
    rig.arrive(Place.FOUND)
    rig.line.cut()
    rig.does(ev.ActTouched(ev.TicketAct.DEFER, str(uuid.uuid4())))
    rig.arrive(Place.REFUSED)
    assert rig.state.session.refusal == "no_answer_defer"
    rig.does(ev.BackTouched())
    assert (rig.state.place, rig.number()) == (Place.FOUND, mine["number"])
    rig.does(ev.HomeTouched(), ev.CodeScanned(token, str(uuid.uuid4())))
    rig.arrive(Place.REFUSED)
    assert ticket(admin, mine["number"])["status"] == "waiting"


def test_minutes_that_came_too_late_to_be_told_are_taken_back(
    rig: Rig, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server put the number off and its answer was lost: the person waits to be called."""
    monkeypatch.setattr("kiosk.gateway.desk.ASKED_FOR_S", 0.5)
    mine = admin.issue("G")
    rig.does(ev.CodeScanned(mine["follow_path"].removeprefix("/t/"), str(uuid.uuid4())))
    rig.arrive(Place.FOUND)
    rig.line.mute = True
    rig.does(ev.ActTouched(ev.TicketAct.DEFER, str(uuid.uuid4())))
    rig.arrive(Place.REFUSED)
    assert ticket(admin, mine["number"])["deferred_until"] is not None
    rig.line.mend()
    settled(rig, admin, mine["number"], deferred_until=None)


def test_who_missed_the_call_is_back_in_line_as_soon_as_the_line_is(
    rig: Rig, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.gateway.desk.ASKED_FOR_S", 0.5)
    mine = admin.issue("G")
    window = mine["windows"][0]
    called = admin.at(window, "call-ticket", ticket=mine["id"], reason="测试")
    assert called[0] == 200, called
    assert admin.at(window, "miss", reason="测试")[0] == 200
    rig.does(ev.CodeScanned(mine["follow_path"].removeprefix("/t/"), str(uuid.uuid4())))
    rig.arrive(Place.FOUND)
    rig.line.cut()
    rig.does(ev.ActTouched(ev.TicketAct.REJOIN, str(uuid.uuid4())))
    rig.arrive(Place.REFUSED)
    assert rig.state.session.refusal == "no_answer_rejoin"
    assert ticket(admin, mine["number"])["status"] == "missed"
    rig.line.mend()
    settled(rig, admin, mine["number"], status="waiting")


def test_cut_off_while_a_number_is_given_back_it_goes_back_when_the_line_does(
    rig: Rig, admin: Client
) -> None:
    mine = admin.issue("G")
    rig.does(ev.CodeScanned(mine["follow_path"].removeprefix("/t/"), str(uuid.uuid4())))
    rig.arrive(Place.FOUND)
    rig.does(ev.ActTouched(ev.TicketAct.CANCEL, str(uuid.uuid4())))
    rig.line.cut()
    rig.does(ev.CancelTouched())
    assert rig.state.place is Place.CANCELLING
    rig.does(ev.HomeTouched())  # who does not wait for the answer has given it back all the same
    rig.all_handed_in()
    settled(rig, admin, mine["number"], status="cancelled")


def test_cut_off_while_help_is_called_the_person_hears_that_nobody_heard(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.gateway.bell.CALLED_WITHIN_S", 0.5)
    rig.line.cut()
    rig.does(ev.HelpTouched(), ev.CallHelpTouched(str(uuid.uuid4())))
    rig.until(lambda: rig.state.help is ev.HelpState.UNHEARD, "unheard")
    rig.does(ev.HelpTouched())


def test_cut_off_while_a_review_is_sent_it_is_kept_and_counts_once(rig: Rig, admin: Client) -> None:
    mine = admin.issue("G")
    assert admin.at("7", "call-ticket", ticket=mine["id"], reason="test")[0] == 200
    for act in ("start", "finish"):
        assert admin.at("7", act)[0] == 200
    token = mine["follow_path"].removeprefix("/t/")
    rig.does(ev.DoorTouched(ev.Door.FEEDBACK), ev.CodeScanned(token, str(uuid.uuid4())))
    rig.arrive(Place.RATE)
    rig.does(fb.LevelTouched(2), fb.TickTouched("slow"))
    rig.line.cut()
    rig.does(fb.SendTouched(str(uuid.uuid4())))
    rig.arrive(Place.SENT)
    assert rig.state.session.feedback.outcome == "kept"
    rig.all_handed_in()

    def reviews() -> list[Any]:
        return [e["data"] for e in admin.journal() if e["event"] == "step_rated"]

    rig.until(reviews, "the review")
    assert [review["ticket"] for review in reviews()] == [mine["id"]]


# --- the server itself is killed ----------------------------------------------------------------


def test_a_server_that_is_killed_while_it_gives_numbers_gives_each_once(
    rig: Rig, server: ServerProcess, admin: Client
) -> None:
    """kill -9 while the request is on its way; then it is started again on what is on disk."""
    before = admin.get(HALL)[1]["today"]["issued"]
    rig.choose()
    killer = threading.Thread(target=server.kill)
    killer.start()
    rig.arrive(Place.TICKET)
    killer.join()
    number = rig.number()
    server.start()
    rig.all_handed_in()
    settled(rig, admin, number, status="waiting")
    assert admin.get(HALL)[1]["today"]["issued"] >= before + 1


# --- printer, clock, disk -----------------------------------------------------------------------


def test_paper_that_ends_in_the_middle_of_a_ticket_leaves_the_number_to_its_person(
    rig: Rig, admin: Client
) -> None:
    unprinted(rig)
    number = rig.number()
    rig.does(ev.KeepTouched())
    rig.arrive(Place.TICKET)
    settled(rig, admin, number, status="waiting", printed=False)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_wrong_changes_no_number_and_no_time(
    rig: Rig, admin: Client, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """The machine's clock jumps while the line is down; the hall's time goes on by itself."""
    rig.dark()

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(hours=hours)

    monkeypatch.setattr("kiosk.gateway.lease_keeper.datetime", Wrong)
    left = rig.lease.of("G")
    rig.choose()
    rig.arrive(Place.TICKET)
    number = rig.number()
    assert rig.lease.of("G") == left - 1
    rig.all_handed_in()
    settled(rig, admin, number, status="waiting")
    issued = [e for e in admin.journal() if e["event"] == "ticket_issued"]
    (mine,) = [e for e in issued if e["data"]["number"] == number]
    assert mine["data"].get("clock_off_s", 0) == 0


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system without a free byte. Only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "kiosk", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 4096
        while size:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 2
    return filler


def test_a_full_disk_gives_numbers_with_the_server_and_none_that_it_cannot_note_without(
    server: ServerProcess, admin: Client, full_disk: Path
) -> None:
    kiosk = Rig(TOKEN, server.port, full_disk)
    try:
        kiosk.ready()
        filler = fill(full_disk)
        short = replace(kiosk.state.limits, issuing_s=2.0)
        kiosk.runtime.state = replace(kiosk.state, limits=short)
        kiosk.choose()
        kiosk.arrive(Place.TICKET)
        assert ticket(admin, kiosk.number())["status"] == "waiting"
        kiosk.dark()
        kiosk.choose()
        kiosk.arrive(Place.REFUSED)
        assert kiosk.state.session.refusal == "no_answer"
        kiosk.does(ev.HomeTouched(), ev.DoorTouched(ev.Door.FEEDBACK), fb.SuggestTouched())
        kiosk.does(fb.TickTouched("windows"), fb.SendTouched(str(uuid.uuid4())))
        kiosk.arrive(Place.SENT)
        assert kiosk.state.session.feedback.outcome == "not_kept"
        filler.unlink()
        kiosk.choose()
        kiosk.arrive(Place.TICKET)
        number = kiosk.number()
        kiosk.all_handed_in()
        settled(kiosk, admin, number, status="waiting", offline=True)
    finally:
        kiosk.close()
