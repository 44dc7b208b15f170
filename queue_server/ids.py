"""Fresh ids: random, and ordered by time so that a database's index grows at its end.

The randomness is drawn in blocks: asking the system each time gives up Python's global lock.
"""

from __future__ import annotations

import os
import time
from collections import deque

_RANDOM_BYTES = 10
_AT_ONCE = 256
_pool: deque[bytes] = deque()


def fresh_id() -> str:
    """A UUID, version 7 (RFC 9562, section 5.7), as text: 48 bits of UTC milliseconds, 74 bits of
    chance. Event loop's thread only."""
    if not _pool:
        block = os.urandom(_RANDOM_BYTES * _AT_ONCE)
        _pool.extend(block[i : i + _RANDOM_BYTES] for i in range(0, len(block), _RANDOM_BYTES))
    moment = time.time_ns() // 1_000_000
    number = int.from_bytes(moment.to_bytes(6, "big") + _pool.popleft(), "big")
    number = number & ~(0xF << 76) | 7 << 76
    number = number & ~(0x3 << 62) | 2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
