"""What requests of `/api/v1` are answered: the shapes of this room, put together as bodies.

Standard library only. Fields may be added, never renamed. The description of the API names one of
these for every route; see queue_server/web/description.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from queue_server.wire.appointments import Appointment
from queue_server.wire.cases import Acceptance, FinishedVisit, Reviewable, Step
from queue_server.wire.content import Job, Notice
from queue_server.wire.hall import FaceTerms, JournalEvent, Matter, Ticket, Window
from queue_server.wire.pensions import Pensioner, Sent, Waiting
from queue_server.wire.reviews import Case, CaseStatus, TabletReview


class Nothing(TypedDict):
    """An empty object: it is noted, and there is nothing to tell."""


class Alive(TypedDict):
    status: Literal["live", "ready"]


class TicketAnswer(TypedDict):
    ticket: Ticket


class HallName(TypedDict):
    id: str
    name: str
    name_en: str


class FollowedTicket(TypedDict):
    """For a citizen's phone. reviewable: finished steps that may still be rated."""

    ticket: Ticket
    hall: HallName
    now: str
    steps: list[Step]
    reviewable: list[Reviewable]


class FoundTickets(TypedDict):
    tickets: list[Ticket]  # newest first


class FoundVisits(TypedDict):
    visits: list[FinishedVisit]  # newest first


class WindowAnswer(TypedDict):
    """After an act at a window: it, and the ticket that the act was about."""

    window: Window
    ticket: Ticket | None


class CallAnswer(WindowAnswer):
    """why: what the rules chose by; null when nobody was called."""

    why: dict[str, Any] | None


class FinishAnswer(WindowAnswer):
    """registered: how the step ended (办理登记)."""

    registered: NotRequired[Step]


class ToldWindow(TypedDict):
    window: Window


class AppointmentAnswer(TypedDict):
    appointment: Appointment | None


class CheckedIn(AppointmentAnswer):
    ticket: Ticket


class Acceptances(TypedDict):
    acceptances: list[Acceptance]  # the most urgent first


class ClosedAcceptance(TypedDict):
    acceptance: str
    outcome: Literal["done", "returned", "referred", "withdrawn"]


class CaseAnswer(TypedDict):
    """step: the one that was rated. case: whether somebody will look into it, answer_by: until
    when, YYYY-MM-DD. status: of a case that was moved."""

    step: int | None
    case: bool
    answer_by: str | None
    status: CaseStatus | None


class Cases(TypedDict):
    cases: list[Case]


class TabletNow(TypedDict):
    review: TabletReview | None


class Matters(TypedDict):
    matters: list[Matter]
    face_terms: FaceTerms | None  # null where faces are not checked


class JournalPage(TypedDict):
    events: list[JournalEvent]  # in order


class ContentAnswer(TypedDict):
    notices: list[Notice]
    jobs: list[Job]
    seq: int


class ScreenAlive(TypedDict):
    """seen_s: seconds since it was last heard of; name: as its manager calls it."""

    id: str
    alive: bool
    speaks: bool
    waiting: int
    seen_s: int
    name: str


class WindowCall(TypedDict):
    """Which screens have shown and spoken a window's present call. missing: not shown in time;
    silent: its voice failed."""

    window: str
    seq: int
    shown: list[str]
    spoken: list[str]
    waiting: list[str]
    missing: list[str]
    silent: list[str]


class CallReceipts(TypedDict):
    screens: list[ScreenAlive]
    calls: list[WindowCall]


class ScreenState(TypedDict):
    """device: null when it is known by its address alone. seen_s: null when it never was."""

    id: str
    name: str
    window: str | None
    device: str | None
    state: Literal["alive", "silent", "unknown"]
    seen_s: int | None


class Screens(TypedDict):
    screens: list[ScreenState]


class ForgottenScreen(TypedDict):
    screen: str


class Account(TypedDict):
    """locked_until: while wrong passwords lock it; may_change: whether whoever asks may."""

    login: str
    name: str
    role: str
    window: str | None
    created_at: str
    must_change: bool
    disabled: bool
    locked_until: str | None
    may_change: bool


class Accounts(TypedDict):
    staff: list[Account]
    roles: list[str]  # that whoever asks may give


