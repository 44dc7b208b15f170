"""The SAM module's frames: every command and reply of the table, damage, noise, any split."""

import contextlib
import itertools
from functools import reduce
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import DeviceError, DeviceProtocolError, DeviceRefused
from hardware.id_card import protocol
from hardware.id_card.protocol import (
    MAX_LENGTH,
    NEED_DATA,
    PREAMBLE,
    BaseRecord,
    CardFault,
    Damage,
    Frame,
    FrameParser,
    Reply,
    Sw3,
    address_text,
    command_from,
    sam_id_data,
    sam_id_text,
    to_wire,
)


def events(parser: FrameParser, data: bytes) -> list[Frame | Damage]:
    parser.receive(data)
    found = []
    while (event := parser.next_event()) is not NEED_DATA:
        found.append(event)
    return found


def frames(data: bytes) -> list[Frame]:
    return [event for event in events(FrameParser(), data) if isinstance(event, Frame)]


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (protocol.RESET, "0003 10FF EC"),
        (protocol.SAM_STATUS, "0003 11FF ED"),
        (protocol.READ_SAM_ID, "0003 12FF EE"),
        (protocol.FIND_CARD, "0003 2001 22"),
        (protocol.SELECT_CARD, "0003 2002 21"),
        (protocol.READ_BASE, "0003 3001 32"),
        (protocol.READ_NEWEST_ADDRESS, "0003 3003 30"),
        (protocol.READ_MANAGEMENT_NUMBER, "0003 3005 36"),
        (protocol.READ_WITH_FINGERPRINT, "0003 3010 23"),
        (protocol.SET_BAUD[115200], "0003 6000 63"),
        (protocol.SET_BAUD[57600], "0003 6001 62"),
        (protocol.SET_BAUD[38400], "0003 6002 61"),
        (protocol.SET_BAUD[19200], "0003 6003 60"),
        (protocol.SET_BAUD[9600], "0003 6004 67"),
    ],
)
def test_commands_on_the_wire(command, wire):
    assert command.to_bytes() == PREAMBLE + bytes.fromhex(wire)
    (frame,) = frames(command.to_bytes())
    assert command_from(frame) == command


@pytest.mark.parametrize(
    ("wire", "sw3", "length"),
    [
        ("0004 000090 94", Sw3.GOOD, 0),
        ("0008 00009F 00000000 97", Sw3.FOUND, 4),
        ("0004 000080 84", Sw3.FIND_FAILED, 0),
        ("0004 000081 85", Sw3.SELECT_FAILED, 0),
        ("0004 000041 45", Sw3.READ_FAILED, 0),
        ("0004 000091 95", Sw3.ITEM_EMPTY, 0),
    ],
)
def test_replies_of_the_table(wire, sw3, length):
    (frame,) = frames(PREAMBLE + bytes.fromhex(wire))
    reply = Reply.from_frame(frame)
    assert (reply.sw3, len(reply.data)) == (sw3, length)


def test_the_first_two_status_bytes_decide_nothing():
    assert Reply(0xFF, 0x31, Sw3.FOUND).good
    with pytest.raises(CardFault):
        Reply(0, 0, Sw3.READ_FAILED).expect(protocol.READ_BASE)
    with pytest.raises(DeviceRefused, match="status 77"):
        Reply(0, 0, 0x77).expect(protocol.READ_BASE)


@pytest.mark.parametrize("fingerprint", [b"", bytes(512), bytes(1024)])
def test_records_with_every_length_of_fingerprint(fingerprint):
    record = BaseRecord(b"t" * 256, b"p" * 1024, fingerprint)
    reply = Reply(0, 0, Sw3.GOOD, record.to_data(fingerprint=True))
    assert BaseRecord.from_reply(reply, fingerprint=True) == record


def test_a_whole_base_reply_is_1295_bytes():
    record = BaseRecord(bytes(256), bytes(1024))
    wire = Reply(0, 0, Sw3.GOOD, record.to_data()).to_bytes()
    assert len(wire) == 1295
    assert wire[5:14] == bytes.fromhex("0508 000090 0100 0400")


@pytest.mark.parametrize(
    "lengths", ["0100 0400 0000", "0100 0400 0400", "0100 0400"], ids=["0", "claimed", "none"]
)
def test_the_three_ways_to_say_that_a_card_has_no_fingerprint(lengths):
    data = bytes.fromhex(lengths) + b"t" * 256 + b"p" * 1024
    reply = Reply(0, 0, Sw3.GOOD, data)
    assert BaseRecord.from_reply(reply, fingerprint=True) == BaseRecord(b"t" * 256, b"p" * 1024)


def test_a_reply_without_fingerprint_has_len_050a():
    record = BaseRecord(bytes(256), bytes(1024))
    wire = Reply(0, 0, Sw3.GOOD, record.to_data(fingerprint=True)).to_bytes()
    assert wire[5:7] == bytes.fromhex("050A")


