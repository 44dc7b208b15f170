"""What a camera setting names: a device, a file, numbered pictures or a stream. Pure but for a look
whether it is there; opens nothing and needs no OpenCV, so a missing file is told at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from hardware.errors import DeviceMissing, SettingsUnusable
from hardware.words import Words, state_words

# The usual port of each kind of stream; 0: it is sent without being asked for.
STREAM_PORTS = {
    "http": 80, "https": 443, "rtsp": 554, "rtsps": 322, "rtmp": 1935, "udp": 0, "rtp": 0,
}  # fmt: skip


class SourceKind(Enum):
    DEVICE = "device"
    FILE = "file"
    SEQUENCE = "sequence"
    STREAM = "stream"

    @property
    def live(self) -> bool:
        """Goes on whether somebody looks or not; what was missed is gone."""
        return self in (SourceKind.DEVICE, SourceKind.STREAM)


@dataclass(frozen=True, slots=True)
class CameraSource:
    """name: a device index or /dev/video…, a file, numbered pictures such as `frame%03d.jpg`, or a
    stream's URL. width, height: wished of a device, 0 leaves it as it is; a device may give
    another. rotate: clockwise, for a camera that is mounted on its side. loop: whether a file or
    sequence begins again at its end."""

    name: str
    width: int = 0
    height: int = 0
    rotate: Literal[0, 90, 180, 270] = 0
    loop: bool = True

    def __post_init__(self) -> None:
        if not self.name:
            raise SettingsUnusable("camera_unnamed")
        if self.rotate not in (0, 90, 180, 270):
            raise SettingsUnusable("camera_rotate", rotate=self.rotate)
        if self.kind is SourceKind.STREAM and (problem := _stream_problem(self.name)):
            raise SettingsUnusable("camera_address", source=self.shown, problem=problem)

    @property
    def kind(self) -> SourceKind:
        if self.name.isdecimal() or self.name.startswith("/dev/"):
            return SourceKind.DEVICE
        if "://" in self.name:
            return SourceKind.STREAM
        return SourceKind.SEQUENCE if "%" in Path(self.name).name else SourceKind.FILE

    @property
    def shown(self) -> str:
        """For messages and logs: a stream's address without its user and password."""
        parts = urlsplit(self.name) if self.kind is SourceKind.STREAM else None
        if parts is None or "@" not in parts.netloc:
            return self.name
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    @property
    def absent(self) -> bool:
        """Whether it can be seen without opening it that it is not there; False of streams."""
        match self.kind:
            case SourceKind.DEVICE:
                return not Path(
                    self.name if "/" in self.name else f"/dev/video{self.name}"
                ).exists()
            case SourceKind.FILE:
                return not Path(self.name).exists()
            case SourceKind.SEQUENCE:
                return not Path(self.name).parent.is_dir()
        return False


def _stream_problem(name: str) -> Words | None:
    try:
        parts = urlsplit(name)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return state_words("url_malformed")
    if parts.scheme not in STREAM_PORTS:
        return state_words("url_scheme", scheme=parts.scheme)
    return None if named else state_words("url_malformed")


def absent(source: CameraSource) -> DeviceMissing:
    """The error for a source that is `absent`."""
    key = "camera_absent" if source.kind is SourceKind.DEVICE else "camera_file_absent"
    return DeviceMissing(key, source=source.shown)
