"""The register of pensioners over HTTP: imports, lists, reminders, overdue. On SQLite: what the two
databases do alike is tried with the checks."""

from __future__ import annotations

import base64
import io
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook, load_workbook

from tests.support.pension_api import (
    GOOD,
    JPEG,
    PENSION,
    begun,
    enrolled,
    get,
    post,
    somebody,
    upload,
)
from tests.support.pensions import number, pension_config
from tests.support.server import Client, ServerProcess


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pension_config(tmp_path_factory.mktemp("config"), evidence_days=9)


@pytest.fixture(scope="module")
def server(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), config=config) as running:
        yield running


@pytest.fixture(scope="module")
def clerk(server: ServerProcess) -> Client:
    return server.client("clerk")


@pytest.fixture(scope="module")
def manager(server: ServerProcess) -> Client:
    return server.client("manager")


def test_nothing_is_half_imported(manager: Client) -> None:
    lines = [
        "身份证号,姓名,行政区划,到期日,上次认证方式",
        f"{number(11)},样例·甲,示范县/一村,2027-01-31,",
        f"{number(12)[:-1]}A,样例·乙,示范县/一村,2027-01-31,",
        f"{number(13)},,示范县/一村,2027-01-31,",
        f"{number(14)},样例·丁,示范县/一村,2027-02-30,",
        f"{number(11)},样例·甲,示范县/一村,2027-01-31,",
        "",
    ]
    content = "\n".join(lines).encode("gb18030")
    for query in ("dry_run=true", "dry_run=false"):
        status, report = upload(manager, content, query)
        assert (status, report["imported"]) == (200, None)
        assert (report["good"], report["bad_count"]) == (1, 4)
        assert report["would"] == {"new": 1, "changed": 0, "passed": 0, "same": 0}
        assert [(b["line"], b["column"], b["code"]) for b in report["bad"]] == [
            (3, "id_number", "id_number_check"),
            (4, "name", "empty"),
            (5, "due", "date_unfit"),
            (6, "id_number", "twice"),
        ]
        assert manager.post(f"{PENSION}/find", id_number=number(11))[0] in (403, 404)
    assert manager.post(f"{PENSION}/look", id_number=number(11), why="x")[0] == 404
    _, report = upload(manager, content, "dry_run=false&skip_bad=true")
    assert report["imported"] == {"new": 1, "changed": 0, "passed": 0, "same": 0}
    _, report = upload(manager, content, "dry_run=false&skip_bad=true")
    assert report["imported"]["same"] == 1
    moved = content.replace("一村".encode("gb18030"), "二村".encode("gb18030"))
    _, report = upload(manager, moved, "dry_run=true")
    assert report["would"] == {"new": 0, "changed": 1, "passed": 0, "same": 0}
    for content, code in (
        (b"", "register_empty"),
        (b"a,b\n1,2\n", "columns_missing"),
        (b"PK\x03\x04 no workbook", "register_unreadable"),
        (b"\x00\x01\x02", "register_unreadable"),
    ):
        status, body = upload(manager, content, "dry_run=false")
        assert (status, body["error"]["code"]) == (422, code)


def test_how_far_an_import_is_can_be_asked(manager: Client) -> None:
    lines = ["身份证号,姓名,行政区划,到期日"]
    lines += [f"{number(n % 900)},样例·甲,示范县/一村,2027-01-31" for n in range(10_000)]
    assert get(manager, "import") == {"stage": None, "rows": 0}
    with ThreadPoolExecutor() as beside:
        checked = beside.submit(upload, manager, "\n".join(lines).encode(), "dry_run=true")
        stages = set()
        while not checked.done():
            stages.add(get(manager, "import")["stage"])
    assert checked.result()[0] == 200
    assert "received" in stages
    assert get(manager, "import")["stage"] is None


def test_a_workbook_comes_in_and_a_list_for_home_visits_goes_out(manager: Client) -> None:
    book = Workbook()
    due = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=40)
    sheet = book.active
    sheet.append(["姓名", "身份证号", "行政区划", "到期日", "上门服务", "手机"])
    sheet.append(["@1+1", number(21), "示范县/远村", due, "是", 13900000099])
    raw = io.BytesIO()
    book.save(raw)
    status, report = upload(manager, raw.getvalue(), "dry_run=false")
    assert (status, report["imported"]["new"]) == (200, 1), report
    found = get(
        manager,
        "list?which=home_visit&region=示范县/远村".replace(
            "示范县/远村", "%E7%A4%BA%E8%8C%83%E5%8E%BF/%E8%BF%9C%E6%9D%91"
        ),
    )
    assert found["count"] == 1
    assert found["pensioners"][0]["due_state"] == "overdue"
    query = "which=overdue&region=%E7%A4%BA%E8%8C%83%E5%8E%BF/%E8%BF%9C%E6%9D%91"
    status, content = manager.get(f"{PENSION}/export.xlsx?{query}")
    assert status == 200
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert rows[1][0] == "'@1+1"  # a name is no formula
    assert rows[1][1] == f"9901{'*' * 10}{number(21)[-4:]}"
    assert rows[1][4:7] == ("40", "13900000099", "是")
    status, content = manager.get(f"{PENSION}/export.csv?{query}")
    assert content.decode("utf-8-sig").splitlines()[0].startswith("姓名,")


