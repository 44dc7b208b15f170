"""What each route answers when all is well, by method and path; one table, so that it can be read
beside the contract. A route that is not in it fails the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from queue_server.wire import answers as a
from queue_server.wire import appointments, content, figures, hall, leases, pensions, reviews

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PICTURES = ("image/jpeg", "image/png")


class Who(Enum):
    KNOWN = "a token or a session"
    ANYBODY = "nobody in particular too, so often in a while, where the hall's screens are public"
    HOLDER = "whoever holds what stands in the address or the body; guesses are limited"
    TABLET = "the paired tablet of this window"
    PROBE = "nobody is asked, and nothing is limited"


@dataclass(frozen=True, slots=True)
class Told:
    """body: the JSON's shape. media: of what is no JSON. also: a further status with the same
    body."""

    body: type | None = None
    media: tuple[str, ...] = ()
    also: int | None = None
    who: Who = Who.KNOWN

    @property
    def limited(self) -> bool:
        """Whether it may answer 429."""
        return self.who in (Who.ANYBODY, Who.HOLDER)


# What the repeat of a request that made something is answered: the same, and 200.
AGAIN = 200

_H = "/api/v1/halls/{hall}"
_T = f"{_H}/tickets/{{ticket}}"
_W = f"{_H}/windows/{{window}}"
_P = f"{_H}/pension"
_ONE = f"{_P}/people/{{person}}"
_TICKET = Told(a.TicketAnswer)
_PHONE = Told(a.TicketAnswer, who=Who.HOLDER)
_WINDOW = Told(a.WindowAnswer)
_RULES = Told(figures.ConfigurationAnswer)
_CONTENT = Told(a.ContentAnswer)
_CASE = Told(a.CaseAnswer)
_ACCOUNT = Told(a.ChangedAccount)
_PENSIONER = Told(a.PensionerAnswer)
_CHECK = Told(pensions.CheckState)
_MESSAGE = Told(a.ToldWindow)
_HELP = Told(hall.Help)

GET: Mapping[str, Told] = {
    _H: Told(hall.Hall, who=Who.ANYBODY),
    _T: _TICKET,
    "/api/v1/t/{token}": Told(a.FollowedTicket, who=Who.HOLDER),
    "/api/v1/t/{token}/review-form": Told(reviews.ReviewForm, who=Who.PROBE),
    f"{_H}/matters": Told(a.Matters, who=Who.ANYBODY),
    f"{_H}/events": Told(media=("text/event-stream",), who=Who.ANYBODY),
    f"{_H}/journal": Told(a.JournalPage),
    f"{_H}/announcements/{{name}}.wav": Told(media=("audio/wav",), who=Who.ANYBODY),
    f"{_H}/kiosks": Told(leases.Kiosks),
    f"{_H}/kiosks/{{kiosk}}/help": _HELP,
    f"{_H}/appointments": Told(appointments.Appointments),
    f"{_H}/appointments/slots": Told(appointments.Slots, who=Who.ANYBODY),
    f"{_H}/acceptances": Told(a.Acceptances),
    f"{_H}/reviews/form": Told(reviews.ReviewForm, who=Who.ANYBODY),
    f"{_H}/reviews/figures": Told(reviews.ReviewFigures, who=Who.ANYBODY),
    f"{_H}/cases": Told(a.Cases),
    f"{_H}/cases/summary": Told(reviews.CasesSummary),
    f"{_H}/cases/{{case}}/words": Told(reviews.CaseWords),
    f"{_W}/tablet": Told(a.TabletNow, who=Who.TABLET),
    f"{_W}/tablet/form": Told(reviews.ReviewForm, who=Who.TABLET),
    f"{_H}/receipts": Told(a.CallReceipts),
    f"{_H}/screens": Told(a.Screens),
    f"{_H}/configuration": _RULES,
    f"{_H}/configuration/changes": Told(figures.Changes),
    f"{_H}/notices": Told(content.Content, who=Who.ANYBODY),
    f"{_H}/content": Told(content.Content),
    f"{_H}/staff": Told(a.Accounts),
    f"{_H}/statistics": Told(figures.Statistics),
    f"{_H}/ledger": Told(figures.LedgerPage),
    f"{_H}/ledger/cases": Told(figures.FigureTable),
    f"{_H}/statistics.xlsx": Told(media=(XLSX,)),
    f"{_H}/statistics/{{table}}.csv": Told(media=(CSV,)),
    f"{_H}/ledger.xlsx": Told(media=(XLSX,)),
    f"{_H}/ledger/{{table}}.csv": Told(media=(CSV,)),
    f"{_H}/waits/promises.csv": Told(media=(CSV,)),
    f"{_P}/import": Told(a.ImportProgress),
    f"{_P}/reminders": Told(a.Reminding),
    f"{_P}/reminders/progress": Told(a.RemindProgress),
    f"{_P}/export.{{kind}}": Told(media=(CSV, XLSX)),
    f"{_H}/audit": Told(a.AuditPage),
    f"{_H}/paired": Told(a.PairedDevices),
    f"{_H}/waits": Told(figures.Waits),
    f"{_H}/waits/promises": Told(figures.PromiseLines),
    f"{_P}/checks/{{check}}": _CHECK,
    f"{_P}/checks/{{check}}/pictures/{{which}}": Told(media=PICTURES),
    f"{_P}/waiting": Told(a.WaitingChecks),
    f"{_P}/tickets/{{ticket}}": Told(a.AboutTicket),
    f"{_P}/register": Told(pensions.Register),
    f"{_P}/list": Told(a.Pensioners),
    f"{_ONE}/evidence": Told(a.EvidenceList),
    f"{_ONE}/evidence/{{check}}/{{which}}": Told(media=PICTURES),
    "/health/live": Told(a.Alive, who=Who.PROBE),
    "/health/ready": Told(a.Alive, who=Who.PROBE),
    "/metrics": Told(media=("text/plain",), who=Who.PROBE),
}

POST: Mapping[str, Told] = {
    f"{_H}/tickets": Told(a.TicketAnswer, also=AGAIN),
    **{
        f"{_T}/{act}": _TICKET
        for act in (
            *("printed", "print-failed", "cancel", "rejoin", "resume"),
            *("keep", "defer", "transfer"),
        )
    },
    **{f"/api/v1/t/{{token}}/{act}": _PHONE for act in ("defer", "resume", "cancel")},
    f"{_W}/call-next": Told(a.CallAnswer),
    f"{_W}/call-ticket": Told(a.CallAnswer),
    f"{_W}/finish": Told(a.FinishAnswer),
    **{
        f"{_W}/{act}": _WINDOW
        for act in (
            *("recall", "start", "miss", "park", "transfer", "rate"),
            *("open", "close", "pause", "resume"),
        )
    },
    f"{_W}/messages": _MESSAGE,
    f"{_W}/messages/{{message}}/read": _MESSAGE,
    f"{_W}/messages/{{message}}/take-back": _MESSAGE,
    f"{_W}/tablet": Told(a.CaseAnswer, also=AGAIN, who=Who.TABLET),
    f"{_W}/skills": _RULES,
    f"{_W}/remove": _RULES,
    f"{_H}/tickets/find": Told(a.FoundTickets),
    f"{_H}/reviews/find": Told(a.FoundVisits),
    f"{_H}/kiosks/{{kiosk}}/help": _HELP,
    f"{_H}/kiosks/{{kiosk}}/help/answered": _HELP,
    f"{_H}/kiosks/{{kiosk}}/leases": Told(leases.Leases),
    f"{_H}/kiosks/{{kiosk}}/handins": Told(leases.HandedIn),
    f"{_H}/appointments": Told(a.AppointmentAnswer, also=AGAIN),
    f"{_H}/appointments/find": Told(appointments.FoundAppointments),
    f"{_H}/appointments/check-in": Told(a.CheckedIn, also=AGAIN),
    f"{_H}/appointments/{{appointment}}/change": Told(a.AppointmentAnswer),
    f"{_H}/appointments/{{appointment}}/cancel": Told(a.AppointmentAnswer),
    f"{_H}/acceptances/{{acceptance}}/close": Told(a.ClosedAcceptance),
    f"{_H}/reviews": Told(a.CaseAnswer, also=AGAIN, who=Who.ANYBODY),
    f"{_H}/suggestions": Told(a.CaseAnswer, also=AGAIN, who=Who.ANYBODY),
    **{f"{_H}/cases/{{case}}/{act}": _CASE for act in ("take", "answer", "call-back", "close")},
    f"{_H}/screens/{{screen}}/receipts": Told(a.Nothing, who=Who.ANYBODY),
    f"{_H}/screens/{{screen}}/forget": Told(a.ForgottenScreen),
    f"{_H}/devices/{{device}}/health": Told(a.Nothing),
    f"{_H}/services": _RULES,
    **{f"{_H}/services/{{service}}/{act}": _RULES for act in ("pause", "resume", "remove")},
    **{
        f"{_H}/{what}": _RULES
        for what in (
            *("classes", "classes/{priority_class}/remove", "dispatch", "matters"),
            *("matters/{matter}/remove", "windows", "hours", "alerts"),
            *("issuing/stop", "issuing/resume"),
        )
    },
    f"{_H}/configuration/restore": _RULES,
    f"{_H}/notices": _CONTENT,
    f"{_H}/notices/{{notice}}/remove": _CONTENT,
    f"{_H}/jobs": _CONTENT,
    f"{_H}/jobs/{{job}}/remove": _CONTENT,
    f"{_H}/staff": Told(a.FirstPassword),
    f"{_H}/staff/{{login}}": _ACCOUNT,
    f"{_H}/staff/{{login}}/place": Told(a.PlacedAccount),
    f"{_H}/staff/{{login}}/reset": Told(a.FirstPassword),
    **{f"{_H}/staff/{{login}}/{act}": _ACCOUNT for act in ("disable", "enable", "unlock")},
    f"{_H}/pairings": Told(a.AskedPairing, who=Who.HOLDER),
    f"{_H}/pairings/claim": Told(a.ClaimedPairing, who=Who.PROBE),
    f"{_H}/pairings/look": Told(a.ShownPairing),
    f"{_H}/pairings/confirm": Told(a.ConfirmedPairing),
    f"{_H}/paired/{{device}}/unpair": Told(a.UnpairedDevice),
    f"{_H}/waits/what-if": Told(figures.WhatIf),
    f"{_H}/waits/openings": Told(figures.Openings),
    f"{_P}/find": Told(pensions.Found),
    f"{_P}/consents": _PENSIONER,
    f"{_P}/checks": Told(pensions.Begun, also=AGAIN),
    f"{_P}/checks/{{check}}/result": _CHECK,
    f"{_P}/checks/{{check}}/confirm": _CHECK,
    f"{_P}/checks/{{check}}/renewal": Told(a.Renewal),
    f"{_P}/look": Told(a.Looked),
    **{
        f"{_ONE}/{act}": _PENSIONER
        for act in (
            *("consent", "withdraw", "face", "pass", "finding", "suspension"),
            *("back-pay", "remove"),
        )
    },
    f"{_ONE}/card-photo": Told(a.CardPicture),
    f"{_P}/import": Told(a.ImportReport),
    f"{_P}/reminders": Told(a.Reminded),
}

TOLD: Mapping[str, Mapping[str, Told]] = {"get": GET, "post": POST}

SHAPES: tuple[type, ...] = tuple(
    dict.fromkeys(t.body for told in TOLD.values() for t in told.values() if t.body is not None)
)
