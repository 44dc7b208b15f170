"""Invented past days for a demonstration, so that its history is not empty.

The days are lived by the hall's own rules: every command is decided as it would be live, only the
clock and the people are made up. Written before the hall is first loaded, and never into a journal
that holds anything.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from queue_server.answers import FollowToken
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.acceptances import CloseAcceptance, Outcome
from queue_server.domain.appointments import BookAppointment
from queue_server.domain.calendar import Calendar, instant, local
from queue_server.domain.cases import CaseMove, MoveCase
from queue_server.domain.decide import decide
from queue_server.domain.errors import Refusal
from queue_server.domain.rules import HallRules
from queue_server.domain.slots import slots_on
from queue_server.ids import fresh_id
from queue_server.journal.port import Append, Journal, Kept, TicketRow
from queue_server.live_day import LiveDay

SATURDAY = 5
# People an hour, from 9 to 17: the morning's rush, lunch, a second wave.
_BY_HOUR = {9: 26, 10: 30, 11: 18, 12: 5, 13: 12, 14: 22, 15: 16, 16: 7}
_MISSED, _RATED, _OLD = 0.05, 0.35, 0.3
_OUTCOMES = (Outcome.DONE, Outcome.ACCEPTED, Outcome.RETURNED, Outcome.REFERRED)
_OUTCOME_WEIGHTS, _FORGOTTEN = (78, 12, 8, 2), 0.15
_BOOKED_DAYS, _BOOKED_A_DAY = 5, 8
_PROMISED_DAYS = (1, 2, 3, 5)
_PAPERS = ("近期免冠照片", "户口簿原件", "单位盖章的证明", "社会保障卡复印件")
_AWAY = 3  # clerks who are off, so that people wait as they do
# levels 5 to 1: a bad review or two a day
_LEVELS, _LEVEL_WEIGHTS = (5, 4, 3, 2, 1), (60, 30, 12, 2, 1)


_EVENING_MS = 9 * 3_600_000 + 1_800_000  # after the opening; nobody is left then


class _SetClock:
    at_ms = 0

    def reach(self, at_ms: int) -> float:
        return 0.0

    def off_s(self) -> float:
        return 0.0

    def now_ms(self) -> int:
        return self.at_ms


class _Writer:
    """Gathers what a day's commands lead to, and writes it at once."""

    def __init__(self, journal: Journal, rules: HallRules, follow_token: FollowToken) -> None:
        self._journal, self._hall = journal, rules.id
        self.clock = _SetClock()
        self.live = LiveDay(rules.id, journal, self.clock, follow_token)
        self._records: list[Append] = []

    def do(self, command: c.Command, at_ms: int, by: str = "system") -> Sequence[e.Event]:
        """What cannot be done just then is not done."""
        at_ms = max(at_ms, self.live.state.last_ms)
        try:
            events = decide(command, self.live.state, at_ms)
        except Refusal:
            return []
        if events:
            self._records.append(self.live.written(self.live.take(events, at_ms), by))
        return events

    async def write(self) -> None:
        rows: dict[str, TicketRow] = {}
        kept: dict[str, Kept] = {}
        for part in self._records:
            rows.update({row.id: row for row in part.tickets})
            kept.update({one.key: one for one in part.kept})
        records = [record for part in self._records for record in part.records]
        self._records.clear()
        if records:
            whole = Append(self._hall, records, list(rows.values()), None, list(kept.values()))
            await self._journal.append(whole)


async def write_sample_days(
    journal: Journal,
    rules: HallRules,
    clerks: dict[str, str],
    days: int,
    follow_token: FollowToken,
    today: date,
) -> None:
    """clerks: window → who works there. days: so many calendar days before `today`, less weekends.
    Does nothing when the hall has a journal already."""
    if (await journal.last(rules.id))[0]:
        return
    writer = _Writer(journal, rules, follow_token)
    await writer.live.start()
    lived = [today - timedelta(days=back) for back in range(days, 0, -1)]
    worked = [day for day in lived if day.weekday() < SATURDAY]
    for number, day in enumerate(worked):
        opens = instant(rules.calendar, day, time(8, 50))
        if number == 0:
            # windows open when their clerks come, so that nobody is idle at night
            writer.do(c.Configure(replace(rules, windows_start_open=False)), opens)
        _live(writer, rules, clerks, opens, random.Random(day.toordinal()))  # noqa: S311
        # the present day begins with nothing forgotten
        forgotten = _FORGOTTEN if day < worked[-1] else 0.0
        _settle_promises(writer, forgotten, random.Random(day.toordinal()))  # noqa: S311
        _answer_cases(writer)
        await writer.write()
    _book(writer, rules, today)
    # as the settings file says, so that today begins as it would without a past
    writer.do(c.Configure(rules), writer.live.state.last_ms)
    await writer.write()


