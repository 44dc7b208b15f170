"""The camera's worker: runs the face check in a thread, with the engine in a process of its own.

The only place of the kiosk with live pictures. They lie in memory, are overwritten when the check
ends or is left, and go nowhere but to the screen before the person and, in doubt, to a clerk.
"""

from __future__ import annotations

import contextlib
import queue
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import structlog

from foundation.liveness import Pulse, Quiet
from hardware.errors import DeviceError
from hardware.face.calibration import CalibrationUnusable, from_json
from hardware.face.check import CheckResult, FaceCheck, Wanted, as_json
from hardware.face.deciding import Decision
from hardware.face.engine import FaceEngine, Picture
from hardware.face.session import Prompt
from hardware.face.settings import FaceSettings
from hardware.ports import Camera
from kiosk.flow import eligibility as el
from kiosk.flow.events import Event
from kiosk.gateway.pension import Reference
from kiosk.live_view import LiveView, Preview

_log = structlog.get_logger()
Post = Callable[[Event], None]
IDLE_S = 20.0
CHECK_S = 300.0  # loading the engine, and a check with all the time that may be asked for


class Engine(FaceEngine, Protocol):
    def load(self) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """One person's check. left: set when they have gone, however late it is begun."""

    request_id: str
    reference: Reference
    left: threading.Event


