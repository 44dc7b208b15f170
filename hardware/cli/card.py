"""`device card …`: the resident ID-card reader by hand."""

from __future__ import annotations

import argparse
import dataclasses
from datetime import date
from typing import Any

from hardware.cli.command import add_command
from hardware.ports import CardRecord
from hardware.wiring import CardReaderSettings, make_card_reader


def add(kinds: Any) -> None:
    actions = kinds.add_parser("card", help="ID-card reader").add_subparsers(
        required=True, metavar="read"
    )
    read = add_command(actions, "read", _read, "wait for one card and read it")
    read.add_argument("--port", required=True, help="a tty, or socket://host:port")
    read.add_argument("--baud", type=int, default=115200)


def _read(options: argparse.Namespace) -> dict[str, Any]:
    reader = make_card_reader(CardReaderSettings(options.port, options.baud))
    try:
        return card_json(reader.read_card(options.timeout))
    finally:
        reader.close()


def card_json(record: CardRecord) -> dict[str, Any]:
    """What a card type does not have is null; the photo is only counted."""
    fields = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    photo = fields.pop("photo")
    sam_id = fields.pop("sam_id")
    shown = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in fields.items()
    }
    return {**shown, "photo_bytes": len(photo), "sam_id": sam_id}
