"""`python -m hardware.face.worker`: a face engine in a process of its own, told on standard input.

A library that crashes ends this process and not the kiosk, and its work holds up no other thread
there. Pictures live in one buffer, overwritten by `wipe` and at the end; none is written to disk.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from hardware.errors import DeviceError
from hardware.face.dlib_engine import DlibEngine
from hardware.face.engine import Picture
from hardware.face.settings import EngineSettings, make_engine
from hardware.face.wire import face_json, face_of, line, read_line

_NICE = 5  # the screen comes first: a check may take a little longer, a touch may not


class Worker:
    """Answers one message after the other."""

    def __init__(self, engine: DlibEngine, source: BinaryIO, sink: BinaryIO) -> None:
        self._engine, self._source, self._sink = engine, source, sink
        self._buffer = bytearray()

    def run(self) -> None:
        """Until the other end closes."""
        try:
            while (message := read_line(self._source)) is not None:
                self._sink.write(line(self._answer(message)))
                self._sink.flush()
        except (BrokenPipeError, EOFError):
            return  # the other end has gone: nobody waits for the answer
        finally:
            self._wipe()

    def _answer(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._do(message)
        except DeviceError as error:
            return {"error": {"code": error.code, "message": error.detail}}

    def _do(self, message: dict[str, Any]) -> dict[str, Any]:
        match message["do"]:
            case "load":
                self._engine.load()
                return {"model": self._engine.model}
            case "find":
                return {"faces": [face_json(f) for f in self._engine.find(self._picture(message))]}
            case "describe":
                picture = self._picture(message)
                found = self._engine.describe(picture, face_of(message["face"]))
                return {"descriptor": found.tolist()}
            case "wipe":
                self._wipe()
                return {"clean": self._engine.scratch.clean and not any(self._buffer)}
            case other:
                return {"error": {"code": "usage", "message": f"cannot {other}"}}

    def _picture(self, message: dict[str, Any]) -> Picture:
        """A view of the buffer: nothing is copied."""
        height, width = int(message["height"]), int(message["width"])
        size = height * width * 3
        if len(self._buffer) < size:
            self._wipe()
            self._buffer = bytearray(size)
        whole = memoryview(self._buffer)[:size]
        got = 0
        while got < size:
            read = self._source.readinto(whole[got:])  # type: ignore[attr-defined]
            if not read:
                raise EOFError("the picture ends early")
            got += read
        picture: Picture = np.frombuffer(whole, np.uint8).reshape(height, width, 3)
        return picture

    def _wipe(self) -> None:
        self._buffer[:] = bytes(len(self._buffer))
        self._engine.wipe()


def main(arguments: list[str]) -> int:
    """arguments: the engine's two model files as JSON, or nothing."""
    os.nice(_NICE)
    named = json.loads(arguments[0]) if arguments else {}
    files = {name: Path(file) for name, file in named.items() if file}
    engine = make_engine(EngineSettings(**files))
    sink = sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not spoil the answers
    Worker(engine, sys.stdin.buffer, sink).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
