"""The benchmark runner: names, and nothing but JSON on standard output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from launcher import bench


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bench_good.py").write_text(
        "import json, sys\nprint('warming up', file=sys.stderr)\n"
        "print(json.dumps({'rate': 3, 'asked': sys.argv[1:]}))\n"
    )
    (tmp_path / "bench_chatty.py").write_text("print('hello')\n")
    (tmp_path / "bench_failing.py").write_text("raise SystemExit(4)\n")
    return tmp_path


def test_without_a_name_it_lists_them(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert bench.main([], folder) == 0
    assert json.loads(capfd.readouterr().out) == {"benchmarks": ["chatty", "failing", "good"]}


def test_output_is_json_alone(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["good", "--clients", "32"], folder) == 0
    shown = capfd.readouterr()
    assert json.loads(shown.out) == {"rate": 3, "asked": ["--clients", "32"]}
    assert "warming up" in shown.err


def test_anything_else_goes_to_standard_error(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(["chatty"], folder) == 1
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "hello" in shown.err


def test_a_failing_benchmark_keeps_its_status(folder: Path) -> None:
    assert bench.main(["failing"], folder) == 4


def test_an_unknown_name_is_refused_with_those_there_are(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(["none"], folder) == 2
    assert "chatty, failing, good" in capfd.readouterr().err


def test_help_lists_the_names_and_a_benchmark_explains_itself(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(["--help"], folder) == 0
    assert "chatty, failing, good" in capfd.readouterr().out
    assert bench.main(["chatty", "--help"], folder) == 0
    assert capfd.readouterr().out == "hello\n"
