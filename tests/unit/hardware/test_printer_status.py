"""Printer status bytes: each bit of each reply, rejection of what is no status, any byte stream."""

import itertools
import os
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.ports import PrinterState
from hardware.ticket_printer.picture import Picture
from hardware.ticket_printer.protocol import (
    AutomaticStatus,
    BarrierPassed,
    Identity,
    IdentityTold,
    JobPassed,
    Query,
    RealTimeStatus,
    Rejected,
    StatusParser,
    ask_job_in_order,
)

QUERIES = st.sampled_from(Query)


def status_of(**replies: int):
    picture = Picture()
    for name, byte in replies.items():
        picture = picture.with_event(RealTimeStatus(Query[name], byte))
    return picture.status()


@pytest.mark.parametrize(
    ("replies", "state", "can_print"),
    [
        ({"PRINTER": 0x12, "PAPER": 0x12}, PrinterState.OK, True),
        ({"PRINTER": 0x12, "PAPER": 0x1E}, PrinterState.NEAR_END, True),
        ({"PRINTER": 0x12, "PAPER": 0x72}, PrinterState.OUT, False),
        ({"PRINTER": 0x1A, "PAPER": 0x12}, PrinterState.OFFLINE, False),
        ({"PRINTER": 0x1A, "OFFLINE_CAUSE": 0x16}, PrinterState.COVER_OPEN, False),
        ({"PRINTER": 0x1A, "OFFLINE_CAUSE": 0x32}, PrinterState.OUT, False),
        ({"PRINTER": 0x1A, "OFFLINE_CAUSE": 0x52}, PrinterState.ERROR, False),
        ({"PRINTER": 0x1A, "ERROR_CAUSE": 0x1A}, PrinterState.CUTTER, False),
        ({"PRINTER": 0x1A, "ERROR_CAUSE": 0x32}, PrinterState.ERROR, False),
        ({"PRINTER": 0x1A, "ERROR_CAUSE": 0x52}, PrinterState.OVERHEATED, False),
        ({}, PrinterState.UNKNOWN, None),
        ({"PRINTER": 0x12}, PrinterState.UNKNOWN, None),
        ({"PAPER": 0x12}, PrinterState.UNKNOWN, None),
    ],
)
def test_replies_become_a_status(replies, state, can_print):
    status = status_of(**replies)
    assert (status.state, status.can_print) == (state, can_print)


def test_a_fault_is_believed_without_the_other_replies_but_health_is_not():
    assert status_of(PAPER=0x72).can_print is False
    assert status_of(PAPER=0x12).can_print is None


def test_near_end_bits_of_a_printer_without_that_sensor_mean_nothing():
    picture = Picture()
    for query, byte in ((Query.PRINTER, 0x12), (Query.PAPER, 0x1E)):
        picture = picture.with_event(RealTimeStatus(query, byte))
    assert picture.status(near_end_sensor=False).state is PrinterState.OK


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        ("1000000F", PrinterState.OK),
        ("3800000F", PrinterState.COVER_OPEN),
        ("18000C0F", PrinterState.OUT),
        ("1000030F", PrinterState.NEAR_END),
        ("1808000F", PrinterState.CUTTER),
        ("1820000F", PrinterState.ERROR),
        ("1840000F", PrinterState.OVERHEATED),
        ("1800000F", PrinterState.OFFLINE),
    ],
)
def test_automatic_status_is_the_whole_state(raw, state):
    (event,) = StatusParser().feed(bytes.fromhex(raw))
    assert isinstance(event, AutomaticStatus)
    assert Picture().with_event(event).status().state is state


@pytest.mark.parametrize("at", range(5))
def test_an_answer_may_stand_anywhere_within_an_automatic_status(at):
    parser = StatusParser()
    parser.expect(Query.PAPER)
    raw = bytes.fromhex("18000C0F")
    events = parser.feed(raw[:at] + b"\x1e" + raw[at:])
    assert sorted(events, key=repr) == [AutomaticStatus(raw), RealTimeStatus(Query.PAPER, 0x1E)]


def test_a_reply_begun_is_given_up_when_the_line_falls_silent():
    parser = StatusParser()
    parser.expect_barrier()
    assert parser.feed(b"\x10\x00") == []
    assert parser.settle() == [Rejected(0x10), Rejected(0x00)]
    assert parser.feed(b"\x00") == [BarrierPassed(0x00)]


def test_only_the_token_that_was_sent_ends_a_job():
    parser = StatusParser()
    parser.expect_job(b"a1b2")
    assert ask_job_in_order(b"a1b2").hex(" ") == "1d 28 48 06 00 30 30 61 31 62 32"
    assert not any(isinstance(e, JobPassed) for e in parser.feed(b'7"dead\0'))
    assert parser.feed(b'7"a1b2\0') == [JobPassed(b"a1b2")]
    assert not any(isinstance(e, JobPassed) for e in parser.feed(b'7"a1b2\0'))


def test_who_the_printer_is():
    parser = StatusParser()
    parser.expect_identity(Identity.MODEL)
    assert parser.feed(b"_TM-T82\0") == [IdentityTold(Identity.MODEL, "TM-T82")]
    assert not parser.waiting


def test_an_identity_without_an_end_is_bounded():
    parser = StatusParser()
    parser.expect_identity(Identity.MODEL)
    events = parser.feed(b"_" + b"x" * 500)
    assert all(isinstance(event, Rejected) for event in events)
    assert len(events) > 400


