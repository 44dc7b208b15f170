"""Pension-eligibility checks over HTTP, with a real server process on both databases."""

from __future__ import annotations

import base64
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TEMPLATE
from tests.support.pension_api import (
    GOOD,
    JPEG,
    PENSION,
    ZHANG,
    begun,
    enrolled,
    get,
    post,
    somebody,
)
from tests.support.pensions import number, pension_config
from tests.support.server import DEMO_CONFIG, Client, ServerProcess, proved
from tests.support.spawner import spawner

# Large enough for a card's photo alone.
SMALL = base64.b64encode(b"\xff\xd8\xff\xe0 small").decode()
STORES = ("sqlite", "postgres")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's hall with the stand-in engine."""
    return pension_config(tmp_path_factory.mktemp("config"))


@pytest.fixture(scope="module")
def server(
    store: str,
    config: Path,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    database = None
    (config.parent / "hall.key").unlink(missing_ok=True)
    if store == "postgres":
        database = request.getfixturevalue("postgres").fresh_database(TEMPLATE)
    folder = tmp_path_factory.mktemp("server")
    with ServerProcess(folder, config=config, database=database) as running:
        yield running


@pytest.fixture(scope="module")
def kiosk(server: ServerProcess) -> Client:
    return Client(server.url, "demo-kiosk-1-token")


@pytest.fixture(scope="module")
def clerk(server: ServerProcess) -> Client:
    return server.client("clerk")


@pytest.fixture(scope="module")
def manager(server: ServerProcess) -> Client:
    return server.client("manager")


# --- the kiosk's way ------------------------------------------------------------------------


def test_somebody_is_found_or_not_and_told_when_it_is_due(kiosk: Client) -> None:
    found = post(kiosk, "find", id_number=ZHANG)
    assert found["name_masked"] == "样例·张*英"
    assert (found["due"], found["due_state"], found["enrolled"]) == (True, "due", False)
    assert found["consent_version"] == "2026-1"
    assert post(kiosk, "find", id_number="990101195101188051")["due"] is False
    status, body = kiosk.post(f"{PENSION}/find", id_number=number(1))
    assert (status, body["error"]["code"]) == (404, "not_registered")


def test_a_pass_from_consent_to_certificate(
    kiosk: Client, manager: Client, server: ServerProcess
) -> None:
    new, person = somebody(manager)
    status, body = kiosk.post(f"{PENSION}/checks", person=person)
    assert (status, body["error"]["code"]) == (409, "not_enrolled")
    post(kiosk, "consents", person=person, version="2026-1")
    post(manager, f"people/{person}/face", source="camera", picture=JPEG)
    begin = begun(kiosk, person)
    assert begin["reference"]["descriptors"] == [[0.25] * 128]
    assert begin["calibration"] is None
    ticket = kiosk.issue("D", matter="D-02", person={"id_number": new})
    done = post(kiosk, f"checks/{begin['check']}/result", **GOOD)
    assert done["status"] == "passed"
    assert done["next_due"][:4] > post(kiosk, "find", id_number=ZHANG)["due_date"][:4]
    assert get(kiosk, f"checks/{begin['check']}") == done
    assert kiosk.get(f"/api/v1/halls/demo/tickets/{ticket['id']}")[1]["ticket"]["status"] == (
        "cancelled"
    )
    certificate = [x for x in server.client("admin").journal() if x["event"] == "pension_passed"][
        -1
    ]
    assert certificate["data"]["measured"]["score_millionths"] == 810_000
    assert certificate["data"]["person"] == person
    stored = server.stored()
    for secret in (new.encode(), "赵小明".encode(), b"live picture", b"0.25, 0.25", b"0.25,0.25"):
        assert secret not in stored
    log = server.log.read_bytes()
    assert new.encode() not in log
    assert "赵小明".encode() not in log


def test_a_request_that_is_repeated_is_answered_the_same(kiosk: Client, manager: Client) -> None:
    _, person = enrolled(manager, kiosk)
    request_id = str(uuid.uuid4())
    first = post(kiosk, "checks", 201, person=person, request_id=request_id)
    assert post(kiosk, "checks", person=person, request_id=request_id) == first
    fields = {
        **GOOD,
        "decision": "reject",
        "reasons": ["not_same"],
        "request_id": str(uuid.uuid4()),
    }
    done = post(kiosk, f"checks/{first['check']}/result", **fields)
    assert post(kiosk, f"checks/{first['check']}/result", **fields) == done


def test_reject_gives_a_number_that_carries_its_reason(
    kiosk: Client, clerk: Client, manager: Client
) -> None:
    _, person = enrolled(manager, kiosk)
    check = begun(kiosk, person)["check"]
    body = {"decision": "reject", "reasons": ["not_same_person"], "live_picture": JPEG}
    done = post(kiosk, f"checks/{check}/result", **body)
    assert (done["status"], done["reasons"]) == ("window", ["not_same_person"])
    assert done["ticket"]["number"].startswith("D")
    assert done["ticket"]["priority_class"] == "elderly"
    about = get(clerk, f"tickets/{done['ticket']['id']}")["about"]
    assert (about["reasons"], about["person"]) == (["not_same_person"], person)
    assert get(clerk, "tickets/unknown")["about"] is None
    status, _ = clerk.get(f"{PENSION}/checks/{check}/pictures/live")
    assert status == 404


def test_a_clerk_compares_both_pictures_and_that_is_on_record(
    kiosk: Client, clerk: Client, manager: Client, server: ServerProcess
) -> None:
    for same, status in ((True, "passed"), (False, "window")):
        _, person = enrolled(manager, kiosk)
        check = begun(kiosk, person)["check"]
        body = {**GOOD, "decision": "grey", "reasons": ["nearly_alike"], "live_picture": JPEG}
        done = post(kiosk, f"checks/{check}/result", **body)
        assert done["status"] == "waiting_for_clerk"
        assert done["waits_until"]
        (waits,) = get(clerk, "waiting")["waiting"]
        assert (waits["check"], waits["pictured"]) == (check, True)
        assert waits["name_masked"] == "样例·赵*明"
        for which in ("live", "reference"):
            code, picture = clerk.get(f"{PENSION}/checks/{check}/pictures/{which}")
            assert (code, picture) == (200, base64.b64decode(JPEG))
        answer = post(clerk, f"checks/{check}/confirm", same=same)
        assert answer["status"] == status
        assert get(kiosk, f"checks/{check}")["status"] == status
        assert clerk.get(f"{PENSION}/checks/{check}/pictures/live")[0] == 404
        assert get(manager, f"people/{person}/evidence")["evidence"] == []
        assert manager.get(f"{PENSION}/people/{person}/evidence/{check}/live")[0] == 404
        code, again = clerk.post(f"{PENSION}/checks/{check}/confirm", same=True)
        assert (code, again["error"]["code"]) == (409, "check_settled")
        assert get(kiosk, f"checks/{check}").get("renewal", False) is same
        if same:
            renewed_as_agreed(kiosk, clerk, person, check)
    assert get(clerk, "waiting")["waiting"] == []
    assert b"live picture" not in server.stored()


def renewed_as_agreed(kiosk: Client, clerk: Client, person: str, check: str) -> None:
    """The picture of a confirmed check becomes the reference, and is offered no more."""
    asked = {"agreed": True, "version": "2026-1", "request_id": str(uuid.uuid4())}
    assert post(kiosk, f"checks/{check}/renewal", **asked) == {"renewal": "accepted"}
    end = time.monotonic() + 30
    while (one := look(clerk, person))["reference_source"] != "check":
        assert time.monotonic() < end, one
        time.sleep(0.05)
    assert post(kiosk, f"checks/{check}/renewal", **asked) == {"renewal": "accepted"}  # repeated
    assert "renewal" not in get(kiosk, f"checks/{check}")
    post(kiosk, f"checks/{check}/renewal", 404, agreed=True, version="2026-1")


def renewals(server: ServerProcess) -> int:
    events = [x["event"] for x in server.client("admin").journal()]
    return events.count("pension_reference_renewed")


def look(clerk: Client, person: str) -> Any:
    return post(clerk, "look", person=person, why="测试")["pensioner"]


def test_who_does_not_agree_or_is_seen_too_badly_keeps_the_old_reference(
    kiosk: Client, clerk: Client, manager: Client, server: ServerProcess
) -> None:
    far = base64.b64encode(b"\xff\xd8\xff\xe0 far away").decode()
    before = renewals(server)
    for agreed, picture in ((False, JPEG), (True, far)):
        _, person = enrolled(manager, kiosk)
        check = begun(kiosk, person)["check"]
        post(
            kiosk, f"checks/{check}/result", **{**GOOD, "decision": "grey", "live_picture": picture}
        )
        post(clerk, f"checks/{check}/confirm", same=True)
        told = post(kiosk, f"checks/{check}/renewal", agreed=agreed, version="2026-1")
        assert told == {"renewal": "accepted" if agreed else "declined"}
        assert "renewal" not in get(kiosk, f"checks/{check}")
    end = time.monotonic() + 30
    while b"reference_not_renewed" not in server.log.read_bytes():
        assert time.monotonic() < end
        time.sleep(0.05)
    assert look(clerk, person)["reference_source"] == "camera"
    assert renewals(server) == before


def test_a_photo_that_is_not_good_enough_is_refused_with_advice(
    clerk: Client, manager: Client
) -> None:
    _, person = somebody(manager)
    picture = {"source": "file", "picture": JPEG}
    status, body = clerk.post(f"{PENSION}/people/{person}/face", **picture)
    assert (status, body["error"]["code"]) == (409, "consent_needed")
    post(clerk, f"people/{person}/consent", version="2026-1")
    for word, advice in (("far", "come_closer"), ("nobody", "no_face")):
        bad = base64.b64encode(b"\xff\xd8\xff" + word.encode()).decode()
        status, body = clerk.post(f"{PENSION}/people/{person}/face", source="file", picture=bad)
        assert (status, body["error"]["detail"]["advice"]) == (422, advice)
    post(clerk, f"people/{person}/face", 422, source="file", picture=SMALL)
    for bad, code in ((b"\xff\xd8\xffcrash", 503), (b"GIF89a", 422)):
        text = base64.b64encode(bad).decode()
        assert clerk.post(f"{PENSION}/people/{person}/face", source="file", picture=text)[0] == code
    faces = get(clerk, "register")["faces"]
    one = post(clerk, f"people/{person}/face", **picture)["pensioner"]
    assert (one["enrolled"], one["reference_source"]) == (True, "file")
    wlt = base64.b64encode(bytes(1024)).decode()  # of a card, in a hall without a decoder
    post(clerk, f"people/{person}/card-photo", 409, wlt=wlt)
    post(clerk, f"people/{person}/face", source="card", picture=JPEG)
    post(clerk, f"people/{person}/face", source="card", picture=SMALL)
    assert get(clerk, "register")["faces"] == faces + 1
    post(clerk, f"people/{person}/withdraw")
    assert get(clerk, "register")["faces"] == faces
    asked = {"reason": "迁出", "request_id": str(uuid.uuid4())}
    removed = post(manager, f"people/{person}/remove", **asked)
    assert post(manager, f"people/{person}/remove", **asked) == removed  # asked once more
    post(manager, f"people/{person}/remove", 404, reason="迁出")
    assert manager.post(f"{PENSION}/look", person=person, why="x")[0] == 404


def test_each_role_may_do_its_part_and_no_more(
    server: ServerProcess, kiosk: Client, clerk: Client
) -> None:
    screen, auditor = server.client("screen"), server.client("auditor")
    asked = {
        "find": {"id_number": ZHANG},
        "look": {"id_number": ZHANG, "why": "x"},
        "reminders": {},
        "checks/x/confirm": {"same": True},
    }
    allowed = {
        "find": {kiosk},
        "look": {clerk},
        "reminders": set(),
        "checks/x/confirm": {clerk},
    }
    for path, fields in asked.items():
        for client in (kiosk, clerk, screen, auditor):
            refused = client.post(f"{PENSION}/{path}", **fields)[0] == 403
            assert refused != (client in allowed[path]), (path, client.token)
    assert auditor.get(f"{PENSION}/register")[0] == 200
    assert kiosk.get(f"{PENSION}/register")[0] == 403
    assert Client(server.url, None).post(f"{PENSION}/find", id_number=ZHANG)[0] == 401


def test_nobody_is_named_in_the_public_stream(server: ServerProcess, manager: Client) -> None:
    import urllib.request

    with urllib.request.urlopen(f"{server.api}/events?after=0&topics=pensions", timeout=10) as s:
        told = b""
        while b"pension_passed" not in told:
            told += s.readline()
        told += s.readline()
    assert b"person" not in told
    assert b"score" not in told


def test_the_journal_is_proved_and_the_command_line_agrees(
    server: ServerProcess, config: Path, manager: Client
) -> None:
    assert proved(server) == 0
    count = sum(r["pensioners"] for r in get(manager, "register")["regions"])
    register = DEMO_CONFIG.parent / "pensioners.csv"
    command = ["server", "import-pensioners", str(register)]
    command += ["--config", str(config), "--database", server.database]

    def run(*more: str, words: str = "") -> subprocess.CompletedProcess[str]:
        return spawner().command([*command, *more], words)

    if server.database.startswith("sqlite"):
        beside = run()
        assert beside.returncode == 2
        assert "/pension/HALL" in beside.stderr
        server.stop()
    done = run("--dry-run")
    assert done.returncode == 0, done.stderr
    assert "60 rows can be imported" in done.stdout
    assert run().returncode == 0
    command[1:3] = ["forget-pensioner"]
    assert run(words=f"{ZHANG}\n").returncode == 0
    assert run(words=f"{ZHANG}\n").returncode == 2
    if server.database.startswith("sqlite"):
        server.start()
    # a server on the same database hears of it a moment later
    end = time.monotonic() + 20
    while sum(r["pensioners"] for r in get(manager, "register")["regions"]) != count - 1:
        assert time.monotonic() < end, "whom the command forgot is still in the register"
        time.sleep(0.05)
    assert proved(server) == 0
