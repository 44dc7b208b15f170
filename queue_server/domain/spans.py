"""Stretches of whole numbers: what a block of ticket numbers has left, and which were accounted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

Span = tuple[int, int]  # first and last, both included


def spans_of(numbers: Iterable[int]) -> tuple[Span, ...]:
    """The fewest spans that hold exactly these numbers, in order."""
    found: list[Span] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


class Spans:
    """A set of whole numbers that is kept as spans, because most of them lie side by side."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def __iter__(self) -> Iterator[Span]:
        return iter(zip(self._firsts, self._lasts, strict=True))

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number <= self._lasts[at]

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self)

    def add(self, first: int, last: int) -> bool:
        """False when one of them is in it already; then nothing was added."""
        at = bisect_right(self._firsts, first)
        if (at and self._lasts[at - 1] >= first) or (
            at < len(self._firsts) and self._firsts[at] <= last
        ):
            return False
        self._firsts.insert(at, first)
        self._lasts.insert(at, last)
        self._join(at)
        self._join(at - 1)
        return True

    def _join(self, at: int) -> None:
        """Makes one of the spans at `at` and behind it, if nothing lies between them."""
        if 0 <= at < len(self._firsts) - 1 and self._lasts[at] + 1 == self._firsts[at + 1]:
            del self._firsts[at + 1], self._lasts[at]

    def take(self, first: int, last: int) -> bool:
        """Takes a stretch out; False when part of it is not in the set, then nothing was taken."""
        at = bisect_right(self._firsts, first) - 1
        if at < 0 or last > self._lasts[at]:
            return False
        ends = self._lasts[at]
        begins = self._firsts[at]
        del self._firsts[at], self._lasts[at]
        rest = [(begins, first - 1), (last + 1, ends)]
        for begin, end in rest:
            if begin <= end:
                self.add(begin, end)
        return True
