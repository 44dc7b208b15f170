"""`simulate card-reader|social-card-reader …`: virtual readers that do what standard input says.

One command in a line, one JSON object for each: `lay ID`, `lift`, `fault NAME [REPLIES]`, `unplug`,
`plug`. They run until standard input ends or a signal comes.
"""

from __future__ import annotations

import argparse
import inspect
import json
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardware.cli.command import WrongCommandLine, member, nothing
from hardware.errors import DeviceError
from hardware.words import help_words

if TYPE_CHECKING:
    from hardware.simulators.people import Citizen, People

_PEOPLE = Path(__file__).resolve().parents[2] / "config" / "demo" / "people.toml"
Action = Callable[..., object]


def add(actions: Any) -> None:
    reader = actions.add_parser("card-reader", help=help_words("simulate_card_reader"))
    place = reader.add_mutually_exclusive_group(required=True)
    place.add_argument("--link", type=Path, metavar="PATH", help=help_words("simulate_link"))
    place.add_argument("--listen", metavar="HOST:PORT", help=help_words("simulate_listen"))
    reader.add_argument("--baud", type=int, default=None, help=help_words("simulate_baud"))
    reader.add_argument("--read-s", type=float, default=0.0, help=help_words("simulate_read_s"))
    social = actions.add_parser("social-card-reader", help=help_words("simulate_social_reader"))
    social.add_argument(
        "--listen", required=True, metavar="HOST:PORT", help=help_words("simulate_vpcd")
    )
    social.add_argument("--version", default="2.00", help=help_words("simulate_version"))
    for parser, command in ((reader, _card_reader), (social, _social_card_reader)):
        parser.add_argument("--people", type=Path, default=_PEOPLE)
        parser.set_defaults(command=command, timeout=None, prepare=nothing)


def _card_reader(options: argparse.Namespace) -> dict[str, Any]:
    from hardware.simulators.card_reader import NetCardReader, ReaderFault, VirtualCardReader
    from hardware.simulators.devices import split_address
    from hardware.simulators.people import load_people

    people = load_people(options.people)
    reader: NetCardReader | VirtualCardReader
    if options.link:
        reader = VirtualCardReader(options.link.absolute(), options.read_s, options.baud)
    else:
        reader = NetCardReader(*split_address(options.listen), options.read_s)
    reader.start()

    def fault(name: str, replies: str = "") -> None:
        reader.set_fault(member(ReaderFault, name), _count(replies) if replies else None)

    actions: dict[str, Action] = {
        "lay": lambda citizen: reader.lay(_citizen(people, citizen).card()),
        "lift": reader.lift,
        "fault": fault,
        "unplug": reader.stop,
        "plug": reader.start,
    }
    return _obey(reader.port, actions, reader.stop)


def _social_card_reader(options: argparse.Namespace) -> dict[str, Any]:
    from hardware.simulators.devices import split_address
    from hardware.simulators.people import load_people
    from hardware.simulators.social_card import VirtualSocialCard
    from hardware.simulators.social_reader import SocialFault, VirtualSocialReader
    from hardware.social_card.record_map import load_map

    people, record_map = load_people(options.people), load_map()
    reader = VirtualSocialReader(*split_address(options.listen))
    reader.start()

    def lay(citizen: str) -> None:
        data = _citizen(people, citizen).social_card(options.version)
        reader.lay(VirtualSocialCard(data, record_map))

    actions: dict[str, Action] = {
        "lay": lay,
        "lift": reader.lift,
        "fault": lambda name, after="0": reader.set_fault(member(SocialFault, name), _count(after)),
        "unplug": reader.stop,
        "plug": reader.start,
    }
    return _obey(reader.url, actions, reader.stop)


def _obey(port: str, actions: Mapping[str, Action], stop: Callable[[], None]) -> dict[str, Any]:
    """Says where the device stands, then obeys line by line."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    try:
        _say({"ready": True, "port": port})
        for line in sys.stdin:
            if words := line.split():
                _say(_done(actions, words))
    except _Leaving:
        return {}
    finally:
        stop()
    return {}


class _Leaving(Exception):
    """A signal came."""


def _leave(_number: int, _frame: object) -> None:
    raise _Leaving


def _done(actions: Mapping[str, Action], words: list[str]) -> dict[str, Any]:
    line = " ".join(words)
    try:
        action = actions.get(words[0])
        if action is None or not _takes(action, len(words) - 1):
            known = ", ".join(actions)
            raise WrongCommandLine("simulator_command", words=line, known=known)
        action(*words[1:])
    except DeviceError as error:
        return {"error": {"code": error.code, "message": error.detail, "detail": error.data}}
    return {"done": line}


def _takes(action: Action, words: int) -> bool:
    try:
        inspect.signature(action).bind(*range(words))
    except TypeError:
        return False
    return True


def _citizen(people: People, name: str) -> Citizen:
    found = people.by_id(name)
    if found is None:
        known = ", ".join(each.id for each in people.citizens)
        raise WrongCommandLine("simulator_command", words=name, known=known)
    return found


def _count(text: str) -> int:
    if not text.isdecimal():
        raise WrongCommandLine("simulator_command", words=text, known="0, 1, 2, …")
    return int(text)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()
