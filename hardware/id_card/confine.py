"""Runs one program with no network, a process namespace of its own, limits, and no place to write
but its working folder (and devices); then says how it ended.

    python -I confine.py CPU_S MEMORY_MB FILE_BYTES PROGRAM [ARGUMENT …]

A script of the standard library alone, started for each decoding by `decoder`. Exit codes: the
program's; 125 this system cannot confine it; 126 it cannot be started; 128 + N ended by signal N.
"""

import ctypes
import os
import resource
import signal
import struct
import sys

_NEW_USER, _NEW_PROCESSES, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_SET_DEATH_SIGNAL, _SET_NO_NEW_PRIVILEGES = 1, 38
_OPEN_FILES = 64
# Landlock: system calls 444 to 446 on every architecture; rights by the version that brought them.
_CREATE_RULES, _ADD_RULE, _OBEY_RULES = 444, 445, 446
_ASK_VERSION, _BENEATH = 1, 1
_WRITE_FILE = 1 << 1
_CHANGES = {1: _WRITE_FILE | sum(1 << bit for bit in range(4, 13)), 2: 1 << 13, 3: 1 << 14}
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> int:
    limits, program = [int(word) for word in sys.argv[1:4]], sys.argv[4:]
    if not _cut_off():
        sys.stderr.write(
            "this system lets no program be confined: allow user namespaces "
            "(sysctl kernel.unprivileged_userns_clone=1)\n"
        )
        return 125
    child = os.fork()  # the first of the new namespace: when it ends, all it started end with it
    if child == 0:
        _become(program, *limits)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _cut_off() -> bool:
    """No network, no ending of other processes, and no way back: a user namespace without users
    has no rights outside itself, whoever runs the kiosk."""
    return bool(_libc.unshare(_NEW_USER | _NEW_NETWORK | _NEW_PROCESSES) == 0)


def _write_nowhere_but(writable: "dict[str, int]") -> None:
    """Path → rights. Kernels before 5.13 have no such rules; there the rest must do."""
    version = _libc.syscall(_CREATE_RULES, None, 0, _ASK_VERSION)
    if version < 1:
        return
    changes = sum(rights for since, rights in _CHANGES.items() if since <= version)
    handled = ctypes.c_uint64(changes)
    rules = _libc.syscall(_CREATE_RULES, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    for path, rights in writable.items():
        folder = os.open(path, os.O_PATH | os.O_DIRECTORY)
        rule = ctypes.create_string_buffer(struct.pack("<Qi", rights & changes, folder))
        _libc.syscall(_ADD_RULE, rules, _BENEATH, rule, 0)
        os.close(folder)
    if _libc.syscall(_OBEY_RULES, rules, 0) != 0:
        sys.stderr.write("this system lets no program be kept from writing\n")
        sys.stderr.flush()
        os._exit(125)
    os.close(rules)


def _become(program: list[str], cpu_s: int, memory_mb: int, file_bytes: int) -> None:
    _libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    _libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _write_nowhere_but({os.getcwd(): -1, "/dev": _WRITE_FILE})
    memory_bytes = memory_mb << 20
    for what, most in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    try:
        os.execvp(program[0], program)  # noqa: S606 – no shell in between is the point
    except OSError as error:
        sys.stderr.write(f"{program[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(126)


if __name__ == "__main__":
    sys.exit(main())
