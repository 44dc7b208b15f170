"""Reviews and suggestions on their way to the server: now, or as soon as it is there.

What somebody said is on disk before it is sent, so that neither a dead line nor a restart loses it;
the phone number alone is not, because it is personal and a kiosk can be carried off. A review that
the server no longer takes, when it comes after its person has gone, is handed in as a suggestion,
so that somebody reads it.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol, cast

import structlog

from foundation.liveness import Pulse, Quiet
from kiosk.flow import events as ev
from kiosk.flow import feedback as fb
from kiosk.gateway.errors import GatewayError, Refused, Unreachable
from kiosk.gateway.keeping import KeptFile
from kiosk.gateway.reading import strictly, typed

_log = structlog.get_logger()

Post = Callable[[ev.Event], None]
WAITED_FOR_S = 6.0  # so long a person waits for the answer, then it goes on by itself
FIND_S = 10.0
RETRY_S = 1.0
LATER_S = 30.0
IDLE_S = 60.0  # nothing to send: a sign of life
ROUND_S = 45.0  # one letter, and writing it down
KEPT_AT_MOST = 500


class FeedbackServer(Protocol):
    def reviewable(self, wish: fb.FindSteps) -> object: ...
    def feedback(self, what: str, body: Mapping[str, Any]) -> object: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """what: `reviews` or `suggestions`; body: as the server wants it, without the phone number.
    retold: a review in words, for when it comes too late."""

    request_id: str
    what: str
    body: Mapping[str, Any]
    retold: str = ""


class Outbox(threading.Thread):
    """Sends one after the other, each until the server has answered. Thread-safe."""

    def __init__(
        self, server: FeedbackServer, file: KeptFile, post: Post, later_s: float = LATER_S
    ) -> None:
        super().__init__(daemon=True, name="feedback-outbox")
        self._server, self._file, self._post, self._later_s = server, file, post, later_s
        self._lock = threading.Lock()
        self._letters: dict[str, Letter] = {}
        self._phones: dict[str, str] = {}
        self._awaited: dict[str, float] = {}  # request → until when its person waits
        self._on_disk: frozenset[str] = frozenset()
        self._unwritten = False
        self._wake = threading.Event()
        self._stopping = False
        self.pulse: Pulse = Quiet()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def put(self, letter: Letter, phone: str) -> None:
        """Answered by FeedbackEnded; waits for no disk. The same request again takes the earlier
        one's place. What there is no room for is not promised."""
        if self._full_without(letter.request_id):
            _log.error("feedback_box_full", letters=KEPT_AT_MOST)
            self._post(fb.FeedbackEnded(letter.request_id, "not_kept"))
            return
        with self._lock:
            self._letters[letter.request_id] = letter
            if phone:
                self._phones[letter.request_id] = phone
            self._awaited[letter.request_id] = time.monotonic() + WAITED_FOR_S
            self._unwritten = True
        self._wake.set()

    def _full_without(self, request_id: str) -> bool:
        with self._lock:
            return request_id not in self._letters and len(self._letters) >= KEPT_AT_MOST

    def run(self) -> None:
        self.pulse.beat(ROUND_S)
        self._open()
        self._send_until_stopped()
        self._keep_new()

    def _send_until_stopped(self) -> None:
        while not self._stopping:
            for letter in self._in_order():
                if self._stopping:
                    return
                self.pulse.beat(ROUND_S)
                self._keep_new()
                self._try(letter)
            pause_s = self._pause_s()
            self.pulse.beat(pause_s)
            self._wake.wait(pause_s)
            self._wake.clear()

    def _in_order(self) -> list[Letter]:
        """Those first whose person stands there."""
        with self._lock:
            return sorted(self._letters.values(), key=lambda x: x.request_id not in self._awaited)

    def _pause_s(self) -> float:
        with self._lock:
            if self._awaited:
                return RETRY_S
            return self._later_s if self._letters else IDLE_S

    def _try(self, letter: Letter) -> None:
        with self._lock:
            phone = self._phones.get(letter.request_id)
        body = {**letter.body, "request_id": letter.request_id}
        try:
            answer = self._server.feedback(letter.what, {**body, "phone": phone} if phone else body)
        except Refused as refusal:
            _log.warning("feedback_refused", what=letter.what, code=refusal.refusal)
            self._refused(letter, refusal.refusal)
        except GatewayError as error:
            _log.info("feedback_delayed", what=letter.what, reason=error.code)
            self._put_off(letter, at_once=isinstance(error, Unreachable))
        else:
            self._done(letter, fb.FeedbackEnded(letter.request_id, "sent", _answer_by(answer)))

    def _refused(self, letter: Letter, code: str) -> None:
        """Who stands there is told, and may suggest something instead; of who has gone, what was
        said goes another way. Rated already is rated."""
        with self._lock:
            waits = letter.request_id in self._awaited
            if not waits and letter.retold and code != "already_rated":
                again = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{letter.request_id}/retold"))
                self._letters[again] = Letter(again, "suggestions", {"text": letter.retold})
                if phone := self._phones.get(letter.request_id):
                    self._phones[again] = phone
                self._wake.set()
        self._done(letter, fb.FeedbackEnded(letter.request_id, code))

    def _done(self, letter: Letter, ended: fb.FeedbackEnded) -> None:
        with self._lock:
            self._letters.pop(letter.request_id, None)
            self._phones.pop(letter.request_id, None)
            awaited = self._awaited.pop(letter.request_id, None)
        self._keep()
        if awaited is not None:
            self._post(ended)

    def _put_off(self, letter: Letter, at_once: bool) -> None:
        """The person is told that it goes on by itself, or, where nothing can be kept, that it did
        not arrive: then they may try again, or go to a desk."""
        with self._lock:
            until_s = self._awaited.get(letter.request_id)
            if until_s is None or not (at_once or time.monotonic() >= until_s):
                return
            del self._awaited[letter.request_id]
            kept = letter.request_id in self._on_disk
            if not kept:
                self._letters.pop(letter.request_id, None)
                self._phones.pop(letter.request_id, None)
        self._post(fb.FeedbackEnded(letter.request_id, "kept" if kept else "not_kept"))

    def _keep_new(self) -> None:
        """What was put meanwhile is on disk before anything else is sent."""
        with self._lock:
            unwritten, self._unwritten = self._unwritten, False
        if unwritten:
            self._keep()

    def _keep(self) -> None:
        """In the outbox's own thread, so that nobody else waits for the disk."""
        with self._lock:
            told = [asdict(letter) for letter in self._letters.values()]
        try:
            self._file.write(json.dumps(told, ensure_ascii=False).encode())
        except OSError as error:
            _log.error("feedback_not_kept", reason=str(error))
        else:
            self._on_disk = frozenset(x["request_id"] for x in told if self._file.path)

    def _open(self) -> None:
        try:
            kept = self._file.read()
            letters = [Letter(**told) for told in json.loads(kept)] if kept else []
        except (OSError, ValueError, TypeError) as error:
            _log.error("feedback_unreadable", reason=str(error))
            return
        with self._lock:
            earlier = {letter.request_id: letter for letter in letters}
            self._letters = {**earlier, **self._letters}
            self._on_disk |= frozenset(earlier)


