"""The picture in a browser: frames, touches, and who may ask. Real HTTP over loopback."""

from __future__ import annotations

import http.client
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from kiosk import remote_view
from kiosk.remote_view import RemoteView

PAGE = Path(remote_view.__file__).with_name("remote_view.html")


class Watched:
    def __init__(self) -> None:
        self.view = RemoteView(("127.0.0.1", 0), PAGE)
        self.view.open()
        self.touches: list[tuple[str, float, float, int | None]] = []
        self.asked = threading.Event()
        self.view.serve(lambda *touch: self.touches.append(touch), self.asked.set)
        self.host = self.view.url.removeprefix("http://").rstrip("/")

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=15)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), content


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.view.close()


def picture(shade: int) -> tuple[int, int, bytes]:
    """4 × 2; the lower row dark, the upper of this shade."""
    return 4, 2, bytes(12) + bytes([shade] * 12)


def test_a_frame_is_a_jpeg_the_right_way_up(watched: Watched) -> None:
    watched.view.offer(*picture(250))
    status, headers, body = watched.ask("GET", "/frame?after=0")
    assert (status, headers["Content-Type"], headers["X-Frame"]) == (200, "image/jpeg", "1")
    image = Image.open(io.BytesIO(body)).convert("L")
    assert image.size == (4, 2)
    assert image.getpixel((1, 0)) > image.getpixel((1, 1))


def test_asking_waits_for_the_next_frame_and_only_then_is_one_wanted(watched: Watched) -> None:
    assert not watched.view.wants_frame()
    watched.view.offer(*picture(1))
    answers: list[tuple[int, dict[str, str], bytes]] = []
    waiting = threading.Thread(target=lambda: answers.append(watched.ask("GET", "/frame?after=1")))
    waiting.start()
    assert watched.asked.wait(5)
    time.sleep(0.2)
    assert watched.view.wants_frame()
    assert answers == []
    watched.view.offer(*picture(2))
    waiting.join(timeout=5)
    assert answers[0][1]["X-Frame"] == "2"


def test_nothing_new_is_204(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_view, "LONG_POLL_S", 0.2)
    watched.view.offer(*picture(1))
    assert watched.ask("GET", "/frame?after=1")[0] == 204


def test_touches_arrive_as_sent(watched: Watched) -> None:
    for phase in ("down", "move", "up"):
        body = json.dumps({"phase": phase, "x": 0.25, "y": 1, "frame": 7}).encode()
        assert watched.ask("POST", "/touch", body)[0] == 204
    assert watched.touches == [(phase, 0.25, 1.0, 7) for phase in ("down", "move", "up")]


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b'{"phase": "hover", "x": 0, "y": 0}',
     b'{"phase": "down", "x": 0, "y": 0, "frame": "7"}',
     b'{"phase": "down", "x": 2, "y": 0}', b'{"phase": "down", "x": "0", "y": 0}',
     b'{"phase": "down", "x": NaN, "y": 0}', b"{" * 2000],
)  # fmt: skip
def test_what_is_no_touch_is_refused(watched: Watched, body: bytes) -> None:
    assert watched.ask("POST", "/touch", body)[0] == 400
    assert watched.touches == []


@pytest.mark.parametrize(
    "headers",
    [{"Host": "kiosk.example"}, {"Host": "192.168.1.4:8705"}, {"Origin": "http://evil.example"},
     {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}],
)  # fmt: skip
def test_other_pages_and_other_names_are_refused(watched: Watched, headers: dict[str, str]) -> None:
    body = b'{"phase": "down", "x": 0.5, "y": 0.5}'
    assert watched.ask("POST", "/touch", body, **headers)[0] == 403
    assert watched.ask("GET", "/frame?after=0", **headers)[0] == 403
    assert watched.touches == []


def test_its_own_page_is_served_and_may_touch(watched: Watched) -> None:
    status, headers, body = watched.ask("GET", "/")
    assert status == 200
    assert headers["Content-Type"].startswith("text/html")
    assert b"/touch" in body
    touch = b'{"phase": "down", "x": 0.5, "y": 0.5}'
    assert watched.ask("POST", "/touch", touch, Origin=f"http://{watched.host}")[0] == 204


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "example.org", "::"])
def test_it_serves_this_machine_only(host: str) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        RemoteView((host, 0), PAGE)
