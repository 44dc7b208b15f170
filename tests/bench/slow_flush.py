"""A disk of a stated speed: every flush of a process waits as long as that disk would take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SOURCE = Path(__file__).with_name("slow_flush.c")


def environment(folder: Path, flushes_per_s: float) -> dict[str, str]:
    """What to add to a process's environment. Raises RuntimeError without a C compiler."""
    library = folder / "slow_flush.so"
    try:
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(_SOURCE), "-ldl"],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeError("--flushes-per-s needs a C compiler (Debian: gcc, libc6-dev)") from error
    return {"LD_PRELOAD": str(library), "FLUSH_US": str(round(1_000_000 / flushes_per_s))}


def measured(what: str, folder: Path, env: dict[str, str]) -> float:
    """`disk.<what>` in a process of its own, on the same kind of disk as the server."""
    code = (
        f"import sys, pathlib; sys.path.insert(0, {str(ROOT)!r});"
        f"from tests.bench import disk; print(disk.{what}(pathlib.Path(sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env={**os.environ, **env},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)
