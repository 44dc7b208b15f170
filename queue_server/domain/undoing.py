"""Takes one change of a hall's rules back and leaves alone whatever else was changed since.

A three-way merge on the rules' plain form: what the change altered goes back to how it was before,
if it still is as the change left it. Things are known by their id, so that two changes of two
windows, or of two settings, never touch each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from queue_server.domain.calendar import overlap
from queue_server.domain.rules import HallRules

_Three = tuple[Any, Any, Any]
_GONE = object()  # not there at all, which is something else than null


class ChangedSince(Exception):
    """places: what somebody else has changed since, e.g. `("windows", "3")`."""

    def __init__(self, places: Sequence[tuple[str, ...]]) -> None:
        super().__init__(f"changed since: {places}")
        self.places = tuple(places)


def undone(before: HallRules, after: HallRules, now: HallRules) -> HallRules:
    """`now` without what changed from `before` to `after`. Raises ChangedSince."""
    clashes: list[tuple[str, ...]] = []
    merged = _back((), (_plain(before), _plain(after), _plain(now)), clashes)
    if clashes:
        raise ChangedSince(clashes)
    rules = HallRules.from_data(merged)
    if astray := [*_astray(rules), *_left_without(rules, now)]:
        raise ChangedSince(astray)
    return rules


def _plain(rules: HallRules) -> Any:
    """Lists alone, whether the rules were read from the journal or made just now."""
    return json.loads(json.dumps(rules.to_data()))


def _back(path: tuple[str, ...], three: _Three, clashes: list[tuple[str, ...]]) -> Any:
    """three: before the change, after it, and now."""
    before, after, now = three
    if after == before or now == before:
        return now
    if now == after:
        return before
    if all(isinstance(x, dict) for x in three):
        return _back_in(path, three, clashes)
    if all(isinstance(x, list) for x in three) and (keyed := by_what_known(*three)):
        merged = _back_in(path, (keyed[0], keyed[1], keyed[2]), clashes)
        return _in_order(merged, list(keyed[0]), keyed[2])
    clashes.append(path)
    return now


def _back_in(
    path: tuple[str, ...], three: _Three, clashes: list[tuple[str, ...]]
) -> dict[str, Any]:
    before, after, now = three
    merged: dict[str, Any] = {}
    for key in [*now, *(k for k in before if k not in now)]:
        found = (before.get(key, _GONE), after.get(key, _GONE), now.get(key, _GONE))
        value = _back((*path, key), found, clashes)
        if value is not _GONE:
            merged[key] = value
    return merged


def by_what_known(*lists: list[Any]) -> list[dict[str, Any]] | None:
    """By what each thing is known by, else by all that it says; None when even so two cannot be
    told apart."""
    for key in (_key, _whole):
        found = [{key(thing): thing for thing in things} for things in lists]
        if all(len(x) == len(things) for x, things in zip(found, lists, strict=True)):
            return found
    return None


def _whole(thing: Any) -> str:
    return json.dumps(thing, sort_keys=True)


def _key(thing: Any) -> str:
    if isinstance(thing, dict) and "id" in thing:
        return str(thing["id"])
    if isinstance(thing, list) and thing and isinstance(thing[0], str):
        return thing[0]
    return thing if isinstance(thing, str) else _whole(thing)


def _in_order(merged: Mapping[str, Any], before: list[str], now: Mapping[str, Any]) -> list[Any]:
    """What comes back stands behind the one that it stood behind."""
    order = [key for key in now if key in merged]
    for at, key in enumerate(before):
        if key in merged and key not in now:
            known = at > 0 and before[at - 1] in order
            order.insert(order.index(before[at - 1]) + 1 if known else min(at, len(order)), key)
    return [merged[key] for key in order]


def _left_without(rules: HallRules, now: HallRules) -> list[tuple[str, ...]]:
    """Windows that serve somebody now, and would serve nobody."""
    serving = {window.id for window in now.windows if window.skills}
    return [("windows", w.id) for w in rules.windows if not w.skills and w.id in serving]


def _astray(rules: HallRules) -> list[tuple[str, ...]]:
    """What names something that is not there, or claims what another has."""
    found: list[tuple[str, ...]] = []
    prefixes = [s.prefix for s in rules.services]
    found += [("services", s.id) for s in rules.services if prefixes.count(s.prefix) > 1]
    found += [("matters", m.id) for m in rules.matters if m.service not in rules.service]
    for window in rules.windows:
        wanted = {s.service for s in window.skills} - rules.service.keys()
        wanted |= set(window.first_classes) - rules.priority_class.keys()
        if window.stands_in_for and window.stands_in_for not in rules.window:
            wanted.add(window.stands_in_for)
        if wanted:
            found.append(("windows", window.id))
    for name, services in (
        ("alerts", [x.service for x in rules.alerts.services]),
        ("quotas", [x.service for x in rules.quotas]),
        ("slots", [x.service for x in rules.slots]),
    ):
        found += [(name, s) for s in services if s not in rules.service]
    if overlap(rules.calendar.sessions, rules.calendar.special_days):
        found.append(("calendar", "sessions"))
    return found
