"""The face check's settings: typed, frozen; documented in config/devices/face.toml."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from hardware.errors import SettingsUnusable
from hardware.face.cues import LivenessSettings, Weight
from hardware.face.dlib_engine import DlibEngine
from hardware.face.opencv_engine import OpenCvEngine
from hardware.face.quality import GateLimits
from hardware.os_trouble import reason


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """detector, recognizer: both ONNX files of OpenCV's engine, or neither for dlib's."""

    detector: Path | None = None
    recognizer: Path | None = None

    def __post_init__(self) -> None:
        if (self.detector is None) != (self.recognizer is None):
            raise ValueError("detector and recognizer go together: name both files or neither")


@dataclass(frozen=True, slots=True)
class FaceSettings:
    """calibration: this site's file; None: uncalibrated, a clerk confirms each check."""

    engine: EngineSettings = field(default_factory=EngineSettings)
    gate: GateLimits = field(default_factory=GateLimits)
    liveness: LivenessSettings = field(default_factory=LivenessSettings)
    calibration: Path | None = None


def make_engine(settings: EngineSettings) -> DlibEngine:
    """Loads nothing yet. Raises SettingsUnusable for a file that is not there."""
    if settings.detector is None or settings.recognizer is None:
        return DlibEngine()
    try:
        return OpenCvEngine(settings.detector, settings.recognizer)
    except OSError as error:
        raise SettingsUnusable("model_unusable", files="–", reason=reason(error)) from error


def without_colour(settings: FaceSettings) -> FaceSettings:
    """Where no screen shows the colours, there is nothing to follow."""
    weights = replace(settings.liveness.weights, colour=Weight.OFF)
    return replace(settings, liveness=replace(settings.liveness, weights=weights))
