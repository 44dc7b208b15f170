"""`python -m hardware …` as a user runs it: JSON shapes, one error shape, exit codes, limits."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import cv2
import numpy as np
import pytest
import structlog
from PIL import Image

from hardware.cli import main
from hardware.simulators.printer import PrinterFault

HARDWARE = (sys.executable, "-m", "hardware")
CARD_KEYS = [
    "type",
    "name",
    "english_name",
    "sex",
    "sex_code",
    "ethnicity",
    "ethnicity_code",
    "birth",
    "address",
    "newest_address",
    "id_number",
    "id_number_valid",
    "authority",
    "valid_from",
    "valid_to",
    "pass_number",
    "issue_count",
    "nationality",
    "version",
    "link_number",
    "photo_bytes",
    "sam_id",
]


def run(root: Path, *words: str, within_s: float = 60):
    return subprocess.run(
        [*HARDWARE, *words], cwd=root, capture_output=True, text=True, timeout=within_s
    )


def run_json(root: Path, *words: str, exit_code: int = 0):
    done = run(root, *words, "--json")
    assert done.returncode == exit_code, done
    return json.loads(done.stdout)


def _drop(*_):
    """Of the log: what is printed is the answer alone."""
    raise structlog.DropEvent


@pytest.fixture
def here(monkeypatch, capfd):
    """The command line in this process, where starting one is not the point."""
    monkeypatch.setattr(
        "hardware.cli.configure_logs", lambda *_: structlog.configure(processors=[_drop])
    )

    def run(*words, exit_code=0):
        capfd.readouterr()
        code = main([*words, "--json"])
        out = capfd.readouterr().out
        assert code == exit_code, out
        return json.loads(out)

    return run


def assert_error(answer, code: str):
    assert set(answer) == {"error"}
    assert set(answer["error"]) == {"code", "message", "detail"}
    assert answer["error"]["code"] == code
    assert answer["error"]["message"]
    assert isinstance(answer["error"]["detail"], dict)


def test_card_read(root, reader, people):
    reader.lay(people.by_id("zhou-fulai").card())
    card = run_json(root, "device", "card", "read", "--port", reader.port)
    assert list(card) == CARD_KEYS
    assert card["birth"] == "1951-01-18"
    assert card["valid_to"] == "long_term"
    assert card["newest_address"].startswith("示范省")
    assert (card["english_name"], card["pass_number"]) == (None, None)
    assert (card["id_number_valid"], card["photo_bytes"]) == (True, 1024)


def test_card_read_for_people(root, reader, people):
    reader.lay(people.by_id("anna-sample").card())
    done = run(root, "device", "card", "read", "--port", reader.port)
    assert done.returncode == 0
    assert "SAMPLE, ANNA LINNEA" in done.stdout


def test_card_read_without_a_card_ends_in_time(root, reader):
    began = time.monotonic()
    answer = run_json(
        root, "device", "card", "read", "--port", reader.port, "--timeout", "1.5", exit_code=1
    )
    assert_error(answer, "no_card")
    assert time.monotonic() - began < 15  # a program starts slowly on a busy machine


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("device", "card", "read", "--port", "/dev/none"), "device_missing", 1),
        (("device", "card", "read", "--port", "/dev/none", "--baud", "7"), "settings_unusable", 1),
        (("device", "card", "read"), "usage", 2),
        (("device", "printer", "status", "--printer", "nonsense"), "settings_unusable", 1),
        (
            ("device", "printer", "status", "--printer", "file:///tmp/x", "--profile", "no"),
            "settings_unusable",
            1,
        ),
        (("device", "printer", "print-test", "--printer", "tcp://[::1]:1"), "device_missing", 1),
        (("device", "printer", "render", "/none.bin", "--out", "/tmp/x.png"), "file", 1),
        (
            ("device", "camera", "snapshot", "--camera", "/none.avi", "--out", "/tmp/x.png",
             "--timeout", "1"),
            "device_missing",
            1,
        ),
        (("device", "card", "read", "--port", "x", "--timeout", "-1"), "usage", 2),
        (("device", "fax"), "usage", 2),
    ],
)  # fmt: skip
def test_every_failure_is_the_one_error_shape(here, words, code, exit_code):
    assert_error(here(*words, exit_code=exit_code), code)


def test_nothing_hangs_longer_than_its_timeout(root):
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes the connection, never answers
        port = server.getsockname()[1]
        began = time.monotonic()
        answer = run_json(
            root, "device", "card", "read", "--port", f"socket://127.0.0.1:{port}",
            "--timeout", "1", exit_code=1,
        )  # fmt: skip
        assert_error(answer, "device_timeout")
        assert time.monotonic() - began < 15  # a program starts slowly on a busy machine


def test_a_camera_stream_that_says_nothing_ends_the_command_and_not_the_process(root, tmp_path):
    """OpenCV is still waiting in a thread of its own when the command gives up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream = f"http://127.0.0.1:{server.getsockname()[1]}/stream.mjpg"
        answer = run_json(
            root, "device", "camera", "snapshot", "--camera", stream, "--out",
            str(tmp_path / "x.png"), "--timeout", "0.3", exit_code=1,
        )  # fmt: skip
    assert_error(answer, "device_timeout")


def test_printer_status(here, printer):
    virtual, url = printer
    answer = here("device", "printer", "status", "--printer", url)
    assert answer == {"state": "ok", "can_print": True, "detail": "就绪 / ready"}
    virtual.set_fault(PrinterFault.PAPER_OUT)
    answer = here("device", "printer", "status", "--printer", url)
    assert (answer["state"], answer["can_print"]) == ("out", False)


