"""The process that takes snapshots, beside the server: `python -m queue_server.day_snapshots`.

It is told the last snapshot and the records since, and needs no database and no key.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence

from queue_server.day_snapshots.codec import UnreadableDay, from_bytes, to_bytes
from queue_server.day_snapshots.store import Sealed
from queue_server.domain.state import HallState
from queue_server.helper_process import serve
from queue_server.journal.chain import GENESIS, Record
from queue_server.loading import DaySoFar, replay


def main() -> int:
    gc.disable()  # it makes much that stays, and ends soon
    return serve(lambda _hall, _what, last, records: taken(last, records))


def taken(last: Sealed | None, records: Sequence[Record]) -> Sealed:
    """The day after `records`, which follow `last`, or are what `Journal.load` gave. Raises
    UnreadableDay, also when the new one would not do."""
    day = DaySoFar(HallState(), GENESIS, set())
    if last is not None:
        state, answered = from_bytes(last.body)
        day = DaySoFar(state, last.hash, answered)
    replay(day, records)
    body = to_bytes(day.state, day.answered)
    if from_bytes(body) != (day.state, day.answered):
        raise UnreadableDay("it does not read as it was written")
    return Sealed(day.state.seq, day.last_hash, body)


if __name__ == "__main__":
    raise SystemExit(main())
