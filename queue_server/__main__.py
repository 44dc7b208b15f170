"""`python -m queue_server …`: what `./hall server` and `./hall token` run."""

from queue_server.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
