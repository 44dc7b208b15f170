"""The ticket printer: composed and sent, as bitmap and as text, beside what each line allows; and
how fast its parsers read.

Limits: a serial line carries 10 bits a byte; TCP is a plain socket that sends the same bytes. The
virtual printer moves its paper at once here, so that the figures are of driver and line.
"""

from __future__ import annotations

import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hardware.ports import PrintOutcome, TicketContent
from hardware.simulators.printer import VirtualPrinter
from hardware.ticket_printer.compose import compose
from hardware.ticket_printer.layout import load_layout
from hardware.ticket_printer.profile import load_profile
from hardware.ticket_printer.protocol import Query, StatusParser
from hardware.ticket_printer.reader import EscPosParser
from hardware.wiring import PrinterSettings, make_printer

CONTENT = TicketContent(
    hall_name="示范县人力资源和社会保障服务大厅",
    number="D023",
    service_name="退休人员社会化管理",
    issued_at=datetime(2026, 3, 9, 1, 41, tzinfo=UTC),
    people_ahead=6,
    wait_text="约 12–20 分钟",
    window_text="4、7、8 号窗口",
    follow_url="http://hall.invalid/t/Zk3v9QmX2bLw8RtA",
    class_label="老年人优先",
    materials=("身份证或社会保障卡", "养老金领取银行卡"),
    footer="过号可扫码重新排队",
)
PROFILES = ("generic-80mm", "generic-80mm-text", "generic-58mm")
SERIAL_RUNS = (
    ("generic-80mm-text", 115_200),
    ("generic-80mm-text", 9_600),
    ("generic-58mm", 9_600),
)
BITS_PER_BYTE = 10
ROUNDS = 15
AT_ONCE_MM_S = 1e7
PARSED_BYTES = 2_000_000


def measure() -> dict[str, object]:
    return {
        "tickets": {name: _ticket(name) for name in PROFILES},
        "serial": [_serial(name, baud) for name, baud in SERIAL_RUNS],
        "parsers_mb_s": _parsers(),
    }


def _ms(act: Callable[[], object], rounds: int = ROUNDS) -> dict[str, float]:
    """processor: what the driver's own thread used, whatever else the machine does."""
    act()  # warm: fonts, connections
    times, used = [], time.thread_time()
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    used = (time.thread_time() - used) / rounds
    return {
        "least": round(min(times) * 1000, 2),
        "median": round(statistics.median(times) * 1000, 2),
        "processor": round(used * 1000, 2),
    }


def _ticket(name: str) -> dict[str, object]:
    profile, layout = load_profile(name), load_layout()
    data = compose(CONTENT, layout, profile)
    virtual = VirtualPrinter(profile.paper_width_dots, AT_ONCE_MM_S)
    host, port = virtual.start("127.0.0.1", 0)
    driver = make_printer(PrinterSettings(f"tcp://{host}:{port}", name))

    def confirmed() -> None:
        assert driver.print_ticket(CONTENT).outcome is PrintOutcome.CONFIRMED

    try:
        figures = {
            "bytes": len(data),
            "composed_ms": _ms(lambda: compose(CONTENT, layout, profile)),
            "composed_sent_confirmed_over_tcp_ms": _ms(confirmed),
        }
    finally:
        virtual.stop()
    return {
        **figures,
        "limit_tcp_ms": _ms(lambda: _plain_tcp(data)),
        "limit_115200_baud_ms": _line_ms(len(data), 115_200),
        "limit_9600_baud_ms": _line_ms(len(data), 9_600),
    }


def _line_ms(count: int, baud: int) -> float:
    return round(count * BITS_PER_BYTE / baud * 1000, 1)


def _plain_tcp(data: bytes) -> None:
    """The same bytes through a new connection, answered with one byte at their end."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                left = len(data)
                while left:
                    left -= len(connection.recv(65_536))
                connection.sendall(b"\0")

        thread = threading.Thread(target=take)
        thread.start()
        with socket.create_connection(server.getsockname()) as connection:
            connection.sendall(data)
            connection.recv(1)
        thread.join()


def _serial(name: str, baud: int) -> dict[str, object]:
    """Over a pty whose other end takes bytes no faster than the line would bring them."""
    profile = load_profile(name)
    count = len(compose(CONTENT, load_layout(), profile))
    virtual = VirtualPrinter(profile.paper_width_dots, AT_ONCE_MM_S, baud / BITS_PER_BYTE)
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "printer"
        virtual.start_pty(link)
        driver = make_printer(PrinterSettings(f"serial://{link}?baud={baud}", name))
        began = time.perf_counter()
        result = driver.print_ticket(CONTENT, timeout_s=60)
        elapsed_ms = (time.perf_counter() - began) * 1000
        virtual.stop()
    return {
        "profile": name,
        "baud": baud,
        "bytes": count,
        "outcome": result.outcome.value,
        "composed_sent_confirmed_ms": round(elapsed_ms, 1),
        "limit_ms": _line_ms(count, baud),
    }


def _parsers() -> dict[str, float]:
    replies = bytes.fromhex("12 1000000F 00 12 3800000F 12 1E")
    text = compose(CONTENT, load_layout(), load_profile("generic-80mm-text"))
    bitmap = compose(CONTENT, load_layout(), load_profile("generic-80mm"))
    return {
        "status": _throughput(replies, 100_000, _read_replies),
        "escpos_text": _throughput(text, PARSED_BYTES, _read_escpos),
        "escpos_bitmap": _throughput(bitmap, 10 * PARSED_BYTES, _read_escpos),
    }


def _throughput(piece: bytes, total_bytes: int, read: Callable[[bytes], None]) -> float:
    pieces = max(1, total_bytes // len(piece))
    began = time.perf_counter()
    for _ in range(pieces):
        read(piece)
    return round(pieces * len(piece) / (time.perf_counter() - began) / 1e6, 2)


def _read_replies(piece: bytes) -> None:
    parser = StatusParser()
    parser.expect(Query.PRINTER, Query.OFFLINE_CAUSE, Query.ERROR_CAUSE, Query.PAPER)
    parser.expect_barrier()
    parser.feed(piece)


def _read_escpos(piece: bytes) -> None:
    for _ in EscPosParser().feed(piece):
        pass
