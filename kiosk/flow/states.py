"""Where the kiosk is, and all it remembers there. Frozen; changed by `kiosk.flow.table.step` alone.

Everything personal stands in `Session`, so that one line wipes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.flow.content import ContentFacts, QuestionsFacts
from kiosk.flow.eligibility import Eligibility
from kiosk.flow.events import HelpState, Language, TicketAct, View
from kiosk.flow.facts import HallFacts, LeaseFacts, PersonFacts, TicketFacts
from kiosk.flow.feedback import Feedback
from kiosk.flow.pinyin import NO_WORDS, Lexicon
from kiosk.flow.staff import Gate, Staff


class Place(StrEnum):
    STARTING = "starting"  # no word from the server yet
    AWAY = "away"  # the server is gone: out of service
    HOME = "home"
    ATTRACT = "attract"  # nobody has been here for a while
    READING = "reading"  # a card lies there and is being read
    CARD_TROUBLE = "card_trouble"
    SERVICES = "services"  # choose the service, no card known
    GREETING = "greeting"  # the card is known: choose the service
    MATTERS = "matters"  # choose the matter, with search
    QUESTIONS = "questions"  # I don't know: questions that lead to a service
    GUIDE = "guide"  # one matter: what it needs, how it goes
    CLAIM = "claim"  # somebody says that they have priority
    ELIGIBILITY = "eligibility"  # the yearly check: at a window
    PENSION_WHO = "pension_who"  # the yearly check: card or number
    PENSION_FINDING = "pension_finding"  # whether they are in the register
    PENSION_FOUND = "pension_found"  # due or not
    PENSION_FACE = "pension_face"  # before the camera
    PENSION_AGAIN = "pension_again"  # once more, or to a window
    PENSION_SETTLING = "pension_settling"  # the server decides, or a clerk
    PENSION_DONE = "pension_done"  # passed, or to a window with the number
    MINE = "mine"  # my ticket: lay the card, scan, or type the number
    LOOKING = "looking"  # the ticket is being looked for, or changed
    FOUND = "found"  # my ticket as it stands, and what can be done with it
    SURE = "sure"  # really give the number back?
    NOTICES = "notices"  # notices and jobs
    NOTICE = "notice"  # one of them
    CODE = "code"  # the appointment's code is being typed in
    CHECKING = "checking"  # the printer is being asked
    NO_PAPER = "no_paper"  # it surely cannot print: without paper, or back
    ISSUING = "issuing"  # a number is being requested
    PRINTING = "printing"
    TICKET = "ticket"
    UNPRINTED = "unprinted"  # a number without paper: keep or cancel
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    REFUSED = "refused"  # the server said no
    FEEDBACK = "feedback"  # rate a visit, or suggest something?
    RATE_WHO = "rate_who"  # whose visit: card, scanned ticket, or typed
    RATE_NUMBER = "rate_number"  # the ticket's number is being typed in
    RATE_CODE = "rate_code"  # and the figures printed under its code
    RATE_FINDING = "rate_finding"  # finished visits are being looked for
    RATE_WHICH = "rate_which"  # which of them
    RATE = "rate"  # five levels
    REASONS = "reasons"  # why, and send
    SUGGEST = "suggest"  # the suggestion box
    WRITE = "write"  # the suggestion in one's own words
    PHONE = "phone"  # a number for the call back is typed in
    SENDING = "sending"  # a review or a suggestion is on its way
    SENT = "sent"  # thanks, or why not
    STAFF_PIN = "staff_pin"  # staff: the PIN
    STAFF = "staff"  # staff: the menu
    STAFF_PANEL = "staff_panel"  # staff: one page of it


# Places that wait for a machine: touching does not prolong them.
BUSY = frozenset(
    {
        Place.READING,
        Place.CHECKING,
        Place.ISSUING,
        Place.PRINTING,
        Place.CANCELLING,
        Place.LOOKING,
        Place.PENSION_FINDING,
        Place.PENSION_SETTLING,
        Place.RATE_FINDING,
        Place.SENDING,
    }
)
# Places that show their own countdown from the first second.
COUNTED = frozenset(
    {
        Place.TICKET,
        Place.UNPRINTED,
        Place.CANCELLED,
        Place.PENSION_DONE,
        Place.SENT,
    }
)


# Places where nobody has begun anything.
RESTING = frozenset({Place.HOME, Place.AWAY, Place.STARTING, Place.ATTRACT})


class Link(StrEnum):
    """How a thing we depend on is; unknown is a value of its own."""

    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"


class Paper(StrEnum):
    NONE = "none"  # nothing asked of the printer yet
    PRINTED = "printed"
    UNSURE = "unsure"  # sent to a printer that does not tell
    FAILED = "failed"
    DECLINED = "declined"  # the person went on without paper


class CardTrouble(StrEnum):
    UNREADABLE = "unreadable"
    LIFTED = "lifted"  # taken away too soon
    READER = "reader"  # the reader itself went away


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long each kind of place waits for a person or a machine, in seconds."""

    home_reset_s: float = 60.0
    reading_s: float = 15.0
    card_trouble_s: float = 30.0
    greeting_s: float = 60.0
    choosing_s: float = 60.0
    text_s: float = 120.0
    code_s: float = 60.0
    looking_s: float = 20.0
    found_s: float = 60.0
    face_s: float = 45.0
    clerk_s: float = 90.0
    checked_s: float = 40.0
    checking_s: float = 8.0
    no_paper_s: float = 45.0
    issuing_s: float = 40.0
    printing_s: float = 20.0
    ticket_s: float = 25.0
    unprinted_s: float = 60.0
    cancelling_s: float = 10.0
    farewell_s: float = 12.0
    sent_s: float = 20.0
    staff_pin_s: float = 30.0
    staff_s: float = 60.0
    warning_s: float = 15.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be more than 0 seconds")


