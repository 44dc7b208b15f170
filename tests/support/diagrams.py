"""Draws tables and diagrams of the documentation: `python -m tests.support.diagrams`."""

from __future__ import annotations

from pathlib import Path

from queue_server.access.roles import TABLE as ROLES
from queue_server.access.roles import Act
from queue_server.domain.lifecycle import TABLE as LIFECYCLE
from queue_server.domain.vocabulary import ENDED, TicketStatus

DOCS = Path(__file__).parents[2] / "docs"
NOTE = "*Drawn from the code by `python -m tests.support.diagrams`; a test compares the two.*"


def lifecycle() -> str:
    lines = [
        "# Lifecycle of a ticket",
        "",
        NOTE,
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {TicketStatus.WAITING}: issued",
    ]
    for status, row in LIFECYCLE.items():
        for happening, targets in row.items():
            lines += [f"    {status} --> {to}: {happening}" for to in sorted(targets)]
    lines += [f"    {status} --> [*]" for status in TicketStatus if status in ENDED]
    return "\n".join([*lines, "```", ""])


def roles() -> str:
    columns = list(ROLES)
    lines = [
        "# What each role may do",
        "",
        NOTE,
        "",
        "Everything that is not ticked is refused. A token or a login belongs to one hall; a",
        "clerk's may be limited to one window. `public` is anybody without a token, and only where",
        "the hall's `public_screen` is on.",
        "",
        f"| | {' | '.join(columns)} |",
        f"|---|{'---|' * len(columns)}",
    ]
    for act in Act:
        ticks = " | ".join("✓" if act in ROLES[role] else "" for role in columns)
        lines.append(f"| {act} | {ticks} |")
    return "\n".join([*lines, ""])


PAGES = {"lifecycle.md": lifecycle, "roles.md": roles}

if __name__ == "__main__":
    for name, draw in PAGES.items():
        (DOCS / name).write_text(draw(), encoding="utf-8")
