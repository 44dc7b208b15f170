"""The part of hall.toml that is about pension-eligibility checks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from queue_server.domain.pensions import PensionSettings


@dataclass(frozen=True)
class PensionSection:
    """operator: who answers for the face data, as the text that people agree to names them; empty:
    the hall by its own name. calibration: the site's file, made by `./hall device face calibrate`.
    describe: the program that measures an enrolment picture (standard input: the picture; standard
    output: JSON); empty: nobody is enrolled here. decode: the program that makes a picture of a
    card's photo; empty: none is set up, which is usual. renew: whether who passed by a clerk's look
    is asked if that picture may become their reference. evidence: whether both pictures that a
    clerk compared are kept, encrypted, for evidence_days. reminders: the folder where reminders are
    put for the SMS gateway; register: a CSV file with invented people, for demonstrations."""

    matter: str = ""
    consent_version: str = ""
    operator: str = ""
    operator_en: str = ""
    months: int = 12
    due_days: int = 60
    checks_at_most: int = 6
    calibration: Path | None = None
    describe: tuple[str, ...] = ()
    decode: tuple[str, ...] = ()
    renew: bool = False
    evidence: bool = False
    evidence_days: int = 30
    reminders: Path | None = None
    register: Path | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.months <= 36:
            raise ValueError("months lies between 1 and 36")
        if not 0 <= self.due_days <= 366:
            raise ValueError("due_days lies between 0 and 366")
        if self.checks_at_most < 1:
            raise ValueError("checks_at_most is 1 or more")
        if not 1 <= self.evidence_days <= 1096:
            raise ValueError("evidence_days lies between 1 and 1096")
        if self.matter and not self.consent_version:
            raise ValueError("consent_version is needed where faces are checked")

    def rule(self) -> PensionSettings:
        return PensionSettings(
            self.matter, self.consent_version, self.months, self.due_days, self.checks_at_most
        )
