"""The words after `./hall bench face`, and refusals in the shape that every command has."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import NoReturn

USAGE, INTERRUPTED = 2, 130
_CALLER_FOLDER = "HALL_CALLER_FOLDER"  # set by launcher/bench.py


class Parser(argparse.ArgumentParser):
    """--json has its one error shape on standard output here too."""

    def error(self, message: str) -> NoReturn:
        if "--json" in sys.argv[1:]:
            said = {"code": "usage", "message": message, "detail": {}}
            print(json.dumps({"error": said}, ensure_ascii=False))
        print(f"{self.prog}: {message}\n{self.prog} --help", file=sys.stderr)
        sys.exit(USAGE)


def parser(about: str) -> Parser:
    made = Parser(
        prog="./hall bench face",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--data", type=_typed, metavar="DIR", help="person/picture files, films")
    made.add_argument("--journey", action="store_true", help="one check at a whole kiosk")
    made.add_argument("--films", type=_typed, metavar="DIR", help="films elsewhere than in --data")
    made.add_argument(
        "--level", type=_count, metavar="N", help="a person is a folder so many levels down"
    )
    made.add_argument(
        "--attacks-from", type=_number, default=10, metavar="N",
        help="living people's films that attacks are made from (10)",
    )  # fmt: skip
    made.add_argument("--out", type=_typed, metavar="FILE", help="draws the ROC there, as PNG")
    made.add_argument(
        "--jobs", type=_count, default=os.cpu_count() or 1, metavar="N",
        help="pictures looked at together (as many as there are processors)",
    )  # fmt: skip
    made.add_argument(
        "--json", action="store_true", help="refusals as JSON too; reports are always"
    )
    return made


def _typed(text: str) -> Path:
    """A path is meant from where it was typed."""
    return Path(os.environ.get(_CALLER_FOLDER, "."), text)


def _number(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text}: 0 or more")
    return value


def _count(text: str) -> int:
    if (value := _number(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text}: 1 or more")
    return value
