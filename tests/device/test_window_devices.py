"""Keypads, strips and loudspeaker at work, against a real server and virtual devices on ptys.

Each test that changes something has windows of its own; the one server stands for all of them.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from foundation.service_manager import ServiceManager
from hardware.keypad.make import load_pad
from hardware.ports import PadKey
from hardware.simulators.keypad import VirtualKeypads
from hardware.simulators.serial_line import LineFault
from hardware.simulators.sign_bus import VirtualSignBus
from hardware.window_devices import bridge, build
from hardware.window_devices.bridge import WindowDevices
from hardware.window_devices.settings import load_window_devices
from tests.support.server import ServerProcess
from tests.support.systemd import Systemd

SETTINGS = """
outbox = "{folder}/ratings.jsonl"
[server]
url = "{url}"
hall = "demo"
token = "{token}"
retry_s = 0.1
answer_timeout_s = 2.0
[[sign_bus]]
name = "strips"
port = "{folder}/strips"
baud = 115200
[[sign]]
name = "strip"
bus = "strips"
address = 1
window = "{window}"
make = "{folder}/strip.toml"
[[sign]]
name = "hall"
bus = "strips"
address = 100
make = "{folder}/strip.toml"
[[keypad_bus]]
name = "pads"
port = "{folder}/pads"
[[keypad]]
bus = "pads"
address = 7
window = "{window}"
make = "full-console"
transfer_service = "G"
[texts]
idle = "{{window}}号窗口"
hall_call = "{{number}}到{{window}}"
[habits]
call_again_after_s = 0.3
press_valid_s = {press_valid_s}
hall_call_s = 2.5
[speaker]
output = "file"
folder = "{folder}/said"
"""
STRIP = """
name = "test-strip"
frame = "AA <address> BB 51 54 <check> checked( 01 00 99 00 63 <text> FF )"
checksum = "sum8"
width_cells = 16
gap_ms = 5
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with ServerProcess(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def token(server):
    return server.token("clerk")


@pytest.fixture(scope="module")
def manager(server):
    return server.client("manager")


@pytest.fixture(scope="module")
def windows():
    """Windows of the demonstration that serve one service each, one for each test."""
    return iter(["1", "2", "3", "4", "5", "6"])


class Desk:
    """One window with its pad and strip, and a person's hands and eyes."""

    def __init__(self, folder: Path, url, token, window, client, press_valid_s=6.0) -> None:
        self.folder, self.window, self.client = folder, window, client
        self.file = folder / "devices.toml"
        names = {"folder": folder, "url": url, "token": token, "window": window}
        self.file.write_text(SETTINGS.format(**names, press_valid_s=press_valid_s))
        (folder / "strip.toml").write_text(STRIP)
        settings = load_window_devices(self.file)
        self.strips = VirtualSignBus(folder / "strips", build.sign_places(settings)["strips"])
        self.pads = VirtualKeypads(folder / "pads", {7: load_pad("full-console")})
        self.strips.start()
        self.pads.start()

    def press(self, key: PadKey) -> None:
        assert self.pads.press(7, key)

    def shown(self, name: str = "strip") -> str | None:
        return self.strips.shown().get(name)

    def state(self):
        status, hall = self.client.get("/api/v1/halls/demo")
        assert status == 200
        return next(each for each in hall["windows"] if each["id"] == self.window)

    def ticket(self):
        return self.state()["ticket"]

    def issue(self) -> str:
        service = "ABCDEF"[int(self.window) - 1]
        return str(self.client.issue(service)["number"])

    def ratings(self) -> list[int]:
        events = self.client.journal()
        rated = [x["data"] for x in events if x["event"] == "step_rated"]
        return [data["level"] for data in rated if data["window"] == self.window]

    def said(self) -> int:
        return len(list((self.folder / "said").glob("*.wav")))

    def close(self) -> None:
        self.strips.stop()
        self.pads.stop()


@contextmanager
def at_work(desk, manager=None):
    """The shipped drivers and the bridge, in this process. manager: who started it."""
    devices, stop = WindowDevices(load_window_devices(desk.file), desk.file), threading.Event()
    running = threading.Thread(target=devices.run, args=(stop, manager), daemon=True)
    running.start()
    try:
        yield devices
    finally:
        stop.set()
        running.join(timeout=10)
        desk.close()
    assert not running.is_alive()


@pytest.fixture
def desk(tmp_path, server, token, manager, windows, eventually):
    made = Desk(tmp_path, server.url, token, next(windows), manager)
    with at_work(made):
        eventually(lambda: made.shown() == f"{made.window}号窗口", 10)
        yield made


def test_a_clerks_whole_day_by_keys(desk, eventually):
    """Call, again, start, end with rating, next, transfer, pause and resume, nobody there."""
    first, second, third = desk.issue(), desk.issue(), desk.issue()
    eventually(lambda: desk.pads.display(7) == "等候3")
    desk.press(PadKey.CALL)
    eventually(lambda: desk.shown() == f"请{first}号")
    eventually(lambda: desk.shown("hall") == f"{first}到{desk.window}")
    eventually(lambda: desk.pads.display(7) == first)
    eventually(lambda: desk.said() == 1)
    eventually(lambda: desk.shown("hall") == "请留意叫号")  # idle text after the call

    time.sleep(0.4)
    desk.press(PadKey.RECALL)
    eventually(lambda: desk.ticket()["calls"] == 2)
    eventually(lambda: desk.said() == 2)
    desk.press(PadKey.CONFIRM)
    eventually(lambda: desk.ticket()["status"] == "serving")
    eventually(lambda: desk.shown() == first)

    assert desk.pads.rate(7, 1)  # nobody has been served yet: acknowledged, and not counted
    desk.press(PadKey.INVITE_RATING)
    eventually(lambda: desk.ticket() is None)
    invitation = load_pad("full-console").invitation(7)  # the key's acknowledgement looks like it
    eventually(lambda: desk.pads.from_host().count(invitation) == 2)
    assert desk.pads.rate(7, 4)
    assert desk.pads.rate(7, 2)  # a second thought does not count
    eventually(desk.ratings)
    assert desk.ratings() == [4]

    desk.press(PadKey.CALL)
    eventually(lambda: desk.shown() == f"请{second}号")
    time.sleep(1.0)  # later than a double press, which is counted from the call's answer
    desk.press(PadKey.CALL)  # was served without a key for it: ended, and the next one called
    eventually(lambda: desk.shown() == f"请{third}号")

    desk.press(PadKey.TRANSFER)
    desk.press(PadKey.CONFIRM)  # no digits typed: to the service of the settings
    desk.press(PadKey.PAUSE)  # waits until the transfer is done
    eventually(lambda: desk.shown() == "暂停服务")
    assert desk.ticket() is None
    assert desk.state()["reason"] == "窗口键盘"
    time.sleep(0.45)  # the same key again within the debounce time would be a bounce
    desk.press(PadKey.PAUSE)
    eventually(lambda: desk.shown() == f"{desk.window}号窗口")

    desk.press(PadKey.CALL)
    eventually(lambda: desk.pads.display(7) == "无人等候")
    desk.press(PadKey.RECALL)
    eventually(lambda: desk.pads.display(7) == "不能操作")


def test_transfer_to_a_typed_window(desk, eventually):
    number = desk.issue()
    desk.press(PadKey.CALL)
    eventually(lambda: desk.ticket() is not None)
    desk.press(PadKey.TRANSFER)
    desk.press(PadKey.DIGIT_8)
    eventually(lambda: desk.pads.display(7) == "转到8")
    desk.press(PadKey.CONFIRM)
    eventually(lambda: desk.ticket() is None)
    status, answer = desk.client.at("8", "call-next")
    assert (status, answer["ticket"]["number"]) == (200, number)
    desk.client.at("8", "miss")


def test_hammered_keys_call_one_person(desk, eventually):
    first = desk.issue()
    desk.issue()
    frame = load_pad("full-console").code_of(PadKey.CALL)
    from hardware.keypad.protocol import PadFrame

    for _ in range(10):
        desk.pads.send_raw(PadFrame(7, frame).to_bytes())
        time.sleep(0.03)
    eventually(lambda: desk.ticket() is not None)
    time.sleep(0.5)
    assert desk.ticket()["number"] == first


def test_what_the_console_does_stands_on_strip_and_pad(desk, eventually):
    """Another console works the same window, and the strip follows."""
    number = desk.issue()
    desk.client.at(desk.window, "call-next")
    eventually(lambda: desk.shown() == f"请{number}号")
    eventually(lambda: desk.pads.display(7) == number)
    desk.client.at(desk.window, "start")
    eventually(lambda: desk.shown() == number)
    desk.client.at(desk.window, "finish")
    eventually(lambda: desk.shown() == f"{desk.window}号窗口")
    eventually(lambda: desk.pads.invites(7))  # ended at a console, rated at the pad
    assert desk.pads.rate(7, 5)
    eventually(lambda: desk.ratings() == [5])
    desk.client.at(desk.window, "close")
    eventually(lambda: desk.shown() == "暂停服务")


def test_a_lost_bus_loses_no_call(desk, eventually):
    number = desk.issue()
    desk.strips.stop()
    desk.pads.set_fault(LineFault.SILENCE)
    desk.client.at(desk.window, "call-next")
    time.sleep(0.3)
    desk.pads.set_fault(LineFault.NONE)
    desk.strips.start()
    eventually(lambda: desk.shown() == f"请{number}号", 10)
    desk.press(PadKey.CONFIRM)
    eventually(lambda: desk.ticket()["status"] == "serving")


def devices_now(client):
    status, hall = client.get("/api/v1/halls/demo")
    assert status == 200
    return {each["id"]: each["state"] for each in hall["devices"]}


def test_a_press_survives_the_death_of_the_server(tmp_path, server, token, manager, eventually):
    """kill -9 of the server before the press: the shipped process carries it out once, when the
    server is back; and ends cleanly."""
    desk = Desk(tmp_path, server.url, token, "6", manager, press_valid_s=60)
    words = [sys.executable, "-m", "hardware", "window-devices", "--config", str(desk.file)]
    process = subprocess.Popen(words, cwd=server.config.parents[2], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["ready"] is True
        eventually(lambda: desk.shown() == "6号窗口", 20)
        eventually(lambda: devices_now(manager).get("strips") == "ok", 20)
        number = desk.issue()
        server.kill()
        desk.press(PadKey.CALL)
        time.sleep(0.3)
        server.start()
        eventually(lambda: desk.shown() == f"请{number}号", 20)
        calls = [each for each in manager.journal() if each["event"] == "ticket_called"]
        assert [each["data"]["number"] for each in calls].count(number) == 1
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        process.stdout.close()
        desk.close()
    assert not os.path.lexists(desk.pads.port)
    manager.at("6", "miss")


def test_a_press_that_grew_old_calls_nobody(tmp_path, server, token, manager, eventually):
    """The server comes back after the press has lost its validity; the next press counts again."""
    desk = Desk(tmp_path, server.url, token, "6", manager, press_valid_s=1.0)
    number = desk.issue()
    server.kill()
    with at_work(desk):
        eventually(lambda: desk.pads.press(7, PadKey.CALL), 10)
        eventually(lambda: desk.pads.display(7) == "网络中断", 10)
        server.start()
        eventually(lambda: desk.shown() == "6号窗口", 10)
        time.sleep(0.5)
        assert desk.ticket() is None
        desk.press(PadKey.CALL)
        eventually(lambda: desk.shown() == f"请{number}号", 10)


def test_the_service_manager_hears_who_hangs_and_not_who_only_waits(
    tmp_path, monkeypatch, eventually
):
    """The server is away all the time, which is no hang; a bus whose thread stands still is one."""
    monkeypatch.setattr(bridge, "PATIENCE_S", 1.5)
    monkeypatch.setattr(bridge, "_PADS_S", 0.5)
    monkeypatch.setattr(bridge, "_LOOK_S", 0.02)
    systemd, heard = Systemd(tmp_path, watchdog_s=0.2), []

    def told(words):
        heard.extend(systemd.told())
        return words in heard

    desk = Desk(tmp_path, "http://127.0.0.1:9", "no-token", "1", None, press_valid_s=0.5)
    try:
        with at_work(desk, ServiceManager(systemd.environ)) as devices:
            eventually(lambda: desk.pads.press(7, PadKey.CALL), 10)
            eventually(lambda: desk.pads.display(7) == "网络中断", 20)
            assert told("READY=1")
            assert told("WATCHDOG=1")
            assert not [words for words in heard if "hung" in words]
            with devices._pads["pads"]._lock:
                eventually(lambda: told("STATUS=hung: pads-pads\nWATCHDOG=trigger"), 20)
            heard.clear()
            eventually(lambda: told("WATCHDOG=1"), 20)
        assert told("STOPPING=1")
    finally:
        systemd.close()
