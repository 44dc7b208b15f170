"""Opening hours as people say them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.flow.states import Around, Link, Place, State
from kiosk.opening_hours import closed_notice, hours_words, is_closed, opens_words, still_possible
from kiosk.samples import sample_hall, sample_states
from kiosk.screens.choices import home
from kiosk.texts import load_texts
from kiosk.voice import spoken_words


@pytest.mark.parametrize(
    ("lines", "language", "said"),
    [
        (
            (
                "mon,tue,wed,thu,fri 09:00–12:00",
                "mon,tue,wed,thu,fri 13:30–17:00",
                "sat 09:00–11:30",
            ),
            "zh-CN",
            "周一至周五 09:00–12:00、13:30–17:00、周六 09:00–11:30",
        ),
        (("mon,wed,fri 09:00–12:00",), "en", "Mon, Wed, Fri 09:00–12:00"),
        (("mon,tue,wed,thu,fri,sat,sun 00:00–24:00",), "zh-CN", "每天 00:00–24:00"),
        (("09:00–12:00",), "zh-CN", "09:00–12:00"),
        ((), "zh-CN", ""),
    ],
)
def test_days_and_times_in_words(lines: tuple[str, ...], language: str, said: str) -> None:
    assert hours_words(lines, load_texts(language)) == said


@pytest.mark.parametrize(
    ("opens_at", "language", "said"),
    [
        ("2026-03-02T13:30:00+08:00", "zh-CN", "今天 13:30"),
        ("2026-03-03T01:00:00+00:00", "zh-CN", "3月3日 星期二 09:00"),
        ("2026-03-04T09:00:00+08:00", "en", "Wed 4/3, 09:00"),
        ("", "zh-CN", ""),
    ],
)
def test_when_it_opens_with_its_day_unless_that_is_today(
    opens_at: str, language: str, said: str
) -> None:
    hall = replace(sample_hall(), open=False, opens_at=opens_at)
    assert opens_words(hall, load_texts(language)) == said
    assert (said or "\n") in closed_notice(hall, load_texts(language))


def test_who_comes_while_it_is_closed_reads_until_when_and_what_can_be_done() -> None:
    chinese, state = load_texts("zh-CN"), sample_states()["home-closed"]
    choices = home(state, chinese)
    assert choices.lead == "现在可以查号票、看办事指南、看公告"
    assert choices.choices[0].note == "现在不取号"
    assert spoken_words(state, chinese) == chinese("voice.closed")
    bare = Around(state.around.hall, server=Link.UP)
    assert still_possible(bare, chinese) == "现在可以查号票"
    # A kiosk that gives lent numbers in the dark does not know, and says nothing of it.
    dark = sample_states()["offline-home"].around
    hall = replace(sample_hall(), open=False)
    assert not is_closed(replace(dark, hall=hall))
    assert not is_closed(State(place=Place.HOME).around)
