"""`./hall doctor`: is everything well on this machine, and how to mend what is not.

Prints findings; the looking is doctor_checks'.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from launcher import doctor_checks as checks
from launcher import doctor_devices as devices
from launcher.doctor_checks import Finding
from launcher.places import ROOT
from launcher.words import words


def main(arguments: Sequence[str]) -> int:
    """0 only if all is well, else 1."""
    options = _parse(arguments)
    findings = []
    for finding in _look(options.hall, options.kiosk, options.devices):
        findings.append(finding)
        if not options.json:
            _print(finding)
    all_well = all(finding.ok for finding in findings)
    if options.json:
        report = {"ok": all_well, "findings": [asdict(finding) for finding in findings]}
        json.dump(report, sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        ill = sum(not finding.ok for finding in findings)
        print(words("doctor_all_well") if all_well else words("doctor_some_ill", count=ill))
    return 0 if all_well else 1


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./hall doctor", description=words("doctor_about"))
    parser.add_argument("--json", action="store_true", help=words("doctor_opt_json"))
    parser.add_argument("--demo", action="store_true", help=words("doctor_opt_demo"))
    parser.add_argument("--hall", type=Path, metavar="FILE", help=words("doctor_opt_hall"))
    parser.add_argument("--kiosk", type=Path, metavar="FILE", help=words("doctor_opt_kiosk"))
    parser.add_argument("--devices", type=Path, metavar="FILE", help=words("doctor_opt_devices"))
    options = parser.parse_args(arguments)
    folder = ROOT / "config" / ("demo" if options.demo else "")
    options.hall = options.hall or folder / "hall.toml"
    options.kiosk = options.kiosk or folder / "kiosk.toml"
    options.devices = options.devices or ROOT / "config" / "devices" / "window-devices.toml"
    return options


def _look(hall: Path, kiosk: Path, window_devices: Path) -> Iterator[Finding]:
    yield from checks.system()
    yield from checks.packages()
    yield from checks.disk()
    yield from checks.clock()
    yield from checks.settings_files(hall, kiosk)
    if settings := checks.kiosk_settings(kiosk):
        yield from checks.printer(settings.printer.url)
        yield from checks.card_reader(settings.reader.port, settings.reader.baud)
        yield from checks.camera(settings.face_check.camera)
        yield from checks.server(settings.server.url)
    yield from devices.plugged_in()
    yield from devices.intruders()
    yield from devices.window_devices(window_devices)


def _print(finding: Finding) -> None:
    mark = "✓" if finding.ok else "✗"
    print(f"{mark} {finding.what}" + (f" – {finding.detail}" if finding.detail else ""), flush=True)
    if finding.mend:
        print(f"    → {finding.mend}", flush=True)
