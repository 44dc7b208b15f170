"""What the journeys share: people, events and a way of writing a journey down.

A journey is a list of (place expected, event); an unexpected place fails.
"""

from __future__ import annotations

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow.moves import derived_request_id
from kiosk.flow.states import Place, State
from kiosk.flow.table import step
from kiosk.samples import sample_hall, sample_ticket

HALL = sample_hall(closed="E")

TICKET = sample_ticket()

R = "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a01"

TAKE = ev.DoorTouched(ev.Door.NUMBER)

CHOOSE = ev.ServiceTouched("D", R)

PRINTER_OK = ev.PrinterAnswered(R, True, "ok")

PRINTER_OUT = ev.PrinterAnswered(R, False, "out")

PRINTER_MUTE = ev.PrinterAnswered(R, None, "unknown")

ISSUED = ev.TicketIssued(R, TICKET)

PRINTED = ev.PrintEnded(R, TICKET, ev.Outcome.CONFIRMED, "ok")

PRINT_FAILED = ev.PrintEnded(R, TICKET, ev.Outcome.FAILED, "out")

PRINT_UNKNOWN = ev.PrintEnded(R, TICKET, ev.Outcome.UNKNOWN, "unknown")

NOT_PRINTED = fx.ReportPrintFailed(derived_request_id(R, "print-failed"), TICKET.id)

KEPT = fx.KeepTicket(derived_request_id(R, "keep"), TICKET.id)


def travel(*journey: tuple[Place, ev.Event] | Place) -> tuple[State, list[fx.Effect]]:
    """From a kiosk that has only just been switched on."""
    return travel_from(State(), *journey)


START = (Place.STARTING, ev.HallSeen(HALL))


def travel_from(
    state: State, *journey: tuple[Place, ev.Event] | Place
) -> tuple[State, list[fx.Effect]]:
    """Runs (place expected before, event) …, last place expected. All effects on the way."""
    effects: list[fx.Effect] = []
    for stage in journey:
        place, event = stage if isinstance(stage, tuple) else (stage, None)
        assert state.place is place, f"at {state.place}, expected {place} before {event}"
        if event is not None:
            state, done = step(state, event)
            effects.extend(done)
    return state, effects
