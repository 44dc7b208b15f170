"""Seconds from the start of the server's process to /health/ready, with much behind it.

    ./hall bench start [--days N] [--tickets-a-day N] [--tickets-today N] [--times N]

empty: a new database, the least that any start takes. year: many past days and a quiet present
one. today: the same, with a very busy present day, of which the server itself has taken a snapshot.
replayed: the same without the snapshot. Each ratio is to the empty one of this run; each
figure the best of some starts, because what else the machine does must not count. cpu_seconds: what
the process itself used until then, which a busy machine lengthens least.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from queue_server.day_snapshots.keeper import EVENTS_BETWEEN  # noqa: E402
from queue_server.journal.archive_sqlite import SqliteFile  # noqa: E402
from queue_server.settings.hall import load_hall_settings  # noqa: E402
from queue_server.settings.rules import rules_of  # noqa: E402
from tests.bench.year import write_hall  # noqa: E402
from tests.support.server import DEMO_CONFIG, ServerProcess  # noqa: E402

WANTED_S = 2.0
SNAPSHOT_WITHIN_S = 120.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=250)
    parser.add_argument("--tickets-a-day", type=int, default=400)
    parser.add_argument("--tickets-today", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=3, help="starts per figure")
    options = parser.parse_args()
    print(json.dumps(measure(options), indent=2))
    return 0


def measure(options: argparse.Namespace) -> dict[str, object]:
    rows = {
        "empty": _started(None, 0, options),
        "year": _started(options.days, 200, options),
        "today": _started(options.days, options.tickets_today, options),
        "replayed": _started(options.days, options.tickets_today, options, snapshot=False),
    }
    empty_s = rows["empty"]["cpu_seconds"]
    return {
        "benchmark": "start",
        "starts": {
            name: {**row, "ratio_to_empty": round(row["cpu_seconds"] / empty_s, 2)}
            for name, row in rows.items()
        },
        "seconds_wanted": WANTED_S,
    }


def _started(
    days: int | None, tickets_today: int, options: argparse.Namespace, *, snapshot: bool = True
) -> dict[str, float]:
    """days None: a new database for each start."""
    taken: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(dir=ROOT / ".hall") as name:
        folder = Path(name)
        server = ServerProcess(folder)
        file, records = folder / "hall.db", 0
        if days is not None:
            records = _write(file, days, tickets_today, options.tickets_a_day)
            _first_start(server, file, wants_snapshot=snapshot and tickets_today > EVENTS_BETWEEN)
        for _ in range(options.times):
            if days is None:
                for one in folder.glob("hall.db*"):
                    one.unlink()
            taken.append(_one_start(server))
        mib = sum(one.stat().st_size for one in folder.glob("hall.db*")) / 2**20
    return {
        "seconds": round(min(seconds for seconds, _ in taken), 3),
        "cpu_seconds": round(min(cpu for _, cpu in taken), 3),
        "records": records,
        "database_mib": round(mib, 1),
    }


def _first_start(server: ServerProcess, file: Path, *, wants_snapshot: bool) -> None:
    """It takes in the configuration and warms the disk's cache; and, if it is to, stays until it
    has taken its snapshot."""
    with server, closing(sqlite3.connect(file)) as connection:
        end = time.monotonic() + SNAPSHOT_WITHIN_S
        while wants_snapshot and not connection.execute("SELECT * FROM day_snapshot").fetchone():
            if time.monotonic() > end:
                raise RuntimeError("the server took no snapshot of its day")
            time.sleep(0.2)


def _one_start(server: ServerProcess) -> tuple[float, float]:
    """Seconds until ready, and the processor's seconds."""
    begun = time.perf_counter()
    server.start()
    took = time.perf_counter() - begun
    cpu = _cpu_seconds(server.pid)
    server.stop()
    return took, cpu


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process so far: fields 14 and 15 of proc(5)'s stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _write(file: Path, days: int, tickets_today: int, tickets_a_day: int) -> int:
    rules = rules_of(load_hall_settings(DEMO_CONFIG))
    database = SqliteFile(file)
    with database.creating() as whole:
        whole.bring_to(database.newest_version)
        return write_hall(
            whole,
            rules,
            days=days,
            tickets_a_day=tickets_a_day,
            tickets_today=tickets_today,
        )


if __name__ == "__main__":
    raise SystemExit(main())
