"""What can go wrong on the way to the server, sorted by what may be done about it."""

from __future__ import annotations


class GatewayError(Exception):
    """Any trouble on the way. `code` is stable, for logs."""

    code = "gateway"


class Unreachable(GatewayError):
    """No connection: the request certainly did not arrive. Try again later."""

    code = "unreachable"


class NoAnswer(GatewayError):
    """Sent, and no answer in time: it may or may not have been done. Ask again, same request_id."""

    code = "no_answer"


class NotNow(GatewayError):
    """The server is there and cannot do it at the moment (429, 5xx). Ask again later."""

    code = "not_now"


class BadAnswer(GatewayError):
    """The answer is not what the wire allows: perhaps not our server. It may have been done."""

    code = "bad_answer"


class Refused(GatewayError):
    """The server understood and said no; asking again would not help. refusal: its own code;
    at: RFC 3339, when to come instead, or empty."""

    code = "refused"

    def __init__(self, status: int, refusal: str, at: str = "") -> None:
        super().__init__(f"{status} {refusal}")
        self.status, self.refusal, self.at = status, refusal, at
