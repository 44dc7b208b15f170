"""Numbers of identity cards: whether their form and check are right, and how they are shown.

Pure; a number goes in and nothing is kept.
"""

from __future__ import annotations

import re
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_FOREIGNER_2017 = re.compile(r"[A-Z]{3}[0-9]{12}")


def check_character(first_17_digits: str) -> str:
    """The 18th character (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(
        weight * int(digit) for weight, digit in zip(_WEIGHTS, first_17_digits, strict=True)
    )
    return _CHECK_CHARACTERS[total % 11]


def is_valid_id_number(number: str) -> bool:
    """18 characters whose check is right."""
    return bool(_RESIDENT.fullmatch(number)) and check_character(number[:17]) == number[17]


def birth_in(number: str) -> date | None:
    """The date of birth that a resident's number tells; None when it is none, or no date."""
    if not is_valid_id_number(number.upper()):
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_foreigner_2017_number(number: str) -> bool:
    """15 characters: three letters of the country, twelve digits (its form alone is checked)."""
    return bool(_FOREIGNER_2017.fullmatch(number))


def is_plausible_id_number(number: str) -> bool:
    """Whether a number that somebody typed can stand on a card: resident and residence-permit
    numbers by their check, those of foreigners' older cards by their form."""
    wanted = number.strip().upper()
    return is_valid_id_number(wanted) or is_foreigner_2017_number(wanted)
