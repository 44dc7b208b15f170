"""A maker's frame as one line of configuration, taken apart: leaves and the spans around them.

    AA <address> BB 51 54 <check> checked( 01 00 99 00 63 <text> FF )

Hexadecimal bytes (`A5*8`: eight of them), fields in angle brackets, spans `name( … )`. Fields:
`<address>`, `<text>`, `<check>`, `<length.NAME>` (bytes of the span NAME, or of the text), each
with a shape behind a colon: u8 (usual), le16, be16, le32, dec2 (two digits), hex2, hex4 (letters).
The span `checked` is what the checksum covers, `escaped` where escapes apply. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["bytes", "address", "text", "check", "length"]

_TOKEN = re.compile(
    r"\s*(?:(?P<bytes>[0-9A-Fa-f]{2})(?:\*(?P<times>\d{1,2}))?(?![0-9A-Za-z(])"
    r"|(?P<open>[a-z]+)\("
    r"|(?P<close>\))"
    r"|<(?P<field>address|text|check|length)(?:\.(?P<of>[a-z]+))?(?::(?P<shape>[a-z]+\d*))?>)"
)
_WIDTHS = {"u8": 1, "le16": 2, "be16": 2, "le32": 4, "dec2": 2, "dec3": 3, "hex2": 2, "hex4": 4}


@dataclass(frozen=True, slots=True)
class Leaf:
    """kind "bytes": `data`. Else a field; of: the span whose bytes a length counts. spans: names
    of the spans around it, outermost first."""

    kind: Kind
    spans: tuple[str, ...]
    data: bytes = b""
    shape: str = "u8"
    of: str = ""

    @property
    def width(self) -> int:
        """Bytes on the wire before escaping; a text has none of its own."""
        return len(self.data) if self.kind == "bytes" else _WIDTHS[self.shape]


def parse_frame(line: str) -> tuple[Leaf, ...]:
    """Raises ValueError, naming the place, for a line that is no frame."""
    leaves: list[Leaf] = []
    spans: list[str] = []
    at, line = 0, line.rstrip()
    while at < len(line):
        token = _TOKEN.match(line, at)
        if token is None:
            raise ValueError(f"cannot read the frame at {line[at : at + 12]!r}")
        at = token.end()
        if token["open"]:
            spans.append(token["open"])
        elif token["close"]:
            if not spans:
                raise ValueError("the frame closes a span that it never opened")
            spans.pop()
        else:
            leaves.append(_leaf(token, tuple(spans)))
    if spans:
        raise ValueError(f"the frame never closes {spans[-1]}(")
    _check(leaves)
    return tuple(leaves)


def _leaf(token: re.Match[str], spans: tuple[str, ...]) -> Leaf:
    if token["bytes"]:
        return Leaf("bytes", spans, bytes.fromhex(token["bytes"]) * int(token["times"] or 1))
    kind, shape = token["field"], token["shape"] or "u8"
    if shape not in _WIDTHS:
        raise ValueError(f"unknown shape {shape!r}; there are {', '.join(_WIDTHS)}")
    if (kind == "length") != bool(token["of"]):
        raise ValueError("a length counts a span: <length.NAME>; no other field has a name")
    return Leaf(kind, spans, shape=shape, of=token["of"] or "")  # type: ignore[arg-type]


def _check(leaves: list[Leaf]) -> None:
    if sum(leaf.kind == "text" for leaf in leaves) != 1:
        raise ValueError("a frame has exactly one <text>")
    if sum(leaf.kind == "check" for leaf in leaves) > 1:
        raise ValueError("a frame has at most one <check>")
    if not leaves[0].data:
        raise ValueError("a frame begins with fixed bytes")
    known = {name for leaf in leaves for name in leaf.spans} | {"text"}
    for leaf in leaves:
        if leaf.kind == "length" and leaf.of not in known:
            raise ValueError(f"<length.{leaf.of}> counts a span that is not there")
        if leaf.kind == "check" and "checked" in leaf.spans:
            raise ValueError("<check> stands within what it covers")


def written(value: int, shape: str) -> bytes:
    """A number in its shape. Raises ValueError when it does not fit."""
    width = _WIDTHS[shape]
    try:
        if shape.startswith("dec"):
            code = f"{value:0{width}d}".encode()
        elif shape.startswith("hex"):
            code = f"{value:0{width}X}".encode()
        else:
            code = value.to_bytes(width, "big" if shape.startswith("be") else "little")
    except OverflowError as error:
        raise ValueError(f"0 – {_most(shape)}") from error
    if len(code) != width:
        raise ValueError(f"0 – {_most(shape)}")
    return code


def _most(shape: str) -> int:
    """The largest number that a shape holds."""
    base = 10 if shape.startswith("dec") else 16 if shape.startswith("hex") else 256
    return int(base ** _WIDTHS[shape] - 1)


def read(code: bytes, shape: str) -> int:
    """The inverse of `written`. Raises ValueError for bytes that are no such number."""
    if shape.startswith(("dec", "hex")):
        if not code.isalnum():  # int() takes signs, spaces and underscores too
            raise ValueError(f"{code!r} is no number")
        return int(code.decode("ascii"), 10 if shape.startswith("dec") else 16)
    return int.from_bytes(code, "big" if shape.startswith("be") else "little")
