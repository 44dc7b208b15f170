"""The social-card driver through a real PC/SC service: `./hall test tests/device/pcscd_check.py`.

Not part of the usual tests, because pyscard has to be compiled: needs pyscard, and Debian's pcscd
and vsmartcard-vpcd.
"""

import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from hardware.errors import DeviceMissing
from hardware.ports import CardRemoved, ReaderBack, SocialCardRead
from hardware.simulators.social_card import VirtualSocialCard
from hardware.simulators.social_reader import VpcdCard
from hardware.social_card.record_map import load_map
from hardware.wiring import SocialCardSettings, make_social_card_reader

VPCD = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PCSCD_SOCKET = Path("/run/pcscd/pcscd.comm")


@pytest.fixture
def social_card(people):
    return lambda: VirtualSocialCard(people.citizens[0].social_card("2.00"), load_map())


def kinds(events):
    return [type(event) for event in events]


@pytest.fixture(scope="module")
def pcscd(tmp_path_factory):
    """A real PC/SC service with vpcd's reader, and the virtual card that calls it."""
    assert not PCSCD_SOCKET.exists(), "another pcscd runs here"
    folder, port = tmp_path_factory.mktemp("pcscd"), free_port()
    (folder / "vpcd").write_text(
        f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{hex(port)}\n'
        f"LIBPATH {VPCD}\nCHANNELID {hex(port)}\n"
    )
    process = subprocess.Popen(
        ["pcscd", "--foreground", "--config", folder],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    card = VpcdCard("127.0.0.1", port)
    card.start()
    try:
        wait_for_pcscd(process)
        yield card
    finally:
        card.stop()
        process.terminate()
        process.wait(10)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for_pcscd(process) -> None:
    deadline = time.monotonic() + 10
    while not PCSCD_SOCKET.exists():
        assert process.poll() is None, "pcscd does not start"
        assert time.monotonic() < deadline, "pcscd does not answer"
        time.sleep(0.05)


def test_the_same_card_through_a_real_pcscd(pcscd, social_card, people, eventually):
    pcscd.lift()
    driver = make_social_card_reader(SocialCardSettings("pcsc:Virtual PCD"))
    events, stop = [], threading.Event()
    thread = threading.Thread(target=driver.watch, args=(events.append, stop), daemon=True)
    thread.start()
    try:
        eventually(lambda: ReaderBack() in events, 10)
        pcscd.lay(social_card())
        eventually(lambda: kinds(events)[-1] is SocialCardRead, 10)
        assert events[-1].record.name == people.citizens[0].name
        pcscd.lift()
        eventually(lambda: kinds(events)[-1] is CardRemoved, 10)
    finally:
        stop.set()
        thread.join()
        driver.close()


def test_a_reader_that_pcscd_lacks(pcscd):
    driver = make_social_card_reader(SocialCardSettings("pcsc:No Such Reader"))
    with pytest.raises(DeviceMissing, match="No Such Reader"):
        driver.read_card(1)
    driver.close()
