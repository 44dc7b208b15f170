"""Each fault that a line or a module can have, on command, against the shipped driver."""

import os
import threading
import time

import pytest

from hardware.errors import (
    CardNotReadable,
    DeviceError,
    DeviceMissing,
    DeviceProtocolError,
    DeviceRefused,
    DeviceTimeout,
)
from hardware.id_card import protocol
from hardware.ports import CardRead, CardRemoved, CardSeen, CardUnreadable, ReaderAway, ReaderBack
from hardware.simulators.card_reader import NetCardReader, ReaderFault, VirtualCardReader
from hardware.simulators.reader_core import ReaderCore
from hardware.simulators.sam import NoFingerprint, Quirks
from hardware.wiring import CardReaderSettings, make_card_reader


@pytest.fixture
def made():
    """Closes what a test made, drivers before readers."""
    things = []
    yield things
    for thing in reversed(things):
        getattr(thing, "stop", None) and thing.stop()
        getattr(thing, "close", None) and thing.close()


@pytest.fixture
def set_up(made, tmp_path):
    def make(quirks=None, **settings):
        reader = VirtualCardReader(tmp_path / "reader", quirks=quirks)
        made.append(reader)
        reader.start()
        driver = make_card_reader(CardReaderSettings(reader.port, **settings))
        made.append(driver)
        return reader, driver

    return make


HARMLESS = (
    ReaderFault.BYTE_AT_A_TIME,
    ReaderFault.NOISE,
    ReaderFault.BAD_CHECKSUM,
    ReaderFault.LENGTH_TOO_LONG,
    ReaderFault.LENGTH_TOO_SHORT,
    ReaderFault.LOST_BYTE,
    ReaderFault.DOUBLED_BYTE,
    ReaderFault.HALF_REPLY,
    ReaderFault.SLOW_JUST_UNDER,
    ReaderFault.PREVIOUS_REPLY,
    ReaderFault.PREVIOUS_FIRST,
)
REPEATABLE = (protocol.FIND_CARD, protocol.READ_NEWEST_ADDRESS, protocol.READ_SAM_ID)


@pytest.mark.parametrize("command", REPEATABLE, ids=lambda command: command.name)
@pytest.mark.parametrize("fault", HARMLESS)
def test_one_spoilt_reply_is_asked_for_again(set_up, people, fault, command):
    reader, driver = set_up()
    driver.module.check()
    reader.lay(people.by_id("zhou-fulai").card())
    reader.set_fault(fault, replies=1, only=command)
    record = driver.read_card(8)
    assert record.newest_address == people.by_id("zhou-fulai").newest_address
    assert record.sam_id is not None
    assert reader.fault is ReaderFault.NONE


@pytest.mark.parametrize(
    "fault", [ReaderFault.BAD_CHECKSUM, ReaderFault.LOST_BYTE, ReaderFault.HALF_REPLY]
)
def test_a_spoilt_record_means_lift_the_card(set_up, people, fault):
    """The module has read the card and finds it no more, so asking again cannot help."""
    reader, driver = set_up()
    reader.lay(people.citizens[0].card())
    reader.set_fault(fault, replies=1, only=protocol.READ_BASE)
    began = time.monotonic()
    with pytest.raises(CardNotReadable):
        driver.read_card(8)
    assert time.monotonic() - began < 3  # the gap ends the wait, not the whole limit
    reader.lift()
    reader.lay(people.citizens[0].card())
    assert driver.read_card(5).type == "resident"


def test_a_reply_just_over_the_limit_is_a_timeout_and_passes_for_no_other(set_up, people):
    reader, driver = set_up()
    reader.lay(people.citizens[0].card())
    reader.set_fault(ReaderFault.SLOW_JUST_OVER, replies=1, only=protocol.FIND_CARD)
    with pytest.raises(DeviceTimeout):
        driver.read_card(8)
    assert driver.read_card(5).type == "resident"


@pytest.mark.parametrize("fault", [ReaderFault.PREVIOUS_REPLY, ReaderFault.PREVIOUS_FIRST])
def test_a_module_one_reply_behind_never_gives_one_person_anothers_record(set_up, people, fault):
    """What cannot be the answer is not taken for it, and asking again brings the right one."""
    reader, driver = set_up()
    before, person = people.by_id("zhou-fulai"), people.by_id("wang-fang")
    reader.lay(before.card())
    assert driver.read_card(8).newest_address == before.newest_address
    reader.set_fault(fault)
    reader.lift()
    reader.lay(person.card())
    record = driver.read_card(12)
    assert (record.name, record.newest_address) == (person.name, person.newest_address)


def test_half_a_reply_and_then_no_port(set_up, people):
    reader, driver = set_up()
    reader.lay(people.citizens[0].card())
    reader.set_fault(ReaderFault.HALF_THEN_UNPLUG, replies=1, only=protocol.READ_BASE)
    with pytest.raises(DeviceError):
        driver.read_card(8)
    assert not os.path.lexists(reader.port)
    with pytest.raises(DeviceMissing):
        driver.read_card(2)
    reader.start()
    reader.lay(people.citizens[0].card())
    assert driver.read_card(5).type == "resident"


