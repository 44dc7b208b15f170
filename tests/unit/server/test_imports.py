"""A server's start takes along no library that only a few of its answers need."""

from __future__ import annotations

import subprocess
import sys

import pytest

from foundation.hiding import hidden
from tests.support.spawner import ROOT

# Together they were half of the start's processor time.
NOT_AT_START = ("openpyxl", "numpy", "PIL", "plotly", "rich", "pygments", "cv2", "psycopg")


def test_a_start_leaves_out_what_few_answers_need() -> None:
    asked = (
        "import sys, queue_server.cli.main, queue_server.bootstrap;"
        f" print([x for x in {NOT_AT_START} if x in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, check=True)
    assert found.stdout.decode().strip() == "[]"


def test_a_hidden_module_is_not_there_and_then_is_again() -> None:
    import colorsys

    with hidden("colorsys"), pytest.raises(ImportError):
        import colorsys as gone  # noqa: F401
    assert sys.modules["colorsys"] is colorsys


def test_a_hidden_module_that_was_not_imported_before_can_be_afterwards() -> None:
    sys.modules.pop("colorsys", None)
    with hidden("colorsys"):
        pass
    import colorsys

    assert colorsys.hls_to_rgb(0, 0, 0) == (0, 0, 0)
