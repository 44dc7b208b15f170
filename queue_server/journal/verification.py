"""Walks a hall's journal and proves its numbering, its hash chain and the form of its records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import orjson

from queue_server.domain.events import instant_ms, instant_text
from queue_server.journal.chain import GENESIS, BrokenChain, Record, verify

# seq → hash that was noted somewhere else, for instance in a backup
Anchors = Mapping[int, str]


def proven(records: Iterable[Record], anchors: Anchors | None = None) -> Iterator[Record]:
    """Each record once it has been found to follow the one before it.

    Raises BrokenChain at the first that does not, or when a record is not the one that was noted
    under its seq, or when the journal ends before one that was noted.
    """
    noted = anchors or {}
    seq, prev_hash, last_at = 0, GENESIS, ""
    for record in records:
        try:
            seq, prev_hash = verify((record,), seq, prev_hash)
        except TypeError as error:
            raise BrokenChain(seq + 1, "it is not text any more") from error
        _in_form(record)
        if record.at < last_at:
            raise BrokenChain(seq, f"it happened at {record.at}, before the record ahead of it")
        if noted.get(seq, record.hash) != record.hash:
            raise BrokenChain(
                seq, "it is another one than was noted earlier: the journal was written anew"
            )
        last_at = record.at
        yield record
    if noted and max(noted) > seq:
        raise BrokenChain(seq + 1, f"the journal ends here, and it had {max(noted)} records once")


def _in_form(record: Record) -> None:
    """The hash is taken over text, so the same content must have one text only."""
    try:
        data = orjson.loads(record.data)
        canonical = orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode() == record.data
        instant = instant_text(instant_ms(record.at)) == record.at
    except ValueError as error:
        raise BrokenChain(record.seq, "it cannot be read") from error
    if not (isinstance(data, dict) and canonical and instant):
        raise BrokenChain(record.seq, "it is not in the journal's form")
