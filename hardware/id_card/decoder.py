"""Decodes card photos with what the operator's reader came with: a program or a shared library.

Either runs in a process of its own, confined: no network, a private folder in memory, limits on
time, memory and files. What comes back is checked. A decoder that needs a network does not work
here, and shall not: it would send somebody's card away.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from hardware.errors import DeviceError, DeviceMissing, DeviceRefused, DeviceTimeout
from hardware.id_card.photo import LARGEST_BMP, check_bmp, check_wlt
from hardware.ports import CardPhoto

_CONFINE = Path(__file__).with_name("confine.py")
_LIBRARY_CHILD = Path(__file__).with_name("library_child.py")
_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 – a photo shall not touch a disk; the folder is private
_SHOWN_WORDS = 200
NOT_CONFINED = 125  # confine.py's own exit code
NOT_STARTED = 126
# Nothing of ours: the decoder learns neither tokens nor addresses.
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


class DecoderUnavailable(DeviceMissing):
    """The decoder cannot be run here: no such program, or this system cannot confine it."""

    code = "decoder_unavailable"


class DecoderTimeout(DeviceTimeout):
    code = "decoder_timeout"


class DecoderFailed(DeviceRefused):
    """It ran and gave nothing; often its licence does not fit this reader. `data` has its words."""

    code = "decoder_failed"


@dataclass(frozen=True, slots=True)
class PhotoDecoderSettings:
    """command: called with the names of the WLT file and of the BMP to write. library: a shared
    library with `int FUNCTION(in, out, mode)` that fills a BMP or its bare pixels.
    environment: further variables, such as LD_LIBRARY_PATH."""

    command: str = ""
    library: Path | None = None
    function: str = "unpack"
    mode: int = 0
    timeout_s: float = 3.0
    memory_mb: int = 512
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.command and self.library:
            raise ValueError("name a command or a library, not both")
        if not 0 < self.timeout_s <= 60 or self.memory_mb < 64:
            raise ValueError("timeout_s must be from 0 to 60, memory_mb 64 or more")

    @property
    def named(self) -> bool:
        return bool(self.command or self.library)


class ConfinedDecoder:
    """Implements hardware.ports.PhotoDecoder. Any number of threads may decode at once."""

    def __init__(self, settings: PhotoDecoderSettings) -> None:
        self._settings = settings

    def decode(self, wlt: bytes) -> CardPhoto:
        """Raises PhotoUnusable, DecoderUnavailable, DecoderTimeout or DecoderFailed."""
        check_wlt(wlt)
        self.check()
        with tempfile.TemporaryDirectory(prefix="photo-", dir=_folder()) as name:
            folder = Path(name)
            (folder / "in.wlt").write_bytes(wlt)
            self._run(folder)
            return check_bmp(_result(folder / "out.bmp"))

    def check(self) -> None:
        """Raises DecoderUnavailable for a program or a library that can be seen not to be there."""
        settings = self._settings
        name = str(settings.library or shlex.split(settings.command)[0])
        path = {**_ENVIRONMENT, **settings.environment}["PATH"]
        there = settings.library.is_file() if settings.library else _program(name, path)
        if not there:
            raise DecoderUnavailable("decoder_absent", program=name)

    def _run(self, folder: Path) -> None:
        with tempfile.TemporaryFile(dir=folder) as words:  # without a name: only we can open it
            exit_code = self._exit_code(folder, words)
            if exit_code != 0:
                raise _failure(exit_code, _first_words(words))

    def _exit_code(self, folder: Path, words: IO[bytes]) -> int:
        settings = self._settings
        process = subprocess.Popen(
            self._call(folder),
            cwd=folder,
            env={**_ENVIRONMENT, "HOME": str(folder), **settings.environment},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
        try:
            return process.wait(settings.timeout_s)
        except subprocess.TimeoutExpired as error:
            raise DecoderTimeout("decoder_timeout", timeout_s=settings.timeout_s) from error
        finally:
            _end(process)

    def _call(self, folder: Path) -> Sequence[str]:
        settings = self._settings
        limits = (str(int(settings.timeout_s) + 1), str(settings.memory_mb), str(LARGEST_BMP))
        files = (str(folder / "in.wlt"), str(folder / "out.bmp"))
        return (sys.executable, "-I", str(_CONFINE), *limits, *self._decoder(), *files)

    def _decoder(self) -> Sequence[str]:
        settings = self._settings
        if settings.library is None:
            return shlex.split(settings.command)
        child = (sys.executable, "-I", str(_LIBRARY_CHILD))
        return (*child, str(settings.library), settings.function, str(settings.mode))


def _folder() -> Path | None:
    """In memory where the system has such a folder, else the usual place for passing files."""
    return _MEMORY_FOLDER if os.access(_MEMORY_FOLDER, os.W_OK) else None


def _program(name: str, path: str) -> bool:
    """It is started in a folder of its own, so a path must be whole."""
    whole = "/" not in name or name.startswith("/")
    return whole and shutil.which(name, path=path) is not None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends all that the decoder started, too: they share its process namespace."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _result(file: Path) -> bytes:
    """At most one byte more than a photo can have. A link is not followed: it may lead anywhere."""
    try:
        fd = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            return os.read(fd, LARGEST_BMP + 1)
        finally:
            os.close(fd)
    except OSError as error:  # a folder can be opened, too
        raise DecoderFailed("decoder_wrote_nothing") from error


def _first_words(words: IO[bytes]) -> str:
    words.seek(0)
    text = words.read(_SHOWN_WORDS).decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _failure(exit_code: int, words: str) -> DeviceError:
    if exit_code in (NOT_CONFINED, NOT_STARTED):
        return DecoderUnavailable("decoder_unavailable", words=words)
    return DecoderFailed("decoder_gave_up", exit_code=exit_code, words=words)
