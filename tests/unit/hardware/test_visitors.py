"""An invented day of visitors: the same for the same number, shaped like a day."""

from __future__ import annotations

import statistics

import pytest

from hardware.simulators.visitors import DAY_S, day_of


def test_the_same_number_gives_the_same_day() -> None:
    assert day_of("AB", 50, 3) == day_of("AB", 50, 3)
    assert day_of("AB", 50, 3) != day_of("AB", 50, 4)


def test_people_come_in_order_within_the_day_and_mostly_in_the_morning() -> None:
    day = day_of("ABC", 2000, 1)
    coming = [each.at_s for each in day]
    assert coming == sorted(coming)
    assert coming[0] >= 0
    assert coming[-1] < DAY_S
    assert sum(at_s < DAY_S / 2 for at_s in coming) > 1000
    assert {each.service for each in day} == set("ABC")


def test_service_times_are_about_the_usual_one_and_few_stay_away() -> None:
    day = day_of("A", 4000, 2)
    assert statistics.mean(each.serving for each in day) == pytest.approx(1, abs=0.05)
    assert 0.03 < statistics.mean(not each.comes for each in day) < 0.1


@pytest.mark.parametrize(("services", "people"), [("", 5), ("A", 0)])
def test_a_day_without_anybody_is_none(services: str, people: int) -> None:
    with pytest.raises(ValueError, match="somebody"):
        day_of(services, people, 1)
