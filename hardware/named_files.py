"""Settings that come as files in a folder: a profile, a layout, a make of strip or keypad, by name.

Reads none of them.
"""

from __future__ import annotations

from pathlib import Path

from hardware.errors import SettingsUnusable


def named_file(name_or_file: str | Path, folder: Path, absent: str) -> Path:
    """A TOML file, or the one of that name in `folder`. absent: the text for one that is not
    there. Raises SettingsUnusable, with the names that there are."""
    file = Path(name_or_file)
    if file.suffix != ".toml":
        file = folder / f"{name_or_file}.toml"
    if not file.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml")))
        raise SettingsUnusable(absent, name=str(name_or_file), known=known)
    return file
