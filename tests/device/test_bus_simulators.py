"""`simulate signs` and `simulate keypads`: processes that take commands a line and answer JSON."""

import json
import signal
import subprocess
import sys
from functools import partial

from hardware.serial_bus import BusLink
from hardware.window_sign.bus import SignBus, StripPlace
from hardware.window_sign.make import load_make

SETTINGS = """
outbox = "o"
[server]
url = "http://x"
hall = "h"
token = "t"
[[sign_bus]]
name = "strips"
port = "./strips"
[[sign]]
name = "one"
bus = "strips"
address = 1
[[keypad_bus]]
name = "pads"
port = "./pads"
[[keypad]]
bus = "pads"
address = 7
window = "1"
"""


class Simulated:
    def __init__(self, root, folder, kind, bus):
        file = folder / "devices.toml"
        file.write_text(SETTINGS)
        words = ["simulate", kind, "--config", str(file), "--bus", bus, "--link", str(folder / bus)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hardware", *words],
            cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.port = json.loads(self.process.stdout.readline())["port"]

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=10)
        return self.process.returncode


def test_strips_as_a_process(root, tmp_path, eventually):
    strips = Simulated(root, tmp_path, "signs", "strips")
    bus = SignBus(partial(BusLink, strips.port, 9600), {"one": StripPlace(load_make("51-54"), 1)})
    try:
        bus.show("one", "请A001号")
        assert bus.wait_until_sent(5)
        eventually(lambda: strips.say("shown") == {"shown": {"one": "请A001号"}})
        assert strips.say("off one") == {"ok": True}
        assert strips.say("shown") == {"shown": {}}
        assert strips.say("fault fire")["error"]["code"] == "usage"
        assert strips.say("dance")["error"]["code"] == "usage"
        assert "There are one" in strips.say("off two")["error"]["message"]
    finally:
        bus.close()
        assert strips.end() == 0
    assert not (tmp_path / "strips").exists()


def test_keypads_as_a_process(root, tmp_path):
    pads = Simulated(root, tmp_path, "keypads", "pads")
    wrong = {
        "press 7 start": "call, confirm",
        "press 9 call": "There are 7",
        "rate 7 1": "2, 3, 4, 5",
    }
    try:
        assert pads.say("press 7 call") == {"acknowledged": False}  # no host is there
        assert "invites" in pads.say("display 7")
        for line, known in wrong.items():
            assert known in pads.say(line)["error"]["message"]
    finally:
        assert pads.end() == 0
