"""A face engine in a process of its own, as a FaceEngine: started at its first use, and when lost.

dlib holds Python's lock while it computes; in the kiosk's own process a face would stop the screen.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import threading
import time
from typing import IO, Any

import numpy as np
import structlog

from hardware.face.engine import Descriptor, EngineFailed, Face, Picture
from hardware.face.settings import EngineSettings
from hardware.face.wire import face_json, face_of, line
from hardware.os_trouble import reason

_log = structlog.get_logger()
LOAD_S = 60.0  # of the models, on a slow disk
_ANSWER_S = 5.0
_END_S = 2.0


class EngineProcess:
    """Implements FaceEngine. One thread at a time but for `close`."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._model = ""

    @property
    def model(self) -> str:
        """Starts the process where it does not run. Raises EngineFailed."""
        self.load()
        return self._model

    def load(self) -> None:
        """Starts it and has it load its models; seconds. Raises EngineFailed."""
        if self._child is None or self._child.poll() is not None:
            self._start()

    def find(self, picture: Picture) -> tuple[Face, ...]:
        self.load()
        answer = self._ask({"do": "find", **_size(picture)}, _ANSWER_S, picture)
        return tuple(face_of(each) for each in answer["faces"])

    def describe(self, picture: Picture, face: Face) -> Descriptor:
        self.load()
        message = {"do": "describe", "face": face_json(face), **_size(picture)}
        answer = self._ask(message, _ANSWER_S, picture)
        return np.array(answer["descriptor"], np.float64)

    def wipe(self) -> None:
        """What cannot say that it is clean is ended, and its memory with it."""
        if self._child is None:
            return
        try:
            clean = self._ask({"do": "wipe"}, _ANSWER_S)["clean"]
        except EngineFailed:
            return
        if clean is not True:
            self._end()

    def close(self) -> None:
        self._end()

    def _start(self) -> None:
        self._end()
        files = {"detector": self._settings.detector, "recognizer": self._settings.recognizer}
        words = json.dumps({name: str(file) for name, file in files.items() if file})
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "hardware.face.worker", words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        except OSError as error:
            raise EngineFailed("face_engine_ended", reason=reason(error)) from error
        if self._child.stdin is not None:
            os.set_blocking(self._child.stdin.fileno(), False)
        self._model = str(self._ask({"do": "load"}, LOAD_S)["model"])

    def _ask(
        self, message: dict[str, Any], limit_s: float, picture: Picture | None = None
    ) -> dict[str, Any]:
        """Raises EngineFailed; then the process is gone."""
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            raise EngineFailed("face_engine_ended", reason="–")
        until_s = time.monotonic() + limit_s
        try:
            _write(child.stdin, memoryview(line(message)), until_s)
            if picture is not None:
                _write(child.stdin, np.ascontiguousarray(picture).data.cast("B"), until_s)
            answer = json.loads(_read_line(child.stdout, until_s))
        except (OSError, ValueError, TimeoutError) as error:
            self._end()
            _log.warning("face_engine_lost", reason=type(error).__name__)
            raise EngineFailed("face_engine_ended", reason=type(error).__name__) from error
        if "error" in answer:
            raise EngineFailed(str(answer["error"]["message"]), code=str(answer["error"]["code"]))
        return dict(answer)

    def _end(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is None:
            return
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                _close(stream)
        try:
            child.wait(_END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except OSError as error:  # what was not yet sent to a process that is gone
        _log.debug("face_engine_pipe", reason=error.strerror)


def _size(picture: Picture) -> dict[str, int]:
    return {"height": picture.shape[0], "width": picture.shape[1]}


def _write(stream: IO[bytes], content: memoryview, until_s: float) -> None:
    """A picture is more than a pipe holds: whoever stopped reading would hold it up for good.
    until_s: on the monotonic clock. Raises TimeoutError, OSError."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(stream, selectors.EVENT_WRITE)
        while content:
            left_s = until_s - time.monotonic()
            if left_s <= 0 or not waiting.select(left_s):
                raise TimeoutError
            content = content[os.write(stream.fileno(), content) :]


def _read_line(stream: IO[bytes], until_s: float) -> bytes:
    """until_s: on the monotonic clock. Raises TimeoutError, ValueError when the process has
    ended."""
    got = bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(stream, selectors.EVENT_READ)
        while not got.endswith(b"\n"):
            left_s = until_s - time.monotonic()
            if left_s <= 0 or not waiting.select(left_s):
                raise TimeoutError
            part = stream.read1(1 << 16)  # type: ignore[attr-defined]
            if not part:
                raise ValueError("ended")
            got += part
    return bytes(got)
