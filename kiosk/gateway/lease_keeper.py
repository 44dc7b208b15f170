"""Keeps numbers lent, and hands in what was given out of them, as soon as the server is there."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Protocol

import structlog

from foundation.liveness import Pulse, Quiet
from kiosk.flow import events as ev
from kiosk.flow.facts import LeaseFacts
from kiosk.gateway.errors import BadAnswer, GatewayError, Refused
from kiosk.gateway.lease_book import Given, LeaseBook, Stage

_log = structlog.get_logger()

Post = Callable[[ev.Event], None]
UNSETTLED_S = 180.0  # longer than any screen asks about a number
RETRY_S = 5.0
ROUND_S = 45.0  # handing in, borrowing, and writing both down
AT_ONCE = 100  # the server takes no more
GIVEN_BACK_AT_ONCE = 64  # of blocks


class LeaseServer(Protocol):
    def borrow(self, request_id: str, size: int) -> Any: ...
    def hand_in(self, request_id: str, tickets: Sequence[dict[str, Any]]) -> Any: ...
    def give_back(self, request_id: str, leases: Sequence[str]) -> Any: ...
    def report(self, ticket_id: str, what: str, request_id: str) -> Any: ...


class HallClock:
    """The hall's time: the server's, carried on by a clock that nobody can set; before the server
    was ever seen, the machine's own."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seen: tuple[datetime, float] | None = None

    def saw(self, told: object) -> None:
        """told: the hall as the server told it; one without a time changes nothing."""
        text = told.get("now") if isinstance(told, dict) else None
        try:
            moment = datetime.fromisoformat(str(text))
        except ValueError:
            return
        if moment.tzinfo is not None:
            self._seen = (moment, self._monotonic())

    def now(self) -> datetime:
        if self._seen is None:
            return datetime.now(UTC)
        moment, at_s = self._seen
        return (moment + timedelta(seconds=self._monotonic() - at_s)).astimezone(UTC)

    def local(self, zone: tzinfo | None) -> datetime:
        """For the eye; without a zone, the machine's own."""
        return self.now().astimezone(zone)


class LeaseKeeper(threading.Thread):
    """Tickets first, then numbers: what was given out is in line before new numbers are lent."""

    def __init__(
        self,
        server: LeaseServer,
        book: LeaseBook,
        clock: HallClock,
        post: Post,
        size: int,
        ask_every_s: float,
    ) -> None:
        super().__init__(daemon=True, name="lease-keeper")
        self._server, self._book, self._clock, self._post = server, book, clock, post
        self._size, self._ask_every_s = size, ask_every_s
        self._told: LeaseFacts | None = None
        self._wake = threading.Event()
        self.pulse: Pulse = Quiet()
        self._stopping = False

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def look(self) -> None:
        """From any thread: something was given out or settled."""
        self._wake.set()

    def run(self) -> None:
        while not self._stopping:
            self.pulse.beat(ROUND_S)
            self._tell()
            whole = self.round()
            self._tell()
            pause_s = self._ask_every_s if whole else RETRY_S
            self.pulse.beat(pause_s + ROUND_S)
            self._wake.wait(pause_s)
            self._wake.clear()

    def round(self) -> bool:
        """Whether the server was there and all is done that could be."""
        try:
            while due := self._due():
                self.pulse.beat(ROUND_S)
                self._hand_in(due)
            self._book.take_in(self._borrowed())
            if barred := self._book.barred():
                self._give_back(barred)
                self._book.take_in(self._borrowed())
        except Refused as refusal:
            _log.warning("lease_refused", code=refusal.refusal)
        except (KeyError, TypeError) as error:
            _log.warning("lease_unreadable", reason=str(error))
        except (GatewayError, OSError) as error:
            _log.info("lease_delayed", reason=str(error))
            return False
        return not self._waiting()

    def _borrowed(self) -> list[Any]:
        return list(self._server.borrow(str(uuid.uuid4()), self._size)["leases"])

    def _give_back(self, blocks: Sequence[str]) -> None:
        """Else the server takes them for enough, and lends no others until the day's end. Raises
        GatewayError: then it is done again."""
        for first in range(0, len(blocks), GIVEN_BACK_AT_ONCE):
            self.pulse.beat(ROUND_S)
            some = blocks[first : first + GIVEN_BACK_AT_ONCE]
            self._server.give_back(str(uuid.uuid4()), some)
        _log.warning("leases_given_back", blocks=len(blocks))

    def _due(self) -> tuple[Given, ...]:
        return self._book.due(self._clock.now() - timedelta(seconds=UNSETTLED_S))[:AT_ONCE]

    def _waiting(self) -> bool:
        """Whether a ticket is still being printed or asked about: it is looked at again soon."""
        return bool(self._book.due(self._clock.now() + timedelta(days=1)))

    def _hand_in(self, due: Sequence[Given]) -> None:
        """Raises GatewayError or OSError. The same tickets go under the same id, so that a lost
        answer is told again; a ticket that is refused the server keeps a record of."""
        tickets = [_told(ticket) for ticket in due]
        name = json.dumps(tickets, sort_keys=True)
        answer = self._server.hand_in(str(uuid.uuid5(uuid.NAMESPACE_OID, name)), tickets)
        results = {t["id"]: t for t in answer["tickets"]}
        if set(results) != {t["id"] for t in tickets}:
            raise BadAnswer("not every ticket was answered")
        for result in results.values():
            if result["result"] == "refused":
                _log.error("offline_ticket_refused", ticket=result["id"], code=result["code"])
        for ticket in due:
            if ticket.stage is Stage.CANCELLED and results[ticket.id]["result"] == "known":
                self._cancel(ticket)
        self._book.handed(due)
        _log.info("handed_in", tickets=len(tickets))

    def _cancel(self, ticket: Given) -> None:
        """Handed in a moment before it was given back: of a ticket that it knows the server hears
        nothing from a second hand-in. Raises GatewayError when there is no answer."""
        request_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"cancel {ticket.id}"))
        try:
            self._server.report(ticket.id, "cancel", request_id)
        except Refused as refusal:  # cancelled it is already, or was called meanwhile
            _log.info("late_cancel_refused", ticket=ticket.id, code=refusal.refusal)

    def _tell(self) -> None:
        left = self._book.left()
        if left != self._told:
            self._told = left
            self._post(ev.LeaseSeen(left))


def _told(ticket: Given) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": ticket.id,
        "lease": ticket.lease,
        "serial": ticket.serial,
        "service": ticket.service,
        "issued_at": ticket.issued_at,
        "printed": ticket.printed,
        "cancelled": ticket.stage is Stage.CANCELLED,
    }
    if ticket.matter is not None:
        told["matter"] = ticket.matter
    if ticket.priority_class is not None:
        told["priority_class"] = ticket.priority_class
    return told
