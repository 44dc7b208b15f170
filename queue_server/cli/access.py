"""`./hall token` and `./hall staff`: who may do what, changed on the database itself.

A running server takes new tokens and logins at once, and removed ones after a few seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from queue_server.access.accounts import PASSWORD_AT_LEAST
from queue_server.access.roles import Role
from queue_server.access.store import (
    AccessDatabase,
    Staff,
    Statement,
    hash_password,
    insert_token,
    new_token,
    put_staff,
    remove_staff,
    revoke_token,
)
from queue_server.databases import absolute, open_database

T = TypeVar("T")

HALLS_NAMED = 5
# Steps from hall to hall along the index: to look at all events would take long.
_SOME_HALLS = f"""
WITH RECURSIVE named (hall) AS (
    SELECT min(hall) FROM event
    UNION ALL
    SELECT (SELECT min(hall) FROM event WHERE hall > named.hall) FROM named
    WHERE named.hall IS NOT NULL
) SELECT hall FROM named WHERE hall IS NOT NULL LIMIT {HALLS_NAMED}
"""  # noqa: S608 - a number of ours
ROLES = [role for role in Role if role is not Role.PUBLIC]
STAFF_ROLES = [Role.CLERK, Role.MANAGER, Role.AUDITOR, Role.ADMIN]


class Unusable(Exception):
    """What was asked cannot be done; the message says why."""


def add_commands(commands: Any) -> None:
    """`commands`: the subparsers of the server's command line."""
    token = commands.add_parser("token", help="make a token for a device or script, or revoke one")
    token.add_argument("--role", type=Role, choices=ROLES)
    token.add_argument("--hall", help="the hall's id")
    token.add_argument("--window", help="limit a clerk's token to one window")
    token.add_argument("--name", help="how the journal names its owner")
    token.add_argument("--revoke", metavar="TOKEN", help="take this token away")
    token.add_argument("--database", metavar="URL", required=True)
    token.set_defaults(run=_token)
    staff = commands.add_parser(
        "staff",
        help="add, remove or list the people who may log in",
        description="Adds, removes or lists the people who may log in. `add` asks for a password"
        f" of at least {PASSWORD_AT_LEAST} characters: twice in a terminal; in a script it reads"
        " one line of standard input. The person chooses another at the first login.",
        epilog="example: ./hall staff add --hall demo --login wang --name 王芳 --role clerk"
        " --window 3 --database sqlite:///hall.db",
    )
    staff.add_argument("act", choices=["add", "remove", "list"])
    staff.add_argument("--hall", required=True, help="the hall's id")
    staff.add_argument("--login")
    staff.add_argument("--name", help="shown on the person's own pages")
    staff.add_argument("--role", type=Role, choices=STAFF_ROLES)
    staff.add_argument("--window", help="limit a clerk to one window")
    staff.add_argument(
        "--keep-password",
        action="store_true",
        help="the person chose it: no other is asked for at the first login",
    )
    staff.add_argument(
        "--replace",
        action="store_true",
        help="with add: the login is there already; its name, role, window and password become"
        " those given here, and open sessions end",
    )
    staff.add_argument("--database", metavar="URL", required=True)
    staff.set_defaults(run=_staff)


async def _with(url: str, hall: str | None, work: Callable[[AccessDatabase], Awaitable[T]]) -> T:
    """Works on the database; refuses one that is not there, and a hall that it does not hold."""
    address = absolute(url, Path.cwd())
    _refuse_missing(address)
    database = await open_database(address)
    try:
        if hall is not None:
            await _refuse_other_halls(database.access, hall)
        return await work(database.access)
    finally:
        await database.journal.close()


def _refuse_missing(address: str) -> None:
    """A slip of the pen would make a database in which nobody ever looks."""
    if address.startswith("sqlite:///"):
        file = Path(address.removeprefix("sqlite:///"))
        if not file.exists():
            raise Unusable(
                f"there is no database {file}; if the hall is new, start its server once first"
            )


