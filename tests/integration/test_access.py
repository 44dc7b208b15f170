"""Who may do what: the table, both ways; sessions, CSRF, attempts."""

from __future__ import annotations

import http.cookiejar
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from queue_server.access.lockout import LOCK_AFTER
from queue_server.access.roles import TABLE, Act, Actor, Role, may
from queue_server.web.context import TOKEN_TRUSTED_S
from tests.support.server import DEMO_CONFIG, Client, ServerProcess
from tests.support.spawner import spawner

HALL = "/api/v1/halls/demo"

# one request per act; 401 and 403 mean refused, anything else means let through
REQUESTS: dict[Act, tuple[str, str, dict[str, Any] | None]] = {
    Act.SEE_HALL: ("GET", "", None),
    Act.SEE_TICKET: ("GET", "/tickets/none", None),
    Act.ISSUE_TICKET: ("POST", "/tickets", {"service": "nowhere"}),
    Act.SETTLE_PRINT: ("POST", "/tickets/none/printed", {}),
    Act.CANCEL_TICKET: ("POST", "/tickets/none/cancel", {}),
    Act.REJOIN_TICKET: ("POST", "/tickets/none/rejoin", {}),
    Act.WORK_WINDOW: ("POST", "/windows/1/start", {}),
    Act.CALL_CHOSEN: ("POST", "/windows/1/call-ticket", {"ticket": "none", "reason": "x"}),
    Act.TRANSFER_TICKET: ("POST", "/tickets/none/transfer", {"service": "A"}),
    Act.SEE_BOARD: ("GET", "/configuration", None),
    Act.CONFIGURE: ("POST", "/services/none/resume", {}),
    Act.READ_JOURNAL: ("GET", "/journal?limit=1", None),
    Act.REPORT_DEVICE: ("POST", "/devices/d/health", {"kind": "printer", "state": "ok"}),
    Act.BOOK_APPOINTMENT: ("POST", "/appointments/none/cancel", {}),
    Act.CHECK_IN: ("POST", "/appointments/check-in", {"code": "0000"}),
    Act.SEE_APPOINTMENTS: ("GET", "/appointments", None),
    Act.DIRECT_HALL: ("POST", "/issuing/resume", {}),
    Act.MANAGE_STAFF: ("GET", "/staff", None),
    Act.READ_AUDIT: ("GET", "/audit", None),
    Act.PAIR_DEVICES: ("GET", "/paired", None),
    Act.CHECK_PENSION: ("POST", "/pension/find", {"id_number": "990101194001010014"}),
    Act.CONFIRM_PENSION: ("GET", "/pension/waiting", None),
    Act.KEEP_PENSIONERS: ("POST", "/pension/people/none/withdraw", {}),
    Act.SEE_PENSIONERS: ("GET", "/pension/register", None),
    Act.MANAGE_PENSIONERS: ("GET", "/pension/list", None),
    Act.SEE_ACCEPTANCES: ("GET", "/acceptances", None),
    Act.SETTLE_ACCEPTANCE: ("POST", "/acceptances/none/close", {}),
    Act.SEND_RECEIPT: ("POST", "/screens/s/receipts", {"seq": 1}),
    Act.GIVE_REVIEW: ("POST", "/reviews", {"ticket": "none", "level": 5}),
    Act.SEE_CASES: ("GET", "/cases", None),
    Act.HANDLE_CASES: ("GET", "/cases/none/words", None),
    Act.FIND_TICKET: ("POST", "/tickets/find", {"id_number": "990101194001010014"}),
    Act.CALL_HELP: ("GET", "/kiosks/kiosk/help", None),
    Act.ANSWER_HELP: ("POST", "/kiosks/kiosk/help/answered", {}),
    Act.BORROW_NUMBERS: ("POST", "/kiosks/kiosk/leases", {"services": ["nowhere"]}),
}


@pytest.fixture(scope="module")
def clients(server: ServerProcess) -> dict[Role, Client]:
    return {role: server.client(None if role is Role.PUBLIC else role.value) for role in Role}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", REQUESTS)
