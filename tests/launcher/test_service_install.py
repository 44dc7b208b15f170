"""`./hall install`: what stands where afterwards, what is kept, and what systemd says of it."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from hardware.window_devices.settings import load_window_devices
from kiosk.settings import load_kiosk_settings
from launcher import service_install
from launcher.places import ROOT
from launcher.service_plan import KINDS, plan
from queue_server.settings.hall import load_hall_settings

MAY_MAKE_ACCOUNTS = shutil.which("systemd-sysusers") is not None


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine's folder, with the accounts that every Debian has."""
    etc = tmp_path / "image" / "etc"
    etc.mkdir(parents=True)
    (etc / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    groups = ("root", "dialout", "lp", "video", "audio", "render", "input", "tty")
    (etc / "group").write_text("".join(f"{name}:x:{n}:\n" for n, name in enumerate(groups)))
    monkeypatch.setattr(service_install, "STATE", tmp_path)
    return etc.parent


@pytest.mark.skipif(not MAY_MAKE_ACCOUNTS, reason="systemd-sysusers is not installed")
@pytest.mark.parametrize("kind", KINDS)
def test_an_image_gets_files_account_and_settings_and_keeps_what_was_edited(
    image: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert service_install.main([kind, "--into", str(image)]) == 0
    settings = image / "etc" / "hall" / ("hall.toml" if kind == "server" else f"{kind}.toml")
    account = plan(kind).account
    assert f"{account}:" in (image / "etc/passwd").read_text()
    assert stat.S_IMODE(settings.stat().st_mode) == 0o640, "it holds a token"
    group = next(
        line
        for line in (image / "etc/group").read_text().splitlines()
        if line.startswith(f"{account}:")
    )
    assert settings.stat().st_gid == int(group.split(":")[2])
    settings.write_text("# edited\n")
    unit = image / "etc/systemd/system" / f"hall-{kind}.service"
    unit.write_text("# of an earlier version\n")
    capsys.readouterr()
    assert service_install.main([kind, "--into", str(image)]) == 0
    assert settings.read_text() == "# edited\n"
    assert "ExecStart=" in unit.read_text()
    said = capsys.readouterr().out
    assert str(ROOT) in said or kind == "server"
    assert f"hall-{kind}" in said


def test_the_settings_that_are_put_there_can_be_read(image: Path) -> None:
    for kind in KINDS:
        for file in plan(kind).files:
            service_install.put(file, image)
    kiosk = load_kiosk_settings(image / "etc/hall/kiosk.toml")
    assert kiosk.printer.roll_file == Path("/var/lib/hall-kiosk/paper-roll.json")
    assert kiosk.home.questions == ROOT / "config/questions.toml"
    assert kiosk.offline.folder == Path("/var/lib/hall-kiosk")
    devices = load_window_devices(image / "etc/hall/window-devices.toml")
    assert devices.outbox == Path("/var/lib/hall-window-devices/ratings.jsonl")
    hall = load_hall_settings(image / "etc/hall/hall.toml")
    assert "/var/lib/hall/hall.db" in hall.server.database


@pytest.mark.parametrize("kind", KINDS)
def test_units_name_programs_that_are_there_and_folders_that_they_may_write(kind: str) -> None:
    service = plan(kind)
    unit = next(f.text for f in service.files if f.target.name == service.unit)
    assert "@ROOT@" not in unit
    assert re.search(rf"^ExecStart=.*{re.escape(str(ROOT / 'hall'))} {kind} ", unit, re.MULTILINE)
    assert f"User={service.account}\n" in unit
    assert f"StateDirectory={service.account}\n" in unit
    assert "Restart=always\n" in unit


@pytest.mark.parametrize("kind", ["kiosk", "window-devices"])
def test_what_is_watched_stays_in_its_service_where_systemd_hears_it(kind: str) -> None:
    """A login session (PAMName=) takes all processes out of the service: `ready` and the watchdog
    then come from strangers and are dropped. Seen in a booted container, where this cannot run."""
    service = plan(kind)
    unit = next(f.text for f in service.files if f.target.name == service.unit)
    assert "PAMName=" not in unit
    for line in ("Type=notify", "NotifyAccess=all", "WatchdogSignal=SIGKILL"):
        assert f"{line}\n" in unit
    assert re.search(r"^WatchdogSec=\d+s$", unit, re.MULTILINE)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
@pytest.mark.parametrize("kind", KINDS)
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path, kind: str) -> None:
    """Programs that only a kiosk has are stood in for: their absence is no fault of the unit."""
    service = plan(kind)
    text = next(f.text for f in service.files if f.target.name == service.unit)
    file = tmp_path / service.unit
    file.write_text(text.replace("/usr/bin/xinit", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(file)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if service.unit in line]
    assert ours == [], done.stderr


def test_who_may_not_install_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(service_install.os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HALL_LANG", "en")
    assert service_install.main(["server"]) == 1
    assert "sudo ./hall install" in capsys.readouterr().err
