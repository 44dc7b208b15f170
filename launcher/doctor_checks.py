"""What `./hall doctor` looks at. Each check answers with findings; none mends anything.

Looks only: opens a device for one question at most, writes no file.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from foundation.settings_file import SettingsError
from hardware.os_trouble import reason
from hardware.words import Words, both
from kiosk.settings import KioskSettings, load_kiosk_settings
from launcher import system_packages
from launcher.places import ROOT, STATE
from launcher.rooms import room_environment
from launcher.system_packages import NEEDS, SystemNeed
from launcher.words import terminal_language, words
from queue_server.settings.hall import load_hall_settings

IMPORTS = (
    *("argon2", "cv2", "escpos", "fastapi", "jinja2", "kivy", "numpy", "PIL", "prometheus_client"),
    *("qrcode", "requests", "serial", "structlog", "uvicorn", "face_recognition"),
)
FREE_WANTED_BYTES = 1_000_000_000
CLOCKS_MAY_DIFFER_S = 5.0
_ANSWER_WITHIN_S = 10.0
_CONNECT = "doctor_mend_printer"
_PRINTER_MENDS = {
    state: f"doctor_mend_printer_{state}"
    for state in ("out", "cover_open", "cutter", "overheated", "error")
}
_IMPORT_WITHIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `mend` is what a person can do, "" when all is well."""

    what: str
    ok: bool
    detail: str
    mend: str = ""


def well(what: str, detail: str = "") -> Finding:
    return Finding(what, True, detail)


def ill(what: str, detail: str, mend: str) -> Finding:
    return Finding(what, False, detail, mend)


def in_terminal(said: Words) -> str:
    """In the language of the terminal."""
    return said.zh if terminal_language() == "zh-CN" else said.en


def system(needs: Iterable[SystemNeed] = NEEDS) -> Iterator[Finding]:
    """Each thing the operating system must offer."""
    for need in needs:
        what = words("doctor_system", name=words(f"need_{need.name}"))
        if need.is_there():
            yield well(what)
        elif need.level == "browser":
            # No hall needs it to serve people, so its absence is no trouble.
            yield well(what, words("doctor_absent_but_optional"))
        else:
            command = " ".join(system_packages.install_command(need.packages))
            yield ill(what, words("doctor_absent"), words("doctor_run", command=command))


# Prints each name once its import is through. Some packages end the process with status 0 when
# they cannot work, so nothing but the printed name proves an import.
_IMPORTER = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
    print(name, flush=True)
"""


def packages(names: Sequence[str] = IMPORTS) -> Iterator[Finding]:
    """Each Python package, imported in a process of its own."""
    left = list(names)
    while left:
        imported, said = _import(left)
        yield from (well(words("doctor_package", name=name)) for name in imported)
        left = left[len(imported) :]
        if left:
            broken = words("doctor_package", name=left.pop(0))
            yield ill(broken, said, words("doctor_mend_package", state=STATE))


def _import(names: Sequence[str]) -> tuple[list[str], str]:
    """The leading names that could be imported, and the last line said about the next."""
    try:
        done = subprocess.run(
            (sys.executable, "-c", _IMPORTER, *names),
            env=room_environment() | {"KIVY_NO_CONSOLELOG": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=_IMPORT_WITHIN_S,
        )
    except subprocess.TimeoutExpired:
        return [], words("doctor_too_slow", seconds=int(_IMPORT_WITHIN_S))
    said = [line for line in (done.stdout + done.stderr).splitlines() if line not in names]
    imported = [line for line in done.stdout.splitlines() if line in names]
    return imported, said[-1].strip() if said else ""


def disk(folder: Path = STATE, wanted_bytes: int = FREE_WANTED_BYTES) -> Iterator[Finding]:
    """Room for the journal and the logs."""
    free = shutil.disk_usage(folder).free
    detail = words("doctor_free", free=free // 10**6)
    if free >= wanted_bytes:
        yield well(words("doctor_disk"), detail)
    else:
        mend = words("doctor_mend_disk", want=wanted_bytes // 10**6)
        yield ill(words("doctor_disk"), detail, mend)


def clock(now: float | None = None) -> Iterator[Finding]:
    """A clock that stands before this software was written has lost its battery."""
    now = time.time() if now is None else now
    shown = time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(now))
    if now < (ROOT / "setup.cfg").stat().st_mtime - 86_400:
        yield ill(words("doctor_clock"), shown, words("doctor_mend_clock"))
    else:
        yield well(words("doctor_clock"), shown)


def settings_files(hall: Path, kiosk: Path) -> Iterator[Finding]:
    """Both settings files, read exactly as the rooms read them."""
    readers: tuple[tuple[Path, Callable[[Path], object]], ...] = (
        (hall, load_hall_settings),
        (kiosk, load_kiosk_settings),
    )
    for file, read in readers:
        what = words("doctor_settings", file=file)
        try:
            read(file)
        except SettingsError as error:
            key = "doctor_mend_settings" if file.exists() else "doctor_mend_no_settings"
            yield ill(what, settings_said(error), words(key))
        else:
            yield well(what)


def settings_said(error: SettingsError) -> str:
    """Where the mistake stands and what it is, in the terminal's language."""
    return f"{error.where}: {in_terminal(Words(error.words.zh, error.words.en))}"


