"""A stand-in for aplay and paplay, run as a program: takes as long as the sound, keeps what came.

Started by the scripts that `hardware.simulators.speaker` puts on the path. Standard library only,
so that it starts quickly.
"""

import json
import os
import sys
import time
import wave
from io import BytesIO
from pathlib import Path


def main(folder: Path, program: str, arguments: list[str]) -> int:
    fault = (folder / "fault").read_text()
    if program == "pactl":
        return 1 if fault == "no_server" else 0
    if fault == "busy":
        sys.stderr.write(f"{program}: audio open error: Device or resource busy\n")
        return 1
    began = time.monotonic()
    data = sys.stdin.buffer.read()
    if fault == "hang":
        time.sleep(60)
    length_s, frames = _length(program, data, arguments)
    time.sleep(length_s * float((folder / "pace").read_text()))
    name = f"{began:.6f}-{os.getpid()}"
    (folder / f"{name}.pcm").write_bytes(frames)
    record = {
        "program": program,
        "arguments": arguments,
        "began_s": began,
        "ended_s": time.monotonic(),
        "length_s": length_s,
        "sound": f"{name}.pcm",
    }
    with (folder / "played.jsonl").open("a") as out:
        out.write(json.dumps(record) + "\n")
    return 0


def _length(program: str, data: bytes, arguments: list[str]) -> tuple[float, bytes]:
    if program == "aplay":
        with wave.open(BytesIO(data)) as sound:
            frames = sound.readframes(sound.getnframes())
            return sound.getnframes() / sound.getframerate(), frames
    rate_hz = next(int(x.removeprefix("--rate=")) for x in arguments if x.startswith("--rate="))
    return len(data) / 2 / rate_hz, data


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]).name, sys.argv[3:]))
