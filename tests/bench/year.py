"""Writes a year of a hall's days into a database, quickly: one day is really played through the
domain's own decisions, and stands for all the others with other dates and ids.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import orjson

from queue_server.answers import answer, asked
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.calendar import business_day, day_bounds_ms
from queue_server.domain.decide import decide
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState
from queue_server.journal.archive_port import Whole
from queue_server.journal.chain import GENESIS, Record, hash_of
from queue_server.journal.port import Answer, TicketRow
from queue_server.views.ledger_rows import ticket_row

# The day that is played; its date and the beginning of its ids are replaced in the copies.
SAMPLE_DAY = date(2020, 2, 3)
SAMPLE_ID = "ffffffff-"


@dataclass
class Played:
    """What a day wrote. records: event, at, data; answers: without hall, seq as an index of
    records."""

    records: list[tuple[str, str, str]] = field(default_factory=list)
    answers: list[tuple[str, str, str, int]] = field(default_factory=list)
    tickets: dict[str, TicketRow] = field(default_factory=dict)


class Player:
    """Commands to a hall in memory, written down as the service would."""

    def __init__(self, hall: str, ids: str) -> None:
        self.state = HallState()
        self.played = Played()
        self._hall, self._ids, self._fresh = hall, ids, 0

    def fresh_id(self) -> str:
        self._fresh += 1
        return f"{self._ids}0000-7000-8000-{self._fresh:012x}"

    def do(self, command: c.Command, at_ms: int, by: str | None = None) -> Sequence[e.Event]:
        """by None: the system's own command, which is answered nobody."""
        events = decide(command, self.state, at_ms)
        extra = {"by": by or "system"}
        if by is not None:
            extra["request_id"] = request_id = self.fresh_id()
        for event in events:
            apply(self.state, event, at_ms)
            data = orjson.dumps({**e.to_data(event), **extra}, option=orjson.OPT_SORT_KEYS)
            self.played.records.append((event.name, e.instant_text(at_ms), data.decode()))
            if ticket := getattr(event, "ticket", None):
                row = ticket_row(self._hall, self.state.day, self.state.tickets[ticket])
                self.played.tickets[ticket] = row
        if by is not None:
            body = answer(self.state, command, events, at_ms, lambda ticket: ticket[-12:])
            text = orjson.dumps(body).decode()
            last = len(self.played.records) - 1
            self.played.answers.append((request_id, asked(command), text, last))
        return events


def play_day(player: Player, begins_ms: int, ends_ms: int, tickets: int) -> None:
    """People come evenly over the time, every window is busy most of it, and all are served."""
    rules = player.state.known_rules
    services = [s.id for s in rules.services if rules.windows_for[s.id]]
    step_ms = (ends_ms - begins_ms) / (tickets + 1)
    # half of what would keep every window busy, so that nobody is left at the end
    serving_ms = max(1, round(step_ms * len(rules.windows) / 2))
    agenda = [(begins_ms + round(step_ms * (i + 1)), 0, str(i)) for i in range(tickets)]
    free = {w.id for w in rules.windows}
    while agenda:
        now_ms, what, who = heapq.heappop(agenda)
        if what == 0:
            issue = c.IssueTicket(player.fresh_id(), services[int(who) % len(services)])
            player.do(issue, now_ms, "kiosk:1")
            player.do(c.ConfirmPrinted(issue.ticket), now_ms, "kiosk:1")
        else:
            player.do(c.Finish(who), now_ms, f"clerk:{who}")
            free.add(who)
        for window in sorted(free):
            if not len(player.state.line):
                break
            called = player.do(c.CallNext(window), now_ms, f"clerk:{window}")
            if any(isinstance(x, e.TicketCalled) for x in called):
                player.do(c.Start(window), now_ms, f"clerk:{window}")
                free.remove(window)
                heapq.heappush(agenda, (now_ms + serving_ms, 1, window))


