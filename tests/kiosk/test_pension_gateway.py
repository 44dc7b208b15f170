"""The yearly check over the real wire: kiosk's gateway, a server process, a clerk who confirms."""

from __future__ import annotations

import base64
import queue
import threading
import time
import uuid

import pytest

from kiosk.flow import eligibility as el
from kiosk.gateway.client import QueueClient
from kiosk.gateway.errors import Refused
from kiosk.gateway.pension import PensionDesk
from kiosk.settings import ServerSettings
from tests.support.server import DEMO_CONFIG, Client, ServerProcess

PENSION = "/api/v1/halls/demo/pension"
DUE, OVERDUE = "990101193803123069", "990101195907304015"  # invented, in the demonstration
JPEG = b"\xff\xd8\xff\xe0" + b"live picture" * 40
ENGINE = """
import json
told = {"model": "stub", "quality": {"advice": None}, "descriptor": [0.25] * 128}
print(json.dumps(told))
"""


class Faces:
    """What the camera's worker would hold."""

    def __init__(self):
        self.reference = None

    def start_check(self, request_id, reference):
        self.reference = (request_id, reference)

    def certificate(self):
        cue = {
            "name": "actions",
            "verdict": "good",
            "weight": "must",
            "value": 2.0,
            "limit": 2.0,
            "detail": "",
        }
        return {
            "model": "stub",
            "score": -0.39,
            "threshold": -0.42,
            "calibration": None,
            "liveness": [cue],
            "reasons": ["not_alike", "uncalibrated"],
        }

    def picture(self):
        return JPEG


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("config")
    (folder / "engine.py").write_text(ENGINE, "utf-8")
    changed = {
        "describe = ": f'describe = ["{{python}}", "{folder / "engine.py"}"]',
        "reminders = ": 'reminders = "reminders"',
        "register = ": f'register = "{DEMO_CONFIG.parent / "pensioners.csv"}"',
        "[server]": '[server]\nkey_file = "hall.key"',
    }
    lines = [
        next((new for begin, new in changed.items() if line.startswith(begin)), line)
        for line in DEMO_CONFIG.read_text("utf-8").splitlines()
    ]
    (folder / "hall.toml").write_text("\n".join(lines), "utf-8")
    with ServerProcess(tmp_path_factory.mktemp("server"), config=folder / "hall.toml") as running:
        yield running


@pytest.fixture
def posted():
    return queue.SimpleQueue()


@pytest.fixture
def faces():
    return Faces()


@pytest.fixture
def desk(server, posted, faces):
    settings = ServerSettings(server.url, "demo", "kiosk-1", "demo-kiosk-1-token")
    made = PensionDesk(QueueClient(settings), "kiosk-1", faces, posted.put)
    yield made
    made.stop()


def fresh():
    return str(uuid.uuid4())


def next_of(posted):
    return posted.get(timeout=30)


def found(desk, posted, id_number):
    wish = fresh()
    desk.find(el.FindPensioner(wish, id_number))
    event = next_of(posted)
    assert isinstance(event, el.PensionerFound)
    assert event.request_id == wish
    return event.pensioner


def enrolled(server, person):
    """A photo is enrolled with its owner's consent alone."""
    kiosk = Client(server.url, "demo-kiosk-1-token")
    status, body = kiosk.post(f"{PENSION}/consents", person=person, version="2026-1")
    assert status == 200, body
    photo = base64.b64encode(JPEG).decode()
    status, body = server.client("manager").post(
        f"{PENSION}/people/{person}/face", source="camera", picture=photo
    )
    assert status == 200, body


def begun(desk, faces, pensioner):
    wish = fresh()
    desk.begin(el.BeginCheck(wish, pensioner.person, pensioner.consent_version))
    return wish


def wait_for_reference(faces, posted):
    deadline = time.monotonic() + 30
    while faces.reference is None and time.monotonic() < deadline:
        assert posted.empty(), posted.get()
        time.sleep(0.05)
    assert faces.reference is not None
    return faces.reference


def test_who_is_not_in_the_register_is_told_so(desk, posted):
    desk.find(el.FindPensioner("r", "11010519491231002X"))
    assert next_of(posted) == el.CheckRefused("r", "not_registered")


