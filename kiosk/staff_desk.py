"""Carries out what staff ask for in their menu, in threads; each act is in the log.

Nothing here decides who is staff: the flow asks for acts only behind the right PIN.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Protocol

import structlog

from foundation.recent_log import RecentLog, figures, time_of_day
from hardware import ports
from hardware.errors import DeviceError
from hardware.health import TellsHealth
from hardware.speaker.guide import GuideSpeaker
from hardware.ticket_printer.sample import sample_ticket
from hardware.words import both
from kiosk.devices import PrinterWorker
from kiosk.flow import staff as st
from kiosk.flow.events import Event, Language
from kiosk.gateway.client import QueueClient
from kiosk.gateway.keeping import KeptFile
from kiosk.gateway.line import Line, Port, measure
from kiosk.live_view import LiveView
from kiosk.settings import KioskSettings
from kiosk.staff_pin import is_right
from kiosk.texts import Texts

_log = structlog.get_logger()

Post = Callable[[Event], None]
VOLUME_STEP = 20
CAMERA_WAIT_S = 8.0
RESTART_AFTER_S = 1.0  # so that what happens can be read
ENTRIES = 60


class Recovers(Protocol):
    """A printer whose error can be ended by hand, and whose roll is counted."""

    def recover(self, *, resume: bool, timeout_s: float) -> ports.PrinterStatus: ...
    def new_roll(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What the menu works with. say: makes the sound of a sentence and plays it, DeviceError where
    it cannot; camera, view: None where there is none; volume_file: where the loudness is kept."""

    settings: KioskSettings
    printer: PrinterWorker
    guide: GuideSpeaker
    say: Callable[[str, str, int], None]
    client: QueueClient
    log: RecentLog
    texts: Callable[[Language], Texts]
    restart: Callable[[], None]
    volume_file: KeptFile
    camera: Callable[[], ports.Camera] | None = None
    view: LiveView | None = None


