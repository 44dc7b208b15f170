"""A kiosk without a token shows six digits, is let in, and is the kiosk from then on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kiosk.gateway.pairing import Pairing, keep_token, kept_token
from kiosk.settings import ServerSettings
from tests.support.server import ROOT, Client, ServerProcess, free_port

HALL = "/api/v1/halls/demo"


def said(kiosk: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    """The next line that it says of itself."""
    assert kiosk.stdout is not None
    line = kiosk.stdout.readline()
    assert line, log.read_text(encoding="utf-8")[-3000:]
    told: dict[str, Any] = json.loads(line)
    return told


def wait_for(file: Path, kiosk: subprocess.Popen[str], log: Path) -> None:
    """What is written before it begins anew; it lives then. That a kiosk with a token gets ready is
    tried in test_process."""
    end = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < end
        assert kiosk.poll() is None, log.read_text(encoding="utf-8")[-3000:]
        time.sleep(0.05)
    time.sleep(0.3)
    assert kiosk.poll() is None, log.read_text(encoding="utf-8")[-3000:]


def test_a_kiosk_is_let_in_by_its_code(tmp_path: Path) -> None:
    """The real program, off screen, against a real server: code, pairing, the kept token."""
    config = (ROOT / "config" / "demo" / "kiosk.toml").read_text(encoding="utf-8")
    config = config.replace('token = "demo-kiosk-1-token"', 'token = ""')
    for name in ("questions", "layout", "list_layout", "settings"):
        config = config.replace(f'{name} = "../', f'{name} = "{ROOT}/config/')
    (tmp_path / "kiosk.toml").write_text(config, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "kiosk", "--config", str(tmp_path / "kiosk.toml")]
    with ServerProcess(tmp_path) as server:
        words = ["--server", server.url, "--kept", str(tmp_path / "kept"), "--offscreen"]
        words += ["--size", "540x960", "--printer", f"file://{tmp_path / 'paper'}"]
        admin = server.client("admin")
        file = tmp_path / "kept" / "token"
        log = tmp_path / "kiosk.log"
        with (
            log.open("wb") as errors,
            subprocess.Popen(
                [*command, *words],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, "NO_PROXY": "127.0.0.1"},
            ) as kiosk,
        ):
            try:
                code = said(kiosk, log)["code"]
                told = admin.post(f"{HALL}/pairings/look", code=code)[1]["device"]
                assert (told["kind"], told["name"]) == ("kiosk", "kiosk-1")
                assert admin.post(f"{HALL}/pairings/confirm", code=code, name="kiosk-1")[0] == 201
                wait_for(file, kiosk, log)
            finally:
                kiosk.terminate()
        assert file.stat().st_mode & 0o777 == 0o600
        assert Client(server.url, file.read_text()).issue("A")["number"] == "A001"


def test_a_kept_token_is_forgotten_only_when_the_server_says_so(tmp_path: Path) -> None:
    file = tmp_path / "token"
    nowhere = ServerSettings(f"http://127.0.0.1:{free_port()}", "demo", "kiosk-1", "")
    assert kept_token(file, nowhere) == ""
    keep_token(file, "hall_kept")
    assert kept_token(file, nowhere) == "hall_kept"  # who is away takes nothing back
    with ServerProcess(tmp_path) as server:
        here = ServerSettings(server.url, "demo", "kiosk-1", "")
        assert kept_token(file, here) == ""
        keep_token(file, server.token("kiosk"))
        assert kept_token(file, here) == file.read_text()


def test_a_server_that_is_away_is_said_and_tried_again() -> None:
    settings = ServerSettings(f"http://127.0.0.1:{free_port()}", "demo", "k", "")
    pairing = Pairing(settings, lambda code: pytest.fail(code))
    pairing.start()
    for _ in range(200):
        if not pairing.shown.reachable:
            break
        pairing.join(0.05)
    assert not pairing.shown.reachable
    pairing.stop()
    pairing.join(10)
    assert not pairing.is_alive()
    assert not pairing.paired.is_set()
