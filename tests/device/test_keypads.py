"""The keypad driver against virtual pads on a pty: acknowledgement, debounce, ratings, faults.

With `--device keypad=PORT` the contract test waits for a real pad's keys instead.
"""

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial

import pytest

from hardware.keypad import driver
from hardware.keypad.driver import PadBus
from hardware.keypad.make import load_pad
from hardware.keypad.protocol import PadFrame
from hardware.ports import KeyPressed, PadKey, PadsAway, PadsBack, Rated
from hardware.serial_bus import BusLink
from hardware.simulators.keypad import VirtualKeypads
from hardware.simulators.serial_line import LineFault

STANDARD, FULL = load_pad("five-levels"), load_pad("full-console")
PADS = {1: STANDARD, 2: FULL}


class Watching:
    """Runs `watch` in a thread and collects what it tells."""

    def __init__(self, port, pads=PADS):
        self.bus = PadBus(partial(BusLink, port, 9600), pads)
        self.events, self.stop = [], threading.Event()
        self.thread = threading.Thread(
            target=self.bus.watch, args=(self.events.append, self.stop), daemon=True
        )
        self.thread.start()

    def pressed(self):
        return [event for event in self.events if isinstance(event, KeyPressed | Rated)]

    def end(self):
        self.stop.set()
        self.thread.join(timeout=5)
        assert not self.thread.is_alive()


@pytest.fixture
def pads(tmp_path):
    virtual = VirtualKeypads(tmp_path / "pads", PADS)
    virtual.start()
    yield virtual
    virtual.stop()


@pytest.fixture
def watching(pads, eventually):
    made = Watching(pads.port)
    eventually(lambda: made.events)
    assert made.events == [PadsBack()]
    yield made
    made.end()


def test_every_key_is_acknowledged_and_told_once(pads, watching, eventually):
    for key in STANDARD.keys.values():
        assert pads.press(1, key)
    wanted = [KeyPressed(1, key) for key in STANDARD.keys.values()]
    eventually(lambda: watching.pressed() == wanted)


def test_pads_of_two_makes_on_one_bus(pads, watching, eventually):
    assert pads.press(2, PadKey.MISS)
    assert pads.press(1, PadKey.CALL)
    eventually(
        lambda: watching.pressed() == [KeyPressed(2, PadKey.MISS), KeyPressed(1, PadKey.CALL)]
    )


def test_a_bouncing_or_held_key_counts_once(pads, eventually):
    patient = replace(STANDARD, debounce_ms=1500)  # a busy machine holds a key unevenly
    watching = Watching(pads.port, {1: patient})
    eventually(lambda: watching.events)
    try:
        _hold_and_press_again(pads, watching, eventually, patient)
    finally:
        watching.end()


def _hold_and_press_again(pads, watching, eventually, make):
    frame = PadFrame(1, STANDARD.code_of(PadKey.CALL)).to_bytes()
    for _ in range(8):
        pads.send_raw(frame)
        time.sleep(0.2)  # held down for longer than the debounce time
    assert pads.press(1, PadKey.RECALL)
    eventually(lambda: len(watching.pressed()) >= 2)
    assert watching.pressed() == [KeyPressed(1, PadKey.CALL), KeyPressed(1, PadKey.RECALL)]
    time.sleep(make.debounce_ms / 1000)
    assert pads.press(1, PadKey.CALL)
    eventually(lambda: watching.pressed()[-1] == KeyPressed(1, PadKey.CALL))


def test_the_same_key_of_two_pads_is_two_keys(pads, watching, eventually):
    assert pads.press(1, PadKey.CALL)
    assert pads.press(2, PadKey.CALL)
    eventually(lambda: len(watching.pressed()) == 2)


def test_a_rating_counts_only_while_it_is_awaited_and_once(pads, watching, eventually):
    assert pads.rate(1, 5)  # acknowledged, so that the pad goes quiet, and dropped
    watching.bus.await_rating(1, for_s=5)
    eventually(lambda: pads.invites(1))
    assert pads.rate(1, 2)
    assert pads.rate(1, 4)
    eventually(lambda: watching.pressed())
    time.sleep(0.2)
    assert watching.pressed() == [Rated(1, 2)]
    assert not pads.invites(1)


def test_a_rating_that_comes_too_late_or_after_the_next_person(pads, watching):
    watching.bus.await_rating(1, for_s=0.1)
    time.sleep(0.3)
    assert pads.rate(1, 3)
    watching.bus.await_rating(1, for_s=5)
    watching.bus.forget_rating(1)
    assert pads.rate(1, 3)
    time.sleep(0.2)
    assert watching.pressed() == []


def test_a_text_on_the_pads_display(pads, watching, eventually):
    watching.bus.show(2, "请A001号")
    eventually(lambda: pads.display(2) == "请A001号")
    watching.bus.show(1, "x")  # a pad without a display is sent nothing
    watching.bus.show(2, "等候12")
    eventually(lambda: pads.display(2) == "等候12")
    assert {frame.address for frame in pads.from_host()} == {2}


