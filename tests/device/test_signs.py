"""The strip driver against virtual strips on a pty: order, newest wins, idle text, line faults."""

import itertools
import json
import socket
import subprocess
import sys
import time
from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from hardware.cli import sign
from hardware.cli.command import WrongCommandLine
from hardware.errors import DeviceMissing, SettingsUnusable
from hardware.ports import DeviceStanding
from hardware.serial_bus import BusLink
from hardware.simulators.serial_line import LineFault
from hardware.simulators.sign_bus import VirtualSignBus
from hardware.window_sign.bus import BusSign, SignBus, StripPlace
from hardware.window_sign.make import StripMake, load_make
from hardware.window_sign.protocol import FrameReader, NeedData, SignFrame

FAST = StripMake(
    name="fast",
    frame="AA <address> BB 51 54 <check> checked( 01 00 99 00 63 <text> FF )",
    checksum="sum8",
    baud=115200,
    gap_ms=20,
)
ANSWERING = StripMake(
    name="answering",
    frame="7E <address> <length.text> checked( <text> ) <check:le16>",
    checksum="crc16-arc",
    baud=115200,
    gap_ms=5,
    reply="06 <address>",
    reply_timeout_ms=150,
    tries=2,
)


class Hall:
    """Strips 1–3 of one make on a virtual bus, and the driver for them."""

    def __init__(self, link, make, refresh_s=60.0, names=("one", "two", "three")):
        self.places = {name: StripPlace(make, n + 1) for n, name in enumerate(names)}
        self.virtual = VirtualSignBus(link, self.places)
        self.virtual.start()
        self.standing: list[DeviceStanding] = []
        open_link = partial(BusLink, self.virtual.port, make.baud)
        self.bus = SignBus(open_link, self.places, self.standing.append, refresh_s)

    def state(self):
        return self.standing[-1].state if self.standing else "not told yet"

    def close(self):
        self.bus.close()
        self.virtual.stop()


@pytest.fixture
def hall(tmp_path):
    made = Hall(tmp_path / "signs", FAST)
    yield made
    made.close()


@pytest.fixture
def answering(tmp_path):
    made = Hall(tmp_path / "signs", ANSWERING)
    yield made
    made.close()


def test_each_strip_shows_its_own_text(hall, eventually):
    for name, text in (("one", "请A001号"), ("two", "B002"), ("three", "暂停服务")):
        hall.bus.show(name, text)
    wanted = {"one": "请A001号", "two": "B002", "three": "暂停服务"}
    eventually(lambda: hall.virtual.shown() == wanted)


def test_newest_wins_and_what_was_replaced_never_shows(hall, eventually):
    assert hall.bus.wait_until_sent(5)
    before, began = len(hall.virtual.history()), time.monotonic()
    for number in range(200):
        hall.bus.show("one", f"A{number:03}")
    took_s = time.monotonic() - began
    eventually(lambda: hall.virtual.shown().get("one") == "A199")
    assert hall.bus.wait_until_sent(5)
    most = 2 + took_s / (FAST.gap_ms / 1000)  # one for each gap, not one for each text
    assert len(hall.virtual.history()) - before <= most < 100


def test_a_busy_strip_does_not_keep_the_others_from_theirs(hall, eventually):
    hall.bus.show("two", "B001")
    end = time.monotonic() + 10.0
    while hall.virtual.shown().get("two") != "B001":
        hall.bus.show("one", f"{time.monotonic():.5f}")
        assert time.monotonic() < end, "strip two waited for strip one"
        time.sleep(0.001)


class TimedLink(BusLink):
    """The shipped link, with the times at which each frame began and ended."""

    times: ClassVar[list[tuple[float, float]]] = []

    def write(self, data):
        began = time.monotonic()
        super().write(data)
        self.times.append((began, time.monotonic()))


def test_the_gap_between_frames_is_kept(tmp_path):
    make = StripMake(name="slow", frame="40 <address> <text> 0D", gap_ms=80, sends=2)
    places = {name: StripPlace(make, number) for number, name in enumerate("abc")}
    virtual = VirtualSignBus(tmp_path / "signs", places)
    virtual.start()
    bus = SignBus(partial(TimedLink, virtual.port, 9600), places)
    try:
        for name in places:
            bus.show(name, name)
        assert bus.wait_until_sent(5)
    finally:
        bus.close()
        virtual.stop()
    times = TimedLink.times
    assert len(times) >= 6
    assert all(ended - began >= 11 * 10 / 9600 for began, ended in times)  # 11 bytes on the wire
    assert all(after[0] - before[1] >= 0.079 for before, after in itertools.pairwise(times))


