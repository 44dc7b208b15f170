"""Hands each `./hall` command to whoever does it. Decides nothing itself.

Imports are made inside the branches: `./hall server` must not pay for what `./hall gallery` needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from launcher.places import ROOT
from launcher.rooms import ROOM_COMMANDS, run_room


def _demo(arguments: Sequence[str]) -> int:
    from launcher.demo import main

    return main(arguments)


def _test(arguments: Sequence[str]) -> int:
    from launcher.quality import test

    return test(arguments)


def _check(arguments: Sequence[str]) -> int:
    from launcher.quality import check

    return check(arguments)


def _bench(arguments: Sequence[str]) -> int:
    from launcher.bench import main

    return main(arguments)


def _doctor(arguments: Sequence[str]) -> int:
    from launcher.doctor import main

    return main(arguments)


def _gallery(arguments: Sequence[str]) -> int:
    from launcher.gallery import main

    return main(arguments)


def _install(arguments: Sequence[str]) -> int:
    from launcher.service_install import main

    return main(arguments)


def _help(_arguments: Sequence[str]) -> int:
    print((ROOT / "assets/i18n/launcher.help.txt").read_text(encoding="utf-8"), end="")
    return 0


OWN_COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "demo": _demo,
    "test": _test,
    "check": _check,
    "bench": _bench,
    "doctor": _doctor,
    "gallery": _gallery,
    "install": _install,
    "help": _help,
}


def main(arguments: Sequence[str]) -> int:
    """Runs one command; returns its exit status. `hall` has already refused unknown ones."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", ())
    if command in ROOM_COMMANDS:
        run_room(command, rest)
    return OWN_COMMANDS.get(command, _help)(rest)
