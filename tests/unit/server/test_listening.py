"""A start that cannot listen says so in words, before anything else is done."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from queue_server.cli.listening import listening
from queue_server.databases import makes_a_file
from queue_server.trouble import CannotStart


def test_a_port_in_use_is_told_in_words_and_a_free_one_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotStart) as told:
            listening("127.0.0.1", port)
    assert told.value.code == "port_taken"
    assert f"127.0.0.1:{port}" in str(told.value)
    assert "已被另一个程序占用" in str(told.value)
    with ExitStack() as taken:
        (bound,) = listening("127.0.0.1", 0)
        taken.enter_context(bound)
        assert bound.getsockname()[1] > 0


def test_an_address_of_another_machine_is_told_in_words() -> None:
    with pytest.raises(CannotStart) as told:
        listening("192.0.2.1", 0)  # RFC 5737: nobody's
    assert told.value.code == "cannot_listen"
    assert "ip address" in str(told.value)


def test_a_new_database_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "hall.db"
    assert makes_a_file(f"sqlite:///{file}")
    file.touch()
    assert not makes_a_file(f"sqlite:///{file}")
    assert not makes_a_file("postgresql://u@host/name")
