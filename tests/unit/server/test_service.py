"""One hall's service on every store: days, repeats, configuration, and that live equals loaded."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from queue_server.domain import commands as c
from queue_server.domain.appointments import BookAppointment, CheckIn
from queue_server.domain.errors import Refusal, WrongState
from queue_server.domain.leases import HandIn, OfflineTicket, TakeLeases
from queue_server.domain.quotas import QuotaRule
from queue_server.domain.rules import HallRules, ServiceRule
from queue_server.domain.slots import SlotRule
from queue_server.domain.state import HallState
from queue_server.journal.memory import MemoryJournal
from queue_server.journal.port import Journal
from queue_server.journal.postgres import PostgresDatabase, PostgresJournal
from queue_server.journal.sqlite import SqliteDatabase, SqliteJournal
from queue_server.loading import load_day
from queue_server.presentation import Presentation
from queue_server.service import HallService
from tests.support.hall import MINUTE, MONDAY_9, rules

DAY = 24 * 60 * MINUTE


class SettableClock:
    def __init__(self) -> None:
        self.ms = MONDAY_9

    def reach(self, at_ms: int) -> float:
        return 0.0

    def off_s(self) -> float:
        return 0.0

    def now_ms(self) -> int:
        return self.ms


class Desk:
    """A hall with hands: commands as the API would send them."""

    def __init__(self, journal: Journal, clock: SettableClock, hall_rules: HallRules) -> None:
        self.journal, self.clock = journal, clock
        self.hall = HallService(
            journal, hall_rules, Presentation("厅", "Hall", ()), clock, lambda t: f"token-{t}"
        )
        self._count = 0

    async def do(self, command: c.Command, request_id: str | None = None) -> Any:
        self._count += 1
        rid = request_id or f"r{self._count}-{self.clock.ms}"
        return orjson.loads((await self.hall.execute(command, request_id=rid, by="test")).body)

    async def issue(self, service: str = "A", **fields: Any) -> Any:
        self._count += 1
        fresh = f"t{self._count}-{self.clock.ms}"
        return (await self.do(c.IssueTicket(fresh, service, **fields)))["ticket"]

    async def equals_loaded(self) -> None:
        loaded = (await load_day(self.journal, "t", lambda t: f"token-{t}")).state
        live = self.hall.day.state
        counted = ("today", "recent_calls")  # compared below, less what is empty
        for name in (f.name for f in dataclasses.fields(HallState) if f.name not in counted):
            assert getattr(loaded, name) == getattr(live, name), name
        for name in ("leases", "book", "given"):
            assert getattr(loaded, name) == getattr(live, name), name
        assert +loaded.today == +live.today
        assert list(loaded.recent_calls) == list(live.recent_calls)


Scenario = Callable[[Desk], Awaitable[None]]


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., None]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""

    def play(scenario: Scenario, hall_rules: HallRules | None = None) -> None:
        async def whole() -> None:
            journal: Journal = MemoryJournal()
            if request.param == "sqlite":
                journal = SqliteJournal(SqliteDatabase(tmp_path / "hall.db"))
            if request.param == "postgres":
                journal = PostgresJournal(await PostgresDatabase.opened(url))
            try:
                desk = Desk(journal, SettableClock(), hall_rules or rules())
                await desk.hall.start()
                await scenario(desk)
                await desk.equals_loaded()
            finally:
                await journal.close()

        asyncio.run(whole())

    return play


def test_a_day_ends_over_people_everywhere(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        first, second, third = [await desk.issue("A") for _ in range(3)]
        await desk.do(c.CallNext("1"))
        await desk.do(c.Start("1"))
        await desk.do(c.CallNext("2"))
        await desk.do(c.ReportDevice("p", "printer", "out", ""))
        desk.clock.ms += DAY
        ticket = await desk.issue("A")
        assert ticket["number"] == "A001"
        statuses = []
        for old in (first, second, third):
            row = await desk.journal.find_ticket("t", old["id"])
            assert row is not None
            statuses.append((row.status, row.day))
        yesterday = "2026-11-23"
        assert statuses == [
            ("finished", yesterday),
            ("expired", yesterday),
            ("expired", yesterday),
        ]
        called = await desk.do(c.CallNext("1"))  # the window of yesterday's last person
        assert called["ticket"]["id"] == ticket["id"]
        assert (await desk.do(c.CallNext("2")))["ticket"] is None

    run(scenario)


def test_yesterdays_phones_are_forgotten(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        ticket = await desk.issue("A")
        assert desk.hall.followed_ticket(f"token-{ticket['id']}") == ticket["id"]
        desk.clock.ms += DAY
        await desk.hall.keep_up()
        assert desk.hall.day.followed == {}

    run(scenario)


def test_the_day_rolls_by_itself(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.issue("A")
        desk.clock.ms += DAY
        await desk.hall.keep_up()
        view = orjson.loads(await desk.hall.hall_json(for_staff=True))
        assert view["business_day"] == "2026-11-24"
        assert view["today"]["issued"] == 0

    run(scenario)


def test_a_request_that_changed_nothing_keeps_its_answer(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        first = await desk.do(c.OpenWindow("1", None), "open-once")
        await desk.do(c.CloseWindow("1"))
        assert await desk.do(c.OpenWindow("1", None), "open-once") == first
        view = orjson.loads(await desk.hall.hall_json(for_staff=True))
        assert view["windows"][0]["state"] == "closed"

    run(scenario)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (c.IssueTicket("x", "A", person="p1"), c.IssueTicket("y", "A", person="p2")),
        (c.IssueTicket("x", "A"), c.IssueTicket("y", "B")),
        (c.PauseWindow("1", "午休"), c.PauseWindow("1", "开会")),
        (c.CallNext("1"), c.CallNext("2")),
    ],
)
def test_a_request_id_for_something_else_is_refused(
    run: Callable[..., None], first: c.Command, second: c.Command
) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.do(first, "one-id")
        with pytest.raises(WrongState) as refused:
            await desk.do(second, "one-id")
        assert refused.value.code == "request_id_reused"

    run(scenario)


def test_an_old_days_request_still_gets_its_answer(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        first = await desk.do(c.IssueTicket("x", "A"), "long-ago")
        desk.clock.ms += DAY
        await desk.issue("A")
        assert await desk.do(c.IssueTicket("y", "A"), "long-ago") == first

    run(scenario)


def test_a_missed_persons_card_puts_them_back_in_line(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        ticket = await desk.issue("A", person="p1")
        await desk.do(c.CallNext("1"))
        await desk.do(c.Miss("1"))
        again = await desk.issue("A", person="p1")
        assert (again["number"], again["status"]) == (ticket["number"], "waiting")
        assert again["reprint"]
        assert again["rejoined"]

    run(scenario)


def test_after_too_many_misses_the_card_gets_a_new_number(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.issue("A", person="p1")
        for _ in range(2):
            await desk.do(c.CallNext("1"))
            await desk.do(c.Miss("1"))
            assert (await desk.issue("A", person="p1"))["rejoined"]
        await desk.do(c.CallNext("1"))
        await desk.do(c.Miss("1"))
        fresh = await desk.issue("A", person="p1")
        assert (fresh["number"], fresh["reprint"], fresh["status"]) == ("A002", False, "waiting")

    run(scenario)


def test_services_in_use_stay_until_the_day_is_over(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.issue("A")
        ours = rules()
        windows = tuple(
            dataclasses.replace(w, skills=tuple(s for s in w.skills if s.service != "A"))
            for w in ours.windows
        )
        smaller = dataclasses.replace(ours, services=ours.services[1:], windows=windows, matters=())
        after = Desk(desk.journal, desk.clock, smaller)
        await after.hall.start()
        view = orjson.loads(await after.hall.hall_json(for_staff=True))
        assert [s["id"] for s in view["services"]] == ["A", "B"]
        desk.clock.ms += DAY
        await after.hall.keep_up()
        await after.hall.keep_up()
        view = orjson.loads(await after.hall.hall_json(for_staff=True))
        assert [s["id"] for s in view["services"]] == ["B"]
        desk.hall = after.hall

    run(scenario)


def test_a_new_service_takes_effect_at_once(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.issue("A")
        ours = rules()
        more = dataclasses.replace(
            ours, services=(*ours.services, ServiceRule("C", "C", "丙", "c", "ticket", 60))
        )
        desk.hall = Desk(desk.journal, desk.clock, more).hall
        await desk.hall.start()
        assert (await desk.issue("C"))["number"] == "C001"

    run(scenario)


def test_the_parked_come_back_at_their_time(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.issue("A")
        await desk.do(c.CallNext("1"))
        await desk.do(c.Park("1", "取材料", desk.clock.ms + 10 * MINUTE))
        await desk.hall.keep_up()
        assert (await desk.do(c.CallNext("1")))["ticket"] is None
        desk.clock.ms += 11 * MINUTE
        await desk.hall.keep_up()
        assert (await desk.do(c.CallNext("1")))["ticket"]["number"] == "A001"

    run(scenario)


def test_the_next_call_already_knows_who_is_back(run: Callable[..., None]) -> None:
    """No upkeep lies between: time passes for the hall before anything is decided."""

    async def scenario(desk: Desk) -> None:
        ticket = await desk.issue("A")
        await desk.do(c.DeferTicket(ticket["id"], 10))
        unprinted = await desk.issue("B")
        await desk.do(c.ReportPrintFailed(unprinted["id"]))
        assert (await desk.do(c.CallNext("1")))["ticket"] is None
        desk.clock.ms += 10 * MINUTE
        assert (await desk.do(c.CallNext("1")))["ticket"]["number"] == "A001"
        assert (await desk.do(c.CallNext("2")))["ticket"] is None
        names = [r.event for r in await desk.hall.journal_page(0, 100)]
        assert names[-4:] == [
            "ticket_cancelled",
            "ticket_deferral_ended",
            "ticket_called",
            "call_found_nobody",
        ]

    run(scenario)


def test_what_staff_write_is_not_for_everybody(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        secret = "王某回家取身份证"
        await desk.issue("A")
        ticket = await desk.issue("A")
        await desk.do(c.OpenWindow("2", "clerk2"))
        await desk.do(c.PauseWindow("2", secret))
        await desk.do(c.CallTicket("1", ticket["id"], secret))
        await desk.do(c.Park("1", secret))
        seen = await desk.hall.hall_json(for_staff=False)
        async for frame in desk.hall.stream(0, None, 0.05):
            seen += frame
            if b"ticket_parked" in frame:
                break
        assert secret not in seen.decode()
        assert "clerk2" not in seen.decode()
        assert secret in (await desk.hall.hall_json(for_staff=True)).decode()

    run(scenario)


def test_who_was_away_over_a_days_close_is_told_that_events_are_missing(
    run: Callable[..., None],
) -> None:
    """Whoever may read the journal misses nothing; others may not look behind the close."""

    async def told(desk: Desk, after: int, *, of_this_day: bool) -> list[tuple[int, str]]:
        frames = desk.hall.stream(
            after, frozenset({"day_closed", "ticket_issued"}), 5.0, of_this_day=of_this_day
        )
        found: list[tuple[int, str]] = []
        async with aclosing(frames):
            async for frame in frames:
                if match := re.match(rb"id: (\d+)\nevent: (\w+)", frame):
                    found.append((int(match[1]), match[2].decode()))
                if found and found[-1][1] == "ticket_issued":
                    break
        return found

    async def scenario(desk: Desk) -> None:
        await desk.issue("A")
        away = desk.hall.day.state.seq
        desk.clock.ms += DAY
        await desk.issue("A")
        opened, last = desk.hall.day.state.day_seq, desk.hall.day.state.seq
        closed = (await told(desk, away, of_this_day=False))[0]
        assert closed[1] == "day_closed"
        assert away < closed[0] < opened
        assert await told(desk, away, of_this_day=False) == [closed, (last, "ticket_issued")]
        skipped = (opened - 1, "events_skipped")
        assert await told(desk, away, of_this_day=True) == [skipped, (last, "ticket_issued")]
        # who comes again from there has missed nothing, nor has one who was nowhere yet
        assert await told(desk, opened - 1, of_this_day=True) == [(last, "ticket_issued")]
        assert await told(desk, 0, of_this_day=True) == [(last, "ticket_issued")]

    run(scenario)


def test_a_repeat_finds_what_became_of_an_abandoned_request(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        command = c.IssueTicket("x", "A")
        first = asyncio.create_task(desk.do(command, "left"))
        await asyncio.sleep(0)
        first.cancel()
        repeat = await desk.do(command, "left")
        await asyncio.gather(first, return_exceptions=True)
        assert repeat["ticket"]["number"] == "A001"
        assert (await desk.issue("A"))["number"] == "A002"

    run(scenario)


def test_refusals_change_nothing_on_disk(run: Callable[..., None]) -> None:
    async def scenario(desk: Desk) -> None:
        before = await desk.journal.last("t")
        with pytest.raises(Refusal):
            await desk.do(c.Start("1"))
        assert await desk.journal.last("t") == before

    run(scenario)


def test_leases_and_appointments_outlive_their_day(run: Callable[..., None]) -> None:
    week = (0, 1, 2, 3, 4, 5, 6)
    hall_rules = rules(
        slots=(SlotRule("A", week, time(0), time(23), 60, 2),),
        quotas=(QuotaRule("A", per_half_day=50, per_person=2),),
    )

    async def scenario(desk: Desk) -> None:
        opened = desk.hall.day.state.day
        lent = await desk.do(TakeLeases("L", "k", ("A",), 3))
        assert [(x["first"], x["last"]) for x in lent["leases"]] == [(1, 3)]
        today = OfflineTicket("o1", "L.A", 1, "A", MONDAY_9)
        await desk.do(HandIn("k", (today,)))
        booked = await desk.do(
            BookAppointment("a", ("123456",), "A", None, MONDAY_9 + 2 * DAY, "p", "h", "t")
        )
        assert booked["appointment"]["code"] == "123456"
        await desk.issue(person="p")
        await desk.equals_loaded()
        desk.clock.ms += DAY
        await desk.hall.keep_up()
        assert desk.hall.day.state.day > opened
        await desk.equals_loaded()
        late = OfflineTicket("o2", "L.A", 2, "A", MONDAY_9 + MINUTE)
        answer = await desk.do(HandIn("k", (today, late), ("L.A",)))
        assert [x["result"] for x in answer["tickets"]] == ["known", "recorded"]
        assert answer["given_back"] == [{"lease": "L.A", "voided": [[3, 3]]}]
        row = await desk.journal.find_ticket("t", "o2")
        assert row is not None
        assert (row.day, row.number, row.status) == (opened, "A002", "expired")
        assert not await desk.hall.other_ticket_has("o2", "L.A", 2)
        assert not await desk.hall.other_ticket_has("fresh", "L.A", 2)
        for lease, serial in (("L.A", 3), ("gone", 2)):
            assert await desk.hall.other_ticket_has("o2", lease, serial)
        await desk.equals_loaded()
        desk.clock.ms += DAY
        ticket = (await desk.do(CheckIn("c", code="123456")))["ticket"]
        assert ticket["number"] == "A001"
        again = await desk.do(CheckIn("d", phone_tail="t"))
        assert (again["ticket"]["id"], again["ticket"]["reprint"]) == ("c", True)

    run(scenario, hall_rules)
