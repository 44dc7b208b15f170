"""What lies in a stranger's folder: people with their pictures, films of the living and of attacks.

A film is an attack when a word of its path (below the folder) says so; everything else is taken for
somebody living. Nothing is opened here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from hardware.face.calibration_file import files_below, pictures_of

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


@dataclass(frozen=True)
class Film:
    """kind: of attack; None: a living person. name: below the folder, so that no two are alike."""

    file: Path
    name: str
    kind: str | None


@dataclass(frozen=True)
class Contents:
    """unreadable: folders that could not be listed."""

    people: list[tuple[str, list[Path]]]
    films: list[Film]
    unreadable: list[str]

    @property
    def pictures(self) -> int:
        return sum(len(files) for _, files in self.people)


def contents(folder: Path, films: Path) -> Contents:
    """Raises OSError where `folder` itself cannot be read."""
    unreadable: list[str] = []
    people = list(pictures_of(folder, unreadable))
    below = [f for f in files_below(films, unreadable) if f.suffix.lower() in FILMS]
    found = [Film(f, str(f.relative_to(films)), kind_of(f.relative_to(films))) for f in below]
    return Contents(people, found, sorted(set(unreadable)))


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
