"""The outbox of reviews and suggestions, over real sockets: sent once, kept in the dark."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kiosk.flow import events as ev
from kiosk.flow import feedback as fb
from kiosk.gateway import feedback
from kiosk.gateway.client import QueueClient
from kiosk.gateway.feedback import FeedbackDesk, Outbox
from kiosk.gateway.keeping import KeptFile
from kiosk.samples import PERSON
from kiosk.settings import ServerSettings

REVIEW = fb.SendReview("r1", "t-1", 1, 2, ("slow",), "13800001111")
VISIT = {
    "ticket": "t-1",
    "number": "D023",
    "follow_path": "/t/3f9c",
    "reviewable": [
        {"step": n, "service": "D", "service_name": "退休", "service_name_en": "R", "window": "4"}
        for n in (1, 2)
    ],
}


class Hall:
    """Answers with what `answers` says for each path, 200 by default; keeps every body."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, tuple[int, dict[str, Any]]] = {}
        hall = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                what = self.path.split("/demo/")[1]
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hall.bodies.append((what, body))
                status, answer = hall.answers.get(what, (200, {"answer_by": "2026-03-09"}))
                told = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.address = self._http.server_address[:2]
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall()
    yield made
    made.close()


class Kiosk:
    def __init__(self, url: str, file: Path | None, later_s: float = 0.1) -> None:
        self.events: queue.Queue[ev.Event] = queue.Queue()
        settings = ServerSettings(url, "demo", "kiosk-1", "secret")
        client = QueueClient(settings)
        self.outbox = Outbox(client, KeptFile(file), self.events.put, later_s)
        self.desk = FeedbackDesk(client, self.outbox, self.events.put)
        self.outbox.start()

    def next(self) -> ev.Event:
        return self.events.get(timeout=30)

    def stop(self) -> None:
        self.outbox.stop()
        self.outbox.join(30)


def url(hall: Hall) -> str:
    return "http://{}:{}".format(*hall.address)


def test_a_review_is_sent_and_leaves_nothing_behind(hall: Hall, tmp_path: Path) -> None:
    file = tmp_path / "feedback.json"
    kiosk = Kiosk(url(hall), file)
    kiosk.desk.review(REVIEW)
    assert kiosk.next() == fb.FeedbackEnded("r1", "sent", "2026-03-09")
    kiosk.desk.suggest(fb.SendSuggestion("s1", ("windows",), ""), "希望多开窗口。")
    assert kiosk.next() == fb.FeedbackEnded("s1", "sent", "2026-03-09")
    kiosk.stop()
    review = {"ticket": "t-1", "step": 1, "level": 2, "reasons": ["slow"]}
    assert hall.bodies == [
        ("reviews", {**review, "request_id": "r1", "phone": "13800001111"}),
        ("suggestions", {"text": "希望多开窗口。", "request_id": "s1"}),
    ]
    assert json.loads(file.read_text("utf-8")) == []


def test_in_the_dark_it_is_kept_over_a_restart_without_the_number(
    hall: Hall, tmp_path: Path
) -> None:
    file = tmp_path / "feedback.json"
    dark = Kiosk("http://127.0.0.1:9", file)
    dark.desk.review(REVIEW)
    assert dark.next() == fb.FeedbackEnded("r1", "kept")
    dark.stop()
    assert "slow" in file.read_text("utf-8")
    assert "138" not in file.read_text("utf-8")
    light = Kiosk(url(hall), file)
    light.desk.suggest(fb.SendSuggestion("s1", (), "13900002222"), "请打电话听取意见。")
    assert light.next() == fb.FeedbackEnded("s1", "sent", "2026-03-09")
    light.stop()
    assert {body["request_id"]: body.get("phone") for _, body in hall.bodies} == {
        "r1": None,
        "s1": "13900002222",
    }
    assert json.loads(file.read_text("utf-8")) == []


def test_whoever_puts_a_letter_in_waits_for_no_disk_and_it_is_written_before_it_is_sent(
    hall: Hall, tmp_path: Path
) -> None:
    worn, written = threading.Event(), []

    class WornDisk(KeptFile):
        def write(self, content: bytes) -> None:
            assert worn.wait(30)
            written.append((threading.current_thread().name, len(hall.bodies)))

    kiosk = Kiosk(url(hall), None)
    kiosk.outbox._file = WornDisk(tmp_path / "f")
    kiosk.desk.review(REVIEW)  # would hang here
    worn.set()
    assert kiosk.next() == fb.FeedbackEnded("r1", "sent", "2026-03-09")
    kiosk.stop()
    assert written[0] == ("feedback-outbox", 0)


