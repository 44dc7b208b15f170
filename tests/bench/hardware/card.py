"""The ID-card reader: from "card laid" to its record, beside the line's own time; parser rates.

The virtual module answers on a pty whose line has a speed: each byte comes no sooner than 8N1 at
that speed brings it, and the module itself thinks for 0 s, so what is above the limit is ours.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

from hardware.id_card import protocol
from hardware.id_card.driver import POLL_S
from hardware.id_card.protocol import NEED_DATA, Command, FrameParser, to_wire
from hardware.id_card.timing import wire_time_s
from hardware.ports import CardEvent, CardRead
from hardware.simulators.card_reader import VirtualCardReader
from hardware.simulators.people import Citizen, load_people
from hardware.simulators.reader_core import ReaderCore
from hardware.wiring import CardReaderSettings, make_card_reader

ROOT = Path(__file__).parents[3]
BAUDS = (115200, 9600)
CARDS = {115200: 12, 9600: 3}
# What a read asks once the reader is known, in order.
ASKED = (
    protocol.FIND_CARD,
    protocol.SELECT_CARD,
    protocol.READ_BASE,
    protocol.READ_NEWEST_ADDRESS,
)
PARSED_BYTES = 8_000_000
CHUNK_BYTES = 4096


def measure() -> dict[str, object]:
    citizen = load_people(ROOT / "config" / "demo" / "people.toml").named("zhou-fulai")
    read = {f"{baud}_baud": _read(citizen, baud) for baud in BAUDS}
    return {"read": read, "parser": _parser()}


def _read(citizen: Citizen, baud: int) -> dict[str, object]:
    line_bytes = _exchanged_bytes(citizen)
    limit_s = wire_time_s(line_bytes, baud)
    with tempfile.TemporaryDirectory() as name:
        reader = VirtualCardReader(Path(name) / "reader", baud=baud)
        reader.start()
        try:
            lying = _lying(reader, citizen, baud)
            laid = _laid(reader, citizen, baud)
        finally:
            reader.stop()
    return {
        "cards": CARDS[baud],
        "line_bytes": line_bytes,
        "base_reply_bytes": 1295,
        "base_reply_limit_ms": _ms(wire_time_s(1295, baud)),
        "line_limit_ms": _ms(limit_s),
        "lying_to_record_ms": _ms(lying),
        "ratio_to_line_limit": round(lying / limit_s, 2),
        "mean_poll_wait_ms": _ms(POLL_S / 2),
        "laid_to_record_watching_ms": _ms(laid),
        "ratio_to_line_and_poll": round(laid / (limit_s + POLL_S / 2), 2),
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _exchanged_bytes(citizen: Citizen) -> int:
    core = ReaderCore()
    core.lay(citizen.card())
    return sum(len(asked.to_bytes()) + _answered(core, asked) for asked in ASKED)


def _answered(core: ReaderCore, command: Command) -> int:
    return sum(len(piece.data) for piece in core.take(command.to_bytes()))


def _lying(reader: VirtualCardReader, citizen: Citizen, baud: int) -> float:
    """Median seconds of `read_card` for a card that lies there when it is called."""
    driver = make_card_reader(CardReaderSettings(reader.port, baud))
    driver.module.sam_id()
    taken = []
    for _ in range(CARDS[baud]):
        reader.lift()
        reader.lay(citizen.card())
        began = time.perf_counter()
        driver.read_card(10)
        taken.append(time.perf_counter() - began)
    driver.close()
    return statistics.median(taken)


def _laid(reader: VirtualCardReader, citizen: Citizen, baud: int) -> float:
    """Mean seconds from laying a card to its record, watched as a kiosk does; the polls' phase is
    spread evenly."""
    driver, stop = make_card_reader(CardReaderSettings(reader.port, baud)), threading.Event()
    reads = threading.Semaphore(0)

    def tell(event: CardEvent) -> None:
        if isinstance(event, CardRead):
            reads.release()

    reader.lift()
    thread = threading.Thread(target=driver.watch, args=(tell, stop))
    thread.start()
    taken = []
    for turn in range(CARDS[baud]):
        reader.lift()
        time.sleep(3 * POLL_S + turn * POLL_S / CARDS[baud])
        began = time.perf_counter()
        reader.lay(citizen.card())
        if not reads.acquire(timeout=20):
            raise RuntimeError("no record within 20 s")
        taken.append(time.perf_counter() - began)
    stop.set()
    thread.join()
    driver.close()
    return statistics.fmean(taken)


def _parser() -> dict[str, object]:
    """MB/s, beside what the fastest line brings."""
    record = to_wire(bytes(3) + os.urandom(1284))
    streams = {
        "records": record * (PARSED_BYTES // len(record)),
        "random": os.urandom(PARSED_BYTES),
        "broken_preambles": (protocol.PREAMBLE + b"\x09\x00") * (PARSED_BYTES // 70),
    }
    rates = {name: round(_rate(stream) / 1e6, 1) for name, stream in streams.items()}
    line = 115200 / 10 / 1e6
    return {
        "mb_per_s": rates,
        "line_115200_mb_per_s": round(line, 4),
        "slowest_ratio_to_line": round(min(rates.values()) / line),
    }


def _rate(stream: bytes) -> float:
    parser, began = FrameParser(), time.perf_counter()
    for start in range(0, len(stream), CHUNK_BYTES):
        parser.receive(stream[start : start + CHUNK_BYTES])
        while parser.next_event() is not NEED_DATA:
            pass
    return len(stream) / (time.perf_counter() - began)
