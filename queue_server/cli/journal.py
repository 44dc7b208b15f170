"""`./hall server verify-journal | rebuild-ledgers | backup | restore`: care for what is stored.

Exit code 0 only if all is well, 1 when something does not fit, 2 when the work could not be done.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from foundation.durable import settle_folder
from queue_server.access.keys import key_file_beside
from queue_server.cli.access import Unusable
from queue_server.journal.archive import (
    Manifest,
    key_in,
    key_mark,
    read_manifest,
    restore_backup,
    write_backup,
)
from queue_server.journal.archive_port import Databases, Whole
from queue_server.journal.archive_sqlite import SqliteFile
from queue_server.journal.chain import BrokenChain
from queue_server.journal.port import JournalError
from queue_server.journal.sqlite import sqlite_file
from queue_server.journal.verification import Anchors
from queue_server.ledgers.rebuild import rebuild_hall
from queue_server.ledgers.replay import DoesNotFit
from queue_server.ledgers.verify import HallProof, verify

_WORDS = Path(__file__).parents[2] / "assets" / "i18n" / "journal.toml"


class _NotProved(Exception):
    """What was restored does not verify."""


def add_journal_commands(commands: Any) -> None:
    """`commands`: the subparsers of `./hall server`."""
    proof = commands.add_parser(
        "verify-journal", help="prove the journal, and that the ledgers follow from it"
    )
    proof.add_argument("--hall", help="this hall alone")
    proof.add_argument("--json", action="store_true")
    proof.add_argument(
        "--anchor",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="an earlier --json report or a backup: what it noted must still be there",
    )
    proof.set_defaults(run=_verify)
    again = commands.add_parser("rebuild-ledgers", help="write the ledgers anew from the journal")
    again.add_argument("--hall", help="this hall alone")
    again.set_defaults(run=_rebuild)
    keep = commands.add_parser("backup", help="everything into one file, also while running")
    keep.add_argument("--out", type=Path, required=True, metavar="FILE")
    keep.add_argument("--with-key", action="store_true", help="put the key file in as well")
    keep.add_argument("--quick", action="store_true", help="without proving the journal first")
    keep.set_defaults(run=_backup)
    back = commands.add_parser("restore", help="a backup into an empty database")
    back.add_argument("file", type=Path, metavar="FILE")
    back.add_argument("--even-if-broken", action="store_true", help="although it does not verify")
    back.set_defaults(run=_restore)
    for command in (proof, again, keep, back):
        command.add_argument("--database", metavar="URL", required=True)
    for command in (keep, back):
        command.add_argument("--key", type=Path, metavar="FILE", help="the server's key file")


def _databases(options: argparse.Namespace) -> Databases:
    if not _on_postgres(options):
        return SqliteFile(sqlite_file(options.database, Path.cwd()))
    from queue_server.journal.archive_postgres import PostgresAddress

    return PostgresAddress(options.database)


def _on_postgres(options: argparse.Namespace) -> bool:
    return bool(options.database.startswith(("postgresql://", "postgres://")))


# --- the commands ---------------------------------------------------------------------------


def _verify(options: argparse.Namespace) -> int:
    try:
        with _in_words(), _databases(options).reading() as whole:
            proofs = _proofs(options, whole, _anchors(options.anchor))
    except Unusable as error:
        if not options.json:
            raise
        print(json.dumps({"error": {"code": "unusable", "message": str(error), "detail": {}}}))
        return 2
    well = all(not proof.problem_count for proof in proofs)
    if options.json:
        halls = [asdict(proof) for proof in proofs]
        print(json.dumps({"ok": well, "halls": halls}, ensure_ascii=False, indent=2))
    else:
        _tell(proofs)
    return 0 if well else 1


def _rebuild(options: argparse.Namespace) -> int:
    with _in_words(), _databases(options).writing_alone() as whole:
        _same_version(whole, _databases(options))
        for hall in _halls(options, whole):
            try:
                tally = rebuild_hall(whole, hall, _progress(hall))
            except (BrokenChain, DoesNotFit) as error:
                raise Unusable(f"{hall}: {error}; nothing was changed") from error
            _say("rebuilt", hall=hall, records=tally.records)
        whole.settle()
    return 0


def _backup(options: argparse.Namespace) -> int:
    out: Path = options.out
    with _in_words():
        if out.exists():
            read_manifest(out)  # an earlier backup may be written over, anything else not
        key_file = options.key or _key_file(options)
        key = key_file.read_bytes() if key_file and key_file.is_file() else None
        if options.with_key and key is None:
            raise Unusable("there is no key file to put in; name it with --key")
        with _databases(options).reading() as whole:
            proofs = [] if options.quick else list(_proofs(options, whole, {}))
            told = _progress("backup")
            manifest = write_backup(whole, out, told, key=key, key_inside=options.with_key)
    return _backed_up(out, manifest, proofs, key_file if key else None)


def _backed_up(
    out: Path, manifest: Manifest, proofs: list[HallProof], key_file: Path | None
) -> int:
    rows = sum(part.rows for part in manifest.tables)
    _say("backed_up", file=out, rows=rows, mib=round(out.stat().st_size / 2**20, 1))
    if manifest.key_inside:
        _say("key_inside")
    elif key_file:
        _say("key_outside", key=key_file)
    else:
        _say("key_unknown")
    broken = [proof for proof in proofs if proof.problem_count]
    if broken:
        _tell(broken)
        _say("backed_up_broken")
    return 1 if broken else 0


def _restore(options: argparse.Namespace) -> int:
    databases = _databases(options)
    options.hall = None
    proofs: list[HallProof] = []
    key_file = options.key or _key_file(options)
    with _in_words(), _key_put(options.file, key_file), databases.creating() as whole:
        manifest = restore_backup(
            options.file, whole, databases.newest_version, _progress("restore")
        )
        noted = {hall: {seq: last} for hall, (seq, last) in manifest.halls.items()}
        proofs = _proofs(options, whole, noted)
        if any(proof.problem_count for proof in proofs) and not options.even_if_broken:
            _tell(proofs)
            raise Unusable("the backup does not verify; nothing was restored")
    return _restored(manifest, proofs, key_file)


def _restored(manifest: Manifest, proofs: list[HallProof], key_file: Path | None) -> int:
    broken = any(proof.problem_count for proof in proofs)
    rows = sum(part.rows for part in manifest.tables)
    _tell(proofs)
    _say("restored_broken" if broken else "restored", rows=rows, made_at=manifest.made_at)
    if manifest.key_inside:
        _say("key_put", key=key_file)
    elif key_file and key_file.is_file() and key_mark(key_file.read_bytes()) == manifest.key_mark:
        _say("key_fits", key=key_file)
    elif manifest.key_mark:
        _say("key_wanted", key=key_file or "--key FILE")
    _say("sessions")
    return 1 if broken else 0


# --- what they share ------------------------------------------------------------------------


def _proofs(
    options: argparse.Namespace, whole: Whole, anchors: Mapping[str, Anchors]
) -> list[HallProof]:
    told = _progress("verify")
    halls = _halls(options, whole) if getattr(options, "hall", None) else None
    return list(verify(whole, _databases(options).newest_version, told, anchors, halls))


def _halls(options: argparse.Namespace, whole: Whole) -> list[str]:
    there = list(whole.halls())
    if options.hall is None:
        return there
    if options.hall not in there:
        raise Unusable(f"the database holds {', '.join(there) or 'no hall'}, not {options.hall!r}")
    return [options.hall]


def _same_version(whole: Whole, databases: Databases) -> None:
    if whole.version() != databases.newest_version:
        raise Unusable(
            f"the database has version {whole.version()}, this program works on"
            f" {databases.newest_version}: start the server on it once, or update the program"
        )


def _anchors(files: list[Path]) -> dict[str, dict[int, str]]:
    """hall → seq → hash as earlier reports and backups noted them."""
    noted: dict[str, dict[int, str]] = {}
    for file in files:
        for hall, seq, last in _noted_in(file):
            if seq:
                noted.setdefault(hall, {})[seq] = last
    return noted


def _noted_in(file: Path) -> Iterator[tuple[str, int, str]]:
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}") from error
    except ValueError:  # no report: then a backup, or read_manifest says so
        manifest = read_manifest(file)
        yield from ((hall, seq, last) for hall, (seq, last) in manifest.halls.items())
        return
    try:
        for proof in report["halls"]:
            yield str(proof["hall"]), int(proof["records"]), str(proof["hash"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unusable(f"{file} is no report of verify-journal --json") from error


def _key_file(options: argparse.Namespace) -> Path | None:
    """Where the server looks for the key of this database, unless its settings say otherwise; None
    for PostgreSQL, whose key's place the settings alone know."""
    if _on_postgres(options):
        return None
    return key_file_beside(sqlite_file(options.database, Path.cwd()))


