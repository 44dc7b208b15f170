"""Ratings are on disk first and reach the server once it takes them, in spite of everything."""

import http.server
import json
import threading

import pytest

from hardware.errors import DeviceError
from hardware.hall_line import ServerAway
from hardware.window_devices import ratings
from hardware.window_devices.api import HallApi
from hardware.window_devices.ratings import Outbox, Rating, RatingSender
from hardware.window_devices.settings import ServerSettings
from kiosk.gateway import pairing


class Hall(http.server.BaseHTTPRequestHandler):
    """Takes ratings, or answers with the status that the test wants."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body))
        self.send_response(self.server.answers)
        data = b'{"error": {"code": "x"}}'
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def hall():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hall) as server:
        server.asked, server.answers, server.daemon_threads = [], 200, True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def sender(outbox, port, retry_s=0.05):
    settings = ServerSettings(f"http://127.0.0.1:{port}", "demo", "token")
    return RatingSender(outbox, HallApi(settings), retry_s)


def wait_for(condition):
    done = threading.Event()
    for _ in range(200):
        if condition():
            return
        done.wait(0.02)
    pytest.fail("did not happen in time")


def test_a_rating_outlives_the_program(tmp_path):
    file = tmp_path / "deep" / "ratings.jsonl"
    rating = Rating.fresh("t1", "3", 5)
    Outbox(file).put(rating)
    again = Outbox(file)
    assert again.waiting() == [rating]
    again.drop(rating)
    assert Outbox(file).waiting() == []


def test_a_rating_is_handed_in_once(tmp_path, hall):
    outbox = Outbox(tmp_path / "r")
    sending = sender(outbox, hall.server_port)
    sending.rate("t1", "3", 4)
    wait_for(lambda: not outbox.waiting())
    sending.close()
    (asked,) = hall.asked
    assert asked[0] == "/api/v1/halls/demo/windows/3/rate"
    assert {k: asked[1][k] for k in ("ticket", "level")} == {"ticket": "t1", "level": 4}


@pytest.mark.parametrize("status", [503, 500, 429, 405, 401, 403])
def test_what_the_server_cannot_take_now_is_kept_and_sent_with_the_same_id(tmp_path, hall, status):
    hall.answers = status
    outbox = Outbox(tmp_path / "r")
    sending = sender(outbox, hall.server_port)
    sending.rate("t1", "3", 4)
    wait_for(lambda: len(hall.asked) >= 2)
    hall.answers = 200
    wait_for(lambda: not outbox.waiting())
    sending.close()
    assert len({body["request_id"] for _, body in hall.asked}) == 1


@pytest.mark.parametrize("status", [409, 422, 404])
def test_what_the_server_refuses_is_given_up(tmp_path, hall, status):
    hall.answers = status
    outbox = Outbox(tmp_path / "r")
    sending = sender(outbox, hall.server_port)
    sending.rate("t1", "3", 4)
    wait_for(lambda: not outbox.waiting())
    sending.close()
    assert len(hall.asked) == 1


def test_a_full_disk_ends_no_sender(tmp_path, hall):
    """What was handed in and cannot be struck off is handed in again, under the same id."""
    outbox = Outbox(tmp_path / "r")
    outbox.put(Rating.fresh("t1", "3", 4))
    (tmp_path / "r.new").mkdir()
    sending = sender(outbox, hall.server_port)
    wait_for(lambda: len(hall.asked) >= 2)
    (tmp_path / "r.new").rmdir()
    wait_for(lambda: not outbox.waiting())
    sending.close()
    assert len({body["request_id"] for _, body in hall.asked}) == 1


def test_without_a_server_it_waits_and_the_program_ends_all_the_same(tmp_path):
    outbox = Outbox(tmp_path / "r")
    sending = sender(outbox, 1)
    sending.rate("t1", "3", 4)
    sending.close()
    assert len(Outbox(tmp_path / "r").waiting()) == 1


class SlowApi(HallApi):
    """Answers when it may; `away`: that it is away."""

    def __init__(self, away):
        super().__init__(ServerSettings("http://127.0.0.1:1", "demo", "token"))
        self.asked, self.may_answer, self.away = [], threading.Event(), away

    def rate(self, ticket, window, level, request_id):
        self.asked.append(ticket)
        assert self.may_answer.wait(30)
        if self.away:
            raise ServerAway("server_busy", status=503)


def three_ratings(tmp_path):
    outbox = Outbox(tmp_path / "r")
    for ticket in ("t1", "t2", "t3"):
        outbox.put(Rating.fresh(ticket, "3", 5))
    return outbox


def test_many_ratings_hold_up_no_end(tmp_path):
    api = SlowApi(away=False)
    sending = RatingSender(three_ratings(tmp_path), api, 60)
    wait_for(lambda: api.asked)
    closing = threading.Thread(target=sending.close)
    closing.start()
    wait_for(lambda: sending._stopping)
    api.may_answer.set()
    closing.join(30)
    assert api.asked == ["t1"]


def test_a_server_that_is_away_is_asked_for_one_rating_and_not_for_each(tmp_path):
    api = SlowApi(away=True)
    api.may_answer.set()
    sending = RatingSender(three_ratings(tmp_path), api, 0.02)
    wait_for(lambda: len(api.asked) >= 3)
    sending.close()
    assert set(api.asked) == {"t1"}


@pytest.mark.parametrize(
    ("module", "write"),
    [
        (ratings, lambda file: Outbox(file).put(Rating.fresh("t1", "3", 5))),
        (pairing, lambda file: pairing.keep_token(file, "token")),
    ],
)
def test_what_must_outlive_a_power_cut_settles_its_name_after_it_stands(
    tmp_path, monkeypatch, module, write
):
    file, stood = tmp_path / "deep" / "f", []
    monkeypatch.setattr(
        module, "settle_folder", lambda folder: stood.append((folder, file.exists()))
    )
    write(file)
    assert stood == [(file.parent, True)]


def test_a_file_that_is_no_outbox_is_refused(tmp_path):
    (tmp_path / "r").write_text('{"ticket": "t"}\n')
    with pytest.raises(DeviceError, match="no outbox"):
        Outbox(tmp_path / "r")


def test_a_disk_that_takes_nothing_is_told(tmp_path):
    (tmp_path / "r.new").mkdir()
    with pytest.raises(DeviceError, match="cannot be written"):
        Outbox(tmp_path / "r").put(Rating.fresh("t", "1", 5))
