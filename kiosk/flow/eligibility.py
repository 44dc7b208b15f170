"""The yearly check at the kiosk in values: what is known of it, what happens, what is asked for.

Frozen; decides nothing. No descriptor and no picture ever stands here: those stay with the worker
that holds the camera.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kiosk.flow.effects import Effect
from kiosk.flow.events import Answer, Event, Language
from kiosk.flow.facts import TicketFacts

TRIES = 3  # the first and two more; then a window
ID_LENGTH = 18
SENT = ("not_recognised", "unfinished", "unclear", "machine", "in_person")


@dataclass(frozen=True, slots=True)
class PensionerFacts:
    """person: an opaque reference. due_date, as the server writes it: 2026-12-01.
    overdue: that day is past."""

    person: str
    name_masked: str
    due: bool
    due_date: str
    overdue: bool
    enrolled: bool
    consent_version: str


@dataclass(frozen=True, slots=True)
class FaceShown:
    """What is asked of the person now; the engine's own words for stage, advice and action.
    ends_s: when the movement's time is over, on the flow's clock; None where nothing runs."""

    stage: str = "preparing"
    advice: str | None = None
    action: str | None = None
    step: int = 0
    ends_s: float | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """One person's check. outcome: `passed`, `window`, or the code of why it cannot be done here.
    waiting: a clerk is being asked; clerk_away: none is waited for any more. misread: the card
    could not be read. sent: why they go to a window, one of SENT. unmade: why the last try's
    movements were not made. renewal: the check whose picture may become their reference; renewed:
    what came of their word: `asked`, `accepted`, `declined`, `failed`."""

    misread: bool = False
    pensioner: PensionerFacts | None = None
    tries: int = 0
    face: FaceShown = field(default_factory=FaceShown)
    waiting: bool = False
    outcome: str = ""
    next_due: str = ""
    sent: str = ""
    unmade: str = ""
    clerk_away: bool = False
    renewal: str = ""
    renewed: str = ""

    def __repr__(self) -> str:
        return f"Eligibility({self.outcome or self.face.stage}, ***)"


# --- what happens -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgreeTouched(Event):
    """The person agrees to the face check, for this once and this purpose."""


@dataclass(frozen=True, slots=True)
class StartTouched(Event):
    """Begin the check, or try once more. request_id: made here, once."""

    request_id: str


@dataclass(frozen=True, slots=True)
class MoreTimeTouched(Event):
    """The movement needs longer."""


@dataclass(frozen=True, slots=True)
class ToWindowTouched(Event):
    """A person at a window instead; possible at every step. request_id: made here, once."""

    request_id: str


@dataclass(frozen=True, slots=True)
class RenewTouched(Event):
    """Today's picture may become the reference, or not. request_id: made here, once."""

    request_id: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class FaceCheckFound(Event):
    """Camera and engine are there, or not (any more)."""

    there: bool


@dataclass(frozen=True, slots=True)
class PensionerFound(Answer):
    pensioner: PensionerFacts


@dataclass(frozen=True, slots=True)
class CheckRefused(Answer):
    """The server says no, or says nothing. code: its own word, or `no_answer`."""

    code: str


@dataclass(frozen=True, slots=True)
class FaceSeen(Answer):
    """What the camera's worker asks of the person now; only when it changed. left_s: for the
    movement, None where nothing runs."""

    stage: str
    advice: str | None
    action: str | None
    step: int
    left_s: float | None


@dataclass(frozen=True, slots=True)
class FaceEnded(Answer):
    """decision: pass, grey or reject; `no_camera` and `no_engine` where it could not be done.
    unmade: why the movements were not made (`too_slow`, `wrong_turn`, `ended`); empty: they were.
    """

    decision: str
    unmade: str = ""


@dataclass(frozen=True, slots=True)
class CheckSettled(Answer):
    """status: passed, window or waiting_for_clerk. ticket: for the window, where one was given.
    sent: why they go there, one of SENT; empty where they don't. renewal: the check whose picture
    may become their reference, if they agree; empty where that is not asked."""

    status: str
    next_due: str
    ticket: TicketFacts | None
    sent: str = ""
    renewal: str = ""


@dataclass(frozen=True, slots=True)
class RenewalTaken(Answer):
    """outcome: accepted, declined or failed."""

    outcome: str


# --- what is asked for --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WarmUp(Effect):
    """A face check is likely: the engine takes seconds to load."""


@dataclass(frozen=True, slots=True)
class FindPensioner(Effect):
    """Answered by PensionerFound or CheckRefused."""

    request_id: str
    id_number: str

    def __repr__(self) -> str:
        return "FindPensioner(***)"


@dataclass(frozen=True, slots=True)
class BeginCheck(Effect):
    """Records the consent, begins the check, and has the camera's worker go on: FaceSeen follows,
    then FaceEnded; or CheckRefused."""

    request_id: str
    person: str
    consent_version: str


@dataclass(frozen=True, slots=True)
class TryAgain(Effect):
    """The same check once more: FaceSeen, FaceEnded."""

    request_id: str


@dataclass(frozen=True, slots=True)
class GiveMoreTime(Effect):
    pass


@dataclass(frozen=True, slots=True)
class SettleCheck(Effect):
    """Answered by CheckSettled, perhaps twice (a clerk is asked), or CheckRefused. decision: pass,
    grey, reject or gave_up. reason: why it was given up, if that was not the person's wish."""

    request_id: str
    decision: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RenewReference(Effect):
    """Answered by RenewalTaken."""

    request_id: str
    check: str
    consent_version: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class ForgetCheck(Effect):
    """The person has left: camera off, everything of them overwritten."""


@dataclass(frozen=True, slots=True)
class PrintSlip(Effect):
    """Answered by ListPrinted: a slip is nobody's number. next_due, day: 2026-12-01."""

    request_id: str
    next_due: str
    language: Language


def seen_now(shown: FaceSeen, now_s: float) -> FaceShown:
    ends_s = None if shown.left_s is None else now_s + shown.left_s
    return FaceShown(shown.stage, shown.advice, shown.action, shown.step, ends_s)


def with_face(check: Eligibility, face: FaceShown) -> Eligibility:
    return replace(check, face=face)
