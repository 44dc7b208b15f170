"""Every router of the pages."""

from __future__ import annotations

from fastapi import APIRouter

from queue_server.web.pages import (
    access,
    hall,
    history,
    login,
    pairing,
    pension,
    reviews,
    told,
    waits,
)

ROUTERS: tuple[APIRouter, ...] = tuple(
    module.router
    for module in (
        hall,
        login,
        access,
        history,
        reviews,
        pension,
        pairing,
        told,
        waits,
    )
)
