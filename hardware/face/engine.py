"""What every face engine gives – faces with landmarks and light, descriptors – and its Protocol.

Knows no library of faces; which engine is behind it, the settings say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hardware.errors import DeviceError
from hardware.face.geometry import Box, Points

Picture = NDArray[np.uint8]  # height × width × 3, BGR, origin top left
Descriptor = NDArray[np.float64]


class NoFace(DeviceError):
    """No face in a picture that should show one."""

    code = "no_face"


class SeveralFaces(DeviceError):
    """More than one face in a picture that should show one person."""

    code = "several_faces"


class EngineFailed(DeviceError):
    """The face engine ended or does not answer; it is started anew at the next use."""

    code = "face_engine_failed"


@dataclass(frozen=True, slots=True)
class Light:
    """Grey values 0–255 of the face: mean, spread between the 5th and 95th percentile, and the
    mean of what surrounds it. sharpness: variance of the Laplacian of the face scaled to 160 px.
    eye_contrast: the spread within the eyes, small behind dark glasses. colour: mean R, G, B."""

    mean: float
    spread: float
    surround: float
    sharpness: float
    eye_contrast: float
    colour: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    box: Box
    points: Points
    light: Light


class FaceEngine(Protocol):
    """One thread at a time. Same picture, same answer."""

    @property
    def model(self) -> str:
        """Names detector, landmarks and descriptor; descriptors of two models never compare."""

    def find(self, picture: Picture) -> tuple[Face, ...]:
        """All faces, the largest first. Raises EngineFailed."""

    def describe(self, picture: Picture, face: Face) -> Descriptor:
        """The descriptor of one face that `find` gave of this picture. Raises EngineFailed."""

    def wipe(self) -> None:
        """Overwrites every buffer in which a picture or descriptor lay."""

    def close(self) -> None: ...
