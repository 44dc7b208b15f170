"""What an installed hall consists of on a machine: which files, folders and accounts. Pure.

Standard library only. The files stand in `deploy/`; `@ROOT@` in them is the project's folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher.places import ROOT

DEPLOY = ROOT / "deploy"
KINDS = ("server", "kiosk", "window-devices")


@dataclass(frozen=True, slots=True)
class Placed:
    """One file. target: absolute, on the machine; group: who may read it beside root, empty for
    everybody. ours: written anew each time; else only where it is not yet, because people edit it.
    """

    target: Path
    text: str
    group: str = ""
    ours: bool = True

    @property
    def mode(self) -> int:
        return 0o640 if self.group else 0o644


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """unit: its name; account: whom it runs as; packages: Debian's; masked: units that must not
    run beside it."""

    kind: str
    unit: str
    account: str
    files: tuple[Placed, ...]
    packages: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()


_ETC = Path("/etc")
_SYSTEM: Mapping[str, tuple[tuple[str, str], ...]] = {
    "server": (
        ("systemd/hall-server.service", "systemd/system/hall-server.service"),
        ("system/sysusers-server.conf", "sysusers.d/hall-server.conf"),
        ("system/journald.conf", "systemd/journald.conf.d/hall.conf"),
    ),
    "kiosk": (
        ("systemd/hall-kiosk.service", "systemd/system/hall-kiosk.service"),
        ("system/sysusers-kiosk.conf", "sysusers.d/hall-kiosk.conf"),
        ("system/journald.conf", "systemd/journald.conf.d/hall.conf"),
        ("system/logind-kiosk.conf", "systemd/logind.conf.d/hall-kiosk.conf"),
        ("system/sysctl-kiosk.conf", "sysctl.d/60-hall-kiosk.conf"),
        ("system/xorg-kiosk.conf", "X11/xorg.conf.d/50-hall-kiosk.conf"),
        ("system/udev-kiosk.rules", "udev/rules.d/70-hall-kiosk.rules"),
        ("system/polkit-kiosk.rules", "polkit-1/rules.d/50-hall-kiosk.rules"),
    ),
    "window-devices": (
        ("systemd/hall-window-devices.service", "systemd/system/hall-window-devices.service"),
        ("system/sysusers-window-devices.conf", "sysusers.d/hall-window-devices.conf"),
        ("system/journald.conf", "systemd/journald.conf.d/hall.conf"),
    ),
}
# The X server, and what plays sound; the rest is the set-up's own business.
_KIOSK_PACKAGES = ("xserver-xorg-core", "xserver-xorg-input-libinput", "xinit", "alsa-utils")
_SOUND_PACKAGES = ("alsa-utils", "espeak-ng")


def plan(kind: str, root: Path = ROOT) -> ServicePlan:
    """kind: one of KINDS. root: the project's folder on the machine."""
    system = tuple(
        Placed(_ETC / target, _read(source).replace("@ROOT@", str(root)))
        for source, target in _SYSTEM[kind]
    )
    if kind == "server":
        return ServicePlan(kind, "hall-server.service", "hall", (*system, _server_settings()))
    if kind == "window-devices":
        unit, files = "hall-window-devices.service", (*system, _window_devices_settings(root))
        return ServicePlan(kind, unit, "hall-window-devices", files, _SOUND_PACKAGES)
    return ServicePlan(
        kind,
        "hall-kiosk.service",
        "hall-kiosk",
        (*system, _kiosk_settings(root)),
        _KIOSK_PACKAGES,
        ("ctrl-alt-del.target",),
    )


def _read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def _example(name: str) -> str:
    return (ROOT / "config" / name).read_text(encoding="utf-8")


def _server_settings() -> Placed:
    """The example, with its database in the service's own folder."""
    text = _example("hall.toml").replace('"sqlite:///hall.db"', '"sqlite:////var/lib/hall/hall.db"')
    return Placed(_ETC / "hall" / "hall.toml", text, "hall", ours=False)


def _kiosk_settings(root: Path) -> Placed:
    """The example, its neighbours named in full and what it writes in the service's own folder."""
    kept = "/var/lib/hall-kiosk/paper-roll.json"
    text = _example("kiosk.toml").replace("../.hall/paper-roll.json", kept)
    text = re.sub(
        r'^((?:questions|settings) = )"([^"/][^"]*)"',
        lambda m: f'{m[1]}"{root}/config/{m[2]}"',
        text,
        flags=re.MULTILINE,
    )
    return Placed(_ETC / "hall" / "kiosk.toml", text, "hall-kiosk", ours=False)


def _window_devices_settings(root: Path) -> Placed:
    """The example, its neighbours named in full and what it writes in the service's own folder."""
    kept = "/var/lib/hall-window-devices/ratings.jsonl"
    text = _example("devices/window-devices.toml")
    text = text.replace("../../.hall/window-devices/ratings.jsonl", kept)
    text = text.replace('"../../', f'"{root}/')
    return Placed(_ETC / "hall" / "window-devices.toml", text, "hall-window-devices", ours=False)