def test_a_pad_that_nobody_named_gets_no_answer(pads, watching):
    stranger = PadFrame(9, 0x0C)
    pads._pads[9] = STANDARD
    assert not pads.send(stranger)
    assert watching.pressed() == []


def test_an_adapter_that_repeats_what_it_is_sent_presses_no_key(
    pads, watching, eventually, monkeypatch
):
    """Its echo of an acknowledgement is the key's own frame: answered, it would never end."""
    monkeypatch.setattr(driver, "_OWN_ECHO_WITHIN_S", 5.0)  # a busy machine echoes late
    frame = PadFrame(1, STANDARD.code_of(PadKey.PAUSE))
    pads.send_raw(frame.to_bytes())
    eventually(lambda: frame in pads.from_host())
    pads.send_raw(frame.to_bytes())  # the adapter's echo of the acknowledgement
    time.sleep(0.3)
    assert watching.pressed() == [KeyPressed(1, PadKey.PAUSE)]
    assert pads.from_host() == [frame]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (LineFault.BYTE_AT_A_TIME, True),
        (LineFault.NOISE, True),
        (LineFault.DOUBLED, True),
        (LineFault.DEAF, True),  # the pad never hears the answer and repeats the key
        (LineFault.DAMAGE, False),
        (LineFault.LOST_BYTE, False),
        (LineFault.SILENCE, False),
    ],
)
def test_faults_of_the_line(pads, watching, eventually, fault, told):
    pads.set_fault(fault)
    pads.press(1, PadKey.CALL)
    pads.set_fault(LineFault.NONE)
    time.sleep(0.5)  # what was cut off is forgotten, and the debounce is over
    assert pads.press(1, PadKey.RECALL)
    eventually(
        lambda: watching.pressed() and watching.pressed()[-1] == KeyPressed(1, PadKey.RECALL)
    )
    before = [KeyPressed(1, PadKey.CALL)] if told else []
    assert watching.pressed() == [*before, KeyPressed(1, PadKey.RECALL)]


def test_unplugged_and_back(pads, watching, eventually):
    pads.stop()
    eventually(lambda: isinstance(watching.events[-1], PadsAway))
    time.sleep(0.7)  # several tries to open it: told once
    assert [type(event) for event in watching.events] == [PadsBack, PadsAway]
    pads.start()
    eventually(lambda: watching.events[-1] == PadsBack())
    assert pads.press(1, PadKey.CALL)
    eventually(lambda: watching.pressed() == [KeyPressed(1, PadKey.CALL)])


def test_a_key_pressed_while_the_host_talks_is_not_lost(pads, watching, eventually):
    done = threading.Event()

    def talk():
        while not done.is_set():
            watching.bus.show(2, f"{time.monotonic():.3f}")
            time.sleep(0.005)

    talking = threading.Thread(target=talk, daemon=True)
    talking.start()
    try:
        for _ in range(5):
            assert pads.press(1, PadKey.CALL)
            time.sleep(0.45)
    finally:
        done.set()
        talking.join()
    eventually(lambda: watching.pressed() == [KeyPressed(1, PadKey.CALL)] * 5)


def test_the_command_shows_keys_and_answers_any_address(root, pads):
    words = [sys.executable, "-m", "hardware", "device", "keypad", "watch", "--port", pads.port]
    command = subprocess.Popen(
        [*words, "--timeout", "2", "--json"], cwd=root, stdout=subprocess.PIPE, text=True
    )
    while not pads.press(1, PadKey.CALL):
        assert command.poll() is None
    assert pads.send(PadFrame(2, 0x77))
    pads.rate(1, 4)
    out, _ = command.communicate(timeout=60)
    lines = [json.loads(line) for line in out.splitlines()]
    shown = [(line["address"], line["code"], line["key"], line["level"]) for line in lines[:-1]]
    assert {(1, "0C", "call", None), (2, "77", None, None), (1, "11", None, 4)} <= set(shown)
    assert lines[-1]["frames"] == len(shown)


def test_a_real_or_virtual_pad_sends_a_key(request, real_devices, ask_hand, eventually):
    """The contract: a key comes, once, and the pad is content with the answer."""
    port = real_devices.get("keypad")
    if port is None:
        virtual = request.getfixturevalue("pads")
        watching, press = Watching(virtual.port), partial(virtual.press, 1, PadKey.CALL)
    else:
        watching = Watching(port, {address: STANDARD for address in range(256)})
        press = partial(ask_hand, "press the call key of any pad once")
    try:
        eventually(lambda: PadsBack() in watching.events)
        press()
        eventually(lambda: watching.pressed(), 30)
        assert [event.key for event in watching.pressed()] == [PadKey.CALL]
    finally:
        watching.end()