class Writer:
    """Chains what was played onto a hall's journal and puts it into a database."""

    def __init__(self, whole: Whole, hall: str) -> None:
        self._whole, self._hall = whole, hall
        self.seq, self.hash = 0, GENESIS

    def put(self, played: Played) -> None:
        first = self.seq + 1
        self._whole.insert("event", Record._fields, self._records(played))
        self._whole.insert("ticket", TicketRow._fields, played.tickets.values())
        self._whole.insert(
            "answer",
            Answer._fields,
            ((self._hall, *given, first + last) for *given, last in played.answers),
        )

    def _records(self, played: Played) -> Iterator[Record]:
        for event, at, data in played.records:
            self.seq += 1
            prev = self.hash
            self.hash = hash_of(prev, self.seq, event, at, data)
            yield Record(self._hall, self.seq, event, at, data, prev, self.hash)


def write_hall(
    whole: Whole, rules: HallRules, *, days: int, tickets_a_day: int, tickets_today: int
) -> int:
    """A hall with `days` past days, and the present one; the number of its last record."""
    rules = replace(rules, quotas=())  # as many as asked for, not as many as the hall would take
    now_ms = round(datetime.now(UTC).timestamp() * 1000)
    today = business_day(rules.calendar, now_ms)
    writer = Writer(whole, rules.id)
    configured = Player(rules.id, SAMPLE_ID)
    configured.do(c.Configure(rules), _at_ms(rules, SAMPLE_DAY, 8))
    writer.put(_dated(configured.played, today - timedelta(days=days + 1), 0))
    sample = _sample(rules, tickets_a_day)
    for number in range(days):
        writer.put(_dated(sample, today - timedelta(days=days - number), number))
    writer.put(_present_day(rules, tickets_today, now_ms))
    return writer.seq


def _sample(rules: HallRules, tickets: int) -> Played:
    """Opened, played and closed at its end."""
    player = Player(rules.id, SAMPLE_ID)
    player.do(c.Configure(rules), _at_ms(rules, SAMPLE_DAY, 8))
    player.played = Played()
    player.do(c.RollDay(), _at_ms(rules, SAMPLE_DAY, 9))
    begins_ms, ends_ms = (_at_ms(rules, SAMPLE_DAY, hour) for hour in (9, 17))
    play_day(player, begins_ms, ends_ms, tickets)
    player.do(c.RollDay(), day_bounds_ms(rules.calendar, SAMPLE_DAY)[1])
    if player.played.records.pop()[0] != "day_opened":
        raise RuntimeError("the sample day is not followed by another")
    return player.played


def _present_day(rules: HallRules, tickets: int, now_ms: int) -> Played:
    player = Player(rules.id, "eeeeeeee-")
    player.do(c.Configure(rules), now_ms - 1)
    player.played = Played()
    day_begins_ms = day_bounds_ms(rules.calendar, business_day(rules.calendar, now_ms))[0]
    begins_ms = max(day_begins_ms, now_ms - 8 * 3_600_000)
    player.do(c.RollDay(), begins_ms)
    play_day(player, begins_ms, now_ms, tickets)
    return player.played


def _at_ms(rules: HallRules, day: date, hour: int) -> int:
    """From 08:00 on until its end at 04:00, a day in China has one date in UTC: it can be
    replaced."""
    moment = datetime.combine(day, time(hour), ZoneInfo(rules.calendar.time_zone))
    return round(moment.timestamp() * 1000)


def _dated(played: Played, day: date, number: int) -> Played:
    """The played day as another day's."""

    def other(text: str) -> str:
        text = text.replace(SAMPLE_ID, f"{number:08x}-")
        return text.replace(SAMPLE_DAY.isoformat(), day.isoformat())

    rows = [
        TicketRow(*(other(v) if isinstance(v, str) else v for v in row))
        for row in played.tickets.values()
    ]
    return Played(
        [(event, other(at), other(data)) for event, at, data in played.records],
        [(other(r), command, other(body), last) for r, command, body, last in played.answers],
        {row.id: row for row in rows},
    )
