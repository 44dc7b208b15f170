"""What each role may do: one table; everything that is not in it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    PUBLIC = "public"  # nobody in particular: what hangs on the wall anyway
    KIOSK = "kiosk"
    SCREEN = "screen"
    CLERK = "clerk"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Act(StrEnum):
    SEE_HALL = "see_hall"  # queues, windows, calls: numbers only, nothing personal
    SEE_TICKET = "see_ticket"
    ISSUE_TICKET = "issue_ticket"
    SETTLE_PRINT = "settle_print"  # printed, print-failed, keep
    CANCEL_TICKET = "cancel_ticket"
    REJOIN_TICKET = "rejoin_ticket"  # back in line, back from being parked; more minutes
    WORK_WINDOW = "work_window"  # call, start, finish … at one's own window
    CALL_CHOSEN = "call_chosen"  # 特呼, with a reason
    TRANSFER_TICKET = "transfer_ticket"  # one that is at no window
    SEE_BOARD = "see_board"
    READ_JOURNAL = "read_journal"
    REPORT_DEVICE = "report_device"
    CONFIGURE = "configure"  # skills, services paused, classes, settings of calls
    BOOK_APPOINTMENT = "book_appointment"  # also find, change and cancel one
    CHECK_IN = "check_in"
    SEE_APPOINTMENTS = "see_appointments"  # a day's list
    DIRECT_HALL = "direct_hall"  # messages to windows and screens, numbers stopped for all
    MANAGE_STAFF = "manage_staff"  # accounts, within access/accounts.py's MAY_KEEP
    READ_AUDIT = "read_audit"
    PAIR_DEVICES = "pair_devices"  # let screens, tablets and kiosks in, and out again
    SEE_ACCEPTANCES = "see_acceptances"  # what is promised and still open
    SETTLE_ACCEPTANCE = "settle_acceptance"
    SEND_RECEIPT = "send_receipt"  # what a screen or speaker has shown and spoken
    GIVE_REVIEW = "give_review"  # for whoever stands at the device; also suggestions
    SEE_CASES = "see_cases"  # bad reviews and suggestions, without words and numbers
    HANDLE_CASES = "handle_cases"  # read the words, answer, call back, close
    CHECK_PENSION = "check_pension"  # the kiosk's side of a pension-eligibility check
    CONFIRM_PENSION = "confirm_pension"  # compare two pictures; why somebody was sent here
    KEEP_PENSIONERS = "keep_pensioners"  # look one up, consent, enrol, record a pass
    SEE_PENSIONERS = "see_pensioners"  # the register in figures
    MANAGE_PENSIONERS = "manage_pensioners"  # import, lists, export, reminders, remove
    FIND_TICKET = "find_ticket"  # whose card lies at the kiosk, or whose ticket is scanned there
    CALL_HELP = "call_help"  # somebody at the kiosk wants a person to come
    ANSWER_HELP = "answer_help"
    BORROW_NUMBERS = "borrow_numbers"  # offline leases and hand-ins, under the kiosk's own name


_EVERY_DEVICE = frozenset({Act.SEE_HALL, Act.REPORT_DEVICE, Act.SEND_RECEIPT})
_CLERK = frozenset(
    {
        Act.SEE_HALL,
        Act.SEE_TICKET,
        Act.ISSUE_TICKET,
        Act.SETTLE_PRINT,
        Act.CANCEL_TICKET,
        Act.REJOIN_TICKET,
        Act.WORK_WINDOW,
        Act.CALL_CHOSEN,
        Act.TRANSFER_TICKET,
        Act.REPORT_DEVICE,
        Act.BOOK_APPOINTMENT,
        Act.CHECK_IN,
        Act.SEE_APPOINTMENTS,
        Act.SEE_ACCEPTANCES,
        Act.SETTLE_ACCEPTANCE,
        Act.CONFIRM_PENSION,
        Act.KEEP_PENSIONERS,
        Act.SEE_PENSIONERS,
        Act.SEND_RECEIPT,
        Act.ANSWER_HELP,
    }
)

TABLE: Mapping[Role, frozenset[Act]] = {
    Role.PUBLIC: frozenset({Act.SEE_HALL, Act.SEND_RECEIPT}),
    Role.KIOSK: _EVERY_DEVICE
    | {
        Act.SEE_TICKET,
        Act.ISSUE_TICKET,
        Act.SETTLE_PRINT,
        Act.CANCEL_TICKET,
        Act.REJOIN_TICKET,
        Act.BOOK_APPOINTMENT,
        Act.CHECK_IN,
        Act.FIND_TICKET,
        Act.CALL_HELP,
        Act.BORROW_NUMBERS,
        Act.GIVE_REVIEW,
        Act.CHECK_PENSION,
    },
    Role.SCREEN: _EVERY_DEVICE | {Act.GIVE_REVIEW},
    Role.CLERK: _CLERK,
    Role.MANAGER: _CLERK
    | {
        Act.SEE_BOARD,
        Act.READ_JOURNAL,
        Act.CONFIGURE,
        Act.DIRECT_HALL,
        Act.MANAGE_STAFF,
        Act.READ_AUDIT,
        Act.PAIR_DEVICES,
        Act.SEE_CASES,
        Act.HANDLE_CASES,
        Act.MANAGE_PENSIONERS,
    },
    Role.AUDITOR: frozenset(
        {
            Act.SEE_HALL,
            Act.SEE_TICKET,
            Act.SEE_BOARD,
            Act.SEE_APPOINTMENTS,
            Act.SEE_ACCEPTANCES,
            Act.SEE_CASES,
            Act.SEE_PENSIONERS,
            Act.READ_JOURNAL,
            Act.READ_AUDIT,
        }
    ),
    Role.ADMIN: frozenset(Act),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. hall "" means every hall; window: the only one it may work at, or None.

    csrf: for a browser session, the token its unsafe requests must carry; None for bearer tokens.
    shown: the name that pages show to the person; never written into the journal. login: of a
    person's session, else None; must_change: it may choose a new password and do nothing else.
    """

    role: Role
    name: str
    hall: str
    window: str | None = None
    csrf: str | None = None
    shown: str = ""
    login: str | None = None
    must_change: bool = False

    @property
    def kiosk(self) -> str | None:
        """The one kiosk that it speaks for. A kiosk's token that was given no name of its own
        speaks for whichever kiosk says so; so does whoever is no kiosk."""
        named = self.role is Role.KIOSK and self.name != Role.KIOSK.value
        return self.name if named else None

    @property
    def label(self) -> str:
        """How the journal names the actor: a role and a work name, nothing personal."""
        return f"{self.role}:{self.name}"


ANYBODY = Actor(Role.PUBLIC, "anybody", "")


def may(actor: Actor, act: Act, hall: str, window: str | None = None) -> bool:
    """Whether `actor` may do `act` in `hall`, at `window` when the act belongs to one."""
    if act not in TABLE[actor.role]:
        return False
    if actor.hall not in ("", hall):
        return False
    return window is None or actor.window in (None, window)
