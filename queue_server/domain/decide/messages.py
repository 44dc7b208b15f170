"""What a manager's messages to windows lead to."""

from __future__ import annotations

from queue_server.domain import messages as x
from queue_server.domain.acceptances import nobody_named
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.state import HallState


@decide.register
def _tell(command: x.TellWindow, state: HallState, now_ms: int) -> Events:
    if command.window not in state.windows:
        raise NotFound(f"没有 {command.window} 号窗口。", window=command.window)
    text = " ".join(command.text.split())
    if not text:
        raise WrongState("message_empty", "请写上要说的话。")
    if len(text) > x.TEXT_AT_MOST:
        raise WrongState("message_too_long", f"留言最多 {x.TEXT_AT_MOST} 个字，请写短一些。")
    nobody_named(text)
    shown = [m for m in state.messages.values() if m.window == command.window and not m.how]
    if len(shown) >= x.UNREAD_AT_MOST:
        raise WrongState(
            "messages_unread",
            f"{command.window} 号窗口还有 {len(shown)} 条留言没有看，请先撤回一条。",
            window=command.window,
        )
    return [x.WindowTold(command.window, command.message, text, command.place.value)]


@decide.register
def _end(command: x.EndMessage, state: HallState, now_ms: int) -> Events:
    """A message that has ended stays as it ended: reading what was taken back changes nothing."""
    found = state.messages.get(command.message)
    if found is None or found.window != command.window:
        raise NotFound("今天没有这条留言。", window=command.window)
    if found.how is not None:
        return []
    return [x.WindowMessageEnded(found.window, found.id, command.how.value)]
