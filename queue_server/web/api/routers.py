"""Every router of `/api/v1`, in the order of matching: what halls ask most comes first."""

from __future__ import annotations

from fastapi import APIRouter

from queue_server.web.api import (
    acceptances,
    administration,
    appointments,
    audit,
    card_photos,
    cases,
    configuration,
    content,
    evidence,
    find,
    hall,
    help,
    kiosks,
    ledger,
    messages,
    pairings,
    pensioners,
    pensioners_many,
    pensions,
    promises,
    receipts,
    reviews,
    screens,
    staff,
    statistics,
    tablets,
    tickets,
    visits,
    waits,
    windows,
)

ROUTERS: tuple[APIRouter, ...] = tuple(
    module.router
    for module in (
        tickets,
        windows,
        visits,
        find,
        help,
        kiosks,
        messages,
        appointments,
        acceptances,
        reviews,
        cases,
        tablets,
        receipts,
        screens,
        hall,
        configuration,
        content,
        administration,
        staff,
        statistics,
        ledger,
        audit,
        pensions,
        pensioners,
        pensioners_many,
        card_photos,
        evidence,
        pairings,
        waits,
        promises,
    )
)
