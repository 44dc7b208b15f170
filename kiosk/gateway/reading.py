"""The server's JSON to facts, strictly: what does not fit raises BadAnswer, reaches no screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar, cast

from kiosk.flow.facts import ClassFacts, HallFacts, ServiceFacts, TicketFacts, WaitFacts
from kiosk.gateway.errors import BadAnswer
from queue_server.wire import hall as wire

T = TypeVar("T")


def read_hall(answer: object) -> HallFacts:
    """Raises BadAnswer."""
    return strictly("hall", lambda: _hall(cast(wire.Hall, answer)))


def read_ticket(answer: object) -> TicketFacts:
    """From `{"ticket": …}`. Raises BadAnswer."""
    return strictly("ticket", lambda: _ticket(cast(Mapping[str, wire.Ticket], answer)["ticket"]))


def read_tickets(answer: object) -> tuple[TicketFacts, ...]:
    """From `{"tickets": […]}`. Raises BadAnswer."""
    return strictly(
        "list of tickets",
        lambda: tuple(_ticket(t) for t in cast(Mapping[str, list[wire.Ticket]], answer)["tickets"]),
    )


def strictly(what: str, make: Callable[[], T]) -> T:
    try:
        return make()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadAnswer(f"the answer is no {what}: {type(error).__name__} {error}") from error


def typed(value: Any, kind: type[T]) -> T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{type(value).__name__} where {kind.__name__} belongs")
    return value


def _hall(hall: wire.Hall) -> HallFacts:
    return HallFacts(
        id=typed(hall["id"], str),
        name=typed(hall["name"], str),
        name_en=typed(hall["name_en"], str),
        time_zone=typed(hall["time_zone"], str),
        business_day=date.fromisoformat(hall["business_day"]),
        open=typed(hall["open"], bool),
        hours=_texts(hall["hours"]),
        notice=typed(hall["notice"], str),
        notice_en=typed(hall["notice_en"], str),
        services=tuple(_service(service) for service in hall["services"]),
        classes=tuple(_class(each) for each in hall["priority_classes"]),
        appointments=hall.get("appointments") is True,  # a server from before it has none
        waiting=hall["today"].get("waiting"),
        opens_at=_opens_at(hall),
    )


def _opens_at(hall: wire.Hall) -> str:
    """All services follow the hall's one calendar."""
    told = (service.get("opens_at") for service in hall["services"])
    return min((typed(at, str) for at in told if at), default="")


def _class(each: wire.PriorityClass) -> ClassFacts:
    min_age = each.get("min_age")  # a server from before it has none
    return ClassFacts(
        id=typed(each["id"], str),
        name=typed(each["name"], str),
        name_en=typed(each["name_en"], str),
        min_age=None if min_age is None else typed(min_age, int),
    )


def _service(service: wire.Service) -> ServiceFacts:
    return ServiceFacts(
        id=typed(service["id"], str),
        name=typed(service["name"], str),
        name_en=typed(service["name_en"], str),
        icon=typed(service["icon"], str),
        waiting=typed(service["waiting"], int),
        wait=_wait(service["wait"]),
        windows=_texts(service["windows"]),
        accepting=typed(service["accepting"], bool),
        prefix=typed(service["prefix"], str),
    )


def _ticket(ticket: wire.Ticket) -> TicketFacts:
    ahead, printed, window = ticket["people_ahead"], ticket["printed"], ticket["window"]
    return TicketFacts(
        id=typed(ticket["id"], str),
        number=typed(ticket["number"], str),
        service=typed(ticket["service"], str),
        service_name=typed(ticket["service_name"], str),
        service_name_en=typed(ticket["service_name_en"], str),
        priority_class=typed(ticket["priority_class"], str),
        issued_at=typed(ticket["issued_at"], str),
        people_ahead=None if ahead is None else typed(ahead, int),
        wait=_wait(ticket["wait"]),
        windows=_texts(ticket["windows"]),
        follow_path=typed(ticket["follow_path"], str),
        reprint=typed(ticket["reprint"], bool),
        printed=None if printed is None else typed(printed, bool),
        status=typed(ticket["status"], str),
        window=None if window is None else typed(window, str),
        rejoined=typed(ticket.get("rejoined", False), bool),  # a server from before it has none
        matter=ticket.get("matter"),
        may_defer=typed(ticket.get("may_defer", False), bool),
        deferred_until=typed(ticket.get("deferred_until") or "", str),
        offline=typed(ticket.get("offline", False), bool),
        booked_for=typed(ticket.get("booked_for") or "", str),
        review_code=typed(ticket.get("review_code", ""), str),
    )


def _wait(wait: wire.Wait | None) -> WaitFacts | None:
    if wait is None:
        return None
    return WaitFacts(typed(wait["p50_s"], int), typed(wait["p90_s"], int))


def _texts(values: list[str]) -> tuple[str, ...]:
    return tuple(typed(value, str) for value in typed(values, list))
