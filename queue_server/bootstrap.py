"""Wires the server together, once: settings → store → halls → routes. Nothing happens at import."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog
from fastapi import FastAPI

from queue_server.access.keys import Keys, key_file_beside, load_keys
from queue_server.access.roles import Role
from queue_server.access.store import (
    AccessStore,
    Staff,
    Statement,
    forget_seeded_tokens,
    hash_password,
    insert_token,
    put_staff,
    refuse_missing_key,
    remove_staff,
)
from queue_server.audit import AuditLog
from queue_server.beside import kept_going
from queue_server.clock import Clock, SystemClock
from queue_server.clock_guard import ClockGuard
from queue_server.databases import Database, makes_a_file, open_database
from queue_server.day_snapshots.keeper import SnapshotKeeper
from queue_server.day_snapshots.store import DaySnapshots
from queue_server.domain.calendar import business_day
from queue_server.estimates.live import Estimates
from queue_server.halls import Halls
from queue_server.journal.port import JournalBroken, JournalError
from queue_server.loading import Loading
from queue_server.outcome import Unavailable
from queue_server.pension_seed import SeedsFirst
from queue_server.pensions.desk import PensionDesk
from queue_server.plan import Plan
from queue_server.sample_days import write_sample_days
from queue_server.service import HallService
from queue_server.settings.hall import HallSettings, StaffSection
from queue_server.settings.rules import content_of, presentation_of, rules_of
from queue_server.speech import Speech
from queue_server.trouble import KNOWN, CannotStart
from queue_server.tuning import settle_memory, tidy
from queue_server.vault.master import MasterKeys
from queue_server.vault.store import Vault
from queue_server.web.app import create_app
from queue_server.web.context import Context
from queue_server.web.metrics import Metrics
from queue_server.web.texts import Texts

log = structlog.get_logger()

UPKEEP_S = 10.0
RING_S = 1.0
PURGE_S = 3600.0


def key_file_of(plan: Plan, database: str) -> Path:
    """Beside SQLite's file; beside the settings when the database is elsewhere."""
    if plan.server.key_file is not None:
        return plan.server.key_file
    if database.startswith("sqlite:///"):
        return key_file_beside(Path(database.removeprefix("sqlite:///")))
    return plan.first.with_suffix(".key")


def build(
    plan: Plan,
    database: str,
    *,
    accept_new_key: bool = False,
    even_if_broken: bool = False,
    sample_days: int = 0,
) -> FastAPI:
    """The application for the halls of `plan`. database: an address; a file in it is absolute."""

    @asynccontextmanager
    async def open_context() -> AsyncIterator[Context]:
        with _told():
            is_new = makes_a_file(database)
            store = await open_database(database)
            if is_new:
                log.warning(
                    "new_database_made",
                    file=store.name,
                    detail="the file was not there: every hall begins anew",
                )
        try:
            with _told():
                key_file = key_file_of(plan, database)
                if not accept_new_key:
                    await refuse_missing_key(store.access, key_file)
                keys = load_keys(key_file)
                access = AccessStore(store.access, keys, store.trusted_s)
                await access.check_key(accept_new=accept_new_key)
                await _seed(access, plan)
            await _live_before(plan, store, keys, sample_days)
            async with (
                _clock_guarded(plan, store) as guard,
                _serving(plan, store, keys, guard, even_if_broken) as halls,
            ):
                metrics = Metrics(halls, store.writer, guard)
                vault = Vault(store.access, MasterKeys(key_file))
                audit = AuditLog(store.access)
                speech = Speech()
                desk = PensionDesk(
                    vault,
                    audit,
                    lambda hall: plan.settings_of(hall).pension,
                    keys.follow_token,
                )
                try:
                    async with (
                        _beside(partial(_purge, vault), "purge"),
                        _estimating(halls) as estimates,
                    ):
                        yield Context(
                            *(plan, halls, access, speech, Texts(), metrics),
                            *(vault, audit, desk, estimates),
                        )
                finally:
                    speech.close()
                    desk.close()
        finally:
            await store.journal.close()

    app = create_app(open_context)
    if plan.server.demonstration:
        app.add_middleware(SeedsFirst, plan=plan)
    return app


@contextmanager
def _told() -> Iterator[None]:
    """Raises CannotStart, in words, for what somebody at the machine can mend."""
    try:
        yield
    except KNOWN as error:
        log.error("cannot_start", code=error.code, error=str(error))
        raise CannotStart(error) from error


@asynccontextmanager
async def _beside(work: Callable[[], Awaitable[None]], name: str) -> AsyncIterator[None]:
    """Runs `work` meanwhile, and ends it then."""
    task = asyncio.create_task(kept_going(work, name))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def _clock_guarded(plan: Plan, store: Database) -> AsyncIterator[ClockGuard | None]:
    """None where the database has no clock of its own."""
    if store.clock is None:
        yield None
        return
    guard = ClockGuard(store.clock, plan.server.clock_off_at_most_s)
    with _told():
        await guard.refuse()
    async with _beside(guard.run, "clock_guard"):
        yield guard


async def _live_before(plan: Plan, store: Database, keys: Keys, days: int) -> None:
    """Past days for a demonstration whose journal is empty."""
    if not days or not plan.server.demonstration:
        return
    for settings in plan.read.values():
        rules = rules_of(settings)
        clerks = {s.window: s.login for s in settings.staff if s.window and s.role is Role.CLERK}
        today = business_day(rules.calendar, SystemClock().now_ms())
        await write_sample_days(store.journal, rules, clerks, days, keys.follow_token, today)


