"""What argparse, which knows English alone, finds wrong with a command line. Pure."""

from __future__ import annotations

import re

from hardware.words import Words, state_words

_SAYINGS = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"unrecognized arguments: (?P<given>.+)", "usage_unknown"),
        (r"the following arguments are required: (?P<name>.+)", "usage_missing"),
        (r"one of the arguments (?P<name>.+) is required", "usage_one_of"),
        (r"argument (?P<name>.+): not allowed with argument (?P<other>.+)", "usage_not_with"),
        (
            r"argument (?P<name>.+): invalid choice: (?P<given>.+) \(choose from (?P<known>.+)\)",
            "usage_choice",
        ),
        (r"argument (?P<name>.+): invalid .+ value: (?P<given>.+)", "usage_value"),
        (r"argument (?P<name>.+): expected .+", "usage_bare"),
    )
)


def usage_words(message: str) -> Words:
    """argparse's own words where it says something that is not foreseen here."""
    for pattern, key in _SAYINGS:
        if found := pattern.fullmatch(message):
            return state_words(key, **found.groupdict())
    return Words(message, message)
