"""The estimating process, as the server asks it."""

from __future__ import annotations

from queue_server.helper_process import HelperProcess, HelperUnavailable


class EstimatesUnavailable(HelperUnavailable):
    """The process is not there just now; people are told the first-day formula meanwhile."""

    code = "estimates_unavailable"


def estimating_process() -> HelperProcess:
    return HelperProcess("queue_server.estimates", EstimatesUnavailable)
