"""Lives an invented day against a real server: visitors take numbers, clerks call and serve them.

One thread for those who come, one for each window. Every press has its request_id and is repeated
with it while the server is away, as kiosks and consoles do; what the server refuses is counted.
"""

from __future__ import annotations

import heapq
import itertools
import statistics
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hardware.errors import DeviceError
from hardware.hall_line import HallLine, ServerAway, ServerRefused
from hardware.simulators.visitors import Visitor

_AWAY_S = 60.0  # so long a press is repeated
_RETRY_S = 0.5
_LOOK_AGAIN_S = 0.25  # real: a free clerk with nobody in line
_TO_THE_WINDOW_S = 30.0  # of the simulated day
_COMES_BACK_S = 300.0
_RECALLS = 2
_NOBODY_S, _NOBODY_CALLED_S = 10.0, 1800.0  # real and simulated: who still waits is not callable


@dataclass
class Told:
    """What has been so far. waits_s: of the simulated day; answers_s: real, one for each press."""

    people: int
    issued: int = 0
    called: int = 0
    served: int = 0
    missed: int = 0
    rejoined: int = 0
    gave_up: int = 0
    left_waiting: int = 0
    repeated: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)
    answers_s: list[float] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        return {
            "people": self.people,
            "issued": self.issued,
            "called": self.called,
            "served": self.served,
            "missed": self.missed,
            "rejoined": self.rejoined,
            "gave_up": self.gave_up,
            "left_waiting": self.left_waiting,
            "repeated_presses": self.repeated,
            "refused": dict(self.refused),
            "wait_s": _quantiles(self.waits_s, 1),
            "answer_ms": _quantiles(self.answers_s, 1000),
        }


def _quantiles(values: Sequence[float], unit: float) -> dict[str, float | None]:
    if len(values) < 2:
        return {"p50": None, "p90": None, "p99": None}
    cut = statistics.quantiles(values, n=100, method="inclusive")
    return {name: round(cut[at] * unit, 1) for name, at in (("p50", 49), ("p90", 89), ("p99", 98))}


