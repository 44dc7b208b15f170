"""Rating a finished visit and the suggestion box, in values: what is known, what happens, what is
asked for. Frozen; decides nothing.

Levels are the server's: 5 very satisfied … 1 very dissatisfied. What a person says stands in the
session alone and goes with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.flow.effects import Effect
from kiosk.flow.events import Answer, Event
from kiosk.flow.facts import PersonFacts

PHONE_SIGNS = 11  # a mobile number
PHONE_SIGNS_LEAST = 7  # a local one
WRITTEN_AT_MOST = 100  # signs of a suggestion in one's own words
STEPS_AT_MOST = 6  # so many visits are offered, the newest first
CODE_SIGNS = 4  # of a ticket, to rate with where nothing reads its code
BAD_FROM = 2  # this level and below open a case

# What the suggestion box offers to tick; keys of the words `suggest.…` and `suggest_said.…`.
TOPICS = ("wait", "windows", "steps", "papers", "place", "machine", "praise")


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One finished step that was not rated yet. follow_path: of the ticket's page on a phone."""

    ticket: str
    number: str
    step: int
    service_name: str
    service_name_en: str
    window: str
    follow_path: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's review or suggestion. steps: what may be rated; step: the one chosen; level 0:
    none yet. ticked: reasons or topics. written: the person's own words. sent_as: the request of
    the first try. outcome: `sent`, `kept` (it goes on by itself later), `none` (nothing to rate),
    or the code of why not. answer_by: 2026-03-09 or empty. reachable: a phone number was left, so
    an answer may be promised. number, code: of the ticket, as typed."""

    number: str = ""
    code: str = ""
    steps: tuple[StepFacts, ...] = ()
    step: StepFacts | None = None
    level: int = 0
    ticked: tuple[str, ...] = ()
    phone: str = ""
    written: str = ""
    sent_as: str = ""
    outcome: str = ""
    answer_by: str = ""
    reachable: bool = False

    def __repr__(self) -> str:
        return f"Feedback({self.outcome}, ***)"


# --- what happens -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RateTouched(Event):
    """I want to rate a visit."""


@dataclass(frozen=True, slots=True)
class TypeTouched(Event):
    """I want to type what stands on my ticket."""


@dataclass(frozen=True, slots=True)
class NumberGiven(Event):
    """The ticket's number stands as it is meant."""


@dataclass(frozen=True, slots=True)
class CodeGiven(Event):
    """The ticket's code stands as it is meant."""

    request_id: str


@dataclass(frozen=True, slots=True)
class SuggestTouched(Event):
    """I want to suggest something."""


@dataclass(frozen=True, slots=True)
class StepTouched(Event):
    """This visit is meant. number: which of those that stand there, from 0."""

    number: int


@dataclass(frozen=True, slots=True)
class LevelTouched(Event):
    level: int


@dataclass(frozen=True, slots=True)
class TickTouched(Event):
    """A reason or a topic; again: not after all."""

    name: str


@dataclass(frozen=True, slots=True)
class PhoneTouched(Event):
    """I want to leave a number for the call back."""


@dataclass(frozen=True, slots=True)
class WriteTouched(Event):
    """I want to say it in my own words."""


@dataclass(frozen=True, slots=True)
class PhoneGiven(Event):
    """The number stands as it is meant."""


@dataclass(frozen=True, slots=True)
class SendTouched(Event):
    """request_id: made here, once; every retry carries the same."""

    request_id: str


@dataclass(frozen=True, slots=True)
class StepsFound(Answer):
    """What this person, or this ticket, may still rate; none is empty."""

    steps: tuple[StepFacts, ...]


@dataclass(frozen=True, slots=True)
class FeedbackEnded(Answer):
    """outcome, answer_by: as of Feedback."""

    outcome: str
    answer_by: str = ""


# --- what is asked for --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindSteps(Effect):
    """Answered by StepsFound or FeedbackEnded. By person, else by the code that was scanned, else
    by number and code as typed."""

    request_id: str
    person: PersonFacts | None = None
    token: str = ""
    number: str = ""
    code: str = ""

    def __repr__(self) -> str:
        return "FindSteps(***)"


@dataclass(frozen=True, slots=True)
class SendReview(Effect):
    """Answered by FeedbackEnded."""

    request_id: str
    ticket: str
    step: int
    level: int
    reasons: tuple[str, ...]
    phone: str

    def __repr__(self) -> str:
        return "SendReview(***)"


@dataclass(frozen=True, slots=True)
class SendSuggestion(Effect):
    """Answered by FeedbackEnded. topics: some of TOPICS. written: the person's own words."""

    request_id: str
    topics: tuple[str, ...]
    phone: str
    written: str = ""

    def __repr__(self) -> str:
        return "SendSuggestion(***)"