def kiosk_settings(file: Path) -> KioskSettings | None:
    """The kiosk's settings, None when they cannot be read (settings_files says why)."""
    try:
        return load_kiosk_settings(file)
    except SettingsError:
        return None


def printer(url: str) -> Iterator[Finding]:
    """Asks the printer how it is, through the real driver."""
    what = words("doctor_printer", url=url)
    answer = _device("printer", "status", "--printer", url)
    if answer.get("state") in ("ok", "near_end"):
        yield well(what, str(answer["state"]))
    elif answer.get("state") == "unknown":
        yield ill(what, words("doctor_printer_mute"), words("doctor_mend_mute"))
    else:
        mend = words(_PRINTER_MENDS.get(str(answer.get("state")), _CONNECT))
        yield ill(what, _said(answer), mend)


def _said(answer: Mapping[str, Any]) -> str:
    said = answer.get("error", {}).get("message") or answer.get("detail") or "?"
    return in_terminal(both(str(said)))


def _device(*question: str) -> dict[str, Any]:
    """What `./hall device …` answers, an error too."""
    return _json_of((sys.executable, "-P", "-m", "hardware", "device", *question, "--json"))


def _json_of(command: Sequence[str]) -> dict[str, Any]:
    try:
        done = subprocess.run(
            command,
            env=room_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * _ANSWER_WITHIN_S,
        )
        for said in (done.stdout, done.stderr):
            if said.strip().startswith("{"):
                parsed: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
                return parsed
    except (subprocess.TimeoutExpired, ValueError) as error:
        return {"error": {"message": str(error)}}
    return {"error": {"message": done.stderr.strip().rpartition("\n")[2]}}


def card_reader(port: str, baud: int) -> Iterator[Finding]:
    """Whether a module answers there; no card is looked for. A kiosk at work holds its port."""
    what = words("doctor_reader", port=port)
    if "://" not in port and not os.path.exists(port):
        yield ill(what, words("doctor_absent"), words("doctor_mend_reader"))
        return
    if os.path.exists(port) and not os.access(port, os.R_OK | os.W_OK):
        yield ill(what, words("doctor_not_allowed"), words("doctor_mend_dialout"))
        return
    answer = _device("card", "status", "--port", port, "--baud", str(baud) if baud else "auto")
    if answer.get("state") == "ok":
        yield well(what, str(answer.get("sam_id") or ""))
    elif _in_use(answer):
        yield well(what, words("doctor_in_use"))
    else:
        yield ill(what, _said(answer), words("doctor_mend_reader"))


def _in_use(answer: Mapping[str, Any]) -> bool:
    error = answer.get("error", {})
    return error.get("code") == "device_refused" and "port" in error.get("detail", {})


def camera(source: str) -> Iterator[Finding]:
    """Whether the camera of the yearly check gives a picture; nothing of it is kept."""
    if not source:
        return
    what = words("doctor_camera", source=source.rpartition("@")[2])
    answer = _device("camera", "check", "--camera", source)
    if answer.get("state") == "ok":
        yield well(what, f"{answer['width']} × {answer['height']}")
    else:
        yield ill(what, _said(answer), words("doctor_mend_camera"))


def server(url: str) -> Iterator[Finding]:
    """Whether the queue server answers, and whether its clock and ours agree."""
    what = words("doctor_server", url=url)
    try:
        with urllib.request.urlopen(  # noqa: S310 - the settings file allows http and https alone
            f"{url}/health/ready", timeout=_ANSWER_WITHIN_S
        ) as answer:
            told, here = answer.headers.get("Date"), time.time()
    except (urllib.error.URLError, OSError) as error:
        cause = getattr(error, "reason", error)
        said = reason(cause) if isinstance(cause, OSError) else both(str(cause))
        yield ill(what, in_terminal(said), words("doctor_mend_server"))
        return
    yield well(what)
    if told:
        yield _clocks(parsedate_to_datetime(told).timestamp() - here)


def _clocks(ahead_s: float) -> Finding:
    detail = words("doctor_clocks_differ", seconds=f"{abs(ahead_s):.0f}")
    # The header has whole seconds, so one second says nothing.
    if abs(ahead_s) <= CLOCKS_MAY_DIFFER_S:
        return well(words("doctor_clocks"), detail)
    return ill(words("doctor_clocks"), detail, words("doctor_mend_clock"))
