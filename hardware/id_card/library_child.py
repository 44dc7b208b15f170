"""Calls a maker's library for one photo; a crash in it ends this process alone.

    python -I library_child.py LIBRARY FUNCTION MODE IN.wlt OUT.bmp

A script of the standard library alone. The function is `int FUNCTION(in, out, mode)`, as makers'
decoders have it (unsure: what it returns differs, so only what it wrote counts).
"""

import ctypes
import sys
from pathlib import Path

_HEADER_BYTES = 54
_PIXEL_BYTES = 308 * 126
_ROOM = 64 * 1024  # for a library that writes more than it should


def main() -> int:
    library, function, mode, source, target = sys.argv[1:]
    picture = ctypes.create_string_buffer(_ROOM)
    unpack = getattr(ctypes.CDLL(library), function)
    unpack.restype = ctypes.c_int
    unpack(Path(source).read_bytes(), picture, ctypes.c_int(int(mode)))
    written = bytes(picture)
    Path(target).write_bytes(_bmp(written))
    return 0


def _bmp(written: bytes) -> bytes:
    """Some libraries write a whole BMP, others its pixels."""
    if written[:2] == b"BM":
        return written[: _HEADER_BYTES + _PIXEL_BYTES]
    if not any(written):
        raise SystemExit("the library wrote nothing")
    header = bytearray(_HEADER_BYTES)
    header[0:2] = b"BM"
    for at, value in ((2, _HEADER_BYTES + _PIXEL_BYTES), (10, _HEADER_BYTES), (14, 40)):
        header[at : at + 4] = value.to_bytes(4, "little")
    for at, value in ((18, 102), (22, 126), (34, _PIXEL_BYTES)):
        header[at : at + 4] = value.to_bytes(4, "little")
    header[26], header[28] = 1, 24  # planes, bits
    return bytes(header) + written[:_PIXEL_BYTES]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, AttributeError) as error:
        sys.exit(f"the library cannot be used: {error}")
