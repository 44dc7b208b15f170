"""Structured logs for every room: JSON lines on standard error, personal data masked.

The mask is a last line of defence; code must not hand personal data to a logger in the first place.
"""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

from foundation.hiding import hidden

# It would draw tracebacks in colour with rich; ours are lines of JSON, and rich and its lexers are
# an eighth of a server's start.
with hidden("rich"):
    import structlog

from foundation.recent_log import RecentLog

# GB 11643 numbers (17 digits and a check character) and the older 15-digit form.
_ID_NUMBER = re.compile(r"(?<!\d)\d{4}(?:\d{10}|\d{7})\d{3}[\dXx](?![\dXx])")


def mask_id_numbers(text: str) -> str:
    """`340524198001010018` → `3405**********0018`; anything else unchanged."""
    return _ID_NUMBER.sub(lambda m: f"{m[0][:4]}{'*' * (len(m[0]) - 8)}{m[0][-4:]}", text)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_id_numbers(value)
    if isinstance(value, dict):
        return {key: _masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner) for inner in value]
    return value


def _mask_event(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {key: _masked(value) for key, value in event.items()}


def configure_logs(room: str, level: str = "info") -> RecentLog:
    """Sets structlog up for this process; `room` stands in every line. Call once, from a CLI.
    Returns what keeps the newest lines."""
    kept = RecentLog()

    def name_room(
        _logger: Any, _name: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        event["room"] = room
        return event

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            name_room,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask_event,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.WriteLoggerFactory(file=kept),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    return kept