def test_on_a_full_disk_in_the_dark_nothing_is_promised(tmp_path: Path) -> None:
    folder = tmp_path / "feedback.json"
    folder.mkdir()  # nothing can be put in its place
    kiosk = Kiosk("http://127.0.0.1:9", folder)
    kiosk.desk.review(REVIEW)
    assert kiosk.next() == fb.FeedbackEnded("r1", "not_kept")
    kiosk.stop()


def test_what_there_is_no_room_for_is_not_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "KEPT_AT_MOST", 1)
    kiosk = Kiosk("http://127.0.0.1:9", tmp_path / "feedback.json")
    kiosk.desk.review(REVIEW)
    assert kiosk.next() == fb.FeedbackEnded("r1", "kept")
    kiosk.desk.suggest(fb.SendSuggestion("s1", ("windows",), ""), "希望多开窗口。")
    assert kiosk.next() == fb.FeedbackEnded("s1", "not_kept")
    kiosk.stop()


def test_a_refusal_is_told_and_not_tried_again(hall: Hall, tmp_path: Path) -> None:
    error = {"error": {"code": "already_rated", "message": "", "detail": {}}}
    hall.answers["reviews"] = (409, error)
    kiosk = Kiosk(url(hall), tmp_path / "feedback.json")
    kiosk.desk.review(REVIEW)
    assert kiosk.next() == fb.FeedbackEnded("r1", "already_rated")
    kiosk.stop()
    assert len(hall.bodies) == 1


def test_a_review_that_comes_too_late_is_handed_in_as_a_suggestion(
    hall: Hall, tmp_path: Path
) -> None:
    file = tmp_path / "feedback.json"
    dark = Kiosk("http://127.0.0.1:9", file)
    dark.desk.review(REVIEW, "社会保障卡，号码 G001，1 号窗口：不满意。")
    assert dark.next() == fb.FeedbackEnded("r1", "kept")
    dark.stop()
    late = {"error": {"code": "nothing_to_rate", "message": "", "detail": {}}}
    hall.answers["reviews"] = (409, late)
    light = Kiosk(url(hall), file)
    while len(hall.bodies) < 2:
        threading.Event().wait(0.01)
    light.stop()
    assert [what for what, _ in hall.bodies] == ["reviews", "suggestions"]
    assert hall.bodies[1][1]["text"] == "社会保障卡，号码 G001，1 号窗口：不满意。"
    assert hall.bodies[1][1]["request_id"] not in ("", "r1")
    assert json.loads(file.read_text("utf-8")) == []


def test_a_server_in_trouble_gets_it_once_it_can(hall: Hall, tmp_path: Path) -> None:
    hall.answers["reviews"] = (503, {})
    kiosk = Kiosk(url(hall), tmp_path / "feedback.json")
    kiosk.desk.review(REVIEW)
    while not hall.bodies:
        threading.Event().wait(0.01)
    del hall.answers["reviews"]
    assert kiosk.next() == fb.FeedbackEnded("r1", "sent", "2026-03-09")
    kiosk.stop()
    assert {body["request_id"] for _, body in hall.bodies} == {"r1"}


def test_visits_are_found_newest_step_first_and_a_dead_line_is_told_of(hall: Hall) -> None:
    hall.answers["reviews/find"] = (200, {"visits": [VISIT]})
    kiosk = Kiosk(url(hall), None)
    kiosk.desk.find(fb.FindSteps("f1", PERSON))
    found = kiosk.next()
    assert isinstance(found, fb.StepsFound)
    assert [(s.ticket, s.step, s.follow_path) for s in found.steps] == [
        ("t-1", 2, "/t/3f9c"),
        ("t-1", 1, "/t/3f9c"),
    ]
    assert hall.bodies.pop() == ("reviews/find", {"id_number": PERSON.id_number})
    typed = {"number": "D023", "code": "4821"}
    for status, code in ((404, "code_wrong"), (429, "too_many_attempts")):
        hall.answers["reviews/find"] = (status, {"error": {"code": code}})
        kiosk.desk.find(fb.FindSteps(code, **typed))
        assert kiosk.next() == fb.FeedbackEnded(code, code), "told at once, not tried again"
    assert hall.bodies == [("reviews/find", typed)] * 2
    kiosk.stop()
    dark = Kiosk("http://127.0.0.1:9", None)
    dark.desk.find(fb.FindSteps("f2", token="3f9c"))
    assert dark.next() == fb.FeedbackEnded("f2", "no_answer")
    dark.stop()
