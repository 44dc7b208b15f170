"""The queue server's HTTP, one method a command. Blocks; never call it on the UI thread.

One try each: whether and when to try again is `kiosk.gateway.desk`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import requests

from foundation.server_session import ServerSessions
from kiosk.flow.effects import FindTickets, RequestTicket
from kiosk.flow.facts import PersonFacts, TicketFacts
from kiosk.flow.feedback import FindSteps
from kiosk.flow.moves import PHONE_DIGITS
from kiosk.gateway.errors import BadAnswer, NoAnswer, NotNow, Refused, Unreachable
from kiosk.gateway.reading import read_ticket, read_tickets
from kiosk.settings import ServerSettings


class QueueClient:
    """May be used from several threads; each has its own connection. Raises GatewayError."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._base = f"{settings.url.rstrip('/')}/api/v1/halls/{quote(settings.hall, safe='')}"
        self._sessions = ServerSessions(settings.token)

    def hall(self) -> object:
        """As the server told it: kept on disk too, so it is read by the caller."""
        return self._ask("GET", "")

    def content(self, what: str) -> object:
        """what: `matters`, `notices` or `reviews/form`, as the server told them."""
        return self._ask("GET", f"/{what}")

    def take_ticket(self, wish: RequestTicket, person: PersonFacts | None) -> TicketFacts:
        body: dict[str, Any] = {
            "request_id": wish.request_id,
            "service": wish.service,
            "kiosk": self._settings.kiosk_id,
        }
        if wish.matter is not None:
            body["matter"] = wish.matter
        if wish.priority_class is not None:
            body["priority_class"] = wish.priority_class
        if person is not None:
            body["person"] = _person_json(person)
        return read_ticket(self._ask("POST", "/tickets", body))

    def find_tickets(self, wish: FindTickets) -> tuple[TicketFacts, ...]:
        """In the body, because neither a card's nor a ticket's number belongs into an address."""
        body = {"number": wish.number}
        if wish.person is not None:
            body = {"id_number": wish.person.id_number}
        elif wish.token:
            body = {"token": wish.token}
        return read_tickets(self._ask("POST", "/tickets/find", body))

    def ticket(self, ticket_id: str) -> TicketFacts:
        return read_ticket(self._ask("GET", f"/tickets/{quote(ticket_id, safe='')}"))

    def check_in(self, request_id: str, code: str, person: PersonFacts | None) -> TicketFacts:
        """code: an appointment's, or a phone's last four digits; not looked at with a person."""
        body: dict[str, Any] = {"request_id": request_id, "kiosk": self._settings.kiosk_id}
        if person is not None:
            body["person"] = _person_json(person)
        else:
            body["phone_last4" if len(code) == PHONE_DIGITS else "code"] = code
        return read_ticket(self._ask("POST", "/appointments/check-in", body))

    def report(self, ticket_id: str, what: str, request_id: str) -> TicketFacts:
        """what: `printed`, `print-failed`, `keep`, `cancel`, `defer`, `resume` or `rejoin`."""
        path = f"/tickets/{quote(ticket_id, safe='')}/{what}"
        return read_ticket(self._ask("POST", path, {"request_id": request_id}))

    def borrow(self, request_id: str, size: int) -> Any:
        """The blocks of numbers lent to this kiosk, as `queue_server.wire.leases.Leases`."""
        body = {"request_id": request_id, "size": size}
        return self._ask("POST", self._kiosk("leases"), body)

    def hand_in(self, request_id: str, tickets: Sequence[dict[str, Any]]) -> Any:
        """As `queue_server.wire.leases.HandedIn`."""
        body = {"request_id": request_id, "tickets": list(tickets)}
        return self._ask("POST", self._kiosk("handins"), body)

    def give_back(self, request_id: str, leases: Sequence[str]) -> Any:
        """Blocks that this kiosk will use no more. As `queue_server.wire.leases.HandedIn`."""
        body = {"request_id": request_id, "give_back": list(leases)}
        return self._ask("POST", self._kiosk("handins"), body)

    def pension(self, method: str, path: str, body: dict[str, Any] | None = None) -> object:
        """The yearly check's own addresses; `kiosk.gateway.pension` reads the answers."""
        return self._ask(method, f"/pension{path}", body)

    def reviewable(self, wish: FindSteps) -> object:
        """In the body, for the same reason as find_tickets."""
        who = {"token": wish.token}
        if wish.person is not None:
            who = {"id_number": wish.person.id_number}
        elif wish.number:
            who = {"number": wish.number, "code": wish.code}
        return self._ask("POST", "/reviews/find", who)

    def feedback(self, what: str, body: Mapping[str, Any]) -> object:
        """what: `reviews` or `suggestions`."""
        return self._ask("POST", f"/{what}", dict(body))

    def call_help(self, request_id: str, place: str) -> None:
        """place: where in the flow the person is; nothing about who they are."""
        self._ask("POST", self._kiosk("help"), {"request_id": request_id, "place": place})

    def help_answered(self) -> bool:
        answer = self._ask("GET", self._kiosk("help"))
        return isinstance(answer, dict) and answer.get("state") == "answered"

    def _kiosk(self, what: str) -> str:
        return f"/kiosks/{quote(self._settings.kiosk_id, safe='')}/{what}"

    def report_health(
        self,
        device: str,
        kind: str,
        state: str,
        detail: str,
        figures: Mapping[str, str | int],
    ) -> None:
        """How a device of this kiosk is; the server makes an event of a change only."""
        path = f"/devices/{quote(device, safe='')}/health"
        body: dict[str, Any] = {"kind": kind, "state": state, "detail": detail}
        self._ask("POST", path, {**body, "figures": dict(figures)} if figures else body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> object:
        limits = (self._settings.connect_timeout_s, self._settings.answer_timeout_s)
        try:
            answer = self._sessions.mine().request(
                method, self._base + path, json=body, timeout=limits, allow_redirects=False
            )
        except (requests.ConnectTimeout, requests.exceptions.ProxyError) as error:
            raise Unreachable(type(error).__name__) from error
        except requests.ConnectionError as error:
            # A refused connection never carried the request; a broken one may have.
            kind = Unreachable if "NewConnectionError" in repr(error) else NoAnswer
            raise kind(type(error).__name__) from error
        except requests.RequestException as error:
            raise NoAnswer(type(error).__name__) from error
        return _content(answer)


def _content(answer: requests.Response) -> object:
    if answer.status_code >= 500 or (answer.status_code == 429 and not _guessed_out(answer)):
        raise NotNow(str(answer.status_code))
    try:
        content = answer.json()
    except requests.exceptions.JSONDecodeError as error:
        raise BadAnswer(f"{answer.status_code} without JSON") from error
    if answer.status_code in (200, 201):
        return content
    raise _refused(answer.status_code, content)


def _guessed_out(answer: requests.Response) -> bool:
    """Somebody typed wrong figures too often: asking again within seconds would not help."""
    try:
        content = answer.json()
    except requests.exceptions.JSONDecodeError:
        return False
    error = content.get("error") if isinstance(content, dict) else None
    return isinstance(error, dict) and error.get("code") == "too_many_attempts"


def _refused(status: int, content: object) -> Refused:
    """From the one error shape; anything else on a refusing status is not our server."""
    error = content.get("error") if isinstance(content, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(error, dict) or not isinstance(code, str):
        raise BadAnswer("a refusal without a code")
    detail = error.get("detail")
    told = detail if isinstance(detail, dict) else {}
    at = told.get("from_at") or told.get("starts_at")
    return Refused(status, code, at if isinstance(at, str) else "")


def _person_json(person: PersonFacts) -> dict[str, str]:
    data = {"id_number": person.id_number, "name": person.name}
    if person.birth is not None:
        data["birth"] = person.birth.isoformat()
    return data
