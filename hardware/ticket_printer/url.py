"""A printer's address as a URL, checked to the last key; opens nothing.

`tcp://host:port`, `serial:///dev/ttyS0?baud=9600&flow=none`, `usb://vid:pid?…`, `file:///path` and
`cups://host/queue`. What is misspelt is told, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, parse_qsl, urlsplit

from hardware.errors import SettingsUnusable
from hardware.words import Value, Words, state_words

FLOWS = ("xonxoff", "rtscts", "dsrdtr")
BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
_USB = re.compile(r"[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}")
USB_NUMBERS = ("interface", "out", "in")


class _Wrong(Exception):
    """What is wrong with an address; becomes SettingsUnusable."""

    def __init__(self, key: str, **values: Value) -> None:
        super().__init__(key)
        self.words: Words = state_words(key, **values)


def parse_url(url: str) -> SplitResult:
    """Raises SettingsUnusable unless the URL is one that can be opened."""
    try:
        parts = urlsplit(url)
        if not url.strip():
            raise _Wrong("url_empty")
        if parts.scheme not in _CHECKS:
            raise _Wrong("url_scheme", scheme=parts.scheme)
        _CHECKS[parts.scheme](parts)
    except _Wrong as error:
        raise SettingsUnusable("printer_address", url=url, problem=error.words) from error
    except ValueError as error:  # of urlsplit, and of a port that is no number
        problem = state_words("url_malformed")
        raise SettingsUnusable("printer_address", url=url, problem=problem) from error
    return parts


def options(parts: SplitResult) -> dict[str, str]:
    return dict(parse_qsl(parts.query, keep_blank_values=True))


def baud(parts: SplitResult) -> int:
    return int(options(parts).get("baud", "9600"))


def flow(parts: SplitResult) -> str:
    return options(parts).get("flow", "none")


def _only(parts: SplitResult, *known: str) -> Mapping[str, str]:
    named = options(parts)
    if unknown := sorted(set(named) - set(known)):
        raise _Wrong("url_option", name=", ".join(unknown), known=", ".join(known) or "–")
    return named


def _one_of(named: Mapping[str, str], name: str, known: tuple[object, ...]) -> None:
    texts = [str(each) for each in known]
    if name in named and named[name] not in texts:
        raise _Wrong("url_choice", name=name, known=", ".join(texts), value=named[name])


def _check_tcp(parts: SplitResult) -> None:
    _only(parts)
    if not parts.hostname or not parts.port:
        raise _Wrong("url_host_port")


def _check_serial(parts: SplitResult) -> None:
    _check_path(parts)
    named = _only(parts, "baud", "flow")
    _one_of(named, "baud", BAUDS)
    _one_of(named, "flow", ("none", *FLOWS))


def _check_file(parts: SplitResult) -> None:
    _check_path(parts)
    _only(parts)


def _check_path(parts: SplitResult) -> None:
    if not parts.path.startswith("/") or parts.netloc:
        raise _Wrong("url_path")


def _check_usb(parts: SplitResult) -> None:
    named = _only(parts, "serial", *USB_NUMBERS)
    if not _USB.fullmatch(parts.netloc):
        raise _Wrong("url_usb")
    for name in USB_NUMBERS:
        try:
            int(named.get(name, "0"), 0)
        except ValueError:
            raise _Wrong("url_number", name=name, value=named[name]) from None


def _check_cups(parts: SplitResult) -> None:
    _only(parts)
    if not parts.path.strip("/") or "/" in parts.path.strip("/"):
        raise _Wrong("url_queue")


_CHECKS: Mapping[str, Callable[[SplitResult], None]] = {
    "tcp": _check_tcp,
    "serial": _check_serial,
    "usb": _check_usb,
    "file": _check_file,
    "cups": _check_cups,
}
