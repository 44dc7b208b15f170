"""`./hall server vault …`: another master key, what is over its time, somebody forgotten.

Exit code 0 when it was done, 2 when it could not be done.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from queue_server.access.keys import Keys, KeyUnusable, key_file_beside, load_keys
from queue_server.access.store import AccessStore, refuse_missing_key
from queue_server.audit import AuditLog
from queue_server.cli.access import Unusable
from queue_server.databases import POSTGRES, Database, absolute, open_database
from queue_server.journal.port import JournalError
from queue_server.vault.errors import VaultError
from queue_server.vault.master import MasterKeys
from queue_server.vault.store import Vault

T = TypeVar("T")
ACTOR = "system:command"


def add_vault_commands(commands: Any) -> None:
    """`commands`: the subparsers of `./hall server`."""
    vault = commands.add_parser("vault", help="care for personal data and its keys")
    acts = vault.add_subparsers(required=True, metavar="ACT")
    rotate = acts.add_parser("rotate-key", help="wrap every person's key under a new master key")
    rotate.add_argument(
        "--destroy-old",
        action="store_true",
        help="take the old master keys out of the key file; earlier backups then need its old copy",
    )
    rotate.set_defaults(run=_rotate)
    purge = acts.add_parser("purge", help="delete what is over its time")
    purge.set_defaults(run=_purge)
    for command in (rotate, purge):
        command.add_argument("--database", metavar="URL", required=True)
        command.add_argument("--key", type=Path, metavar="FILE", help="the server's key file")


def key_file_of(options: argparse.Namespace) -> Path:
    """Raises Unusable: with PostgreSQL the settings alone know its place."""
    if options.key is not None:
        return Path(options.key)
    if options.database.startswith(POSTGRES):
        raise Unusable("with PostgreSQL, name the server's key file with --key")
    address = absolute(options.database, Path.cwd())
    return key_file_beside(Path(address.removeprefix("sqlite:///")))


async def with_database(
    options: argparse.Namespace, work: Callable[[Database, Keys, Path], Awaitable[T]]
) -> T:
    """Works on a database with the key file that is its own. Raises Unusable."""
    key_file = key_file_of(options)
    address = absolute(options.database, Path.cwd())
    if address.startswith("sqlite:///") and not Path(address.removeprefix("sqlite:///")).is_file():
        raise Unusable(f"there is no database {options.database}")
    database = await open_database(address)
    try:
        await refuse_missing_key(database.access, key_file)
        keys = load_keys(key_file)
        await AccessStore(database.access, keys).check_key()
        return await work(database, keys, key_file)
    except (KeyUnusable, VaultError, JournalError) as error:
        raise Unusable(str(error)) from error
    finally:
        await database.journal.close()


def _rotate(options: argparse.Namespace) -> int:
    async def work(database: Database, _: Keys, key_file: Path) -> tuple[int, int]:
        masters = MasterKeys(key_file)
        done = await Vault(database.access, masters).rotate()
        detail = {"master": done[0], "keys": done[1], "old_destroyed": options.destroy_old}
        await AuditLog(database.access).note("", ACTOR, "vault_key_rotated", detail=detail)
        if options.destroy_old:
            masters.destroy_before(done[0])
        return done

    number, count = asyncio.run(with_database(options, work))
    file = key_file_of(options)
    print(
        f"主密钥已更换为第 {number} 把，重新包裹 {count} 人的密钥。请把 {file} 复制到其他服务器。"
    )
    print(
        f"Master key {number} is in use; {count} keys were wrapped anew. Copy {file} to the other"
        " servers of this database, and keep it apart from the backups."
    )
    return 0


def _purge(options: argparse.Namespace) -> int:
    async def work(database: Database, _: Keys, key_file: Path) -> int:
        return await Vault(database.access, MasterKeys(key_file)).purge(datetime.now(UTC))

    count = asyncio.run(with_database(options, work))
    print(f"已删除 {count} 条到期的个人数据。")
    print(f"{count} rows of personal data were over their time and are deleted.")
    return 0