@dataclass(frozen=True, slots=True)
class Session:
    """One person at the kiosk. All of it is forgotten on arriving home.

    priority_age: the age, in years, that gives this person priority by the hall's rule.
    trail: places left behind with the page they showed, for going back. asked_from: the place
    that the request was made at. returns_to: where reading a card leads back to. matter: the one
    shown or chosen. answers: the questions asked so far. query: the search as typed; signs_page: of
    the characters offered for what is typed; code: an
    appointment's code or a ticket's number as typed. claim: the priority class said. checks_in: the
    number wanted is an appointment's. found: whose tickets were looked for; by_number: only by
    their number, which anybody can read. did: what was done with the ticket last. list_paper: of
    the list of materials. refusal_at: when to come instead, RFC 3339, or empty.
    """

    trail: tuple[tuple[Place, int], ...] = ()
    asked_from: Place | None = None
    returns_to: Place | None = None
    matter: str | None = None
    answers: tuple[str, ...] = ()
    query: str = ""
    signs_page: int = 0
    claim: str = ""
    notice: str | None = None
    found: tuple[TicketFacts, ...] = ()
    by_number: bool = False
    did: TicketAct | None = None
    list_request: str | None = None
    list_paper: Paper = Paper.NONE

    person: PersonFacts | None = None
    priority_age: int | None = None
    service: str | None = None
    checks_in: bool = False
    code: str = ""
    request_id: str | None = None
    ticket: TicketFacts | None = None
    paper: Paper = Paper.NONE
    without_paper: bool = False
    delayed: bool = False
    printer_state: str = ""
    card_trouble: CardTrouble | None = None
    refusal: str = ""
    refusal_at: str = ""
    eligibility: Eligibility = field(default_factory=Eligibility)
    feedback: Feedback = field(default_factory=Feedback)
    staff: Staff = field(default_factory=Staff)


@dataclass(frozen=True, slots=True)
class Around:
    """What the kiosk stands among; nothing personal. claims: the priority classes that somebody may
    say they belong to; eligibility_matter: the matter of the yearly check at a window, or empty.
    face_check: whether the check can be made here, by camera. scanner: whether a ticket can be held
    to one; what is scanned counts anyhow. elsewhere: where else numbers can be
    had, in Chinese and in English."""

    hall: HallFacts | None = None
    server: Link = Link.UNKNOWN
    reader: Link = Link.UNKNOWN
    scanner: bool = False
    card_lies: bool = False
    content: ContentFacts = field(default_factory=ContentFacts)
    questions: QuestionsFacts = field(default_factory=QuestionsFacts)
    lease: LeaseFacts = field(default_factory=LeaseFacts)
    lexicon: Lexicon = NO_WORDS
    claims: tuple[str, ...] = ()
    eligibility_matter: str = ""
    face_check: bool = False
    elsewhere: tuple[str, ...] = ()
    elsewhere_en: tuple[str, ...] = ()

    @property
    def offline(self) -> bool:
        """The server is away, and the kiosk gives numbers of its own."""
        return self.server is Link.DOWN and self.hall is not None and self.lease.any

    def accepts(self, service_id: str | None) -> bool:
        """Whether a number for this service can be had now."""
        service = self.hall.service(service_id) if self.hall else None
        if self.hall is None or service is None:
            return False
        if self.server is Link.DOWN:
            return self.lease.of(service_id) > 0
        return self.hall.open and service.accepting


