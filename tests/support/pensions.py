"""A hall for tests of pension checks: the demonstration's, with a stand-in for the face program."""

from __future__ import annotations

from pathlib import Path

from foundation.id_number import check_character
from tests.support.server import DEMO_CONFIG

# A program that measures faces as the engine does: a descriptor of its bytes, or advice.
ENGINE = """
import json, sys
picture = sys.stdin.buffer.read()
if b"far" in picture or (b"small" in picture and "--card" not in sys.argv):
    told = {"model": "stub", "quality": {"advice": "come_closer"}, "descriptor": [0.0]}
elif b"nobody" in picture:
    told = {"error": {"code": "no_face", "message": "no face", "detail": {}}}
elif b"crash" in picture:
    sys.exit(3)
else:
    told = {"model": "stub", "quality": {"advice": None}, "descriptor": [0.25] * 128}
print(json.dumps(told))
"""


def number(serial: int) -> str:
    first = f"99010119480101{serial:03d}"
    return first + check_character(first)


def pension_config(
    folder: Path,
    describe: str | None = None,
    calibration: Path | None = None,
    decode: str | None = None,
    evidence_days: int = 0,
) -> Path:
    """The settings file; its key file, engine and reminders lie in `folder`. describe: the face
    program, instead of the stand-in. decode: the program for card photos."""
    engine = folder / "engine.py"
    engine.write_text(ENGINE, "utf-8")
    stand_in = f'["{{python}}", "{engine}"]'
    site = f'\ncalibration = "{calibration}"' if calibration else ""
    site += f"\nevidence = true\nevidence_days = {evidence_days}" if evidence_days else ""
    site += f"\ndecode = {decode}" if decode else ""
    replaced = {
        "describe = ": f"describe = {describe or stand_in}{site}",
        "reminders = ": 'reminders = "reminders"',
        "register = ": f'register = "{DEMO_CONFIG.parent / "pensioners.csv"}"',
        "[server]": '[server]\nkey_file = "hall.key"',
    }
    lines = DEMO_CONFIG.read_text("utf-8").splitlines()
    for index, line in enumerate(lines):
        for start, ours in replaced.items():
            if line.startswith(start):
                lines[index] = ours
    file = folder / "hall.toml"
    file.write_text("\n".join(lines), "utf-8")
    return file
