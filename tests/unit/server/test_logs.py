"""No ID number leaves through the logs, whatever a programmer hands them."""

from __future__ import annotations

import subprocess
import sys

from foundation.logs import mask_id_numbers


def test_id_numbers_are_masked() -> None:
    assert mask_id_numbers("34052419800101001X") == "3405**********001X"
    assert mask_id_numbers("身份证990101194001010014。") == "身份证9901**********0014。"
    assert mask_id_numbers("340524800101001") == "3405*******1001"
    for harmless in ("A001", "2026-11-23", "1795000000000", "13800001111"):
        assert mask_id_numbers(harmless) == harmless


def test_every_field_of_a_log_line_is_masked() -> None:
    code = (
        "import structlog; from foundation.logs import configure_logs; configure_logs('t');"
        "structlog.get_logger().info('34052419800101001X', a={'b': ['34052419800101001X']})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "34052419800101001X" not in done.stderr
    assert done.stderr.count("3405**********001X") == 2
