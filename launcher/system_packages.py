"""What the hall needs from the operating system, judged by whether it is there and usable.

Standard library only. Looks, and installs with apt-get when told to; it asks nothing of dpkg, so a
library or font that came another way is just as good.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

# Each level has all of those before it.
LEVELS = ("none", "core", "screen", "browser")


@dataclass(frozen=True, slots=True)
class SystemNeed:
    """One thing the system must offer. `packages` are Debian's names for it."""

    name: str
    level: str
    packages: tuple[str, ...]
    is_there: Callable[[], bool]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_software_renderer() -> bool:
    folders = [Path("/usr/lib"), Path("/usr/lib64"), *Path("/usr/lib").glob("*-linux-gnu*")]
    names = ("dri/swrast_dri.so", "dri/kms_swrast_dri.so", "libgallium-*.so")
    return any(any(folder.glob(name)) for folder in folders for name in names)


def has_chinese_font() -> bool:
    """Whether fontconfig, which the kiosk asks, knows a font with simplified Chinese."""
    if not shutil.which("fc-list"):
        return False
    found = subprocess.run(
        ["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=False, timeout=60
    )
    return bool(found.stdout.strip())


def has_mandarin_voice() -> bool:
    """Whether espeak-ng is there with the voice that reads pinyin as Mandarin."""
    if not shutil.which("espeak-ng"):
        return False
    spoken = subprocess.run(
        ["espeak-ng", "-q", "-v", "cmn-latn-pinyin", "hao3"],
        capture_output=True,
        check=False,
        timeout=20,
    )
    return spoken.returncode == 0


def _has_sound_server() -> bool:
    """Whether a PulseAudio of the tests' own can be started, and what it plays recorded."""
    return bool(shutil.which("pulseaudio") and shutil.which("parec"))


def has_postgres_programs() -> bool:
    """Whether a PostgreSQL server can be set up here: tests make one of their own."""
    return bool(shutil.which("initdb")) or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


NEEDS = (
    SystemNeed("font", "core", ("fontconfig", "fonts-noto-cjk"), has_chinese_font),
    SystemNeed("voice", "core", ("espeak-ng",), has_mandarin_voice),
    SystemNeed("gl", "screen", ("libgl1",), lambda: _loads("libGL.so.1")),
    SystemNeed("egl", "screen", ("libegl1",), lambda: _loads("libEGL.so.1")),
    SystemNeed("renderer", "screen", ("libgl1-mesa-dri",), _has_software_renderer),
    SystemNeed("browser", "browser", ("chromium",), lambda: bool(shutil.which("chromium"))),
    SystemNeed("sound", "browser", ("pulseaudio", "pulseaudio-utils"), _has_sound_server),
    SystemNeed("compiler", "browser", ("gcc", "libc6-dev"), lambda: bool(shutil.which("cc"))),
    SystemNeed("postgres", "browser", ("postgresql",), has_postgres_programs),
)


def missing_for(level: str, needs: Iterable[SystemNeed] = NEEDS) -> tuple[SystemNeed, ...]:
    """The needs of `level` and those below it that are not met now."""
    included = LEVELS[: LEVELS.index(level) + 1]
    return tuple(need for need in needs if need.level in included and not need.is_there())


def packages_of(needs: Iterable[SystemNeed]) -> tuple[str, ...]:
    """Debian's package names for these needs, each once, in order."""
    return tuple(dict.fromkeys(package for need in needs for package in need.packages))


def install_command(packages: Iterable[str]) -> tuple[str, ...]:
    """The apt-get call; it waits two minutes for another one that is under way."""
    options = ("-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120")
    return ("apt-get", "install", *options, *packages)


def may_install() -> bool:
    """Whether this process can install system packages itself."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None
