"""Error rates of a matcher as ISO/IEC 19795-1 names them, intervals by bootstrap over people.

Pure: descriptors in, figures out (scores: higher is more alike). Every pair is counted, row after
row: memory grows with four bytes a pair, up to a limit beyond which pairs are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Scored = NDArray[np.float32]
Numbers = NDArray[np.int64]

FMRS = (1e-2, 1e-3, 1e-4)
_DRAWS = 200
_SEED = 19795
_LEAST_PEOPLE = 10  # with two pictures; of fewer, drawing people anew says nothing
_RELIABLE = 10  # impostors expected above the threshold; fewer decide by chance where it lies
_MOST_IMPOSTORS = 100_000_000  # 400 MB
_MOST_GENUINE = 5_000_000
_ROWS = 256
# An interval needs the pairs near the threshold alone: three times as many as the highest rate.
_TAIL_SHARE, _LEAST_TAIL = 3 * FMRS[0], 1_000_000
_CANDIDATES = 200_000


@dataclass(frozen=True, eq=False)
class Tail:
    """The most alike impostor pairs, best first, and whose they are (n × 2, as numbers)."""

    scores: Scored
    people: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Scores:
    """genuine: sorted, with whose each is, as numbers. impostor: sorted. pictures: of each person.
    impostor_pairs: all there are; `impostor` holds as many, or those drawn of them."""

    genuine: Scored
    genuine_people: Numbers
    impostor: Scored
    impostor_pairs: int
    tail: Tail
    pictures: Numbers


def scores_of(
    descriptors: Floats, people: Sequence[str], mean: Floats | None, most: int = _MOST_IMPOSTORS
) -> Scores:
    """mean None: minus the distance of descriptors as they are. Else the centred cosine."""
    _, numbers = np.unique(np.array(people), return_inverse=True)
    counts = np.bincount(numbers)
    pairs = (len(numbers) ** 2 - int((counts**2).sum())) // 2
    rows = _Rows(descriptors if mean is None else _centred(descriptors, mean), mean is None)
    impostor = _impostors(rows, numbers, pairs, most)
    tail_size = min(len(impostor), max(int(len(impostor) * _TAIL_SHARE), _LEAST_TAIL))
    cut = float(impostor[len(impostor) - tail_size]) if tail_size else np.inf
    tail = _tail(rows, numbers, cut, len(impostor) / max(pairs, 1))
    genuine, owners = _genuine(rows, numbers)
    return Scores(genuine, owners, impostor, pairs, tail, counts)


class _Rows:
    """Blocks of the matrix of scores, each row against the rows after it."""

    def __init__(self, held: Floats, distance: bool) -> None:
        self._held, self._distance = held, distance

    def blocks(self) -> Iterator[tuple[int, Scored]]:
        for begin in range(0, len(self._held), _ROWS):
            yield begin, self._block(begin).astype(np.float32)

    def _block(self, begin: int) -> Floats:
        some = self._held[begin : begin + _ROWS]
        products: Floats = some @ self._held.T
        if not self._distance:
            return products
        squares = (self._held**2).sum(axis=1)
        apart = squares[begin : begin + _ROWS, None] + squares[None, :] - 2 * products
        return -np.sqrt(np.maximum(apart, 0.0))


def _centred(descriptors: Floats, mean: Floats) -> Floats:
    centred = descriptors - mean
    made: Floats = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)
    return made


def _places(begin: int, block: Scored, numbers: Numbers, same: bool) -> NDArray[np.bool_]:
    """Which of a block are pairs above the diagonal, of one person or of two."""
    rows = np.arange(begin, begin + len(block))
    above = np.arange(len(numbers))[None, :] > rows[:, None]
    alike = numbers[rows][:, None] == numbers[None, :]
    found: NDArray[np.bool_] = above & (alike if same else ~alike)
    return found


def _impostors(rows: _Rows, numbers: Numbers, pairs: int, most: int) -> Scored:
    """Sorted. More than `most` are drawn, each with the same chance."""
    chance, share = np.random.default_rng(_SEED), min(1.0, most / max(pairs, 1))
    held, filled = np.empty(min(pairs, int(most * 1.01) + 10_000), np.float32), 0
    for begin, block in rows.blocks():
        values = block[_places(begin, block, numbers, same=False)]
        if share < 1:
            values = values[chance.random(len(values), np.float32) < share]
        values = values[: len(held) - filled]
        held[filled : filled + len(values)] = values
        filled += len(values)
    held = held[:filled]
    held.sort()
    return held


def _tail(rows: _Rows, numbers: Numbers, cut: float, share: float) -> Tail:
    """The same chance for each where the others were drawn too."""
    chance = np.random.default_rng(_SEED + 1)
    scores, people = [], []
    for begin, block in rows.blocks():
        first, second = np.nonzero(_places(begin, block, numbers, same=False) & (block >= cut))
        if share < 1:
            kept = chance.random(len(first)) < share
            first, second = first[kept], second[kept]
        scores.append(block[first, second])
        people.append(np.stack([numbers[first + begin], numbers[second]], 1).astype(np.int32))
    if not scores:
        return Tail(np.empty(0, np.float32), np.empty((0, 2), np.int32))
    joined = np.concatenate(scores)
    order = np.argsort(-joined, kind="stable")
    return Tail(joined[order], np.concatenate(people)[order])


def _genuine(rows: _Rows, numbers: Numbers) -> tuple[Scored, Numbers]:
    counts = np.bincount(numbers)
    pairs = int((counts * (counts - 1) // 2).sum())
    chance, share = np.random.default_rng(_SEED + 2), min(1.0, _MOST_GENUINE / max(pairs, 1))
    scores, owners = [], []
    for begin, block in rows.blocks():
        first, second = np.nonzero(_places(begin, block, numbers, same=True))
        if share < 1:
            kept = chance.random(len(first)) < share
            first, second = first[kept], second[kept]
        scores.append(block[first, second])
        owners.append(numbers[first + begin])
    if not scores:
        return np.empty(0, np.float32), np.empty(0, np.int64)
    joined = np.concatenate(scores)
    order = np.argsort(joined, kind="stable")
    return joined[order], np.concatenate(owners)[order]


# --- figures --------------------------------------------------------------------------------------


def report(scores: Scores) -> dict[str, object]:
    """FMR and FNMR along the threshold, EER, and what is accepted at each false-match rate; None
    where there is no pair to say it of."""
    drawn = len(scores.impostor) < scores.impostor_pairs
    return {
        "genuine_pairs": len(scores.genuine),
        "impostor_pairs": scores.impostor_pairs,
        **({"impostor_pairs_drawn": len(scores.impostor)} if drawn else {}),
        "eer": eer(scores),
        "tar_at_fmr": _tars(scores),
        "at_thresholds": [at(scores, t) for t in _thresholds(scores)],
    }


def at(scores: Scores, threshold: float) -> dict[str, float | None]:
    return {
        "threshold": round(threshold, 4),
        "fmr": fmr_at(scores, threshold),
        "fnmr": fnmr_at(scores, threshold),
    }


def fmr_at(scores: Scores, threshold: float) -> float | None:
    """The share of impostors at the threshold or above."""
    if not len(scores.impostor):
        return None
    return float(1 - np.searchsorted(scores.impostor, threshold, "left") / len(scores.impostor))


def fnmr_at(scores: Scores, threshold: float) -> float | None:
    """The share of genuine pairs below the threshold."""
    if not len(scores.genuine):
        return None
    return float(np.searchsorted(scores.genuine, threshold, "left") / len(scores.genuine))


def _thresholds(scores: Scores) -> list[float]:
    ends = [part[place] for part in (scores.genuine, scores.impostor) if len(part)
            for place in (0, -1)]  # fmt: skip
    if not ends:
        return []
    return [float(v) for v in np.linspace(min(ends), max(ends), 12)[1:-1]]


def _threshold_for(scores: Scores, fmr: float) -> float:
    """The least threshold that no more than this share of the impostors reach."""
    count = len(scores.impostor)
    allowed = min(int(np.floor(fmr * count + 1e-9)), count - 1)
    return float(np.nextafter(scores.impostor[count - 1 - allowed], np.float32(np.inf)))


def _tars(scores: Scores) -> dict[str, dict[str, object]]:
    """Too few impostors for a rate (fewer than one expected above) make no figure."""
    enough = len(np.unique(scores.genuine_people)) >= _LEAST_PEOPLE
    intervals = _intervals(scores) if enough else {}
    return {f"{fmr:g}": _tar(scores, fmr, intervals.get(fmr)) for fmr in FMRS}


def _tar(scores: Scores, fmr: float, interval: tuple[float, float] | None) -> dict[str, object]:
    impostors = len(scores.impostor)
    if not len(scores.genuine):
        return {"tar": None, "why": "nobody has two pictures: there is no genuine pair"}
    if fmr * impostors < 1 - 1e-9:
        least = round(1 / fmr)
        why = (
            f"not measurable with {impostors} impostor pairs: {least} at least, better {10 * least}"
        )
        return {"tar": None, "why": why}
    threshold = _threshold_for(scores, fmr)
    missed = fnmr_at(scores, threshold) or 0.0
    told: dict[str, object] = {
        "tar": round(1 - missed, 5),
        "interval_95": [round(v, 5) for v in interval] if interval else None,
        "threshold": round(threshold, 5),
    }
    if interval is None:
        told["why_no_interval"] = f"fewer than {_LEAST_PEOPLE} people with two pictures"
    if fmr * impostors < _RELIABLE:
        told["doubtful"] = f"{fmr * impostors:.1f} impostor pairs decide where the threshold lies"
    return told


def _intervals(scores: Scores) -> dict[float, tuple[float, float]]:
    """People drawn anew; each pair counts as often as the people in it were drawn."""
    chance, count = np.random.default_rng(_SEED), len(scores.pictures)
    found: dict[float, list[float]] = {fmr: [] for fmr in FMRS}
    for _ in range(_DRAWS):
        drawn = np.bincount(chance.integers(0, count, count), minlength=count).astype(float)
        own = drawn[scores.genuine_people]
        if own.sum() > 0:
            for fmr, tar in _drawn_tars(scores, drawn, own).items():
                found[fmr].append(tar)
    return {
        fmr: (float(np.percentile(tars, 2.5)), float(np.percentile(tars, 97.5)))
        for fmr, tars in found.items()
        if tars
    }


def _drawn_tars(scores: Scores, drawn: Floats, own: Floats) -> dict[float, float]:
    """own: how often each genuine pair counts. A draw without two people has no impostors."""
    each = drawn * scores.pictures
    whole = (each.sum() ** 2 - (each**2).sum()) / 2
    whole *= len(scores.impostor) / max(scores.impostor_pairs, 1)
    if whole <= 0:
        return {}
    first, second = scores.tail.people.T
    reached = np.cumsum(drawn[first] * drawn[second])
    taken = own.sum() - np.concatenate([[0.0], np.cumsum(own)])  # by pairs below the threshold
    tars = {}
    for fmr in FMRS:
        place = min(int(np.searchsorted(reached, fmr * whole, "right")), len(reached) - 1)
        below = np.searchsorted(scores.genuine, scores.tail.scores[place], "right")
        tars[fmr] = float(taken[below] / own.sum())
    return tars


def curve(scores: Scores, points: int = 200) -> list[tuple[float, float]]:
    """(FMR, TAR) along the threshold, for the picture; empty where there is nothing to draw."""
    if not len(scores.genuine) or len(scores.impostor) < 2:
        return []
    rates = np.logspace(-np.log10(len(scores.impostor)), 0, points)
    missed = [fnmr_at(scores, _threshold_for(scores, float(rate))) or 0.0 for rate in rates]
    return [(float(rate), 1 - miss) for rate, miss in zip(rates, missed, strict=True)]


def eer(scores: Scores) -> float | None:
    """Where both rates are nearest to each other, their mean."""
    if not len(scores.genuine) or not len(scores.impostor):
        return None
    step = max(len(scores.impostor) // _CANDIDATES, 1)
    some = np.concatenate([scores.genuine, scores.impostor[::step]])
    fnmr = np.searchsorted(scores.genuine, some, "left") / len(scores.genuine)
    fmr = 1 - np.searchsorted(scores.impostor, some, "left") / len(scores.impostor)
    best = int(np.argmin(np.abs(fmr - fnmr)))
    return round(float(fmr[best] + fnmr[best]) / 2, 5)
