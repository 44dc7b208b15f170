"""How long the reader may take: the module's own time, the reply's time on the wire, a margin.

Pure. 1295 bytes take 0.11 s at 115200 baud and 1.35 s at 9600, so every limit grows with the line.
"""

from __future__ import annotations

from hardware.id_card.protocol import Command

BITS_PER_BYTE = 10  # 8N1: start, eight data bits, stop
MARGIN_S = 0.3  # USB-serial adapters, serial servers and busy machines
# A silence this long inside a frame, or behind a damaged one, is its end: nothing more will come.
# Adapters hand on bytes every 16 ms, serial servers every 200 ms at worst.
GAP_S = 0.4


def wire_time_s(byte_count: int, baud: int) -> float:
    return byte_count * BITS_PER_BYTE / baud


def reply_limit_s(command: Command, baud: int) -> float:
    """From the last byte sent to the last byte of the reply."""
    return command.usual_s + wire_time_s(command.reply_bytes, baud) + MARGIN_S
