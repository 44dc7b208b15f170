"""Load that remembers what it was promised, for servers that are killed under it."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from queue_server.journal.chain import Record
from tests.stateful.referee import Referee
from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"
WINDOWS = "123456789"
CHOICES_JUDGED = 5000  # events
REPEATED = 300  # late retries of answered requests, and of unanswered ones


@dataclass
class Promises:
    """What was acknowledged: request id → (path, fields, answer); and what stayed unanswered."""

    answered: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    unanswered: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)


REST_S = 1.0


class Crowd:
    """Clients that issue, call, start and finish without pause until told to stop. resting: while
    it is set each comes once in a while, so that many crashes make a day and not a year."""

    def __init__(self, server: ServerProcess, token: str, clients: int) -> None:
        self._port, self._token = server.port, token
        self._stop = threading.Event()
        self.resting = threading.Event()
        self.promises = Promises()
        self._threads = [
            threading.Thread(target=self._run, args=(number,)) for number in range(clients)
        ]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        choose = random.Random(number)
        connection: http.client.HTTPConnection | None = None
        while not self._stop.is_set():
            path, fields = self._wish(number, choose)
            request_id = str(uuid.uuid4())
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
                status, body = self._send(connection, path, {**fields, "request_id": request_id})
            except (OSError, http.client.HTTPException, ValueError):
                self.promises.unanswered[request_id] = (path, fields)
                if connection is not None:
                    connection.close()
                connection = None
                time.sleep(0.02)
                continue
            if status in (200, 201):
                self.promises.answered[request_id] = (path, fields, body)
            if self.resting.is_set():
                self._stop.wait(REST_S)
        if connection is not None:
            connection.close()

    def _wish(self, number: int, choose: random.Random) -> tuple[str, dict[str, Any]]:
        if number >= len(WINDOWS):
            return f"{HALL}/tickets", {"service": choose.choice("ABCDEFG")}
        act = choose.choice(["call-next", "call-next", "start", "finish", "miss", "recall"])
        return f"{HALL}/windows/{WINDOWS[number]}/{act}", {}

    def _send(
        self, connection: http.client.HTTPConnection, path: str, fields: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        connection.request("POST", path, json.dumps(fields), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


@contextmanager
def resting(*crowds: Crowd) -> Iterator[None]:
    """While a server starts: each client comes once in a while."""
    for crowd in crowds:
        crowd.resting.set()
    yield
    for crowd in crowds:
        crowd.resting.clear()


def check_promises(client: Client, promises: Promises) -> dict[str, int]:
    """Asserts that nothing acknowledged is lost, that no rule was broken (no number twice, nobody
    called by two windows …), and that late retries get their one answer. Returns what was
    checked."""
    events = client.journal()
    _judge(events)
    by_request = {x["data"].get("request_id"): x for x in events}
    lost = promises.answered.keys() - by_request.keys()
    assert not lost, f"{len(lost)} acknowledged but lost"
    for request_id in _some(promises.answered):
        path, fields, body = promises.answered[request_id]
        status, again = client.request("POST", path, {**fields, "request_id": request_id})
        assert (status, again) == (200, body), path
    repeated = 0
    for request_id in _some(promises.unanswered):
        path, fields = promises.unanswered[request_id]
        wish = {**fields, "request_id": request_id}
        first, second = (client.request("POST", path, wish) for _ in range(2))
        assert first[1] == second[1], path
        if path.endswith("/tickets"):
            repeated += 1
            done = by_request.get(request_id)
            if done is not None:
                assert first[1]["ticket"]["number"] == done["data"]["number"]
    _judge(client.journal())
    return {
        "events": len(events),
        "acknowledged": len(promises.answered),
        "unanswered": len(promises.unanswered),
        "retried_tickets": repeated,
    }


def _some(request_ids: Iterable[str]) -> list[str]:
    found = sorted(request_ids)
    return random.Random(1).sample(found, min(REPEATED, len(found)))


def records_of(events: list[dict[str, Any]]) -> Iterator[Record]:
    """The journal's records, from what the API tells of them."""
    for x in events:
        data = json.dumps(x["data"], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        yield Record("demo", x["seq"], x["event"], x["at"], data, x["prev_hash"], x["hash"])


def _judge(events: list[dict[str, Any]]) -> None:
    """Every rule of the hall, and the hash chain, by the referee's own bookkeeping; who was next,
    which is looked for by brute force, only in a journal that is short enough for it."""
    Referee(judges_choices=len(events) <= CHOICES_JUDGED).watch(records_of(events))