@asynccontextmanager
async def _serving(
    plan: Plan, store: Database, keys: Keys, guard: ClockGuard | None, even_if_broken: bool
) -> AsyncIterator[Halls]:
    """The halls, live: those whose files were read are loaded first, all others while it runs."""

    snapshots = DaySnapshots(store.access, keys)
    how = Loading(snapshots, even_if_broken)

    def clock() -> SystemClock:
        at_most_s = plan.server.clock_off_at_most_s
        return SystemClock(at_most_s, lambda: guard.off_s if guard else 0.0)

    async def open_hall(hall: str) -> HallService:
        settings = await asyncio.to_thread(plan.settings_of, hall)
        service = _hall(store, settings, keys, how, clock())
        await service.start()
        return service

    halls = Halls(list(plan.files), open_hall)
    with _told():
        for hall in plan.read:
            await _load_first(halls, hall)
    settle_memory()
    log.info("ready", halls=len(plan.files), loaded=len(halls), database=store.name)
    keeper = SnapshotKeeper(halls, store.journal, snapshots)
    try:
        async with _beside(partial(_keep_up, halls), "keep_up"), _beside(keeper.run, "snapshots"):
            yield halls
    finally:
        await keeper.close()
        await halls.close()


async def _load_first(halls: Halls, hall: str) -> None:
    """One hall's broken journal does not keep the others from being served. Raises JournalError."""
    try:
        await halls.get(hall)
    except Unavailable as error:
        cause = error.__cause__
        if not isinstance(cause, JournalError):
            raise
        if not (isinstance(cause, JournalBroken) and len(halls.ids) > 1):
            raise cause from error
        log.error(cause.code, hall=hall, error=str(cause), see="docs/keeping-data.md")


@asynccontextmanager
async def _estimating(halls: Halls) -> AsyncIterator[Estimates]:
    """Beside everything else, in a process of its own."""
    estimates = Estimates(halls)
    try:
        async with _beside(estimates.run, "estimates"):
            yield estimates
    finally:
        await estimates.close()


def _hall(
    store: Database, settings: HallSettings, keys: Keys, how: Loading, clock: Clock
) -> HallService:
    return HallService(
        store.journal,
        rules_of(settings),
        presentation_of(settings),
        clock,
        keys.follow_token,
        content_of(settings),
        how,
    )


async def _seed(access: AccessStore, plan: Plan) -> None:
    """Puts a demonstration's devices and staff in place, and takes an earlier one's out. Who stands
    in the file as before is left alone, and stays logged in."""
    wanted = {
        (hall, s.login): (_mark(s), s) for hall, file in plan.read.items() for s in file.staff
    }
    there = await access.seeded_staff()
    gone = [key for key, mark in there.items() if key not in wanted or wanted[key][0] != mark]
    new = {key: found for key, found in wanted.items() if key in gone or key not in there}
    passwords = {s.password for _, s in new.values()}
    hashes = {p: await asyncio.to_thread(hash_password, p) for p in passwords}
    statements = [forget_seeded_tokens(), *_devices(plan)]
    statements += [remove_staff(hall, login) for hall, login in gone]
    for (hall, login), (mark, s) in new.items():
        member = Staff(hall, login, s.name, s.role, s.window, hashes[s.password])
        statements += put_staff(member, seeded=mark)
    await access.change(*statements)
    if plan.server.demonstration:
        log.warning("demonstration", detail="devices and staff come from the file")


def _devices(plan: Plan) -> Sequence[Statement]:
    return [
        insert_token(d.token, d.role, hall, d.window, d.name, seeded="file")
        for hall, settings in plan.read.items()
        for d in settings.paired
    ]


def _mark(staff: StaffSection) -> str:
    """Tells whether somebody stands in the file as before. The file holds the password in clear."""
    return hashlib.sha256(repr(staff).encode()).hexdigest()


async def _keep_up(halls: Halls) -> None:
    """Loads all halls, then lets time pass for them, and tidies up when it is quiet.

    Several processes may do this for the same halls: the journal lets only one of them. They go
    through the halls in orders of their own, so that they seldom meet.
    """
    await halls.load_all()
    tidied = 0
    while True:
        before = _progress(halls)
        await _ring(halls, UPKEEP_S * random.uniform(0.9, 1.1))  # noqa: S311 - only spreads work
        if _progress(halls) == before != tidied:
            tidied = before
            tidy()
        found = list(halls)
        random.shuffle(found)
        for hall in found:
            await _keep_up_one(hall)
        if not halls.all_loaded:
            await halls.load_all()


async def _purge(vault: Vault) -> None:
    """Deletes what is over its time, at the start and every hour."""
    while True:
        try:
            if count := await vault.purge(datetime.now(UTC)):
                log.info("purged", rows=count)
        except JournalError as error:  # the next round tries again
            log.error("purge_failed", error=str(error))
        await asyncio.sleep(PURGE_S)


def _progress(halls: Halls) -> int:
    return sum(hall.streams.seq for hall in halls)


async def _ring(halls: Halls, for_s: float) -> None:
    """Looks every second for halls in which something falls due: somebody parked until now."""
    loop, failed = asyncio.get_running_loop(), set[str]()
    end_s = loop.time() + for_s
    while (left_s := end_s - loop.time()) > 0:
        await asyncio.sleep(min(left_s, RING_S * random.uniform(0.9, 1.1)))  # noqa: S311
        for hall in [each for each in halls if each.due and each.id not in failed]:
            if not await _keep_up_one(hall):
                failed.add(hall.id)


async def _keep_up_one(hall: HallService) -> bool:
    try:
        await hall.keep_up()
    except Exception as error:  # the next round tries again
        log.error("upkeep_failed", hall=hall.id, error=str(error))
        return False
    return True
