"""What managers send to change notices, jobs and guides, checked field by field."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from queue_server.web.schemas.commands import Command

Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,31}$")]
Line = Annotated[str, Field(max_length=120)]
Title = Annotated[str, Field(min_length=1, max_length=80)]
Text = Annotated[str, Field(max_length=2000)]


class NoticeIn(Command):
    """id: of the notice to change; left out for a new one. from, until: its first and last day."""

    model_config = ConfigDict(extra="ignore", validate_by_name=True, validate_by_alias=True)

    id: Id | None = None
    title: Title
    title_en: Line = ""
    text: Text = ""
    text_en: Text = ""
    starts: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> NoticeIn:
        if self.starts and self.until and self.until < self.starts:
            raise ValueError("until must not come before from")
        return self


class JobIn(Command):
    """id: of the job to change; left out for a new one."""

    id: Id | None = None
    title: Title
    employer: Title
    place: Line = ""
    wage: Line = ""
    openings: Annotated[int, Field(ge=1, le=10_000)] = 1
    text: Text = ""
    contact: Line = ""
    until: date | None = None


CONTENT_BODIES: list[type[BaseModel]] = [NoticeIn, JobIn]
