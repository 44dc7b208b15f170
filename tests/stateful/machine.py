"""Random commands against a hall, as hypothesis draws and shrinks them. The rules are thin: the
world carries out, and the referee judges."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from queue_server.domain import administration, configuration
from queue_server.domain import appointments as a
from queue_server.domain import commands as c
from queue_server.domain import leases as x
from queue_server.domain.rules import PriorityClass, Skill
from tests.stateful.stores import Fault, Store
from tests.stateful.variants import CLASSES, SERVICES, SETTINGS, SKILLS, VARIANTS, WINDOWS
from tests.stateful.world import World

MONDAY_9 = round(datetime(2026, 11, 23, 1, 0, tzinfo=UTC).timestamp() * 1000)  # in Shanghai
MINUTE = 60_000
DAY = 24 * 60 * MINUTE

services = st.sampled_from(SERVICES)
classes = st.sampled_from(CLASSES)
windows = st.sampled_from(WINDOWS)
either = st.integers(0, 1)  # of two processes
picks = st.integers(0, 999)  # which one of those that there are
holders = st.sampled_from(["p1", "p2", "p3", "p4"])
kiosks = st.sampled_from(["k1", "k2"])
people = st.sampled_from([None, None, "p1", "p2", "p3"])
AT_WINDOW: dict[str, Callable[[str], c.Command]] = {
    "recall": c.Recall,
    "start": c.Start,
    "finish": c.Finish,
    "miss": c.Miss,
    "park": lambda window: c.Park(window, "取材料"),
    "skip": lambda window: c.Miss(window, reason="不在大厅"),
}
OF_WINDOW: dict[str, Callable[[str], c.Command]] = {
    "open": lambda window: c.OpenWindow(window, f"clerk-{window}"),
    "close": c.CloseWindow,
    "pause": c.PauseWindow,
    "resume": c.ResumeWindow,
}
OF_TICKET: dict[str, Callable[[str], c.Command]] = {
    "cancel": c.CancelTicket,
    "rejoin": c.RejoinTicket,
    "keep": c.KeepTicket,
    "defer": lambda ticket: c.DeferTicket(ticket, 10),
    "resume": c.ResumeTicket,
    "printed": c.ConfirmPrinted,
    "print_failed": c.ReportPrintFailed,
}


class HallMachine(RuleBasedStateMachine):
    """processes: how many services share the store."""

    processes: ClassVar[int] = 1

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="hall-stateful-"))
        self.world = World(self.store(), VARIANTS[0], MONDAY_9, self.processes)

    def store(self) -> Store:
        """A fresh one."""
        raise NotImplementedError

    def teardown(self) -> None:
        try:
            self.world.check()
        finally:
            self.world.close()
            shutil.rmtree(self.folder)

    # --- people -----------------------------------------------------------------------------

    @rule(service=services, of=classes, person=people, then=st.lists(services, max_size=2))
    def arrives(self, service: str, of: str, person: str | None, then: list[str]) -> None:
        self.world.do(self._issue(service, of, person, tuple(then)))

    @rule(wishes=st.lists(st.tuples(services, classes, either), min_size=2, max_size=8))
    def many_arrive_at_once(self, wishes: list[tuple[str, str, int]]) -> None:
        self.world.do_all([(self._issue(s, of), None, n) for s, of, n in wishes])

    @rule(wishes=st.lists(st.tuples(services, classes, st.integers(0, 5)), min_size=3, max_size=8))
    def many_arrive_one_by_one(self, wishes: list[tuple[str, str, int]]) -> None:
        for service, of, minutes in wishes:
            self.world.do(self._issue(service, of))
            self.world.clock.at_ms += minutes * MINUTE

    def _issue(
        self, service: str, of: str, person: str | None = None, then: tuple[str, ...] = ()
    ) -> c.IssueTicket:
        ticket = self.world.fresh_ticket()
        return c.IssueTicket(ticket, service, priority_class=of, person=person, then=then)

    @precondition(lambda self: self.world.referee.book.people)
    @rule(act=st.sampled_from(sorted(OF_TICKET)), pick=picks, process=either)
    def acts_on_ticket(self, act: str, pick: int, process: int) -> None:
        self.world.do(OF_TICKET[act](self._ticket(pick)), process)

    def _ticket(self, pick: int, status: str | None = None) -> str:
        people = self.world.referee.book.people.values()
        found = [p.ticket for p in people if status in (None, p.status)]
        return found[pick % len(found)] if found else "nobody"

    @rule(act=st.sampled_from(["rejoin", "resume"]), pick=picks)
    def comes_back(self, act: str, pick: int) -> None:
        status = {"rejoin": "missed", "resume": "parked"}[act]
        self.world.do(OF_TICKET[act](self._ticket(pick, status)))

    # --- windows ----------------------------------------------------------------------------

    @rule(window=windows, process=either)
    def calls(self, window: str, process: int) -> None:
        self.world.do(c.CallNext(window), process)

    @rule(window=windows, minutes=st.integers(0, 10))
    def serves(self, window: str, minutes: int) -> None:
        for command in (c.CallNext(window), c.Start(window)):
            self.world.do(command)
        self.world.clock.at_ms += minutes * MINUTE
        self.world.do(c.Finish(window))

    @rule(rounds=st.lists(windows, min_size=3, max_size=12), minutes=st.integers(0, 4))
    def windows_work_on(self, rounds: list[str], minutes: int) -> None:
        for window in rounds:
            for command in (c.CallNext(window), c.Start(window), c.Finish(window)):
                self.world.do(command)
            self.world.clock.at_ms += minutes * MINUTE

    @rule(calling=st.lists(st.tuples(windows, either), min_size=2, max_size=6))
    def windows_call_at_once(self, calling: list[tuple[str, int]]) -> None:
        self.world.do_all([(c.CallNext(window), None, n) for window, n in calling])

    @rule(act=st.sampled_from(sorted(AT_WINDOW)), window=windows, process=either)
    def clerk_acts(self, act: str, window: str, process: int) -> None:
        self.world.do(AT_WINDOW[act](window), process)

    @rule(act=st.sampled_from(sorted(OF_WINDOW)), window=windows, process=either)
    def window_changes(self, act: str, window: str, process: int) -> None:
        self.world.do(OF_WINDOW[act](window), process)

    @rule(window=windows, pick=picks, status=st.sampled_from(["waiting", "missed", "parked", None]))
    def calls_by_choice(self, window: str, pick: int, status: str | None) -> None:
        self.world.do(c.CallTicket(window, self._ticket(pick, status), "家里有急事"))

    @rule(window=windows, service=st.none() | services, to=st.none() | windows, back=st.booleans())
    def transfers(self, window: str, service: str | None, to: str | None, back: bool) -> None:
        self.world.do(c.Transfer(window, service, to, back))

    @rule(window=windows, minutes=st.integers(1, 30))
    def parks_until(self, window: str, minutes: int) -> None:
        until_ms = self.world.clock.at_ms + minutes * MINUTE
        self.world.do(c.Park(window, "去银行", until_ms))

    @rule(window=windows, clerk=windows, back=st.booleans())
    def transfers_to_clerk(self, window: str, clerk: str, back: bool) -> None:
        to = f"clerk-{clerk}"
        self.world.do(c.Transfer(window, None, None, back, to_clerk=to))

    @rule(
        pick=picks,
        status=st.sampled_from(["waiting", "parked", "missed"]),
        service=st.none() | services,
        window=st.none() | windows,
        clerk=st.none() | windows,
    )
    def sent_on_from_the_board(
        self, pick: int, status: str, service: str | None, window: str | None, clerk: str | None
    ) -> None:
        to = f"clerk-{clerk}" if clerk else None
        self.world.do(c.TransferTicket(self._ticket(pick, status), service, window, to))

    @rule(window=windows, clerk=windows)
    def clerk_moves(self, window: str, clerk: str) -> None:
        self.world.do(c.OpenWindow(window, f"clerk-{clerk}"))

    @rule(windows=st.lists(windows, min_size=1, max_size=4), pick=picks)
    def misses_and_comes_back(self, windows: list[str], pick: int) -> None:
        for window in windows:
            for command in (c.CallNext(window), c.Miss(window, reason="不在")):
                self.world.do(command)
        self.world.do(c.RejoinTicket(self._ticket(pick, "missed")))

    # --- requests again, and at once ----------------------------------------------------------

    @precondition(lambda self: self.world.asked)
    @rule(pick=picks, process=either)
    def asks_again(self, pick: int, process: int) -> None:
        asked = self.world.asked
        self.world.repeat(asked[pick % len(asked)], process)

    @rule(service=services, window=windows, twice=st.booleans())
    def presses_twice(self, service: str, window: str, twice: bool) -> None:
        """The same request by two ways at once has one effect and one answer."""
        command = c.CallNext(window) if twice else self._issue(service, "ordinary")
        self.world.race(command)

    # --- time and trouble ---------------------------------------------------------------------

    @rule(minutes=st.integers(1, 100))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.at_ms += minutes * MINUTE

    @rule(minutes=st.integers(1, 60))
    def clock_steps_back(self, minutes: int) -> None:
        self.world.clock.at_ms -= minutes * MINUTE

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        self.world.clock.at_ms += days * DAY

    @rule(variant=st.integers(0, len(VARIANTS) - 1), process=either)
    def manager_reconfigures(self, variant: int, process: int) -> None:
        self.world.reconfigure(VARIANTS[variant], process)

    @rule(
        window=windows,
        skills=st.none() | st.sampled_from(SKILLS),
        first=st.none() | st.lists(classes, max_size=2),
        partner=st.none() | st.just("") | windows,
    )
    def manager_changes_skills(
        self,
        window: str,
        skills: tuple[Skill, ...] | None,
        first: list[str] | None,
        partner: str | None,
    ) -> None:
        first_classes = None if first is None else tuple(first)
        self.world.do(configuration.ChangeSkills(window, skills, first_classes, partner))

    @rule(window=windows, process=either)
    def manager_removes_window(self, window: str, process: int) -> None:
        self.world.do(administration.RemoveWindow(window), process)

    @precondition(lambda self: self.world.referee.changes)
    @rule(pick=picks, process=either)
    def manager_takes_back(self, pick: int, process: int) -> None:
        """One of the changes so far, whatever was changed since."""
        changes = self.world.referee.changes
        self.world.do(administration.TakeBack(*changes[pick % len(changes)]), process)

    @rule(
        window=windows,
        to=windows,
        clerk=st.booleans(),
        back=st.booleans(),
        then=st.sampled_from(["pause", "close", "remove"]),
        process=either,
    )
    def kept_for_a_window_that_goes(
        self, window: str, to: str, clerk: bool, back: bool, then: str, process: int
    ) -> None:
        """Somebody waits for one window, or for its clerk, who pauses, leaves, or is no more; then
        the others call."""
        if clerk:
            self.world.do(c.OpenWindow(to, f"clerk-{to}"))
        self.world.do(c.CallNext(window))
        wanted = (None, f"clerk-{to}") if clerk else (to, None)
        self.world.do(c.Transfer(window, None, wanted[0], back, to_clerk=wanted[1]), process)
        goes = {"pause": c.PauseWindow, "close": c.CloseWindow}
        gone = goes[then](to) if then in goes else administration.RemoveWindow(to)
        self.world.do(gone, process)
        for other in WINDOWS:
            self.world.do(c.CallNext(other))
        self.world.do(c.OpenWindow(to, f"clerk-{to}") if then != "pause" else c.ResumeWindow(to))

    @rule(settings=st.sampled_from(SETTINGS))
    def manager_changes_bounds(self, settings: tuple[tuple[str, int | bool], ...]) -> None:
        self.world.do(configuration.ChangeDispatch(settings))

    @rule(of=classes, rate=st.sampled_from([1.0, 3.0, 10.0]))
    def manager_changes_class(self, of: str, rate: float) -> None:
        self.world.do(configuration.PutClass(PriorityClass(of, of, of, rate)))

    @rule(service=services, paused=st.booleans())
    def manager_pauses_service(self, service: str, paused: bool) -> None:
        if paused:
            self.world.do(configuration.PauseService(service, "系统升级"))
        else:
            self.world.do(configuration.ResumeService(service))

    # --- appointments -------------------------------------------------------------------------

    @rule(
        person=st.sampled_from(["p1", "p2", "p3", "p4"]), slots=st.integers(-1, 60), process=either
    )
    def books(self, person: str, slots: int, process: int) -> None:
        fresh = self.world.fresh_ticket()
        codes = (f"{len(fresh)}", fresh)
        starts_ms = self._slot(slots)
        self.world.do(
            a.BookAppointment(f"a{fresh}", codes, "A", None, starts_ms, person, "h", "t"), process
        )

    def _slot(self, slots: int) -> int:
        """The beginning of a half-hour, so many from now."""
        half_hour = 30 * MINUTE
        return (self.world.clock.at_ms // half_hour + slots) * half_hour

    @precondition(lambda self: self.world.referee.supply.bookings)
    @rule(pick=picks, slots=st.integers(0, 60))
    def changes_appointment(self, pick: int, slots: int) -> None:
        self.world.do(a.ChangeAppointment(self._appointment(pick), self._slot(slots)))

    @precondition(lambda self: self.world.referee.supply.bookings)
    @rule(pick=picks)
    def cancels_appointment(self, pick: int) -> None:
        self.world.do(a.CancelAppointment(self._appointment(pick)))

    def _appointment(self, pick: int) -> str:
        found = list(self.world.referee.supply.bookings)
        return found[pick % len(found)]

    @precondition(lambda self: self.world.referee.supply.bookings)
    @rule(pick=picks, minutes=st.integers(-40, 40), process=either)
    def checks_in(self, pick: int, minutes: int, process: int) -> None:
        """Around its time, if that is still to come."""
        booking = self.world.referee.supply.bookings[self._appointment(pick)]
        wanted_ms = booking.starts_ms + minutes * MINUTE
        self.world.clock.at_ms = max(self.world.clock.at_ms, wanted_ms)
        self.world.do(a.CheckIn(self.world.fresh_ticket(), code=booking.code), process)

    @rule(person=holders)
    def checks_in_by_card(self, person: str) -> None:
        self.world.do(a.CheckIn(self.world.fresh_ticket(), person=person))

    # --- kiosks without a network -------------------------------------------------------------

    @rule(kiosk=kiosks, wanted=st.lists(services, max_size=2, unique=True), size=st.integers(1, 5))
    def kiosk_takes_numbers(self, kiosk: str, wanted: list[str], size: int) -> None:
        self.world.do(x.TakeLeases(self.world.fresh_ticket(), kiosk, tuple(wanted), size))

    @rule(kiosk=kiosks, picked=st.lists(picks, min_size=1, max_size=4), minutes=st.integers(-90, 9))
    def kiosk_hands_in(self, kiosk: str, picked: list[int], minutes: int) -> None:
        """Numbers from its blocks, in any order, some of them twice or never lent."""
        numbers = [n for n in self.world.lent() if n[0] == kiosk]
        if not numbers:
            return
        issued_ms = self.world.clock.at_ms + minutes * MINUTE
        tickets = []
        for pick in picked:
            _, lease, serial, service = numbers[pick % len(numbers)]
            fresh = f"{lease}-{serial}-{pick % 3}"
            tickets.append(x.OfflineTicket(fresh, lease, serial, service, issued_ms))
        self.world.do(x.HandIn(kiosk, tuple(tickets)))

    @rule(kiosk=kiosks, pick=picks)
    def kiosk_gives_back(self, kiosk: str, pick: int) -> None:
        leases = sorted({n[1] for n in self.world.lent() if n[0] == kiosk})
        if leases:
            self.world.do(x.HandIn(kiosk, (), (leases[pick % len(leases)],)))

    @rule()
    def power_fails(self) -> None:
        self.world.crash()

    @rule(faults=st.lists(st.sampled_from([None, *Fault]), min_size=1, max_size=3), process=either)
    def store_fails(self, faults: list[Fault | None], process: int) -> None:
        self.world.fail_next(process, faults)

    @rule()
    def everybody_looks(self) -> None:
        self.world.look()
        self.world.check()

    @rule(process=either)
    def upkeep(self, process: int) -> None:
        self.world.keep_up(process)
