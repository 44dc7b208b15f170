"""A hall for the yearly check from end to end: server, devices and kiosk as processes of their own
and a network camera that shows somebody invented, who does what the kiosk asks for.
"""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from hardware.simulators.camera import CameraFault, VirtualCamera
from hardware.simulators.sitter import FOLDER, Movement
from tests.support.pensions import pension_config
from tests.support.server import Client, ServerProcess, free_port
from tests.support.spawner import ROOT

SIZE = (540, 960)
PENSION = "/api/v1/halls/demo/pension"
DESCRIBE = '["{python}", "-m", "hardware", "device", "face", "describe", "-", "--json"]'
# On a loaded machine frames come seconds apart: no reason to take somebody for a picture here. No
# screen shines on a head that is drawn.
FACE_SETTINGS = """[liveness]
action_s = 25.0
[liveness.weights]
colour = "log"
[liveness.limits]
longest_gap_s = 3.0
freeze_s = 3.0
"""


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return json.loads(answer.read())


def post(url: str, body: Mapping[str, Any]) -> None:
    wish = urllib.request.Request(url, json.dumps(body).encode())
    wish.add_header("Content-Type", "application/json")
    urllib.request.urlopen(wish, timeout=20).close()


class Program:
    """One of our programs; `lines` are what it logged."""

    def __init__(self, *arguments: str, heed: Callable[[dict[str, Any]], None] | None = None):
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.lines: list[dict[str, Any]] = []
        self.raw: list[str] = []
        self._heed = heed
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert first, self.raw[-20:]
        self.ready: dict[str, Any] = json.loads(first)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.raw.append(line)
            if line.startswith("{"):
                entry = json.loads(line)
                self.lines.append(entry)
                if self._heed is not None:
                    self._heed(entry)

    def told(self, event: str) -> list[dict[str, Any]]:
        return [line for line in list(self.lines) if line["event"] == event]

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        finally:
            self.process.kill()
            self.process.wait()
        self._reader.join(timeout=5)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


