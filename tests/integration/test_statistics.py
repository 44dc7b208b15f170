"""History over HTTP: from invented days in the journal to figures, tables and files."""

from __future__ import annotations

import csv
import io
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"
DAYS = 7


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A hall that begins with a week of invented days."""
    folder = tmp_path_factory.mktemp("lived")
    with ServerProcess(folder, more=("--sample-days", str(DAYS))) as running:
        yield running


@pytest.fixture(scope="module")
def auditor(lived: ServerProcess) -> Client:
    return lived.client("auditor")


def told(client: Client, query: str = "") -> Any:
    status, body = client.get(f"{HALL}/statistics{query}")
    assert status == 200, body
    return body


def file(server: ServerProcess, client: Client, path: str) -> bytes:
    request = urllib.request.Request(
        f"{server.url}{HALL}/{path}", headers={"Authorization": f"Bearer {client.token}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return bytes(answer.read())


def test_figures_are_the_journals(auditor: Client) -> None:
    found = told(auditor)
    journal: list[dict[str, Any]] = []
    while page := auditor.get(f"{HALL}/journal?limit=5000&after={len(journal)}")[1]["events"]:
        journal += page
    names = Counter(event["event"] for event in journal)
    summary = found["summary"]
    assert summary["issued"] == names["ticket_issued"] > 0
    assert summary["finished"] == names["ticket_finished"]
    assert summary["ratings"] == names["step_rated"] == sum(summary["levels"])
    services = found["tables"]["services"]
    assert [row[1] for row in services["rows"]][-1] == summary["issued"]
    assert sum(row[1] for row in services["rows"][:-1]) == summary["issued"]
    hours = found["tables"]["hours"]["rows"]
    assert sum(sum(row[1:]) for row in hours) == summary["issued"]
    staff = {row[0] for row in found["tables"]["staff"]["rows"]}
    assert {"窗口1工作人员", "窗口9工作人员"} & staff


def in_book(content: bytes) -> dict[str, list[list[Any]]]:
    """sheet → its head and rows, below the title; days as they are written elsewhere."""
    book = openpyxl.load_workbook(io.BytesIO(content))

    def told(cell: Any) -> Any:
        return f"{cell:%Y-%m-%d}" if isinstance(cell, datetime) else "" if cell is None else cell

    return {
        sheet.title: [[told(cell) for cell in row] for row in sheet.iter_rows(2, values_only=True)]
        for sheet in book
    }


def in_text(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def with_blanks(rows: list[list[Any]]) -> list[list[Any]]:
    return [["" if cell is None else cell for cell in row] for row in rows]


def as_text(rows: list[list[Any]]) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in with_blanks(rows)]


def test_files_hold_the_same_tables_and_are_noted(lived: ServerProcess, auditor: Client) -> None:
    """Each table as the page has it, as CSV and in the workbook."""
    found = told(auditor)["tables"]
    book = in_book(file(lived, auditor, "statistics.xlsx"))
    named = zip(("services", "days", "hours", "ratings", "staff"), book.items(), strict=True)
    for table, (sheet, (head, *rows)) in named:
        shown = found[table]["rows"]
        nameless = {"services": "合计", "ratings": "合计", "staff": "（没有登录）"}.get(table)
        expected = [[row[0] or nameless, *row[1:]] for row in shown]
        text = in_text(file(lived, auditor, f"statistics/{table}.csv"))
        assert text == as_text([head, *expected]), sheet
        assert rows == with_blanks(expected), sheet
    assert [row[0] for row in book["各业务"]][:: len(book["各业务"]) - 1] == ["业务", "合计"]
    levels = [sum(row[level] for row in found["ratings"]["rows"][:-1]) for level in range(1, 6)]
    assert levels == found["ratings"]["rows"][-1][1:6] == told(auditor)["summary"]["levels"]
    assert book["每天各时段取号"][0][1] == f"{found['hours']['columns'][1]}:00"
    plain = openpyxl.load_workbook(io.BytesIO(file(lived, auditor, "statistics.xlsx?lang=en")))
    assert plain.sheetnames == ["Services", "Days", "Numbers by hour and day", "Ratings", "Staff"]
    assert plain["Services"].cell(3, 13).number_format == "0.0%"
    assert plain["Days"].cell(3, 1).is_date
    noted = auditor.get(f"{HALL}/audit?limit=50")[1]["audit"]
    taken_out = {line["subject"] for line in noted if line["act"] == "export"}
    assert {"statistics.xlsx", "services.csv", "days.csv", "ratings.csv", "staff.csv"} <= taken_out


def test_the_ledgers_files_are_the_pages_table(lived: ServerProcess, auditor: Client) -> None:
    shown = auditor.get(f"{HALL}/ledger")[1]
    of_cases = auditor.get(f"{HALL}/ledger/cases")[1]["rows"]
    lines = shown["rows"]
    while shown["next"] is not None:
        shown = auditor.get(f"{HALL}/ledger?offset={shown['next']}")[1]
        lines += shown["rows"]
    contact = shown["columns"].index("contact")
    assert lines[0][contact].startswith(f"{lines[0][contact - 2]} 号窗口 · ")
    book = in_book(file(lived, auditor, "ledger.xlsx"))
    for name, sheet, rows in (
        ("acceptances", "办理登记", lines),
        ("cases", "差评与意见", of_cases),
    ):
        head, *written = book[sheet]
        assert written == with_blanks(rows)
        assert in_text(file(lived, auditor, f"ledger/{name}.csv")) == as_text([head, *rows])
    assert len(lines) > 200


def test_spans_and_roles(lived: ServerProcess, auditor: Client) -> None:
    assert told(auditor, "?from=2020-01-01&to=2020-01-31")["summary"]["issued"] == 0
    assert auditor.get(f"{HALL}/statistics?from=2026-02-02&to=2026-02-01")[0] == 422
    assert auditor.get(f"{HALL}/statistics?from=2020-01-01&to=2026-02-01")[0] == 422
    for beyond in ("to=9999-12-31", "to=0001-01-01", "from=1999-12-31"):
        assert auditor.get(f"{HALL}/statistics?{beyond}")[0] == 422
    assert auditor.get(f"{HALL}/statistics/nothing.csv")[0] == 404
    assert lived.client("clerk").get(f"{HALL}/statistics")[0] == 403
    assert lived.client(None).get(f"{HALL}/statistics.xlsx")[0] == 401


def test_the_report_and_the_drawing_library_are_served(lived: ServerProcess) -> None:
    with urllib.request.urlopen(f"{lived.url}/vendor/plotly.js", timeout=20) as answer:
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert len(answer.read()) > 1_000_000
