"""A disk that is really full, and one that cannot be written: a small file system of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stateful.referee import Referee
from tests.support.crash import records_of
from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"
SIZE_MIB = 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for a few megabytes. Only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = os.geteuid() == 0 and _mount("-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "hall", folder)
    if not mounted:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def _mount(*arguments: str | Path) -> bool:
    return subprocess.run(["mount", *arguments], check=False, capture_output=True).returncode == 0


def _fill(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 64 * 1024
        while size:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 2
    return filler


def test_a_full_disk_refuses_until_there_is_room(small_disk: Path) -> None:
    with ServerProcess(small_disk) as server:
        admin = server.client("admin")
        given = [admin.issue("A")["number"] for _ in range(3)]
        filler = _fill(small_disk)
        refused = _until_refused(admin, given)
        assert refused["error"]["code"] == "not_stored"
        assert "稍后" in refused["error"]["message"]
        status, view = admin.get(HALL)
        assert (status, view["today"]["issued"]) == (200, len(given))
        filler.unlink()
        given.append(admin.issue("A")["number"])
        assert given == [f"A{n:03d}" for n in range(1, len(given) + 1)]
        Referee().watch(records_of(admin.journal()))


def _until_refused(admin: Client, given: list[str]) -> dict[str, dict[str, str]]:
    """The last pages of the file may still take some numbers."""
    for _ in range(2000):
        status, body = admin.post(f"{HALL}/tickets", service="A")
        if status != 201:
            assert status == 503
            refused: dict[str, dict[str, str]] = body
            return refused
        given.append(body["ticket"]["number"])
    raise AssertionError("the disk is not full")


def test_a_crash_on_a_full_disk_loses_nothing(small_disk: Path) -> None:
    with ServerProcess(small_disk) as server:
        admin = server.client("admin")
        given = [admin.issue("A")["number"] for _ in range(3)]
        filler = _fill(small_disk)
        _until_refused(admin, given)
        server.kill()
        filler.unlink()
        server.start()
        given.append(admin.issue("A")["number"])
        assert given == [f"A{n:03d}" for n in range(1, len(given) + 1)]


def test_a_disk_that_cannot_be_written_is_told_at_the_start(small_disk: Path) -> None:
    server = ServerProcess(small_disk)
    server.log = small_disk.parent / "server.log"
    with server:
        numbers = [server.client("admin").issue("A")["number"]]
    assert _mount("-o", "remount,ro", small_disk)
    server.start(wait=False)
    assert server.wait_ended(within_s=15) != 0
    assert "hall.db cannot be opened for writing" in server.log.read_text(encoding="utf-8")
    assert _mount("-o", "remount,rw", small_disk)
    with server:
        numbers.append(server.client("admin").issue("A")["number"])
    assert numbers == ["A001", "A002"]
