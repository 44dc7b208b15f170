"""`device camera …`: whether it gives pictures, one of them, or a preview in a browser."""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardware.camera.source import absent
from hardware.cli.command import WrongCommandLine, add_command, must_be_writable, save
from hardware.errors import DeviceError
from hardware.ports import Frame
from hardware.wiring import CameraSettings, camera_source
from hardware.words import help_words

if TYPE_CHECKING:
    from hardware.camera.driver import OpenCvCamera

_FIRST_PICTURE_S = 10.0
_CLOSE_WAIT_S = 0.5  # less than the grace of a command's time-out


def add(kinds: Any) -> None:
    actions = kinds.add_parser("camera", help=help_words("camera")).add_subparsers(
        required=True, metavar="check|snapshot|preview"
    )
    check = add_command(actions, "check", _check, "camera_check", _prepare)
    snapshot = add_command(actions, "snapshot", _snapshot, "camera_snapshot", _prepare)
    snapshot.add_argument("--out", type=Path, required=True, metavar="FILE")
    preview = add_command(actions, "preview", _preview, "camera_preview", _prepare)
    preview.add_argument("--listen", default="127.0.0.1:0", metavar="HOST:PORT")
    preview.add_argument("--for", dest="for_s", type=float, default=None, metavar="SECONDS")
    preview.set_defaults(timeout=None)
    for parser in (check, snapshot, preview):
        parser.add_argument(
            "--camera", required=True, metavar="SOURCE", help=help_words("camera_source")
        )
        parser.add_argument(
            "--rotate", type=int, default=0, metavar="DEGREES", help=help_words("camera_rotate")
        )


def _prepare(options: argparse.Namespace) -> None:
    """Raises DeviceMissing for what can be seen not to be there, FileTrouble for a folder that is
    not; else loads OpenCV, which a busy machine takes seconds for."""
    if "out" in options:
        must_be_writable(options.out)
    source = camera_source(_settings(options))
    if source.absent:
        raise absent(source)
    importlib.import_module("hardware.camera.driver")


def _settings(options: argparse.Namespace) -> CameraSettings:
    return CameraSettings(options.camera, rotate=options.rotate)


def _camera(options: argparse.Namespace) -> OpenCvCamera:
    from hardware.camera.driver import OpenCvCamera  # late: it loads OpenCV

    return OpenCvCamera(camera_source(_settings(options)))


def _frame(options: argparse.Namespace) -> Frame:
    camera = _camera(options)
    try:
        return camera.try_once(options.timeout)
    finally:
        camera.close(_CLOSE_WAIT_S)


def _check(options: argparse.Namespace) -> dict[str, Any]:
    """Takes one picture and keeps nothing of it."""
    height, width = _frame(options).picture.shape[:2]
    return {"state": "ok", "width": width, "height": height}


def _snapshot(options: argparse.Namespace) -> dict[str, Any]:
    import cv2

    frame = _frame(options)
    suffix = options.out.suffix or ".png"
    try:
        good, data = cv2.imencode(suffix, frame.picture)
    except cv2.error as error:
        raise WrongCommandLine("picture_format", suffix=suffix, out=str(options.out)) from error
    if not good:
        raise WrongCommandLine("picture_format", suffix=suffix, out=str(options.out))
    save(options.out, lambda: options.out.write_bytes(data.tobytes()))
    height, width = frame.picture.shape[:2]
    return {
        "out": str(options.out),
        "width": width,
        "height": height,
        "taken_at": frame.taken_at.isoformat(),
    }


def _preview(options: argparse.Namespace) -> dict[str, Any]:
    """Until it is ended by SIGINT, SIGTERM or --for; the address comes first. Raises DeviceError
    for a camera that gives no first picture."""
    from hardware.camera.preview import Preview

    host, _, port = options.listen.rpartition(":")
    if not host or not port.isdecimal():
        raise WrongCommandLine("address_wrong", address=options.listen)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    camera = _camera(options)
    try:
        camera.try_once(_FIRST_PICTURE_S)
    except DeviceError:
        camera.close()
        raise
    preview = Preview(camera)
    address = preview.start(host, int(port))
    sys.stdout.write(json.dumps({"address": address}) + "\n" if options.json else address + "\n")
    sys.stdout.flush()
    try:
        ended.wait(options.for_s)
    finally:
        preview.stop()
    return {"pictures": preview.pictures}
