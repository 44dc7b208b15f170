"""`device keypad watch`: shows what a pad sends, for finding its codes and addresses."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from hardware.cli.command import add_command
from hardware.keypad.make import PadMake, load_pad
from hardware.keypad.protocol import Damage, NeedData, PadFrame, PadParser
from hardware.serial_bus import BusLink
from hardware.words import help_words

_LISTEN_S = 0.1


def add(kinds: Any) -> None:
    actions = kinds.add_parser("keypad", help=help_words("keypad")).add_subparsers(
        required=True, metavar="watch"
    )
    watch = add_command(actions, "watch", _watch, "keypad_watch")
    watch.add_argument("--port", required=True, help=help_words("keypad_port"))
    watch.add_argument("--make", default="standard", help=help_words("keypad_make"))
    watch.add_argument("--baud", type=int, help=help_words("keypad_baud"))


def _watch(options: argparse.Namespace) -> dict[str, Any]:
    """Answers every frame, whatever its address, and prints one line for each."""
    make = load_pad(options.make)
    link = BusLink(options.port, options.baud or make.baud)
    end = time.monotonic() + options.timeout
    parser, frames, damaged = PadParser(), 0, 0
    try:
        while (left_s := end - time.monotonic()) > 0:
            parser.receive(link.read(min(_LISTEN_S, left_s)))
            while not isinstance(event := parser.next_event(), NeedData):
                if isinstance(event, Damage):
                    damaged += 1
                    continue
                frames += 1
                link.write(make.seen(event).to_bytes())
                _print(_described(make, event), options.json)
    finally:
        link.close()
    return {"frames": frames, "damaged": damaged}


def _described(make: PadMake, frame: PadFrame) -> dict[str, Any]:
    """As the make's map has it; key and level are null for a code that it does not name."""
    rating = make.is_rating(frame)
    return {
        "address": frame.address,
        "code": f"{frame.function:02X}",
        "data": frame.data.hex(" ").upper(),
        "key": None if rating else make.key_of(frame),
        "level": make.level_of(frame) if rating else None,
    }


def _print(event: dict[str, Any], as_json: bool) -> None:
    if as_json:
        text = json.dumps(event)
    else:
        meaning = event["key"] or (f"rating {event['level']}" if event["level"] else "?")
        text = f"address {event['address']:3}  code {event['code']} {event['data']}  {meaning}"
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
