"""Frames of LED strips by their maker's template: a text and an address in, bytes out, and back.

Pure: opens no port, sleeps never. The way back is what a simulated strip reads frames with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from hardware.errors import SettingsUnusable
from hardware.window_sign.cells import fitted
from hardware.window_sign.checksum import CHECKSUMS
from hardware.window_sign.make import StripMake, reply_pattern
from hardware.window_sign.template import Leaf, read, written

MOST_BUFFERED_BYTES = 2_048  # longer than any frame: 255 cells, each escaped, and a head


def shown(text: str, make: StripMake) -> str:
    """What of a text a strip of this make has room and letters for."""
    code = fitted(text, make.width_cells, make.encoding, make.align)
    return code.decode(make.encoding).strip()


class FrameBuilder:
    """Raises SettingsUnusable for an address or a text that the template's shapes cannot hold."""

    def __init__(self, make: StripMake) -> None:
        self._make, self._leaves = make, make.leaves()
        self._escapes = make.escape_table()
        self._reply = reply_pattern(make.reply) if make.reply else ()

    def frame(self, address: int, text: str) -> bytes:
        make = self._make
        code = fitted(text, make.width_cells, make.encoding, make.align)
        try:
            plain = self._plain(address, code)
        except ValueError as error:
            raise SettingsUnusable(
                "strip_address", make=make.name, address=address, reason=str(error)
            ) from error
        pieces = zip(self._leaves, plain, strict=True)
        return b"".join(self._escaped(piece) if _in(leaf, "escaped") else piece
                        for leaf, piece in pieces)  # fmt: skip

    def reply(self, address: int) -> bytes:
        """What this strip answers with; b"" from a make that never answers."""
        return b"".join(bytes((address,)) if part is None else part for part in self._reply)

    def _plain(self, address: int, code: bytes) -> list[bytes]:
        """One piece for each leaf, before escaping."""
        pieces = [self._piece(leaf, address, code) for leaf in self._leaves]
        checked = [p for leaf, p in zip(self._leaves, pieces, strict=True) if _in(leaf, "checked")]
        for at, leaf in enumerate(self._leaves):
            if leaf.kind == "check":
                value = CHECKSUMS[self._make.checksum](b"".join(checked))
                pieces[at] = written(value, leaf.shape)
        return pieces

    def _piece(self, leaf: Leaf, address: int, code: bytes) -> bytes:
        match leaf.kind:
            case "bytes":
                return leaf.data
            case "address":
                return written(address, leaf.shape)
            case "text":
                return code
            case "length":
                return written(counted(self._leaves, leaf.of, len(code)), leaf.shape)
        return bytes(leaf.width)  # the check, written when all else is known

    def _escaped(self, piece: bytes) -> bytes:
        return b"".join(self._escapes.get(byte, bytes((byte,))) for byte in piece)


def _in(leaf: Leaf, span: str) -> bool:
    return span in leaf.spans


def counted(leaves: Sequence[Leaf], span: str, text_bytes: int) -> int:
    """Bytes of a span before escaping, with a text of `text_bytes` in it."""
    if span == "text":
        return text_bytes
    inside = [leaf for leaf in leaves if _in(leaf, span)]
    return sum(text_bytes if leaf.kind == "text" else leaf.width for leaf in inside)


@dataclass(frozen=True, slots=True)
class SignFrame:
    """A text for one strip, as it came."""

    address: int
    text: str


@dataclass(frozen=True, slots=True)
class Damage:
    """Something began like a frame and was none; reading goes on behind its first byte."""

    reason: str


class NeedData(Enum):
    NEED_DATA = "need_data"


NEED_DATA = NeedData.NEED_DATA


class _TooShort(Exception):
    """The frame goes on beyond what has come."""


class _Broken(Exception):
    """No frame of this template; the reason is the message."""


