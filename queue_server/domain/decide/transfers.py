"""Where a ticket can be sent: to a service, a window or a clerk."""

from __future__ import annotations

from dataclasses import dataclass

from queue_server.domain.errors import FieldWrong, NotFound, WrongState
from queue_server.domain.events import TicketTransferred
from queue_server.domain.state import HallState, Return, Ticket
from queue_server.domain.vocabulary import WindowState


@dataclass(frozen=True, slots=True)
class Destination:
    """window: the only one that may call it; clerk: whom it follows."""

    service: str
    window: str | None
    clerk: str | None


def next_return(ticket: Ticket) -> Return | None:
    """A way back that is still owed; it is carried through further transfers."""
    return ticket.returns[-1] if ticket.returns else None


def next_service(ticket: Ticket) -> str | None:
    """What the visit still needs after the service it is at: a way back, then further steps."""
    back = next_return(ticket)
    return back.service if back else next(iter(ticket.then), None)


def transferred(
    ticket: Ticket, from_window: str | None, to: Destination, back: Return | None
) -> TicketTransferred:
    return TicketTransferred(
        ticket.id,
        from_window,
        to.service,
        to.window,
        back.window if back else None,
        back.service if back else None,
        to.clerk,
        back.clerk if back else None,
    )


def destination(
    state: HallState, ticket: Ticket, service: str | None, window: str | None, clerk: str | None
) -> Destination:
    """Raises NotFound, or WrongState when nobody is there to call the ticket, or when it would only
    be put back where it was: that is skipping somebody, without a word why."""
    wanted = service or ticket.service
    if wanted == ticket.service and window is None and clerk is None and not _kept(ticket):
        raise _no_destination(wanted)
    if wanted not in state.known_rules.service:
        raise NotFound(f"没有编号为 {wanted} 的业务。", service=wanted)
    if clerk is not None and window is not None:
        raise FieldWrong(
            "two_destinations", "请只选一个窗口或一位工作人员。", "to_window", "to_clerk"
        )
    at = _window_of(state, clerk) if clerk is not None else window
    if at is not None and at == ticket.window and wanted == ticket.service:
        raise _no_destination(wanted)
    if clerk is None and window is not None:
        _open_window(state, window)
    return Destination(wanted, at, clerk)


def _no_destination(service: str) -> FieldWrong:
    message = "请选择要转到的另一项业务、另一个窗口或另一位工作人员。"
    return FieldWrong("no_destination", message, "service", "window", service=service)


def _kept(ticket: Ticket) -> bool:
    """Whether only some may call it, so that its own service is somewhere else."""
    return ticket.for_window is not None or ticket.for_clerk is not None


def _window_of(state: HallState, clerk: str) -> str:
    at = state.window_of(clerk)
    if at is None:
        raise WrongState(
            "clerk_at_no_window", f"{clerk} 现在不在任何窗口，请转到业务或窗口。", clerk=clerk
        )
    return at.id


def _open_window(state: HallState, window_id: str) -> None:
    window = state.windows.get(window_id)
    if window is None:
        raise NotFound(f"没有 {window_id} 号窗口。", window=window_id)
    if window.state is not WindowState.OPEN:
        raise WrongState(
            "window_not_open",
            f"{window_id} 号窗口现在没有开放，请转到别的窗口。",
            window=window_id,
            state=window.state,
        )
