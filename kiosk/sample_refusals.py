"""Every "no" that the kiosk can show, and every reason not to print: one state for each text that
the language files hold, so that a new text is drawn and measured without being named here."""

from __future__ import annotations

from dataclasses import replace

from kiosk.flow.events import Language
from kiosk.flow.facts import TicketFacts
from kiosk.flow.states import Place, Session, State
from kiosk.texts import load_texts

_NO_REASON = ("title", "again", "on_day")
_LATER = "2026-03-12T15:00:00+08:00"  # another day, the longer words
# Of these is asked at *my ticket*; what ends so is asked when checking in.
_MINE = frozenset(
    {
        "no_ticket_found",
        "no_answer_mine",
        "no_answer_defer",
        "no_answer_rejoin",
        "wrong_state",
        "rejoined_too_often",
    }
)
_CHECK_IN, _NUMBER = "_check_in", "_number"


def refusal_states(base: State, ticket: TicketFacts) -> dict[str, State]:
    """base: home with everything there. Name of the picture → state."""

    def at(place: Place, **session: object) -> State:
        return replace(base, place=place, session=Session(**session))  # type: ignore[arg-type]

    def refused(code: str) -> State:
        refusal = code.removesuffix(_CHECK_IN).removesuffix(_NUMBER)
        checks_in = code.startswith("appointment_") or code.endswith(_CHECK_IN)
        return at(
            Place.REFUSED,
            refusal=refusal,
            refusal_at=_LATER,
            checks_in=checks_in,
            asked_from=Place.MINE if refusal in _MINE else None,
            by_number=code.endswith(_NUMBER),
            code="A999" if code.endswith(_NUMBER) else "",
            ticket=ticket,
        )

    return {
        **{f"refused-{code}": refused(code) for code in _reasons("refused")},
        **{
            f"no-paper-{reason}": at(Place.NO_PAPER, service="D", printer_state=reason)
            for reason in _reasons("no_paper")
            if reason not in ("question", "continue", "back")
        },
    }


def _reasons(section: str) -> list[str]:
    keys = sorted(load_texts(Language.CHINESE).keys())
    names = [key.partition(".")[2] for key in keys if key.startswith(f"{section}.")]
    return [name for name in names if not name.startswith(_NO_REASON)]
