"""A whole database as the tools see it that verify, back up, restore and rebuild: one port, a store
for SQLite and one for PostgreSQL. Used from a command's own thread, never by the running server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from queue_server.journal.chain import Record
from queue_server.journal.port import JournalError

Row = tuple[Any, ...]

BATCH_ROWS = 5_000


class InUse(JournalError):
    """A server works on the database, which this tool must have for itself."""

    code = "database_in_use"


class NotEmpty(JournalError):
    """A backup is restored into an empty database only."""

    code = "database_not_empty"


class WrongVersion(JournalError):
    """The database or the backup was written by another version of this program."""

    code = "wrong_version"


class Whole(Protocol):
    """One database inside one transaction: a reader sees it as it was at one moment, and what a
    writer did counts whole or not at all."""

    kind: str

    def version(self) -> int:
        """The schema's version; 0 for a database without one."""

    def bring_to(self, version: int) -> None:
        """Runs the schema's numbered files after the present version up to `version`."""

    def tables(self) -> Mapping[str, Sequence[str]]:
        """Every table with its columns, but for those in which the store keeps its own house; one
        that refers to another comes after it."""

    def halls(self) -> Sequence[str]:
        """All halls that have a journal, in order."""

    def last(self, hall: str) -> tuple[int, str]:
        """seq and hash of the hall's last record; (0, GENESIS) when there is none."""

    def records(self, hall: str) -> Iterator[Record]:
        """The hall's journal in order."""

    def rows(self, table: str, columns: Sequence[str], hall: str | None = None) -> Iterator[Row]:
        """All rows, or one hall's, in no order that matters; read in batches."""

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None: ...

    def settle(self) -> None:
        """After records were put in: sets right what the store keeps about where journals end."""

    def clear(self, table: str, hall: str) -> None:
        """Deletes a hall's rows of a ledger."""


class Databases(Protocol):
    """Opens one database for each kind of work. Raises JournalError with words for people."""

    newest_version: int

    def reading(self) -> AbstractContextManager[Whole]:
        """One consistent look at a database, also while a server writes to it."""

    def writing_alone(self) -> AbstractContextManager[Whole]:
        """One transaction during which no server writes. Raises InUse."""

    def creating(self) -> AbstractContextManager[Whole]:
        """Like `writing_alone`, in a database that may not exist yet; one that was made for it
        goes away again when the work fails."""
