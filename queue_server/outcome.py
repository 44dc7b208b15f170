"""How a command ends: an answer, or the reasons why there is none."""

from __future__ import annotations

from dataclasses import dataclass


class Unavailable(Exception):
    """The command could not be stored and did not happen; asking again later is safe."""

    code = "not_stored"


class Abandoned(Unavailable):
    """Whoever asked went away before the answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """body: the answer as JSON text; replayed: the same request had been answered before."""

    body: str
    replayed: bool
    events: tuple[str, ...] = ()
