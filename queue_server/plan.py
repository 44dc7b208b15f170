"""What a server process serves: one hall's file, several of them, or a list of many.

A list is read at once, the halls' files in it when each hall is first needed: a city has thousands.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from foundation.settings_file import SettingsError, load_settings
from queue_server.settings.hall import HallSettings, ServerSection, StaffSection, load_hall_settings


@dataclass(frozen=True)
class HallList:
    """The list's file. halls: files or patterns such as "halls/*.toml", each file named for its
    hall's id; server: for all of them, in place of what the halls' own files say."""

    halls: tuple[str, ...]
    server: ServerSection = field(default_factory=ServerSection)

    def __post_init__(self) -> None:
        if self.server.demonstration:
            raise ValueError("a demonstration is one hall's file")


@dataclass(frozen=True)
class Plan:
    """files: hall id → its file; read: those that have been read already; first: the file that
    relative addresses are taken from."""

    first: Path
    server: ServerSection
    files: Mapping[str, Path]
    read: Mapping[str, HallSettings]

    def settings_of(self, hall: str) -> HallSettings:
        """Raises SettingsError."""
        if hall in self.read:
            return self.read[hall]
        file = self.files[hall]
        settings = load_hall_settings(file)
        if settings.hall.id != hall:
            raise SettingsError(
                file, None, "hall.id", f"is {settings.hall.id!r}, but the file is named {hall!r}"
            )
        return settings

    @property
    def default_hall(self) -> str:
        """Where people log in who do not say which hall."""
        return next(iter(self.files))

    @property
    def demo_staff(self) -> Sequence[StaffSection]:
        if not self.server.demonstration:
            return ()
        return [member for settings in self.read.values() for member in settings.staff]


def load_plan(files: Sequence[Path]) -> Plan:
    """From one list, or from the files of one or several halls, whose first says how to serve.

    Raises SettingsError.
    """
    if len(files) == 1 and _is_list(files[0]):
        return _listed(files[0])
    read: dict[str, HallSettings] = {}
    for file in files:
        settings = load_hall_settings(file)
        if settings.hall.id in read:
            raise SettingsError(file, None, "hall.id", f"{settings.hall.id!r} is there twice")
        read[settings.hall.id] = settings
    server = next(iter(read.values())).server
    return Plan(files[0], server, dict(zip(read, files, strict=True)), read)


def _is_list(file: Path) -> bool:
    """Mistakes in the file are left to whoever reads it in earnest."""
    try:
        return "halls" in tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def _listed(file: Path) -> Plan:
    wanted = load_settings(file, HallList)
    found: dict[str, Path] = {}
    for pattern in wanted.halls:
        matching = sorted(file.parent.glob(pattern))
        if not matching:
            raise SettingsError(file, None, "halls", f"no file is called {pattern!r}")
        for hall_file in matching:
            if found.setdefault(hall_file.stem, hall_file) != hall_file:
                raise SettingsError(file, None, "halls", f"{hall_file.stem!r} is there twice")
    if not found:
        raise SettingsError(file, None, "halls", "names no hall")
    return Plan(file, wanted.server, found, {})
