"""Keeps the paper forecast over a restart in one small JSON file; loses nothing that matters."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from hardware.ticket_printer.forecast import Lesson, PaperForecast

_log = structlog.get_logger()


class RollFile:
    """file None: nothing is kept. A file that cannot be read or written costs the forecast alone,
    so it is logged and work goes on."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def load(self, otherwise: PaperForecast) -> PaperForecast:
        if self._file is None or not self._file.exists():
            return otherwise
        try:
            return _forecast(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError) as error:
            _log.warning("paper_forecast_unreadable", file=str(self._file), reason=str(error))
            return otherwise

    def save(self, forecast: PaperForecast) -> None:
        """A new file takes the old one's place, so that a crash leaves one of them whole."""
        if self._file is None:
            return
        fresh = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(asdict(forecast)), encoding="utf-8")
            os.replace(fresh, self._file)
        except OSError as error:
            _log.warning("paper_forecast_unwritable", file=str(self._file), reason=str(error))


def _forecast(data: dict[str, Any]) -> PaperForecast:
    """Raises KeyError, TypeError or ValueError for what is no forecast."""
    lengths = {name: _length(data[name]) for name in ("ticket_mm", "used_mm", "past_near_end_mm")}
    return PaperForecast(
        _lesson(data["roll"]),
        _lesson(data["reserve"]),
        out=bool(data["out"]),
        hand_inside=bool(data["hand_inside"]),
        **lengths,
    )


def _lesson(data: dict[str, Any]) -> Lesson:
    return Lesson(_length(data["mm"]), int(data["times"]))


def _length(value: Any) -> float | None:
    if value is None:
        return None
    if not 0 <= (length := float(value)) < 1e7:
        raise ValueError(f"{length} mm is no length of paper")
    return length
