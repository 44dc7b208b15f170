"""`device card …`: the resident ID-card reader by hand."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from foundation.settings_file import load_settings
from hardware.cli.command import WrongCommandLine, add_command, save
from hardware.id_card.decoder import PhotoDecoderSettings
from hardware.id_card.driver import SamCardReader
from hardware.id_card.opening import AUTO_BAUD
from hardware.id_card.protocol import SET_BAUD
from hardware.ports import CardEvent, CardRead, CardRecord, CardUnreadable, ReaderAway
from hardware.wiring import CardReaderSettings, make_card_reader, make_photo_decoder


def add(kinds: Any) -> None:
    actions = kinds.add_parser("card", help="ID-card reader").add_subparsers(
        required=True, metavar="read|status|reset|number|photo|set-baud|watch"
    )
    read = _add(actions, "read", _read, "wait for one card and read it")
    read.add_argument("--fingerprint", action="store_true", help="read fingerprints too")
    _add(actions, "status", _status, "ask the module how it is and who it is")
    _add(actions, "reset", _reset, "restart the module")
    _add(actions, "number", _number, "read the card's own (management) number")
    photo = _add(actions, "photo", _photo, "read one card, decode its photo, save it as BMP")
    photo.add_argument("--out", type=Path, required=True, metavar="FILE.bmp")
    decoder = photo.add_mutually_exclusive_group(required=True)
    decoder.add_argument("--decoder", metavar="COMMAND", help="called as: COMMAND IN.wlt OUT.bmp")
    decoder.add_argument("--library", type=Path, metavar="FILE.so", help="a maker's library")
    decoder.add_argument("--settings", type=Path, help="as config/devices/photo-decoder.toml")
    photo.add_argument("--function", default="unpack", help="the library's function")
    speed = _add(actions, "set-baud", _set_baud, "change the line's speed for good")
    speed.add_argument("speed", type=int, choices=sorted(SET_BAUD))
    _add(actions, "watch", _watch, "tell cards laid down and taken away, until --timeout")


def _add(
    actions: Any, name: str, command: Callable[[argparse.Namespace], dict[str, Any]], text: str
) -> argparse.ArgumentParser:
    parser = add_command(actions, name, command, text)
    parser.add_argument(
        "--port", required=True, help="a tty, socket://HOST:PORT or usb://VENDOR:PRODUCT"
    )
    parser.add_argument(
        "--baud", type=_baud, default=AUTO_BAUD, help="auto (as if left out) or a speed"
    )
    return parser


def _baud(text: str) -> int:
    return AUTO_BAUD if text == "auto" else int(text)


def _with_reader(
    options: argparse.Namespace, use: Callable[[SamCardReader], dict[str, Any]]
) -> dict[str, Any]:
    fingerprint = getattr(options, "fingerprint", False)
    reader = make_card_reader(CardReaderSettings(options.port, options.baud, fingerprint))
    try:
        return use(reader)
    finally:
        reader.close()


def _read(options: argparse.Namespace) -> dict[str, Any]:
    def use(reader: SamCardReader) -> dict[str, Any]:
        record = reader.read_card(options.timeout)
        shown = card_json(record)
        if options.fingerprint:
            shown["fingerprint_bytes"] = len(record.fingerprint)
        return shown

    return _with_reader(options, use)


def card_json(record: CardRecord) -> dict[str, Any]:
    """What a card type does not have is null; photo and fingerprint are not shown, at most
    counted."""
    fields = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    last = {"photo_bytes": len(fields.pop("photo")), "sam_id": fields.pop("sam_id")}
    del fields["fingerprint"]
    shown = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in fields.items()
    }
    return {**shown, **last}


def _status(options: argparse.Namespace) -> dict[str, Any]:
    def use(reader: SamCardReader) -> dict[str, Any]:
        module = reader.module
        module.check()
        return {"state": "ok", "sam_id": module.sam_id(), "baud": module.baud}

    return _with_reader(options, use)


def _reset(options: argparse.Namespace) -> dict[str, Any]:
    def use(reader: SamCardReader) -> dict[str, Any]:
        reader.module.reset()
        return {"reset": True}

    return _with_reader(options, use)


def _number(options: argparse.Namespace) -> dict[str, Any]:
    def use(reader: SamCardReader) -> dict[str, Any]:
        number = reader.management_number(options.timeout)
        return {"management_number": None if number is None else number.hex()}

    return _with_reader(options, use)


def _set_baud(options: argparse.Namespace) -> dict[str, Any]:
    if "://" in options.port:
        raise WrongCommandLine("only a serial port's speed can be changed", port=options.port)
    return _with_reader(options, lambda reader: {"baud": reader.module.change_baud(options.speed)})


def _photo(options: argparse.Namespace) -> dict[str, Any]:
    decoder = make_photo_decoder(_decoder_settings(options))
    if decoder is None:
        raise WrongCommandLine("the settings name no decoder")

    def use(reader: SamCardReader) -> dict[str, Any]:
        photo = decoder.decode(reader.read_card(options.timeout).photo)
        save(options.out, lambda: options.out.write_bytes(photo.bmp))
        return {
            "out": str(options.out),
            "width_px": photo.width_px,
            "height_px": photo.height_px,
        }

    return _with_reader(options, use)


def _decoder_settings(options: argparse.Namespace) -> PhotoDecoderSettings:
    if options.settings:
        return load_settings(options.settings, PhotoDecoderSettings)
    return PhotoDecoderSettings(
        command=options.decoder or "", library=options.library, function=options.function
    )


def _watch(options: argparse.Namespace) -> dict[str, Any]:
    """One line for each event, as it happens; what stands on a card is not shown."""
    stop = threading.Event()
    ending = threading.Timer(options.timeout, stop.set)
    ending.daemon = True
    ending.start()

    def tell(event: CardEvent) -> None:
        seen = _event_json(event)
        line = json.dumps(seen, ensure_ascii=False) if options.json else " ".join(seen.values())
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def use(reader: SamCardReader) -> dict[str, Any]:
        reader.watch(tell, stop)
        return {}

    return _with_reader(options, use)


_EVENTS = {
    "CardSeen": "seen",
    "CardRead": "read",
    "CardUnreadable": "unreadable",
    "CardRemoved": "removed",
    "ReaderAway": "reader_away",
    "ReaderBack": "reader_back",
}


def _event_json(event: CardEvent) -> dict[str, str]:
    shown = {"event": _EVENTS[type(event).__name__]}
    if isinstance(event, CardRead):
        shown["type"] = event.record.type
    if isinstance(event, CardUnreadable | ReaderAway):
        shown["code"] = event.error.code
    return shown
