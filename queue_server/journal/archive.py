"""A backup: one ZIP file with the rows of every table as JSON lines, and a manifest that says what
they are. The same for SQLite and PostgreSQL, so that a hall can move from one to the other.

Sessions stay out: after a restore everybody logs in again. So do the readiness probe's row and the
snapshots of days, which the journal can do without.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from foundation.durable import settle_folder
from queue_server.journal.archive_port import NotEmpty, Row, Whole, WrongVersion
from queue_server.journal.port import JournalError, NotStored

FORMAT = "hall-backup"
FORMAT_VERSION = 1
LEFT_OUT = frozenset(
    {"session", "heartbeat", "login_failure", "login_count", "claim", "day_snapshot"}
)
MANIFEST = "manifest.json"
KEY_MEMBER = "key"
KEY_BYTES = 32  # of the secret in front of the key file
# Hashes hardly get smaller, so more effort takes longer for nothing.
_EFFORT = 2
_LINES_AT_ONCE = 1_000

# What reading a file that was cut off or changed ends in.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, TypeError)

# Called with a table and how many of its rows are done.
Told = Callable[[str, int], None]


class BackupUnusable(JournalError):
    """The file is no backup of this program, or was damaged or changed."""

    code = "backup_unusable"


@dataclass(frozen=True, slots=True)
class TablePart:
    """sha256 is taken over the lines as they are before they are packed."""

    name: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """halls: hall → seq and hash of its last record. key_mark: tells whether a key file is the one
    that this database's hashes were made with; None when no key was at hand."""

    format: str
    format_version: int
    made_at: str
    made_from: str
    schema: int
    tables: tuple[TablePart, ...]
    halls: Mapping[str, tuple[int, str]]
    key_mark: str | None
    key_inside: bool


def key_mark(key: bytes) -> str:
    """A fingerprint of the key file's secret that gives nothing of it away; a rotation of the
    vault's master key, which only adds to the file, does not change it."""
    return hashlib.sha256(b"hall/key-mark" + key[:KEY_BYTES]).hexdigest()[:16]


def write_backup(
    whole: Whole, out: Path, told: Told, *, key: bytes | None, key_inside: bool
) -> Manifest:
    """Writes a backup whole or not at all: under another name first, then put in place.

    Raises NotStored when the disk does not take it.
    """
    beside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with _disk_words(out):
            manifest = _write(whole, beside, told, key, key_inside)
            os.replace(beside, out)
            settle_folder(out.parent)
    finally:
        beside.unlink(missing_ok=True)
    return manifest


