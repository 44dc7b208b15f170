"""The yearly check at the server: who is registered, the consent, the check, the result.

Each wish has a thread; what came of it is posted. The enrolled face goes from here straight to the
camera's worker and stands in no state. Every retry has the request_id of the first try.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import structlog

from kiosk.flow import eligibility as el
from kiosk.flow.events import Event
from kiosk.flow.moves import derived_request_id
from kiosk.gateway.client import QueueClient
from kiosk.gateway.errors import GatewayError, Refused
from kiosk.gateway.reading import read_ticket, strictly, typed

_log = structlog.get_logger()

ASKED_FOR_S = 12.0  # so long somebody waits before they are told that the server is away
_PAUSE_S = 0.7
_CLERK_POLL_S = 1.0

Post = Callable[[Event], None]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The enrolled face, for one check and in memory alone. calibration: the site's, or None."""

    model: str
    descriptors: tuple[tuple[float, ...], ...]
    calibration: Mapping[str, Any] | None

    def __repr__(self) -> str:
        return f"Reference({self.model}, ***)"


class Faces(Protocol):
    """The camera's worker, as the gateway needs it."""

    def start_check(self, request_id: str, reference: Reference) -> None: ...

    def certificate(self) -> dict[str, Any]:
        """What justifies the last result, as the server takes it; empty before there is one."""

    def picture(self) -> bytes:
        """A JPEG of the live face, for a clerk's eyes; b"" where there is none."""


class PensionDesk:
    """Every method returns at once; answers come through `post`, from other threads."""

    def __init__(self, client: QueueClient, kiosk_id: str, faces: Faces, post: Post) -> None:
        self._client, self._kiosk_id, self._faces, self._post = client, kiosk_id, faces, post
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._check = ""
        self._turn = 0  # counts people: an answer for one who has left is dropped

    def stop(self) -> None:
        self._stop.set()

    def forget(self) -> None:
        with self._lock:
            self._check, self._turn = "", self._turn + 1

    def find(self, wish: el.FindPensioner) -> None:
        def work(_turn: int) -> None:
            answer = self._client.pension("POST", "/find", {"id_number": wish.id_number})
            self._post(el.PensionerFound(wish.request_id, _pensioner(answer)))

        self._start(wish.request_id, work)

    def begin(self, wish: el.BeginCheck) -> None:
        def work(turn: int) -> None:
            self._client.pension(
                "POST",
                "/consents",
                {
                    "request_id": derived_request_id(wish.request_id, "consent"),
                    "person": wish.person,
                    "version": wish.consent_version,
                    "kiosk": self._kiosk_id,
                },
            )
            body = {
                "request_id": wish.request_id,
                "person": wish.person,
                "kiosk": self._kiosk_id,
            }
            check, reference = _begun(self._client.pension("POST", "/checks", body))
            with self._lock:
                if turn != self._turn:
                    return
                self._check = check
                # With the lock held: whoever leaves now is forgotten after it, never before.
                self._faces.start_check(wish.request_id, reference)

        self._start(wish.request_id, work)

    def settle(self, wish: el.SettleCheck) -> None:
        body: dict[str, Any] = {"request_id": wish.request_id, "decision": wish.decision}
        if wish.decision != "gave_up":
            body |= self._faces.certificate()
        elif wish.reason:
            body["reasons"] = [wish.reason]
        picture = self._faces.picture() if wish.decision == "grey" else b""
        if picture:
            body["live_picture"] = base64.b64encode(picture).decode()

        def work(turn: int) -> None:
            with self._lock:
                check = self._check
            if not check:
                raise Refused(409, "no_check")
            answer = self._settled_now(check, body)
            self._tell_until_decided(wish.request_id, check, answer, turn)

        self._start(wish.request_id, work)

    def renew(self, wish: el.RenewReference) -> None:
        body = {
            "request_id": wish.request_id,
            "agreed": wish.agreed,
            "version": wish.consent_version,
        }

        def work(_turn: int) -> None:
            answer = self._client.pension("POST", f"/checks/{wish.check}/renewal", body)
            self._post(el.RenewalTaken(wish.request_id, _renewal(answer)))

        def failed(_code: str) -> el.RenewalTaken:
            return el.RenewalTaken(wish.request_id, "failed")

        self._start(wish.request_id, work, failed)

    def _settled_now(self, check: str, body: dict[str, Any]) -> object:
        """A clerk may have answered in the same moment: that counts."""
        try:
            return self._client.pension("POST", f"/checks/{check}/result", body)
        except Refused as refusal:
            if refusal.refusal != "check_settled":
                raise
            return self._client.pension("GET", f"/checks/{check}")

    def _tell_until_decided(self, request_id: str, check: str, answer: object, turn: int) -> None:
        """A clerk's answer is asked for until it is there; the server ends the waiting itself."""
        told = ""
        while not self._stop.is_set() and turn == self._turn:
            settled = _settled(request_id, answer)
            if settled.status != told:
                self._post(settled)
                told = settled.status
            if settled.status != "waiting_for_clerk":
                return
            self._stop.wait(_CLERK_POLL_S)
            try:
                answer = self._client.pension("GET", f"/checks/{check}")
            except GatewayError as error:
                if isinstance(error, Refused):
                    raise
                _log.warning("clerk_not_heard", reason=error.code)

    def _start(
        self,
        request_id: str,
        work: Callable[[int], None],
        failed: Callable[[str], Event] | None = None,
    ) -> None:
        """failed: what is told when the server does not answer; CheckRefused unless given."""

        def refused(code: str) -> Event:
            return el.CheckRefused(request_id, code)

        threading.Thread(
            target=self._insist,
            args=(request_id, work, self._turn, failed or refused),
            daemon=True,
            name="pension",
        ).start()

    def _insist(
        self,
        request_id: str,
        work: Callable[[int], None],
        turn: int,
        failed: Callable[[str], Event],
    ) -> None:
        until = time.monotonic() + ASKED_FOR_S
        while not self._stop.is_set() and turn == self._turn:
            try:
                work(turn)
                return
            except Refused as refusal:
                if turn == self._turn:
                    self._post(failed(refusal.refusal))
                return
            except GatewayError as error:
                _log.warning("pension_asked_in_vain", reason=error.code, request_id=request_id)
                if time.monotonic() >= until:
                    self._post(failed("no_answer"))
                    return
                self._stop.wait(_PAUSE_S)