class ChangedAccount(TypedDict):
    login: str


class PlacedAccount(TypedDict):
    login: str
    window: str | None
    was: str | None


class FirstPassword(TypedDict):
    """password: in this answer and nowhere else."""

    login: str
    password: str


class AskedPairing(TypedDict):
    """pairing: the secret that becomes the device's token; code: to be shown."""

    pairing: str
    code: str
    expires_at: str


class ClaimedPairing(TypedDict):
    """expires_at: while it waits; name, kind, window and path: once it is paired."""

    state: Literal["waiting", "expired", "paired"]
    expires_at: NotRequired[str | None]
    name: NotRequired[str]
    kind: NotRequired[str]
    window: NotRequired[str | None]
    path: NotRequired[str]


class PairedDevice(TypedDict):
    """kind: a screen, window_screen, tablet or kiosk; of a token for scripts its role."""

    id: str
    name: str
    kind: str
    window: str | None
    path: str
    paired_at: str
    paired_by: str


class PairedDevices(TypedDict):
    devices: list[PairedDevice]


class AskingDevice(TypedDict):
    code: str
    hall: str
    kind: str
    name: str
    address: str
    expires_at: str


class ShownPairing(TypedDict):
    device: AskingDevice


class NewDevice(TypedDict):
    id: str
    name: str
    kind: str


class ConfirmedPairing(TypedDict):
    device: NewDevice


class GoneDevice(TypedDict):
    id: str


class UnpairedDevice(TypedDict):
    device: GoneDevice


class AuditLine(TypedDict):
    """subject: whose data, or which thing; detail: facts that are nobody's personal data."""

    id: str
    at: str
    hall: str
    actor: str
    act: str
    subject: str
    why: str
    detail: dict[str, Any]


class AuditPage(TypedDict):
    audit: list[AuditLine]  # newest first
    next: str | None  # for `before`


class PensionerAnswer(TypedDict):
    pensioner: Pensioner | None


class Looked(PensionerAnswer):
    today: str  # in the hall's zone


class Pensioners(TypedDict):
    count: int
    pensioners: list[Pensioner]


class WaitingChecks(TypedDict):
    waiting: list[Waiting]


class SentHere(TypedDict):
    check: str
    reasons: list[str]
    why: Sent
    person: str
    due_date: str | None


class AboutTicket(TypedDict):
    about: SentHere | None


class Imported(TypedDict):
    new: int
    changed: int
    passed: int
    same: int


class BadRow(TypedDict):
    line: int
    column: str
    code: str


class ImportProgress(TypedDict):
    """stage: the one that is done; null when no import runs."""

    stage: Literal["received", "read", "people", "register"] | None
    rows: int


class ImportReport(TypedDict):
    """imported: null after a dry run, or when there were bad rows; would: then, what importing the
    good rows would come to."""

    rows: int
    good: int
    bad_count: int
    bad: list[BadRow]  # the first of them
    bad_by_code: dict[str, int]
    regions: dict[str, int]
    imported: Imported | None
    would: Imported | None


class RemindedRegion(TypedDict):
    region: str
    people: int


class Reminding(TypedDict):
    """Whom a reminder would go to. recent: already reminded within again_after_days, so not again.
    last: the day of the last reminder to anybody on the list, in the hall's zone."""

    people: int
    without_phone: int
    recent: int
    last: str | None
    again_after_days: int
    regions: list[RemindedRegion]


class RemindProgress(TypedDict):
    """stage: the one that is under way; null when no reminders are being sent here."""

    stage: Literal["finding", "handing_over", "noting"] | None
    people: int


class Renewal(TypedDict):
    """accepted: it is measured now, and becomes the reference if it is good enough."""

    renewal: Literal["accepted", "declined"]


class Reminded(TypedDict):
    """without_phone: due, and nobody knows where to reach them."""

    reminded: int
    without_phone: NotRequired[int]


class CardPicture(TypedDict):
    picture: str  # a BMP in base64


class KeptPictures(TypedDict):
    check: str
    created_at: str
    created_day: str  # in the hall's zone, as keep_until_day
    keep_until: str | None
    keep_until_day: str | None


class EvidenceList(TypedDict):
    evidence: list[KeptPictures]