class VisitorDay:
    """A day in one hall. speed: how much faster than the clock; 1 is real time.
    elderly: whether the hall has that priority class.

    The windows that work are those that are open when it begins."""

    def __init__(
        self, line: HallLine, visitors: Sequence[Visitor], speed: float, *, elderly: bool
    ) -> None:
        self._line, self._visitors, self._speed = line, visitors, speed
        self._elderly = elderly
        self.told = Told(people=len(visitors))
        self._lock = threading.Lock()
        self._theirs: dict[str, tuple[Visitor, float]] = {}  # by ticket: who, and since when
        self._quick: set[str] = set()  # called before their own request was answered
        self._ended, self._all_came = threading.Event(), threading.Event()
        self._broken: list[DeviceError] = []

    def run(self, windows: Sequence[str], longest_s: float | None = None) -> Told:
        """Until everybody is served, `stop()`, or `longest_s` real seconds have gone.

        Raises ServerAway when the server is away for a minute, ServerRefused when a number or a
        call is refused for what it is (401, 403, 404)."""
        self._began_s = self._last_call_s = time.monotonic()
        work = [threading.Thread(target=self._safely, args=(self._come,), daemon=True)]
        for window in windows:
            serve = threading.Thread(target=self._safely, args=(self._serve, window), daemon=True)
            work.append(serve)
        for thread in work:
            thread.start()
        until_s = None if longest_s is None else self._began_s + longest_s
        for thread in work:
            while thread.is_alive() and not self._ended.is_set():
                thread.join(0.1)
                if until_s is not None and time.monotonic() >= until_s:
                    self._ended.set()
        self._ended.set()
        for thread in work:
            thread.join()
        if self._broken:
            raise self._broken[0]
        self.told.left_waiting = len(self._theirs)
        return self.told

    def stop(self) -> None:
        """May be called from a signal's handler."""
        self._ended.set()

    def _safely(self, work: Any, *given: str) -> None:
        try:
            work(*given)
        except DeviceError as error:
            self._broken.append(error)
            self._ended.set()

    # those who come

    def _come(self) -> None:
        """Comings, numbers handed back and comings back, each at its time."""
        order = itertools.count()
        self._due = [(v.at_s, next(order), "come", v, "") for v in self._visitors]
        heapq.heapify(self._due)
        self._order = order
        while self._due and not self._ended.is_set():
            at_s, _, what, visitor, ticket = heapq.heappop(self._due)
            self._sleep_until(at_s)
            if self._ended.is_set():
                return
            if what == "come":
                self._takes_a_number(visitor, at_s)
            else:
                self._gives_up(ticket)
        self._all_came.set()

    def _takes_a_number(self, visitor: Visitor, at_s: float) -> None:
        body = {"service": visitor.service}
        body |= {"priority_class": "elderly"} if visitor.elderly and self._elderly else {}
        answer = self._press("/tickets", body)
        if answer is None:
            return
        ticket = str(answer["ticket"]["id"])
        with self._lock:
            self.told.issued += 1
            if ticket not in self._quick:
                self._theirs[ticket] = (visitor, time.monotonic())
        self._press(f"/tickets/{ticket}/printed", {})
        if visitor.gives_up_s is not None:
            later = (at_s + visitor.gives_up_s, next(self._order), "give up", visitor, ticket)
            heapq.heappush(self._due, later)

    def _gives_up(self, ticket: str) -> None:
        with self._lock:
            waiting = ticket in self._theirs
        if waiting and self._press(f"/tickets/{ticket}/cancel", {}):
            with self._lock:
                self.told.gave_up += 1
                self._theirs.pop(ticket, None)

    # those who serve

    def _serve(self, window: str) -> None:
        while not self._ended.is_set():
            answer = self._press(f"/windows/{window}/call-next", {})
            ticket = (answer or {}).get("ticket")
            if ticket:
                self._attend(window, str(ticket["id"]), _usual_s(answer or {}))
            elif self._all_came.is_set() and self._over():
                return
            else:
                self._ended.wait(_LOOK_AGAIN_S)

    def _over(self) -> bool:
        """Nobody is left, or nobody whom these windows may call."""
        with self._lock:
            quiet_s = time.monotonic() - self._last_call_s
            return not self._theirs or quiet_s > max(_NOBODY_S, _NOBODY_CALLED_S / self._speed)

    def _attend(self, window: str, ticket: str, usual_s: float) -> None:
        with self._lock:
            self.told.called += 1
            self._last_call_s = time.monotonic()
            visitor, since_s = self._theirs.pop(ticket, (None, 0.0))
            if visitor is None:
                self._quick.add(ticket)
        if visitor is None or visitor.comes:  # others in the hall are real: they come
            self._serves(window, visitor, since_s, usual_s)
        else:
            self._misses(window, ticket, visitor)

    def _serves(self, window: str, visitor: Visitor | None, since_s: float, usual_s: float) -> None:
        if visitor is not None:
            with self._lock:
                self.told.waits_s.append((time.monotonic() - since_s) * self._speed)
        self._sleep(_TO_THE_WINDOW_S)
        self._press(f"/windows/{window}/start", {})
        self._sleep(usual_s * (visitor.serving if visitor else 1.0))
        if self._press(f"/windows/{window}/finish", {}):
            with self._lock:
                self.told.served += 1

    def _misses(self, window: str, ticket: str, visitor: Visitor) -> None:
        for _ in range(_RECALLS):
            self._sleep(_TO_THE_WINDOW_S)
            self._press(f"/windows/{window}/recall", {})
        self._sleep(_TO_THE_WINDOW_S)
        if not self._press(f"/windows/{window}/miss", {}):
            return
        with self._lock:
            self.told.missed += 1
        if visitor.comes_back:
            self._comes_back(ticket, visitor)

    def _comes_back(self, ticket: str, visitor: Visitor) -> None:
        """The clerk goes on; the person is back a little later, and comes when called."""
        back = Visitor(0, visitor.service, visitor.elderly, visitor.serving, True, False, None)
        with self._lock:
            self._theirs[ticket] = (back, time.monotonic())

        def rejoin() -> None:
            self._sleep(_COMES_BACK_S)
            answer = None if self._ended.is_set() else self._press(f"/tickets/{ticket}/rejoin", {})
            with self._lock:
                if answer is None:
                    self._theirs.pop(ticket, None)
                else:
                    self.told.rejoined += 1

        threading.Thread(target=self._safely, args=(rejoin,), daemon=True).start()

    # presses and time

    def _press(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """None when the hall's rules refuse it."""
        asked = {**body, "request_id": str(uuid.uuid4())}
        give_up_s = time.monotonic() + _AWAY_S
        while True:
            began_s = time.monotonic()
            try:
                answer: Mapping[str, Any] = self._line.ask("POST", path, asked)
            except ServerAway:
                if time.monotonic() > give_up_s or self._ended.wait(_RETRY_S):
                    raise
                with self._lock:
                    self.told.repeated += 1
                continue
            except ServerRefused as error:
                if error.data.get("status") in (401, 403, 404):
                    raise
                with self._lock:
                    self.told.refused[str(error.data["refusal"])] += 1
                return None
            with self._lock:
                self.told.answers_s.append(time.monotonic() - began_s)
            return answer

    def _sleep(self, simulated_s: float) -> None:
        self._ended.wait(simulated_s / self._speed)

    def _sleep_until(self, at_s: float) -> None:
        self._ended.wait(max(0.0, self._began_s + at_s / self._speed - time.monotonic()))


def _usual_s(answer: Mapping[str, Any]) -> float:
    held = (answer.get("window") or {}).get("ticket") or {}
    return float(held.get("usual_s") or 600)