class PensionHall:
    """The site is calibrated once `calibration.json` lies in the folder."""

    def __init__(
        self, folder: Path, *, frames_per_s: float = 8.0, size_px: tuple[int, int] = SIZE
    ) -> None:
        self.folder = folder
        config = pension_config(folder, DESCRIBE, folder / "calibration.json")
        self.server = ServerProcess(folder, config=config)
        self.server.start()
        self._ended = threading.Event()
        self._asked = ""
        self._camera = VirtualCamera(64, 48)
        self._camera.sitter_frames_per_s = frames_per_s
        camera = self._camera.start("127.0.0.1", 0).replace("stream.mjpg", "sitter.mjpg")
        page, printer, unused, view = (f"127.0.0.1:{free_port()}" for _ in range(4))
        reader = str(folder / "card-reader")
        self.devices = Program(
            "hardware", "simulate", "devices", "--config", "config/demo/simulators.toml",
            "--page", page, "--printer", printer, "--camera", unused, "--reader-link", reader,
        )  # fmt: skip
        self.page = f"http://{page}"
        self.kiosk = Program(
            "kiosk", "--config", str(self._kiosk_config()), "--server", self.server.url,
            "--printer", f"tcp://{printer}", "--reader", reader, "--size", "{}x{}".format(*size_px),
            "--camera", camera, "--kept", str(folder / "kept"), "--offscreen",
            "--remote-view", view,
            heed=self._heed,
        )  # fmt: skip
        self._mover = threading.Thread(target=self._move, daemon=True)
        self._mover.start()

    def _kiosk_config(self) -> Path:
        original = ROOT / "config" / "demo" / "kiosk.toml"
        face = self.folder / "face.toml"
        face.write_text(FACE_SETTINGS, "utf-8")
        text = original.read_text("utf-8")
        for old, new in (
            ('"../devices/face.toml"', f'"{face}"'),
            ('"../questions.toml"', f'"{ROOT / "config" / "questions.toml"}"'),
            ('"../../.hall/demo/', f'"{self.folder}/'),
        ):
            assert old in text, old
            text = text.replace(old, new)
        file = self.folder / "kiosk.toml"
        file.write_text(text, "utf-8")
        return file

    # --- who sits there ---------------------------------------------------------------------------

    def _heed(self, entry: Mapping[str, Any]) -> None:
        """Does what the screen asks, as it is told."""
        if entry["event"] == "face_asked":
            self._asked = entry["action"] or ""

    def _move(self) -> None:
        while not self._ended.wait(0.2):
            if asked := self._asked:
                self._camera.sitter.move(Movement(asked))

    def pull_the_camera(self, out: bool) -> None:
        self._camera.fault = CameraFault.GONE if out else CameraFault.NONE

    def _frame(self, after: int) -> tuple[int, Image.Image] | None:
        url = f"{self.kiosk.ready['remote_view']}frame?after={after}"
        with urllib.request.urlopen(url, timeout=20) as answer:
            if answer.status != 200:
                return None
            return int(answer.headers["X-Frame"]), Image.open(io.BytesIO(answer.read()))

    # --- what a person does and sees --------------------------------------------------------------

    def touch(self, x: float, y: float) -> None:
        for phase in ("down", "up"):
            url = self.kiosk.ready["remote_view"] + "touch"
            post(url, {"phase": phase, "x": x, "y": y})

    def touch_until(
        self,
        at: tuple[float, float],
        *places: str,
        within_s: float = 60.0,
        start: tuple[str, tuple[float, float]] | None = None,
        once_in_s: float = 4.0,
    ) -> None:
        """As people do it: what did not react is touched again, and who went astray goes back to
        the start (its place, and where the way to it is touched)."""
        until = time.monotonic() + within_s
        while self.place not in places:
            assert time.monotonic() < until, self.told_lately()
            astray = start is not None and self.place != start[0]
            self.touch(*(start[1] if start is not None and astray else at))
            again_s = time.monotonic() + once_in_s
            while self.place not in places and time.monotonic() < again_s:
                time.sleep(0.05)
        time.sleep(0.3)

    @property
    def place(self) -> str:
        return next((e["place"] for e in reversed(self.kiosk.told("place"))), "")

    def arrive(self, place: str, within_s: float = 60.0) -> None:
        self.eventually(lambda: self.place == place, within_s)
        time.sleep(0.3)

    def eventually(self, true: Callable[[], object], within_s: float = 60.0) -> None:
        until = time.monotonic() + within_s
        while not true():
            assert time.monotonic() < until, self.told_lately()
            time.sleep(0.05)

    def lay_card(self, citizen: str) -> None:
        post(f"{self.page}/api/reader/present", {"citizen": citizen})

    def lift_card(self) -> None:
        post(f"{self.page}/api/reader/remove", {})

    def seen(self, name: str) -> None:
        """Keeps the picture of the screen where HALL_PICTURES names a folder."""
        if os.environ.get("HALL_PICTURES"):
            self._frame(0)  # may be an old one; asks for a new one
            time.sleep(0.7)
            found = self._frame(0)
            assert found is not None
            self.keep(found[1], name)

    def keep(self, picture: Image.Image, name: str) -> None:
        if folder := os.environ.get("HALL_PICTURES"):
            picture.save(Path(folder) / f"{name}.png")

    def keep_page(self, page: Page, name: str) -> None:
        if folder := os.environ.get("HALL_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}.png")

    def asked(self, stage: str, within_s: float = 90.0) -> None:
        """Waits until the camera's worker asks for it, in the check under way."""
        self.eventually(lambda: self._now_asked() == stage, within_s)
        time.sleep(0.2)

    def _now_asked(self) -> str:
        told = self.kiosk.told("face_asked")
        return str(told[-1]["stage"]) if told and self.place == "pension_face" else ""

    def told_lately(self) -> list[dict[str, Any]]:
        events = ("place", "face_asked", "face_check", "face_check_broke")
        return [line for line in list(self.kiosk.lines) if line["event"] in events][-14:]

    def journal_of(self, kind: str) -> list[dict[str, Any]]:
        told = self.server.client("manager").journal()
        return [event["data"] for event in told if event["event"] == kind]

    def papers(self) -> list[Image.Image]:
        """All slips and tickets as printed, the newest first."""
        found = []
        for ticket in get(f"{self.page}/api/tickets"):
            with urllib.request.urlopen(self.page + ticket["png"], timeout=20) as answer:
                found.append(Image.open(io.BytesIO(answer.read())).copy())
        return found

    # --- the server's side ------------------------------------------------------------------------

    def enrol(self, id_number: str, photo: str) -> str:
        """A photo through the real face program; the person's reference."""
        kiosk = Client(self.server.url, "demo-kiosk-1-token")
        status, found = kiosk.post(f"{PENSION}/find", id_number=id_number)
        assert status == 200, found
        person: str = found["person"]
        status, body = kiosk.post(f"{PENSION}/consents", person=person, version="2026-1")
        assert status == 200, body
        picture = base64.b64encode((FOLDER / f"{photo}.jpg").read_bytes()).decode()
        status, body = self.server.client("manager").request(
            "POST", f"{PENSION}/people/{person}/face",
            {"request_id": str(uuid.uuid4()), "source": "file", "picture": picture}, timeout_s=90,
        )  # fmt: skip
        assert status == 200, body
        return person

    def close(self) -> None:
        self._ended.set()
        self.kiosk.end()
        self.devices.end()
        self._camera.stop()
        self.server.stop()
        self._mover.join(timeout=5)
