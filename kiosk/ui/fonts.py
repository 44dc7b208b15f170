"""Finds a Chinese font and hands out files that Kivy can open. No Kivy here.

Kivy opens only the first face of a .ttc, and in Noto Sans CJK that is the Japanese one; the
Simplified-Chinese face is saved once into a cache folder (0.7 s) and used from there.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import structlog

_log = structlog.get_logger()

_WANTED = ("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei")


class FontMissing(Exception):
    """No usable Chinese font on this machine; the message says what to install."""


@dataclass(frozen=True, slots=True)
class FontFiles:
    regular: Path
    bold: Path


def cache_folder() -> Path:
    """`.hall` of a checkout, else the user's cache folder."""
    checkout = Path(__file__).resolve().parents[2] / ".hall"
    if checkout.is_dir() and os.access(checkout, os.W_OK):
        return checkout
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hall"


def find_fonts(folder: Path | None = None) -> FontFiles:
    """Regular and bold of the first wanted family that is installed. Raises FontMissing."""
    cache = (folder or cache_folder()) / "fonts"
    for family in _WANTED:
        regular = _match(family, "regular")
        if regular is None:
            continue
        bold = _match(family, "bold") or regular
        return FontFiles(_openable(*regular, cache), _openable(*bold, cache))
    raise FontMissing(
        "no Chinese font is installed; install the package fonts-noto-cjk or fonts-wqy-microhei"
    )


def further_font(wanted: str, folder: Path) -> FontFiles:
    """Of a further language: a file (relative to `folder`) or an installed family. A file has no
    bold face. Raises FontMissing that names it."""
    if Path(wanted).suffix.lower() in (".ttf", ".otf"):
        file = folder / wanted
        if file.is_file():
            return FontFiles(file, file)
        raise FontMissing(f"the font {file} of a translation is not there")
    regular = _match(wanted, "regular")
    if regular is None:
        raise FontMissing(
            f"the font {wanted!r} of a translation is not installed; see docs/guides/translating.md"
        )
    bold, cache = _match(wanted, "bold") or regular, cache_folder() / "fonts"
    return FontFiles(_openable(*regular, cache), _openable(*bold, cache))


def _match(family: str, weight: str) -> tuple[Path, int] | None:
    """File and face number that fontconfig has for exactly this family; None when it has not."""
    try:
        answer = subprocess.run(
            ["fc-match", "-f", "%{family}\t%{file}\t%{index}", f"{family}:weight={weight}"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise FontMissing("fontconfig does not answer; install the package fontconfig") from error
    families, file, index = answer.split("\t")
    return (Path(file), int(index)) if family in families.split(",") else None


def _openable(file: Path, face: int, cache: Path) -> Path:
    if face == 0:
        return file
    stamp = file.stat()
    saved = cache / f"{file.stem}-{face}-{stamp.st_size:x}.otf"
    if not saved.exists():
        _save_face(file, face, saved)
    return saved


def _save_face(file: Path, face: int, saved: Path) -> None:
    from fontTools.ttLib import TTFont  # needed once in a machine's life, and slow to import

    saved.parent.mkdir(parents=True, exist_ok=True)
    draft = saved.with_suffix(f".{os.getpid()}")
    with TTFont(file, fontNumber=face, lazy=True) as font:
        font.save(draft)
    draft.replace(saved)
    _log.info("font_face_saved", source=file.name, face=face, file=str(saved))
