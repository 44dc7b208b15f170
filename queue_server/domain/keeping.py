"""Which records the days after their own still need, and until when.

A hall is loaded from its last configuration, these records and the present day's. So a kept event
must tell all that there is to know about its thing, and its `apply` must not need an earlier one.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, NamedTuple

from queue_server.domain import acceptances as p
from queue_server.domain import appointments as a
from queue_server.domain import cases as k
from queue_server.domain import content as t
from queue_server.domain import leases as x
from queue_server.domain import pension_events as n


class Keeps(NamedTuple):
    """key: what the event tells about; needed: whether this event is the one to keep for it, or
    nothing about it is needed any more."""

    key: str
    needed: bool


@singledispatch
def keeps(event: Any) -> Keeps | None:
    """What an event changes about what is kept; None for most."""
    return None


@keeps.register(x.LeaseIssued)
@keeps.register(x.LeaseCarriedOver)
def _out(event: x.LeaseIssued | x.LeaseCarriedOver) -> Keeps:
    return Keeps(f"lease:{event.lease}", True)


@keeps.register
def _settled(event: x.LeaseExpired) -> Keeps:
    return Keeps(f"lease:{event.lease}", False)


@keeps.register(a.AppointmentBooked)
@keeps.register(a.AppointmentChanged)
def _open(event: a.AboutAppointment) -> Keeps:
    return Keeps(f"appointment:{event.appointment}", True)


@keeps.register(a.AppointmentCancelled)
@keeps.register(a.AppointmentCheckedIn)
@keeps.register(a.AppointmentMissed)
def _over(event: a.AboutAppointment) -> Keeps:
    return Keeps(f"appointment:{event.appointment}", False)


@keeps.register
def _seeded(event: t.ContentTakenIn) -> Keeps:
    return Keeps("content:file", True)


@keeps.register(t.ContentPut)
@keeps.register(t.ContentRemoved)
def _told(event: t.ContentPut | t.ContentRemoved) -> Keeps:
    """Also that something is gone: the settings file may have told of it."""
    return Keeps(f"content:{event.kind}:{event.id}", True)


@keeps.register
def _promised(event: p.AcceptanceOpened) -> Keeps:
    return Keeps(f"acceptance:{event.acceptance}", True)


@keeps.register
def _settled_promise(event: p.AcceptanceClosed) -> Keeps:
    return Keeps(f"acceptance:{event.acceptance}", False)


@keeps.register(k.CaseOpened)
@keeps.register(k.CaseTaken)
@keeps.register(k.CaseAnswered)
@keeps.register(k.CaseCalledBack)
def _looked_into(event: k.AboutCase) -> Keeps:
    return Keeps(f"case:{event.case}", True)


@keeps.register
def _case_over(event: k.CaseClosed) -> Keeps:
    return Keeps(f"case:{event.case}", False)


@keeps.register
def _summed(event: k.ReviewsSummed) -> Keeps:
    return Keeps("reviews:month", True)


@keeps.register
def _pensioner(event: n.AboutPensioner) -> Keeps:
    return Keeps(f"pensioner:{event.person}", True)


@keeps.register
def _no_pensioner(event: n.PensionerRemoved) -> Keeps:
    return Keeps(f"pensioner:{event.person}", False)
