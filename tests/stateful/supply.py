"""Rule 8 and the appointment book by brute force: nobody gets more numbers than there are, no slot
more people than places, and each appointment is used once and at its time."""

from __future__ import annotations

from dataclasses import dataclass

from queue_server.domain import appointments as x
from queue_server.domain import events as e
from queue_server.domain.calendar import local
from queue_server.domain.rules import HallRules

BOOKED, CHECKED_IN, CANCELLED, MISSED = "booked", "checked_in", "cancelled", "missed"


@dataclass
class Booking:
    service: str
    starts_ms: int
    day: str
    code: str
    status: str = BOOKED
    ticket: str | None = None


@dataclass(frozen=True)
class Given:
    """A number of this day. walk_in: not by an appointment."""

    ticket: str
    service: str
    person: str | None
    walk_in: bool


class Supply:
    """What was booked and given, from the events alone."""

    def __init__(self) -> None:
        self.bookings: dict[str, Booking] = {}
        self.given: list[Given] = []
        self.cancelled: set[str] = set()

    def take(self, event: e.Event, rules: HallRules | None) -> None:
        if isinstance(event, e.DayOpened):
            self.given, self.cancelled = [], set()
            self.day_opened(event.day)
        elif isinstance(event, e.TicketCancelled):
            self.cancelled.add(event.ticket)
        elif isinstance(event, e.TicketIssued):
            self._issued(event, rules)
        elif isinstance(event, x.AboutAppointment):
            self._appointment(event, rules)

    # --- numbers ----------------------------------------------------------------------------

    def _issued(self, event: e.TicketIssued, rules: HallRules | None) -> None:
        walk_in = event.appointment is None
        quota = rules.quota.get(event.service) if rules else None
        if quota is not None and walk_in and event.lease is None:
            before = [g for g in self.given if g.walk_in and g.service == event.service]
            of_all = f"{event.number} is beyond the day's quota"
            assert quota.per_day is None or len(before) < quota.per_day, of_all
            mine = [g for g in before if g.person == event.person is not None]
            mine = [g for g in mine if g.ticket not in self.cancelled]
            of_one = f"{event.number} is beyond its person's quota"
            assert quota.per_person is None or len(mine) < quota.per_person, of_one
        self.given.append(Given(event.ticket, event.service, event.person, walk_in))
        if not walk_in:
            self._arrives(event, rules)

    def _arrives(self, event: e.TicketIssued, rules: HallRules | None) -> None:
        """Who comes early or in time waits from the booked time."""
        booking = self.bookings[event.appointment or ""]
        assert booking.status in (BOOKED, CHECKED_IN)
        assert rules is not None
        late_ms = event.arrived_ms - booking.starts_ms
        assert late_ms == 0 or (
            late_ms > rules.booking.grace_s * 1000 and rules.booking.late_rule == "arrival"
        ), f"{event.number} waits from {late_ms} ms after its booked time"

    # --- appointments -----------------------------------------------------------------------

    def _appointment(self, event: x.AboutAppointment, rules: HallRules | None) -> None:
        known = self.bookings.get(event.appointment)
        if isinstance(event, x.AppointmentBooked):
            assert known is None, f"appointment {event.appointment} twice"
            others = (b for b in self.bookings.values() if b.status == BOOKED)
            assert event.code not in {b.code for b in others}, f"code {event.code} twice"
            self._booked(event, rules)
            return
        assert known is not None, f"appointment {event.appointment} was never booked"
        # whose ticket was cancelled may check in again
        again = isinstance(event, x.AppointmentCheckedIn) and known.ticket in self.cancelled
        open_yet = known.status == BOOKED or again
        assert open_yet, f"appointment {event.appointment} is {known.status}"
        if isinstance(event, x.AppointmentChanged):
            known.status = CANCELLED  # leaves its place
            self._booked(event, rules)
        elif isinstance(event, x.AppointmentCheckedIn):
            known.status, known.ticket = CHECKED_IN, event.ticket
        elif isinstance(event, x.AppointmentCancelled):
            known.status = CANCELLED
        elif isinstance(event, x.AppointmentMissed):
            known.status = MISSED

    def _booked(self, event: x.AboutAppointment, rules: HallRules | None) -> None:
        booking = Booking(event.service, event.starts_ms, event.day, event.code)
        self.bookings[event.appointment] = booking
        same = (
            b
            for b in self.bookings.values()
            if (b.service, b.starts_ms) == (event.service, event.starts_ms)
        )
        taken = sum(b.status in (BOOKED, CHECKED_IN) for b in same)
        assert rules is not None
        assert taken <= _places(rules, booking), f"{taken} people in one slot"

    def day_opened(self, day: str) -> None:
        """Whoever did not come on a day that is over has been marked."""
        late = [k for k, b in self.bookings.items() if b.status == BOOKED and b.day < day]
        assert not late, f"appointments {late} of an earlier day are still open"


def _places(rules: HallRules, booking: Booking) -> int:
    at = local(rules.calendar, booking.starts_ms)
    minute = at.hour * 60 + at.minute
    places = 0
    for rule in rules.slots:
        starts = rule.starts.hour * 60 + rule.starts.minute
        ends = rule.ends.hour * 60 + rule.ends.minute
        fits = starts <= minute and minute + rule.minutes <= ends
        on_grid = (minute - starts) % rule.minutes == 0
        if rule.service == booking.service and at.weekday() in rule.weekdays and fits and on_grid:
            places += rule.capacity
    return places
