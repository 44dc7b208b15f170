"""`device card …` and `device social-card …` against simulators that run as processes of their own
and obey their standard input."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from hardware.cli import main
from hardware.simulators.reader_core import SAM_ID

HARDWARE = (sys.executable, "-m", "hardware")
DECODER = """
import struct, sys
head = struct.pack("<2sIHHIIiiHHII", b"BM", 0, 0, 0, 54, 40, 102, 126, 1, 24, 0, 0)
open(sys.argv[2], "wb").write(head.ljust(54, b"\\0") + bytes(308 * 126))
"""


class Simulator:
    """A process that stands where its first line says."""

    def __init__(self, root: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [*HARDWARE, "simulate", *words],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = self._answer()["port"]

    def tell(self, line: str) -> dict:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict:
        return json.loads(self.process.stdout.readline())

    def end(self) -> int:
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(10)


@pytest.fixture
def simulator(root):
    made = []

    def make(*words):
        made.append(Simulator(root, *words))
        return made[-1]

    yield make
    for each in made:
        assert each.end() == 0


@pytest.fixture
def device(monkeypatch, capfd):
    """The command line in this process; test_commands.py starts it as users do."""
    monkeypatch.setattr("hardware.cli.configure_logs", lambda *_: None)

    def run(*words, exit_code=0):
        capfd.readouterr()
        code = main(["device", *words, "--json"])
        out = capfd.readouterr().out
        assert code == exit_code, out
        return json.loads(out.splitlines()[-1])

    return run


def test_every_card_command(simulator, device, tmp_path):
    reader = simulator("card-reader", "--link", str(tmp_path / "reader"), "--baud", "115200")
    port = ("--port", reader.port)
    assert device("card", "status", *port) == {"state": "ok", "sam_id": SAM_ID, "baud": 115200}
    assert device("card", "reset", *port) == {"reset": True}
    reader.tell("lay zhou-fulai")
    read = device("card", "read", "--fingerprint", *port)
    assert (read["id_number_valid"], read["fingerprint_bytes"]) == (True, 0)
    reader.tell("lay zhou-fulai")
    number = device("card", "number", *port)["management_number"]
    assert bytes.fromhex(number) == bytes(range(28))
    assert device("card", "set-baud", "19200", *port) == {"baud": 19200}
    assert device("card", "status", *port)["baud"] == 19200
    reader.tell("lay zhou-fulai")
    decoder, picture = tmp_path / "decoder.py", tmp_path / "photo.bmp"
    decoder.write_text(DECODER)
    command = f"{sys.executable} -I {decoder}"
    settings = tmp_path / "decoder.toml"
    settings.write_text(f'command = "{command}"\n')
    photo = device("card", "photo", *port, "--settings", str(settings), "--out", str(picture))
    assert (photo["width_px"], photo["height_px"]) == (102, 126)
    assert picture.read_bytes()[:2] == b"BM"
    reader.tell("lay zhou-fulai")
    record = tmp_path / "photo.wlt"
    assert device("card", "photo", *port, "--out", str(record))["photo_bytes"] == 1024
    decoded = device("card", "decode", str(record), "--settings", str(settings))
    assert base64.b64decode(decoded["bmp"]) == picture.read_bytes()


def test_card_watch_tells_each_change_in_a_line(simulator, root):
    reader = simulator("card-reader", "--listen", "127.0.0.1:0")
    words = ("card", "watch", "--port", reader.port, "--json", "--timeout", "120")
    with subprocess.Popen(
        [*HARDWARE, "device", *words], cwd=root, stdout=subprocess.PIPE, text=True
    ) as watching:
        seen = [json.loads(watching.stdout.readline())]
        reader.tell("lay wang-fang")
        seen += [json.loads(watching.stdout.readline()) for _ in range(2)]
        reader.tell("lift")
        seen.append(json.loads(watching.stdout.readline()))
        watching.terminate()
    assert seen == [
        {"event": "reader_back"},
        {"event": "seen"},
        {"event": "read", "type": "resident"},
        {"event": "removed"},
    ]


def test_social_card_read_and_its_fall_back(simulator, device):
    reader = simulator("social-card-reader", "--listen", "127.0.0.1:0")
    reader.tell("lay wang-fang")
    card = device("social-card", "read", "--reader", reader.port)
    assert (card["version"], card["social_security_number_valid"]) == ("2.00", True)
    assert card["issued"] == "2018-06-01"
    newer = simulator("social-card-reader", "--listen", "127.0.0.1:0", "--version", "3.00")
    newer.tell("lay wang-fang")
    error = device("social-card", "read", "--reader", newer.port, exit_code=1)["error"]
    assert error["code"] == "use_id_card"
    assert "ID card" in error["message"]


def test_faults_on_command(simulator, device):
    reader = simulator("card-reader", "--listen", "127.0.0.1:0")
    assert reader.tell("fault silence") == {"done": "fault silence"}
    words = ("card", "read", "--port", reader.port, "--timeout", "2")
    assert device(*words, exit_code=1)["error"]["code"] == "device_timeout"
    reader.tell("fault none")
    reader.tell("unplug")
    assert device(*words, exit_code=1)["error"]["code"] == "device_missing"
    reader.tell("plug")
    reader.tell("lay wang-fang")
    assert device(*words)["type"] == "resident"


def test_a_wrong_line_is_answered_and_the_simulator_stands(simulator):
    reader = simulator("card-reader", "--listen", "127.0.0.1:0")
    for line in ("jump", "fault nonsense", "lay nobody", "lay", "fault noise x"):
        assert reader.tell(line)["error"]["code"] == "usage"
    assert reader.tell("lift") == {"done": "lift"}


def test_the_speed_of_a_socket_cannot_be_changed(device):
    words = ("card", "set-baud", "9600", "--port", "socket://127.0.0.1:1")
    assert device(*words, exit_code=2)["error"]["code"] == "usage"