@contextmanager
def _key_put(backup: Path, key_file: Path | None) -> Iterator[None]:
    """Puts the backup's key in place, if it has one; takes it away again if the rest fails."""
    if not read_manifest(backup).key_inside:
        yield
        return
    key = key_in(backup)
    if key_file is None:
        raise Unusable("the backup holds a key: name its place with --key")
    if key_file.exists():
        if not key_file.read_bytes().startswith(key):  # rotated since, it only has more in it
            raise Unusable(f"{key_file} is another key than the backup's: move it away first")
        yield
        return
    key_file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as fresh:
            fresh.write(key)
            fresh.flush()
            os.fsync(fresh.fileno())
        settle_folder(key_file.parent)
        yield
    except BaseException:
        key_file.unlink(missing_ok=True)
        raise


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except JournalError as error:
        raise Unusable(str(error)) from error
    except OSError as error:
        raise Unusable(str(error)) from error


def _progress(what: str) -> Callable[[str, int], None]:
    """Tells on a terminal how far the work is; says nothing into a pipe."""

    def told(name: str, count: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{what} {name} {count:,} \033[K", end="", file=sys.stderr, flush=True)

    return told


def _tell(proofs: list[HallProof]) -> None:
    if not proofs:
        _say("nothing")
    for proof in proofs:
        if not proof.problem_count:
            _say("proved", **asdict(proof))
            continue
        _say("not_proved", hall=proof.hall, count=proof.problem_count, records=proof.records)
        for problem in proof.problems:
            _say("at" if problem.seq else "at_none", **asdict(problem))
        for code in dict.fromkeys(problem.code for problem in proof.problems):
            _say(code, table="advice")


def _say(entry: str, /, table: str = "said", **values: object) -> None:
    for language in ("zh", "en"):
        print(_words()[table][entry][language].format(**values))


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))
