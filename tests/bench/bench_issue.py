"""Durable tickets per second over HTTP, beside what the same run's server and disk allow.

    ./hall bench issue [--seconds N] [--flushes-per-s N]

no-op: GET /health/live of the same server. loop: one commit per ticket, plain SQLite, no HTTP.
--flushes-per-s slows every flush of server and loop to that rate (a library preloaded into both;
needs a C compiler), because a rented disk that flushes into a battery-backed cache says nothing
about the disk in a hall.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import uuid
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench import load, slow_flush  # noqa: E402
from tests.support.server import ServerProcess  # noqa: E402

PATH = "/api/v1/halls/demo/tickets"
SERVICES = "ABCDFG"  # the demonstration hall counts what E gives
RATIO_TO_NO_OP = 0.5
RATIO_TO_LOOP = 8.0
P99_AT_MOST_MS = 60.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--flushes-per-s", type=float, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT / ".hall") as name:
        print(json.dumps(_measure(Path(name), options), indent=2))
    return 0


def _measure(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    env = slow_flush.environment(folder, options.flushes_per_s) if options.flushes_per_s else {}
    with ServerProcess(folder, env=env) as server:
        token = server.token("kiosk")
        random.seed(1)

        def issue() -> bytes:
            body = {"request_id": str(uuid.uuid4()), "service": random.choice(SERVICES)}
            return load.post(PATH, token, json.dumps(body).encode())

        no_op = load.get("/health/live")
        load.run(server.port, 8, 1.0, issue)  # warm
        rows = {}
        for clients in (1, 32):
            rows[clients] = (
                load.run(server.port, clients, options.seconds, lambda: no_op),
                load.run(server.port, clients, options.seconds, issue),
            )
    flushes = slow_flush.measured("flushes_per_s", folder, env)
    loop = slow_flush.measured("commits_per_s", folder, env)
    no_op32, issue32 = rows[32]
    return {
        "benchmark": "issue",
        "disk": {
            "flushes_per_s": round(flushes, 1),
            "slowed_to": options.flushes_per_s,
            "loop_commits_per_s": round(loop, 1),
        },
        "no_op": [rows[n][0].figures() for n in rows],
        "issue": [rows[n][1].figures() for n in rows],
        "ratios_at_32_clients": {
            "to_no_op": round(issue32.requests_per_s / no_op32.requests_per_s, 3),
            "to_no_op_wanted": RATIO_TO_NO_OP,
            "to_loop": round(issue32.requests_per_s / loop, 2),
            "to_loop_wanted": RATIO_TO_LOOP,
            "p99_ms": round(issue32.p99_ms, 2),
            "p99_ms_wanted": P99_AT_MOST_MS,
        },
    }


if __name__ == "__main__":
    raise SystemExit(main())