def test_print_test_and_render(root, printer, tmp_path):
    virtual, url = printer
    answer = run_json(root, "device", "printer", "print-test", "--printer", url)
    assert (answer["outcome"], answer["status"]["state"]) == ("confirmed", "ok")
    (ticket,) = virtual.tickets()
    stream, picture = tmp_path / "ticket.bin", tmp_path / "ticket.png"
    stream.write_bytes(ticket.data)
    run_json(root, "device", "printer", "render", str(stream), "--out", str(picture))
    with Image.open(picture) as drawn:
        text, *_ = cv2.QRCodeDetector().detectAndDecode(np.array(drawn.convert("RGB")))
    assert text == "http://hall.invalid/t/print-test"


def test_render_names_the_byte_that_it_does_not_know(here, tmp_path):
    stream = tmp_path / "bad.bin"
    stream.write_bytes(b"\x1b@\x1bZ")
    answer = here("device", "printer", "render", str(stream), "--out", "/tmp/x.png", exit_code=1)
    assert_error(answer, "escpos_unknown")
    assert answer["error"]["detail"] == {"byte": 0x5A, "offset": 3}


def get(url: str):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read()


def post(url: str, body, **headers):
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.loads(answer.read())


def refused(url: str, body, **headers):
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(url, body, **headers)
    with caught.value as error:
        return error.code, json.loads(error.read())


@pytest.fixture
def devices(root, tmp_path):
    """The whole simulation as its own process; ends by SIGTERM soon, cleanly."""
    link = tmp_path / "reader"
    words = ["simulate", "devices", "--reader-link", str(link)]
    for name in ("page", "printer", "camera"):
        words += [f"--{name}", "127.0.0.1:0"]
    process = subprocess.Popen([*HARDWARE, *words], cwd=root, stdout=subprocess.PIPE, text=True)
    ready = json.loads(process.stdout.readline())
    yield ready, process
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    assert time.monotonic() - began < 8  # two seconds, and a busy machine
    process.stdout.close()
    assert not os.path.lexists(link)


def test_simulated_devices_serve_all_commands(root, devices, tmp_path):
    ready, _ = devices
    assert ready["ready"] is True
    page = ready["page"].rstrip("/")
    citizens = json.loads(get(f"{page}/api/citizens"))
    assert len(citizens) >= 10

    post(f"{page}/api/reader/present", {"citizen": "wang-fang"})
    card = run_json(root, "device", "card", "read", "--port", ready["reader"])
    assert card["name"] == "样例·王芳"
    assert post(f"{page}/api/reader/remove", {})["reader"]["citizen"] is None

    run_json(root, "device", "printer", "print-test", "--printer", ready["printer"])
    (ticket,) = json.loads(get(f"{page}/api/tickets"))
    assert set(ticket) >= {"id", "at", "png", "bytes"}
    assert get(page + ticket["png"]).startswith(b"\x89PNG")
    assert len(get(f"{page}/api/tickets/{ticket['id']}.bin")) >= ticket["bytes"]

    shot = tmp_path / "shot.jpg"
    answer = run_json(
        root, "device", "camera", "snapshot", "--camera", ready["camera"], "--out", str(shot)
    )
    assert (answer["width"], answer["height"]) == (640, 480)
    with Image.open(shot) as picture:
        assert picture.size == (640, 480)

    post(f"{page}/api/printer/fault", {"fault": "cover_open"})
    status = run_json(root, "device", "printer", "status", "--printer", ready["printer"])
    assert status["state"] == "cover_open"


def test_the_page_refuses_what_other_sites_send(devices):
    page = devices[0]["page"].rstrip("/")
    fault = f"{page}/api/printer/fault"
    code, answer = refused(fault, {"fault": "mute"}, Origin="http://elsewhere.invalid")
    assert (code, answer["error"]["code"]) == (403, "cross_origin")
    code, answer = refused(fault, {"fault": "mute"}, **{"Content-Type": "text/plain"})
    assert (code, answer["error"]["code"]) == (400, "bad_request")
    assert json.loads(get(f"{page}/api/state"))["printer"]["fault"] == "none"
    assert post(fault, {"fault": "mute"}, Origin=page)["printer"]["fault"] == "mute"


def test_page_errors_have_the_one_shape(devices):
    for path, body, status, code in (
        ("reader/present", {"citizen": "nobody"}, 422, "unknown_citizen"),
        ("printer/fault", {"fault": "fire"}, 422, "unknown_fault"),
        ("printer/fault", {"fault": "none", "after_mm": "x"}, 422, "bad_field"),
        ("printer/fault", [1], 400, "bad_request"),
        ("nothing", {}, 404, "not_found"),
    ):
        answered, answer = refused(f"{devices[0]['page']}api/{path}", body)
        assert answered == status
        assert_error(answer, code)


def test_sigint_with_a_watching_camera_client_ends_cleanly(devices):
    ready, process = devices
    with urllib.request.urlopen(ready["camera"], timeout=5) as stream:
        assert stream.read(1000)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=8) == 0


def test_a_taken_port_is_told_and_leaves_nothing_behind(root, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = f"127.0.0.1:{server.getsockname()[1]}"
        done = run(
            root, "simulate", "devices", "--reader-link", str(tmp_path / "r"), "--printer",
            "127.0.0.1:0", "--camera", taken, "--page", "127.0.0.1:0",
        )  # fmt: skip
    assert done.returncode == 1
    assert "这个地址已被占用" in done.stderr
    assert "the address is in use" in done.stderr
    assert list(tmp_path.iterdir()) == []
