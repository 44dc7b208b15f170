"""The staff menu's hands: PIN, loudness, line, log, camera; on real files and sockets."""

from __future__ import annotations

import importlib.util
import json
import queue
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from foundation.recent_log import RecentLog
from hardware import ports
from hardware.errors import DeviceMissing
from kiosk.devices import PrinterWorker, build_guide
from kiosk.flow import staff as st
from kiosk.flow.events import Event, Language
from kiosk.gateway.client import QueueClient
from kiosk.gateway.keeping import KeptFile
from kiosk.gateway.line import Port, measure, ports_of
from kiosk.live_view import LiveView
from kiosk.settings import (
    KioskSettings,
    PrinterSettings,
    ReaderSettings,
    ServerSettings,
    StaffSettings,
    VoiceSettings,
    load_kiosk_settings,
)
from kiosk.staff_desk import StaffDesk, Tools
from kiosk.staff_pin import PinUnusable, hash_pin, is_right
from kiosk.staff_pin_command import main as pin_command
from kiosk.staff_pin_command import with_hash
from kiosk.texts import SHIPPED, load_texts

CONFIG = Path(__file__).resolve().parents[2] / "config"
_spec = importlib.util.spec_from_file_location(
    "hall_server_for_staff", Path(__file__).with_name("hall_server.py")
)
assert _spec is not None
assert _spec.loader is not None
hall_server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(hall_server)

R = "r-1"


# --- PIN ----------------------------------------------------------------------------------------


def test_a_pin_is_known_by_its_hash_and_cannot_be_read_from_it() -> None:
    kept = hash_pin("271828")
    assert "271828" not in kept
    assert is_right("271828", kept)
    assert not is_right("271829", kept)
    assert hash_pin("271828") != kept, "every hash has a salt of its own"


@pytest.mark.parametrize(
    "pin", ["12345", "1234567890123", "12a456", "١٢٣٤٥٦", "111111", "123456", "987654"]
)
def test_what_is_too_short_or_guessed_first_is_refused(pin: str) -> None:
    with pytest.raises(PinUnusable):
        hash_pin(pin)


@pytest.mark.parametrize("kept", ["271828", "scrypt:AAAA:BBBB", "md5:AAAA:BBBB"])
def test_settings_refuse_a_hash_that_is_none(kept: str) -> None:
    with pytest.raises(ValueError, match="kiosk pin"):
        StaffSettings(kept)


def test_the_command_writes_the_hash_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text((CONFIG / "kiosk.toml").read_text(encoding="utf-8"), encoding="utf-8")
    file.chmod(0o640)
    before = file.read_text(encoding="utf-8").splitlines()
    assert pin_command(["--config", str(file)], CONFIG, lambda: "314159") == 0
    after = file.read_text(encoding="utf-8").splitlines()
    assert [a for a, b in zip(before, after, strict=True) if a != b] == ['pin_hash = ""']
    assert is_right("314159", load_kiosk_settings(file).staff.pin_hash)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert pin_command(["--config", str(file)], CONFIG, lambda: "111111") == 1
    assert file.read_text(encoding="utf-8").splitlines() == after


@pytest.mark.parametrize(
    "text",
    ["[a]\nx = 1\n", "[staff]\n[b]\nx = 1\n", '[staff]\npin_hash = ""\n[b]\nx = 1\n', ""],
)
def test_the_hash_finds_its_table(text: str) -> None:
    import tomllib

    written = tomllib.loads(with_hash(text, "h"))
    assert written.pop("staff") == {"pin_hash": "h"}
    was = tomllib.loads(text)
    was.pop("staff", None)
    assert written == was


# --- the line -----------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Any]:
    made = hall_server.HallServer()
    yield made
    made.close()


