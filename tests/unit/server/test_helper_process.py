"""The process beside the server ends with it, whatever it is doing."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import time
from pathlib import Path

from queue_server.helper_process import SERVER_PID, _read

ROOT = Path(__file__).parents[3]
HELPER = """
import sys, time
from queue_server.helper_process import serve
serve(lambda *_: time.sleep(600))
"""
SERVER = f"""
import os, pickle, subprocess, sys, time
env = {{**os.environ, {SERVER_PID!r}: str(os.getpid())}}
helper = subprocess.Popen([sys.executable, "-c", {HELPER!r}], stdin=subprocess.PIPE, env=env)
body = pickle.dumps(("demo", "take"))
helper.stdin.write(len(body).to_bytes(8, "big") + body)
helper.stdin.flush()
print(helper.pid, flush=True)
time.sleep(600)
"""


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_helper_at_work_ends_when_the_server_is_killed() -> None:
    words = [sys.executable, "-c", SERVER]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        helper = int(server.stdout.readline())
        assert is_running(helper)
        server.kill()
    until = time.monotonic() + 60
    while is_running(helper):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_request_that_breaks_off_is_the_end_of_the_input() -> None:
    body = pickle.dumps(("hall", "work"))
    whole = len(body).to_bytes(8, "big") + body
    assert _read(io.BytesIO(whole)) == ("hall", "work")
    for length in range(len(whole)):
        assert _read(io.BytesIO(whole[:length])) is None
