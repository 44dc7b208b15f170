"""The face library can be imported: without pkg_resources it prints a hint and exits with 0."""

import subprocess
import sys


def test_face_recognition_imports_and_is_whole():
    code = "import face_recognition; print(callable(face_recognition.face_encodings))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "True"
