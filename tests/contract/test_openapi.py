"""The API description against a real server: whatever is sent, the server has no error of its own,
and answers only what it describes.

HALL_OPENAPI_S gives the run more seconds than the few of every day.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import Client, ServerProcess

SECONDS = int(os.environ.get("HALL_OPENAPI_S", "4"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
# endless; tests/integration/test_streams.py has it
STREAM = "/events$"


@pytest.mark.timeout(60 + 3 * SECONDS)
def test_nothing_that_is_sent_breaks_the_server(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        admin = server.client("admin")
        description = tmp_path / "openapi.json"
        description.write_text(json.dumps(_described(server, admin)), encoding="utf-8")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", str(description)),
                *("--url", server.url),
                *("--header", f"Authorization: Bearer {admin.token}"),
                *("--checks", ",".join(CHECKS)),
                *("--phases", "coverage,fuzzing"),
                *("--max-time", str(SECONDS), "--max-examples", str(10 * SECONDS)),
                *("--exclude-path-regex", STREAM),
                *("--continue-on-failure", "--seed", "1", "--no-color", "--warnings", "off"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert admin.get("/health/ready")[0] == 200
        log = server.log.read_text(encoding="utf-8")
    assert "Traceback" not in log, log[-3000:]


def _described(server: ServerProcess, admin: Client) -> dict[str, Any]:
    """The server's own description, with ids that lead somewhere beside any others."""
    with urllib.request.urlopen(f"{server.url}/openapi.json") as answer:
        description: dict[str, Any] = json.load(answer)
    tickets = [admin.issue(service) for service in "ABCA"]
    admin.at("1", "call-next")
    known = {
        "hall": ["demo"],
        "window": ["1", "2", "7", "none"],
        "ticket": [*(ticket["id"] for ticket in tickets), "none"],
        "service": ["A", "B", "none"],
        "token": [str(tickets[0]["follow_path"]).removeprefix("/t/"), "none"],
    }
    for operations in description["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" and (values := known.get(parameter["name"])):
                    parameter["schema"] = {"type": "string", "enum": values}
    return description