@pytest.mark.parametrize(
    ("faults", "mendable"),
    [("1A 52 1A 12", True), ("1A 52 16 12", True), ("1A 52 32 12", False), ("1A 16 1A 12", False)],
)
def test_only_an_error_that_waits_for_a_command_is_mended(faults, mendable):
    picture = Picture()
    for query, byte in zip(Query, bytes.fromhex(faults), strict=True):
        picture = picture.with_event(RealTimeStatus(query, byte))
    assert picture.mendable is mendable


def test_kinds_are_told_apart_in_one_stream():
    parser = StatusParser()
    parser.expect(Query.PRINTER, Query.PAPER)
    parser.expect_barrier()
    events = parser.feed(bytes.fromhex("12 1000000F 00 1E"))
    assert events == [
        RealTimeStatus(Query.PRINTER, 0x12),
        AutomaticStatus(bytes.fromhex("1000000F")),
        BarrierPassed(0x00),
        RealTimeStatus(Query.PAPER, 0x1E),
    ]


@pytest.mark.parametrize("byte", [0x00, 0xFF, 0x80, 0x13, 0x11, 0x92, 0x02])
def test_bytes_with_wrong_fixed_bits_answer_nothing(byte):
    parser = StatusParser()
    parser.expect(Query.PRINTER)
    assert parser.feed(bytes((byte,))) == [Rejected(byte)]
    assert parser.waiting


def test_an_unasked_reply_is_rejected():
    assert StatusParser().feed(b"\x12") == [Rejected(0x12)]


def test_a_broken_automatic_status_gives_its_bytes_back_as_rejected():
    assert StatusParser().feed(b"\x10\x00\x93") == [Rejected(0x10), Rejected(0x00), Rejected(0x93)]


KINDS = st.sampled_from(
    [b"\x12", b"\x1e", b"\x7e", b"\x10\x00\x00\x0f", b"\x18\x08\x0f\x0f", b"\x00", b"\x03",
     b'7"a1b2\0', b'7"zzzz\0', b"_V1\0", b"\xff", b"\x13"]
)  # fmt: skip
STREAMS = st.lists(st.one_of(KINDS, st.binary(max_size=6)), max_size=20).map(b"".join)


def parser_that_expects(asked) -> StatusParser:
    parser = StatusParser()
    parser.expect(*asked)
    parser.expect_barrier()
    parser.expect_job(b"a1b2")
    parser.expect_identity(Identity.FIRMWARE)
    return parser


@given(data=STREAMS, cuts=st.lists(st.integers(0, 120), max_size=8), asked=st.lists(QUERIES))
def test_any_split_of_any_bytes_tells_the_same(data, cuts, asked):
    whole, split = parser_that_expects(asked), parser_that_expects(asked)
    edges = [0, *sorted(cuts), len(data)]
    pieces = [event for a, b in itertools.pairwise(edges) for event in split.feed(data[a:b])]
    assert whole.feed(data) == pieces
    assert whole.settle() == split.settle()


def size_of(event) -> int:
    match event:
        case AutomaticStatus():
            return 4
        case JobPassed():
            return 7
        case IdentityTold(_, text):
            return len(text) + 2
    return 1


@given(data=STREAMS, asked=st.lists(QUERIES))
def test_every_byte_is_accounted_for_once(data, asked):
    parser = parser_that_expects(asked)
    events = parser.feed(data) + parser.settle()
    spaces = sum(isinstance(event, IdentityTold) for event in events) * 80  # stripped ones
    assert len(data) - spaces <= sum(map(size_of, events)) <= len(data)


@given(data=st.binary(max_size=200), asked=st.lists(QUERIES, max_size=4))
def test_what_was_not_asked_is_never_answered(data, asked):
    parser = StatusParser()
    parser.expect(*asked)
    events = parser.feed(data)
    told = [event.query for event in events if isinstance(event, RealTimeStatus)]
    assert told == asked[: len(told)]
    assert not any(isinstance(e, BarrierPassed | JobPassed | IdentityTold) for e in events)


def test_a_run_of_mutated_streams():
    """Short; HALL_FUZZ_SECONDS=300 pytest -s -k mutated makes it long. Prints how many it tried."""
    until = time.monotonic() + float(os.environ.get("HALL_FUZZ_SECONDS", "0.5"))
    chance, inputs, bytes_fed = random.Random(1), 0, 0
    seeds = [b"\x12\x1e\x12\x7e", b"\x10\x00\x00\x0f", b'7"a1b2\0', b"_1.07 ESC/POS\0", b"\x00\x03"]
    while time.monotonic() < until:
        data = bytearray(b"".join(chance.choices(seeds, k=chance.randint(1, 6))))
        for _ in range(chance.randint(0, 6)):
            place = chance.randrange(len(data))
            data[place : place + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 3))
            data = data or bytearray(1)
        asked = chance.choices(list(Query), k=chance.randint(0, 4))
        whole, split = parser_that_expects(asked), parser_that_expects(asked)
        at = chance.randint(0, len(data))
        once = whole.feed(bytes(data)) + whole.settle()
        assert once == split.feed(bytes(data[:at])) + split.feed(bytes(data[at:])) + split.settle()
        picture = Picture()
        for event in once:
            picture = picture.with_event(event)
        assert picture.status().state in PrinterState
        inputs, bytes_fed = inputs + 1, bytes_fed + len(data)
    print(f"\n{inputs:,} inputs, {bytes_fed:,} bytes")


@given(asked=st.sets(st.sampled_from(Query)), data=st.data())
def test_without_both_main_replies_nothing_is_called_well(asked, data):
    picture = Picture()
    for query in asked:
        byte = data.draw(st.sampled_from([b for b in range(256) if b & 0x93 == 0x12]))
        picture = picture.with_event(RealTimeStatus(query, byte))
    if not asked >= {Query.PRINTER, Query.PAPER}:
        assert picture.status().can_print is not True
