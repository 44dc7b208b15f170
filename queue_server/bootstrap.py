"""Wires the server together, once: settings → store → halls → routes. Nothing happens at import."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from fastapi import FastAPI

from queue_server.access.keys import Keys, key_file_beside, load_keys
from queue_server.access.store import (
    AccessStore,
    Staff,
    forget_seeded_tokens,
    hash_password,
    insert_token,
    put_staff,
    remove_staff,
    seeded_staff,
)
from queue_server.clock import SystemClock
from queue_server.halls import Halls
from queue_server.journal.sqlite import SqliteDatabase, SqliteJournal
from queue_server.service import HallService
from queue_server.settings import HallSettings, StaffSection, presentation_of, rules_of
from queue_server.speech import Speech
from queue_server.tuning import settle_memory, tidy
from queue_server.web.app import create_app
from queue_server.web.context import Context
from queue_server.web.metrics import Metrics
from queue_server.web.texts import Texts

log = structlog.get_logger()

UPKEEP_S = 10.0


def key_file_of(settings: HallSettings, database: Path) -> Path:
    return settings.server.key_file or key_file_beside(database)


def build(settings: HallSettings, database: Path) -> FastAPI:
    """The application for one hall on one database file."""

    @asynccontextmanager
    async def open_context() -> AsyncIterator[Context]:
        store = SqliteDatabase(database)
        keys = load_keys(key_file_of(settings, database))
        access = AccessStore(store, keys)
        await _seed(store, settings)
        hall = _hall(store, settings, keys)
        await hall.start()
        halls = Halls([hall])
        speech = Speech(settings.hall.announce)
        settle_memory()
        upkeep = asyncio.create_task(_keep_up(hall))
        log.info("ready", hall=hall.id, database=str(database))
        try:
            yield Context(settings, halls, access, speech, Texts(), Metrics(halls, store))
        finally:
            upkeep.cancel()
            hall.streams.end_all()
            await store.close()

    return create_app(open_context)


def _hall(store: SqliteDatabase, settings: HallSettings, keys: Keys) -> HallService:
    return HallService(
        SqliteJournal(store),
        rules_of(settings),
        presentation_of(settings),
        SystemClock(),
        keys.follow_token,
    )


async def _seed(store: SqliteDatabase, settings: HallSettings) -> None:
    """Puts a demonstration's devices and staff in place, and takes an earlier one's out. Who stands
    in the file as before is left alone, and stays logged in."""
    hall = settings.hall.id
    wanted = {(hall, s.login): (_mark(s), s) for s in settings.staff}
    there = seeded_staff(store.reader)
    gone = [key for key, mark in there.items() if key not in wanted or wanted[key][0] != mark]
    new = [(mark, s) for key, (mark, s) in wanted.items() if key in gone or key not in there]
    passwords = {s.password for _, s in new}
    hashes = {p: await asyncio.to_thread(hash_password, p) for p in passwords}

    def work(connection: sqlite3.Connection) -> None:
        forget_seeded_tokens(connection)
        for d in settings.paired:
            insert_token(connection, d.token, d.role, hall, d.window, d.name, seeded="file")
        for of_hall, login in gone:
            remove_staff(connection, of_hall, login)
        for mark, s in new:
            member = Staff(hall, s.login, s.name, s.role, s.window, hashes[s.password])
            put_staff(connection, member, seeded=mark)

    await store.write(work)
    if settings.server.demonstration:
        log.warning("demonstration", hall=hall, detail="devices and staff come from the file")


def _mark(staff: StaffSection) -> str:
    """Tells whether somebody stands in the file as before. The file holds the password in clear."""
    return hashlib.sha256(repr(staff).encode()).hexdigest()


async def _keep_up(hall: HallService) -> None:
    """Lets time pass for the hall, and tidies up when it is quiet."""
    tidied_seq = 0
    while True:
        seq = hall.streams.seq
        await asyncio.sleep(UPKEEP_S)
        if hall.streams.seq == seq != tidied_seq:
            tidied_seq = seq
            tidy()
        try:
            await hall.keep_up()
        except Exception as error:  # the next round tries again
            log.error("upkeep_failed", hall=hall.id, error=str(error))