def _live(
    writer: _Writer, rules: HallRules, clerks: dict[str, str], opens: int, chance: random.Random
) -> None:
    writer.do(c.RollDay(), opens)
    away = chance.sample(sorted(clerks), min(_AWAY, len(clerks) - 1))
    clerks = {window: clerk for window, clerk in clerks.items() if window not in away}
    for window, clerk in clerks.items():
        writer.do(c.CloseWindow(window), opens)
        writer.do(c.OpenWindow(window, clerk), opens + 60_000, f"clerk:{clerk}")
    busy: dict[str, int] = {}  # window → when it will be done
    for at_ms in _minutes(rules.calendar, opens):
        for service, old in _arrivals(rules, local(rules.calendar, at_ms), chance):
            issue = c.IssueTicket(fresh_id(), service, kiosk="kiosk-1", age_years=67 if old else 35)
            writer.do(issue, at_ms + chance.randrange(20_000), "kiosk:kiosk-1")
        for window in clerks:
            if busy.get(window, 0) <= at_ms:
                by = f"clerk:{clerks[window]}"
                _work(writer, rules, window, by, at_ms + 30_000, busy, chance)
    for window in clerks:
        writer.do(c.CloseWindow(window), opens + _EVENING_MS)


def _finish(rules: HallRules, window: str, service: str, chance: random.Random) -> c.Finish:
    """Most are done at once; some are promised, some go home for a paper."""
    outcome = chance.choices(_OUTCOMES, _OUTCOME_WEIGHTS)[0]
    matters = [m.id for m in rules.matters if m.service == service]
    matter = chance.choice(matters) if matters else None
    if outcome is Outcome.ACCEPTED:
        return c.Finish(window, outcome, None, matter, chance.choice(_PROMISED_DAYS))
    if outcome is Outcome.RETURNED:
        return c.Finish(window, outcome, None, matter, None, (chance.choice(_PAPERS),))
    return c.Finish(window, outcome if outcome is Outcome.REFERRED else None, None, matter)


def _settle_promises(writer: _Writer, forgotten: float, chance: random.Random) -> None:
    """What is due today is done, mostly; a few are forgotten for a while."""
    state = writer.live.state
    due = [x for x in state.acceptances.open.values() if x.promised_day <= state.day]
    for promise in due:
        if chance.random() >= forgotten:
            writer.do(CloseAcceptance(promise.id), 0, f"clerk:{promise.clerk}")


def _book(writer: _Writer, rules: HallRules, today: date) -> None:
    """A few appointments for today and the days after, on the evening before."""
    chance = random.Random(today.toordinal())  # noqa: S311
    for day in (today + timedelta(days=ahead) for ahead in range(_BOOKED_DAYS)):
        slots = [
            (service.id, slot.starts_ms)
            for service in rules.services
            for slot in slots_on(rules.calendar, rules.slots, service.id, day)
            if local(rules.calendar, slot.starts_ms).hour in _BY_HOUR
        ]
        for service, starts_ms in chance.sample(slots, min(_BOOKED_A_DAY, len(slots))):
            codes = tuple(f"{chance.randrange(1_000_000):06}" for _ in range(3))
            person = fresh_id()
            book = BookAppointment(fresh_id(), codes, service, None, starts_ms, person)
            writer.do(book, 0, "kiosk:kiosk-1")


def _answer_cases(writer: _Writer) -> None:
    """In the evening somebody answers bad reviews; the two newest still wait."""
    for case in list(writer.live.state.cases.cases)[:-2]:
        for move in (CaseMove.TAKE, CaseMove.ANSWER, CaseMove.CLOSE):
            writer.do(MoveCase(case, move, "manager"), 0, "manager:manager")


def _minutes(calendar: Calendar, opens: int) -> Iterator[int]:
    start = opens + 600_000
    return iter(range(start, start + 9 * 3_600_000, 60_000))


def _arrivals(
    rules: HallRules, here: datetime, chance: random.Random
) -> Iterator[tuple[str, bool]]:
    """Services asked for in one minute, and whether by somebody old."""
    rate = _BY_HOUR.get(here.hour, 0) / 60 * (1.25 if here.weekday() == 0 else 1)
    while chance.random() < rate:
        rate -= 1
        weights = [3, 3, 2, 4, 1, 4, 4, 2, 2, 2][: len(rules.services)]
        weights += [1] * (len(rules.services) - len(weights))
        yield chance.choices(rules.services, weights)[0].id, chance.random() < _OLD


def _work(
    writer: _Writer,
    rules: HallRules,
    window: str,
    by: str,
    at_ms: int,
    busy: dict[str, int],
    chance: random.Random,
) -> None:
    """What a clerk does in this minute: ends one visit, calls the next."""
    held = writer.live.state.at_window(window)
    if held is not None:
        writer.do(_finish(rules, window, held.service, chance), at_ms, by)
        if chance.random() < _RATED:
            rate = c.RateStep(
                window, held.id, chance.choices(_LEVELS, _LEVEL_WEIGHTS)[0], review=fresh_id()
            )
            writer.do(rate, at_ms + 5_000, by)
    if not writer.do(c.CallNext(window), at_ms + 8_000, by):
        return
    called = writer.live.state.at_window(window)
    if called is None:
        return
    if chance.random() < _MISSED:
        writer.do(c.Miss(window, reason="呼叫未到"), at_ms + 25_000, by)
        return
    writer.do(c.Start(window), at_ms + 22_000, by)
    usual_s = rules.service[called.service].usual_s
    takes_s = usual_s * chance.lognormvariate(-0.1, 0.45)
    busy[window] = at_ms + 22_000 + round(takes_s * 1000)