def test_the_idle_text_comes_back_after_the_call(hall, eventually):
    one = BusSign(hall.bus, "one")
    one.set_idle("1号窗口")
    eventually(lambda: hall.virtual.shown().get("one") == "1号窗口")
    one.show("请A001号", hold_s=1.5)
    eventually(lambda: hall.virtual.shown()["one"] == "请A001号")
    one.set_idle("就业服务")  # changes meanwhile, and does not cut the call off
    eventually(lambda: hall.virtual.shown()["one"] == "就业服务")
    texts = [each.text.strip() for each in hall.virtual.history() if each.address == 1]
    assert texts[-3:] == ["1号窗口", "请A001号", "就业服务"]


def test_a_held_text_stays_until_it_is_taken_away(hall, eventually):
    hall.bus.set_idle("one", "idle")
    hall.bus.show("one", "A001")
    eventually(lambda: hall.virtual.shown().get("one") == "A001")
    hall.bus.set_idle("one", "idle", now=True)
    eventually(lambda: hall.virtual.shown()["one"] == "idle")


def test_a_strip_that_was_off_shows_its_text_again(tmp_path, eventually):
    hall = Hall(tmp_path / "signs", FAST, refresh_s=0.3)
    try:
        hall.bus.show("one", "A001")
        eventually(lambda: hall.virtual.shown().get("one") == "A001")
        hall.virtual.switch_off("one")
        assert "one" not in hall.virtual.shown()
        hall.virtual.switch_on("one")
        eventually(lambda: hall.virtual.shown().get("one") == "A001")
    finally:
        hall.close()


def test_unplugged_and_back(hall, eventually):
    hall.bus.show("one", "A001")
    eventually(lambda: hall.virtual.shown().get("one") == "A001")
    hall.virtual.stop()
    hall.bus.show("one", "A002")
    eventually(lambda: hall.state() == "offline")
    hall.bus.show("two", "B001")
    hall.virtual.start()
    eventually(lambda: hall.virtual.shown().get("one") == "A002")
    eventually(lambda: hall.virtual.shown().get("two") == "B001")
    assert [each.state for each in hall.standing] == ["ok", "offline", "ok"]


def test_a_strip_that_answers_is_known_to_show_it(answering, eventually):
    answering.bus.show("one", "A001")
    assert answering.bus.wait_until_sent(2)
    assert answering.virtual.shown()["one"] == "A001"
    assert answering.standing == [DeviceStanding("ok")]


def test_a_lost_answer_is_asked_for_again_and_a_mute_strip_is_told(answering, eventually):
    answering.virtual.mute("two")
    answering.bus.show("two", "B001")
    eventually(lambda: answering.state() == "error")
    assert "two" in answering.standing[-1].detail
    frames = [each for each in answering.virtual.history() if each.text.strip() == "B001"]
    assert len(frames) == ANSWERING.tries
    answering.virtual.mute("two", False)
    answering.bus.show("two", "B002")
    eventually(lambda: answering.state() == "ok")


@pytest.mark.parametrize(
    ("fault", "confirmed"),
    [
        (LineFault.BYTE_AT_A_TIME, True),
        (LineFault.NOISE, True),
        (LineFault.DOUBLED, True),
        (LineFault.SILENCE, False),
        (LineFault.DEAF, False),
        (LineFault.DAMAGE, False),
        (LineFault.LOST_BYTE, False),
    ],
)
def test_faults_of_the_line(answering, eventually, fault, confirmed):
    assert answering.bus.wait_until_sent(3)
    answering.virtual.set_fault(fault)
    answering.bus.show("one", "A007")
    assert answering.bus.wait_until_sent(3)
    eventually(lambda: (answering.state() == "ok") is confirmed)
    answering.virtual.set_fault(LineFault.NONE)
    answering.bus.show("one", "A008")
    eventually(lambda: answering.virtual.shown().get("one") == "A008")
    eventually(lambda: answering.state() == "ok")


