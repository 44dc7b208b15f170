"""Numbers lent to this kiosk, and the tickets given out of them: one small file, always whole.

A number is on disk before anybody is told of it, so that it is never given twice, whatever is cut
off when. Nothing personal stands in it: not even whose ticket it is.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

import structlog

from kiosk.flow.facts import HallFacts, LeaseFacts, TicketFacts
from kiosk.gateway.keeping import KeptFile
from kiosk.gateway.reading import strictly, typed
from queue_server.wire import leases as shapes

_log = structlog.get_logger()


class Stage(StrEnum):
    GIVEN = "given"  # on disk, and perhaps on the screen
    PRINTING = "printing"  # paper may be out from here on
    UNPRINTED = "unprinted"  # its person is asked whether to keep it
    SETTLED = "settled"
    CANCELLED = "cancelled"
    HANDED = "handed"  # the server has it


DONE = frozenset({Stage.SETTLED, Stage.CANCELLED})
# What may follow what: reports come from several threads, in any order, and none may bring back a
# number that was given up, or ask again about one that is kept.
_NEXT: dict[Stage, frozenset[Stage]] = {
    Stage.GIVEN: frozenset({Stage.PRINTING, Stage.UNPRINTED, Stage.SETTLED, Stage.CANCELLED}),
    Stage.PRINTING: frozenset({Stage.UNPRINTED, Stage.SETTLED, Stage.CANCELLED}),
    Stage.UNPRINTED: frozenset({Stage.SETTLED, Stage.CANCELLED}),
    Stage.SETTLED: frozenset({Stage.CANCELLED}),
    Stage.CANCELLED: frozenset(),
    Stage.HANDED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Block:
    """left: spans [first, last] that the server counts as not yet handed in."""

    id: str
    prefix: str
    service: str
    digits: int
    left: tuple[tuple[int, int], ...]
    valid_until: str


@dataclass(frozen=True, slots=True)
class Given:
    """One ticket given out. printed: None when nobody knows. issued_at: RFC 3339, UTC."""

    id: str
    request_id: str
    lease: str
    serial: int
    number: str
    service: str
    matter: str | None
    priority_class: str | None
    issued_at: str
    stage: Stage = Stage.GIVEN
    printed: bool | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    request_id: str
    service: str
    matter: str | None = None
    priority_class: str | None = None


class LeaseBook:
    """May be used from any thread; every change is on disk when the method returns, or raises
    OSError and did not happen. now: UTC."""

    def __init__(self, file: KeptFile, now: Callable[[], datetime]) -> None:
        self._file, self._now = file, now
        self._lock = threading.Lock()
        self._blocks: tuple[Block, ...] = ()
        self._tickets: dict[str, Given] = {}  # never changed, but put anew as a whole
        self._lost = False  # what was given out of the blocks lent so far is not known any more
        self._barred: frozenset[str] = frozenset()  # such blocks; nothing is given out of them

    def open(self) -> None:
        """Takes up what an earlier run left. A number that was never shown, or that nobody said to
        keep, is cancelled; one whose paper may be out is its person's."""
        try:
            kept = self._file.read()
            told = json.loads(kept) if kept else {}
            blocks = tuple(_block(b) for b in told.get("blocks", ()))
            tickets = [_given(t) for t in told.get("tickets", ())]
            barred = frozenset(str(lease) for lease in told.get("barred", ()))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            # The lent numbers are lost to this kiosk; the server voids them at its day's end. The
            # file stands until the server has said which they are.
            _log.error("lease_book_unreadable", reason=str(error), kept_as=self._file.copy_aside())
            self._lost = True
            return
        with self._lock:
            self._blocks, self._barred = blocks, barred
            self._tickets = {t.id: _after_a_break(t) for t in tickets}

    # --- numbers --------------------------------------------------------------------------------

    def left(self) -> LeaseFacts:
        with self._lock:
            services = dict.fromkeys(block.service for block in self._blocks)
            counts = [(s, sum(len(self._free(b)) for b in self._valid(s))) for s in services]
        return LeaseFacts(tuple(counts))

    def give(self, wanted: Wanted) -> Given | None:
        """The next number of the service; the same one for the same request. None when there is
        none, or when it cannot be written down: then it is not given."""
        with self._lock:
            for known in self._tickets.values():
                if known.request_id == wanted.request_id:
                    return known
            free = [(b, serial) for b in self._valid(wanted.service) for serial in self._free(b)]
            if not free:
                return None
            block, serial = free[0]
            given = self._made(wanted, block, serial)
            try:
                self._keep({**self._tickets, given.id: given}, self._blocks)
            except OSError as error:
                _log.error("number_not_given", reason=str(error))
                return None
            return given

    def _made(self, wanted: Wanted, block: Block, serial: int) -> Given:
        return Given(
            id=str(uuid.uuid4()),
            request_id=wanted.request_id,
            lease=block.id,
            serial=serial,
            number=f"{block.prefix}{serial:0{block.digits}d}",
            service=wanted.service,
            matter=wanted.matter,
            priority_class=wanted.priority_class,
            issued_at=self._now().astimezone(UTC).isoformat(timespec="milliseconds"),
        )

    def _valid(self, service: str) -> list[Block]:
        now = self._now()
        mine = (block for block in self._blocks if block.service == service)
        return [block for block in mine if datetime.fromisoformat(block.valid_until) > now]

    def _free(self, block: Block) -> list[int]:
        used = {t.serial for t in self._tickets.values() if t.lease == block.id}
        spans = (range(first, last + 1) for first, last in block.left)
        return [serial for span in spans for serial in span if serial not in used]

    # --- what becomes of them -------------------------------------------------------------------

    def ticket(self, ticket_id: str) -> Given | None:
        """One that the server does not know yet; None for any other. Waits for no disk."""
        found = self._tickets.get(ticket_id)
        return found if found and found.stage is not Stage.HANDED else None

    def mark(self, ticket_id: str, stage: Stage, printed: bool | None = None) -> bool:
        """A stage that may not follow changes nothing but what is known of the paper. False when
        the server has the ticket meanwhile: whatever is said of it is the server's to hear. Raises
        OSError when it cannot be written down; then all is as it was."""
        with self._lock:
            known = self._tickets.get(ticket_id)
            if known is None or known.stage is Stage.HANDED:
                return False
            told = known.printed if printed is None else printed
            next_stage = stage if stage in _NEXT[known.stage] else known.stage
            changed = replace(known, stage=next_stage, printed=told)
            self._keep({**self._tickets, ticket_id: changed}, self._blocks)
            return True

    def due(self, settled_before: datetime) -> tuple[Given, ...]:
        """Tickets for the server: those that are settled, and those that nobody has said a word of
        since `settled_before`, whose paper is uncertain then."""
        with self._lock:
            waiting = [t for t in self._tickets.values() if t.stage is not Stage.HANDED]
        return tuple(
            t
            for t in waiting
            if t.stage in DONE or datetime.fromisoformat(t.issued_at) < settled_before
        )

    def handed(self, told: Iterable[Given]) -> None:
        """told: as the server was told of them. One that changed meanwhile is due again."""
        with self._lock:
            same = [t for t in told if self._tickets.get(t.id) == t]
            handed = {t.id: replace(t, stage=Stage.HANDED) for t in same}
            self._keep({**self._tickets, **handed}, self._blocks)

    def barred(self) -> tuple[str, ...]:
        """Blocks that may have numbers on paper that this kiosk knows nothing of."""
        with self._lock:
            return tuple(sorted(self._barred))

    def take_in(self, leases: Iterable[shapes.Lease]) -> None:
        """What the server says that this kiosk has. A ticket handed in is forgotten once the server
        no longer counts its number as left. After the book was lost, the blocks that the server
        first lists may have numbers on paper: none is given out of them."""
        told = tuple(
            strictly("lease", lambda lease=lease: read_lease(lease))  # type: ignore[misc]
            for lease in leases
            if lease["service"] is not None
        )
        with self._lock:
            names = frozenset(block.id for block in told)
            barred = names if self._lost else self._barred & names
            blocks = tuple(block for block in told if block.id not in barred)
            spans = {block.id: block.left for block in blocks}
            kept = {
                t.id: t
                for t in self._tickets.values()
                if t.stage is not Stage.HANDED or _within(t.serial, spans.get(t.lease, ()))
            }
            if self._lost or (blocks, kept, barred) != (self._blocks, self._tickets, self._barred):
                self._keep(kept, blocks, barred)
                self._lost = False

    def _keep(
        self,
        tickets: dict[str, Given],
        blocks: tuple[Block, ...],
        barred: frozenset[str] | None = None,
    ) -> None:
        """barred None: as they are."""
        barred = self._barred if barred is None else barred
        told = {
            "barred": sorted(barred),
            "blocks": [asdict(block) for block in blocks],
            "tickets": [asdict(ticket) for ticket in tickets.values()],
        }
        self._file.write(json.dumps(told).encode())
        self._tickets, self._blocks, self._barred = tickets, blocks, barred


