"""The invented citizens of the demonstration and the cards they carry.

Nobody in it exists: region codes of no real place, names marked as samples, numbers valid in form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from foundation.id_number import is_foreigner_2017_number, is_valid_id_number
from foundation.settings_file import load_settings
from hardware.id_card import record
from hardware.id_card.protocol import PHOTO_BYTES
from hardware.ports import CardRecord, CardType
from hardware.simulators.sam import Card
from hardware.simulators.social_card import SocialCardData

# The header seen on real photos; what follows is blank, since no open encoder exists.
_SAMPLE_PHOTO = bytes.fromhex("574C66007E003200").ljust(PHOTO_BYTES, b"\0")


@dataclass(frozen=True, slots=True)
class Citizen:
    """valid_to None: for ever (长期). about: a few words for the page that offers the card."""

    id: str
    type: CardType
    name: str
    sex_code: str
    birth: date
    id_number: str
    valid_from: date
    about: str
    valid_to: date | None = None
    english_name: str | None = None
    ethnicity_code: str | None = None
    address: str | None = None
    newest_address: str | None = None
    authority: str | None = None
    pass_number: str | None = None
    issue_count: str | None = None
    nationality: str | None = None

    def __post_init__(self) -> None:
        valid = is_foreigner_2017_number if self.type == "I" else is_valid_id_number
        if not valid(self.id_number):
            raise ValueError(f"{self.id}: {self.id_number} is no valid number of type {self.type}")

    def card(self, fingerprint: bytes = b"") -> Card:
        text = record.encode(self._record())
        return Card(text, _SAMPLE_PHOTO, self.newest_address, fingerprint)

    def social_card(self, version: str = "2.00") -> SocialCardData:
        """Valid for twenty years from the day on which the ID card is."""
        issued = self.valid_from
        values = {
            "card_id": "9" * 32,
            "issuer": "9900000000000000000000AB",
            "issued": f"{issued:%Y%m%d}",
            "expires": f"{issued.year + 20}{issued:%m%d}",
            "card_number": "S99000001",
            "social_security_number": self.id_number,
            "name": self.name,
            "sex": self.sex_code,
        }
        return SocialCardData(values, version)

    def age_on(self, day: date) -> int:
        return (
            day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))
        )

    def _record(self) -> CardRecord:
        return CardRecord(
            type=self.type,
            name=self.name,
            english_name=self.english_name,
            sex="",
            sex_code=self.sex_code,
            ethnicity=None,
            ethnicity_code=self.ethnicity_code,
            birth=self.birth,
            address=self.address,
            newest_address=None,
            id_number=self.id_number,
            id_number_valid=True,
            authority=self.authority,
            valid_from=self.valid_from,
            valid_to=self.valid_to or "long_term",
            pass_number=self.pass_number,
            issue_count=self.issue_count,
            nationality=self.nationality,
            photo=b"",
            sam_id=None,
        )


@dataclass(frozen=True, slots=True)
class People:
    citizens: tuple[Citizen, ...]

    def __post_init__(self) -> None:
        if len({citizen.id for citizen in self.citizens}) != len(self.citizens):
            raise ValueError("two citizens have the same id")

    def named(self, citizen_id: str) -> Citizen:
        """Raises LookupError, with the ids there are."""
        found = self.by_id(citizen_id)
        if found is None:
            raise LookupError(f"citizens are {', '.join(each.id for each in self.citizens)}")
        return found

    def by_id(self, citizen_id: str) -> Citizen | None:
        return next((each for each in self.citizens if each.id == citizen_id), None)


def load_people(file: Path) -> People:
    """Raises SettingsError, also for a number whose check digit is wrong."""
    return load_settings(file, People)