def test_each_role_may_do_what_the_table_says(
    clients: dict[Role, Client], role: Role, act: Act
) -> None:
    method, path, body = REQUESTS[act]
    if body is not None:
        body = {"request_id": str(uuid.uuid4()), **body}
    status, answer = clients[role].request(method, HALL + path, body)
    if act in TABLE[role]:
        assert status not in (401, 403), answer
    else:
        assert status == (401 if role is Role.PUBLIC else 403), answer


def test_each_act_is_tried() -> None:
    assert set(Act) == set(REQUESTS)


def test_halls_and_windows_are_fences() -> None:
    clerk = Actor(Role.CLERK, "c", "demo", "3")
    assert may(clerk, Act.WORK_WINDOW, "demo", "3")
    assert not may(clerk, Act.WORK_WINDOW, "demo", "4")
    assert not may(clerk, Act.WORK_WINDOW, "other", "3")


def test_a_clerks_token_works_at_its_window_alone(server: ServerProcess) -> None:
    clerk = server.client("clerk", window="3")
    assert clerk.at("3", "call-next")[0] == 200
    status, body = clerk.at("4", "call-next")
    assert (status, body["error"]["code"]) == (403, "not_permitted")


def test_unknown_tokens_are_refused(server: ServerProcess) -> None:
    status, body = Client(server.url, "made-up").get(HALL)
    assert (status, body["error"]["code"]) == (401, "token_unknown")


