"""Reminders by short message, handed to a gateway behind a port; by default a folder of files that
the office's own gateway empties. What becomes of a message afterwards is the gateway's business."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import orjson

from foundation.durable import settle_folder
from queue_server.domain.pensions import Pensioner

# Nobody is reminded again before this.
AGAIN_AFTER_DAYS = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of a list: who is to be reminded; how many were so lately that they are left alone; the day
    of the last reminder to anybody on it."""

    people: tuple[Pensioner, ...]
    recent: int
    last: str | None


def wanted(listed: Sequence[Pensioner], today: date) -> Wanted:
    soonest = (today - timedelta(days=AGAIN_AFTER_DAYS)).isoformat()
    people = tuple(p for p in listed if p.reminded is None or p.reminded <= soonest)
    last = max((p.reminded for p in listed if p.reminded is not None), default=None)
    return Wanted(people, len(listed) - len(people), last)


class GatewayFailed(Exception):
    """The gateway did not take the messages; none of them counts as sent."""

    code = "gateway_failed"


@dataclass(frozen=True, slots=True)
class Message:
    phone: str
    text: str

    def __repr__(self) -> str:
        return "Message(***)"


class MessageGateway(Protocol):
    """Called in a thread of its own."""

    channel: str

    def hand_over(self, messages: Sequence[Message]) -> None:
        """All or none. Raises GatewayFailed."""


class FileGateway:
    """One file of JSON lines for each hand-over, readable by its owner alone."""

    channel = "file"

    def __init__(self, folder: Path, time_zone: str) -> None:
        """time_zone: the hall's; the files' names bear its day and hour."""
        self._folder, self._zone = folder, ZoneInfo(time_zone)

    def hand_over(self, messages: Sequence[Message]) -> None:
        stamp = f"{datetime.now(self._zone):%Y%m%dT%H%M%S%z}-{uuid.uuid4().hex[:8]}"
        draft = self._folder / f".{stamp}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.writelines(orjson.dumps(asdict(message)) + b"\n" for message in messages)
                out.flush()
                os.fsync(out.fileno())
            os.replace(draft, self._folder / f"{stamp}.jsonl")
            settle_folder(self._folder)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise GatewayFailed(f"{self._folder}: {error.strerror}") from error


def reminder_text(hall: str, name_masked: str, due: str, *, overdue: bool) -> str:
    """Says what to do and names every way; no number, no link, no threat."""
    when = f"已于{due}到期" if overdue else f"将于{due}到期"
    return (
        f"【{hall}】{name_masked}您好：您的养老待遇资格认证{when}。可在自助终端刷脸、到窗口、"
        "或请工作人员上门办理，任选一种；办好之前待遇不会因为刷脸不成功而停发。如已办理请不必理会。"
    )
