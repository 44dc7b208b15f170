"""`./hall kiosk pin`: asks for the staff menu's PIN and writes its hash into the settings file."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from foundation.durable import settle_folder
from foundation.settings_file import SettingsError
from kiosk.settings import load_kiosk_settings
from kiosk.staff_pin import PinUnusable, hash_pin
from kiosk.texts import SHIPPED, load_texts

_HEADER = re.compile(r"^\[staff\][^\S\n]*(#.*)?$", re.MULTILINE)
_KEY = re.compile(r"^pin_hash\s*=.*$", re.MULTILINE)
_TABLE = re.compile(r"^\s*\[", re.MULTILINE)


def _both(key: str, **values: object) -> str:
    """A text of the screens' files in both languages, for a terminal."""
    return " / ".join(load_texts(language)(f"pin_command.{key}", **values) for language in SHIPPED)


def with_hash(text: str, kept: str) -> str:
    """The settings file's text with this `pin_hash` in its table [staff], all else as it was."""
    line = f'pin_hash = "{kept}"'
    header = _HEADER.search(text)
    if header is None:
        return f"{text.rstrip()}\n\n[staff]\n{line}\n"
    after = _TABLE.search(text, header.end())
    end = after.start() if after else len(text)
    body = text[header.end() : end]
    changed = _KEY.sub(lambda _: line, body, count=1) if _KEY.search(body) else f"\n{line}{body}"
    return text[: header.end()] + changed + text[end:]


def write_hash(file: Path, kept: str) -> None:
    """In place of the old file, with its owner and mode. Raises SettingsError or OSError; then
    the old one stands."""
    load_kiosk_settings(file)
    before = file.stat()
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.touch(mode=0o600)
        with draft.open("w", encoding="utf-8") as out:
            out.write(with_hash(file.read_text(encoding="utf-8"), kept))
            out.flush()
            os.fsync(out.fileno())
        load_kiosk_settings(draft)
        os.chmod(draft, before.st_mode & 0o7777)
        if os.geteuid() == 0:
            os.chown(draft, before.st_uid, before.st_gid)
        draft.replace(file)
        settle_folder(file.parent)
    finally:
        draft.unlink(missing_ok=True)


def _asked() -> str:
    """From the terminal, twice and unseen; from a pipe, one line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    first = getpass.getpass(f"{_both('ask')}: ")
    if first != getpass.getpass(f"{_both('again')}: "):
        raise PinUnusable("unlike", "the two are not the same")
    return first


def main(arguments: Sequence[str], default: Path, asked: Callable[[], str] = _asked) -> int:
    """`./hall kiosk pin`. 0 set, 1 not set, 2 wrong command."""
    parser = argparse.ArgumentParser(prog="kiosk pin", description=_both("about"))
    parser.add_argument("--config", type=Path, default=default, metavar="FILE")
    file = parser.parse_args(list(arguments)).config
    try:
        write_hash(file, hash_pin(asked()))
    except PinUnusable as error:
        return _refused(_both(error.code))
    except (SettingsError, OSError) as error:
        return _refused(str(error))
    print(json.dumps({"set": True, "file": str(file)}), flush=True)
    return 0


def _refused(why: str) -> int:
    print(f"kiosk pin: {why}", file=sys.stderr)
    return 1
