"""Memory of the server's process: fresh, and with 20,000 numbers given in the day."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.bench import load
from tests.bench.dispatch.rates import issuing
from tests.support.server import ROOT, ServerProcess

TICKETS = 20_000


def resident_mib(pid: int) -> float:
    """What the process has in memory, mebibytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(x for x in status.splitlines() if x.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def measure(options: argparse.Namespace) -> dict[str, object]:
    with (
        tempfile.TemporaryDirectory(dir=ROOT / ".hall") as name,
        ServerProcess(Path(name)) as server,
    ):
        fresh_mib = resident_mib(server.pid)
        issue, given = issuing(server.token("kiosk")), 0
        while given < TICKETS:
            given += load.run(server.port, 32, 1.0, issue).requests
        full_mib = resident_mib(server.pid)
    return {
        "fresh_mib": round(fresh_mib, 1),
        "tickets": given,
        "with_tickets_mib": round(full_mib, 1),
        "kib_per_ticket": round((full_mib - fresh_mib) * 1024 / given, 2),
    }
