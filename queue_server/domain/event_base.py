"""What all events have in common: their names, their instants, their plain form for the journal.

Knows no single event: those are in events.py and beside what they are about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, ClassVar

_NAME_PART = re.compile(r"(?<!^)(?=[A-Z])")


@lru_cache(maxsize=1024)
def instant_text(at_ms: int) -> str:
    """UTC milliseconds → RFC 3339 with offset, e.g. `2026-11-23T01:00:00.000+00:00`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


@lru_cache(maxsize=1024)
def instant_ms(text: str) -> int:
    """RFC 3339 → UTC milliseconds."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


class Event:
    """Base of all events; `name` is how the journal and the API call it. part: what several events
    have in common, no event itself."""

    name: ClassVar[str]
    registry: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls, *, part: bool = False) -> None:
        cls.name = _NAME_PART.sub("_", cls.__name__).lower()
        if not part:
            Event.registry[cls.name] = cls


def _encoder(cls: type[Event]) -> Callable[[Any], dict[str, Any]]:
    names = [f.name for f in fields(cls)]  # type: ignore[arg-type]
    keys = [f"{n[:-3]}_at" if n.endswith("_ms") else n for n in names]
    instants = [key for key, name in zip(keys, names, strict=True) if key != name]
    values: Callable[[Any], tuple[Any, ...]] = attrgetter("name", *names)

    def encode(event: Any) -> dict[str, Any]:
        data = dict(zip(keys, values(event)[1:], strict=True))
        for key in instants:
            if (at_ms := data[key]) is not None:
                data[key] = instant_text(at_ms)
        return data

    return encode


# Made at first use: other modules of the domain define events of their own.
_ENCODERS: dict[type[Event], Callable[[Any], dict[str, Any]]] = {}
_PLANS: dict[type[Event], _Plan] = {}


def to_data(event: Event) -> dict[str, Any]:
    """The event's plain form for the journal, without its name."""
    cls = type(event)
    if cls not in _ENCODERS:
        _ENCODERS[cls] = _encoder(cls)
    return _ENCODERS[cls](event)


def from_data(name: str, data: Mapping[str, Any]) -> Event:
    """The inverse of `to_data`. Keys that the event does not know (who, request id) are left out.

    Raises KeyError for a name that is no event: the journal was written by a newer version.
    """
    cls = Event.registry[name]
    plan = _PLANS.get(cls)
    if plan is None:
        plan = _PLANS[cls] = _plan(cls)
    try:
        found = plan.values(data)
    except KeyError:  # an older version of the program knew fewer fields
        found = tuple(_value(name, data, key, default) for key, default in plan.defaults.items())
    if not plan.instants and not plan.lists:
        return cls(*found)
    values = list(found)
    for i in plan.instants:
        if values[i] is not None:
            values[i] = instant_ms(values[i])
    for i in plan.lists:
        values[i] = _frozen(values[i])
    return cls(*values)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How an event is read from its plain form. values: what stands under all its keys, in the
    fields' order; defaults: for each key what it is where an older version of the program wrote
    nothing (MISSING: it always wrote something). instants, lists: which of the fields are instants,
    and which may be lists in JSON."""

    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    defaults: Mapping[str, Any]
    instants: tuple[int, ...]
    lists: tuple[int, ...]


# Of these types nothing is a list in JSON.
_NO_LISTS = {"str", "int", "bool", "str | None", "int | None", "bool | None"}


def _plan(cls: type[Event]) -> _Plan:
    defaults, instants, lists = {}, [], []
    for i, field in enumerate(fields(cls)):  # type: ignore[arg-type]
        key, default = field.name, field.default
        if key.endswith("_ms"):
            instants.append(i)
            key = f"{key[:-3]}_at"
            default = instant_text(default) if isinstance(default, int) else default
        elif str(field.type) not in _NO_LISTS:
            lists.append(i)
        defaults[key] = default
    return _Plan(_values(list(defaults)), defaults, tuple(instants), tuple(lists))


def _values(keys: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Raises KeyError when one of them is not there."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda data: tuple(data[key] for key in keys)


def _value(name: str, data: Mapping[str, Any], key: str, default: Any) -> Any:
    value = data.get(key, default)
    if value is MISSING:
        raise TypeError(f"{name} has no {key!r}")
    return value


def _frozen(value: Any) -> Any:
    """JSON's lists as tuples, all the way down."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
