"""Why a command was refused. A refusal changes nothing; its code is stable and part of the API."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A command that cannot be carried out as the hall stands now."""

    code = "refused"

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class NotFound(Refusal):
    """The hall, service, window or ticket named does not exist."""

    code = "not_found"


class IllegalMove(Refusal):
    """The lifecycle table has no such move; `detail` names the ticket's state and the happening."""

    code = "illegal_move"


class WrongState(Refusal):
    """The window, service or hall is not in the state that the command needs."""

    code = "wrong_state"

    def __init__(self, code: str, message: str, **detail: Any) -> None:
        super().__init__(message, **detail)
        self.code = code


class FieldWrong(WrongState):
    """What was sent with the command is not enough, or not possible now; `detail["fields"]` names
    it as the wire's own errors do."""

    def __init__(self, code: str, message: str, *fields: str, **detail: Any) -> None:
        problem = {"problem": message, "problem_en": code.replace("_", " ")}
        named = [{"field": f"body.{name}", **problem} for name in fields]
        super().__init__(code, message, fields=named, **detail)
