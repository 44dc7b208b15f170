"""How bright the screen is: by the hours of the day, and whether somebody is here. Pure.

`percent_at` knows hours alone; `Dimmer` adds the people, and hands the result to the screen.
"""

from __future__ import annotations

import time as machine
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from typing import Protocol

from kiosk.flow.states import RESTING, State

BRIGHT = 100
DARKEST = 5  # percent; any darker, and a person takes the kiosk for broken


@dataclass(frozen=True, slots=True)
class DimHours:
    """`from_` (in the file `from`) until `until` by the hall's time, over midnight where
    `until` is the earlier; percent: of full brightness."""

    from_: time
    until: time
    percent: int

    def __post_init__(self) -> None:
        if self.from_ == self.until:
            raise ValueError("from and until must differ")
        if not DARKEST <= self.percent <= BRIGHT:
            raise ValueError(f"percent must be {DARKEST} to {BRIGHT}")

    def covers(self, at: time) -> bool:
        """`from` belongs to it, `until` no longer."""
        if self.from_ < self.until:
            return self.from_ <= at < self.until
        return at >= self.from_ or at < self.until


def percent_at(dim: tuple[DimHours, ...], at: time) -> int:
    """Where hours overlap, the darkest counts."""
    return min((hours.percent for hours in dim if hours.covers(at)), default=BRIGHT)


class Light(Protocol):
    """What makes the whole screen darker by itself, as a backlight does."""

    def set(self, percent: int) -> bool: ...


class Dimmer:
    """On the screen's thread. Who is here counts by a clock that nobody can set, the hours by the
    hall's time as it is at each look: a clock that is put right is simply obeyed."""

    def __init__(
        self,
        dim: tuple[DimHours, ...],
        light: Light,
        local: Callable[[tzinfo | None], datetime],
        clock: Callable[[], float] = machine.monotonic,
    ) -> None:
        """local: the time of day in a zone."""
        self._dim, self._light, self._local, self._clock = dim, light, local, clock
        self._seen_s = float("-inf")
        self._card_lay = False
        self._set: int | None = None
        self._by_light = False

    def touched(self) -> None:
        """A finger, a key, a code before the scanner: somebody is here."""
        self._seen_s = self._clock()

    def shade_percent(self, state: State) -> int:
        """Has the light follow; answers how bright the picture itself has to be."""
        if not self._dim:
            return BRIGHT
        self._set_light(self._wanted(state))
        return BRIGHT if self._by_light else self._set or BRIGHT

    def bright(self) -> None:
        """At the end: whatever comes after finds the screen bright."""
        if self._dim:
            self._set_light(BRIGHT)

    def _wanted(self, state: State) -> int:
        now_s = self._clock()
        if self._somebody(state):
            self._seen_s = now_s
        if now_s - self._seen_s < state.limits.home_reset_s:
            return BRIGHT
        hall = state.around.hall
        return percent_at(self._dim, self._local(hall.zone if hall else None).time())

    def _somebody(self, state: State) -> bool:
        """In the middle of something, asking for help, or laying a card down or taking it away."""
        lay, self._card_lay = self._card_lay, state.around.card_lies
        return state.place not in RESTING or state.help_open or lay != self._card_lay

    def _set_light(self, percent: int) -> None:
        if percent != self._set:
            self._by_light = self._light.set(percent)
            self._set = percent