def test_in_doubt_a_clerk_confirms_and_the_next_due_date_comes_back(server, desk, posted, faces):
    person = found(desk, posted, DUE)
    assert (person.due, person.enrolled) == (True, False)
    assert "*" in person.name_masked
    enrolled(server, person.person)
    person = found(desk, posted, DUE)
    assert person.enrolled
    wish = begun(desk, faces, person)
    request, reference = wait_for_reference(faces, posted)
    assert (request, reference.model, reference.calibration) == (wish, "stub", None)
    assert len(reference.descriptors[0]) == 128
    assert "0.25" not in repr(reference)
    settle = fresh()
    desk.settle(el.SettleCheck(settle, "grey"))
    assert next_of(posted) == el.CheckSettled(settle, "waiting_for_clerk", "", None)
    clerk = server.client("clerk")
    waiting = clerk.get(f"{PENSION}/waiting")[1]["waiting"]
    assert [w["pictured"] for w in waiting] == [True]
    status, _ = clerk.post(f"{PENSION}/checks/{waiting[0]['check']}/confirm", same=True)
    assert status == 200
    passed = next_of(posted)
    assert (passed.request_id, passed.status, passed.ticket) == (settle, "passed", None)
    assert len(passed.next_due) == 10
    assert passed.renewal
    wish = fresh()
    desk.renew(el.RenewReference(wish, passed.renewal, person.consent_version, False))
    assert next_of(posted) == el.RenewalTaken(wish, "declined")
    late = fresh()  # the kiosk gave the clerk up in the very moment
    desk.settle(el.SettleCheck(late, "gave_up", "clerk_away"))
    assert next_of(posted) == el.CheckSettled(late, "passed", passed.next_due, None)


def test_who_was_not_recognised_gets_a_number_for_a_window(server, desk, posted, faces):
    person = found(desk, posted, OVERDUE)
    enrolled(server, person.person)
    begun(desk, faces, person)
    wait_for_reference(faces, posted)
    wish = fresh()
    desk.settle(el.SettleCheck(wish, "reject"))
    event = next_of(posted)
    assert (event.request_id, event.status, event.sent) == (wish, "window", "not_recognised")
    assert event.ticket.number


def test_a_check_that_never_began_cannot_be_settled(desk, posted):
    desk.settle(el.SettleCheck("r", "gave_up"))
    assert next_of(posted) == el.CheckRefused("r", "no_check")


class HeldClient:
    """Answers the question for a check once it may; `refused`: with a refusal."""

    def __init__(self, refused):
        self.asked, self.may_answer, self.refused = threading.Event(), threading.Event(), refused

    def pension(self, method, path, body=None):
        if path != "/checks":
            return {}
        self.asked.set()
        assert self.may_answer.wait(30)
        if self.refused:
            raise Refused(409, "not_due")
        reference = {"model": "stub", "descriptors": [[0.25] * 128]}
        return {"check": "c1", "reference": reference, "calibration": None}


@pytest.mark.parametrize("leaves", [True, False])
@pytest.mark.parametrize("refused", [True, False])
def test_an_answer_for_a_person_who_has_left_is_dropped(posted, faces, refused, leaves):
    client = HeldClient(refused)
    desk = PensionDesk(client, "kiosk-1", faces, posted.put)
    before = set(threading.enumerate())
    desk.begin(el.BeginCheck("r", "p1", "2026-1"))
    (asking,) = set(threading.enumerate()) - before
    assert client.asked.wait(30)
    if leaves:
        desk.forget()
    client.may_answer.set()
    asking.join(30)
    heard = not posted.empty(), faces.reference is not None
    assert heard == ((False, False) if leaves else (refused, not refused))


def test_nobody_leaves_between_the_last_look_and_the_check_that_follows_it(posted, faces):
    """Else a check would begin that nobody ends: a camera on for somebody who has gone."""
    client, guarded = HeldClient(False), []
    client.may_answer.set()
    desk = PensionDesk(client, "kiosk-1", faces, posted.put)
    faces.start_check = lambda _request, _reference: guarded.append(desk._lock.locked())
    desk.begin(el.BeginCheck("r", "p1", "2026-1"))
    deadline = time.monotonic() + 30
    while not guarded and time.monotonic() < deadline:
        time.sleep(0.01)
    assert guarded == [True]