class FeedbackDesk:
    """`find` and `put` return at once; answers come through `post`, from other threads."""

    def __init__(self, server: FeedbackServer, outbox: Outbox, post: Post) -> None:
        self._server, self._outbox, self._post = server, outbox, post

    def find(self, wish: fb.FindSteps) -> None:
        threading.Thread(target=self._find, args=(wish,), daemon=True, name="find-steps").start()

    def _find(self, wish: fb.FindSteps) -> None:
        until_s = time.monotonic() + FIND_S
        while True:
            try:
                steps = read_steps(self._server.reviewable(wish))
            except Refused as refusal:
                self._post(fb.FeedbackEnded(wish.request_id, refusal.refusal))
                return
            except GatewayError as error:
                _log.info("steps_delayed", reason=error.code)
                if isinstance(error, Unreachable) or time.monotonic() >= until_s:
                    self._post(fb.FeedbackEnded(wish.request_id, "no_answer"))
                    return
                time.sleep(RETRY_S)
            else:
                self._post(fb.StepsFound(wish.request_id, steps))
                return

    def review(self, wish: fb.SendReview, retold: str = "") -> None:
        body = {
            "ticket": wish.ticket,
            "step": wish.step,
            "level": wish.level,
            "reasons": list(wish.reasons),
        }
        self._outbox.put(Letter(wish.request_id, "reviews", body, retold), wish.phone)

    def suggest(self, wish: fb.SendSuggestion, text: str) -> None:
        self._outbox.put(Letter(wish.request_id, "suggestions", {"text": text}), wish.phone)


def read_steps(answer: object) -> tuple[fb.StepFacts, ...]:
    """From `{"visits": [{ticket, number, follow_path, reviewable: […]}]}`. Raises BadAnswer."""
    told = cast(Mapping[str, list[dict[str, Any]]], answer)
    return strictly(
        "list of visits",
        lambda: tuple(
            _step(visit, step) for visit in told["visits"] for step in reversed(visit["reviewable"])
        ),
    )


def _step(visit: Mapping[str, Any], step: Mapping[str, Any]) -> fb.StepFacts:
    return fb.StepFacts(
        ticket=typed(visit["ticket"], str),
        number=typed(visit["number"], str),
        step=typed(step["step"], int),
        service_name=typed(step["service_name"], str),
        service_name_en=typed(step["service_name_en"], str),
        window=typed(step["window"], str),
        follow_path=typed(visit["follow_path"], str),
    )


def _answer_by(answer: object) -> str:
    """Of a case that was opened; what cannot be read is no reason to send it twice."""
    told = answer.get("answer_by") if isinstance(answer, dict) else None
    return told if isinstance(told, str) else ""
