"""One possible future of a hall, event by event: who is called when, under the live rules.

Who is next is decided by the dispatcher itself (`dispatch.choose`, as `decide` asks it) on a copy
of the waiting line, which counts overtaking as the live one does. *Probes* are people whom nobody
serves: each is called when somebody who came at that instant would be, and takes no time, so that
any number of them changes nothing for the others.

Two runs with the same seed give the same people the same errands and durations, so that a change
can be seen apart from chance.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from queue_server.domain.dispatch import choose
from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import TicketStatus, WindowState
from queue_server.domain.waiting_line import Arrival, Place, QueueKey
from queue_server.simulation.actors import Does, Ends, Person, Probe, Window
from queue_server.simulation.model import SLOT_S, SLOTS, Came, Model
from queue_server.simulation.snapshot import Away, Errand, Snapshot, WindowNow
from queue_server.simulation.window_plans import STAYS_AT_MOST_MS, Move, Plan, plan

_LOOKS_AGAIN_MS = 60_000
_PROBES_PREFIX = "~"  # after every real number of the same instant


class Run:
    """called, called_to: when each was called first, and to which window; probed: when each probe
    was. plans: what windows do instead of what was drawn for them. came: also these, at these
    instants."""

    def __init__(
        self,
        start: Snapshot,
        model: Model,
        seed: int,
        *,
        probes: Iterable[Probe] = (),
        plans: Callable[[WindowNow, Plan], Plan] | None = None,
        came: Iterable[tuple[int, Came]] = (),
        walk_ins: bool = True,
    ) -> None:
        self._start = start
        self._rules = start.rules
        self.state: HallState = start.state()
        self._now_ms = start.at_ms
        self._rng = random.Random(seed)
        self._model = _one_guess(model, random.Random(f"{seed}/model"))
        self._agenda: list[tuple[int, int, int, Any]] = []
        self._order = 0
        self._people: dict[str, Person] = {}
        self._probes: dict[str, Probe] = {}
        self._windows = {
            w.id: Window(w.id, w.clerk, random.Random(f"{seed}/{w.id}")) for w in start.windows
        }
        self.called: dict[str, int] = {}
        self.called_to: dict[str, str] = {}
        self.probed: dict[Probe, int] = {}
        self._awaited = set(start.errands)
        self._take_in_line()
        self._take_in_windows(plans)
        for away in start.away:
            self._take_in_away(away)
        self._put_probes(probes)
        for at_ms, what in came:
            self._push(at_ms, Does.COMES, (what, None))
        self._walk_ins = self._draw_walk_ins() if walk_ins else iter(())
        self._next_walk_in()
        if walk_ins:
            self._expect_booked()

    # --- how it begins ------------------------------------------------------------------------

    def _take_in_line(self) -> None:
        for ticket, errand in self._start.errands.items():
            key, place = self.state.line.place(ticket)
            person = self._person(errand)
            person.after_calls, person.back = place.after_calls, key.rejoined

    def _person(self, errand: Errand) -> Person:
        draw = self._rng.random
        person = Person(
            errand.arrival.ticket,
            errand.arrival,
            errand.service,
            errand.matter,
            errand.priority_class,
            errand.then,
            errand.returns,
            errand.rejoins,
            draw(),
            draw(),
        )
        self._people[person.id] = person
        return person

    def _take_in_windows(self, plans: Any) -> None:
        for now in self._start.windows:
            window = self._windows[now.id]
            drawn = plan(now, self._rules, self._model, self._now_ms, window.rng)
            for move in plans(now, drawn) if plans else drawn:
                at_ms = max(move.at_ms, self._now_ms)
                self._push(at_ms, Does.WINDOW_CHANGES, (now.id, move))
            if now.with_it is not None:
                self._take_in_served(window, now, now.with_it)
            elif now.state is WindowState.OPEN and choose(self.state, now.id, self._now_ms):
                self._about_to_call(window, now.free_ms)

    def _take_in_served(self, window: Window, now: WindowNow, errand: Errand) -> None:
        person = self._person(errand)
        passed_s = max(0.0, (self._now_ms - now.busy_ms) / 1000)
        missed = self._model.missed_s
        longest = missed[-1] if missed else 0.0
        share = 0.0 if now.started else self._missed_share(person)
        if person.u_end < share and passed_s < longest:
            longer = [s for s in missed if s > passed_s]
            left_s, ends = longer[int(person.u_time * len(longer))] - passed_s, Ends.MISSED
        else:
            left_s = self._model.times.left_s(
                person.service, person.matter, window.clerk, passed_s, person.u_time
            )
            ends = self._way_on(person, share)
        window.busy = True
        self._push(self._now_ms + round(left_s * 1000), Does.FREED, (window, person, ends))

    def _take_in_away(self, away: Away) -> None:
        person = self._person(away.errand)
        if away.back_ms is not None:
            self._push(max(self._now_ms, away.back_ms), Does.COMES_BACK, (person, away.kind))
        elif away.kind is TicketStatus.MISSED:
            if self._may_rejoin(person):
                self._comes_back(person, self._model.missed_back_s, TicketStatus.MISSED)
        else:
            self._comes_back(person, self._model.parked_s, TicketStatus.PARKED)

    def _put_probes(self, probes: Iterable[Probe]) -> None:
        for number, probe in enumerate(probes):
            name = f"{_PROBES_PREFIX}{number}"
            self._probes[name] = probe
            self._awaited.add(name)
            self._push(probe.at_ms, Does.PROBED, name)

    def _draw_walk_ins(self) -> Iterator[tuple[float, Came]]:
        starts_ms = self._model.day_starts_ms
        from_s = (self._now_ms - starts_ms) / 1000
        return self._model.arrivals.draw(random.Random(self._rng.random()), from_s, SLOTS * SLOT_S)

    def _next_walk_in(self) -> None:
        found = next(self._walk_ins, None)
        if found is not None:
            at_ms = self._model.day_starts_ms + round(found[0] * 1000)
            self._push(at_ms, Does.COMES, (found[1], True))

    def _expect_booked(self) -> None:
        """Those who booked a time come a few minutes before it, most of them."""
        rng = random.Random(self._rng.random())
        of = self._rules.booking.priority_class or self._rules.ordinary
        for booked in self._start.booked:
            comes, early_s = rng.random() < self._model.booked_come, rng.expovariate(1 / 300)
            if comes and booked.starts_ms > self._now_ms:
                at_ms = max(self._now_ms, booked.starts_ms - round(early_s * 1000))
                what = Came(booked.service, booked.matter, of, ())
                self._push(at_ms, Does.COMES, (what, booked.starts_ms))

    # --- how it goes on -----------------------------------------------------------------------

    def _push(self, at_ms: int, does: Does, what: Any) -> None:
        self._order += 1
        heapq.heappush(self._agenda, (at_ms, does, self._order, what))

    def until(self, ends_ms: int) -> Run:
        """Plays until everybody who waits now and every probe has been called, or until then."""
        while self._agenda and self._awaited:
            at_ms, does, _, what = heapq.heappop(self._agenda)
            if at_ms > ends_ms:
                break
            self._now_ms = at_ms
            _STEPS[does](self, what)
        return self

    def _window_changes(self, what: tuple[str, Move]) -> None:
        window, move = self._windows[what[0]], what[1]
        if move.patient and self._stays(window, move):
            self._push(self._now_ms + _LOOKS_AGAIN_MS, Does.WINDOW_CHANGES, what)
            return
        to = move.state
        now = self.state.windows[window.id]
        was, now.state = now.state, to
        if to is WindowState.OPEN and was is not WindowState.OPEN and not window.busy:
            self._about_to_call(window, self._now_ms)
        if to is WindowState.CLOSED:
            self._let_go_kept(window.id)

    def _stays(self, window: Window, move: Move) -> bool:
        """A clerk who would leave an empty hall stays while somebody waits for the window."""
        if self.state.windows[window.id].state is not WindowState.OPEN:
            return False
        if self._now_ms >= move.at_ms + STAYS_AT_MOST_MS:
            return False
        reach, line = self.state.reach(window.id), self.state.line
        waiting = any(map(line.count_free, reach.services))
        return waiting or any(map(line.count_kept, reach.windows))

    def _let_go_kept(self, window: str) -> None:
        for place in self.state.line.kept_for(window):
            if place.ticket in self._people:
                self.state.line.remove(place.ticket)
                self._enter(self._people[place.ticket])

    def _comes(self, what: tuple[Came, Any]) -> None:
        came, how = what
        if how is True:
            self._next_walk_in()
        arrived_ms = self._now_ms if how in (True, None) else how
        name = f"+{len(self._people)}"
        arrival = Arrival(arrived_ms, came.service, self._order, name)
        person = self._person(
            Errand(arrival, came.service, came.matter, came.priority_class, came.then)
        )
        self._enter(person)

    def _probed(self, name: str) -> None:
        probe = self._probes[name]
        arrival = Arrival(probe.at_ms, _PROBES_PREFIX, self._order, name)
        self.state.line.add(QueueKey(probe.service, probe.priority_class), Place(0, arrival))
        self._wake(probe.service, None)

    def _enter(self, person: Person, for_window: str | None = None) -> None:
        if for_window is not None:
            window = self.state.windows.get(for_window)
            for_window = for_window if window and window.state is not WindowState.CLOSED else None
        key = QueueKey(person.service, person.priority_class, person.back, for_window)
        self.state.line.add(key, Place(person.after_calls, person.arrival))
        self._wake(person.service, for_window)

    def _wake(self, service: str, for_window: str | None) -> None:
        """Idle clerks see that somebody is there."""
        able = (for_window,) if for_window else self._rules.could_serve[service]
        for name in able:
            window = self._windows[name]
            if window.busy or window.about_to_call:
                continue
            if self.state.windows[name].state is WindowState.OPEN:
                self._about_to_call(window, self._now_ms)

    def _about_to_call(self, window: Window, since_ms: int) -> None:
        if window.about_to_call:
            return
        window.about_to_call = True
        gaps = self._model.gaps_s
        passed_s = (self._now_ms - since_ms) / 1000
        gap_s = gaps[int(window.rng.random() * len(gaps))]
        left_s = max(0.0, gap_s - passed_s)
        self._push(self._now_ms + round(left_s * 1000), Does.CALLS, window)

    def _calls(self, window: Window) -> None:
        window.about_to_call = False
        if window.busy or self.state.windows[window.id].state is not WindowState.OPEN:
            return
        line = self.state.line
        while (choice := choose(self.state, window.id, self._now_ms)) is not None:
            ticket = choice.ticket
            key, place = line.place(ticket)
            line.remove(ticket)
            self._awaited.discard(ticket)
            if (probe := self._probes.get(ticket)) is not None:
                self.probed[probe] = self._now_ms
                continue
            self.called.setdefault(ticket, self._now_ms)
            self.called_to.setdefault(ticket, window.id)
            line.note_overtaking(choice.reach.services, choice.reach.windows, place.arrived_ms)
            line.note_call(key.service, window.id)
            self._serve(window, self._people[ticket])
            return

    def _serve(self, window: Window, person: Person) -> None:
        share = self._missed_share(person)
        ends = self._way_on(person, share)
        if ends is Ends.MISSED:
            missed = self._model.missed_s
            lasts_s = missed[int(person.u_time * len(missed))]
        else:
            lasts_s = self._model.times.draw_s(
                person.service, person.matter, window.clerk, person.u_time
            )
        window.busy = True
        self._push(self._now_ms + round(lasts_s * 1000), Does.FREED, (window, person, ends))

    def _missed_share(self, person: Person) -> float:
        return self._model.missed.get(person.service, self._model.missed.get("", 0.0))

    def _way_on(self, person: Person, missed: float) -> Ends:
        """How it ends; sets where to, if the person is sent on."""
        if person.u_end < missed:
            return Ends.MISSED
        left = (person.u_end - missed) / max(1e-9, 1 - missed)
        for share, to in self._model.moved.get(person.service, ()):
            left -= share
            if left < 0:
                if to:
                    person.service, person.matter = to, None
                return Ends.MOVED if to else Ends.PARKED
        return Ends.DONE

    def _freed(self, what: tuple[Window, Person, Ends]) -> None:
        window, person, ends = what
        window.busy = False
        if ends is Ends.MISSED:
            if self._may_rejoin(person):
                self._comes_back(person, self._model.missed_back_s, TicketStatus.MISSED)
        elif ends is Ends.PARKED:
            self._comes_back(person, self._model.parked_s, TicketStatus.PARKED)
        else:
            self._goes_on(person, ends)
        if self.state.windows[window.id].state is WindowState.OPEN:
            self._about_to_call(window, self._now_ms)

    def _goes_on(self, person: Person, ends: Ends) -> None:
        person.back, person.after_calls = False, 0
        person.u_time, person.u_end = self._afresh(person), 1.0
        if ends is Ends.MOVED:
            self._enter(person)
        elif person.returns:
            *owed, (person.service, window) = person.returns
            person.returns, person.matter = tuple(owed), None
            self._enter(person, window or None)
        elif person.then:
            person.service, person.then, person.matter = person.then[0], person.then[1:], None
            self._enter(person)

    def _afresh(self, person: Person) -> float:
        """Another share, still the person's own: independent of who else there is."""
        return (person.u_time * 9301.7 + person.u_end * 49297.3 + 0.23328) % 1.0

    def _may_rejoin(self, person: Person) -> bool:
        most = self._rules.dispatch.rejoins_at_most
        return person.rejoins < most and self._afresh(person) < self._model.missed_back

    def _comes_back(self, person: Person, after_s: Sequence[float], kind: TicketStatus) -> None:
        delay_s = after_s[int(self._afresh(person) * len(after_s))]
        self._push(self._now_ms + round(delay_s * 1000), Does.COMES_BACK, (person, kind))

    def _is_back(self, what: tuple[Person, TicketStatus]) -> None:
        person, kind = what
        person.u_time, person.u_end = self._afresh(person), 1.0
        if kind is TicketStatus.MISSED:
            calls = self.state.line.calls(person.service, None)
            person.after_calls = calls + self._rules.dispatch.rejoin_after
            person.back, person.rejoins = True, person.rejoins + 1
        self._enter(person)


def _one_guess(model: Model, rng: random.Random) -> Model:
    """What is not known for sure is drawn once for the whole run: it does not average out."""
    times = model.times.one_guess(rng)
    arrivals = replace(model.arrivals, level=model.arrivals.level * rng.lognormvariate(0.0, 0.15))
    return replace(model, times=times, arrivals=arrivals)


_STEPS: dict[int, Callable[[Run, Any], None]] = {
    Does.WINDOW_CHANGES: Run._window_changes,
    Does.FREED: Run._freed,
    Does.COMES: Run._comes,
    Does.COMES_BACK: Run._is_back,
    Does.PROBED: Run._probed,
    Does.CALLS: Run._calls,
}