def _write(whole: Whole, file: Path, told: Told, key: bytes | None, inside: bool) -> Manifest:
    # it holds password hashes and who came when: for its owner alone
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=_EFFORT) as package:
            parts = tuple(
                _write_table(whole, package, name, tuple(columns), told)
                for name, columns in whole.tables().items()
                if name not in LEFT_OUT
            )
            manifest = Manifest(
                format=FORMAT,
                format_version=FORMAT_VERSION,
                made_at=datetime.now(UTC).isoformat(timespec="seconds"),
                made_from=whole.kind,
                schema=whole.version(),
                tables=parts,
                halls={hall: whole.last(hall) for hall in whole.halls()},
                key_mark=key_mark(key) if key else None,
                key_inside=inside and key is not None,
            )
            if key is not None and inside:
                package.writestr(KEY_MEMBER, key)
            package.writestr(MANIFEST, orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
        raw.flush()
        os.fsync(raw.fileno())
    return manifest


def _write_table(
    whole: Whole, package: zipfile.ZipFile, name: str, columns: tuple[str, ...], told: Told
) -> TablePart:
    digest, count = hashlib.sha256(), 0
    rows = iter(whole.rows(name, columns))
    with package.open(_member(name), "w", force_zip64=True) as member:
        while batch := list(islice(rows, _LINES_AT_ONCE)):
            lines = b"".join(orjson.dumps(row, default=_packed) + b"\n" for row in batch)
            digest.update(lines)
            member.write(lines)
            count += len(batch)
            told(name, count)
    return TablePart(name, columns, count, digest.hexdigest())


def read_manifest(file: Path) -> Manifest:
    """Raises BackupUnusable, or WrongVersion for a backup of a newer program."""
    with _opened(file) as package:
        return _manifest(package)


def restore_backup(file: Path, whole: Whole, newest_version: int, told: Told) -> Manifest:
    """Puts the rows of a backup into a database without any, as the version it was made from, and
    then brings that to the newest one. Commits nothing. Raises JournalError."""
    with _opened(file) as package:
        manifest = _manifest(package)
        if manifest.schema > newest_version:
            raise WrongVersion(
                f"the backup has version {manifest.schema}, this program knows {newest_version}"
                " at most: update the program"
            )
        _refuse_unless_fresh(whole, manifest.schema)
        whole.bring_to(manifest.schema)
        there = whole.tables()
        for part in manifest.tables:
            if part.name not in there or not set(part.columns) <= set(there[part.name]):
                raise BackupUnusable(f"the database has no place for the table {part.name!r}")
            whole.insert(part.name, part.columns, _read_table(package, part, told))
        whole.settle()
        whole.bring_to(newest_version)
    return manifest


def key_in(file: Path) -> bytes:
    """The key that a backup holds. Raises BackupUnusable when it holds none, or another."""
    with _opened(file) as package:
        manifest = _manifest(package)
        if not manifest.key_inside:
            raise BackupUnusable("the backup was made without its key")
        key = package.read(KEY_MEMBER)
    if key_mark(key) != manifest.key_mark:
        raise BackupUnusable("the key in the backup is not the one it was made with")
    return key


def _refuse_unless_fresh(whole: Whole, schema: int) -> None:
    for name, columns in whole.tables().items():
        if name not in LEFT_OUT and next(whole.rows(name, columns[:1]), None) is not None:
            raise NotEmpty(f"the database is not empty, there are rows in {name!r}: name a new one")
    if whole.version() > schema:
        raise NotEmpty(
            f"the database has version {whole.version()} already, the backup has {schema}:"
            " name one that does not exist yet"
        )


def _read_table(package: zipfile.ZipFile, part: TablePart, told: Told) -> Iterator[Row]:
    """Only what goes wrong in reading is the file's fault, not what is done with the rows."""
    rows = _rows_of(package, part, told)
    while True:
        try:
            row = next(rows, None)
        except _UNREADABLE as error:
            raise _broken(package, error) from error
        if row is None:
            return
        yield row


def _rows_of(package: zipfile.ZipFile, part: TablePart, told: Told) -> Iterator[Row]:
    digest, count = hashlib.sha256(), 0
    with package.open(_member(part.name)) as member:
        for line in member:
            digest.update(line)
            row = orjson.loads(line)
            if not isinstance(row, list) or len(row) != len(part.columns):
                raise BackupUnusable(f"line {count + 1} of {part.name!r} is no row of it")
            count += 1
            if count % _LINES_AT_ONCE == 0:
                told(part.name, count)
            yield tuple(map(_unpacked, row))
    if (count, digest.hexdigest()) != (part.rows, part.sha256):
        raise BackupUnusable(f"the rows of {part.name!r} are not those that were written")
    told(part.name, count)


def _packed(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"base64": base64.b64encode(value).decode()}
    raise TypeError(f"a {type(value).__name__} has no form in a backup")


def _unpacked(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _manifest(package: zipfile.ZipFile) -> Manifest:
    try:
        return _read_manifest(package)
    except _UNREADABLE as error:
        raise _broken(package, error) from error


def _read_manifest(package: zipfile.ZipFile) -> Manifest:
    fields = orjson.loads(package.read(MANIFEST))
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise BackupUnusable("this is no backup of a hall")
    if fields["format_version"] > FORMAT_VERSION:
        raise WrongVersion("a newer program made this backup: update the program")
    parts = tuple(TablePart(**{**t, "columns": tuple(t["columns"])}) for t in fields["tables"])
    halls = {hall: (int(seq), str(last)) for hall, (seq, last) in fields["halls"].items()}
    return Manifest(**{**fields, "tables": parts, "halls": halls})


def _opened(file: Path) -> zipfile.ZipFile:
    """The package, to be closed. Raises BackupUnusable."""
    try:
        return zipfile.ZipFile(file)
    except FileNotFoundError as error:
        raise BackupUnusable(f"there is no file {file}") from error
    except zipfile.BadZipFile as error:
        raise BackupUnusable(f"{file} is no backup: {error}") from error


def _broken(package: zipfile.ZipFile, error: Exception) -> BackupUnusable:
    file = package.filename
    return BackupUnusable(f"{file} is no backup, or it was cut off or changed: {error}")


@contextmanager
def _disk_words(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = "the disk is full" if error.errno == errno.ENOSPC else str(error.strerror or error)
        raise NotStored(f"{out} could not be written: {what}; nothing was left behind") from error
