"""The hash chain: each record carries the hash of the one before it, so that nothing can be
changed, left out or put in between unseen.

hash = SHA-256(prev_hash + canonical), both as text in UTF-8; canonical is the JSON object
{"at", "data", "event", "seq"} with sorted keys, no spaces and no escapes beyond JSON's own. The
first record's prev_hash is 64 zeros.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

from queue_server.domain import events as e

GENESIS = "0" * 64


class Record(NamedTuple):
    """One event as it stands in the journal; data is canonical JSON text."""

    hall: str
    seq: int
    event: str
    at: str
    data: str
    prev_hash: str
    hash: str

    def to_event(self) -> e.Event:
        return e.from_data(self.event, orjson.loads(self.data))

    def at_ms(self) -> int:
        return e.instant_ms(self.at)


def hash_of(prev_hash: str, seq: int, event: str, at: str, data: str) -> str:
    canonical = f'{prev_hash}{{"at":"{at}","data":{data},"event":"{event}","seq":{seq}}}'
    return hashlib.sha256(canonical.encode()).hexdigest()


def link(
    hall: str, seq: int, event: e.Event, at_ms: int, prev_hash: str, extra: dict[str, Any]
) -> Record:
    """The record after the one with `prev_hash`; `extra` (who, request id) joins the data."""
    payload = {**e.to_data(event), **extra}
    data = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()
    at = e.instant_text(at_ms)
    return Record(
        hall, seq, event.name, at, data, prev_hash, hash_of(prev_hash, seq, event.name, at, data)
    )


# Beside who asked (`by`) and `request_id` in the data of the last record that a request led to.
ANSWER_KEY = "answer_sha256"


def answer_digest(command: str, body: str) -> str:
    """What the journal keeps of an answer – what was asked, and the body – for ever: the first half
    of a SHA-256, hex."""
    return hashlib.sha256(f"{command}\n{body}".encode()).hexdigest()[:32]


class BrokenChain(Exception):
    """The journal was tampered with or damaged; seq is the first record that does not fit."""

    code = "journal_broken"

    def __init__(self, seq: int, what: str) -> None:
        super().__init__(f"journal broken at seq {seq}: {what}")
        self.seq = seq


def verify(records: Iterable[Record], seq: int = 0, prev_hash: str = GENESIS) -> tuple[int, str]:
    """Checks that records follow `seq` and `prev_hash` without a gap; returns the last of both.

    Raises BrokenChain at the first record that does not fit.
    """
    for record in records:
        if record.seq != seq + 1:
            raise BrokenChain(seq + 1, f"the next record is numbered {record.seq}")
        if record.prev_hash != prev_hash:
            raise BrokenChain(record.seq, "it does not carry the hash of the record before it")
        wanted = hash_of(prev_hash, record.seq, record.event, record.at, record.data)
        if record.hash != wanted:
            raise BrokenChain(record.seq, "its hash does not fit its content")
        seq, prev_hash = record.seq, record.hash
    return seq, prev_hash