class FrameReader:
    """Finds frames of one template in a stream of any quality. Never raises, holds little."""

    def __init__(self, make: StripMake) -> None:
        self._make, self._leaves = make, make.leaves()
        self._start = self._leaves[0].data
        self._unescapes = {code: plain for plain, code in make.escape_table().items()}
        self._buffer = bytearray()

    def receive(self, data: bytes) -> None:
        self._buffer += data

    @property
    def buffered(self) -> int:
        return len(self._buffer)

    def next_event(self) -> SignFrame | Damage | NeedData:
        self._drop_noise()
        if len(self._buffer) < len(self._start):
            return NEED_DATA
        try:
            frame, used = _Reading(self, bytes(self._buffer)).frame()
        except _TooShort:
            if len(self._buffer) <= MOST_BUFFERED_BYTES:
                return NEED_DATA
            return self._damaged("a frame without end")
        except _Broken as error:
            return self._damaged(str(error))
        del self._buffer[:used]
        return frame

    def _drop_noise(self) -> None:
        at = self._buffer.find(self._start)
        if at < 0:
            keep = len(self._start) - 1
            at = max(0, len(self._buffer) - keep)
        del self._buffer[:at]

    def _damaged(self, reason: str) -> Damage:
        del self._buffer[:1]
        return Damage(reason)


class _Reading:
    """One try at the head of the buffer."""

    def __init__(self, reader: FrameReader, data: bytes) -> None:
        self._reader, self._data, self._at = reader, data, 0
        self._lengths: dict[str, int] = {}
        self._text = b""

    def frame(self) -> tuple[SignFrame, int]:
        """The frame and its bytes on the wire. Raises _TooShort or _Broken."""
        leaves, checked, told, address = self._reader._leaves, b"", 0, 0
        for at, leaf in enumerate(leaves):
            piece = self._text_at(at) if leaf.kind == "text" else self._take(leaf.width, leaf)
            if leaf.kind == "bytes" and piece != leaf.data:
                raise _Broken("fixed bytes differ")
            if leaf.kind == "address":
                address = self._number(piece, leaf)
            elif leaf.kind == "check":
                told = self._number(piece, leaf)
            elif leaf.kind == "length":
                self._lengths[leaf.of] = self._number(piece, leaf)
            if _in(leaf, "checked"):
                checked += piece
        self._verify(checked, told)
        return SignFrame(address, self._decoded()), self._at

    def _verify(self, checked: bytes, told: int) -> None:
        make = self._reader._make
        if make.checksum and CHECKSUMS[make.checksum](checked) != told:
            raise _Broken("wrong checksum")
        for span, length in self._lengths.items():
            if counted(self._reader._leaves, span, len(self._text)) != length:
                raise _Broken("wrong length")

    def _number(self, piece: bytes, leaf: Leaf) -> int:
        try:
            return read(piece, leaf.shape)
        except ValueError as error:
            raise _Broken("no number where one belongs") from error

    def _decoded(self) -> str:
        try:
            return self._text.decode(self._reader._make.encoding)
        except UnicodeDecodeError as error:
            raise _Broken("the text is not in the strip's encoding") from error

    def _text_at(self, at: int) -> bytes:
        """As long as a length around it says; else up to the fixed bytes behind it, which no GBK
        letter contains: its second byte is 40–FE."""
        leaves = self._reader._leaves
        for span, length in self._lengths.items():
            inside = [leaf for leaf in leaves if _in(leaf, span)]
            if span == "text" or any(leaf.kind == "text" for leaf in inside):
                size = length - counted(leaves, span, 0)
                if not 0 <= size <= MOST_BUFFERED_BYTES:
                    raise _Broken("impossible length")
                self._text = self._take(size, leaves[at])
                return self._text
        if at + 1 == len(leaves) or leaves[at + 1].kind != "bytes":
            raise _Broken("nothing tells where the text ends")
        end = self._data.find(leaves[at + 1].data, self._at)
        if end < 0:
            raise _TooShort
        self._text, self._at = self._data[self._at : end], end
        return self._text

    def _take(self, count: int, leaf: Leaf) -> bytes:
        taken = bytearray()
        while len(taken) < count:
            taken.append(self._byte(_in(leaf, "escaped")))
        return bytes(taken)

    def _byte(self, escaped: bool) -> int:
        if escaped:
            for code, plain in self._reader._unescapes.items():
                if self._data.startswith(code, self._at):
                    self._at += len(code)
                    return plain
        if self._at >= len(self._data):
            raise _TooShort
        byte = self._data[self._at]
        if escaped and any(code[0] == byte for code in self._reader._unescapes):
            if len(self._data) - self._at < max(map(len, self._reader._unescapes)):
                raise _TooShort
            raise _Broken("an escape that has no meaning")
        self._at += 1
        return byte
