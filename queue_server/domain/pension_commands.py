"""What somebody wants to happen with pensioners: one frozen dataclass per command."""

from __future__ import annotations

from dataclasses import dataclass

from queue_server.domain.pensions import Finding, Measured, Way


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a register that is imported. due None: unchanged, or a year after the last pass.
    passed: day and way of the last pass, if the row tells."""

    person: str
    region: str
    due: str | None = None
    home_visit: bool = False
    passed: tuple[str, Way] | None = None


@dataclass(frozen=True, slots=True)
class ImportPensioners:
    """All rows or none."""

    rows: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """kiosk: where; None: on paper, at a window."""

    person: str
    version: str
    kiosk: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """The face goes with it."""

    person: str


@dataclass(frozen=True, slots=True)
class RemovePensioner:
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class EnrolReference:
    """reference: the vault's name of a face that is there already. source: file, camera, card, or
    check (renewed at a pass). quality: what the gate measured, as texts."""

    person: str
    reference: str
    source: str
    model: str


@dataclass(frozen=True, slots=True)
class RenewReference:
    """The live picture of a check that a clerk confirmed becomes the reference, as the person
    agreed at the kiosk. reference: the vault's name of the face, which is there already. version:
    of the text that was agreed to."""

    person: str
    check: str
    reference: str
    model: str
    version: str
    kiosk: str | None = None


@dataclass(frozen=True, slots=True)
class BeginCheck:
    """check: a fresh random id."""

    check: str
    person: str
    kiosk: str | None = None


@dataclass(frozen=True, slots=True)
class SettleCheck:
    """What came of a check at the kiosk. ticket: a fresh random id, for the window if it must be.
    pictured: a clerk can compare the pictures. held_by: the process that has the live one."""

    check: str
    measured: Measured
    ticket: str
    pictured: bool = False
    held_by: str = ""
    age_years: int | None = None


@dataclass(frozen=True, slots=True)
class ConfirmCheck:
    """A clerk has compared both pictures. ticket: a fresh random id, should it not be the same
    person."""

    check: str
    same: bool
    ticket: str
    clerk: str
    age_years: int | None = None


@dataclass(frozen=True, slots=True)
class RecordPass:
    """A pass that was obtained in another way than at the kiosk."""

    person: str
    way: Way
    day: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NoteFinding:
    person: str
    finding: Finding
    note: str = ""


@dataclass(frozen=True, slots=True)
class NoteSuspension:
    """A person has decided, elsewhere, to stop the benefit; here it is only written down."""

    person: str
    since: str
    reason: str


@dataclass(frozen=True, slots=True)
class SettleBackPay:
    person: str


@dataclass(frozen=True, slots=True)
class NoteReminded:
    """The reminder has been handed to the gateway."""

    persons: tuple[str, ...]
    channel: str


PensionerCommand = (
    GiveConsent
    | WithdrawConsent
    | RemovePensioner
    | EnrolReference
    | RenewReference
    | RecordPass
    | NoteFinding
    | NoteSuspension
    | SettleBackPay
)
CheckCommand = BeginCheck | SettleCheck | ConfirmCheck
PensionCommand = PensionerCommand | CheckCommand | ImportPensioners | NoteReminded
