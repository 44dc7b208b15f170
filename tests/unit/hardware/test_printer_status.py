"""Printer status bytes: each bit of each reply, rejection of what is no status, any byte stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.ports import PrinterState
from hardware.ticket_printer.picture import Picture
from hardware.ticket_printer.protocol import (
    AutomaticStatus,
    BarrierPassed,
    Query,
    RealTimeStatus,
    Rejected,
    StatusParser,
)


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


@given(data=st.binary(max_size=60), cut=st.integers(0, 60), asked=st.lists(st.sampled_from(Query)))
def test_any_split_of_any_bytes_tells_the_same(data, cut, asked):
    whole, split = StatusParser(), StatusParser()
    for parser in (whole, split):
        parser.expect(*asked)
        parser.expect_barrier()
    assert whole.feed(data) == split.feed(data[:cut]) + split.feed(data[cut:])


@given(asked=st.sets(st.sampled_from(Query)), data=st.data())
def test_without_both_main_replies_nothing_is_called_well(asked, data):
    picture = Picture()
    for query in asked:
        byte = data.draw(st.sampled_from([b for b in range(256) if b & 0x93 == 0x12]))
        picture = picture.with_event(RealTimeStatus(query, byte))
    if not asked >= {Query.PRINTER, Query.PAPER}:
        assert picture.status().can_print is not True
