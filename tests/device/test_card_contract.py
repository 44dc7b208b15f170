"""What every ID-card reader must do, whatever its line: one suite for the simulators and, with
`pytest tests/device/test_card_contract.py --device card=PORT`, for a real reader and a real card.

No test here knows which it is; a hand lays and lifts the card, the simulator's or a person's.
"""

import re
import threading
import time

import pytest

from hardware.errors import NoCard
from hardware.ports import CardRead, CardRemoved, CardSeen, ReaderBack
from hardware.simulators.card_reader import NetCardReader, VirtualCardReader
from hardware.simulators.reader_usb import UsbCardReader
from hardware.wiring import CardReaderSettings, make_card_reader

SIMULATORS = ("pty", "pty-115200", "pty-38400", "socket", "usb")
HAND_S = 30.0  # a person's hand
SAM_ID = re.compile(r"\d{2}\.\d{2}-\d{8}-\d{10}-\d{10}")


class Bench:
    """A driver, a hand for its card, and how long a hand takes."""

    def __init__(self, driver, lay, lift, hand_s=5.0, real=False):
        self.driver, self.lay, self.lift = driver, lay, lift
        self.hand_s, self.real = hand_s, real


def pytest_generate_tests(metafunc):
    if "kind" in metafunc.fixturenames:
        named = metafunc.config.getoption("--device", default=[])
        real = any(each.startswith("card=") for each in named)
        metafunc.parametrize("kind", ["real"] if real else SIMULATORS)


@pytest.fixture
def bench(kind, tmp_path, people, real_devices, ask_hand):
    card = people.by_id("zhou-fulai").card()
    if kind == "real":
        driver = make_card_reader(CardReaderSettings(real_devices["card"], 0))
        lay, lift = (
            lambda: ask_hand("lay a card down / 请放卡"),
            lambda: ask_hand("lift it / 请拿走"),
        )
        yield Bench(driver, lay, lift, HAND_S, real=True)
        driver.close()
        return
    simulator, bus = simulated(kind, tmp_path)
    driver = make_card_reader(CardReaderSettings(simulator.port, 0), bus)
    yield Bench(driver, lambda: simulator.core.lay(card), simulator.core.lift)
    driver.close()
    if bus is None:
        simulator.stop()


def simulated(kind, tmp_path):
    if kind == "usb":
        reader = UsbCardReader()
        return reader, reader.bus
    if kind == "socket":
        reader = NetCardReader()
    else:
        baud = int(kind.partition("-")[2] or 0) or None
        reader = VirtualCardReader(tmp_path / "reader", baud=baud)
    reader.start()
    return reader, None


def test_module_is_well_and_says_who_it_is(bench):
    module = bench.driver.module
    module.check()
    assert SAM_ID.fullmatch(module.sam_id())


def test_a_reset_module_answers_again(bench):
    module = bench.driver.module
    module.reset()
    time.sleep(0.5 if bench.real else 0)
    module.check()


def test_no_card_is_said_in_time(bench):
    bench.lift()
    began = time.monotonic()
    with pytest.raises(NoCard):
        bench.driver.read_card(1.5)
    assert time.monotonic() - began < 3


def test_a_card_is_read_whole(bench):
    bench.lift()
    bench.lay()
    record = bench.driver.read_card(bench.hand_s)
    assert record.type in ("resident", "J", "I", "Y")
    assert record.name
    assert record.id_number_valid
    assert record.birth is not None
    assert record.valid_to is not None
    assert len(record.photo) in (0, 1024)
    assert SAM_ID.fullmatch(record.sam_id)


def test_a_read_card_tells_its_number_and_is_not_found_again_until_lifted(bench):
    bench.lift()
    bench.lay()
    number = bench.driver.management_number(bench.hand_s)
    assert number is None or number
    assert bench.driver.module.lies_there()
    assert not bench.driver.module.find()
    bench.lift()
    time.sleep(5 if bench.real else 0)
    assert not bench.driver.module.lies_there()


def test_watching_tells_laid_read_and_taken_away(bench, eventually):
    bench.lift()
    events, stop = [], threading.Event()
    thread = threading.Thread(target=bench.driver.watch, args=(events.append, stop), daemon=True)
    thread.start()
    try:
        bench.lay()
        eventually(lambda: isinstance(events and events[-1], CardRead), bench.hand_s)
        bench.lift()
        eventually(lambda: isinstance(events[-1], CardRemoved), bench.hand_s)
    finally:
        stop.set()
        thread.join()
    assert [type(event) for event in events] == [ReaderBack, CardSeen, CardRead, CardRemoved]
