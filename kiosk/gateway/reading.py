"""The server's JSON to facts, strictly: what does not fit raises BadAnswer, reaches no screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar, cast

from kiosk.flow.facts import ClassFacts, HallFacts, ServiceFacts, TicketFacts, WaitFacts
from kiosk.gateway.errors import BadAnswer
from queue_server import wire

T = TypeVar("T")


def read_hall(answer: object) -> HallFacts:
    """Raises BadAnswer."""
    return _strictly("hall", lambda: _hall(cast(wire.Hall, answer)))


def read_ticket(answer: object) -> TicketFacts:
    """From `{"ticket": …}`. Raises BadAnswer."""
    return _strictly("ticket", lambda: _ticket(cast(Mapping[str, wire.Ticket], answer)["ticket"]))


def _strictly(what: str, make: Callable[[], T]) -> T:
    try:
        return make()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadAnswer(f"the answer is no {what}: {type(error).__name__} {error}") from error


def _typed(value: Any, kind: type[T]) -> T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{type(value).__name__} where {kind.__name__} belongs")
    return value


def _hall(hall: wire.Hall) -> HallFacts:
    return HallFacts(
        id=_typed(hall["id"], str),
        name=_typed(hall["name"], str),
        name_en=_typed(hall["name_en"], str),
        time_zone=_typed(hall["time_zone"], str),
        business_day=date.fromisoformat(hall["business_day"]),
        open=_typed(hall["open"], bool),
        hours=_texts(hall["hours"]),
        notice=_typed(hall["notice"], str),
        notice_en=_typed(hall["notice_en"], str),
        services=tuple(_service(service) for service in hall["services"]),
        classes=tuple(_class(each) for each in hall["priority_classes"]),
        appointments=hall.get("appointments") is True,  # a server from before it has none
    )


def _class(each: wire.PriorityClass) -> ClassFacts:
    min_age = each.get("min_age")  # a server from before it has none
    return ClassFacts(
        id=_typed(each["id"], str),
        name=_typed(each["name"], str),
        name_en=_typed(each["name_en"], str),
        min_age=None if min_age is None else _typed(min_age, int),
    )


def _service(service: wire.Service) -> ServiceFacts:
    return ServiceFacts(
        id=_typed(service["id"], str),
        name=_typed(service["name"], str),
        name_en=_typed(service["name_en"], str),
        icon=_typed(service["icon"], str),
        waiting=_typed(service["waiting"], int),
        wait=_wait(service["wait"]),
        windows=_texts(service["windows"]),
        accepting=_typed(service["accepting"], bool),
    )


def _ticket(ticket: wire.Ticket) -> TicketFacts:
    ahead, printed, window = ticket["people_ahead"], ticket["printed"], ticket["window"]
    return TicketFacts(
        id=_typed(ticket["id"], str),
        number=_typed(ticket["number"], str),
        service=_typed(ticket["service"], str),
        service_name=_typed(ticket["service_name"], str),
        service_name_en=_typed(ticket["service_name_en"], str),
        priority_class=_typed(ticket["priority_class"], str),
        issued_at=_typed(ticket["issued_at"], str),
        people_ahead=None if ahead is None else _typed(ahead, int),
        wait=_wait(ticket["wait"]),
        windows=_texts(ticket["windows"]),
        follow_path=_typed(ticket["follow_path"], str),
        reprint=_typed(ticket["reprint"], bool),
        printed=None if printed is None else _typed(printed, bool),
        status=_typed(ticket["status"], str),
        window=None if window is None else _typed(window, str),
        rejoined=_typed(ticket.get("rejoined", False), bool),  # a server from before it has none
    )


def _wait(wait: wire.Wait | None) -> WaitFacts | None:
    if wait is None:
        return None
    return WaitFacts(_typed(wait["p50_s"], int), _typed(wait["p90_s"], int))


def _texts(values: list[str]) -> tuple[str, ...]:
    return tuple(_typed(value, str) for value in _typed(values, list))
