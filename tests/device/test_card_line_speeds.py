"""The five speeds of the line: found out by itself, changed, kept; against a module whose line has
a real speed – what comes at another one arrives as a UART would hear it."""

import time

import pytest

from hardware.errors import DeviceError, DeviceRefused, DeviceTimeout
from hardware.id_card import protocol
from hardware.id_card.module import find_speed
from hardware.id_card.protocol import SET_BAUD
from hardware.id_card.timing import wire_time_s
from hardware.simulators.card_reader import ReaderFault, VirtualCardReader
from hardware.simulators.sam import Quirks
from hardware.wiring import CardReaderSettings, make_card_reader

SPEEDS = sorted(SET_BAUD)
AUTO = 0


@pytest.fixture
def set_up(tmp_path):
    made = []

    def make(module_baud, driver_baud, quirks=None):
        reader = VirtualCardReader(tmp_path / "reader", baud=module_baud, quirks=quirks)
        reader.start()
        driver = make_card_reader(CardReaderSettings(reader.port, driver_baud))
        made.append((reader, driver))
        return reader, driver

    yield make
    for reader, driver in made:
        driver.close()
        reader.stop()


@pytest.mark.parametrize("baud", SPEEDS)
def test_the_speed_is_found_out(set_up, baud):
    _, driver = set_up(baud, AUTO)
    began = time.monotonic()
    driver.module.check()
    assert driver.module.baud == baud
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("baud", [115200, 9600])
def test_a_record_takes_the_time_of_its_line(set_up, people, baud):
    reader, driver = set_up(baud, baud)
    reader.lay(people.citizens[0].card())
    began = time.monotonic()
    assert driver.read_card(8).type == "resident"
    took_s = time.monotonic() - began
    assert wire_time_s(1295, baud) < took_s < wire_time_s(1295, baud) + 4


@pytest.mark.parametrize("module_baud", [115200, 38400, 9600])
def test_a_wrong_speed_is_silence_or_damage_never_a_record(set_up, people, module_baud):
    reader, driver = set_up(module_baud, 57600)
    reader.lay(people.citizens[0].card())
    with pytest.raises(DeviceError):
        driver.read_card(2)


@pytest.mark.parametrize("late", [False, True], ids=["old-speed", "new-speed"])
def test_the_speed_is_changed_wherever_the_reply_comes(set_up, people, late):
    reader, driver = set_up(115200, 115200, Quirks(baud_reply_late=late))
    for baud in (38400, 115200):
        assert driver.module.change_baud(baud) == baud
        assert reader.core.baud == baud
    reader.lay(people.citizens[0].card())
    assert driver.read_card(5).type == "resident"


def test_a_module_that_keeps_its_speed_is_found_there_and_said_so(set_up):
    _, driver = set_up(19200, 19200, Quirks(baud_fixed=True))
    with pytest.raises(DeviceRefused, match="stayed at 19200") as caught:
        driver.module.change_baud(115200)
    assert caught.value.data["baud"] == 19200
    driver.module.check()


def test_a_module_that_has_no_other_speed_refuses(set_up):
    _, driver = set_up(115200, 115200, Quirks(unknown=frozenset(SET_BAUD.values())))
    with pytest.raises(DeviceRefused, match="unknown command"):
        driver.module.change_baud(9600)
    driver.module.check()


def test_a_mute_reader_has_no_speed(set_up):
    reader, driver = set_up(115200, AUTO)
    reader.set_fault(ReaderFault.SILENCE)
    began = time.monotonic()
    with pytest.raises(DeviceTimeout, match="none of its five speeds"):
        driver.module.check()
    assert time.monotonic() - began < 5


def test_speeds_are_tried_in_the_order_asked_for():
    tried = []

    class Link:
        def set_baud(self, baud):
            tried.append(baud)

        def ask(self, command, deadline=None):
            assert command is protocol.SAM_STATUS
            if tried[-1] != 9600:
                raise DeviceTimeout("nothing")

    assert find_speed(Link(), (19200, 9600, 115200)) == 9600
    assert tried == [19200, 9600]
