"""`python -m kiosk`: runs the kiosk, or draws its gallery.

Exit 0 done, 1 cannot run, 2 wrong command.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from foundation.liveness import Liveness, Watchdog
from foundation.logs import configure_logs
from foundation.recent_log import RecentLog
from foundation.service_manager import ServiceManager
from foundation.settings_file import SettingsError
from hardware.errors import DeviceError
from kiosk.backlight import Backlight
from kiosk.devices import (
    Devices,
    PrinterWorker,
    ReaderWorker,
    build_devices,
    build_guide,
    say_once,
)
from kiosk.dimming import Dimmer
from kiosk.eligibility_desk import camera_of, make_eligibility_desk
from kiosk.flow.events import Language, View
from kiosk.flow.staff import Gate
from kiosk.flow.states import Around, Manner, State
from kiosk.gateway.bell import HelpBell
from kiosk.gateway.client import QueueClient
from kiosk.gateway.content import Archive, ContentWatch
from kiosk.gateway.desk import HallWatch, TicketDesk
from kiosk.gateway.feedback import FeedbackDesk, Outbox
from kiosk.gateway.health import SETTLE_S, HealthReporter
from kiosk.gateway.keeping import KeptFile
from kiosk.gateway.lease_book import LeaseBook
from kiosk.gateway.lease_keeper import HallClock, LeaseKeeper
from kiosk.gateway.offline import OfflineDrawer
from kiosk.gateway.pairing import Pairing, keep_token, kept_token
from kiosk.lexicon import read_aside
from kiosk.remote_view import RemoteView
from kiosk.runtime import Hands, Runtime
from kiosk.settings import KioskSettings, load_kiosk_settings, load_questions, parse_size
from kiosk.staff_desk import StaffDesk, Tools
from kiosk.staff_pin_command import main as pin_command
from kiosk.texts import SHIPPED, load_languages, load_texts
from kiosk.ui.environment import assets_folder, prepare_kivy
from kiosk.ui.fonts import FontMissing, find_fonts
from kiosk.voice import Voice

DEFAULT_CONFIG = Path(__file__).resolve().parents[1] / "config" / "kiosk.toml"
GALLERY_SIZE = (540, 960)


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["gallery"]:
        return _gallery(_gallery_parser().parse_args(given[1:]))
    if given[:1] == ["pin"]:
        return pin_command(given[1:], DEFAULT_CONFIG)
    return _run(_parser().parse_args(given))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk", description=__doc__)
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE")
    parser.add_argument("--server", metavar="URL", help="instead of the file's")
    parser.add_argument("--printer", metavar="URL", help="instead of the file's")
    parser.add_argument("--reader", metavar="PORT", help="instead of the file's")
    parser.add_argument("--camera", metavar="SOURCE", help="[face_check], instead of the file's")
    parser.add_argument(
        "--kept", type=Path, metavar="DIR", help="[offline] folder, instead of the file's"
    )
    parser.add_argument("--size", metavar="WxH", help="of the window; implies no full screen")
    parser.add_argument("--offscreen", action="store_true", help="draw without any display")
    parser.add_argument("--remote-view", metavar="HOST:PORT", help="show it in a browser here")
    parser.add_argument("--log-level", default="info", choices=("debug", "info", "warning"))
    return parser


def _gallery_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk gallery")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--sizes", default="", metavar="WxH,…", help="default 540x960")
    parser.add_argument("--only", default="", metavar="TEXT", help="pictures whose name has it")
    return parser


def _gallery(options: argparse.Namespace) -> int:
    configure_logs("kiosk", "warning")
    from kiosk.gallery import draw_gallery

    try:
        sizes = [parse_size(text) for text in options.sizes.split(",") if text] or [GALLERY_SIZE]
        count = draw_gallery(options.out, sizes, options.only)
    except (ValueError, FontMissing) as error:
        return _cannot(error)
    print(json.dumps({"pictures": count, "folder": str(options.out)}), flush=True)
    return 0


def _run(options: argparse.Namespace) -> int:
    log = configure_logs("kiosk", options.log_level)
    try:
        read = _overridden(load_kiosk_settings(options.config), options)
        settings = read if read.server.token else _paired(read, options)
        if settings is None:
            return 0  # somebody ended it before it was paired
        devices = build_devices(settings)
        remote = _remote(options.remote_view)
        screen = settings.screen
        prepare_kivy(screen.size_px, options.offscreen, screen.fullscreen and not options.offscreen)
        return _Run(settings, devices, remote, log).run()
    except (SettingsError, DeviceError, FontMissing, ValueError, OSError) as error:
        return _cannot(error)


def _paired(settings: KioskSettings, options: argparse.Namespace) -> KioskSettings | None:
    """With the token of an earlier pairing; else shows a code until there is one, and begins anew
    then: Kivy runs one application in a process. Raises ValueError, FontMissing or OSError."""
    folder = settings.offline.folder
    if folder is None:
        raise ValueError("token is empty, and [offline] folder names no place to keep one in")
    if token := kept_token(folder / "token", settings.server):
        return replace(settings, server=replace(settings.server, token=token))
    screen = settings.screen
    prepare_kivy(screen.size_px, options.offscreen, screen.fullscreen and not options.offscreen)
    from kiosk.screens.pairing import PairingApp

    pairing = Pairing(settings.server, lambda code: print(json.dumps({"code": code}), flush=True))
    texts = [load_texts(language, assets_folder()) for language in SHIPPED]
    manager = ServiceManager()
    alive = Watchdog(Liveness(settings.watchdog.patience_s), manager).tick
    address = f"{settings.server.public_url}/admin"
    app = PairingApp(pairing, texts, find_fonts(), address, alive)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: app.stop())
    manager.ready()  # a person may take their time
    app.run()
    if not pairing.paired.is_set():
        return None
    keep_token(folder / "token", pairing.secret)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves


def _cannot(error: Exception) -> int:
    print(f"kiosk: {error}", file=sys.stderr)
    return 1


def _overridden(settings: KioskSettings, options: argparse.Namespace) -> KioskSettings:
    if options.server:
        settings = replace(settings, server=replace(settings.server, url=options.server))
    if options.printer:
        settings = replace(settings, printer=replace(settings.printer, url=options.printer))
    if options.reader:
        settings = replace(settings, reader=replace(settings.reader, port=options.reader))
    if options.camera:
        face = replace(settings.face_check, camera=options.camera)
        settings = replace(settings, face_check=face)
    if options.kept:
        kept = replace(settings.offline, folder=options.kept.absolute())
        settings = replace(settings, offline=kept)
    if options.size:
        screen = replace(settings.screen, size=options.size, fullscreen=False)
        settings = replace(settings, screen=screen)
    return settings


def _remote(address: str | None) -> RemoteView | None:
    if not address:
        return None
    host, colon, port = address.rpartition(":")
    if not (colon and port.isdigit()):
        raise ValueError(f"--remote-view must look like 127.0.0.1:8705, not {address!r}")
    remote = RemoteView((host, int(port)), Path(__file__).with_name("remote_view.html"))
    remote.open()
    return remote


def first_state(settings: KioskSettings) -> State:
    """Raises SettingsError for questions that cannot be read."""
    elder = settings.screen.view is View.ELDER
    manner = Manner(
        settings.screen.view,
        Language(settings.screen.language),
        spoken=elder,
        spoken_for_view=elder,
    )
    now_s = time.monotonic()
    return State(
        around=Around(
            scanner=settings.scanner.present,
            questions=load_questions(settings.home.questions),
            claims=settings.home.claims,
            eligibility_matter=settings.home.eligibility_matter,
            elsewhere=settings.home.elsewhere,
            elsewhere_en=settings.home.elsewhere_en,
        ),
        manner=manner,
        usual_manner=manner,
        limits=settings.limits,
        gate=Gate(set_up=bool(settings.staff.pin_hash)),
        now_s=now_s,
        entered_s=now_s,
        active_s=now_s,
    )


def _kept(settings: KioskSettings, name: str) -> Path | None:
    folder = settings.offline.folder
    return folder / name if folder else None


def _nothing() -> None:
    """No numbers are lent, so nobody keeps them."""


def _keeper(
    settings: KioskSettings, client: QueueClient, book: LeaseBook, clock: HallClock, post: Any
) -> LeaseKeeper | None:
    """Without a folder to write them down in, no numbers are lent."""
    chosen = settings.offline
    if chosen.folder is None:
        return None
    book.open()
    return LeaseKeeper(client, book, clock, post, chosen.size, chosen.ask_every_s)


class _Run:
    """Puts the parts together. Kivy is imported here, after its surroundings are prepared."""

    def __init__(
        self, settings: KioskSettings, devices: Devices, remote: RemoteView | None, log: RecentLog
    ) -> None:
        from kiosk.app import KioskApp
        from kiosk.screens.making import StageMaker

        self._remote = remote
        follow_base = settings.server.public_url
        self._runtime = Runtime(first_state(settings), lambda: self._app.wake())
        post = self._runtime.post
        client = QueueClient(settings.server)
        self._check = make_eligibility_desk(settings, client, post)
        live = self._check.view if self._check else None
        self._clock = HallClock()
        texts = load_languages(settings.screen.languages, assets_folder())
        maker = StageMaker(assets_folder(), follow_base, self._clock.local, live, texts)
        self._health = HealthReporter(client, settings.server, settle_s=SETTLE_S)
        tell = self._health.tell
        book = LeaseBook(KeptFile(_kept(settings, "numbers.json")), self._clock.now)
        self._archive = Archive(KeptFile(_kept(settings, "hall.json")))
        self._leases = _keeper(settings, client, book, self._clock, post)
        look = self._leases.look if self._leases else _nothing
        drawer = OfflineDrawer(book, lambda: self._runtime.state.around.hall, look)
        self._printer = PrinterWorker(
            devices.printer,
            settings.printer,
            post,
            tell,
            list_printer=devices.list_printer,
            slip_printer=devices.slip_printer,
            printing=drawer.printing,
        )
        self._desk = TicketDesk(client, settings.server, post, drawer if self._leases else None)
        self._bell = HelpBell(client, post)
        self._outbox = Outbox(client, KeptFile(_kept(settings, "feedback.json")), post)
        self._watch = HallWatch(client, settings.server, post, self._hall_told)
        self._content = ContentWatch(client, self._archive, post)
        self._reader = ReaderWorker(devices.reader, post, tell)
        self._guide = build_guide(settings)
        self._staff = StaffDesk(self._tools(settings, client, log, maker), post)
        self._runtime.give_hands(
            Hands(
                self._printer,
                self._desk,
                self._bell,
                maker.texts,
                follow_base,
                self._check,
                FeedbackDesk(client, self._outbox, post),
                self._staff,
            )
        )
        heed = Voice(self._guide, maker.texts).heed
        self._manager = ServiceManager()
        liveness = Liveness(settings.watchdog.patience_s)
        for worker in self._workers():
            worker.pulse = liveness.thread(worker)
        if self._check is not None:
            self._check.watched_by(liveness)
        self._bell.pulse = liveness.errands("bell")
        self._dimmer = Dimmer(settings.screen.dim, Backlight(), self._clock.local)
        alive = Watchdog(liveness, self._manager).tick
        self._app: Any = KioskApp(
            self._runtime, maker, self._start, self._say_ready, remote, heed, alive, self._dimmer
        )

    def _tools(
        self, settings: KioskSettings, client: QueueClient, log: RecentLog, maker: Any
    ) -> Tools:
        return Tools(
            settings,
            self._printer,
            self._guide,
            partial(say_once, settings),
            client,
            log,
            maker.texts,
            lambda: self._app.end(),
            KeptFile(_kept(settings, "volume.json")),
            camera_of(settings),
            self._check.view if self._check else None,
        )

    def _hall_told(self, told: object) -> None:
        self._clock.saw(told)
        self._archive.keep_hall(told)

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._app.stop())
        try:
            self._app.run()
        finally:
            self._stop()
        return 0

    def _start(self) -> None:
        read_aside(assets_folder(), self._runtime.post)
        self._staff.load()
        for event in self._archive.load():
            self._runtime.post(event)
        if self._check is not None:
            self._check.start()
        for worker in self._workers():
            worker.start()

    def _workers(self) -> list[Any]:
        """Threads that run for as long as the kiosk does."""
        workers = [
            *(self._watch, self._content, self._printer, self._reader, self._health),
            self._outbox,
        ]
        return [*workers, self._leases] if self._leases else workers

    def _stop(self) -> None:
        self._manager.stopping()
        self._dimmer.bright()
        for part in (*self._workers(), self._desk, self._bell):
            part.stop()
        self._guide.close()
        if self._check is not None:
            self._check.stop()
        if self._remote is not None:
            self._remote.close()

    def _say_ready(self) -> None:
        self._manager.ready()
        url = self._remote.url if self._remote is not None else None
        # in one piece: `print` may let a worker's log line in before the line's end
        sys.stdout.write(json.dumps({"ready": True, "remote_view": url}) + "\n")
        sys.stdout.flush()