class Browser:
    """Cookies and forms, without a real browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies)
        ).open

    def get(self, path: str) -> tuple[int, str, str]:
        return self._answer(urllib.request.Request(self.url + path))

    def post(self, path: str, **fields: str) -> tuple[int, str, str]:
        data = urllib.parse.urlencode(fields).encode()
        return self._answer(urllib.request.Request(self.url + path, data))

    def _answer(self, request: urllib.request.Request) -> tuple[int, str, str]:
        try:
            with self._open(request, timeout=10) as answer:
                return answer.status, answer.read().decode(), answer.url
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.url or ""

    def login(self, login: str, password: str, there: str = "") -> tuple[int, str, str]:
        _, page, _ = self.get(f"/login?next={urllib.parse.quote(there)}")
        return self.post("/login", login=login, password=password, csrf=csrf_in(page), next=there)


def csrf_in(page: str) -> str:
    found = re.search(r'name="csrf"[^>]*(?:value|content)="([^"]+)"', page) or re.search(
        r'(?:value|content)="([^"]+)"[^>]*name="csrf"', page
    )
    assert found, page[:500]
    return found[1]


def test_pages_lead_to_the_login_and_back(server: ServerProcess) -> None:
    browser = Browser(server.url)
    status, _, url = browser.get("/window/demo/3")
    assert status == 200
    assert "/login" in url
    status, _, url = browser.login("clerk3", "demo-hall", "/window/demo/3")
    assert (status, url) == (200, f"{server.url}/window/demo/3")
    status, _, url = browser.get("/window/demo/4")  # not theirs: the way to their own
    assert (status, url) == (200, f"{server.url}/window/demo/3")
    assert browser.get("/manager/demo")[0] == 403


def test_sessions_need_their_csrf_token(server: ServerProcess) -> None:
    browser = Browser(server.url)
    _, page, _ = browser.login("clerk5", "demo-hall", "/window/demo/5")
    cookie = "; ".join(f"{x.name}={x.value}" for x in browser.cookies)
    plain = Client(server.url, None)
    body = {"request_id": str(uuid.uuid4())}
    path = f"{HALL}/windows/5/call-next"
    status, answer = plain.request("POST", path, body, headers={"Cookie": cookie})
    assert (status, answer["error"]["code"]) == (403, "csrf_missing")
    headers = {"Cookie": cookie, "X-CSRF-Token": csrf_in(page)}
    assert plain.request("POST", path, body, headers=headers)[0] == 200


def test_logging_out_ends_the_session(server: ServerProcess) -> None:
    browser = Browser(server.url)
    _, page, _ = browser.login("manager", "demo-hall", "/manager/demo")
    cookie = "; ".join(f"{x.name}={x.value}" for x in browser.cookies)
    browser.post("/logout", csrf=csrf_in(page))
    _, _, url = browser.get("/manager/demo")
    assert "/login" in url
    status, _ = Client(server.url, None).request(
        "GET", f"{HALL}/journal?limit=1", headers={"Cookie": cookie}
    )
    assert status == 401


def test_wrong_passwords_lock_out_after_a_while(server: ServerProcess) -> None:
    browser = Browser(server.url)
    for _ in range(LOCK_AFTER):
        assert browser.login("clerk9", "wrong")[0] == 401
    status, page, _ = browser.login("clerk9", "demo-hall")
    assert status == 429
    assert "15 分钟" in page
    assert Browser(server.url).login("clerk9", "demo-hall")[0] == 429
    assert browser.login("clerk8", "demo-hall")[0] == 200


def test_a_browser_that_was_here_before_is_not_locked_out_by_strangers(
    server: ServerProcess,
) -> None:
    """Behind a proxy everybody has one address; what counts then is the browser."""
    own = Browser(server.url)
    assert own.login("clerk7", "demo-hall")[0] == 200
    for _ in range(LOCK_AFTER + 1):
        status, _, _ = Browser(server.url).login("clerk7", "wrong")
    assert status == 429
    assert own.login("clerk7", "demo-hall")[0] == 200
    assert Browser(server.url).login("clerk7", "demo-hall")[0] == 429


def test_what_is_typed_as_a_name_is_nowhere_in_clear(server: ServerProcess) -> None:
    Browser(server.url).login("my-Password-by-mistake", "x")
    assert b"my-Password-by-mistake" not in server.stored()


def test_parallel_guesses_are_counted_too(fresh: ServerProcess) -> None:
    def guess(_: int) -> int:
        return Browser(fresh.url).login("clerk2", "wrong")[0]

    with ThreadPoolExecutor(20) as pool:
        statuses = Counter(pool.map(guess, range(30)))
    assert statuses == {401: LOCK_AFTER, 429: 30 - LOCK_AFTER}


def test_login_refuses_a_forged_form_and_foreign_targets(server: ServerProcess) -> None:
    browser = Browser(server.url)
    browser.get("/login")
    for forged in ("x", "", "-", "é"):
        assert browser.post("/login", login="clerk1", password="demo-hall", csrf=forged)[0] == 400
        plain = Browser(server.url)  # without the form's cookie, as from another site
        assert plain.post("/login", login="clerk1", password="demo-hall", csrf=forged)[0] == 400
    for target in ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere"):
        other = Browser(server.url)
        _, _, url = other.login("clerk1", "demo-hall", target)
        assert url == f"{server.url}/window/demo/1"


def test_passwords_and_tokens_are_not_stored_in_clear(server: ServerProcess) -> None:
    server.client("kiosk")
    raw = server.stored()
    assert b"demo-hall" not in raw
    assert b"demo-kiosk-1-token" not in raw
    assert b"$argon2id$" in raw


def test_wrong_guesses_do_not_block_other_peoples_phones(fresh: ServerProcess) -> None:
    ticket = fresh.client("kiosk").issue("A")
    nobody = Client(fresh.url, None)
    statuses = Counter(nobody.get(f"/api/v1/t/guess{i}")[0] for i in range(70))
    assert statuses == {404: 60, 429: 10}
    with pytest.raises(urllib.error.HTTPError) as limited:
        urllib.request.urlopen(f"{fresh.url}/api/v1/t/guess70")
    with limited.value as answer:
        assert 1 <= int(answer.headers["Retry-After"]) <= 61
    with pytest.raises(urllib.error.HTTPError) as unknown:
        urllib.request.urlopen(f"{fresh.url}{HALL}/journal")
    with unknown.value as answer:
        assert (answer.code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert nobody.get(f"/api/v1{ticket['follow_path']}")[0] == 200


def cli(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return spawner().command(words, given)


def test_staff_and_tokens_come_and_go_by_command(fresh: ServerProcess) -> None:
    where = ("--hall", "demo", "--database", fresh.database)
    added = cli("staff", "add", "--login", "li", "--role", "clerk", *where, given="long enough\n")
    assert added.returncode == 0, added.stderr
    assert "added: li (clerk)" in added.stderr
    assert "/password" in Browser(fresh.url).login("li", "long enough")[2]
    again = ("staff", "add", "--login", "li", "--role", "manager", *where)
    refused = cli(*again, given="another one\n")
    assert (refused.returncode, "is there already" in refused.stderr) == (2, True)
    assert "li\tclerk" in cli("staff", "list", *where).stdout
    assert "replaced" in cli(*again, "--replace", given="another one\n").stderr
    assert "li\tmanager" in cli("staff", "list", *where).stdout
    assert cli("staff", "remove", "--login", "li", *where).returncode == 0
    assert Browser(fresh.url).login("li", "long enough")[0] == 401
    token = fresh.token("kiosk")
    assert Client(fresh.url, token).get(f"{HALL}/tickets/none")[0] == 404
    assert cli("token", "--revoke", token, "--database", fresh.database).returncode == 0
    time.sleep(TOKEN_TRUSTED_S)
    assert Client(fresh.url, token).get(f"{HALL}/tickets/none")[0] == 401


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("staff", "add", "--login", "li", "--role", "clerk"), "at least 8 characters"),
        (("staff", "remove", "--login", "nobody"), "nobody has the login"),
        (("token", "--revoke", "hall_none"), "no such token"),
        (("token", "--role", "kiosk", "--hall", "elsewhere"), "the database holds demo"),
        (("token", "--role", "clerk", "--window", "99", "--hall", "demo"), "not '99'"),
        (("staff", "add", "--login", "x", "--role", "clerk", "--window", "99"), "not '99'"),
    ],
)
def test_commands_say_what_is_wrong(
    server: ServerProcess, words: tuple[str, ...], says: str
) -> None:
    where = () if "--hall" in words or words[0] == "token" else ("--hall", "demo")
    done = cli(
        *words,
        *where,
        "--database",
        server.database,
        given="short\n" if "li" in words else "long enough\n",
    )
    assert done.returncode == 2
    assert says in done.stderr


def test_no_command_makes_a_database_by_a_slip_of_the_pen(tmp_path: Path) -> None:
    slip = tmp_path / "hal.db"
    done = cli("token", "--role", "kiosk", "--hall", "demo", "--database", f"sqlite:///{slip}")
    assert (done.returncode, "there is no database" in done.stderr) == (2, True)
    assert not slip.exists()


def test_demonstration_secrets_do_not_outlive_the_demonstration(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as demonstration:
        kiosk = Client(demonstration.url, "demo-kiosk-1-token")
        assert kiosk.get(f"{HALL}/tickets/none")[0] == 404
    text = DEMO_CONFIG.read_text(encoding="utf-8")
    real = text[: text.index("# Devices paired beforehand.")]
    config = tmp_path / "hall.toml"
    config.write_text(real.replace("demonstration = true", ""), encoding="utf-8")
    with ServerProcess(tmp_path, config=config) as server:
        assert Client(server.url, "demo-kiosk-1-token").get(f"{HALL}/tickets/none")[0] == 401
        assert Browser(server.url).login("clerk1", "demo-hall")[0] == 401
        assert "demo-hall" not in Browser(server.url).get("/login")[1]


def test_secrets_in_a_file_need_a_demonstration_on_this_machine(tmp_path: Path) -> None:
    text = DEMO_CONFIG.read_text(encoding="utf-8")
    config = tmp_path / "hall.toml"
    config.write_text(text.replace("demonstration = true", ""), encoding="utf-8")
    refused = cli("server", "--config", str(config))
    assert refused.returncode == 2
    assert "only with demonstration = true" in refused.stderr
    refused = cli("server", "--config", str(DEMO_CONFIG), "--listen", "0.0.0.0:1")
    assert refused.returncode == 2
    assert "127.0.0.1 only" in refused.stderr


def test_phone_page_needs_the_tickets_own_token(server: ServerProcess) -> None:
    ticket = server.client("kiosk").issue("A")
    nobody = Client(server.url, None)
    status, body = nobody.get(f"/api/v1{ticket['follow_path']}")
    assert (status, body["ticket"]["number"]) == (200, ticket["number"])
    assert body["hall"]["name"]
    assert nobody.get(f"/api/v1/t/{ticket['id']}")[0] == 404