def _pensioner(answer: object) -> el.PensionerFacts:
    def make() -> el.PensionerFacts:
        told = cast(Mapping[str, Any], answer)
        return el.PensionerFacts(
            person=typed(told["person"], str),
            name_masked=typed(told["name_masked"], str),
            due=typed(told["due"], bool),
            due_date=typed(told["due_date"], str),
            overdue=told["due_state"] == "overdue",
            enrolled=typed(told["enrolled"], bool),
            consent_version=typed(told["consent_version"], str),
        )

    return strictly("pensioner", make)


def _begun(answer: object) -> tuple[str, Reference]:
    def make() -> tuple[str, Reference]:
        told = cast(Mapping[str, Any], answer)
        held = told["reference"]
        rows = tuple(tuple(float(v) for v in row) for row in held["descriptors"])
        calibration = told["calibration"]
        if calibration is not None:
            calibration = dict(calibration)
        return typed(told["check"], str), Reference(typed(held["model"], str), rows, calibration)

    return strictly("check", make)


def _settled(request_id: str, answer: object) -> el.CheckSettled:
    def make() -> el.CheckSettled:
        told = cast(Mapping[str, Any], answer)
        ticket = told["ticket"]
        return el.CheckSettled(
            request_id,
            typed(told["status"], str),
            told["next_due"] or "",
            None if ticket is None else read_ticket({"ticket": ticket}),
            _sent(told),
            typed(told["check"], str) if told.get("renewal") is True else "",
        )

    return strictly("result", make)


def _sent(told: Mapping[str, Any]) -> str:
    """A server from before says none, or a later one a word unknown here: somebody is to look."""
    if told["status"] != "window":
        return ""
    return why if (why := told.get("why")) in el.SENT else "in_person"


def _renewal(answer: object) -> str:
    told = cast(Mapping[str, Any], answer)
    return strictly("renewal", lambda: typed(told["renewal"], str))