async def _refuse_other_halls(access: AccessDatabase, hall: str) -> None:
    """A slip of the pen would make somebody who can do nothing anywhere."""
    if await access.rows("SELECT 1 FROM event WHERE hall = ? LIMIT 1", hall):
        return
    halls = [row[0] for row in await access.rows(_SOME_HALLS)]
    if not halls:
        raise Unusable("the database holds no hall yet; start the hall's server once first")
    more = ", …" if len(halls) == HALLS_NAMED else ""
    raise Unusable(f"the database holds {', '.join(halls)}{more}, not {hall!r}")


async def _refuse_other_windows(access: AccessDatabase, hall: str, window: str | None) -> None:
    if window is None:
        return
    rows = await access.rows(
        "SELECT data FROM event WHERE event IN ('day_opened', 'hall_configured') AND hall = ?"
        " AND event = 'hall_configured' ORDER BY seq DESC LIMIT 1",
        hall,
    )
    known = [found["id"] for found in json.loads(rows[0][0])["rules"]["windows"]] if rows else []
    if window not in known:
        raise Unusable(f"the hall has windows {', '.join(known)}, not {window!r}")


def _run(options: argparse.Namespace, hall: str | None, *statements: Statement) -> Sequence[int]:
    """How many rows each statement touched."""

    async def work(access: AccessDatabase) -> Sequence[int]:
        if hall is not None:
            await _refuse_other_windows(access, hall, options.window)
        return await access.change(*statements)

    return asyncio.run(_with(options.database, hall, work))


def _token(options: argparse.Namespace) -> int:
    """Prints the token, alone: it is shown this once and stored as a hash."""
    if options.revoke:
        if _run(options, None, revoke_token(options.revoke)) == [0]:
            raise Unusable("there is no such token")
        return 0
    if options.role is None or options.hall is None:
        raise Unusable("--role and --hall are needed")
    token = new_token()
    name = options.name or options.role.value
    made = insert_token(token, options.role, options.hall, options.window, name)
    _run(options, options.hall, made)
    print(token)
    return 0


def _staff(options: argparse.Namespace) -> int:
    if options.act == "list":
        return _list(options)
    if not options.login:
        raise Unusable("--login is needed")
    if options.act == "remove":
        if _run(options, options.hall, remove_staff(options.hall, options.login)) == [0]:
            raise Unusable(f"nobody has the login {options.login!r}")
        return 0
    if options.role is None:
        raise Unusable("--role is needed")
    before = asyncio.run(_with(options.database, options.hall, partial(_may_add, options)))
    secret = hash_password(_password())
    member = Staff(
        *(options.hall, options.login, options.name or options.login),
        *(options.role, options.window, secret),
        must_change=not options.keep_password,
    )
    _run(options, options.hall, *put_staff(member))
    where = f", window {options.window}" if options.window else ""
    done = "replaced" if before else "added"
    print(f"{done}: {options.login} ({options.role.value}{where})", file=sys.stderr)
    return 0


async def _may_add(options: argparse.Namespace, access: AccessDatabase) -> bool:
    """Whether somebody has the login already, which is said before a password is asked for."""
    await _refuse_other_windows(access, options.hall, options.window)
    rows = await access.rows(
        "SELECT name, role, coalesce(\"window\", '-') FROM staff WHERE hall = ? AND login = ?",
        options.hall,
        options.login,
    )
    if rows and not options.replace:
        name, role, window = rows[0]
        raise Unusable(
            f"the login {options.login!r} is there already: {name}, {role}, window {window};"
            " add --replace to give it what you say here"
        )
    return bool(rows)


def _list(options: argparse.Namespace) -> int:
    everybody = (
        "SELECT login, role, coalesce(\"window\", '-'), name FROM staff WHERE hall = ?"
        " ORDER BY login"
    )
    work = _with(options.database, options.hall, lambda x: x.rows(everybody, options.hall))
    for row in asyncio.run(work):
        print("\t".join(row))
    return 0


def _password() -> str:
    """From the terminal, twice and unseen; or one line of standard input, for scripts."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            raise Unusable("the two passwords differ")
    if len(password) < PASSWORD_AT_LEAST:
        raise Unusable(f"a password needs at least {PASSWORD_AT_LEAST} characters")
    return password
