"""The screen's own light, by Linux's /sys/class/backlight; a screen without one is no fault."""

from __future__ import annotations

from pathlib import Path

import structlog

_log = structlog.get_logger()

CLASS = Path("/sys/class/backlight")


class Backlight:
    """Implements `kiosk.dimming.Light`. Full is what the device names as its most, and not what was
    set before: a kiosk that died in the dark would otherwise grow darker with each start."""

    def __init__(self, folder: Path = CLASS) -> None:
        """folder: one folder below it for each lamp, with `brightness` and `max_brightness`."""
        self._folder = folder

    def set(self, percent: int) -> bool:
        """Whether there is a lamp and every one followed. Never quite off: 1 step at least."""
        try:
            lamps = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
            for lamp in lamps:
                _turn(lamp, percent)
        except (OSError, ValueError) as error:
            _log.warning("backlight_refused", reason=str(error))
            return False
        return bool(lamps)


def _turn(lamp: Path, percent: int) -> None:
    """Raises OSError, or ValueError for a figure that is none."""
    most = int((lamp / "max_brightness").read_text())
    (lamp / "brightness").write_text(str(max(round(most * percent / 100), 1)))
