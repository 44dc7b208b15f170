"""The server's command line."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.logs import configure_logs
from foundation.settings_file import SettingsError
from queue_server.cli.access import Unusable, add_commands
from queue_server.cli.journal import add_journal_commands
from queue_server.cli.listening import listening
from queue_server.cli.pensions import add_pension_commands
from queue_server.cli.vault import add_vault_commands
from queue_server.databases import absolute
from queue_server.journal.port import UnusableDatabase
from queue_server.plan import Plan, load_plan
from queue_server.trouble import CannotStart
from queue_server.tuning import tune_interpreter

if TYPE_CHECKING:
    from fastapi import FastAPI

# Seconds that open event streams get to end when the server is asked to stop.
STOP_WITHIN_S = 1
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    except (SettingsError, UnusableDatabase, Unusable) as error:
        print(f"hall: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hall", description="The queue server.")
    commands = parser.add_subparsers(required=True)
    server = commands.add_parser("server", help="run the queue server")
    server.add_argument(
        "--config",
        type=Path,
        action="append",
        metavar="FILE",
        help="a hall's file, several times for several halls; or one file that lists halls",
    )
    server.add_argument("--listen", metavar="HOST:PORT", help="instead of the file's")
    server.add_argument("--database", metavar="URL", help="instead of the file's")
    server.add_argument(
        "--accept-new-key", action="store_true", help="the database's old key file is lost"
    )
    server.add_argument(
        "--even-if-broken",
        action="store_true",
        help="serve although a record of the present day was changed or is missing",
    )
    server.add_argument(
        "--sample-days",
        type=int,
        default=0,
        metavar="N",
        help="a demonstration with an empty journal begins with the last N days, invented",
    )
    server.set_defaults(run=_server)
    tools = server.add_subparsers(title="care for what is stored", metavar="TOOL")
    add_journal_commands(tools)
    add_vault_commands(tools)
    add_pension_commands(tools)
    add_commands(commands)
    return parser


def _server(options: argparse.Namespace) -> int:
    if not options.config:
        raise Unusable("--config is needed: the hall's file, for instance config/hall.toml")

    tune_interpreter()
    from queue_server.bootstrap import build  # here, so that `token` does not wait for it

    plan = load_plan(options.config)
    configure_logs("server", plan.server.log_level)
    host, port = _address(options.listen or plan.server.listen)
    if plan.server.demonstration and host not in LOOPBACK:
        raise Unusable("a demonstration has its secrets in the file: it listens on 127.0.0.1 only")
    # uvicorn hands the signal on once it has shut down in good order: that is a success
    for asked_to_stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_stop, lambda *_: sys.exit(0))
    sockets = listening(host, port)
    app = build(
        plan,
        _database(options, plan),
        accept_new_key=options.accept_new_key,
        even_if_broken=options.even_if_broken,
        sample_days=options.sample_days,
    )
    return _served(app, sockets)


def _served(app: FastAPI, sockets: list[socket.socket]) -> int:
    """Opens what the application needs, serves until asked to stop, and closes it: by hand, because
    uvicorn tells of a failed start with a traceback. The exit code."""
    import uvicorn
    import uvloop

    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        proxy_headers=False,
        log_level="warning",
        timeout_graceful_shutdown=STOP_WITHIN_S,
        server_header=False,
    )

    async def serve() -> None:
        async with app.router.lifespan_context(app):
            await uvicorn.Server(config).serve(sockets=sockets)

    uvloop.run(serve())
    return 0


def _database(options: argparse.Namespace, plan: Plan) -> str:
    if options.database:
        return absolute(options.database, Path.cwd())
    return absolute(plan.server.database, plan.first.parent)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise UnusableDatabase(f"--listen wants HOST:PORT, not {text!r}")
    return host.strip("[]"), int(port)
