"""The ticket that a test prints: plainly a sample, which no hall issues."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from foundation.settings_file import load_settings
from hardware.ports import TicketContent

_FILE = Path(__file__).resolve().parents[2] / "config" / "devices" / "test-ticket.toml"


@dataclass(frozen=True, slots=True)
class _Sample:
    """The sample's words, from config/devices/test-ticket.toml."""

    hall_name: str
    number: str
    service_name: str
    people_ahead: int
    wait_text: str
    window_text: str
    class_label: str
    follow_url: str
    materials: tuple[str, ...]
    footer: str


def sample_ticket(zone: tzinfo | None = None) -> TicketContent:
    """zone: of the time on it; None is this machine's. Raises SettingsError for a file that cannot
    be read."""
    sample = load_settings(_FILE, _Sample)
    words = {field.name: getattr(sample, field.name) for field in fields(sample)}
    return TicketContent(issued_at=datetime.now(UTC).astimezone(zone), **words)
