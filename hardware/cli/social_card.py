"""`device social-card …`: the social-security card by hand."""

from __future__ import annotations

import argparse
import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

from hardware.cli.command import add_command
from hardware.ports import SocialCard
from hardware.social_card.pcsc import reader_names
from hardware.social_card.record_map import STANDARD_MAP
from hardware.wiring import SocialCardSettings, make_social_card_reader
from hardware.words import help_words


def add(kinds: Any) -> None:
    actions = kinds.add_parser("social-card", help=help_words("social_card")).add_subparsers(
        required=True, metavar="read|list"
    )
    read = add_command(actions, "read", _read, "social_card_read")
    read.add_argument(
        "--reader",
        default="pcsc:",
        help=help_words("social_card_reader"),
    )
    read.add_argument("--map", type=Path, default=STANDARD_MAP, help=help_words("social_card_map"))
    add_command(actions, "list", _list, "social_card_list")


def _read(options: argparse.Namespace) -> dict[str, Any]:
    reader = make_social_card_reader(SocialCardSettings(options.reader, options.map))
    try:
        return social_card_json(reader.read_card(options.timeout))
    finally:
        reader.close()


def social_card_json(card: SocialCard) -> dict[str, Any]:
    """What a card does not hold is null."""
    fields = {field.name: getattr(card, field.name) for field in dataclasses.fields(card)}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in fields.items()
    }


def _list(_options: argparse.Namespace) -> dict[str, Any]:
    return {"readers": reader_names()}
