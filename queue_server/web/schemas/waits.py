"""What a manager's questions about waits look like."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from queue_server.web.schemas.commands import Body, Name

Minutes = Annotated[int, Field(ge=0, le=600)]


class WaitSkillIn(Body):
    service: Name
    rank: Annotated[int, Field(ge=1, le=9)] = 1


class ChangeIn(Body):
    """kind: open, close or rest a window; skills: it serves these services; people: so many come
    besides, over `minutes`. in_minutes: from now."""

    kind: Literal["open", "close", "rest", "skills", "people"]
    window: Name | None = None
    in_minutes: Minutes = 0
    minutes: Annotated[int, Field(ge=1, le=600)] = 60
    skills: Annotated[tuple[WaitSkillIn, ...], Field(max_length=64)] = ()
    people: Annotated[int, Field(ge=1, le=500)] = 30
    service: Name | None = None


class WhatIfIn(Body):
    hours: Annotated[float, Field(gt=0, le=6)] = 3.0
    changes: Annotated[tuple[ChangeIn, ...], Field(max_length=20)] = ()


class OpeningsIn(Body):
    limit_minutes: Annotated[int, Field(ge=5, le=240)] = 30


WAIT_BODIES: list[type[BaseModel]] = [WhatIfIn, OpeningsIn]
