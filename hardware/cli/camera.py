"""`device camera …`: one picture by hand."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hardware.cli.command import WrongCommandLine, add_command, save
from hardware.wiring import CameraSettings, make_camera


def add(kinds: Any) -> None:
    actions = kinds.add_parser("camera", help="camera").add_subparsers(
        required=True, metavar="snapshot"
    )
    snapshot = add_command(actions, "snapshot", _snapshot, "save one picture")
    snapshot.add_argument("--camera", required=True, metavar="SOURCE", help="index, file or URL")
    snapshot.add_argument("--out", type=Path, required=True, metavar="FILE")


def _snapshot(options: argparse.Namespace) -> dict[str, Any]:
    import cv2

    camera = make_camera(CameraSettings(options.camera))
    try:
        frame = camera.read(options.timeout)
    finally:
        camera.close()
    suffix = options.out.suffix or ".png"
    try:
        good, data = cv2.imencode(suffix, frame.picture)
    except cv2.error as error:
        raise WrongCommandLine(f"{suffix} is no picture format", out=str(options.out)) from error
    if not good:
        raise WrongCommandLine(f"{suffix} is no picture format", out=str(options.out))
    save(options.out, lambda: options.out.write_bytes(data.tobytes()))
    height, width = frame.picture.shape[:2]
    return {
        "out": str(options.out),
        "width": width,
        "height": height,
        "taken_at": frame.taken_at.isoformat(),
    }
