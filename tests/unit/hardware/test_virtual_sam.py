"""The virtual SAM module keeps the order that real ones keep; the drivers are tested against it."""

from pathlib import Path

import pytest

from hardware.errors import DeviceTimeout
from hardware.id_card import protocol
from hardware.id_card.module import SamModule
from hardware.id_card.protocol import Command, Frame, FrameParser, Sw3
from hardware.simulators.people import load_people
from hardware.simulators.sam import VirtualSam

CITIZEN = load_people(Path(__file__).parents[3] / "config/demo/people.toml").citizens[0]


class SilentOn:
    """A link whose module says nothing to one command, and counts how often it was asked."""

    baud = 115200

    def __init__(self, command: Command) -> None:
        self._command, self.asked = command, 0

    def ask(self, command, deadline=None):
        assert command is self._command
        self.asked += 1
        raise DeviceTimeout("reader_silent", command=command.name)


def test_a_module_silent_on_the_newest_address_is_asked_no_more_after_two_silences():
    link = SilentOn(protocol.READ_NEWEST_ADDRESS)
    module = SamModule(link)
    assert [module.newest_address() for _ in range(4)] == [None] * 4
    assert link.asked == 2


def test_a_module_silent_on_its_number_has_none():
    assert SamModule(SilentOn(protocol.READ_SAM_ID)).sam_id() is None


def ask(sam: VirtualSam, command: Command) -> int:
    parser = FrameParser()
    parser.receive(command.to_bytes())
    return sam.answer(parser.next_event()).sw3


@pytest.fixture
def sam() -> VirtualSam:
    made = VirtualSam("05.03-20990101-0000000001-0000000001")
    made.lay(CITIZEN.card())
    return made


def test_order_must_be_kept(sam):
    assert ask(sam, protocol.SELECT_CARD) == Sw3.SELECT_FAILED
    assert ask(sam, protocol.READ_BASE) == Sw3.READ_FAILED
    assert ask(sam, protocol.FIND_CARD) == Sw3.FOUND
    assert ask(sam, protocol.SELECT_CARD) == Sw3.GOOD
    assert ask(sam, protocol.READ_NEWEST_ADDRESS) == Sw3.READ_FAILED
    assert ask(sam, protocol.READ_BASE) == Sw3.GOOD


def test_a_card_that_was_read_is_not_found_until_lifted(sam):
    for command in (protocol.FIND_CARD, protocol.SELECT_CARD, protocol.READ_BASE):
        ask(sam, command)
    assert ask(sam, protocol.FIND_CARD) == Sw3.FIND_FAILED
    assert ask(sam, protocol.READ_MANAGEMENT_NUMBER) == Sw3.GOOD
    assert ask(sam, protocol.READ_NEWEST_ADDRESS) == Sw3.ITEM_EMPTY
    sam.lift()
    assert ask(sam, protocol.READ_MANAGEMENT_NUMBER) == Sw3.READ_FAILED
    sam.lay(CITIZEN.card())
    assert ask(sam, protocol.FIND_CARD) == Sw3.FOUND


@pytest.mark.parametrize("command", protocol.COMMANDS)
def test_every_command_gets_one_reply(sam, command):
    assert ask(sam, command) in Sw3.__members__.values()


def test_unknown_commands_have_their_status(sam):
    assert sam.answer(Frame(b"\x77\x01")).sw3 == Sw3.UNKNOWN_COMMAND
    assert sam.answer(Frame(b"\x30\x01\x00")).sw3 == Sw3.UNKNOWN_COMMAND
