"""A register of many pensioners imported and exported, and how long anybody else had to wait.

    ./hall bench register [--people N]

import, list and export through the real server on SQLite, with another request every 20 ms
beside them: `others_longest_ms` is the longest that one of those took.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from foundation.id_number import check_character  # noqa: E402
from tests.support.pensions import pension_config  # noqa: E402
from tests.support.server import Client, ServerProcess  # noqa: E402

PENSION = "/api/v1/halls/demo/pension"
HEADING = "身份证号,姓名,行政区划,到期日,手机,上次认证日期,上次认证方式\n"


def register(people: int) -> bytes:
    """Invented; their numbers begin with a region that there is not."""
    lines = []
    for n in range(people):
        first = (
            f"990101{1930 + n // 28000}{1 + n // 1000 % 12:02d}{1 + n // 12000:02d}{n % 1000:03d}"
        )
        lines.append(
            f"{first}{check_character(first)},样例·某{n % 97},示范县/第{n % 40}村,-{n % 300 + 1},"
            f"139{n:08d},-400,窗口"
        )
    return (HEADING + "\n".join(lines)).encode()


class Others:
    """Somebody who asks for something small all the time."""

    def __init__(self, url: str) -> None:
        self._url, self._ended = url, threading.Event()
        self.longest_s = 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Others:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.02):
            began_s = time.monotonic()
            with urllib.request.urlopen(f"{self._url}/health/live", timeout=60) as answer:
                answer.read()
            self.longest_s = max(self.longest_s, time.monotonic() - began_s)


def measured(server: ServerProcess, work: Callable[[], Any]) -> dict[str, float]:
    began_s = time.monotonic()
    with Others(server.url) as others:
        work()
    return {
        "seconds": round(time.monotonic() - began_s, 2),
        "others_longest_ms": round(1000 * others.longest_s, 1),
    }


def asked(client: Client, path: str, body: bytes | None = None) -> bytes:
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "text/csv"}
    wish = urllib.request.Request(f"{client.url}{PENSION}/{path}", body, headers)
    with urllib.request.urlopen(wish, timeout=300) as answer:
        content: bytes = answer.read()
        return content


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT / ".hall") as name:
        folder = Path(name)
        with ServerProcess(folder, config=pension_config(folder)) as server:
            manager, content = server.client("manager"), register(options.people)
            whole = "which=all"
            rows = {
                "check": lambda: asked(manager, "import?dry_run=true", content),
                "import": lambda: asked(manager, "import?dry_run=false", content),
                "list": lambda: asked(manager, f"list?{whole}"),
                "export_csv": lambda: asked(manager, f"export.csv?{whole}"),
                "export_xlsx": lambda: asked(manager, f"export.xlsx?{whole}"),
            }
            figures = {name: measured(server, work) for name, work in rows.items()}
            counted = json.loads(asked(manager, "register"))["regions"]
    stored = sum(region["pensioners"] for region in counted)
    print(
        json.dumps(
            {
                "benchmark": "register",
                "people": stored,
                "load_average": round(os.getloadavg()[0], 1),
                **figures,
            },
            indent=2,
        )
    )
    return 0 if stored >= options.people else 1


if __name__ == "__main__":
    sys.exit(main())
