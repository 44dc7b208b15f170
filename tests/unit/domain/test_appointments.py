"""The appointment book and checking in: the pure rules."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time
from typing import Any

import pytest

from queue_server.domain import appointments as x
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.appointments import AppointmentStatus
from queue_server.domain.calendar import Calendar, Session, SpecialDay
from queue_server.domain.decide.appointments import bookable_slots
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.quotas import QuotaRule
from queue_server.domain.rules import PriorityClass
from queue_server.domain.slots import BookingSettings, SlotRule, slots_on
from queue_server.domain.state import Ticket
from queue_server.domain.vocabulary import TicketStatus
from tests.support.hall import Hall, reloaded, rules

WEEK = (0, 1, 2, 3, 4)
HOURS = (Session(WEEK, time(9), time(12)), Session(WEEK, time(13, 30), time(17)))
CALENDAR = Calendar(
    "Asia/Shanghai",
    time(4),
    False,
    HOURS,
    frozenset({date(2026, 11, 26)}),
    frozenset({date(2026, 11, 29)}),
    (SpecialDay(date(2026, 11, 25), ((time(9), time(10)),)),),
)
SLOTS = (
    SlotRule("A", WEEK, time(9), time(17), 30, 2),
    SlotRule("A", (0,), time(9), time(9, 30), 30, 1),
    SlotRule("B", WEEK, time(9), time(12), 60, 1),
)
CLASSES = (*rules().classes, PriorityClass("appointment", "预约", "appointment", 1.5))


def at(text: str) -> int:
    """UTC milliseconds of `day hour:minute` in November 2026, in China; the 23rd is a Monday."""
    return round(datetime.strptime(f"2026-11-{text}+0800", "%Y-%m-%d %H:%M%z").timestamp() * 1000)


def opened(now: str = "23 08:00", **booking: Any) -> Hall:
    settings = BookingSettings(**{"priority_class": "appointment", **booking})
    quotas = (QuotaRule("A", per_day=1, per_person=1),)
    changes = {"calendar": CALENDAR, "slots": SLOTS, "booking": settings, "quotas": quotas}
    return Hall(rules(**changes, classes=CLASSES), at(now))


def book(hall: Hall, person: str, when: str, service: str = "A", **fields: Any) -> x.Appointment:
    known = len(hall.state.book.appointments)
    codes = tuple(f"{known:06d}{n}" for n in range(3))
    hall.do(x.BookAppointment(f"a{known}", codes, service, None, at(when), person, **fields))
    return hall.state.book.appointments[f"a{known}"]


def check_in(hall: Hall, **who: Any) -> Ticket:
    fresh = f"c{len(hall.log)}"
    events = hall.do(x.CheckIn(fresh, **who))
    return hall.state.tickets[events[-1].ticket]  # type: ignore[attr-defined]


def refused(hall: Hall, command: Any) -> WrongState:
    before = len(hall.log)
    with pytest.raises(WrongState) as found:
        hall.do(command)
    assert len(hall.log) == before
    return found.value


# --- slots ----------------------------------------------------------------------------------


def starts(day: int, service: str = "A") -> list[int]:
    slots = slots_on(CALENDAR, SLOTS, service, date(2026, 11, day))
    assert all(s.ends_ms > s.starts_ms for s in slots)
    return [s.starts_ms for s in slots]


def test_slots_lie_in_the_opening_hours() -> None:
    assert starts(24)[0] == at("24 09:00")
    assert len(starts(24)) == 6 + 7, "none over lunch"
    assert starts(25) == [at("25 09:00"), at("25 09:30")], "a special day is shorter"
    assert starts(26) == [], "a holiday"
    assert starts(28) == [], "a Saturday"
    assert len(starts(29)) == 13, "a Sunday that is worked"
    assert starts(24, "B") == [at("24 09:00"), at("24 10:00"), at("24 11:00")]


def test_two_rules_with_the_same_slot_add_up() -> None:
    assert slots_on(CALENDAR, SLOTS, "A", date(2026, 11, 30))[0].capacity == 3
    assert slots_on(CALENDAR, SLOTS, "A", date(2026, 11, 24))[0].capacity == 2


def test_what_has_begun_or_lies_too_far_ahead_is_not_offered() -> None:
    hall = opened("23 10:00", horizon_days=7)

    def offered(day: int) -> list[int]:
        slots = bookable_slots(hall.state, "A", date(2026, 11, day), hall.now_ms)
        return [slot.starts_ms for slot, _ in slots]

    assert offered(23)[0] == at("23 10:30")
    assert offered(30)
    assert not bookable_slots(hall.state, "A", date(2026, 12, 1), hall.now_ms)
    assert not offered(22)


def test_a_slot_after_midnight_belongs_to_the_evening_before() -> None:
    always = dataclasses.replace(CALENDAR, always_open=True)
    night = SlotRule("A", (0, 1), time(0), time(23, 59), 60, 1)
    hall = Hall(rules(calendar=always, slots=(night,)), at("24 01:30"))
    mine = book(hall, "p", "24 02:00")
    assert (mine.day, hall.state.day) == ("2026-11-23", "2026-11-23")
    assert check_in(hall, code=mine.code).appointment == mine.id


# --- the book -------------------------------------------------------------------------------


def test_a_slot_fills_up_and_is_freed_again() -> None:
    hall = opened()
    first = book(hall, "p", "24 09:00")
    book(hall, "q", "24 09:00")
    full = x.BookAppointment("z", ("999999",), "A", None, at("24 09:00"), "r")
    refusal = refused(hall, full)
    assert refusal.code == "slot_full"
    assert refusal.detail["free"][0] == e.instant_text(at("24 09:30"))
    hall.do(x.CancelAppointment(first.id))
    hall.do(full)
    assert hall.state.book.taken["A", at("24 09:00")] == 2


def test_only_real_slots_can_be_booked() -> None:
    hall = opened()
    for when in ("24 09:10", "24 12:00", "26 09:00", "23 07:00", "29 17:00"):
        command = x.BookAppointment("z", ("1",), "A", None, at(when), "p")
        assert refused(hall, command).code == "slot_unknown", when
    with pytest.raises(NotFound):
        hall.do(x.BookAppointment("z", ("1",), "Z", None, at("24 09:00"), "p"))


def test_one_open_appointment_per_person_and_service() -> None:
    hall = opened()
    first = book(hall, "p", "24 09:00")
    again = x.BookAppointment("z", ("999999",), "A", None, at("24 10:00"), "p")
    refusal = refused(hall, again)
    assert (refusal.code, refusal.detail["appointment"]) == ("appointment_exists", first.id)
    assert "明天 09:00" in refusal.message
    book(hall, "p", "24 09:00", "B")
    other = x.ChangeAppointment(first.id, at("24 10:00"), "B")
    assert refused(hall, other).code == "appointment_exists"


def test_codes_are_of_one_appointment_each() -> None:
    hall = opened()
    hall.do(x.BookAppointment("a", ("111111",), "A", None, at("24 09:00"), "p"))
    hall.do(x.BookAppointment("b", ("111111", "222222"), "A", None, at("24 09:00"), "q"))
    assert hall.state.book.appointments["b"].code == "222222"
    used_up = x.BookAppointment("c", ("111111",), "A", None, at("24 10:00"), "r")
    assert refused(hall, used_up).code == "no_code_free"


def test_changing_moves_the_place_and_keeps_the_code() -> None:
    hall = opened()
    first = book(hall, "p", "24 09:00")
    hall.do(x.ChangeAppointment(first.code, at("27 10:00")))
    moved = hall.state.book.appointments[first.id]
    assert (moved.day, moved.code) == ("2026-11-27", first.code)
    assert hall.state.book.taken == {("A", at("27 10:00")): 1}
    assert hall.do(x.ChangeAppointment(first.id, at("27 10:00"))) == []
    hall.do(x.ChangeAppointment(first.id, at("27 10:00"), "B"))
    assert hall.state.book.taken == {("B", at("27 10:00")): 1}


def test_its_own_full_slot_is_no_obstacle_to_itself() -> None:
    hall = opened()
    mine = book(hall, "p", "24 09:00", "B")
    assert hall.do(x.ChangeAppointment(mine.id, at("24 09:00"))) == []


def test_what_is_over_is_not_changed() -> None:
    hall = opened()
    first = book(hall, "p", "24 09:00")
    hall.do(x.CancelAppointment(first.code, "staff"))
    assert hall.do(x.CancelAppointment(first.id)) == []
    refusal = refused(hall, x.ChangeAppointment(first.id, at("24 10:00")))
    assert (refusal.code, refusal.detail["status"]) == ("appointment_not_open", "cancelled")
    with pytest.raises(NotFound):
        hall.do(x.CancelAppointment("unknown"))


# --- checking in ----------------------------------------------------------------------------


def test_who_is_early_or_in_time_waits_from_the_booked_time() -> None:
    for now in ("23 09:35", "23 10:00", "23 10:15"):
        hall = opened()
        mine = book(hall, "p", "23 10:00")
        hall.now_ms = at(now)
        ticket = check_in(hall, code=mine.code)
        assert ticket.arrived_ms == at("23 10:00"), now
        assert (ticket.priority_class, ticket.appointment) == ("appointment", mine.id)
        assert hall.state.book.appointments[mine.id].status is AppointmentStatus.CHECKED_IN


@pytest.mark.parametrize(
    ("late_rule", "arrived"), [("booked", "23 10:00"), ("arrival", "23 10:16"), ("refuse", None)]
)
def test_who_is_late_waits_as_the_halls_rule_says(late_rule: str, arrived: str | None) -> None:
    hall = opened(late_rule=late_rule)
    mine = book(hall, "p", "23 10:00")
    hall.now_ms = at("23 10:16")
    if arrived is None:
        assert refused(hall, x.CheckIn("c", code=mine.code)).code == "appointment_too_late"
    else:
        assert check_in(hall, code=mine.code).arrived_ms == at(arrived)


def test_who_is_too_early_is_told_when_to_come_or_waits() -> None:
    hall = opened("23 09:29")
    mine = book(hall, "p", "23 10:00")
    refusal = refused(hall, x.CheckIn("c", person="p"))
    assert refusal.code == "appointment_too_early"
    assert "今天 09:30起" in refusal.message
    assert refusal.detail["from_at"] == e.instant_text(at("23 09:30"))
    patient = opened("23 08:30", too_early="wait")
    book(patient, "p", "23 16:30")
    assert check_in(patient, person="p").arrived_ms == at("23 16:30")
    assert mine.status is AppointmentStatus.BOOKED


def test_the_wrong_day_is_named() -> None:
    hall = opened()
    mine = book(hall, "p", "24 10:00", phone_tail="t")
    for who in ({"code": mine.code}, {"person": "p"}, {"phone_tail": "t"}):
        refusal = refused(hall, x.CheckIn("c", **who))
        assert refusal.code == "appointment_other_day"
        assert "明天 10:00" in refusal.message
    for nobody in ({"code": "404404"}, {"person": "x"}, {"phone_tail": "x"}):
        with pytest.raises(NotFound):
            hall.do(x.CheckIn("c", **nobody))


def test_digits_of_several_people_need_more() -> None:
    hall = opened("23 09:00")
    first = book(hall, "p", "23 09:30", phone_tail="t")
    book(hall, "q", "23 09:30", phone_tail="t")
    refusal = refused(hall, x.CheckIn("c", phone_tail="t"))
    assert (refusal.code, refusal.detail["count"]) == ("appointment_ambiguous", 2)
    assert check_in(hall, code=first.code).person == "p"


def test_checking_in_twice_gives_the_same_ticket() -> None:
    hall = opened("23 09:30")
    mine = book(hall, "p", "23 10:00", phone_tail="t")
    ticket = check_in(hall, code=mine.code)
    for who in ({"code": mine.code}, {"person": "p"}, {"phone_tail": "t"}):
        assert check_in(hall, **who) is ticket
    called = hall.next("1")
    assert called is ticket
    hall.do(c.Miss("1"))
    assert check_in(hall, person="p") is ticket
    assert ticket.status is TicketStatus.WAITING, "back in line"
    hall.serve("1")
    assert refused(hall, x.CheckIn("c", person="p")).code == "appointment_used"


def test_a_cancelled_ticket_does_not_use_the_appointment_up() -> None:
    hall = opened("23 09:30")
    mine = book(hall, "p", "23 10:00")
    first = check_in(hall, code=mine.code)
    hall.do(c.CancelTicket(first.id, "no_answer"))
    second = check_in(hall, code=mine.code)
    assert second.id != first.id
    assert hall.state.book.appointments[mine.id].ticket == second.id


def test_a_number_drawn_before_gives_way() -> None:
    hall = opened("23 09:30")
    mine = book(hall, "p", "23 10:00")
    drawn = hall.issue(person="p")
    ticket = check_in(hall, code=mine.code)
    assert drawn.status is TicketStatus.CANCELLED
    assert hall.state.held["p", "A"] == (ticket.id,)


def test_who_is_at_a_window_already_is_told_so() -> None:
    hall = opened("23 09:30")
    book(hall, "p", "23 10:00")
    hall.issue(person="p")
    hall.next("1")
    refusal = refused(hall, x.CheckIn("c", person="p"))
    assert (refusal.code, refusal.detail["window"]) == ("ticket_at_window", "1")


def test_an_appointment_takes_from_no_quota() -> None:
    hall = opened("23 09:30")
    mine = book(hall, "p", "23 10:00")
    hall.issue(person="q")
    check_in(hall, code=mine.code)
    assert hall.state.given.on_day("A") == 1
    assert ("p", "A") not in hall.state.given.persons


def test_age_counts_where_it_gives_more() -> None:
    hall = opened("23 09:30")
    book(hall, "p", "23 10:00")
    assert check_in(hall, person="p", age_years=70).priority_class == "elderly"


def test_doors_open_before_the_hours_but_nobody_comes_after_them() -> None:
    hall = opened("23 08:40", late_rule="booked")
    early = book(hall, "p", "23 09:00")
    late = book(hall, "q", "23 16:30")
    assert check_in(hall, code=early.code).status is TicketStatus.WAITING
    hall.now_ms = at("23 17:00")
    assert refused(hall, x.CheckIn("c", code=late.code)).code == "service_closed"


def test_of_two_on_one_day_the_one_that_is_due_is_meant() -> None:
    hall = opened("23 09:30")
    book(hall, "p", "23 10:00", "B")
    book(hall, "p", "23 16:00")
    first = check_in(hall, person="p")
    assert first.service == "B"
    assert check_in(hall, person="p") is first, "the later one is not due yet"
    hall.now_ms = at("23 15:40")
    assert check_in(hall, person="p").service == "A"


# --- days -----------------------------------------------------------------------------------


def test_who_did_not_come_is_told_at_the_days_end() -> None:
    hall = opened("23 09:30")
    came, stayed = book(hall, "p", "23 10:00"), book(hall, "q", "23 10:00")
    later, given_up = book(hall, "r", "27 10:00"), book(hall, "s", "27 10:00")
    check_in(hall, code=came.code)
    hall.do(x.CancelAppointment(given_up.id))
    hall.now_ms = at("26 09:00")  # nobody was there to close the days between
    events = hall.do(c.RollDay())
    missed = [event for event in events if isinstance(event, x.AppointmentMissed)]
    assert [m.appointment for m in missed] == [stayed.id]
    assert list(hall.state.book.appointments) == [later.id]
    assert hall.state.book.find(later.code) == later


def test_the_book_is_the_same_after_a_restart() -> None:
    hall = opened("23 09:30")
    came = book(hall, "p", "23 10:00", phone="h", phone_tail="t")
    moved = book(hall, "q", "23 10:30")
    book(hall, "r", "24 10:00")
    hall.do(x.CancelAppointment(book(hall, "s", "24 10:00").id))
    hall.do(x.ChangeAppointment(moved.id, at("25 09:00")))
    check_in(hall, code=came.code)
    assert reloaded(hall).book == hall.state.book
    hall.now_ms = at("24 09:30")
    hall.do(c.RollDay())
    assert reloaded(hall).book == hall.state.book
    check_in(hall, person="r")
    book(hall, "t", "25 09:00")
    assert reloaded(hall).book == hall.state.book
    hall.now_ms = at("25 09:00")
    hall.do(c.RollDay())
    assert reloaded(hall).book == hall.state.book
    assert len(hall.state.book.appointments) == 2
