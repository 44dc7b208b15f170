"""What a device tells of itself: on the manager's board while it lasts, and as metrics."""

from __future__ import annotations

from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"
FIGURES = {"tickets_left": 180, "firmware": "VP-80 1.07", "successes": 12, "errors": 3}


def tell(client: Client, state: str, figures: dict[str, object]) -> int:
    body = {"kind": "ticket_printer", "state": state, "figures": figures}
    status, _ = client.post(f"{HALL}/devices/kiosk-9-printer/health", **body)
    return status


def seq(client: Client) -> int:
    return int(client.get(HALL)[1]["seq"])


def test_what_lasts_is_kept_and_what_counts_up_is_no_event(
    server: ServerProcess, admin: Client
) -> None:
    kiosk = server.client("kiosk")
    assert tell(kiosk, "ok", FIGURES) == 200
    (device,) = [d for d in admin.get(HALL)[1]["devices"] if d["id"] == "kiosk-9-printer"]
    assert device["figures"] == {"tickets_left": 180, "firmware": "VP-80 1.07"}
    before = seq(admin)
    assert tell(kiosk, "ok", {**FIGURES, "successes": 13, "errors": 4}) == 200
    assert seq(admin) == before
    assert tell(kiosk, "ok", {**FIGURES, "tickets_left": 170}) == 200
    assert seq(admin) == before + 1


def test_metrics_tell_state_paper_and_errors(server: ServerProcess) -> None:
    kiosk, nobody = server.client("kiosk"), Client(server.url, None)
    tell(kiosk, "ok", FIGURES)
    labels = 'device="kiosk-9-printer",hall="demo",kind="ticket_printer"'
    text = nobody.get("/metrics")[1].decode()
    assert f"hall_device_tickets_left{{{labels}}} 180.0" in text
    assert f"hall_device_errors{{{labels}}} 3.0" in text
    assert f'hall_device_state{{{labels},state="ok"}} 1.0' in text
    assert f"hall_device_reported_timestamp_seconds{{{labels}}}" in text
    tell(kiosk, "out", {"errors": 4, "tickets_left": None})
    text = nobody.get("/metrics")[1].decode()
    assert f'hall_device_state{{{labels},state="out"}} 1.0' in text
    assert 'state="ok"' not in text
    assert "hall_device_tickets_left{" not in text


def test_figures_that_are_none_are_refused(server: ServerProcess) -> None:
    kiosk = server.client("kiosk")
    assert tell(kiosk, "ok", {"tickets_left": [1]}) == 422
    assert tell(kiosk, "ok", {"tickets_left": 10**30}) == 422
    assert tell(kiosk, "ok", {"errors": 10**400}) == 422
    assert tell(kiosk, "ok", {f"f{n}": n for n in range(17)}) == 422
