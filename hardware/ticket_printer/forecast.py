"""How much paper is left, learned from what was printed and what the printer said. Pure.

A roll is counted from the moment it was put in; what lies between near end and out is learned each
time it is used up. What is not known stays None: a forecast is never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hardware.ports import PrinterState

_TICKET_MEMORY = 0.1  # weight of the newest ticket in the usual ticket's length
_LESSONS = 4  # so many rolls weigh in what was learned
_PLAUSIBLE = (0.5, 1.5)  # a lesson outside of this part of what is known tells of a swapped roll
_HAND_INSIDE = frozenset({PrinterState.COVER_OPEN, PrinterState.OUT, PrinterState.OFFLINE})
_WELL = frozenset({PrinterState.OK, PrinterState.NEAR_END})


@dataclass(frozen=True, slots=True)
class Lesson:
    """A length that is learned anew with each roll. mm None: not known yet."""

    mm: float | None = None
    times: int = 0

    def with_one(self, seen_mm: float) -> Lesson:
        """The first lesson replaces what the profile guessed; later ones are averaged."""
        if self.mm is None or self.times == 0:
            return Lesson(seen_mm, 1)
        low, high = (self.mm * part for part in _PLAUSIBLE)
        if not low <= seen_mm <= high:
            return self
        weight = 1 / min(self.times + 1, _LESSONS)
        return Lesson(self.mm + (seen_mm - self.mm) * weight, self.times + 1)


@dataclass(frozen=True, slots=True)
class PaperForecast:
    """used_mm: since this roll was put in, None when nobody saw that. past_near_end_mm: since the
    near-end sensor spoke, None while it has not. roll, reserve: a whole roll, and what is left of
    it when that sensor speaks."""

    roll: Lesson = Lesson()
    reserve: Lesson = Lesson()
    ticket_mm: float | None = None
    used_mm: float | None = None
    past_near_end_mm: float | None = None
    out: bool = False
    hand_inside: bool = False  # the printer was open or away: a roll may have been changed

    def printed(self, length_mm: float) -> PaperForecast:
        usual = self.ticket_mm
        mixed = length_mm if usual is None else usual + (length_mm - usual) * _TICKET_MEMORY
        return replace(
            self,
            ticket_mm=mixed,
            used_mm=None if self.used_mm is None else self.used_mm + length_mm,
            past_near_end_mm=(
                None if self.past_near_end_mm is None else self.past_near_end_mm + length_mm
            ),
        )

    def fresh_roll(self) -> PaperForecast:
        """Somebody says so: nothing is learned of the old one, whose rest nobody measured."""
        return replace(self, used_mm=0.0, past_near_end_mm=None, out=False, hand_inside=False)

    def saw(self, state: PrinterState) -> PaperForecast:
        """`state` as the printer itself told it, before or after a ticket or in between."""
        seen = self
        if state is PrinterState.OUT and not seen.out:
            seen = seen._used_up()
        elif state in _WELL and (seen.out or seen._fresh_by_sensor(state)):
            seen = replace(seen, used_mm=0.0, past_near_end_mm=None, out=False)
        if state is PrinterState.NEAR_END and seen.past_near_end_mm is None:
            seen = replace(seen, past_near_end_mm=0.0)
        if state in _HAND_INSIDE or state in _WELL:
            seen = replace(seen, hand_inside=state in _HAND_INSIDE)
        return seen

    def _fresh_by_sensor(self, state: PrinterState) -> bool:
        """The near-end sensor fell silent while the printer was open: not its own trembling."""
        near_end_gone = self.past_near_end_mm is not None and state is PrinterState.OK
        return near_end_gone and self.hand_inside

    def _used_up(self) -> PaperForecast:
        roll, reserve = self.roll, self.reserve
        if self.used_mm:
            roll = roll.with_one(self.used_mm)
        if self.past_near_end_mm:
            reserve = reserve.with_one(self.past_near_end_mm)
        return replace(self, roll=roll, reserve=reserve, out=True)

    @property
    def left_mm(self) -> float | None:
        if self.out:
            return 0.0
        if self.past_near_end_mm is not None:
            reserve = self.reserve.mm
            return None if reserve is None else max(0.0, reserve - self.past_near_end_mm)
        if self.used_mm is None or self.roll.mm is None:
            return None
        return max(self.roll.mm - self.used_mm, self.reserve.mm or 0.0)

    @property
    def tickets_left(self) -> int | None:
        if self.left_mm is None or (not self.ticket_mm and not self.out):
            return None
        return int(self.left_mm / self.ticket_mm) if self.ticket_mm else 0


def first_forecast(roll_m: float, near_end_m: float) -> PaperForecast:
    """With a profile's guesses, in metres; 0 is no guess."""
    return PaperForecast(
        Lesson(roll_m * 1000 if roll_m else None), Lesson(near_end_m * 1000 if near_end_m else None)
    )


# Below each number of tickets: the steps in which they are told.
_STEPS = ((10, 1), (100, 5), (200, 10), (500, 20), (1_000, 50))
_COARSEST = 100


def about(tickets: int | None) -> int | None:
    """Rounded down to steps of about a tenth, so that a figure which is told changes seldom."""
    if tickets is None:
        return None
    step = next((step for limit, step in _STEPS if tickets < limit), _COARSEST)
    return tickets // step * step
