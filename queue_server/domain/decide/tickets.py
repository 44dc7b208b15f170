"""What commands about tickets lead to: numbers given, printed, cancelled, back in line."""

from __future__ import annotations

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.admission import admit
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.decide.visits import after_calls
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.estimate import promise
from queue_server.domain.numbers import next_serial, number_text
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState, Ticket
from queue_server.domain.vocabulary import TicketStatus


@decide.register
def _issue(command: c.IssueTicket, state: HallState, now_ms: int) -> Events:
    rules = state.known_rules
    service = service_wanted(rules, command.service, command.matter, command.then)
    already = _already_held(command, state, service)
    if already is not None and _reprints(already):
        return already
    cancelled = already or []
    admit(state, service, command.person, now_ms, given_up=len(cancelled))
    issued = new_ticket(
        state,
        ticket=command.ticket,
        service=service,
        matter=command.matter,
        priority_class=class_of(rules, command.priority_class, command.age_years),
        person=command.person,
        kiosk=command.kiosk,
        arrived_ms=now_ms,
        then=command.then,
    )
    return [*cancelled, issued]


def new_ticket(
    state: HallState,
    *,
    ticket: str,
    service: str,
    matter: str | None,
    priority_class: str,
    person: str | None,
    kiosk: str | None,
    arrived_ms: int,
    then: tuple[str, ...] = (),
    appointment: str | None = None,
) -> e.TicketIssued:
    """The next number of a service, with the promise about its wait."""
    prefix = state.known_rules.service[service].prefix
    serial = next_serial(state.serials.get(prefix, 0), state.lent.get(prefix, ()))
    ahead = state.line.count_free(service)
    wait = promise(state, service, priority_class, ahead, state.last_ms)
    return e.TicketIssued(
        ticket=ticket,
        number=number_text(prefix, serial),
        prefix=prefix,
        serial=serial,
        service=service,
        matter=matter,
        priority_class=priority_class,
        person=person,
        kiosk=kiosk,
        arrived_ms=arrived_ms,
        then=then,
        people_ahead=ahead,
        p50_s=wait.p50_s if wait else None,
        p90_s=wait.p90_s if wait else None,
        appointment=appointment,
        widened_pct=wait.widened_pct if wait else 0,
        shifted_pct=wait.shifted_pct if wait else 0,
    )


def _already_held(command: c.IssueTicket, state: HallState, service: str) -> Events | None:
    """What to do about the ticket that this person holds for this service, if there is one."""
    held = state.held_by(command.person, service)
    return None if held is None else held_again(state, held, command.kiosk)


def held_again(state: HallState, ticket: Ticket, kiosk: str | None) -> Events:
    """A person asks again for what they hold: print it again; if its call was missed, put it back
    in line first, or give it up when that was done too often."""
    reprinted = e.TicketReprinted(ticket.id, kiosk)
    if ticket.status is not TicketStatus.MISSED:
        return [reprinted]
    if ticket.rejoins >= state.known_rules.dispatch.rejoins_at_most:
        return [e.TicketCancelled(ticket.id, "missed_too_often")]
    return [e.TicketRejoined(ticket.id, after_calls(state, ticket)), reprinted]


def _reprints(events: Events) -> bool:
    return isinstance(events[-1], e.TicketReprinted)


def service_wanted(
    rules: HallRules, service: str | None, matter: str | None, then: tuple[str, ...] = ()
) -> str:
    """The service asked for by name or by matter. Raises NotFound, or WrongState when they do not
    agree."""
    wanted = _of_matter(rules, matter, service) if matter is not None else service or ""
    for each in (wanted, *then):
        if each not in rules.service:
            raise NotFound(f"没有编号为 {each} 的业务。", service=each)
    return wanted


def _of_matter(rules: HallRules, matter: str, service: str | None) -> str:
    known = rules.matter.get(matter)
    if known is None:
        raise NotFound(f"没有编号为 {matter} 的事项。", matter=matter)
    if service not in (None, known.service):
        raise WrongState(
            "matter_of_other_service",
            "这个事项不属于所选的业务。",
            matter=matter,
            service=service,
        )
    return known.service


def class_of(rules: HallRules, asked: str | None, age_years: int | None) -> str:
    """The better of the class that was asked for and the one that an age gives."""
    if asked is not None and asked not in rules.priority_class:
        raise NotFound(f"没有名为 {asked} 的优先类别。", priority_class=asked)
    by_age = rules.ordinary
    if age_years is not None:
        by_age = rules.class_for_age(age_years)
    both = [rules.priority_class[x] for x in (asked or rules.ordinary, by_age)]
    return max(both, key=lambda found: found.rate).id
