"""A day as bytes, and back: a pickle of the domain's own classes and of nothing else.

A dataclass is written as its class and its fields in order, so that what reads it is its
constructor; places that share a list share it again. Bytes are read only after their seal was found
right (store.py), and even then a name that is none of the domain's is refused.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import zlib
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from queue_server import domain
from queue_server.domain.state import HallState

EFFORT = 1  # of zlib: it becomes a quarter, and more effort takes longer for little
_DOMAIN = f"{domain.__name__}."
_PLAIN = {
    ("collections", "Counter"),
    ("collections", "deque"),
    ("datetime", "date"),
    ("datetime", "time"),
    ("builtins", "frozenset"),
    ("builtins", "set"),
}


class UnreadableDay(Exception):
    """The bytes are no day that this program wrote."""

    code = "day_unreadable"


@cache
def day_format() -> str:
    """Changes with any line of the domain, and with the Python that writes: what one version wrote
    another one never reads."""
    digest = hashlib.sha256(repr((pickle.HIGHEST_PROTOCOL, sys.version_info[:2])).encode())
    folder = Path(domain.__path__[0])
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:32]


def to_bytes(state: HallState, answered: set[str]) -> bytes:
    """answered: ids of the requests answered this day."""
    out = io.BytesIO()
    _Pickler(out, pickle.HIGHEST_PROTOCOL).dump((replace(state, outlook=None), answered))
    return zlib.compress(out.getbuffer(), EFFORT)


def from_bytes(body: bytes) -> tuple[HallState, set[str]]:
    """Raises UnreadableDay."""
    try:
        state, answered = _Unpickler(io.BytesIO(zlib.decompress(body))).load()
    except Exception as error:  # whatever a pickle may raise that is none
        raise UnreadableDay(repr(error)) from error
    if not (isinstance(state, HallState) and isinstance(answered, set)):
        raise UnreadableDay("something else than a day")
    return state, answered


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        kind: Any = type(value)
        if not hasattr(kind, "__dataclass_fields__"):
            return NotImplemented
        return kind, tuple([getattr(value, name) for name in _names(kind)])


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type[Any]:
        found = super().find_class(module, name) if _may_stand(module, name) else None
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a day")
        return found


def _may_stand(module: str, name: str) -> bool:
    """The domain's classes, and a few plain ones."""
    return (module, name) in _PLAIN or (module.startswith(_DOMAIN) and name.isidentifier())
