"""`python -m launcher.toml_files`: whether every settings and text file of the project can be read.

A key that stands twice, as two changes put together may leave it, keeps programs from starting.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from launcher.places import ROOT

FOLDERS = ("assets", "config", "deploy", "tests")


def unreadable(folder: Path) -> Iterator[str]:
    """A line for each file below `folder` that is no TOML."""
    for file in sorted(folder.rglob("*.toml")):
        try:
            tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            yield f"{file}: {error}"


def main() -> int:
    found = [line for name in FOLDERS for line in unreadable(ROOT / name)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
