"""Ratings on their way to the server: on disk before anything else, sent until they are taken.

A rating is a fact about the past, so unlike a pressed key it does not grow stale.
"""

from __future__ import annotations

import json
import os
import threading
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from foundation.durable import settle_folder
from foundation.liveness import Pulse, Quiet
from hardware.errors import DeviceError
from hardware.hall_line import ServerAway, ServerRefused
from hardware.os_trouble import reason
from hardware.window_devices.api import HallApi

_log = structlog.get_logger()
# A token that is to be renewed, and a server from before there were ratings: it may come right.
HAND_IN_S = 30.0  # one rating takes no longer, whatever the line does
_NOT_YET = (401, 403, 405)


@dataclass(frozen=True, slots=True)
class Rating:
    """ticket: the server's id of the ticket whose service was just ended; level: 1–5."""

    ticket: str
    window: str
    level: int
    request_id: str

    @classmethod
    def fresh(cls, ticket: str, window: str, level: int) -> Rating:
        return cls(ticket, window, level, str(uuid.uuid4()))


class Outbox:
    """One JSON object a line; rewritten whole, so that it never holds half of one. Any thread."""

    def __init__(self, file: Path) -> None:
        """Raises DeviceError when what is there is no outbox."""
        self._file, self._lock = file, threading.Lock()
        self._ratings = self._read()

    def put(self, rating: Rating) -> None:
        """On disk when it returns. Raises DeviceError when it cannot be."""
        with self._lock:
            self._write([*self._ratings, rating])

    def waiting(self) -> list[Rating]:
        with self._lock:
            return list(self._ratings)

    def drop(self, rating: Rating) -> None:
        with self._lock:
            self._write([each for each in self._ratings if each != rating])

    def _read(self) -> list[Rating]:
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
            return [Rating(**json.loads(line)) for line in lines]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError) as error:
            raise DeviceError(
                "outbox_unreadable", file=str(self._file), reason=str(error)
            ) from error

    def _write(self, ratings: list[Rating]) -> None:
        fresh = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("w", encoding="utf-8") as out:
                out.writelines(json.dumps(asdict(each)) + "\n" for each in ratings)
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(self._file)
            settle_folder(self._file.parent)
        except OSError as error:
            raise DeviceError(
                "outbox_unwritable", file=str(self._file), reason=reason(error)
            ) from error
        self._ratings = ratings


class RatingSender:
    """A thread that hands ratings in; looks again every `retry_s` while any waits."""

    def __init__(self, outbox: Outbox, api: HallApi, retry_s: float) -> None:
        self._outbox, self._api, self._retry_s = outbox, api, retry_s
        self._changed = threading.Condition()
        self._new, self._stopping = True, False
        self.pulse: Pulse = Quiet()
        self._thread = threading.Thread(target=self._run, name="ratings", daemon=True)
        self._thread.start()

    def rate(self, ticket: str, window: str, level: int) -> None:
        """Raises DeviceError when the rating could not even be kept."""
        self._outbox.put(Rating.fresh(ticket, window, level))
        with self._changed:
            self._new = True
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                pause_s = self._retry_s if self._outbox.waiting() else None
                self._changed.wait_for(lambda: self._new or self._stopping, pause_s)
                if self._stopping:
                    return
                self._new = False
            self._hand_in_all()
            self.pulse.rest()

    def _hand_in_all(self) -> None:
        """Until the server is away: with many ratings, each would wait for it anew."""
        for rating in self._outbox.waiting():
            if self._stopping or not self._hand_in(rating):
                return

    def _hand_in(self, rating: Rating) -> bool:
        """Kept for later when the server cannot take it now. False when it takes none at all."""
        self.pulse.beat(HAND_IN_S)
        try:
            self._api.rate(rating.ticket, rating.window, rating.level, rating.request_id)
        except ServerRefused as error:
            if error.data["status"] in _NOT_YET:
                _log.info("rating_not_taken", status=error.data["status"])
                return True
            _log.warning("rating_refused", window=rating.window, refusal=error.data["refusal"])
        except DeviceError as error:
            _log.info("rating_delayed", code=error.code)
            return not isinstance(error, ServerAway)
        try:
            self._outbox.drop(rating)
        except DeviceError as error:  # handed in again later; the server knows its request_id
            _log.error("rating_not_dropped", window=rating.window, reason=error.detail)
        return True
