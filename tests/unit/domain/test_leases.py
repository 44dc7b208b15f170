"""Numbers lent to kiosks and handed in again: the pure rules."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain import leases as x
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.numbers import NumberBook, is_given
from queue_server.domain.vocabulary import TicketStatus
from tests.support.hall import MINUTE, MONDAY_9, Hall, reloaded, rules

DAY_MS = 24 * 60 * MINUTE


def lend(hall: Hall, lease: str = "L", size: int = 5, kiosk: str = "k") -> list[e.Event]:
    return hall.do(x.TakeLeases(lease, kiosk, ("A",), size))


def offline(serial: int, ticket: str = "", lease: str = "L.A", **fields: Any) -> x.OfflineTicket:
    plain = {"service": "A", "issued_ms": MONDAY_9, **fields}
    return x.OfflineTicket(ticket or f"o{serial}", lease, serial, **plain)


def hand_in(hall: Hall, *tickets: x.OfflineTicket, back: tuple[str, ...] = ()) -> list[e.Event]:
    return hall.do(x.HandIn("k", tickets, back))


def refusals(events: list[e.Event]) -> list[str]:
    return [event.code for event in events if isinstance(event, x.OfflineTicketRefused)]


def proven(hall: Hall) -> NumberBook:
    """Rule 1, recomputed from the events."""
    book, day = NumberBook(), ""
    for event, _ in hall.log:
        day = event.day if isinstance(event, e.DayOpened) else day
        book.take(event, day)
    return book


def test_a_block_lies_behind_the_last_number_and_the_next_number_behind_the_block() -> None:
    hall = Hall()
    assert hall.issue().serial == 1
    lend(hall)
    assert (hall.state.leases["L.A"].first, hall.state.leases["L.A"].last) == (2, 6)
    assert hall.issue().serial == 7
    lend(hall, "M", kiosk="other")
    assert hall.state.leases["M.A"].first == 8
    assert hall.issue("B").serial == 1
    proven(hall)


def test_lent_numbers_lie_apart_and_the_halls_own_count_on_and_around_them() -> None:
    hall = Hall(rules(leases=x.LeaseSettings(first_serial=4)))
    lend(hall, size=2)
    lend(hall, "M", size=2, kiosk="other")
    blocks = [(lease.first, lease.last) for lease in hall.state.leases.values()]
    assert blocks == [(4, 5), (6, 7)]
    assert [hall.issue().serial for _ in range(4)] == [1, 2, 3, 8]
    hand_in(hall, offline(4), back=("L.A",))
    assert hall.issue().serial == 9
    lend(hall, "N", size=2)
    assert hall.state.leases["N.A"].first == 10
    assert hall.issue().serial == 12
    known = hall.state.serials, hall.state.lent
    given = ["A001", "A004", "A007", "A010", "A011", "A012"]
    assert [is_given(*known, number) for number in given] == [True] * 6
    assert not any(is_given(*known, number) for number in ("A013", "A000", "B001", "A", "X001"))
    assert reloaded(hall).lent == hall.state.lent
    proven(hall)


def test_a_service_that_is_named_twice_gets_one_block() -> None:
    hall = Hall()
    assert len(hall.do(x.TakeLeases("L", "k", ("A", "B", "A"), 5))) == 2
    assert hall.issue().serial == 6
    proven(hall)


def test_a_block_for_every_service_unless_some_are_named() -> None:
    hall = Hall()
    hall.do(x.TakeLeases("L", "k"))
    assert set(hall.state.leases) == {"L.A", "L.B"}
    assert hall.state.leases["L.B"].last == hall.state.known_rules.leases.size


def test_asking_again_gives_nothing_new_until_less_than_half_is_left() -> None:
    hall = Hall()
    lend(hall, size=6)
    assert lend(hall, "M", size=6) == []
    hand_in(hall, offline(1), offline(2), offline(3))
    assert lend(hall, "N", size=6) == []
    hand_in(hall, offline(4))
    assert [event.name for event in lend(hall, "O", size=6)] == ["lease_issued"]
    assert hall.state.leases["O.A"].first == 7


def test_a_block_must_be_sensible() -> None:
    hall = Hall()
    with pytest.raises(WrongState, match="最多"):
        lend(hall, size=hall.state.known_rules.leases.size_at_most + 1)
    with pytest.raises(NotFound):
        hall.do(x.TakeLeases("L", "k", ("Z",)))


def test_handed_in_in_any_order_they_stand_by_their_own_arrival() -> None:
    hall = Hall()
    lend(hall)
    hall.wait(20)
    walk_in = hall.issue()
    hall.wait(5)
    later = offline(1, issued_ms=MONDAY_9 + 22 * MINUTE)
    sooner = offline(2, issued_ms=MONDAY_9 + 10 * MINUTE, age_years=None)
    hand_in(hall, later, sooner)
    assert hall.state.tickets["o2"].number == "A002"
    assert hall.state.tickets["o2"].issued_ms == MONDAY_9 + 10 * MINUTE
    called = [hall.serve("1", 0) for _ in range(3)]
    assert [t.id for t in called if t] == ["o2", walk_in.id, "o1"]
    proven(hall)


def test_each_ticket_once_and_the_same_number_by_another_is_told_of() -> None:
    hall = Hall()
    lend(hall)
    assert [event.name for event in hand_in(hall, offline(1))] == ["ticket_issued"]
    assert hand_in(hall, offline(1)) == []
    assert refusals(hand_in(hall, offline(1, "other"))) == ["number_taken"]
    assert refusals(hand_in(hall, offline(2), offline(2, "twin"), offline(3))) == ["number_taken"]
    assert set(hall.state.leases["L.A"].taken) == {1, 2, 3}
    proven(hall)


@pytest.mark.parametrize(
    ("ticket", "code"),
    [
        (offline(1, lease="gone"), "lease_unknown"),
        (offline(6), "number_not_in_lease"),
        (offline(1, service="B"), "service_unknown"),
        (offline(1, service="Z"), "service_unknown"),
        (offline(1, "t1"), "ticket_id_used"),
        (offline(1, id_taken=True), "ticket_id_used"),
    ],
)
def test_what_cannot_be_taken_in_holds_up_no_other(ticket: x.OfflineTicket, code: str) -> None:
    hall = Hall()
    lend(hall)
    assert hall.issue().id == "t1"
    events = hand_in(hall, ticket, offline(2))
    assert refusals(events) == [code]
    assert hall.state.tickets["o2"].status is TicketStatus.WAITING
    proven(hall)


def test_another_kiosks_block_is_not_to_be_used() -> None:
    hall = Hall()
    lend(hall, kiosk="other")
    assert refusals(hand_in(hall, offline(1))) == ["lease_unknown"]
    assert hand_in(hall, back=("L.A",)) == []


def test_a_wrong_clock_is_clamped_and_told() -> None:
    hall = Hall()
    hall.wait(10)
    lend(hall)
    hall.wait(10)
    before, ahead = offline(1, issued_ms=0), offline(2, issued_ms=hall.now_ms + 3_600_000)
    fine = offline(3, issued_ms=hall.now_ms + 30_000)
    events = [x for x in hand_in(hall, before, ahead, fine) if isinstance(x, e.TicketIssued)]
    assert [x.arrived_ms for x in events] == [
        MONDAY_9 + 10 * MINUTE,
        hall.now_ms,
        hall.now_ms,
    ]
    assert events[0].clock_off_s == -(MONDAY_9 + 10 * MINUTE) // 1000
    assert [x.clock_off_s for x in events[1:]] == [3600, 0]


def test_what_its_person_cancelled_stays_a_number_that_was_given() -> None:
    hall = Hall()
    lend(hall)
    unprinted = offline(3, printed=False)
    hand_in(hall, offline(1, printed=True), offline(2, printed=False, cancelled=True), unprinted)
    assert hall.state.tickets["o1"].printed is True
    assert (hall.state.tickets["o3"].printed, hall.state.tickets["o3"].kept) == (False, True)
    hall.wait(30)
    assert hall.do(c.PassTime()) == [], "who kept it at the kiosk is not asked again"
    assert hall.state.tickets["o2"].status is TicketStatus.CANCELLED
    assert len(proven(hall).accounts[hall.state.day, "A"].accounted) == 3


def test_card_and_class_count_offline_too() -> None:
    hall = Hall()
    lend(hall)
    elderly = offline(1, age_years=70, person="p")
    unknown = offline(2, priority_class="gone", matter="gone")
    hand_in(hall, elderly, unknown)
    assert hall.state.tickets["o1"].priority_class == "elderly"
    assert hall.state.held["p", "A"][0] == "o1"
    assert hall.state.tickets["o2"].priority_class == "ordinary"
    assert hall.state.tickets["o2"].matter is None


def test_what_is_given_back_is_void_and_never_given_again() -> None:
    hall = Hall()
    lend(hall)
    events = hand_in(hall, offline(2), back=("L.A", "L.A", "gone"))
    spans = [(v.first, v.last) for v in events if isinstance(v, x.NumbersVoided)]
    assert spans == [(1, 1), (3, 5)]
    assert hand_in(hall, back=("L.A",)) == []
    assert refusals(hand_in(hall, offline(3))) == ["number_void"]
    assert hall.issue().serial == 6, "also a block at the end is not used again"
    assert hand_in(hall, offline(2)) == []
    proven(hall)


def test_a_service_with_numbers_out_stays_until_the_day_ends() -> None:
    hall = Hall()
    lend(hall)
    only_b = [s for s in rules().services if s.id == "B"]
    skills = tuple(
        dataclasses.replace(w, skills=tuple(s for s in w.skills if s.service == "B"))
        for w in rules().windows
    )
    fewer = rules(services=tuple(only_b), windows=skills, matters=())
    with pytest.raises(WrongState) as found:
        hall.do(c.Configure(fewer))
    assert found.value.detail["missing"] == ["A"]
    hand_in(hall, back=("L.A",))
    assert [event.name for event in hall.do(c.Configure(fewer))] == ["hall_configured"]


def test_who_drew_online_and_offline_keeps_the_first_as_theirs() -> None:
    hall = Hall()
    lend(hall)
    first = hall.issue(person="p")
    hand_in(hall, offline(1, person="p"))
    assert hall.issue(person="p").id == first.id
    hall.do(c.CancelTicket(first.id))
    assert hall.issue(person="p").id == "o1", "the other one counts when the first is gone"
    hall.do(c.CancelTicket("o1"))
    assert hall.issue(person="p").id not in (first.id, "o1")


def test_a_ticket_refused_again_and_again_is_told_of_once() -> None:
    hall = Hall()
    lend(hall)
    hand_in(hall, offline(9))
    hall.wait(30)
    hand_in(hall, offline(9))
    (told,) = hall.state.refused
    assert (told.number, told.at_ms) == ("A009", hall.now_ms)


# --- days -----------------------------------------------------------------------------------


def next_day(hall: Hall, days: int = 1) -> None:
    hall.now_ms += days * DAY_MS
    hall.do(c.RollDay())


def test_a_kiosk_that_comes_back_next_morning_hands_in_for_the_day_before() -> None:
    hall = Hall()
    day = hall.state.day
    lend(hall)
    hand_in(hall, offline(1))
    next_day(hall)
    assert reloaded(hall).leases == hall.state.leases
    assert hall.issue().serial == 1, "a new day counts from one"
    events = hand_in(hall, offline(1), offline(2), offline(3, "o1"), back=("L.A",))
    recorded = [event for event in events if isinstance(event, x.OfflineTicketRecorded)]
    assert [(r.ticket, r.day, r.number) for r in recorded] == [("o2", day, "A002")]
    assert refusals(events) == ["ticket_id_used"]
    assert "o2" not in hall.state.tickets
    assert len(hall.state.line) == 1
    assert reloaded(hall).leases == hall.state.leases
    book = proven(hall)
    assert tuple(book.accounts[day, "A"].accounted) == ((1, 5),)
    assert not len(book.accounts[day, "A"].lent)


def test_yesterdays_block_is_not_lent_today() -> None:
    hall = Hall()
    lend(hall)
    next_day(hall)
    assert [event.name for event in lend(hall, "M")] == ["lease_issued"]
    assert hall.state.leases["M.A"].first == 1
    proven(hall)


def test_arrivals_of_a_past_day_stay_in_it() -> None:
    hall = Hall()
    lend(hall)
    next_day(hall, 2)
    events = hand_in(hall, offline(1, issued_ms=hall.now_ms))
    assert isinstance(events[0], x.OfflineTicketRecorded)
    assert events[0].arrived_ms < MONDAY_9 + DAY_MS
    assert events[0].clock_off_s > 3600


def test_a_block_that_never_comes_back_is_voided_in_the_end() -> None:
    hall = Hall(rules(leases=x.LeaseSettings(handin_days=2)))
    day = hall.state.day
    lend(hall)
    hand_in(hall, offline(3))
    next_day(hall, 2)
    assert hall.state.leases["L.A"].count_left == 4
    assert reloaded(hall).leases == hall.state.leases
    next_day(hall)
    assert hall.state.leases == {}
    assert reloaded(hall).leases == {}
    assert tuple(proven(hall).accounts[day, "A"].accounted) == ((1, 5),)
    assert refusals(hand_in(hall, offline(4))) == ["lease_unknown"]
