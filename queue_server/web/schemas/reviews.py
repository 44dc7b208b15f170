"""What clients send about reviews, suggestions and cases, checked field by field."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from queue_server.web.schemas.appointments import Phone
from queue_server.web.schemas.commands import Command, Name

Words = Annotated[str, Field(max_length=500)]
Token = Annotated[str, Field(min_length=8, max_length=64)]


class ReviewIn(Command):
    """Exactly one of token (whoever holds the ticket's code) and ticket (a paired device, which
    read it from the person's card or ticket). step: the newest that is not rated if left out.
    level: 5 very satisfied – 1 very dissatisfied."""

    token: Token | None = None
    ticket: Name | None = None
    step: Annotated[int, Field(ge=1, le=99)] | None = None
    level: Annotated[int, Field(ge=1, le=5)]
    reasons: Annotated[tuple[Name, ...], Field(max_length=6)] = ()
    words: Words | None = None
    phone: Phone | None = None

    @model_validator(mode="after")
    def one(self) -> ReviewIn:
        if (self.token is None) == (self.ticket is None):
            raise ValueError("exactly one of token and ticket")
        return self


class TabletReviewIn(Command):
    """From the tablet at a window, about the newest step there."""

    ticket: Name
    level: Annotated[int, Field(ge=1, le=5)]
    reasons: Annotated[tuple[Name, ...], Field(max_length=6)] = ()
    words: Words | None = None
    phone: Phone | None = None


class SuggestionIn(Command):
    """token: for a phone, the code of a ticket of today; a paired device needs none."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]
    phone: Phone | None = None
    token: Token | None = None


class AnswerCaseIn(Command):
    """text: what was found and done, as it is told to the person."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]


class CallBackIn(Command):
    back: Literal["satisfied", "dissatisfied", "not_reached"]


REVIEW_BODIES: list[type[BaseModel]] = [
    ReviewIn,
    TabletReviewIn,
    SuggestionIn,
    AnswerCaseIn,
    CallBackIn,
]
