"""Opening hours as people say them."""

from __future__ import annotations

import pytest

from kiosk.opening_hours import hours_words
from kiosk.texts import load_texts


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
