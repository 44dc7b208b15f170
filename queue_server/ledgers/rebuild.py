"""Writes a hall's ledgers anew from its journal, which alone counts.

Answers are not among them: their bodies hold what was estimated at that moment. Where one is
missing or wrong, a backup has it.
"""

from __future__ import annotations

from queue_server.journal.archive_port import Whole
from queue_server.ledgers.recompute import Progress, Tally, recompute
from queue_server.ledgers.scratch import KEPT, TICKET, scratch


def rebuild_hall(whole: Whole, hall: str, told: Progress) -> Tally:
    """Raises BrokenChain or DoesNotFit when the journal itself is not right; then nothing may be
    committed."""
    tally = Tally()
    with scratch() as aside:
        recompute(whole, hall, aside, tally, told, {})
        whole.clear("ticket", hall)
        whole.insert("ticket", TICKET, aside.tickets.rows())
        whole.clear("kept", hall)
        kept = ((hall, *row) for row in aside.kept.rows())
        whole.insert("kept", ("hall", *KEPT), kept)
    return tally
