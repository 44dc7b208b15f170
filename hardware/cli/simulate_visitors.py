"""`simulate visitors`: a virtual day of visitors and clerks against a running server."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from hardware.cli.command import WrongCommandLine, nothing
from hardware.words import help_words, state_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardware.simulators.visitor_day import Told, VisitorDay

_CONNECT_S, _ANSWER_S = 5.0, 10.0
_TOLD_EVERY_S = 5.0
_DEMO_SERVER = "http://127.0.0.1:8701"
_TOKEN = "HALL_TOKEN"  # noqa: S105 - the variable's name


def add(actions: Any) -> None:
    day = actions.add_parser("visitors", help=help_words("simulate_visitors"))
    day.add_argument("--server", default=_DEMO_SERVER, help=help_words("simulate_server"))
    day.add_argument("--hall", default="demo", help=help_words("simulate_hall"))
    day.add_argument(
        "--token", default=os.environ.get(_TOKEN, ""), help=help_words("simulate_token")
    )
    day.add_argument("--people", type=_count, default=200, help=help_words("simulate_people"))
    day.add_argument("--speed", type=_above_0, default=60.0, help=help_words("simulate_speed"))
    day.add_argument("--for", dest="longest", type=_seconds, help=help_words("simulate_for"))
    day.add_argument("--seed", type=int, default=1, help=help_words("simulate_seed"))
    day.add_argument("--json", action="store_true", help=help_words("json"))
    day.set_defaults(command=_visitors, timeout=None, prepare=nothing)


def _count(text: str) -> int:
    if not 1 <= int(text) <= 100_000:
        raise ValueError(text)
    return int(text)


def _above_0(text: str) -> float:
    if not 0 < float(text) <= 100_000:
        raise ValueError(text)
    return float(text)


def _seconds(text: str) -> float:
    """`90`, `90s`, `5m`, `1h`."""
    unit = {"s": 1, "m": 60, "h": 3600}.get(text[-1:], 0)
    return _above_0(text[:-1]) * unit if unit else _above_0(text)


def _visitors(options: argparse.Namespace) -> dict[str, Any]:
    """Runs until the day is over, `--for` has gone, or a signal comes; tells what has been."""
    from hardware.hall_line import HallLine
    from hardware.simulators.visitor_day import VisitorDay
    from hardware.simulators.visitors import day_of

    if not options.token:
        raise WrongCommandLine("simulate_no_token", hall=options.hall)
    line = HallLine(options.server, options.hall, options.token, _CONNECT_S, _ANSWER_S)
    hall = line.ask("GET", "")
    windows = [each["id"] for each in hall["windows"] if each["state"] == "open"]
    services = _served(hall, windows)
    if not services:
        raise WrongCommandLine("simulate_hall_shut", hall=options.hall)
    visitors = day_of(services, options.people, options.seed)
    day = VisitorDay(line, visitors, options.speed, elderly=_has_elderly(hall))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: day.stop())
    return _followed(day, windows, options.longest).report()


def _served(hall: Mapping[str, Any], windows: list[str]) -> list[str]:
    """The services that give numbers now and that an open window serves."""
    offered = [each for each in hall["services"] if each["accepting"]]
    return [each["id"] for each in offered if set(each["windows"]) & set(windows)]


def _has_elderly(hall: Mapping[str, Any]) -> bool:
    return any(each["id"] == "elderly" for each in hall["priority_classes"])


def _followed(day: VisitorDay, windows: list[str], longest_s: float | None) -> Told:
    over = threading.Event()

    def tell() -> None:
        while not over.wait(_TOLD_EVERY_S):
            told = day.told
            figures = {"issued": told.issued, "people": told.people, "served": told.served}
            sys.stderr.write(f"{state_words('simulate_so_far', **figures)}\n")
            sys.stderr.flush()

    threading.Thread(target=tell, daemon=True).start()
    try:
        return day.run(windows, longest_s)
    finally:
        over.set()
