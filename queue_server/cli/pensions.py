"""`./hall server import-pensioners | forget-pensioner`: the register from the command line.

Exit code 0 when it was done, 1 when rows were bad and nothing was imported, 2 when it could not be
done. An ID number is read from standard input, never from the command line, which others can see.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from queue_server.access.keys import Keys
from queue_server.access.store import AccessStore
from queue_server.audit import AuditLog
from queue_server.cli.access import Unusable
from queue_server.cli.vault import ACTOR, with_database
from queue_server.clock import SystemClock
from queue_server.databases import Database, absolute
from queue_server.domain.errors import Refusal
from queue_server.domain.pension_commands import RemovePensioner, WithdrawConsent
from queue_server.journal.archive_sqlite import SqliteFile
from queue_server.journal.port import JournalError
from queue_server.outcome import Unavailable
from queue_server.pension_register import HallRegister
from queue_server.pensions.importing import RegisterImport
from queue_server.pensions.people import People
from queue_server.pensions.reading import RegisterUnreadable
from queue_server.plan import Plan, load_plan
from queue_server.service import HallService
from queue_server.settings.rules import content_of, presentation_of, rules_of
from queue_server.vault.master import MasterKeys
from queue_server.vault.of_hall import HallVault
from queue_server.vault.store import Vault
from queue_server.views.pensions import today_of

T = TypeVar("T")
_WORDS = Path(__file__).parents[2] / "assets" / "i18n" / "pensions.toml"
SHOWN = 40


def add_pension_commands(commands: Any) -> None:
    """`commands`: the subparsers of `./hall server`."""
    register = commands.add_parser("import-pensioners", help="a register as CSV or XLSX")
    register.add_argument("file", type=Path, metavar="FILE")
    register.add_argument("--dry-run", action="store_true", help="check the file, import nothing")
    register.add_argument("--skip-bad", action="store_true", help="import the good rows alone")
    register.set_defaults(run=_import)
    forget = commands.add_parser(
        "forget-pensioner", help="delete somebody's face, or all that is kept of them"
    )
    forget.add_argument("--face-only", action="store_true", help="the register's entry stays")
    forget.add_argument("--reason", default="本人要求", metavar="WORDS")
    forget.set_defaults(run=_forget)
    for command in (register, forget):
        command.add_argument("--config", type=Path, required=True, metavar="FILE")
        command.add_argument("--database", metavar="URL", help="instead of the file's")
        command.add_argument("--key", type=Path, metavar="FILE", help="the server's key file")
        command.add_argument("--hall", help="when the file lists several")


Work = Callable[[HallService, AccessStore, People, AuditLog], Awaitable[T]]


def _with_hall(options: argparse.Namespace, work: Work[T]) -> T:
    """Works on a hall that no SQLite server has open. Raises Unusable."""
    plan = load_plan([options.config])
    hall = options.hall or plan.default_hall
    if hall not in plan.files:
        raise Unusable(f"{options.config} has no hall {hall!r}")
    options.database = _address(options, plan)
    options.key = options.key or plan.server.key_file
    _refuse_a_running_server(options)

    async def use(database: Database, keys: Keys, key_file: Path) -> T:
        settings = plan.settings_of(hall)
        here = HallService(
            database.journal,
            rules_of(settings),
            presentation_of(settings),
            SystemClock(),
            keys.follow_token,
            content_of(settings),
        )
        await here.start()
        vault = Vault(database.access, MasterKeys(key_file))
        access = AccessStore(database.access, keys)
        return await work(
            here, access, People(HallVault(vault, here.id)), AuditLog(database.access)
        )

    try:
        return asyncio.run(with_database(options, use))
    except (Refusal, Unavailable) as error:
        raise Unusable(str(error)) from error


def _address(options: argparse.Namespace, plan: Plan) -> str:
    if options.database:
        return absolute(options.database, Path.cwd())
    return absolute(plan.server.database, plan.first.parent)


def _refuse_a_running_server(options: argparse.Namespace) -> None:
    """On SQLite a server would not see what is put in beside it. Raises Unusable."""
    if not options.database.startswith("sqlite:///"):
        return
    file = Path(options.database.removeprefix("sqlite:///"))
    if not file.is_file():
        raise Unusable(f"there is no database {file}: start the server on it once")
    try:
        with SqliteFile(file).writing_alone():
            pass
    except JournalError as error:
        raise Unusable(f"{error}; or import on the page /pension/HALL") from error


# --- importing ------------------------------------------------------------------------------


def _import(options: argparse.Namespace) -> int:
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise Unusable(f"{options.file} cannot be read: {error.strerror}") from error

    async def work(
        here: HallService, access: AccessStore, people: People, audit: AuditLog
    ) -> dict[str, Any]:
        today = await here.ask(today_of)
        report = await RegisterImport(access, people, HallRegister(here, ACTOR)).run(
            content, today, dry_run=options.dry_run, skip_bad=options.skip_bad, told=_progress
        )
        if report["imported"] is not None:
            detail = {"rows": report["good"], **report["imported"]}
            await audit.note(here.id, ACTOR, "pensioners_imported", why="import", detail=detail)
        return report

    try:
        report = _with_hall(options, work)
    except RegisterUnreadable as error:
        raise Unusable(_said("unreadable", error.code).format(**error.detail)) from error
    return _tell(report, options.dry_run)


def _tell(report: Mapping[str, Any], dry_run: bool) -> int:
    for bad in report["bad"][:SHOWN]:
        column, wrong = _said("column", bad["column"]), _said("wrong", bad["code"])
        print(f"  {bad['line']}: {column}: {wrong}")
    if report["bad_count"] > SHOWN:
        print(f"  … {report['bad_count'] - SHOWN}")
    if report["imported"] is not None:
        entry = "imported"
    elif dry_run:
        entry = "would_import"
    else:
        entry = "nothing_imported"
    values = {**report, **(report["imported"] or report["would"])}
    for language in ("zh", "en"):
        print(_words()["said"][entry][language].format(**values))
    return 1 if entry == "nothing_imported" else 0


def _progress(stage: str, count: int) -> None:
    if sys.stderr.isatty():
        print(f"{_said('stage', stage)} {count:,}", file=sys.stderr, flush=True)


# --- deleting -------------------------------------------------------------------------------


def _forget(options: argparse.Namespace) -> int:
    number = _id_number()

    async def work(here: HallService, access: AccessStore, people: People, audit: AuditLog) -> None:
        person = await access.known_person(number)
        known = await here.ask(lambda state, _: person in state.pensions.pensioners)
        if person is None or not known:
            raise Unusable("认证名册里没有这个人。Nobody in the register has this number.")
        act = "WithdrawConsent" if options.face_only else "RemovePensioner"
        await audit.note(here.id, ACTOR, act, subject=person, why=options.reason)
        if options.face_only:
            await people.withdraw(person)
            await here.execute(WithdrawConsent(person), request_id=None, by=ACTOR)
        else:
            # the key goes first: broken off between the two, a repeat still finds them here
            await people.forget(person)
            command = RemovePensioner(person, options.reason)
            await here.execute(command, request_id=None, by=ACTOR)
            await people.release(person)

    _with_hall(options, work)
    for language in ("zh", "en"):
        print(_words()["said"]["face_deleted" if options.face_only else "forgotten"][language])
    return 0


def _id_number() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("身份证号 / ID number: ").strip().upper()
    return sys.stdin.readline().strip().upper()


def _said(table: str, key: str) -> str:
    entry = _words()[table][key]
    return f"{entry['zh']} {entry['en']}"


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))
