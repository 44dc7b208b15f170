"""`./hall token` and `./hall staff`: who may do what, changed on the database itself.

A running server takes new tokens and logins at once, and removed ones after a few seconds.
"""

from __future__ import annotations

import argparse
import getpass
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from queue_server.access.roles import Role
from queue_server.access.store import (
    Staff,
    hash_password,
    insert_token,
    new_token,
    put_staff,
    remove_staff,
    revoke_token,
)
from queue_server.journal.sqlite import migrate, sqlite_file

PASSWORD_AT_LEAST = 8
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
    staff = commands.add_parser("staff", help="add, remove or list the people who may log in")
    staff.add_argument("act", choices=["add", "remove", "list"])
    staff.add_argument("--hall", required=True, help="the hall's id")
    staff.add_argument("--login")
    staff.add_argument("--name", help="shown on the person's own pages")
    staff.add_argument("--role", type=Role, choices=STAFF_ROLES)
    staff.add_argument("--window", help="limit a clerk to one window")
    staff.add_argument("--database", metavar="URL", required=True)
    staff.set_defaults(run=_staff)


@contextmanager
def _database(url: str, hall: str | None) -> Iterator[sqlite3.Connection]:
    """The database, made if there is none yet; refuses a hall that it does not hold."""
    file = sqlite_file(url, Path.cwd())
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file, isolation_level=None, timeout=10)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection)
        halls = [row[0] for row in connection.execute("SELECT DISTINCT hall FROM event")]
        if hall is not None and halls and hall not in halls:
            raise Unusable(f"the database holds {', '.join(halls)}, not {hall!r}")
        yield connection
    finally:
        connection.close()


def _token(options: argparse.Namespace) -> int:
    """Prints the token, alone: it is shown this once and stored as a hash."""
    if options.revoke:
        with _database(options.database, None) as connection:
            if not revoke_token(connection, options.revoke):
                raise Unusable("there is no such token")
        return 0
    if options.role is None or options.hall is None:
        raise Unusable("--role and --hall are needed")
    token = new_token()
    name = options.name or options.role.value
    with _database(options.database, options.hall) as connection:
        insert_token(connection, token, options.role, options.hall, options.window, name)
    print(token)
    return 0


def _staff(options: argparse.Namespace) -> int:
    with _database(options.database, options.hall) as connection:
        if options.act == "list":
            return _list(connection, options.hall)
        if not options.login:
            raise Unusable("--login is needed")
        if options.act == "remove":
            if not remove_staff(connection, options.hall, options.login):
                raise Unusable(f"nobody has the login {options.login!r}")
            return 0
        if options.role is None:
            raise Unusable("--role is needed")
        name = options.name or options.login
        secret = hash_password(_password())
        member = Staff(options.hall, options.login, name, options.role, options.window, secret)
        put_staff(connection, member)
    return 0


def _list(connection: sqlite3.Connection, hall: str) -> int:
    rows = connection.execute(
        "SELECT login, role, coalesce(window, '-'), name FROM staff WHERE hall = ? ORDER BY login",
        (hall,),
    )
    for row in rows:
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
