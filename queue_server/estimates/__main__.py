"""The estimating process: `python -m queue_server.estimates`, begun by the server."""

from __future__ import annotations

from typing import Any

from queue_server.estimates.mind import Mind
from queue_server.helper_process import serve


def main() -> int:
    minds: dict[str, Mind] = {}
    return serve(lambda *request: _answer(minds, *request))


def _answer(minds: dict[str, Mind], hall: str, what: str, *arguments: Any) -> Any:
    if what == "begin":
        minds[hall] = Mind(*arguments)
        return None
    if what == "forget":
        minds.pop(hall, None)
        return None
    return getattr(minds[hall], what)(*arguments)


if __name__ == "__main__":
    raise SystemExit(main())
