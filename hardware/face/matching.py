"""Compares descriptors: cohort-mean centring, cosine, a probe of several frames. Pure.

Descriptors of one population share a direction that says nothing about who it is; taking the mean
of many of them away and comparing angles repairs most of what a plain distance gets wrong there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hardware.face.engine import Descriptor

PROBE_FRAMES = 5


@dataclass(frozen=True, slots=True)
class Match:
    """distance: Euclidean, of the descriptors as they are; smaller is more alike. cosine: after
    centring, −1…1; None without a calibration. frames: how many made the probe."""

    distance: float
    cosine: float | None
    frames: int


def probe(descriptors: Sequence[Descriptor]) -> Descriptor:
    """The mean of several frames' descriptors. Raises ValueError for none."""
    if not descriptors:
        raise ValueError("a probe needs at least one frame")
    mean: Descriptor = np.mean(np.stack(descriptors), axis=0)
    return mean


def distance(one: Descriptor, other: Descriptor) -> float:
    return float(np.linalg.norm(one - other))


def centred_cosine(one: Descriptor, other: Descriptor, cohort_mean: Descriptor) -> float:
    left, right = one - cohort_mean, other - cohort_mean
    size = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(left @ right) / size if size > 0 else 0.0


def match(
    reference: Sequence[Descriptor], frames: Sequence[Descriptor], cohort_mean: Descriptor | None
) -> Match:
    """reference: one or more enrolled descriptors of one person; the most alike counts."""
    live = probe(frames)
    cosine = None
    if cohort_mean is not None:
        cosine = max(centred_cosine(each, live, cohort_mean) for each in reference)
    return Match(min(distance(each, live) for each in reference), cosine, len(frames))


def least_alike(frames: Sequence[Descriptor]) -> float:
    """The greatest distance between two of the frames: whether all show one person."""
    return max((distance(a, b) for i, a in enumerate(frames) for b in frames[:i]), default=0.0)
