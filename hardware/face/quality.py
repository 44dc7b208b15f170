"""The quality gate: what to advise a person first, or what is wrong with a picture. Pure.

One piece of advice at a time: the first that applies, in the order in which a person mends them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hardware.face.engine import Face
from hardware.face.geometry import Measures, measure


class Advice(StrEnum):
    """In this order: the first that applies is the one said."""

    NO_FACE = "no_face"
    ONE_PERSON = "one_person"
    COME_CLOSER = "come_closer"
    STEP_BACK = "step_back"
    TO_THE_MIDDLE = "to_the_middle"
    LOOK_STRAIGHT = "look_straight"
    TURN_TO_LIGHT = "turn_to_light"
    MORE_LIGHT = "more_light"
    LESS_LIGHT = "less_light"
    OPEN_EYES = "open_eyes"
    HOLD_STILL = "hold_still"


@dataclass(frozen=True, slots=True)
class GateLimits:
    """Figures of `Measures` and `Light`. Starting points from measurements on research sets; a
    site with other light or another camera sets its own. eye_distance_px: of the camera's own
    picture; card_eye_distance_px: of a card's photo, all of 102 × 126. small_face: a second face
    below this part of the largest one's width is a passer-by."""

    eye_distance_px: float = 60.0
    card_eye_distance_px: float = 24.0
    widest_face: float = 0.75  # of the picture's shorter side
    small_face: float = 0.5
    margin: float = 0.02  # of the picture's width, between face and edge
    yaw: float = 0.22
    pitch_low: float = 0.25
    pitch_high: float = 0.95
    roll_deg: float = 15.0
    sharpness: float = 12.0
    darkest: float = 45.0
    brightest: float = 225.0
    spread: float = 40.0
    back_light: float = 90.0
    eye_openness: float = 0.12
    eye_contrast: float = 8.0

    def of_card(self) -> GateLimits:
        """The same gate for a card's photo: only the size that it cannot have is another."""
        return replace(self, eye_distance_px=self.card_eye_distance_px)


@dataclass(frozen=True, slots=True)
class Quality:
    """advice: None when the picture is good. `figures` is what it was decided on."""

    advice: Advice | None
    figures: dict[str, float]

    @property
    def good(self) -> bool:
        return self.advice is None


def large_faces(faces: Sequence[Face], limits: GateLimits) -> tuple[Face, ...]:
    """The faces that count, largest first; people far behind do not."""
    if not faces:
        return ()
    widest = faces[0].box.right - faces[0].box.left
    return tuple(f for f in faces if f.box.right - f.box.left >= limits.small_face * widest)


def judge(faces: Sequence[Face], size_px: tuple[int, int], limits: GateLimits) -> Quality:
    """size_px: width and height of the picture."""
    counted = large_faces(faces, limits)
    if not counted:
        return Quality(Advice.NO_FACE, {"faces": 0.0})
    face, measures = counted[0], measure(counted[0].points)
    advice = (
        Advice.ONE_PERSON
        if len(counted) > 1
        else _place(face, measures, size_px, limits)
        or _pose(measures, limits)
        or _light(face, measures, limits)
    )
    return Quality(advice, _figures(counted, measures))


def _place(
    face: Face, measures: Measures, size_px: tuple[int, int], limits: GateLimits
) -> Advice | None:
    box, (width, height) = face.box, size_px
    if measures.eye_distance_px < limits.eye_distance_px:
        return Advice.COME_CLOSER
    if box.right - box.left > limits.widest_face * min(width, height):
        return Advice.STEP_BACK
    edge = limits.margin * width
    inside = box.left >= edge and box.top >= 0 and box.right <= width - edge
    return None if inside and box.bottom <= height + edge else Advice.TO_THE_MIDDLE


def _pose(measures: Measures, limits: GateLimits) -> Advice | None:
    straight = (
        abs(measures.yaw) <= limits.yaw
        and abs(measures.roll_deg) <= limits.roll_deg
        and limits.pitch_low <= measures.pitch <= limits.pitch_high
    )
    return None if straight else Advice.LOOK_STRAIGHT


def _light(face: Face, measures: Measures, limits: GateLimits) -> Advice | None:
    light = face.light
    if light.surround - light.mean > limits.back_light:
        return Advice.TURN_TO_LIGHT
    if light.mean < limits.darkest or light.spread < limits.spread:
        return Advice.MORE_LIGHT
    if light.mean > limits.brightest:
        return Advice.LESS_LIGHT
    if measures.eye_openness < limits.eye_openness or light.eye_contrast < limits.eye_contrast:
        return Advice.OPEN_EYES
    return Advice.HOLD_STILL if light.sharpness < limits.sharpness else None


def _figures(faces: Sequence[Face], measures: Measures) -> dict[str, float]:
    light = faces[0].light
    found = {
        "faces": float(len(faces)),
        "eye_distance_px": measures.eye_distance_px,
        "yaw": measures.yaw,
        "pitch": measures.pitch,
        "roll_deg": measures.roll_deg,
        "eye_openness": measures.eye_openness,
        "light": light.mean,
        "spread": light.spread,
        "surround": light.surround,
        "sharpness": light.sharpness,
        "eye_contrast": light.eye_contrast,
    }
    return {name: round(value, 4) for name, value in found.items()}
