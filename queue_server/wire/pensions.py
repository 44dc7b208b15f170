"""The wire's shapes for pension-eligibility checks; see wire.py. Standard library only."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from queue_server.wire.hall import Ticket

CheckStatus = Literal["begun", "waiting_for_clerk", "passed", "window"]
Decision = Literal["pass", "grey", "reject", "gave_up"]
Way = Literal["kiosk", "window", "home_visit", "data", "proxy"]
Sent = Literal["not_recognised", "unfinished", "unclear", "machine", "in_person"]
DueState = Literal["not_due", "due", "overdue"]


class Found(TypedDict):
    """A person in the register. person: an opaque reference; due: whether a pass is wanted now.
    consented: to the present version of the text."""

    person: str
    name_masked: str
    due: bool
    due_state: DueState
    due_date: str
    enrolled: bool
    consented: bool
    consent_version: str


class Cue(TypedDict):
    """One liveness cue as the engine weighed it."""

    name: str
    verdict: Literal["good", "unclear", "bad"]
    weight: Literal["must", "clerk", "log", "off"]
    value: NotRequired[float | None]
    limit: NotRequired[float | None]
    detail: NotRequired[str]


class Reference(TypedDict):
    """The enrolled face, for one check: in the kiosk's memory and nowhere else."""

    model: str
    descriptors: list[list[float]]
    source: str
    enrolled_at: str | None


class Begun(TypedDict):
    """calibration: the site's calibration file as it stands; null: uncalibrated, nobody passes by
    the engine alone."""

    check: str
    reference: Reference
    calibration: dict[str, Any] | None


class CheckState(TypedDict):
    """status passed: next_due says until when; window: with the ticket that was given, if one could
    be, and why in one word for the person; waiting_for_clerk: ask again in a second, until
    waits_until. renewal: the person may be asked whether the picture may become their reference."""

    check: str
    status: CheckStatus
    reasons: list[str]
    why: Sent | None
    next_due: str | None
    ticket: Ticket | None
    waits_until: str | None
    renewal: NotRequired[bool]


class Pass(TypedDict):
    day: str
    way: str


class Pensioner(TypedDict):
    """name_masked and id_masked only where staff ask for it, which is in the audit log. Days are
    those of the hall's zone."""

    person: str
    region: str
    due_date: str
    due_state: DueState
    days_left: int
    home_visit: bool
    consent_version: str | None
    consented_at: str | None
    consented_day: str | None
    enrolled: bool
    reference_source: str | None
    enrolled_at: str | None
    enrolled_day: str | None
    suspended: str | None
    back_pay_from: str | None
    finding: str | None
    reminded: str | None
    passes: list[Pass]
    name_masked: NotRequired[str]
    id_masked: NotRequired[str]


class Waiting(TypedDict):
    """A check that a clerk is to confirm. pictured: both pictures are at hand. held: where the live
    one is, seen from the process that answers; elsewhere: in another one's memory, or lost with
    it."""

    check: str
    kiosk: str | None
    since: str
    reasons: list[str]
    score: float | None
    threshold: float | None
    cues: list[dict[str, Any]]
    pictured: bool
    held: Literal["here", "elsewhere", "gone"]
    name_masked: NotRequired[str]
    id_masked: NotRequired[str]


class RegionCounts(TypedDict):
    region: str
    pensioners: int
    due: int
    overdue: int
    home_visits: int  # of those due or overdue
    suspended: int
    back_pay: int
    enrolled: int


class Register(TypedDict):
    """The register in figures. faces: how many people's faces are stored in this database, which
    from 100,000 on has to be filed with the authority."""

    today: str
    consent_version: str
    regions: list[RegionCounts]
    faces: int
    faces_to_be_filed_at: int
    passes_today: dict[str, int]  # by way