def test_two_makes_on_one_bus(tmp_path, eventually):
    places = {
        "window": StripPlace(load_make("51-54"), 1),
        "hall": StripPlace(load_make("51-54-hall"), 1),
    }
    virtual = VirtualSignBus(tmp_path / "signs", places)
    virtual.start()
    bus = SignBus(partial(BusLink, virtual.port, 9600), places)
    try:
        bus.show("window", "请A001号")
        bus.show("hall", "请A001号到3号窗口")
        wanted = {"window": "请A001号", "hall": "请A001号到3号窗口"}
        eventually(lambda: virtual.shown() == wanted)
    finally:
        bus.close()
        virtual.stop()


def test_two_programs_never_share_a_bus(hall, eventually):
    eventually(lambda: hall.standing)
    second: list[DeviceStanding] = []
    other = SignBus(partial(BusLink, hall.virtual.port, 9600), hall.places, second.append)
    try:
        eventually(lambda: second)
        assert second[0].state == "offline"
        assert "in use by another program" in second[0].detail
    finally:
        other.close()


def test_a_bus_behind_a_serial_server(eventually):
    """socket://: nothing can be locked there, and no break of the line is told to the writer."""
    frames = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"socket://127.0.0.1:{server.getsockname()[1]}"
        bus = SignBus(partial(BusLink, port, 115200), {"x": StripPlace(FAST, 1)})
        try:
            connection, _ = server.accept()
            with connection:
                bus.show("x", "A001")
                reader = FrameReader(FAST)
                connection.settimeout(5)
                while "A001" not in str(frames):
                    data = connection.recv(4096)
                    frames += data
                    reader.receive(data)
                events = []
                while not isinstance(event := reader.next_event(), NeedData):
                    events.append(event)
                assert events[-1] == SignFrame(1, "A001    ")
        finally:
            bus.close()


def test_a_real_or_virtual_strip_shows_a_text(request, real_devices, ask_hand, eventually):
    """The contract; with `--device sign=PORT` a person reads the strip at address 1."""
    port = real_devices.get("sign")
    if port is None:
        hall = request.getfixturevalue("hall")
        hall.bus.show("one", "A001")
        assert hall.bus.wait_until_sent(5)
        eventually(lambda: hall.virtual.shown().get("one") == "A001")
        return
    told: list[DeviceStanding] = []
    place = StripPlace(load_make("51-54"), 1)
    bus = SignBus(partial(BusLink, port, place.make.baud), {"x": place}, told.append)
    try:
        bus.show("x", "请A001号")
        assert bus.wait_until_sent(10)
        ask_hand("the strip at address 1 must show 请A001号")
        assert told[-1].state == "ok"
    finally:
        bus.close()


def test_an_address_that_cannot_be_is_refused_before_anything_opens():
    with pytest.raises(SettingsUnusable):
        SignBus(lambda: pytest.fail("opened"), {"x": StripPlace(load_make("51-54"), 256)})


def run(root, *words):
    return subprocess.run(
        [sys.executable, "-m", "hardware", *words], cwd=root, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip


def test_the_command_shows_a_text(root, tmp_path, eventually):
    virtual = VirtualSignBus(tmp_path / "signs", {"x": StripPlace(load_make("51-54"), 4)})
    virtual.start()
    file = tmp_path / "devices.toml"
    file.write_text(
        'outbox = "o"\n[server]\nurl = "http://x"\nhall = "h"\ntoken = "t"\n'
        '[[sign_bus]]\nname = "b"\nport = "./signs"\n'
        '[[sign]]\nname = "window-4"\nbus = "b"\naddress = 4\nwindow = "4"\n'
    )
    try:
        words = ("device", "sign", "show", "--sign", "window-4", "--config", str(file), "--json")
        done = run(root, *words, "请C012号再长一点也只有八格")
        assert done.returncode == 0, done
        answer = json.loads(done.stdout)
        assert (answer["sent"], answer["confirmed"]) == ("请C012号再长一点也只有八格", None)
        assert answer["shown"] == "请C012号"
        eventually(lambda: virtual.shown() == {"x": "请C012号"})
    finally:
        virtual.stop()


@pytest.mark.parametrize(("port", "kind"), [("/dev/none", DeviceMissing), ("", WrongCommandLine)])
def test_the_command_says_what_is_wrong(port, kind):
    options = Namespace(port=port, sign=None, make="51-54", address=1, config=Path("x"))
    with pytest.raises(kind):
        sign._show(Namespace(**vars(options), text="A001", timeout=0.2))
