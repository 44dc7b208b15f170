"""Photo decoders as the operator configures them: real programs and a real library, confined."""

import contextlib
import ctypes
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from foundation.settings_file import load_settings
from hardware.errors import DeviceError
from hardware.id_card.decoder import (
    DecoderFailed,
    DecoderTimeout,
    DecoderUnavailable,
    PhotoDecoderSettings,
)
from hardware.id_card.photo import PIXEL_BYTES, PhotoUnusable, check_bmp
from hardware.wiring import make_photo_decoder

WLT = bytes.fromhex("574C66007E003200").ljust(1024, b"\x11")
# What a stand-in for a maker's decoder does: the input's last byte becomes every pixel.
GOOD = """
import struct, sys
wlt = open(sys.argv[1], "rb").read()
head = struct.pack("<2sIHHIIiiHHII", b"BM", 0, 0, 0, 54, 40, 102, 126, 1, 24, 0, 0)
open(sys.argv[2], "wb").write(head.ljust(54, b"\\0") + wlt[-1:] * (308 * 126))
"""


@pytest.fixture
def program(tmp_path):
    """Makes a decoder of Python source; what its settings say comes on top."""

    def make(source: str, **settings):
        file = tmp_path / "decoder.py"
        file.write_text(source)
        command = f"{sys.executable} -I {file}"
        return make_photo_decoder(PhotoDecoderSettings(command=command, **settings))

    return make


def test_no_decoder_is_a_normal_state():
    assert make_photo_decoder(PhotoDecoderSettings()) is None


def test_the_settings_file_that_is_shipped_names_none(root):
    file = root / "config" / "devices" / "photo-decoder.toml"
    assert make_photo_decoder(load_settings(file, PhotoDecoderSettings)) is None


def test_a_program_decodes(program):
    photo = program(GOOD).decode(WLT)
    assert (photo.width_px, photo.height_px) == (102, 126)
    assert photo.bmp[54:] == b"\x11" * PIXEL_BYTES
    assert "11" not in repr(photo)


def test_many_threads_decode_at_once(program):
    decoder, photos = program(GOOD, timeout_s=20), []
    threads = [
        threading.Thread(target=lambda: photos.append(decoder.decode(WLT)), daemon=True)
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(photos) == 4


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import sys; print('no licence for this reader'); sys.exit(3)", DecoderFailed),
        ("pass", DecoderFailed),
        ("import sys; open(sys.argv[2], 'wb').write(b'BM' + bytes(40000))", PhotoUnusable),
        ("import sys; open(sys.argv[2], 'wb').write(b'')", PhotoUnusable),
        ("import sys, os; os.symlink('/etc/passwd', sys.argv[2])", DecoderFailed),
        ("import sys, os; os.mkfifo(sys.argv[2])", PhotoUnusable),
        ("import sys, os; os.mkdir(sys.argv[2])", DecoderFailed),
        (
            "import os, sys\nfor name in os.listdir():\n"
            "    os.unlink(name); os.mkfifo(name)\nos.mkfifo('words'); sys.exit(3)",
            DecoderFailed,
        ),
        ("import time; time.sleep(60)", DecoderTimeout),
        ("x = bytearray(1 << 30)", DecoderFailed),
        (
            "import sys; f = open(sys.argv[2], 'wb')\nwhile True: f.write(bytes(4096))",
            DecoderFailed,
        ),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", DecoderFailed),
    ],
)
def test_what_a_bad_decoder_does_becomes_the_rooms_errors(program, source, error):
    decoder = program(source, timeout_s=1.0 if "sleep" in source else 10.0)
    with pytest.raises(error):
        decoder.decode(WLT)


def test_its_last_words_are_told(program):
    with pytest.raises(DecoderFailed) as caught:
        program("import sys; sys.exit('no licence for this reader')").decode(WLT)
    assert caught.value.data["words"] == "no licence for this reader"


def test_a_decoder_has_no_network(program):
    """Not even to this machine: the server it calls is there and would answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()[:2]
        socket.create_connection(address, 1).close()
        source = f"""
import socket, sys
try:
    socket.create_connection({address!r}, 1)
except OSError as error:
    sys.exit(error.strerror)
"""
        with pytest.raises(DecoderFailed) as caught:
            program(source).decode(WLT)
    assert caught.value.data["words"] == "Network is unreachable"


def test_a_decoder_sees_none_of_our_environment(program, monkeypatch):
    monkeypatch.setenv("HALL_TOKEN", "secret")
    source = "import os, sys; sys.exit(' '.join(sorted(os.environ)))"
    with pytest.raises(DecoderFailed) as caught:
        program(source, environment={"LICENCE": "x"}).decode(WLT)
    assert "HALL_TOKEN" not in caught.value.data["words"]
    assert {"HOME", "LICENCE", "PATH"} <= set(caught.value.data["words"].split())


def test_a_child_that_a_decoder_left_behind_ends_with_it(program, tmp_path):
    """It leaves its session, so only the process namespace can end it."""
    name = f"left-behind-{tmp_path.name}"
    source = f"""
