"""The register of pensioners and the face check: the pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain import pension_commands as p
from queue_server.domain import pension_events as x
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.pensions import (
    PASSES_REMEMBERED,
    CheckStatus,
    Finding,
    Measured,
    Pensioner,
    PensionSettings,
    Sent,
    Way,
    next_due,
    sent_why,
)
from queue_server.domain.rules import HallRules
from queue_server.domain.vocabulary import TicketStatus
from queue_server.views.pensions import pensioner_view
from tests.support.hall import MONDAY_9, Hall, reloaded, rules

SETTINGS = PensionSettings(matter="A-1", consent_version="v1", checks_at_most=3)
GOOD_CUE = {"name": "actions", "verdict": "good", "weight": "must"}
GOOD = Measured("pass", 800_000, 700_000, "cal-1", "dlib", (GOOD_CUE,))
GREY = replace(GOOD, decision="grey", reasons=("in_grey_zone",))


def opened(due: str = "2026-11-30", **changes: Any) -> Hall:
    """One pensioner `p`, who has consented and is enrolled. The day is 2026-11-23."""
    hall = Hall(rules(pension=replace(SETTINGS, **changes)))
    hall.do(p.ImportPensioners((p.Listed("p", "样例镇/东村", due),)))
    hall.do(p.GiveConsent("p", "v1", "kiosk-1"))
    hall.do(p.EnrolReference("p", "ref-1", "camera", "dlib"))
    return hall


def person(hall: Hall, who: str = "p") -> Pensioner:
    return hall.state.pensions.pensioners[who]


def begun(hall: Hall, check: str = "k1") -> str:
    hall.do(p.BeginCheck(check, "p", "kiosk-1"))
    return check


def refused(hall: Hall, command: Any, code: str) -> None:
    before = len(hall.log)
    with pytest.raises((WrongState, NotFound)) as found:
        hall.do(command)
    assert found.value.code == code
    assert len(hall.log) == before


# --- due days -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        ("2026-11-23", 12, "2027-11-23"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-01-30", 1, "2026-02-28"),
    ],
)
def test_the_next_due_day(day: str, months: int, due: str) -> None:
    assert next_due(date.fromisoformat(day), months) == date.fromisoformat(due)


@given(some.dates(date(1999, 1, 1), date(2100, 1, 1)), some.integers(1, 36))
def test_a_due_day_is_never_before_its_pass_nor_in_another_month(day: date, months: int) -> None:
    due = next_due(day, months)
    assert (due.year * 12 + due.month) - (day.year * 12 + day.month) == months
    assert due.day == day.day or due.day < day.day
    assert due > day


# --- a check --------------------------------------------------------------------------------


def test_a_pass_sets_the_due_day_and_is_certified() -> None:
    hall = opened()
    events = hall.do(p.SettleCheck(begun(hall), GOOD, "t"))
    (passed,) = events
    assert isinstance(passed, x.PensionPassed)
    assert (passed.day, passed.due, passed.was_due) == ("2026-11-23", "2027-11-23", "2026-11-30")
    assert (passed.way, passed.decided_by, passed.kiosk) == ("kiosk", "engine", "kiosk-1")
    assert passed.measured["score_millionths"] == 800_000
    assert passed.measured["calibration"] == "cal-1"
    assert passed.measured["cues"] == [GOOD_CUE]
    assert hall.state.pensions.checks["k1"].status is CheckStatus.PASSED
    refused(hall, p.SettleCheck("k1", GOOD, "t"), "check_settled")
    again = e.from_data(passed.name, e.to_data(passed))
    assert e.to_data(again) == e.to_data(passed)


@pytest.mark.parametrize(
    ("lacks", "reason"),
    [
        ({"calibration": None}, "uncalibrated"),
        ({"score_millionths": 699_999}, "score_below_threshold"),
        ({"score_millionths": None}, "score_below_threshold"),
        ({"threshold_millionths": None}, "score_below_threshold"),
        ({"cues": ()}, "not_live"),
        ({"cues": ({**GOOD_CUE, "weight": "log"},)}, "not_live"),
        ({"cues": (GOOD_CUE, {**GOOD_CUE, "verdict": "unclear"})}, "not_live"),
    ],
)
def test_what_does_not_justify_a_pass_passes_nobody(lacks: dict[str, Any], reason: str) -> None:
    for pictured in (True, False):
        hall = opened()
        events = hall.do(p.SettleCheck(begun(hall), replace(GOOD, **lacks), "t", pictured))
        assert not any(isinstance(event, x.PensionPassed) for event in events)
        check = hall.state.pensions.checks["k1"]
        if pictured:
            assert check.status is CheckStatus.WAITING_FOR_CLERK
        else:
            assert check.status is CheckStatus.WINDOW
            assert reason in check.reasons
        assert person(hall).due == "2026-11-30"


def test_after_a_cards_photo_a_clerk_compares_whatever_the_kiosk_says() -> None:
    """No calibration holds for so small a photo, and the clerk reads that and not another thing."""
    hall = opened()
    hall.do(p.EnrolReference("p", "ref-2", "card", "dlib"))
    hall.do(p.SettleCheck(begun(hall), GOOD, "t"))
    assert hall.state.pensions.checks["k1"].status is CheckStatus.WINDOW
    assert hall.state.pensions.checks["k1"].reasons == ("card_photo",)
    grey = replace(GOOD, decision="grey", calibration=None, reasons=("uncalibrated", "strong"))
    hall.do(p.SettleCheck(begun(hall, "k2"), grey, "t", pictured=True))
    check = hall.state.pensions.checks["k2"]
    assert check.status is CheckStatus.WAITING_FOR_CLERK
    assert check.measured is not None
    assert check.measured.reasons == ("card_photo", "strong")
    hall.do(p.ConfirmCheck("k2", True, "t2", "clerk4"))
    assert hall.state.pensions.checks["k2"].status is CheckStatus.PASSED


def test_doubt_goes_to_a_clerk_whose_word_counts() -> None:
    hall = opened()
    hall.do(p.SettleCheck(begun(hall), GREY, "t", pictured=True))
    assert hall.do(p.SettleCheck("k1", GREY, "t", pictured=True)) == []
    (passed,) = hall.do(p.ConfirmCheck("k1", True, "t", "clerk:li"))
    assert isinstance(passed, x.PensionPassed)
    assert passed.decided_by == "clerk:li"
    assert hall.state.pensions.checks["k1"].confirmed_by == "clerk:li"

    hall.do(p.SettleCheck(begun(hall, "k2"), GREY, "t", pictured=True))
    issued, failed = hall.do(p.ConfirmCheck("k2", False, "t2", "clerk:li", age_years=70))
    assert isinstance(issued, e.TicketIssued)
    assert (issued.matter, issued.priority_class, issued.person) == ("A-1", "elderly", "p")
    assert isinstance(failed, x.PensionCheckFailed)
    assert failed.reasons == ("clerk_saw_another_person",)
    refused(hall, p.ConfirmCheck("k2", True, "t", "clerk:li"), "check_settled")


def test_only_what_waits_for_a_clerk_can_be_confirmed() -> None:
    hall = opened()
    refused(hall, p.ConfirmCheck(begun(hall), True, "t", "clerk:li"), "check_not_waiting")
    refused(hall, p.ConfirmCheck("never", True, "t", "clerk:li"), "not_found")


def test_reject_and_giving_up_lead_to_a_window_and_nothing_else() -> None:
    hall = opened(due="2026-11-01")  # overdue
    before = person(hall)
    rejected = Measured("reject", 1, 2, "cal-1", "dlib", (), ("not_same_person",))
    hall.do(p.SettleCheck(begun(hall), rejected, "t1"))
    check = hall.state.pensions.checks["k1"]
    assert (check.status, check.reasons, check.ticket) == (
        CheckStatus.WINDOW,
        ("not_same_person",),
        "t1",
    )
    hall.do(p.SettleCheck(begun(hall, "k2"), Measured("gave_up"), "t2"))
    second = hall.state.pensions.checks["k2"]
    assert (second.ticket, second.reasons) == ("t1", ("gave_up",))  # the same number again
    assert person(hall) == before
    assert hall.state.pensions.of_ticket("t1") is second


def test_a_person_who_waited_long_for_the_clerk_goes_to_the_window() -> None:
    hall = opened()
    hall.do(p.SettleCheck(begun(hall), GREY, "t", pictured=True))
    hall.do(p.SettleCheck("k1", Measured("gave_up"), "t1"))
    assert hall.state.pensions.checks["k1"].status is CheckStatus.WINDOW
    refused(hall, p.ConfirmCheck("k1", True, "t", "clerk:li"), "check_settled")


def test_passing_cancels_what_waits_for_the_same_matter_alone() -> None:
    hall = opened()
    same = hall.issue(service=None, matter="A-1", person="p")
    other = hall.issue("B", person="p")
    somebody = hall.issue(service=None, matter="A-1", person="q")
    hall.do(p.SettleCheck(begun(hall), GOOD, "t"))
    assert same.status is TicketStatus.CANCELLED
    assert other.status is somebody.status is TicketStatus.WAITING


def test_who_is_at_the_window_already_stays_there() -> None:
    hall = opened()
    ticket = hall.issue(service=None, matter="A-1", person="p")
    hall.next("1")
    hall.do(p.SettleCheck(begun(hall), GOOD, "t"))
    assert ticket.status is TicketStatus.CALLED


def test_without_a_number_to_be_had_the_check_still_ends() -> None:
    hall = opened(matter="")
    hall.do(p.SettleCheck(begun(hall), Measured("reject", reasons=("x",)), "t"))
    check = hall.state.pensions.checks["k1"]
    assert (check.status, check.ticket) == (CheckStatus.WINDOW, None)


def test_what_a_check_needs_before_it_begins() -> None:
    hall = opened()
    refused(hall, p.BeginCheck("k", "nobody"), "not_found")
    for number in range(3):
        begun(hall, f"k{number}")
    refused(hall, p.BeginCheck("k", "p"), "too_many_checks")
    hall.do(p.WithdrawConsent("p"))
    assert person(hall).reference is None
    refused(hall, p.BeginCheck("k", "p"), "consent_needed")
    refused(hall, p.EnrolReference("p", "r", "file", "dlib"), "consent_needed")
    refused(hall, p.GiveConsent("p", "v0"), "consent_outdated")
    hall.do(p.GiveConsent("p", "v1"))
    assert hall.do(p.GiveConsent("p", "v1")) == []
    refused(hall, p.BeginCheck("k", "p"), "not_enrolled")


def test_consent_that_was_withdrawn_meanwhile_passes_nobody() -> None:
    hall = opened()
    begun(hall)
    hall.do(p.WithdrawConsent("p"))
    hall.do(p.SettleCheck("k1", GOOD, "t", pictured=True))
    assert hall.state.pensions.checks["k1"].status is CheckStatus.WINDOW


# --- the register ---------------------------------------------------------------------------


def test_an_import_adds_changes_and_takes_nothing_back() -> None:
    hall = opened()
    hall.do(p.SettleCheck(begun(hall), GOOD, "t"))
    rows = (
        p.Listed("p", "样例镇/西村", "2026-12-31"),
        p.Listed("q", "样例镇/东村", passed=("2026-03-01", Way.DATA)),
        p.Listed("r", "样例镇/东村", "2026-10-01", home_visit=True),
    )
    changed, passed, new = hall.do(p.ImportPensioners(rows))
    assert isinstance(changed, x.PensionerChanged)
    assert (person(hall).region, person(hall).due) == ("样例镇/西村", "2027-11-23")
    assert isinstance(passed, x.PensionPassed)
    assert (person(hall, "q").due, person(hall, "q").passes) == (
        "2027-03-01",
        (("2026-03-01", "data"),),
    )
    assert isinstance(new, x.PensionerRegistered)
    assert hall.do(p.ImportPensioners(rows)) == []
    compared = p.Listed("r", "样例镇/东村", passed=("2026-11-20", Way.DATA), home_visit=True)
    (silent,) = hall.do(p.ImportPensioners((compared,)))
    assert isinstance(silent, x.PensionPassed)
    assert person(hall, "r").due == "2027-11-20"


def test_a_later_pass_restores_and_notes_back_pay() -> None:
    hall = opened(due="2026-10-31")
    hall.do(p.NoteFinding("p", Finding.UNREACHABLE))
    hall.do(p.NoteSuspension("p", "2026-11-01", "决定书 12 号"))
    assert hall.do(p.NoteSuspension("p", "2026-11-01", "再次")) == []
    assert person(hall).suspended == "2026-11-01"
    hall.do(p.RecordPass("p", Way.HOME_VISIT, "2026-11-22", "在家"))
    one = person(hall)
    assert (one.suspended, one.back_pay_from, one.finding) == (None, "2026-11-01", None)
    assert one.due == "2027-11-22"
    hall.do(p.SettleBackPay("p"))
    assert person(hall).back_pay_from is None
    assert hall.do(p.SettleBackPay("p")) == []
    refused(hall, p.NoteSuspension("p", "2026-11-01", "x"), "not_overdue")


def test_an_earlier_pass_changes_no_due_day() -> None:
    hall = opened()
    hall.do(p.RecordPass("p", Way.WINDOW, "2026-11-23"))
    hall.do(p.RecordPass("p", Way.PROXY, "2026-11-01"))
    assert person(hall).due == "2027-11-23"
    assert person(hall).passes == (("2026-11-01", "proxy"), ("2026-11-23", "window"))
    refused(hall, p.RecordPass("p", Way.KIOSK, "2026-11-23"), "way_is_kiosks")
    refused(hall, p.RecordPass("p", Way.WINDOW, "2026-11-24"), "day_unfit")
    refused(hall, p.RecordPass("p", Way.WINDOW, "2025-11-01"), "day_unfit")


def test_so_many_passes_are_remembered() -> None:
    hall = opened()
    for day in range(1, PASSES_REMEMBERED + 5):
        hall.do(p.RecordPass("p", Way.WINDOW, f"2026-11-{day:02d}"))
    assert len(person(hall).passes) == PASSES_REMEMBERED


def test_reminders_are_noted_for_whom_the_register_knows() -> None:
    hall = opened()
    (one,) = hall.do(p.NoteReminded(("p", "nobody"), "file"))
    assert isinstance(one, x.PensionReminded)
    assert person(hall).reminded == "2026-11-23"


def test_only_a_picture_that_a_clerk_compared_becomes_the_reference() -> None:
    hall = opened()
    renewed = p.RenewReference("p", "k1", "ref-2", "dlib", "v1", "kiosk-1")
    refused(hall, renewed, "not_found")
    hall.do(p.SettleCheck(begun(hall), GOOD, "t"))  # by the engine alone: it would drift
    refused(hall, renewed, "not_confirmed")
    hall.do(p.SettleCheck(begun(hall, "k2"), GREY, "t", pictured=True, held_by="here"))
    confirmed = replace(renewed, check="k2")
    refused(hall, confirmed, "not_confirmed")
    hall.do(p.ConfirmCheck("k2", True, "t", "clerk:c4"))
    hall.do(p.ImportPensioners((p.Listed("q", "样例镇", "2026-12-01"),)))
    refused(hall, replace(confirmed, person="q"), "not_confirmed")
    refused(hall, replace(confirmed, version="v0"), "consent_needed")
    (event,) = hall.do(confirmed)
    assert isinstance(event, x.PensionReferenceRenewed)
    assert (event.reference, event.was, event.was_source) == ("ref-2", "ref-1", "camera")
    assert (event.confirmed_by, event.purpose) == ("clerk:c4", "pension_reference_renewal")
    assert (person(hall).reference, person(hall).reference_source) == ("ref-2", "check")
    assert hall.do(confirmed) == []
    assert reloaded(hall).pensions == hall.state.pensions
    hall.do(p.WithdrawConsent("p"))
    refused(hall, replace(confirmed, reference="ref-3"), "consent_needed")


@pytest.mark.parametrize(
    ("reasons", "why"),
    [
        (("not_alike", "uncalibrated"), Sent.NOT_RECOGNISED),
        (("gave_up",), Sent.UNFINISHED),
        (("liveness_actions", "not_alike"), Sent.UNFINISHED),
        (("quality_more_light",), Sent.UNCLEAR),
        (("no_camera",), Sent.MACHINE),
        (("clerk_saw_another_person",), Sent.IN_PERSON),
        (("liveness_relief",), Sent.IN_PERSON),  # nobody is told that they were taken for a photo
        ((), Sent.IN_PERSON),
    ],
)
def test_why_somebody_is_sent_to_a_window_is_one_kind_word(
    reasons: tuple[str, ...], why: Sent
) -> None:
    assert sent_why(reasons) is why


def test_days_are_those_of_the_halls_zone() -> None:
    hall = Hall(rules(pension=SETTINGS))
    hall.do(p.ImportPensioners((p.Listed("p", "样例镇/东村", "2026-11-23"),)))
    hall.wait(16 * 60)  # one at night in Shanghai, where the next day has begun; in UTC it has not
    hall.do(p.GiveConsent("p", "v1", "kiosk-1"))
    hall.do(p.EnrolReference("p", "ref-1", "camera", "dlib"))
    hall.do(p.NoteReminded(("p",), "file"))
    view = pensioner_view(hall.state, person(hall), hall.now_ms)
    assert (view["consented_at"] or "").startswith("2026-11-23T17:")
    for day in (view["consented_day"], view["enrolled_day"], view["reminded"]):
        assert day == "2026-11-24"
    assert (view["due_state"], view["days_left"]) == ("overdue", -1)
    hall.do(p.SettleCheck(begun(hall), GOOD, "t"))
    assert person(hall).passes[-1] == ("2026-11-24", "kiosk")
    assert person(hall).due == "2027-11-24"


def test_who_is_removed_is_gone_and_stays_gone_after_a_start() -> None:
    hall = opened()
    hall.do(p.ImportPensioners((p.Listed("q", "样例镇", "2026-12-01"),)))
    hall.do(p.RemovePensioner("p", "本人要求"))
    refused(hall, p.RemovePensioner("p", "本人要求"), "not_found")
    refused(hall, p.BeginCheck("k", "p"), "not_found")
    hall.wait(24 * 60)
    hall.do(c.RollDay())
    assert set(reloaded(hall).pensions.pensioners) == {"q"}


def test_a_start_finds_the_register_as_it_was_and_no_old_checks() -> None:
    hall = opened()
    hall.do(p.SettleCheck(begun(hall), GOOD, "t"))
    hall.wait(24 * 60)
    hall.do(c.RollDay())
    assert hall.state.pensions.checks == {}
    assert reloaded(hall).pensions == hall.state.pensions
    hall.do(p.BeginCheck("k9", "p", "kiosk-1"))
    assert reloaded(hall).pensions == hall.state.pensions


def test_the_rules_keep_their_pension_settings_through_the_journal() -> None:
    ours = rules(pension=SETTINGS)
    assert HallRules.from_data(ours.to_data()) == ours
    assert datetime.fromtimestamp(MONDAY_9 / 1000, UTC).date() == date(2026, 11, 23)