def test_a_card_pulled_while_it_is_read(set_up, people, eventually):
    reader, driver = set_up()
    events, stop = [], threading.Event()
    thread = threading.Thread(target=driver.watch, args=(events.append, stop), daemon=True)
    thread.start()
    try:
        eventually(lambda: ReaderBack() in events)
        reader.set_fault(ReaderFault.PULLED, replies=1)
        reader.lay(people.citizens[0].card())
        eventually(lambda: any(isinstance(event, CardRemoved) for event in events))
        assert [type(e) for e in events] == [ReaderBack, CardSeen, CardUnreadable, CardRemoved]
        reader.lay(people.citizens[0].card())
        eventually(lambda: isinstance(events[-1], CardRead))
    finally:
        stop.set()
        thread.join()


def test_status_bytes_that_mean_nothing_change_nothing(set_up, people):
    reader, driver = set_up(Quirks(sw=(0x12, 0x34)))
    reader.lay(people.citizens[0].card())
    assert driver.read_card(5).type == "resident"


@pytest.mark.parametrize("style", list(NoFingerprint))
def test_cards_without_fingerprint_in_all_three_styles(set_up, people, style):
    reader, driver = set_up(Quirks(no_fingerprint=style), fingerprint=True)
    reader.lay(people.citizens[0].card())
    record = driver.read_card(5)
    assert record.fingerprint == b""
    assert len(record.photo) == 1024


@pytest.mark.parametrize("size", [512, 1024])
def test_fingerprints_are_read_only_where_asked_for(set_up, people, size):
    reader, driver = set_up(fingerprint=True)
    card = people.citizens[0].card(fingerprint=bytes([7]) * size)
    reader.lay(card)
    assert driver.read_card(5).fingerprint == bytes([7]) * size
    usual = make_card_reader(CardReaderSettings(reader.port))
    driver.close()
    reader.lift()
    reader.lay(card)
    assert usual.read_card(5).fingerprint == b""
    usual.close()


def test_presence_without_management_number_is_asked_by_address(set_up, people, eventually):
    reader, driver = set_up(Quirks(unknown=frozenset({protocol.READ_MANAGEMENT_NUMBER})))
    reader.lay(people.citizens[0].card())
    driver.read_card(5)
    assert driver.module.lies_there()
    reader.lift()
    assert not driver.module.lies_there()


def test_a_module_that_knows_neither_command_cannot_tell_and_reads_on(set_up, people):
    unknown = frozenset({protocol.READ_MANAGEMENT_NUMBER, protocol.READ_NEWEST_ADDRESS})
    reader, driver = set_up(Quirks(unknown=unknown))
    reader.lay(people.citizens[0].card())
    assert driver.read_card(5).newest_address is None
    assert not driver.module.lies_there()
    with pytest.raises(DeviceRefused):
        driver.module.management_number()


def test_a_network_reader_that_goes_and_comes_back(made, people):
    reader = NetCardReader()
    made.append(reader)
    reader.start()
    driver = make_card_reader(CardReaderSettings(reader.port))
    made.append(driver)
    reader.lay(people.citizens[0].card())
    reader.set_fault(ReaderFault.HALF_THEN_UNPLUG, replies=1, only=protocol.FIND_CARD)
    with pytest.raises(DeviceError):
        driver.read_card(3)
    with pytest.raises(DeviceMissing):
        driver.read_card(3)
    reader.start()
    assert driver.read_card(5).type == "resident"


def test_a_silent_socket_is_a_timeout(made):
    reader = NetCardReader()
    made.append(reader)
    reader.start()
    reader.set_fault(ReaderFault.SILENCE)
    driver = make_card_reader(CardReaderSettings(reader.port))
    made.append(driver)
    with pytest.raises(DeviceTimeout):
        driver.read_card(2)


def test_two_programs_cannot_share_a_port(set_up, made):
    reader, driver = set_up()
    driver.module.check()
    other = make_card_reader(CardReaderSettings(reader.port))
    made.append(other)
    with pytest.raises(DeviceRefused, match="in use by another program"):
        other.read_card(1)


@pytest.mark.parametrize("fault", list(ReaderFault))
def test_no_fault_hangs_watch_or_ends_it(set_up, people, eventually, fault):
    reader, driver = set_up()
    events, stop = [], threading.Event()
    thread = threading.Thread(target=driver.watch, args=(events.append, stop), daemon=True)
    thread.start()
    reader.set_fault(fault, replies=2)
    reader.lay(people.citizens[0].card())
    time.sleep(0.4)
    reader.lift()
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()
    told = (ReaderBack, ReaderAway, CardSeen, CardRead, CardUnreadable, CardRemoved)
    assert all(isinstance(event, told) for event in events)


def test_a_fault_ends_after_the_replies_it_was_set_for():
    core = ReaderCore()
    core.set_fault(ReaderFault.SILENCE, replies=2)
    asked = [core.take(protocol.SAM_STATUS.to_bytes()) for _ in range(3)]
    assert [len(pieces) for pieces in asked] == [0, 0, 1]


def test_an_undecided_damage_is_a_protocol_error(set_up):
    reader, driver = set_up()
    reader.set_fault(ReaderFault.BAD_CHECKSUM)
    with pytest.raises(DeviceProtocolError, match="wrong checksum"):
        driver.module.check()
