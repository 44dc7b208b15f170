"""Runs one face check: camera in, prompts out, a result at the end. Live frames are nowhere else.

Frames lie in memory alone. Those kept for comparing are overwritten before `run` returns, and so
are the engine's buffers, whatever happens.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hardware.camera.driver import CameraEnded
from hardware.face.actions import Action, draw
from hardware.face.calibration import Calibration
from hardware.face.cues import Cue, CueLimits, CueName, Verdict, Weight
from hardware.face.deciding import Decided, Decision, decide, judge_cues
from hardware.face.engine import Descriptor, Face, FaceEngine, Picture
from hardware.face.matching import least_alike, match
from hardware.face.session import Prompt, Session, Stage
from hardware.face.settings import FaceSettings
from hardware.face.stills import check_model
from hardware.ports import Camera, Frame

_FRAME_S = 5.0  # a camera that gives no picture for so long is away

# Called for every frame, on the check's own thread. The picture is overwritten afterwards.
OnPrompt = Callable[[Prompt, Picture], None]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """decided: None where there was no reference to compare with. alive: what the cues of liveness
    come to alone. best: a JPEG of the best live frame, for a clerk's confirmation, only when it was
    asked for. `repr` shows no picture."""

    alive: Decision
    alive_reasons: tuple[str, ...]
    decided: Decided | None
    actions: tuple[Action, ...]
    cues: tuple[Cue, ...]
    failed: str
    frames: int
    length_s: float
    model: str
    best: bytes = b""

    def __repr__(self) -> str:
        return f"CheckResult({self.alive}, {self.failed or 'complete'}, frames={self.frames})"


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """references: enrolled descriptors of the one person; empty proves a living person alone.
    actions: None draws them. picture: whether a clerk may need to see the live frame."""

    references: Sequence[Descriptor] = ()
    calibration: Calibration | None = None
    actions: tuple[Action, ...] | None = None
    picture: bool = False


class FaceCheck:
    """One check. chance: where the movements and colours come from."""

    def __init__(
        self, engine: FaceEngine, settings: FaceSettings, wanted: Wanted, chance: random.Random
    ) -> None:
        """Raises CalibrationUnusable for a calibration of another model."""
        check_model(wanted.calibration, engine.model)
        self._engine, self._settings, self._wanted = engine, settings, wanted
        live = settings.liveness
        actions = wanted.actions or draw(live.actions, chance, live.eye_blink)
        self._session = Session(actions, chance, live, settings.gate)
        self._kept: list[tuple[Picture, Face]] = []
        self._frames, self._first_s, self._last_s = 0, 0.0, 0.0

    def run(self, camera: Camera, on_prompt: OnPrompt, stop: threading.Event) -> CheckResult | None:
        """None when `stop` was set. Raises a DeviceError of the camera or the engine."""
        try:
            while self._session.stage is not Stage.DONE:
                if stop.is_set():
                    return None
                self._one(camera, on_prompt)
            return None if stop.is_set() else self._result()
        finally:
            self._wipe()

    def more_time(self) -> None:
        """From any thread: the person needs longer for the movement."""
        self._session.more_time()

    def _one(self, camera: Camera, on_prompt: OnPrompt) -> None:
        try:
            frame = camera.read(_FRAME_S)
        except CameraEnded:
            self._session.end()
            return
        try:
            prompt = self._look(frame)
            on_prompt(prompt, frame.picture)
        finally:
            frame.picture.fill(0)

    def _look(self, frame: Frame) -> Prompt:
        at_s = time.monotonic() if frame.position_s is None else frame.position_s
        self._first_s = self._first_s if self._frames else at_s
        self._frames, self._last_s = self._frames + 1, at_s
        faces = self._engine.find(frame.picture)
        prompt = self._session.feed(faces, frame.picture.shape[1::-1], at_s)
        if prompt.keep:
            self._kept.append((frame.picture.copy(), faces[0]))
        return prompt

    def _result(self) -> CheckResult:
        descriptors = [self._engine.describe(picture, face) for picture, face in self._kept]
        cues = self._cues(descriptors)
        alive, reasons = judge_cues(cues, self._settings.liveness.weights)
        decided = self._decide(descriptors, cues)
        for descriptor in descriptors:
            descriptor.fill(0)
        return CheckResult(
            alive=alive,
            alive_reasons=reasons,
            decided=decided,
            actions=self._session.actions,
            cues=cues,
            failed=self._session.failed,
            frames=self._frames,
            length_s=round(self._last_s - self._first_s, 3),
            model=self._engine.model,
            best=self._best() if self._wanted.picture else b"",
        )

    def _cues(self, descriptors: Sequence[Descriptor]) -> tuple[Cue, ...]:
        live, found = self._settings.liveness, self._session.cues()
        if live.weights.same_person is Weight.OFF:
            return found
        return (*found, same_person(descriptors, live.limits))

    def _decide(self, descriptors: Sequence[Descriptor], cues: Sequence[Cue]) -> Decided | None:
        wanted = self._wanted
        if not wanted.references or not descriptors:
            return None
        mean = wanted.calibration.cohort_mean if wanted.calibration else None
        found = match(wanted.references, descriptors, mean)
        return decide(found, wanted.calibration, (), cues, self._settings.liveness.weights)

    def _best(self) -> bytes:
        """The sharpest of the frames kept, as JPEG."""
        import cv2

        if not self._kept:
            return b""
        picture, _ = max(self._kept, key=lambda kept: kept[1].light.sharpness)
        good, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
        return np.asarray(data).tobytes() if good else b""

    def _wipe(self) -> None:
        for picture, _ in self._kept:
            picture.fill(0)
        self._kept.clear()
        self._engine.wipe()


def same_person(descriptors: Sequence[Descriptor], limits: CueLimits) -> Cue:
    """Whether all frames compared show one person: the track alone cannot tell."""
    if len(descriptors) < 2:
        return Cue(CueName.SAME_PERSON, Verdict.UNCLEAR, None, limits.same_person, "too_few_frames")
    value = least_alike(descriptors)
    verdict = Verdict.BAD if value > limits.same_person else Verdict.GOOD
    if limits.same_person_unclear < value <= limits.same_person:
        verdict = Verdict.UNCLEAR
    return Cue(CueName.SAME_PERSON, verdict, value, limits.same_person)


def as_json(result: CheckResult, settings: FaceSettings) -> dict[str, object]:
    """What a certificate or the command line says: no picture, no descriptor."""
    weights = settings.liveness.weights
    told: dict[str, object] = {
        "live": {"pass": True, "grey": None, "reject": False}[result.alive.value],
        "liveness": result.alive.value,
        "reasons": list(result.alive_reasons),
        "actions": [action.value for action in result.actions],
        "failed": result.failed or None,
        "cues": [cue.as_json(weights.of(cue.name)) for cue in result.cues],
        "frames": result.frames,
        "length_s": result.length_s,
        "model": result.model,
    }
    if result.decided is not None:
        decided = replace(result.decided, score=round(result.decided.score, 4))
        told |= {
            "decision": decided.decision.value,
            "score": decided.score,
            "threshold": decided.threshold,
            "calibration": decided.calibration,
            "reasons": list(decided.reasons),
        }
    return told