def test_reminders_go_to_the_gateway_once(
    server: ServerProcess, manager: Client, config: Path
) -> None:
    somebody(manager, "-5", phone="13900001234")
    query = {"which": "overdue", "region": "示范县/测试村"}
    asked = f"reminders?{urlencode(query)}"
    before = get(manager, asked)
    assert (before["people"], before["recent"], before["last"]) == (1, 0, None)
    assert before["regions"] == [{"region": "示范县/测试村", "people": 1}]
    told = post(manager, "reminders", **query)
    assert told["reminded"] == 1
    assert post(manager, "reminders", **query)["reminded"] == 0
    after = get(manager, asked)
    today = get(manager, "register")["today"]
    assert (after["people"], after["recent"], after["last"]) == (0, 1, today)
    assert get(manager, "reminders/progress") == {"stage": None, "people": 0}
    held = ("reminders/demo", "another server", "2999-01-01")
    with closing(sqlite3.connect(server.folder / "hall.db", timeout=30)) as database:
        with database:
            database.execute("INSERT INTO claim VALUES (?, ?, ?)", held)
        status, body = manager.post(f"{PENSION}/reminders", **query)
        assert (status, body["error"]["code"]) == (409, "reminders_under_way")
        with database:
            database.execute("DELETE FROM claim")
    (file,) = (config.parent / "reminders").glob("*.jsonl")
    assert "+0800-" in file.name  # of the hall's day
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text("utf-8")
    assert "13900001234" in text
    assert "样例·赵*明" in text
    file.unlink()


def test_overdue_suspended_and_restored(clerk: Client, manager: Client) -> None:
    _, person = somebody(manager, "-30")
    post(clerk, f"people/{person}/finding", finding="ill", note="住院")
    assert (
        clerk.post(f"{PENSION}/people/{person}/suspension", since="2026-11-01", reason="x")[0]
        == 403
    )
    post(manager, f"people/{person}/suspension", since="2026-11-01", reason="决定书 3 号")
    today = get(manager, "register")["today"]
    one = post(clerk, f"people/{person}/pass", way="home_visit", day=today)["pensioner"]
    assert (one["suspended"], one["back_pay_from"], one["due_state"]) == (
        None,
        "2026-11-01",
        "not_due",
    )
    assert one["passes"][0] == {"day": today, "way": "home_visit"}
    one = post(manager, f"people/{person}/back-pay")["pensioner"]
    assert one["back_pay_from"] is None


def test_evidence_is_kept_where_switched_on_shown_to_managers_and_goes_with_the_consent(
    server: ServerProcess, clerk: Client, manager: Client
) -> None:
    kiosk = Client(server.url, "demo-kiosk-1-token")
    _, person = enrolled(manager, kiosk)
    check = begun(kiosk, person)["check"]
    grey = {**GOOD, "decision": "grey", "live_picture": JPEG}
    post(kiosk, f"checks/{check}/result", **grey)
    assert get(manager, f"people/{person}/evidence")["evidence"] == []
    post(clerk, f"checks/{check}/confirm", same=True)
    (kept,) = get(manager, f"people/{person}/evidence")["evidence"]
    whole = timedelta(days=9)
    made, until = (datetime.fromisoformat(kept[name]) for name in ("created_at", "keep_until"))
    assert kept["check"] == check
    assert abs(until - made - whole) < timedelta(minutes=1)
    for which in ("live", "reference"):
        path = f"{PENSION}/people/{person}/evidence/{check}/{which}"
        assert manager.get(path) == (200, base64.b64decode(JPEG))
        assert clerk.get(path)[0] == 403
    assert b"live picture" not in server.stored()
    _, seen = manager.get("/api/v1/halls/demo/audit")
    assert [r["act"] for r in seen["audit"]].count("evidence_seen") == 2
    post(clerk, f"people/{person}/withdraw")
    assert get(manager, f"people/{person}/evidence")["evidence"] == []
