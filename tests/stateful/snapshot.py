"""A state as plain data, so that two can be compared down to the last counter."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from queue_server.domain.rules import HallRules

_PLAIN = (str, int, float, bool, type(None), bytes)


def snapshot(value: Any) -> Any:
    """Dataclasses and plain objects as dictionaries; counters without zeros; sets in order."""
    if isinstance(value, (*_PLAIN, HallRules)):  # rules are frozen and compare by themselves
        return value
    if isinstance(value, Counter):
        return {key: count for key, count in value.items() if count}
    if isinstance(value, Mapping):
        return {key: snapshot(v) for key, v in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    if isinstance(value, list | tuple | deque):
        return [snapshot(v) for v in value]
    if is_dataclass(value):
        names = [f.name for f in fields(value)]
        return {name: snapshot(getattr(value, name)) for name in names}
    if hasattr(value, "__dict__"):
        return {key: snapshot(v) for key, v in vars(value).items()}
    if slots := getattr(type(value), "__slots__", None):
        return {name: snapshot(getattr(value, name)) for name in slots}
    return repr(value)
