"""What the demonstration hall is made of: which process, with which options, ready when.

Plans only; starting and ending is the supervisor's.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.child import ChildPlan
from launcher.hall_ports import HOST, HallPorts
from launcher.places import ROOT
from launcher.rooms import room_environment

CONFIG = ROOT / "config" / "demo"
HALL = "demo"
# of invented past days, so that the manager's history is not empty
SAMPLE_DAYS = "14"


@dataclass(frozen=True, slots=True)
class HallPlan:
    """Everything that is chosen for one run. data: folder for the journal, logs and links."""

    ports: HallPorts
    data: Path
    offscreen: bool
    kiosk_size: str

    @property
    def database(self) -> str:
        return f"sqlite:///{self.data / 'hall.db'}"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def reader(self) -> Path:
        return self.data / "card-reader"

    def children(self) -> tuple[ChildPlan, ...]:
        """Simulators, server and kiosk; they start side by side and wait for each other."""
        return (self._simulators(), self._server(), self._kiosk())

    def _simulators(self) -> ChildPlan:
        ports = self.ports
        return _room(
            "simulators",
            ("hardware", "simulate", "devices", "--config", str(CONFIG / "simulators.toml")),
            ("--page", f"{HOST}:{ports.simulators}", "--printer", f"{HOST}:{ports.printer}"),
            ("--camera", f"{HOST}:{ports.camera}", "--reader-link", str(self.reader)),
        )

    def _server(self) -> ChildPlan:
        address = f"{HOST}:{self.ports.server}"
        return _room(
            "server",
            ("queue_server", "server", "--config", str(CONFIG / "hall.toml")),
            ("--listen", address, "--database", self.database),
            ("--sample-days", SAMPLE_DAYS),
            ready_url=f"http://{address}/health/ready",
        )

    def _kiosk(self) -> ChildPlan:
        ports = self.ports
        return _room(
            "kiosk",
            ("kiosk", "--config", str(CONFIG / "kiosk.toml"), "--size", self.kiosk_size),
            ("--server", f"http://{HOST}:{ports.server}", "--reader", str(self.reader)),
            ("--printer", f"tcp://{HOST}:{ports.printer}"),
            ("--camera", f"http://{HOST}:{ports.camera}/sitter.mjpg"),
            ("--kept", str(self.reader.parent / "kiosk-kept")),
            ("--remote-view", f"{HOST}:{ports.kiosk_view}"),
            ("--offscreen",) if self.offscreen else (),
        )


def _room(name: str, *words: tuple[str, ...], ready_url: str | None = None) -> ChildPlan:
    command = (sys.executable, "-P", "-m", *(word for part in words for word in part))
    environment = room_environment()
    environment |= {"PYTHONUNBUFFERED": "1", "NO_PROXY": HOST, "no_proxy": HOST}
    return ChildPlan(name, command, ready_url, environment)


def hall_settings() -> Mapping[str, Any]:
    """The demonstration's hall file as it stands, for showing windows and logins."""
    return tomllib.loads((CONFIG / "hall.toml").read_text(encoding="utf-8"))
