"""How events of the hall as a whole change its day."""

from __future__ import annotations

from collections import Counter

from queue_server.domain import events as e
from queue_server.domain.alarms import Alarms
from queue_server.domain.apply.core import on
from queue_server.domain.apply.counting import recount
from queue_server.domain.quotas import Given
from queue_server.domain.remembered import Device
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState
from queue_server.domain.waiting_line import WaitingLine


@on.register
def _hall_configured(event: e.HallConfigured, state: HallState, at_ms: int) -> None:
    before = state.rules
    state.rules, state.file_digest = HallRules.from_data(event.rules), event.digest
    recount(state, before)
    for rule in state.rules.windows:
        if rule.id not in state.windows:
            state.windows[rule.id] = state.fresh_window(rule.id, at_ms)
    for gone in sorted(state.windows.keys() - state.rules.window.keys()):
        del state.windows[gone]
        state.messages = {k: m for k, m in state.messages.items() if m.window != gone}
        state.release_kept(gone)


@on.register
def _day_opened(event: e.DayOpened, state: HallState, at_ms: int) -> None:
    state.day, state.day_seq = event.day, state.seq
    state.tickets, state.line = {}, WaitingLine()
    state.serials, state.held, state.missed, state.parked = {}, {}, {}, {}
    state.lent = {}
    state.out_of_turn, state.alarms, state.given = [], Alarms(), Given()
    state.today = Counter()
    state.refused = []
    state.book.keep_booked()
    state.acceptances.closed_today = 0
    state.cases.keep_open()
    state.pensions.checks = {}
    state.recent_calls.clear()
    state.messages = {}
    state.devices = {}
    state.outlook = None
    for window in state.windows:
        state.windows[window] = state.fresh_window(window, at_ms)


@on.register
def _day_closed(event: e.DayClosed, state: HallState, at_ms: int) -> None:
    """Nothing waits any more; what there was stays readable until the next day opens."""


@on.register
def _nothing_changed(event: e.NothingChanged, state: HallState, at_ms: int) -> None:
    """Kept for its answer alone."""


@on.register
def _device_changed(event: e.DeviceChanged, state: HallState, at_ms: int) -> None:
    figures = dict(event.figures or {})
    state.devices[event.device] = Device(
        event.device, event.kind, event.state, event.detail, at_ms, figures
    )