@dataclass(frozen=True, slots=True)
class Manner:
    """How things are shown to this person."""

    view: View = View.NORMAL
    language: Language = Language.CHINESE
    low: bool = False  # controls in the lower part, for who sits
    spoken: bool = False  # guidance by voice
    spoken_for_view: bool = False  # the voice came with large type, and goes with it


@dataclass(frozen=True, slots=True)
class State:
    """entered_s, active_s: when the place was entered and last touched, on now_s's clock.

    left_printing: requests whose person went home while the ticket was being printed.
    """

    place: Place = Place.STARTING
    session: Session = field(default_factory=Session)
    around: Around = field(default_factory=Around)
    manner: Manner = field(default_factory=Manner)
    usual_manner: Manner = field(default_factory=Manner)
    limits: TimeLimits = field(default_factory=TimeLimits)
    left_printing: frozenset[str] = frozenset()
    page: int = 0
    help_open: bool = False
    help: HelpState = HelpState.NONE
    gate: Gate = field(default_factory=Gate)
    now_s: float = 0.0
    entered_s: float = 0.0
    active_s: float = 0.0

    @property
    def busy_s(self) -> float:
        """How long this place has lasted."""
        return self.now_s - self.entered_s

    @property
    def left_s(self) -> float | None:
        """Seconds until this place's time runs out; None where nothing runs."""
        limit_s = limit_of(self)
        if limit_s is None:
            return None
        since_s = self.entered_s if self.place in BUSY else self.active_s
        return limit_s - (self.now_s - since_s)

    @property
    def warned(self) -> bool:
        """The time is nearly over and the person should be asked."""
        if self.place in BUSY or self.place in COUNTED or self.place in RESTING:
            return False
        left_s = self.left_s
        return left_s is not None and left_s <= self.limits.warning_s


_CHOOSING = (
    Place.SERVICES,
    Place.MATTERS,
    Place.QUESTIONS,
    Place.CLAIM,
    Place.ELIGIBILITY,
    Place.NOTICES,
    Place.FEEDBACK,
    Place.RATE_WHICH,
    Place.RATE,
    Place.REASONS,
    Place.SUGGEST,
)
_TYPING = (Place.RATE_WHO, Place.RATE_NUMBER, Place.RATE_CODE, Place.PHONE)


def limit_of(state: State) -> float | None:
    """How long this place may last untouched, in seconds; None for ever."""
    limits = state.limits
    return {
        Place.HOME: limits.home_reset_s,
        Place.AWAY: limits.home_reset_s,
        Place.READING: limits.reading_s,
        Place.CARD_TROUBLE: limits.card_trouble_s,
        Place.GREETING: limits.greeting_s,
        **dict.fromkeys(_CHOOSING, limits.choosing_s),
        **dict.fromkeys((Place.GUIDE, Place.NOTICE, Place.WRITE), limits.text_s),
        Place.CODE: limits.code_s,
        Place.MINE: limits.code_s,
        Place.LOOKING: limits.looking_s,
        Place.PENSION_WHO: limits.code_s,
        Place.PENSION_FINDING: limits.looking_s,
        Place.PENSION_FOUND: limits.found_s,
        Place.PENSION_FACE: limits.face_s,
        Place.PENSION_AGAIN: limits.found_s,
        Place.PENSION_SETTLING: limits.clerk_s,
        Place.PENSION_DONE: limits.checked_s,
        Place.FOUND: limits.found_s,
        Place.SURE: limits.found_s,
        Place.CHECKING: limits.checking_s,
        Place.NO_PAPER: limits.no_paper_s,
        Place.ISSUING: limits.issuing_s,
        Place.PRINTING: limits.printing_s,
        Place.TICKET: limits.ticket_s,
        Place.UNPRINTED: limits.unprinted_s,
        Place.CANCELLING: limits.cancelling_s,
        Place.CANCELLED: limits.farewell_s,
        Place.REFUSED: limits.no_paper_s,
        **dict.fromkeys(_TYPING, limits.code_s),
        **dict.fromkeys((Place.RATE_FINDING, Place.SENDING), limits.looking_s),
        Place.SENT: limits.sent_s,
        Place.STAFF_PIN: limits.staff_pin_s,
        **dict.fromkeys((Place.STAFF, Place.STAFF_PANEL), limits.staff_s),
    }.get(state.place)
