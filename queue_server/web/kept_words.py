"""Words and phone numbers of reviews and suggestions: in the vault, under the review's own
reference."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from queue_server.outcome import Outcome
from queue_server.service import HallService
from queue_server.vault.store import Entry
from queue_server.web.context import Context

WORDS, NUMBER, ANSWER = "review_words", "review_phone", "review_answer"


def vault_ref(case: str) -> str:
    """The reference under which the vault keeps what belongs to a review or suggestion."""
    return f"review:{case}"


def case_id(request_id: UUID) -> str:
    """The same for a repeated request, so that its words are kept once."""
    return request_id.hex


async def keep_words(
    ctx: Context,
    here: HallService,
    case: str,
    words: str | None,
    phone: str | None,
    outcome: Outcome,
) -> None:
    """Into the vault, for as long as the hall's settings say. A repeat changes nothing that is
    there: its id may have been used by somebody else."""
    ref = vault_ref(case)
    told = {WORDS: said(words), NUMBER: said(phone)}
    found = {kind: text for kind, text in told.items() if text}
    if not found or (outcome.replayed and await ctx.vault.held(ref)):
        return
    keep_days = await here.ask(lambda state, _: state.known_rules.reviews.keep_days)
    until = datetime.now(UTC) + timedelta(days=keep_days)
    await ctx.vault.put(
        *(Entry(ref, kind, text.encode(), keep_until=until) for kind, text in found.items())
    )


def said(words: str | None) -> str | None:
    return (words or "").strip() or None
