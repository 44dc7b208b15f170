"""Closed-loop HTTP load over keep-alive connections, as cheap as the client's side can be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import uvloop

Request = Callable[[], bytes]


@dataclass(frozen=True)
class Load:
    """requests_per_s over the whole run; latencies in milliseconds."""

    clients: int
    requests: int
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    errors: int
    latencies_s: tuple[float, ...] = ()
    refused: tuple[int, ...] = ()  # the statuses of the errors

    def figures(self) -> dict[str, float]:
        return {
            "clients": self.clients,
            "requests": self.requests,
            "per_s": round(self.requests_per_s, 1),
            "p50_ms": round(self.p50_ms, 2),
            "p99_ms": round(self.p99_ms, 2),
            "errors": self.errors,
        }


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


def post(path: str, token: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(port: int, clients: int, seconds: float, request: Request) -> Load:
    """`clients` connections, each sending the next request when the last was answered."""
    return run_each(port, seconds, [request] * clients)


def run_each(port: int, seconds: float, requests: Sequence[Request]) -> Load:
    """One connection for each of `requests`."""
    return uvloop.run(_run(port, seconds, requests))


async def _run(port: int, seconds: float, requests: Sequence[Request]) -> Load:
    latencies: list[float] = []
    errors: list[int] = []
    started = time.perf_counter()
    end = started + seconds
    clients = (_client(port, end, request, latencies, errors) for request in requests)
    await asyncio.gather(*clients)
    took = time.perf_counter() - started
    return _load(len(requests), took, latencies, errors)


def _load(clients: int, took_s: float, latencies: Sequence[float], errors: Sequence[int]) -> Load:
    ordered = sorted(latencies)
    count = len(ordered)
    return Load(
        clients,
        count,
        count / took_s,
        ordered[count // 2] * 1000,
        ordered[min(count - 1, int(count * 0.99))] * 1000,
        len(errors),
        tuple(ordered),
        tuple(errors),
    )


def together(loads: Sequence[Load]) -> Load:
    """Several runs of the same load as one."""
    took_s = sum(x.requests / x.requests_per_s for x in loads)
    latencies = [latency for x in loads for latency in x.latencies_s]
    errors = [status for x in loads for status in x.refused]
    return _load(loads[0].clients, took_s, latencies, errors)


async def _client(
    port: int, end: float, request: Request, latencies: list[float], errors: list[int]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (begun := time.perf_counter()) < end:
        writer.write(request())
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.lower().index(b"content-length:") + 15
        await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
        latencies.append(time.perf_counter() - begun)
        if head[9:10] != b"2":
            errors.append(int(head[9:12]))
    writer.close()