def read_lease(lease: shapes.Lease) -> Block:
    return Block(
        id=typed(lease["id"], str),
        prefix=typed(lease["prefix"], str),
        service=typed(lease["service"], str),
        digits=typed(lease["digits"], int),
        left=tuple((typed(first, int), typed(last, int)) for first, last in lease["left"]),
        valid_until=_instant(lease["valid_until"]),
    )


def _instant(told: object) -> str:
    """RFC 3339 with its offset, as told. Raises TypeError or ValueError for anything else."""
    text = typed(told, str)
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    return text


def _block(told: Mapping[str, Any]) -> Block:
    spans = cast(list[tuple[int, int]], told["left"])
    left = tuple((first, last) for first, last in spans)
    return Block(**{**told, "left": left, "valid_until": _instant(told["valid_until"])})


def _given(told: Mapping[str, Any]) -> Given:
    return Given(**{**told, "stage": Stage(told["stage"])})


def _after_a_break(ticket: Given) -> Given:
    if ticket.stage in (Stage.GIVEN, Stage.UNPRINTED):
        return replace(ticket, stage=Stage.CANCELLED)
    return replace(ticket, stage=Stage.SETTLED) if ticket.stage is Stage.PRINTING else ticket


def _within(serial: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(first <= serial <= last for first, last in spans)


def offline_ticket(given: Given, hall: HallFacts | None, reprint: bool = False) -> TicketFacts:
    """As the screens show it. How long it takes nobody knows; nor can a phone follow it yet."""
    service = hall.service(given.service) if hall else None
    return TicketFacts(
        id=given.id,
        number=given.number,
        service=given.service,
        service_name=service.name if service else "",
        service_name_en=service.name_en if service else "",
        priority_class=given.priority_class or "ordinary",
        issued_at=given.issued_at,
        people_ahead=None,
        wait=None,
        windows=service.windows if service else (),
        follow_path="",
        reprint=reprint,
        printed=given.printed,
        matter=given.matter,
        offline=True,
    )
