"""What a device says of itself: kept over polls, told on change, quick recoveries unheard."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.health import Debounce, HealthLog

START = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def later(self, seconds: float):
        self.now += timedelta(seconds=seconds)


def test_a_state_is_since_its_change_and_not_since_the_last_poll():
    clock = Clock()
    log = HealthLog(clock)
    log.state("ok")
    began = log.snapshot().since
    clock.later(60)
    log.state("ok", "ready")
    assert (log.snapshot().since, log.snapshot().detail) == (began, "ready")
    log.state("out")
    assert log.snapshot().since == began + timedelta(seconds=60)


def test_errors_are_counted_by_code_and_the_last_is_told():
    clock = Clock()
    log = HealthLog(clock)
    for code in ("a", "b", "a"):
        clock.later(1)
        log.failed(code)
    health = log.snapshot()
    assert health.errors == {"a": 2, "b": 1}
    assert (health.last_error, health.last_error_at) == ("a", START + timedelta(seconds=3))


def test_figures_leave_out_what_is_not_known():
    log = HealthLog(Clock())
    assert log.snapshot().figures() == {
        "since": "2026-03-09T01:00:00+00:00", "successes": 0, "errors": 0,
    }  # fmt: skip
    log.succeeded()
    log.firmware("VP 1.07")
    assert log.snapshot(180).figures() == {
        "since": "2026-03-09T01:00:00+00:00",
        "last_success_at": "2026-03-09T01:00:00+00:00",
        "successes": 1,
        "errors": 0,
        "tickets_left": 180,
        "firmware": "VP 1.07",
    }


def test_a_snapshot_does_not_change_afterwards():
    log = HealthLog(Clock())
    health = log.snapshot()
    log.failed("a")
    assert health.errors == {}


def test_the_first_state_is_told_at_once_and_each_next_one_when_it_has_held():
    debounce = Debounce(settle_s=5)
    assert debounce.saw("ok", 0) == 0
    debounce.tell("ok")
    assert debounce.saw("ok", 20) is None
    assert debounce.saw("cover_open", 40) == 5
    assert debounce.saw("cover_open", 43) == 2
    assert debounce.saw("cover_open", 46) == 0


def test_a_quick_recovery_is_never_told():
    debounce = Debounce(settle_s=5)
    debounce.saw("ok", 0)
    debounce.tell("ok")
    assert debounce.saw("cover_open", 10) == 5
    assert debounce.saw("ok", 12) is None
    assert debounce.saw("cover_open", 14) == 5  # it begins anew


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0.1, 4.9)), max_size=40))
def test_what_never_holds_is_never_told(steps):
    debounce, now = Debounce(settle_s=5), 0.0
    debounce.saw("ok", now)
    debounce.tell("ok")
    last = "ok"
    for state, pause in steps:
        if state == last:
            continue
        last, now = state, now + pause
        assert debounce.saw(state, now) == pytest.approx(5)