def settings_for(url: str) -> KioskSettings:
    return KioskSettings(
        ServerSettings(url, "demo", "kiosk-1", hall_server.TOKEN, connect_timeout_s=1.0),
        PrinterSettings("tcp://127.0.0.1:1"),
        ReaderSettings("/dev/none"),
        voice=VoiceSettings(output="none"),
        staff=StaffSettings(hash_pin("271828")),
    )


def test_a_line_is_measured(server: Any) -> None:
    line = measure(QueueClient(settings_for(server.url).server), server.url)
    assert line.trouble == ""
    assert line.address == "127.0.0.1"
    assert 0 < line.usual_ms <= line.worst_ms
    assert line.kbyte_s > 0


def test_a_line_that_is_cut_is_said_to_be(server: Any) -> None:
    away = "http://127.0.0.1:9"
    assert measure(QueueClient(settings_for(away).server), away).trouble == "unreachable"
    server.hall_fault = "garbage"
    assert measure(QueueClient(settings_for(server.url).server), server.url).trouble == "bad_answer"


def test_ports_tell_what_they_know(tmp_path: Path) -> None:
    for name, up, speed in (
        ("eth0", "up", "1000"),
        ("eth1", "down", "-1"),
        ("ifb0", "down", ""),  # of no cable, and not up: nothing that staff could plug in
        ("lo", "unknown", ""),
    ):
        (tmp_path / name / ("device" if name.startswith("eth") else "")).mkdir(parents=True)
        (tmp_path / name / "operstate").write_text(f"{up}\n")
        if speed:
            (tmp_path / name / "speed").write_text(f"{speed}\n")
    assert ports_of(tmp_path) == (Port("eth0", True, 1000), Port("eth1", False, None))


# --- the desk -----------------------------------------------------------------------------------


class StillCamera:
    closed = False

    def read(self, timeout_s: float = 5.0) -> Any:
        return ports.Frame(None, np.full((480, 640, 3), 200, np.uint8))  # type: ignore[arg-type]

    def close(self) -> None:
        StillCamera.closed = True


ZONE = ZoneInfo("Asia/Shanghai")


class Menu:
    """A desk with real parts; `ask` waits for the answer."""

    def __init__(self, url: str, folder: Path) -> None:
        settings = settings_for(url)
        self.posted: queue.Queue[Event] = queue.Queue()
        self.guide = build_guide(settings)
        self.view = LiveView()
        self.said: list[tuple[str, str, int]] = []
        self.log = RecentLog()
        self.restarted: queue.Queue[bool] = queue.Queue()
        self.kept = folder / "volume.json"
        printer = PrinterWorker(None, settings.printer, self.posted.put, lambda _: None)  # type: ignore[arg-type]
        self.desk = StaffDesk(
            Tools(
                settings, printer, self.guide, lambda *said: self.said.append(said),
                QueueClient(settings.server), self.log, load_texts,
                lambda: self.restarted.put(True), KeptFile(self.kept), StillCamera, self.view,
            ),
            self.posted.put,
        )  # fmt: skip

    def ask(self, act: st.Act) -> st.ActDone:
        assert self.desk.carry_out(st.DoAct(R, act, Language.CHINESE, ZONE))
        done = self.posted.get(timeout=30)
        assert isinstance(done, st.ActDone)
        assert (done.request_id, done.act) == (R, act)
        return done


@pytest.fixture
def menu(server: Any, tmp_path: Path) -> Iterator[Menu]:
    made = Menu(server.url, tmp_path)
    yield made
    made.guide.close()


def test_the_pin_is_looked_at_away_from_the_screen(menu: Menu) -> None:
    for pin, right in (("271828", True), ("271829", False)):
        assert menu.desk.carry_out(st.CheckPin(R, pin))
        assert menu.posted.get(timeout=30) == st.PinChecked(R, right)
    assert not menu.desk.carry_out(object())


