"""Turns what the operating system and its libraries say of a port into the room's own errors.

pyserial, termios, sockets and libusb say the same things in different ways; a person reads them in
one.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import termios

from hardware.errors import DeviceError, DeviceMissing, DeviceRefused
from hardware.words import Words, state_words, table

# An unplugged port raises either, depending on the system call that notices it first.
PORT_TROUBLE = (OSError, termios.error)
_LOCKED = "exclusively lock"  # pyserial has no error of its own for a port that another one holds
_ERRNO = re.compile(r"\[Errno (-?\d+)\]|\((\d+), '")
# What pyserial says of a line that broke, with no errno anywhere.
_SAID = (("readiness to read", "ENODEV"), ("socket disconnected", "ECONNRESET"))
_ABSENT = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM})


def reason(error: BaseException) -> Words:
    """Why it failed, in words; what has none is told as the library said it."""
    number = _number(error)
    if isinstance(error, socket.gaierror) or number < 0:  # getaddrinfo counts downwards
        return state_words("name_unknown")
    name = errno.errorcode.get(number, "")
    if name in table("states"):
        return state_words(name)
    for said, key in _SAID:
        if said in str(error):
            return state_words(key)
    return state_words("other_reason", text=os.strerror(number) if number else str(error))


def port_error(port: str, error: Exception) -> DeviceError:
    """For a port that could not be opened: DeviceRefused when another program has it, else
    DeviceMissing."""
    number = _number(error)
    if _LOCKED in str(error) or number == errno.EBUSY:
        return DeviceRefused("port_in_use", port=port)
    if "://" in port:
        return DeviceMissing("address_silent", port=port, reason=reason(error))
    if number in _ABSENT:
        return DeviceMissing("port_absent", port=port)
    if number in _FORBIDDEN:
        return DeviceMissing("port_forbidden", port=port)
    return DeviceMissing("port_unusable", port=port, reason=reason(error))


def _number(error: BaseException) -> int:
    """The errno behind an error, 0 when it has none. pyserial keeps some in its text alone."""
    if isinstance(error, TimeoutError):
        return errno.ETIMEDOUT
    number = getattr(error, "errno", None)
    if number is None and isinstance(error, termios.error) and error.args:
        number = error.args[0]
    if number is None and (told := _ERRNO.search(str(error))):
        number = int(told[1] or told[2])
    return number if isinstance(number, int) else 0
