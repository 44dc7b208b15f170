"""Free ports, and a look at the live processes, for the launcher's tests."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def processes_with() -> Callable[[str], list[int]]:
    return _processes_with


def _processes_with(word: str) -> list[int]:
    """Every live process that has `word` among its arguments."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if word.encode() in arguments and state != "Z":
            found.append(int(folder.name))
    return found
