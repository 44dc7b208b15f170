"""`device card …`: the resident ID-card reader by hand."""

from __future__ import annotations

import argparse
import base64
import dataclasses
import json
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from foundation.settings_file import load_settings
from hardware.cli.command import (
    Command,
    WrongCommandLine,
    add_command,
    must_be_writable,
    nothing,
    save,
)
from hardware.id_card.decoder import ConfinedDecoder, PhotoDecoderSettings
from hardware.id_card.driver import SamCardReader
from hardware.id_card.opening import AUTO_BAUD
from hardware.id_card.photo import PhotoUnusable, check_wlt
from hardware.id_card.protocol import PHOTO_BYTES, SET_BAUD
from hardware.os_trouble import reason
from hardware.ports import CardEvent, CardRead, CardRecord, CardUnreadable, ReaderAway
from hardware.wiring import CardReaderSettings, make_card_reader
from hardware.words import help_words, state_words


def add(kinds: Any) -> None:
    actions = kinds.add_parser("card", help=help_words("card")).add_subparsers(
        required=True, metavar="read|status|reset|number|photo|decode|set-baud|watch"
    )
    read = _add(actions, "read", _read, "card_read")
    read.add_argument("--fingerprint", action="store_true", help=help_words("card_fingerprint"))
    _add(actions, "status", _status, "card_status")
    _add(actions, "reset", _reset, "card_reset")
    _add(actions, "number", _number, "card_number")
    photo = _add(actions, "photo", _photo, "card_photo", _prepare_photo)
    photo.add_argument("--out", type=Path, required=True, metavar="FILE.bmp|FILE.wlt")
    _add_decoder(photo, required=False)
    decode = add_command(actions, "decode", _decode, "card_decode")
    decode.add_argument("photo", metavar="FILE.wlt")  # or - for standard input
    _add_decoder(decode, required=True)
    speed = _add(actions, "set-baud", _set_baud, "card_set_baud")
    speed.add_argument("speed", type=int, choices=sorted(SET_BAUD))
    _add(actions, "watch", _watch, "card_watch")


def _add(
    actions: Any,
    name: str,
    command: Command,
    text: str,
    prepare: Callable[[argparse.Namespace], None] = nothing,
) -> argparse.ArgumentParser:
    parser = add_command(actions, name, command, text, prepare)
    parser.add_argument("--port", required=True, help=help_words("card_port"))
    parser.add_argument("--baud", type=_baud, default=AUTO_BAUD, help=help_words("card_baud"))
    return parser


def _add_decoder(parser: argparse.ArgumentParser, *, required: bool) -> None:
    decoder = parser.add_mutually_exclusive_group(required=required)
    decoder.add_argument("--decoder", metavar="COMMAND", help=help_words("card_decoder"))
    decoder.add_argument("--library", type=Path, metavar="FILE.so", help=help_words("card_library"))
    decoder.add_argument("--settings", type=Path, help=help_words("card_decoder_settings"))
    parser.add_argument("--function", default="unpack", help=help_words("card_function"))


def _baud(text: str) -> int:
    if text == "auto":
        return AUTO_BAUD
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: auto, 9600 – 115200")
    return int(text)


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
        raise WrongCommandLine("speed_needs_serial", port=options.port)
    return _with_reader(options, lambda reader: {"baud": reader.module.change_baud(options.speed)})


def _prepare_photo(options: argparse.Namespace) -> None:
    """Raises what would fail only after the card was read."""
    must_be_writable(options.out)
    if not _undecoded(options):
        _decoder(options).check()


def _undecoded(options: argparse.Namespace) -> bool:
    """Whether the record's own bytes are asked for, which needs no decoder."""
    return bool(options.out.suffix.lower() == ".wlt")


def _decoder(options: argparse.Namespace) -> ConfinedDecoder:
    settings = _decoder_settings(options)
    if not settings.named:
        raise WrongCommandLine("decoder_unnamed")
    return ConfinedDecoder(settings)


def _photo(options: argparse.Namespace) -> dict[str, Any]:
    if _undecoded(options):
        return _with_reader(options, lambda reader: _save_record(options, reader))
    decoder = _decoder(options)

    def use(reader: SamCardReader) -> dict[str, Any]:
        photo = decoder.decode(reader.read_card(options.timeout).photo)
        save(options.out, lambda: options.out.write_bytes(photo.bmp))
        return {
            "out": str(options.out),
            "width_px": photo.width_px,
            "height_px": photo.height_px,
        }

    return _with_reader(options, use)


def _save_record(options: argparse.Namespace, reader: SamCardReader) -> dict[str, Any]:
    wlt = check_wlt(reader.read_card(options.timeout).photo)
    save(options.out, lambda: options.out.write_bytes(wlt))
    return {"out": str(options.out), "photo_bytes": len(wlt)}


def _decode(options: argparse.Namespace) -> dict[str, Any]:
    """bmp: the picture, in base64."""
    photo = _decoder(options).decode(_record(options.photo))
    bmp = base64.b64encode(photo.bmp).decode()
    return {"width_px": photo.width_px, "height_px": photo.height_px, "bmp": bmp}


def _record(name: str) -> bytes:
    """At most one byte more than a photo has. Raises PhotoUnusable for a file that is not there."""
    if name == "-":
        return sys.stdin.buffer.read(PHOTO_BYTES + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(PHOTO_BYTES + 1)
    except OSError as error:
        raise PhotoUnusable("file_unreadable", file=name, reason=reason(error)) from error


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
        line = json.dumps(seen, ensure_ascii=False) if options.json else _told(seen)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def use(reader: SamCardReader) -> dict[str, Any]:
        reader.watch(tell, stop)
        return {}

    return _with_reader(options, use)


def _told(seen: dict[str, str]) -> str:
    """`seen` for people: what happened, then the kind of card or the error's code."""
    words = str(state_words(f"card_{seen['event']}"))
    return " ".join((words, *(f"({value})" for name, value in seen.items() if name != "event")))


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
