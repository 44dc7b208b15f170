"""What the hall has to read – guides, notices, jobs, the review form – fetched now and then and
kept on disk.

Without a server the kiosk shows what it has kept, and says of when it is. Nothing personal.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import structlog
from pypinyin import Style, pinyin

from foundation.liveness import BeatingStop, Pulse, Quiet
from kiosk.flow import events as ev
from kiosk.flow.content import (
    ContentFacts,
    FaceTermsFacts,
    JobFacts,
    LevelFacts,
    MatterFacts,
    NoticeFacts,
    ReasonFacts,
    ReviewFormFacts,
)
from kiosk.gateway.client import QueueClient
from kiosk.gateway.errors import BadAnswer, GatewayError, Refused
from kiosk.gateway.keeping import KeptFile
from kiosk.gateway.reading import read_hall, strictly, typed
from queue_server.wire import hall as wire
from queue_server.wire import reviews as wire_reviews

_log = structlog.get_logger()

Post = Callable[[ev.Event], None]
FETCH_EVERY_S = 300.0
RETRY_S = 15.0
ROUND_S = 45.0  # both parts, however slowly they come, and the disk
HALL_KEPT_EVERY_S = 600.0


def spelling(name: str) -> tuple[tuple[str, ...], ...]:
    """For each sign its readings without tones, the usual one first; what is not Chinese reads as
    itself."""
    return tuple(
        tuple(pinyin(sign, style=Style.NORMAL, heteronym=True)[0]) for sign in name.lower()
    )


def read_matters(answer: object) -> tuple[MatterFacts, ...]:
    """Raises BadAnswer."""
    told = cast(Mapping[str, list[wire.Matter]], answer)
    return strictly("list of matters", lambda: tuple(_matter(m) for m in told["matters"]))


def _matter(matter: wire.Matter) -> MatterFacts:
    name = typed(matter["name"], str)
    return MatterFacts(
        id=typed(matter["id"], str),
        service=typed(matter["service"], str),
        name=name,
        name_en=typed(matter["name_en"], str),
        materials=tuple(typed(m, str) for m in matter["materials"]),
        procedure=tuple(typed(p, str) for p in matter["procedure"]),
        promised_working_days=typed(matter["promised_working_days"], int),
        result=typed(matter["result"], str),
        fee=typed(matter["fee"], str),
        legal_basis=typed(matter["legal_basis"], str),
        spelling=spelling(name),
    )


def read_face_terms(answer: object) -> FaceTermsFacts | None:
    """From the list of matters; None where the server tells none. Raises BadAnswer."""
    told = cast(Mapping[str, Any], answer).get("face_terms")
    if told is None:
        return None
    days = told.get("evidence_days")
    return strictly(
        "terms of the face check",
        lambda: FaceTermsFacts(
            typed(told["operator"], str),
            typed(told["operator_en"], str),
            None if days is None else typed(days, int),
        ),
    )


def read_notices(answer: object) -> tuple[tuple[NoticeFacts, ...], tuple[JobFacts, ...]]:
    """Raises BadAnswer."""
    told = cast(Mapping[str, list[dict[str, Any]]], answer)
    return strictly(
        "list of notices",
        lambda: (
            tuple(_notice(n) for n in told["notices"]),
            tuple(_job(j) for j in told.get("jobs", [])),
        ),
    )


def read_form(answer: object) -> ReviewFormFacts:
    """Levels and reasons of a review. Raises BadAnswer."""
    told = cast(wire_reviews.ReviewForm, answer)
    return strictly(
        "review form",
        lambda: ReviewFormFacts(
            tuple(
                LevelFacts(typed(x["level"], int), typed(x["name"], str), typed(x["name_en"], str))
                for x in told["levels"]
            ),
            tuple(_reason(x) for x in told["reasons"]),
        ),
    )


def _reason(told: wire_reviews.ReviewReason) -> ReasonFacts:
    return ReasonFacts(
        id=typed(told["id"], str),
        name=typed(told["name"], str),
        name_en=typed(told["name_en"], str),
        levels=tuple(typed(level, int) for level in told["levels"]),
    )


# What is kept under which name → where it is fetched, and what it must be.
_PARTS: dict[str, tuple[str, Callable[[object], object]]] = {
    "matters": ("matters", read_matters),
    "notices": ("notices", read_notices),
    "form": ("reviews/form", read_form),
}


def _word(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return "" if value is None else str(value)


def _notice(told: dict[str, Any]) -> NoticeFacts:
    names = ("title", "title_en", "text", "text_en", "until")
    return NoticeFacts(str(told["id"]), *(_word(told, name) for name in names))


def _job(told: dict[str, Any]) -> JobFacts:
    return JobFacts(
        id=str(told["id"]),
        title=_word(told, "title"),
        employer=_word(told, "employer"),
        place=_word(told, "place"),
        wage=_word(told, "wage"),
        openings=int(told.get("openings") or 0),
        text=_word(told, "text"),
        contact=_word(told, "contact"),
        until=_word(told, "until"),
    )


@dataclass
class Archive:
    """The hall, its matters and notices as last told, in one file. Losing it loses nothing that
    the server cannot tell again, so a disk that is full is only logged."""

    file: KeptFile
    _told: dict[str, Any] = field(default_factory=dict)
    _hall_kept_s: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self) -> list[ev.Event]:
        """What the kiosk knows before the server has said a word."""
        try:
            kept = self.file.read()
            self._told = json.loads(kept) if kept else {}
            events: list[ev.Event] = [ev.ContentSeen(content_of(self._told, fresh=False))]
            if "hall" in self._told:
                events.append(ev.HallRemembered(read_hall(self._told["hall"])))
        except (OSError, ValueError, TypeError, AttributeError, BadAnswer) as error:
            _log.warning("archive_unreadable", reason=str(error))
            self._told = {}
            return []
        return events

    def keep(self, **told: object) -> None:
        with self._lock:
            if all(self._told.get(name) == value for name, value in told.items()):
                return
            self._told.update(told, seen_at=datetime.now(UTC).isoformat(timespec="seconds"))
            try:
                self.file.write(json.dumps(self._told, ensure_ascii=False).encode())
            except OSError as error:
                _log.warning("archive_not_kept", reason=str(error))

    def keep_hall(self, told: object) -> None:
        """Its figures change every few seconds; for a dark morning an older look will do."""
        now_s = time.monotonic()
        if now_s - self._hall_kept_s >= HALL_KEPT_EVERY_S:
            self._hall_kept_s = now_s
            self.keep(hall=told)

    def content(self) -> ContentFacts:
        with self._lock:
            return content_of(self._told, fresh=True)


def content_of(told: Mapping[str, Any], fresh: bool) -> ContentFacts:
    """Raises BadAnswer."""
    notices, jobs = read_notices(told["notices"]) if "notices" in told else ((), ())
    matters = read_matters(told["matters"]) if "matters" in told else ()
    form = read_form(told["form"]) if "form" in told else ReviewFormFacts()
    seen_at = "" if fresh else str(told.get("seen_at", ""))
    known = {"notices", "matters"} <= told.keys()
    terms = read_face_terms(told["matters"]) if "matters" in told else None
    return ContentFacts(matters, notices, jobs, seen_at, form, told=known, face_terms=terms)


class ContentWatch(threading.Thread):
    """Fetches guides and notices again and again; tells what changed."""

    def __init__(self, client: QueueClient, archive: Archive, post: Post) -> None:
        super().__init__(daemon=True, name="content-watch")
        self._client, self._archive, self._post = client, archive, post
        self.pulse: Pulse = Quiet()
        self._stop_asked: threading.Event = BeatingStop(lambda: self.pulse, ROUND_S)

    def stop(self) -> None:
        self._stop_asked.set()

    def run(self) -> None:
        told: ContentFacts | None = None
        while not self._stop_asked.is_set():
            whole = all([self._fetch(part) for part in _PARTS])
            content = self._archive.content()
            if whole and content != told:
                self._post(ev.ContentSeen(content))
                told = content
            self._stop_asked.wait(FETCH_EVERY_S if whole else RETRY_S)

    def _fetch(self, part: str) -> bool:
        where, read = _PARTS[part]
        try:
            answer = self._client.content(where)
            read(answer)
        except Refused as refusal:
            # A server from before it has no such thing: there is none, and the rest still counts.
            _log.info("content_refused", part=part, code=refusal.refusal)
            return True
        except GatewayError as error:
            _log.info("content_delayed", part=part, reason=error.code)
            return False
        self._archive.keep(**{part: answer})
        return True
