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


def add(kinds: Any) -> None:
    actions = kinds.add_parser("social-card", help="social-security card").add_subparsers(
        required=True, metavar="read|list"
    )
    read = add_command(actions, "read", _read, "wait for one card and read it")
    read.add_argument(
        "--reader",
        default="pcsc:",
        help="pcsc:NAME (its beginning; none: the first), tcp://HOST:PORT",
    )
    read.add_argument("--map", type=Path, default=STANDARD_MAP, help="where records stand")
    add_command(actions, "list", _list, "the readers that the PC/SC service knows")


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
