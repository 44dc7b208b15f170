"""What lies in a stranger's folder: people with their pictures, films of the living and of attacks.

A film is an attack when a word of its path (below the folder) says so; everything else is taken for
somebody living. A picture is of the person whose folder it lies in; one that lies in nobody's says
nothing of anybody and is left out. Nothing is opened here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hardware.face.calibration_file import files_below
from hardware.face.stills import SUFFIXES

FILMS = frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".wmv", ".mpg", ".mpeg"})
# An attack without saying which; the kind is then the folder below, or this word.
ATTACKS = frozenset({"attack", "attacks", "spoof", "spoofs", "fake", "fakes", "imposter", "攻击"})
KINDS = frozenset(
    {
        *("print", "printed", "photo", "paper", "picture", "still", "warped", "bent", "tilted"),
        *("replay", "replayed", "screen", "display", "video", "tablet", "ipad", "phone", "mobile"),
        *("mask", "masks", "cutout", "cut", "eyes", "deepfake", "swap"),
        *("照片", "翻拍", "面具", "屏幕"),
    }
)
LIVING = frozenset({"real", "live", "living", "genuine", "bonafide", "bona", "client", "真人"})
# Parts of a set, not people: the people are one folder further down, and may be in several parts.
PARTS = re.compile(
    r"(train|training|test|testing|val|valid|validation|dev|eval|gallery|probe|probes|query"
    r"|enrol|enroll|enrolled|reference|references|训练|测试|验证"
    r"|(fold|part|split|session|set)[ _-]?\d*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Film:
    """kind: of attack; None: a living person. name: below the folder, so that no two are alike."""

    file: Path
    name: str
    kind: str | None


@dataclass(frozen=True)
class Contents:
    """people: sorted by name. level: how many folders down a person's folder is. nobodys: pictures
    that lie in no person's folder, or in one of attacks. unreadable: folders that could not be
    listed. deeper: no person's folder holds a picture itself, those below it do."""

    people: list[tuple[str, list[Path]]]
    films: list[Film]
    unreadable: list[str]
    root: Path
    level: int
    nobodys: list[Path]
    deeper: bool

    @property
    def pictures(self) -> int:
        return sum(len(files) for _, files in self.people)


def contents(folder: Path, films: Path, level: int | None = None) -> Contents:
    """level: None finds it out. Raises OSError where `folder` itself cannot be read."""
    unreadable: list[str] = []
    next(folder.iterdir(), None)
    pictures = [f for f in files_below(folder, unreadable) if f.suffix.lower() in SUFFIXES]
    root = _root(folder, pictures)
    level = _level(root, pictures) if level is None else level
    people, nobodys = _by_person(root, pictures, level)
    below = [f for f in files_below(films, unreadable) if f.suffix.lower() in FILMS]
    found = [Film(f, str(f.relative_to(films)), kind_of(f.relative_to(films))) for f in below]
    held = [(name, people[name]) for name in sorted(people)]
    lost = sorted(set(unreadable))
    return Contents(held, found, lost, root, level, nobodys, _deeper(root, people, level))


def _root(folder: Path, pictures: Sequence[Path]) -> Path:
    """Folders around those of the people are gone through."""
    around = [f.parent for f in pictures if not _of_attack(f.relative_to(folder))]
    if not around:
        return folder
    common = Path(os.path.commonpath(around))
    return common.parent if common in around and common != folder else common


def _of_attack(path: Path) -> bool:
    return bool({name.lower() for name in path.parts[:-1]} & ATTACKS)


def _level(root: Path, pictures: Sequence[Path]) -> int:
    paths = [f.relative_to(root) for f in pictures if f.is_relative_to(root)]
    below = [path.parts for path in paths if not _of_attack(path)]
    first = {parts[0] for parts in below if len(parts) > 1}
    deep = any(len(parts) > 2 for parts in below)
    return 2 if deep and first and all(PARTS.fullmatch(name) for name in first) else 1


def _by_person(
    root: Path, pictures: Sequence[Path], level: int
) -> tuple[dict[str, list[Path]], list[Path]]:
    people: dict[str, list[Path]] = {}
    nobodys = []
    for file in pictures:
        folders = file.relative_to(root).parts[:-1] if file.is_relative_to(root) else ()
        if len(folders) < level or _of_attack(Path(*folders, file.name)):
            nobodys.append(file)
        else:
            people.setdefault(folders[level - 1], []).append(file)
    return people, nobodys


def _deeper(root: Path, people: Mapping[str, Sequence[Path]], level: int) -> bool:
    depths = [len(f.relative_to(root).parts) - 1 for files in people.values() for f in files]
    return bool(depths) and min(depths) > level


def kind_of(path: Path) -> str | None:
    """`attacks/print/07.mp4` and `07_replay.avi` are attacks, `real/07.mp4` and `anna.mp4` none.
    A folder or name that says living is believed before one that says which camera it was."""
    parts = [*path.parts[:-1], path.stem]
    words = [set(re.split(r"[\W_\d]+", part.lower())) for part in parts]
    every = set().union(*words)
    general = next((n for n, found in enumerate(words) if found & ATTACKS), None)
    if general is None and every & LIVING:
        return None
    named = [word for found in words for word in sorted(found & KINDS)]
    if named:
        return named[0]
    if general is None:
        return None
    below = parts[general + 1 : -1]
    return below[0].lower() if below else "attack"