# One after the other, as a driver asks them; a late reply must not pass for the next one's.
ORDER = {
    protocol.FIND_CARD: (Reply(0, 0, Sw3.FOUND, bytes(4)), Reply(0, 0, Sw3.FIND_FAILED)),
    protocol.SELECT_CARD: (Reply(0, 0, Sw3.GOOD, bytes(8)), Reply(0, 0, Sw3.SELECT_FAILED)),
    protocol.READ_BASE: (Reply(0, 0, Sw3.GOOD, bytes(1284)),),
    protocol.READ_NEWEST_ADDRESS: (Reply(0, 0, Sw3.GOOD, bytes(70)), Reply(0, 0, Sw3.ITEM_EMPTY)),
}


@pytest.mark.parametrize("command", ORDER, ids=lambda command: command.name)
def test_a_reply_fits_its_own_command_and_not_the_one_asked_next(command):
    order = list(ORDER)
    following = order[(order.index(command) + 1) % len(order)]
    for reply in ORDER[command]:
        assert command.fits(reply)
        assert not following.fits(reply)


@pytest.mark.parametrize("command", protocol.COMMANDS, ids=lambda command: command.name)
def test_refusals_that_any_command_may_get_fit_every_command(command):
    for sw3 in (0x10, 0x11, 0x21, 0x24, 0x31, 0x66, 0x77):
        assert command.fits(Reply(0, 0, sw3))


@given(st.binary(max_size=3000))
def test_the_checksum_is_the_xor_of_all_bytes(data):
    assert protocol.checksum(data) == reduce(xor, data, 0)


@pytest.mark.parametrize(
    "data", [b"", bytes.fromhex("01000400"), bytes.fromhex("00010001") + b"xx"]
)
def test_records_whose_lengths_do_not_add_up_are_refused(data):
    with pytest.raises(DeviceProtocolError):
        BaseRecord.from_reply(Reply(0, 0, Sw3.GOOD, data))


def test_sam_id_round_trips():
    text = "05.03-20990101-0000000001-0123456789"
    assert sam_id_text(Reply(0, 0, Sw3.GOOD, sam_id_data(text))) == text
    with pytest.raises(DeviceProtocolError):
        sam_id_text(Reply(0, 0, Sw3.GOOD, b"short"))


def test_newest_address():
    data = "示范路 1 号".ljust(35).encode("utf-16-le")
    assert address_text(Reply(0, 0, Sw3.GOOD, data)) == "示范路 1 号"
    assert address_text(Reply(0, 0, Sw3.ITEM_EMPTY)) is None
    with pytest.raises(DeviceProtocolError):
        address_text(Reply(0, 0, Sw3.GOOD, b"odd"))


def test_a_wrong_checksum_is_damage_and_the_next_frame_is_found():
    good = Reply(0, 0, Sw3.GOOD).to_bytes()
    bad = good[:-1] + bytes((good[-1] ^ 1,))
    assert [type(event) for event in events(FrameParser(), bad + good)] == [Damage, Frame]


def test_a_frame_inside_a_cut_off_one_is_found_once_the_length_is_full():
    half = Reply(0, 0, Sw3.GOOD, bytes(40)).to_bytes()[:20]
    good = Reply(0, 0, Sw3.FIND_FAILED).to_bytes()
    assert Frame(good[7:-1]) in events(FrameParser(), half + good * 4)


def test_an_impossible_length_is_damage():
    (damage,) = events(FrameParser(), PREAMBLE + b"\xff\xff")
    assert isinstance(damage, Damage)


def test_one_aa_too_many_does_not_hide_the_frame():
    good = Reply(0, 0, Sw3.GOOD).to_bytes()
    assert len(frames(b"\xaa" + good)) == 1


bodies = st.binary(min_size=2, max_size=MAX_LENGTH - 1)


@given(body=bodies, cuts=st.lists(st.integers(0, 2400), max_size=5))
def test_any_split_finds_the_frame(body, cuts):
    wire, parser, found = to_wire(body), FrameParser(), []
    edges = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    for start, end in itertools.pairwise(edges):
        found += events(parser, wire[start:end])
    assert found == [Frame(body)]
    assert parser.buffered == 0


@given(noise=st.binary(max_size=50), body=st.binary(min_size=2, max_size=30))
def test_noise_before_a_frame_costs_nothing(noise, body):
    if PREAMBLE in noise + PREAMBLE[:-1]:
        return  # that noise is the start of a frame
    assert Frame(body) in frames(noise + to_wire(body))


@given(st.lists(st.binary(max_size=400), max_size=12))
def test_random_bytes_never_raise_and_the_buffer_stays_bounded(chunks):
    parser = FrameParser()
    for chunk in chunks:
        for event in events(parser, chunk):
            if isinstance(event, Frame):
                with contextlib.suppress(DeviceError):
                    Reply.from_frame(event)
        assert parser.buffered <= len(PREAMBLE) + 2 + MAX_LENGTH