def test_loudness_is_changed_said_and_kept_over_a_restart(menu: Menu) -> None:
    assert menu.ask(st.Act.VOLUME).told.figures == (("percent", "100"),)
    assert menu.ask(st.Act.LOUDER).told.figures == (("percent", "100"),)
    assert menu.ask(st.Act.QUIETER).told.figures == (("percent", "80"),)
    assert menu.said[-1] == (load_texts(Language.CHINESE)("staff.spoken"), "zh-CN", 80)
    assert json.loads(menu.kept.read_bytes()) == {"volume_percent": 80}
    menu.guide.set_volume(10)
    menu.desk.load()
    assert menu.guide.volume_percent == 80
    menu.kept.write_text("{broken")
    menu.desk.load()
    assert menu.guide.volume_percent == 80


def test_the_cameras_picture_is_shown_and_wiped_when_staff_go(menu: Menu) -> None:
    told = menu.ask(st.Act.CAMERA).told
    assert told == st.Told(st.Verdict.GOOD, "pictured", (("width", "640"), ("height", "480")))
    assert StillCamera.closed
    assert not menu.view.clean
    assert menu.desk.carry_out(st.LeaveStaff())
    assert menu.view.clean


def test_a_device_that_fails_is_told_in_its_own_words(menu: Menu, monkeypatch: Any) -> None:
    def gone(*_: object) -> Any:
        raise DeviceMissing("camera_no_picture", source="0")

    monkeypatch.setattr(StillCamera, "read", gone)
    told = menu.ask(st.Act.CAMERA).told
    assert (told.verdict, told.key) == (st.Verdict.BAD, "device")
    assert told.detail[0] != told.detail[1] != ""


def test_line_log_and_restart(menu: Menu) -> None:
    assert menu.ask(st.Act.NETWORK).told.verdict is st.Verdict.GOOD
    for event in ("place", "staff_act"):  # what everybody's touches leave
        menu.log.write(json.dumps({"event": event, "level": "info"}) + "\n")
    line = {"event": "hall_lost", "level": "info", "timestamp": "2026-03-02T02:08:00Z", "n": 2}
    menu.log.write(json.dumps(line) + "\n")
    menu.log.write("a warning of some library\n")
    (entry,) = (e for e in menu.ask(st.Act.LOG).entries if e.what == "hall_lost")
    assert entry == st.LogEntry("10:08:00", "info", "hall_lost", "n=2"), "by the hall's time"
    assert menu.ask(st.Act.RESTART).told.key == "restarting"
    assert menu.restarted.get(timeout=30)


def test_every_word_that_an_answer_may_need_is_there() -> None:
    """told: every key that the desk's code names."""
    import re

    code = (Path(__file__).resolve().parents[2] / "kiosk/staff_desk.py").read_text()
    named = set(re.findall(r'Verdict\.\w+, "(\w+)"|verdict, "(\w+)"', code))
    keys = {one or other for one, other in named}
    keys |= {f"print_{outcome.value}" for outcome in ports.PrintOutcome}
    keys |= {
        f"line_{code}" for code in ("unreachable", "no_answer", "not_now", "bad_answer", "refused")
    }
    assert {"paper", "paper_left", "restarting", "no_camera"} <= keys
    for language in SHIPPED:
        texts = load_texts(language)
        assert {f"staff_told.{key}" for key in keys} <= texts.keys()
        assert {
            f"staff_act.{row.value}"
            for row in st.Act
            if row.value not in ("paper", "volume", "log")
        } <= texts.keys()
        assert {f"staff.{panel.value}" for panel in st.Panel} <= texts.keys()


def test_the_log_keeps_its_newest_lines_and_survives_a_broken_standard_error(
    monkeypatch: Any,
) -> None:
    class Full:
        def write(self, _text: str) -> int:
            raise OSError("No space left on device")

    monkeypatch.setattr(sys, "stderr", Full())
    log = RecentLog(kept=3)
    for number in range(5):
        log.write(json.dumps({"event": f"e{number}", "timestamp": "2026-03-02T02:08:00Z"}) + "\n")
    assert [entry["event"] for entry in log.newest()] == ["e4", "e3", "e2"]
