"""Event streams: in order, nothing lost over a reconnect, heartbeats, topics."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any

from tests.integration.test_access import Browser, csrf_in
from tests.support.server import ServerProcess

HALL = "/api/v1/halls/demo"


class Stream:
    """A minimal reader of Server-Sent Events over a real socket."""

    def __init__(
        self,
        port: int,
        query: str = "",
        last_event_id: int | None = None,
        token: str | None = None,
        cookie: str | None = None,
    ) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if cookie:
            headers["Cookie"] = cookie
        self._connection.request("GET", f"{HALL}/events{query}", headers=headers)
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        assert self._answer.getheader("content-type", "").startswith("text/event-stream")

    def __iter__(self) -> Iterator[tuple[int | None, str, Any]]:
        fields: dict[str, str] = {}
        for raw in self._answer:
            line = raw.decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif fields:
                seq = int(fields["id"]) if "id" in fields else None
                yield seq, fields["event"], json.loads(fields["data"])
                fields = {}

    def take(self, count: int) -> list[tuple[int | None, str, Any]]:
        """The next events that are no heartbeats."""
        found = []
        for event in self:
            if event[1] != "heartbeat":
                found.append(event)
                if len(found) == count:
                    break
        return found

    def ends_within(self, limit_s: float) -> bool:
        """Whether the server ends it, heartbeats or not."""
        end = time.monotonic() + limit_s
        return all(time.monotonic() < end for _ in self)

    def close(self) -> None:
        self._connection.close()


def cookies(browser: Browser) -> str:
    return "; ".join(f"{x.name}={x.value}" for x in browser.cookies)


def test_resume_misses_nothing_and_repeats_nothing(fresh: ServerProcess) -> None:
    admin = fresh.client("admin")
    live = Stream(fresh.port, "?after=0")
    numbers = [admin.issue("A")["number"] for _ in range(3)]
    seen = live.take(2 + 3)
    live.close()
    numbers += [admin.issue("A")["number"] for _ in range(3)]
    resumed = Stream(fresh.port, last_event_id=seen[-1][0])
    numbers += [admin.issue("A")["number"] for _ in range(2)]
    seen += resumed.take(5)
    resumed.close()
    assert [x[0] for x in seen] == list(range(2, 12))  # the day was opened by event 2
    assert [x[2]["number"] for x in seen if x[1] == "ticket_issued"] == numbers


def test_earlier_days_are_for_those_who_may_read_the_journal(fresh: ServerProcess) -> None:
    """A stranger must not have the whole journal sent, year by year, with every connection."""
    first = {}
    for role in ("auditor", "manager", "screen", None):
        stream = Stream(fresh.port, "?after=0", token=fresh.token(role) if role else None)
        first[role] = stream.take(1)[0][0]
        stream.close()
        again = Stream(fresh.port, last_event_id=0, token=fresh.token(role) if role else None)
        assert again.take(1)[0][0] == first[role]
        again.close()
    assert first == {"auditor": 1, "manager": 1, "screen": 2, None: 2}


def test_a_stream_ends_with_the_right_to_it(fresh: ServerProcess) -> None:
    admin = fresh.client("admin")
    leaves, disabled, stays = (Browser(fresh.url) for _ in range(3))
    _, page, _ = leaves.login("clerk3", "demo-hall", "/window/demo/3")
    disabled.login("clerk5", "demo-hall")
    stays.login("clerk6", "demo-hall")
    screen = fresh.token("screen")
    gone = [Stream(fresh.port, cookie=cookies(one)) for one in (leaves, disabled)]
    gone.append(Stream(fresh.port, token=screen))
    others = [Stream(fresh.port, cookie=cookies(stays)), Stream(fresh.port)]
    leaves.post("/logout", csrf=csrf_in(page))
    assert admin.post(f"{HALL}/staff/clerk5/disable")[0] == 200
    (device,) = [d for d in admin.get(f"{HALL}/paired")[1]["devices"] if d["name"] == "screen"]
    assert admin.post(f"{HALL}/paired/{device['id']}/unpair")[0] == 200
    for stream in gone:
        assert stream.ends_within(60)
        stream.close()
    number = admin.issue("A")["number"]
    for stream in others:
        assert stream.take(1)[0][2]["number"] == number  # heartbeats since, and still told
        stream.close()


def test_new_listener_starts_now(fresh: ServerProcess) -> None:
    admin = fresh.client("admin")
    admin.issue("A")
    live = Stream(fresh.port)
    first = next(iter(live))
    assert first[1] == "heartbeat"
    number = admin.issue("A")["number"]
    assert live.take(1)[0][2]["number"] == number
    live.close()


def test_topics_and_what_a_call_carries(fresh: ServerProcess) -> None:
    admin = fresh.client("admin")
    live = Stream(fresh.port, "?topics=calls&after=0")
    admin.issue("A", person={"id_number": "990101194001010014"})
    admin.at("1", "call-next")
    [(seq, name, data)] = live.take(1)
    live.close()
    assert name == "ticket_called"
    assert data["call"]["seq"] == seq
    assert data["call"]["number"] == "A001"
    assert data["call"]["window_name"] == "1 号窗口"
    assert "person" not in data
    assert "request_id" not in data


def test_call_reaches_a_listener_at_once(fresh: ServerProcess) -> None:
    """The best of five: other tests run beside."""
    admin = fresh.client("admin")
    live = Stream(fresh.port, "?topics=calls")
    next(iter(live))
    took_s = []
    for _ in range(5):
        admin.issue("A")
        pressed = time.monotonic()
        admin.at("1", "call-next")
        live.take(1)
        took_s.append(time.monotonic() - pressed)
        admin.at("1", "miss", reason="x")
        live.take(1)
    live.close()
    assert min(took_s) < 0.2


def test_heartbeat_carries_the_seq(fresh: ServerProcess) -> None:
    live = Stream(fresh.port)
    beats = []
    for event in live:
        beats.append(event)
        if len(beats) == 2:
            break
    live.close()
    assert [x[1] for x in beats] == ["heartbeat", "heartbeat"]
    assert beats[0][2]["seq"] == fresh.client("admin").journal()[-1]["seq"]


def test_a_listener_ahead_of_the_journal_starts_from_now(fresh: ServerProcess) -> None:
    """The journal was restored, or the hall was emptied, under a screen that stayed on."""
    admin = fresh.client("admin")
    last = admin.journal()[-1]["seq"]
    live = Stream(fresh.port, last_event_id=999_999)
    [(seq, name, told)] = live.take(1)  # what they know of the hall is of no use any more
    assert (name, told) == ("events_skipped", {"after": 999_999, "next": last + 1})
    assert seq == last
    number = admin.issue("A")["number"]
    assert live.take(1)[0][2]["number"] == number
    live.close()


def test_a_stop_ends_open_streams_quickly(fresh: ServerProcess) -> None:
    live = Stream(fresh.port)
    next(iter(live))
    begun = time.monotonic()
    assert fresh.stop() == 0
    assert time.monotonic() - begun < 8
    live.close()