import os, sys, time
if os.fork() == 0:
    os.setsid()
    os.execv(sys.executable, [{name!r}, "-c", "import time; time.sleep(60)"])
time.sleep(60)
"""
    for timeout_s in (1.5, 5.0, 15.0):  # a busy machine starts two programs slowly
        if seen_while(lambda t=timeout_s: program(source, timeout_s=t).decode(WLT), name):
            break
    else:
        pytest.fail("the child never stood")
    time.sleep(0.2)
    assert processes(name) == []


def seen_while(decode, name: str) -> bool:
    """Whether a process of that name stood while `decode` ran into its time limit."""
    ended, seen = threading.Event(), []

    def watch() -> None:
        while not seen and not ended.wait(0.05):
            seen.extend(processes(name))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    with pytest.raises(DecoderTimeout):
        decode()
    ended.set()
    watching.join()
    return bool(seen)


def processes(name: str) -> list[str]:
    """Command lines that begin so."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it may end while we look
            found.append(file.read_text("utf-8", "replace"))
    return [line for line in found if line.startswith(name)]


def test_nothing_of_the_photo_is_left_behind(program):
    with pytest.raises(DecoderFailed) as caught:
        program("import os, sys; sys.exit(os.getcwd())").decode(WLT)
    folder = Path(caught.value.data["words"])
    assert folder.name.startswith("photo-")
    assert not folder.exists()


def test_a_decoder_writes_nowhere_but_in_its_folder(program, tmp_path):
    if ctypes.CDLL(None).syscall(444, None, 0, 1) < 1:
        pytest.skip(
            "this kernel has no Landlock (5.13 and later): the folder cannot be closed here"
        )
    target = tmp_path / "stolen.wlt"
    source = f"""
import shutil, sys
open("inside", "wb").write(b"may be")
open("/dev/null", "wb").write(b"may be")
try:
    shutil.copyfile(sys.argv[1], {str(target)!r})
except OSError as error:
    sys.exit(error.strerror)
"""
    with pytest.raises(DecoderFailed) as caught:
        program(source).decode(WLT)
    assert caught.value.data["words"] == "Permission denied"
    assert not target.exists()


def test_a_program_that_is_not_there_is_unavailable():
    decoder = make_photo_decoder(PhotoDecoderSettings(command="/no/such/decoder"))
    with pytest.raises(DecoderUnavailable, match="no decoder /no/such/decoder"):
        decoder.decode(WLT)


@pytest.mark.parametrize("wlt", [b"", bytes(1023), bytes(1025)])
def test_a_photo_of_another_length_is_refused_before_anything_runs(program, wlt):
    with pytest.raises(PhotoUnusable):
        program(GOOD).decode(wlt)


LIBRARY = """
#include <stdlib.h>
#include <string.h>
int pixels(const unsigned char *in, unsigned char *out, int mode) {
    memset(out, in[1023], 308 * 126);
    return mode;
}
int nothing(const unsigned char *in, unsigned char *out, int mode) { return 0; }
int crash(const unsigned char *in, unsigned char *out, int mode) { abort(); }
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    compiler = shutil.which("cc")
    assert compiler, "the set-up installs a C compiler for the tests"
    folder = tmp_path_factory.mktemp("library")
    (folder / "decode.c").write_text(LIBRARY)
    made = folder / "libdecode.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, folder / "decode.c"], check=True)
    return made


def test_a_library_decodes_in_a_process_of_its_own(library):
    decoder = make_photo_decoder(PhotoDecoderSettings(library=library, function="pixels"))
    photo = decoder.decode(WLT)
    assert photo.bmp[:2] == b"BM"
    assert photo.bmp[54:] == b"\x11" * PIXEL_BYTES


@pytest.mark.parametrize("function", ["crash", "nothing", "absent"])
def test_a_library_that_crashes_takes_nobody_along(library, function):
    decoder = make_photo_decoder(PhotoDecoderSettings(library=library, function=function))
    with pytest.raises(DecoderFailed):
        decoder.decode(WLT)


def test_settings_that_contradict_each_other_are_refused(library):
    with pytest.raises(ValueError, match="not both"):
        PhotoDecoderSettings(command="x", library=library)
    with pytest.raises(ValueError, match="timeout_s"):
        PhotoDecoderSettings(command="x", timeout_s=0)


def test_a_picture_of_another_size_is_refused(program):
    good = bytearray(program(GOOD).decode(WLT).bmp)
    good[18] += 1
    with pytest.raises(DeviceError, match="103 × 126 of 24 bits"):
        check_bmp(bytes(good))
