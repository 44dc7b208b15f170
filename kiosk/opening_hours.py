"""Opening hours in words: `mon,tue,wed 09:00–12:00`, as the server tells them, is for machines.

And what is said while the hall is closed: until when, and what can be done meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from kiosk.flow.facts import HallFacts
from kiosk.flow.states import Around
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


def is_closed(around: Around) -> bool:
    """Surely, as the server says; a kiosk that gives numbers by itself does not know."""
    return around.hall is not None and not around.hall.open and not around.offline


def opens_words(hall: HallFacts, t: Texts) -> str:
    """When it opens, with its day unless that is this business day; empty when nobody knows."""
    try:
        then = datetime.fromisoformat(hall.opens_at).astimezone(hall.zone)
    except ValueError:
        return ""
    time = then.strftime("%H:%M")
    if then.date() == hall.business_day:
        return t("closed.today", time=time)
    weekday = t(f"weekday.{then.weekday()}")
    return t("closed.on_day", month=then.month, day=then.day, weekday=weekday, time=time)


def closed_notice(hall: HallFacts, t: Texts) -> str:
    """That it is closed and until when; below it the week's hours."""
    when, hours = opens_words(hall, t), hours_words(hall.hours, t)
    closed = t("closed.notice", when=when) if when else t("closed.notice_only")
    return f"{closed}\n{t('closed.hours', hours=hours)}" if hours else closed


def still_possible(around: Around, t: Texts) -> str:
    """What can be done here though no number can be had."""
    things = [t("closed.may_mine")]
    things += [t("closed.may_guide")] if around.content.matters else []
    things += [t("closed.may_notices")] if around.content.notices or around.content.jobs else []
    return t("closed.may", things=t("list.comma").join(things))


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
