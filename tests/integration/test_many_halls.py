"""One process for many halls: each is loaded when it is needed, and all are in the end."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.conftest import TEMPLATE
from tests.support.postgres import PostgresServer
from tests.support.server import ROOT, Client, ServerProcess

ONE = (ROOT / "config" / "hall.toml").read_text(encoding="utf-8")
HALLS = 60


@pytest.fixture(scope="module")
def city(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("city")
    (folder / "halls").mkdir()
    open_all_day = ONE.replace("always_open = false", "always_open = true")
    for number in range(HALLS):
        text = open_all_day.replace('"my-hall"', f'"hall-{number:02d}"')
        (folder / "halls" / f"hall-{number:02d}.toml").write_text(text, encoding="utf-8")
    (folder / "halls" / "torn.toml").write_text("[hall]\nid = 3\n", encoding="utf-8")
    config = folder / "city.toml"
    config.write_text('halls = ["halls/*.toml"]\n[server]\nlog_level = "info"\n', encoding="utf-8")
    database = postgres.fresh_database(TEMPLATE)
    with ServerProcess(folder, config=config, database=database) as running:
        yield running


def token_of(city: ServerProcess, role: str, hall: str) -> str:
    """Tokens are made for halls that the database holds: whose server has opened them."""
    assert Client(city.url, None).get(f"/screen/{hall}")[0] == 200
    return city.token(role, hall=hall)


def issue(client: Client, hall: str) -> str:
    status, body = client.post(f"/api/v1/halls/{hall}/tickets", service="A")
    assert status == 201, body
    return str(body["ticket"]["number"])


def test_every_hall_counts_for_itself(city: ServerProcess) -> None:
    token = token_of(city, "admin", "hall-07")
    halls = Client(city.url, token)
    assert [issue(halls, "hall-07") for _ in range(3)] == ["A001", "A002", "A003"]
    status, body = halls.post("/api/v1/halls/hall-08/tickets", service="A")
    assert (status, body["error"]["code"]) == (403, "not_permitted")
    other = Client(city.url, token_of(city, "admin", "hall-59"))
    assert issue(other, "hall-59") == "A001"


def test_a_phone_finds_its_hall(city: ServerProcess) -> None:
    client = Client(city.url, token_of(city, "kiosk", "hall-33"))
    status, body = client.post("/api/v1/halls/hall-33/tickets", service="A")
    assert status == 201
    status, seen = Client(city.url, None).get(f"/api/v1{body['ticket']['follow_path']}")
    assert status == 200
    assert seen["hall"]["id"] == "hall-33"


def test_all_are_loaded_in_the_end_and_counted_together(city: ServerProcess) -> None:
    client = Client(city.url, None)
    end = time.monotonic() + 30
    while f"hall_loaded {HALLS}.0" not in (told := client.get("/metrics")[1].decode()):
        assert time.monotonic() < end, told
        time.sleep(0.1)
    assert f"hall_served {HALLS + 1}.0" in told
    assert 'hall_waiting{hall="all"}' in told
    assert told.count("hall_waiting{") == 1


def test_a_hall_whose_file_is_torn_is_told_and_holds_up_no_other(city: ServerProcess) -> None:
    admin = Client(city.url, token_of(city, "admin", "hall-01"))
    assert admin.get("/health/ready")[0] == 200
    assert "torn.toml" in city.log.read_text()
    assert admin.get("/api/v1/halls/hall-01")[0] == 200


def test_an_unknown_hall_is_not_found(city: ServerProcess) -> None:
    assert Client(city.url, None).get("/screen/nowhere")[0] == 404