class StaffDesk:
    """Implements `kiosk.runtime.Staffing`; every method returns at once."""

    def __init__(self, tools: Tools, post: Post) -> None:
        self._tools, self._post = tools, post

    def load(self) -> None:
        """The loudness that staff chose last. A file that cannot be read costs that alone."""
        try:
            kept = self._tools.volume_file.read()
            if kept:
                self._tools.guide.set_volume(int(json.loads(kept)["volume_percent"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("volume_unreadable", reason=str(error))

    def carry_out(self, effect: object) -> bool:
        """Whether the effect belongs to the menu; then it is on its way."""
        match effect:
            case st.CheckPin():
                self._start(lambda: self._check(effect))
            case st.DoAct():
                self._act(effect)
            case st.LeaveStaff():
                if self._tools.view is not None:
                    self._tools.view.wipe()
            case _:
                return False
        return True

    def _start(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True, name="staff").start()

    def _check(self, wish: st.CheckPin) -> None:
        right = is_right(wish.pin, self._tools.settings.staff.pin_hash)
        if right:
            _log.info("staff_in")
        else:
            _log.warning("staff_pin_wrong")
        self._post(st.PinChecked(wish.request_id, right))

    def _act(self, wish: st.DoAct) -> None:
        if wish.act in _AT_PRINTER:
            self._tools.printer.errand(
                lambda printer: self._done(wish, lambda: self._at(printer, wish))
            )
        else:
            self._start(lambda: self._post(self._done(wish, lambda: self._told(wish))))

    def _done(self, wish: st.DoAct, act: Callable[[], st.Told]) -> st.ActDone:
        """Whatever a device does, there is an answer."""
        try:
            told = act()
        except DeviceError as error:
            told = st.Told(st.Verdict.BAD, "device", detail=(error.words.zh, error.words.en))
        except Exception:
            _log.exception("staff_act_unforeseen", act=wish.act.value)
            told = st.Told(st.Verdict.BAD, "unforeseen")
        _log.info("staff_act", act=wish.act.value, verdict=told.verdict.value, told=told.key)
        entries = self._entries(wish.zone) if wish.act is st.Act.LOG else ()
        return st.ActDone(wish.request_id, wish.act, told, entries)

    # --- at the printer, in its own thread --------------------------------------------------------

    def _at(self, printer: ports.TicketPrinter, wish: st.DoAct) -> st.Told:
        chosen = self._tools.settings.printer
        if wish.act is st.Act.PRINT:
            return _printed(printer.print_ticket(sample_ticket(wish.zone), chosen.print_timeout_s))
        if wish.act is st.Act.PAPER:
            return _paper(printer, printer.status(chosen.status_timeout_s))
        if not (hasattr(printer, "recover") and hasattr(printer, "new_roll")):
            return st.Told(st.Verdict.UNSURE, "no_recovery")
        return self._mended(printer, wish.act)

    def _mended(self, printer: ports.TicketPrinter, act: st.Act) -> st.Told:
        mend: Recovers = printer  # type: ignore[assignment]
        timeout_s = self._tools.settings.printer.status_timeout_s
        if act is st.Act.NEW_ROLL:
            mend.new_roll()
            told = _paper(printer, printer.status(timeout_s))
            return replace(told, key="new_roll") if told.key == "paper_left" else told
        return _paper(printer, mend.recover(resume=act is st.Act.RESUME, timeout_s=timeout_s))

    # --- everything else --------------------------------------------------------------------------

    def _told(self, wish: st.DoAct) -> st.Told:
        match wish.act:
            case st.Act.SPEAK:
                return self._spoken(wish)
            case st.Act.LOUDER:
                return self._louder(wish, VOLUME_STEP)
            case st.Act.QUIETER:
                return self._louder(wish, -VOLUME_STEP)
            case st.Act.VOLUME:
                return _volume(self._tools.guide.volume_percent)
            case st.Act.CAMERA:
                return self._pictured()
            case st.Act.NETWORK:
                return _line(measure(self._tools.client, self._tools.settings.server.url))
            case st.Act.RESTART:
                threading.Timer(RESTART_AFTER_S, self._tools.restart).start()
                return st.Told(st.Verdict.GOOD, "restarting")
            case _:
                return st.Told(st.Verdict.GOOD, "log")

    def _spoken(self, wish: st.DoAct) -> st.Told:
        texts = self._tools.texts(wish.language).speaking
        self._tools.say(texts("staff.spoken"), texts.about.speech, self._tools.guide.volume_percent)
        return st.Told(st.Verdict.UNSURE, "spoken")

    def _louder(self, wish: st.DoAct, by: int) -> st.Told:
        """Said at once, so that the ear decides. What cannot be kept holds until the next start."""
        percent = min(max(self._tools.guide.volume_percent + by, 0), 100)
        self._tools.guide.set_volume(percent)
        kept = json.dumps({"volume_percent": percent}).encode()
        try:
            self._tools.volume_file.write(kept)
        except OSError as error:
            _log.warning("volume_not_kept", reason=str(error))
        try:
            if percent:
                self._spoken(wish)
        except DeviceError as error:
            silent = st.Told(st.Verdict.BAD, "volume_silent", (("percent", str(percent)),))
            return replace(silent, detail=(error.words.zh, error.words.en))
        return _volume(percent)

    def _pictured(self) -> st.Told:
        """One picture, shown until staff go on; the camera is open for that moment alone."""
        tools = self._tools
        if tools.camera is None or tools.view is None:
            return st.Told(st.Verdict.UNSURE, "no_camera")
        camera = tools.camera()
        try:
            picture = camera.read(CAMERA_WAIT_S).picture
        finally:
            camera.close()
        tools.view.put(picture)
        height, width = picture.shape[:2]
        return st.Told(
            st.Verdict.GOOD, "pictured", (("width", str(width)), ("height", str(height)))
        )

    def _entries(self, zone: tzinfo | None) -> tuple[st.LogEntry, ...]:
        newest = [e for e in self._tools.log.newest() if e["event"] not in _EVERY_TOUCH]
        return tuple(
            st.LogEntry(time_of_day(e, zone), str(e.get("level", "")), str(e["event"]), figures(e))
            for e in newest[:ENTRIES]
        )


# What every visitor and every press of this menu leaves in the log: nothing is mended by it.
_EVERY_TOUCH = frozenset({"place", "staff_act"})
_AT_PRINTER = frozenset({st.Act.PRINT, st.Act.PAPER, st.Act.NEW_ROLL, st.Act.RESUME, st.Act.CLEAR})


def _words(status: ports.PrinterStatus) -> tuple[str, str]:
    said = both(status.detail)
    return said.zh, said.en


def _printed(result: ports.PrintResult) -> st.Told:
    verdict = {
        ports.PrintOutcome.CONFIRMED: st.Verdict.GOOD,
        ports.PrintOutcome.FAILED: st.Verdict.BAD,
        ports.PrintOutcome.UNKNOWN: st.Verdict.UNSURE,
    }[result.outcome]
    figures = (("seconds", f"{result.elapsed_s:.1f}"),)
    return st.Told(verdict, f"print_{result.outcome.value}", figures, _words(result.status))


def _paper(printer: ports.TicketPrinter, status: ports.PrinterStatus) -> st.Told:
    can = status.can_print
    verdict = st.Verdict.UNSURE if can is None else st.Verdict.GOOD if can else st.Verdict.BAD
    left = printer.health().tickets_left if isinstance(printer, TellsHealth) else None
    if left is None:
        return st.Told(verdict, "paper", detail=_words(status))
    return st.Told(verdict, "paper_left", (("tickets", str(left)),), _words(status))


def _volume(percent: int) -> st.Told:
    return st.Told(st.Verdict.GOOD, "volume", (("percent", str(percent)),))


def _port(port: Port) -> str:
    """`eth0 1000 Mbit/s`; one without a cable stands there as such."""
    if not port.up:
        return f"{port.name} ×"
    return port.name if port.mbit_s is None else f"{port.name} {port.mbit_s} Mbit/s"


def _line(line: Line) -> st.Told:
    ports_told = "; ".join(map(_port, line.ports)) or "–"
    about = (("address", line.address or "–"), ("ports", ports_told))
    if line.trouble:
        return st.Told(st.Verdict.BAD, f"line_{line.trouble}", about)
    figures = (
        ("usual", f"{line.usual_ms:.0f}"),
        ("worst", f"{line.worst_ms:.0f}"),
        ("speed", f"{line.kbyte_s:.0f}"),
    )
    return st.Told(st.Verdict.GOOD, "line", (*about, *figures))
