"""The estimating process: `python -m queue_server.estimates`, begun by the server.

Reads requests from standard input and writes answers to standard output, each a length and a
pickle; both ends are the same program, and the pipe is theirs alone. Ends with its input.
"""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from typing import Any, BinaryIO

from queue_server.estimates.mind import Mind

# Serving people comes first.
NICE = 10


def main() -> int:
    os.nice(NICE)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed by mistake goes to the log and not between the answers
    minds: dict[str, Mind] = {}
    while (request := _read(sys.stdin.buffer)) is not None:
        try:
            answer = ("done", _answer(minds, *request))
        except Exception:
            answer = ("failed", traceback.format_exc())
        _write(answers, answer)
    return 0


def _answer(minds: dict[str, Mind], hall: str, what: str, *arguments: Any) -> Any:
    if what == "begin":
        minds[hall] = Mind(*arguments)
        return None
    if what == "forget":
        minds.pop(hall, None)
        return None
    return getattr(minds[hall], what)(*arguments)


def _read(stream: BinaryIO) -> Any:
    head = stream.read(8)
    if len(head) < 8:
        return None
    return pickle.loads(stream.read(int.from_bytes(head, "big")))  # noqa: S301 - our own pipe


def _write(stream: BinaryIO, answer: Any) -> None:
    body = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    stream.write(len(body).to_bytes(8, "big") + body)
    stream.flush()


if __name__ == "__main__":
    raise SystemExit(main())
