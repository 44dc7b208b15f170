"""What administrators send to change accounts, checked field by field."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from queue_server.access.roles import Role
from queue_server.web.schemas.commands import Command, Name


class StaffIn(Command):
    """window: the only one a clerk may work at; left out for any."""

    name: Name
    role: Role
    window: Annotated[str, Field(max_length=64)] | None = None


class NewStaffIn(StaffIn):
    login: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{1,31}$")]


class PlaceIn(Command):
    """window: null for any."""

    window: Annotated[str, Field(max_length=64)] | None


STAFF_BODIES: list[type[BaseModel]] = [StaffIn, NewStaffIn, PlaceIn]
