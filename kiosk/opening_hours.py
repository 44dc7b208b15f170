"""Opening hours in words: `mon,tue,wed 09:00–12:00`, as the server tells them, is for machines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from kiosk.texts import Texts

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours_words(lines: Sequence[str], t: Texts) -> str:
    """One line for people: days in a row as from–to, times of the same days side by side."""
    comma = t("list.comma")
    parted = [_parted(line) for line in lines]
    spans = [
        (_days_words(days, t), comma.join(times for _, times in together))
        for days, together in groupby(parted, key=lambda line: line[0])
    ]
    return comma.join(f"{days} {times}" if days else times for days, times in spans)


def _parted(line: str) -> tuple[tuple[int, ...], str]:
    """Days of the week from 0 and the rest; no days when the line names none."""
    days, _, times = line.partition(" ")
    names = days.split(",")
    if not times or not all(name in _WEEK for name in names):
        return (), line
    return tuple(sorted(_WEEK.index(name) for name in names)), times


def _days_words(days: tuple[int, ...], t: Texts) -> str:
    if len(days) == len(_WEEK):
        return t("days.all")
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return t("days.span", first=t(f"days.{_WEEK[days[0]]}"), last=t(f"days.{_WEEK[days[-1]]}"))
    return t("list.comma").join(t(f"days.{_WEEK[day]}") for day in days)
