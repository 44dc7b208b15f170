"""The doctor's verdicts, each on a thing that is well and on one that is not."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher import doctor, doctor_checks
from launcher.places import ROOT
from launcher.system_packages import SystemNeed

DEMO = ROOT / "config" / "demo"


class Ready(http.server.BaseHTTPRequestHandler):
    behind_s = 0.0

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(int(time.time() - self.behind_s))

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    handler = type("Handler", (Ready,), {"behind_s": getattr(request, "param", 0.0)})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_system_needs() -> None:
    needs = [
        SystemNeed("font", "core", ("fonts-noto-cjk",), lambda: True),
        SystemNeed("voice", "core", ("espeak-ng",), lambda: False),
    ]
    font, voice = doctor_checks.system(needs)
    assert font.ok
    assert not voice.ok
    assert "espeak-ng" in voice.mend


def test_packages_that_import_and_one_that_does_not() -> None:
    findings = list(doctor_checks.packages(("json", "no_such_package", "tomllib")))
    assert [finding.ok for finding in findings] == [True, False, True]
    assert "no_such_package" in findings[1].detail


def test_a_package_that_ends_the_process_quietly_is_not_taken_for_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quitter.py").write_text("print('please install the models')\nraise SystemExit(0)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    findings = list(doctor_checks.packages(("quitter", "json")))
    assert [finding.ok for finding in findings] == [False, True]
    assert "models" in findings[0].detail


def test_disk(tmp_path: Path) -> None:
    (enough,) = doctor_checks.disk(tmp_path, wanted_bytes=1)
    (short,) = doctor_checks.disk(tmp_path, wanted_bytes=1 << 60)
    assert (enough.ok, short.ok) == (True, False)


def test_clock() -> None:
    (right,) = doctor_checks.clock()
    (reset,) = doctor_checks.clock(now=0)
    assert (right.ok, reset.ok) == (True, False)


def test_settings_files(tmp_path: Path) -> None:
    broken = tmp_path / "kiosk.toml"
    broken.write_text("[server]\nurll = 'http://x'\n")
    hall, kiosk = doctor_checks.settings_files(DEMO / "hall.toml", broken)
    assert hall.ok
    assert not kiosk.ok
    assert f"{broken}:2" in kiosk.detail
    assert "'url'" in kiosk.detail


def test_the_server(server: str, free_port: int) -> None:
    reached, clocks = doctor_checks.server(server)
    assert reached.ok
    assert clocks.ok
    (away,) = doctor_checks.server(f"http://127.0.0.1:{free_port}")
    assert not away.ok
    assert "server.url" in away.mend


@pytest.mark.parametrize("server", [120.0], indirect=True)
def test_clocks_that_differ(server: str) -> None:
    reached, clocks = doctor_checks.server(server)
    assert reached.ok
    assert not clocks.ok
    assert "12" in clocks.detail


def test_the_reader_and_the_camera_of_the_yearly_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = tmp_path / "tty"
    (missing,) = doctor_checks.card_reader(str(port), 0)
    port.touch()
    (no_reader,) = doctor_checks.card_reader(str(port), 115200)  # a file is no serial port
    assert (missing.ok, no_reader.ok) == (False, False)
    assert "reader.port" in no_reader.mend
    in_use = {"error": {"code": "device_refused", "message": "x", "detail": {"port": str(port)}}}
    not_well = {"error": {"code": "device_refused", "message": "自检 / self test", "detail": {}}}
    for answer, ok in (({"state": "ok", "sam_id": "1"}, True), (in_use, True), (not_well, False)):
        monkeypatch.setattr(doctor_checks, "_device", lambda *_, said=answer: said)
        (finding,) = doctor_checks.card_reader(str(port), 0)
        assert finding.ok is ok
    (dark,) = doctor_checks.camera("http://user:secret@h/x")
    assert (dark.ok, "secret" in dark.what) == (False, False)
    assert list(doctor_checks.camera("")) == []


def test_the_report_and_its_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = doctor_checks.well("clock"), doctor_checks.ill("disk", "full", "make room")
    monkeypatch.setattr(doctor, "_look", lambda *_: iter([good]))
    assert doctor.main([]) == 0
    monkeypatch.setattr(doctor, "_look", lambda *_: iter([good, bad]))
    capsys.readouterr()
    assert doctor.main(["--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert report["findings"][1]["mend"] == "make room"