class FaceWorker(threading.Thread):
    """camera: makes one; it is open during a check alone, so that its lamp tells the truth."""

    def __init__(
        self,
        camera: Callable[[], Camera],
        engine: Engine,
        settings: FaceSettings,
        post: Post,
        chance: random.Random | None = None,
    ) -> None:
        super().__init__(daemon=True, name="faces")
        self._camera, self._engine, self._settings, self._post = camera, engine, settings, post
        self._chance = chance or random.SystemRandom()
        self.view = LiveView()
        self._wishes: queue.SimpleQueue[_Job | str | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._leave = threading.Event()
        self._check: FaceCheck | None = None
        self._reference: Reference | None = None
        self._result: CheckResult | None = None
        self.pulse: Pulse = Quiet()

    # --- from any thread ------------------------------------------------------------------------

    def warm_up(self) -> None:
        self._wishes.put("load")

    def start_check(self, request_id: str, reference: Reference) -> None:
        with self._lock:
            self._put(request_id, reference)

    def again(self, request_id: str) -> None:
        with self._lock:
            reference = self._reference
            if reference is not None:
                self._put(request_id, reference)
        if reference is None:
            self._post(el.FaceEnded(request_id, "no_engine"))

    def _put(self, request_id: str, reference: Reference) -> None:
        """With the lock held. A check that is still asked for or under way is its person's no
        more."""
        self._leave.set()
        self._leave, self._reference = threading.Event(), reference
        self._wishes.put(_Job(request_id, reference, self._leave))

    def more_time(self) -> None:
        with self._lock:
            check = self._check
        if check is not None:
            check.more_time()

    def forget(self) -> None:
        """The check ends at its next frame, and nothing of it stays."""
        with self._lock:
            self._leave.set()
            self._reference, self._result = None, None
        self.view.wipe()

    def certificate(self) -> dict[str, Any]:
        with self._lock:
            result = self._result
        return {} if result is None else _certificate(result, self._settings)

    def picture(self) -> bytes:
        with self._lock:
            return b"" if self._result is None else self._result.best

    def stop(self) -> None:
        self.forget()
        self._wishes.put(None)

    # --- the thread -----------------------------------------------------------------------------

    def run(self) -> None:
        while (wish := self._next()) is not None:
            self.pulse.beat(CHECK_S)
            try:
                if isinstance(wish, _Job):
                    self._run(wish)
                else:
                    self._engine.load()
            except DeviceError as error:
                _log.warning("face_check_broke", code=error.code, detail=error.detail)
                if isinstance(wish, _Job):
                    self._post(el.FaceEnded(wish.request_id, _trouble(error)))
            except Exception:
                _log.exception("face_check_unforeseen")
                if isinstance(wish, _Job):
                    self._post(el.FaceEnded(wish.request_id, "no_engine"))
        self._engine.close()

    def _next(self) -> _Job | str | None:
        while True:
            self.pulse.beat(IDLE_S)
            with contextlib.suppress(queue.Empty):
                return self._wishes.get(timeout=IDLE_S)

    def _run(self, job: _Job) -> None:
        leave = job.left
        with self._lock:
            if leave.is_set():
                return
            self._result = None
        check = FaceCheck(self._engine, self._settings, self._wanted(job), self._chance)
        with self._lock:
            self._check = check
        camera = Preview(self._camera(), self.view)
        teller = _Teller(job.request_id, self._post, self.view)
        try:
            result = check.run(camera, teller.tell, leave)
        finally:
            camera.close()
            self.view.wipe()
            with self._lock:
                self._check = None
        if result is None:
            return
        with self._lock:
            if leave.is_set():
                return
            self._result = result
        decision = result.decided.decision if result.decided else Decision.REJECT
        _log.info("face_check", **_logged(result))
        self._post(el.FaceEnded(job.request_id, decision.value, result.failed))

    def _wanted(self, job: _Job) -> Wanted:
        """A calibration of another model counts as none: then a clerk confirms."""
        held, calibration = job.reference.calibration, None
        if held is not None:
            try:
                calibration = from_json(held)
            except CalibrationUnusable as error:
                _log.error("calibration_unusable", detail=error.detail)
        model = self._engine.model
        if calibration is not None and calibration.model != model:
            _log.error("calibration_unusable", detail=f"made for {calibration.model}")
            calibration = None
        references = tuple(np.array(row) for row in job.reference.descriptors)
        if job.reference.model != model:
            raise CalibrationUnusable(f"enrolled with {job.reference.model}, here is {model}")
        return Wanted(references, calibration, picture=True)


class _Teller:
    """Tells the screen what changed, and gives it the colour of the moment."""

    def __init__(self, request_id: str, post: Post, view: LiveView) -> None:
        self._request_id, self._post, self._view = request_id, post, view
        self._told: tuple[object, ...] = ()

    def tell(self, prompt: Prompt, _picture: Picture) -> None:
        self._view.shine(prompt.tint)
        advice = prompt.advice.value if prompt.advice and prompt.stage != "act" else None
        action = prompt.action.value if prompt.action else None
        told = (prompt.stage, advice, action, prompt.step, prompt.extended)
        if told != self._told:
            self._told = told
            _log.info("face_asked", stage=prompt.stage.value, advice=advice, action=action)
            self._post(
                el.FaceSeen(
                    self._request_id, prompt.stage.value, advice, action, prompt.step, prompt.left_s
                )
            )


def _trouble(error: DeviceError) -> str:
    return "no_camera" if error.code in ("device_missing", "device_timeout") else "no_engine"


def _certificate(result: CheckResult, settings: FaceSettings) -> dict[str, Any]:
    """As the server's result wants it. A raw distance is told as its negative: higher is alike."""
    told = as_json(result, settings)
    body: dict[str, Any] = {"model": result.model, "liveness": told["cues"]}
    decided = result.decided
    if decided is not None:
        sign = 1 if decided.calibration else -1
        body["score"] = round(sign * decided.score, 6)
        body["threshold"] = round(sign * decided.threshold, 6)
        body["calibration"] = decided.calibration
    reasons = decided.reasons if decided else result.alive_reasons
    return {**body, "reasons": list(reasons)}


def _logged(result: CheckResult) -> dict[str, Any]:
    """Figures alone: no name, no picture, no descriptor."""
    cues = {c.name.value: None if c.value is None else round(c.value, 4) for c in result.cues}
    decision = result.decided.decision.value if result.decided else "none"
    return {"decision": decision, "failed": result.failed, "frames": result.frames, **cues}
