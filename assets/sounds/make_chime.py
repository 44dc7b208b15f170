"""Makes the call screen's two-tone chime: `python assets/sounds/make_chime.py FILE.wav`.

Kept so that the sound can be made again; nothing runs it. Standard library only.
"""

from __future__ import annotations

import math
import struct
import sys
import wave
from pathlib import Path

RATE_HZ = 22_050
LENGTH_S = 1.1
PEAK = 0.42  # of full scale: the voice that follows shall be the louder one
# (frequency Hz, start s): E5 then C5, the falling third of a door bell.
TONES = ((659.25, 0.0), (523.25, 0.32))
ATTACK_S = 0.012  # a softer start than a click
DECAY_S = 0.28  # time in which a tone falls to 1/e
OVERTONES = ((1.0, 1.0), (2.0, 0.22), (3.0, 0.08))  # (multiple, strength)


def tone(frequency_hz: float, age_s: float) -> float:
    """One bell tone at `age_s` after its strike, about -1.3..1.3."""
    if age_s < 0:
        return 0.0
    envelope = min(1.0, age_s / ATTACK_S) * math.exp(-age_s / DECAY_S)
    waves = (
        strength * math.sin(2 * math.pi * frequency_hz * multiple * age_s)
        for multiple, strength in OVERTONES
    )
    return envelope * sum(waves)


def samples() -> list[int]:
    """The whole chime as 16-bit samples, faded to silence at its end."""
    count = int(RATE_HZ * LENGTH_S)
    raw = [sum(tone(hz, i / RATE_HZ - start) for hz, start in TONES) for i in range(count)]
    loudest = max(abs(value) for value in raw)
    fade = int(RATE_HZ * 0.15)
    faded = (v * min(1.0, (count - i) / fade) for i, v in enumerate(raw))
    return [round(v / loudest * PEAK * 32_767) for v in faded]


def write(file: Path) -> None:
    """Writes the chime as a mono WAV file."""
    data = samples()
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(struct.pack(f"<{len(data)}h", *data))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
