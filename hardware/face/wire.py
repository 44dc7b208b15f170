"""Between a face engine's process and its user: one line of JSON, then the bytes it names. Pure.

Pictures go as raw BGR rows, without a file and without compression.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, BinaryIO

import numpy as np

from hardware.face.engine import Face, Light
from hardware.face.geometry import Box

LONGEST_LINE = 1_000_000


def line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def read_line(stream: BinaryIO) -> dict[str, Any] | None:
    """None at the stream's end. Raises ValueError for what is no message."""
    got = stream.readline(LONGEST_LINE)
    if not got:
        return None
    message = json.loads(got)
    if not isinstance(message, dict):
        raise ValueError("not a message")
    return message


def face_json(face: Face) -> dict[str, Any]:
    return {
        "box": asdict(face.box),
        "points": face.points.tolist(),
        "light": asdict(face.light),
    }


def face_of(data: Mapping[str, Any]) -> Face:
    light = dict(data["light"])
    red, green, blue = light.pop("colour")
    return Face(
        Box(**data["box"]),
        np.array(data["points"], float),
        Light(**light, colour=(red, green, blue)),
    )
