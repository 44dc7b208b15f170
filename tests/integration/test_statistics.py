"""History over HTTP: from invented days in the journal to figures, tables and files."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.server import DEMO_CONFIG, ROOT, Client, ServerProcess, free_port

HALL = "/api/v1/halls/demo"
DAYS = 7


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A hall that begins with a week of invented days."""
    folder = tmp_path_factory.mktemp("lived")
    port = free_port()
    address = f"sqlite:///{folder / 'hall.db'}"
    command = [
        *(sys.executable, "-m", "queue_server", "server", "--config", str(DEMO_CONFIG)),
        *("--listen", f"127.0.0.1:{port}", "--database", address, "--sample-days", str(DAYS)),
    ]
    with (folder / "first.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=log, stderr=log)
    try:
        _wait_ready(port, folder / "first.log")
    finally:
        process.terminate()
        process.wait(timeout=20)
    with ServerProcess(folder) as running:
        yield running


def _wait_ready(port: int, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(log.read_text()[-2000:])


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


def test_files_hold_the_same_tables_and_are_noted(lived: ServerProcess, auditor: Client) -> None:
    found = told(auditor)
    text = file(lived, auditor, "statistics/services.csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:2] == ["业务", "取号"]
    assert len(rows) - 1 == len(found["tables"]["services"]["rows"])
    book = openpyxl.load_workbook(io.BytesIO(file(lived, auditor, "statistics.xlsx?lang=en")))
    assert book.sheetnames == ["Services", "Days", "Numbers by hour and day", "Staff"]
    assert book["Services"].cell(2, 2).value == "Given"
    assert book["Services"].cell(3, 2).value == found["tables"]["services"]["rows"][0][1]
    acts = [line["act"] for line in auditor.get(f"{HALL}/audit")[1]["audit"]]
    assert acts.count("export") == 2


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
