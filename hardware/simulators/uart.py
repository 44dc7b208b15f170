"""What a serial line makes of bytes when its two ends run at different speeds.

Pure. 8N1: a start bit (0), eight data bits from the lowest, a stop bit (1); an idle line is 1.
"""

from __future__ import annotations

import math

from hardware.id_card.timing import BITS_PER_BYTE

_IDLE_BITS = 20  # behind the last byte, so that a slow receiver can end its frame


def heard(data: bytes, sent_baud: int, heard_baud: int) -> bytes:
    """The bytes that a receiver at `heard_baud` makes of `data` sent at `sent_baud`, the bits
    sampled in their middle as a UART does; a byte with a broken stop bit is delivered as it is."""
    if sent_baud == heard_baud:
        return data
    line = _levels(data)
    step = sent_baud / heard_baud  # of a receiver's bit, in sender's bits
    found, at = bytearray(), 0.0
    while (start := _falling_edge(line, at)) is not None:
        samples = [_level(line, start + (bit + 1.5) * step) for bit in range(8)]
        found.append(sum(level << bit for bit, level in enumerate(samples)))
        at = start + (BITS_PER_BYTE - 0.5) * step
    return bytes(found)


def _levels(data: bytes) -> list[int]:
    line = []
    for byte in data:
        line += [0, *((byte >> bit) & 1 for bit in range(8)), 1]
    return line + [1] * _IDLE_BITS


def _level(line: list[int], at: float) -> int:
    return line[int(at)] if at < len(line) else 1


def _falling_edge(line: list[int], at: float) -> int | None:
    """The first change from 1 to 0 at or behind `at`; before its first bit the line was idle."""
    for index in range(math.ceil(at), len(line)):
        if line[index] == 0 and (index == 0 or line[index - 1] == 1):
            return index
    return None
