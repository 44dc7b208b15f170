#!/bin/sh
# Puts the password where libpq looks for it, out of sight of `ps` and the log, then runs the server.
set -eu
umask 077
printf '*:*:*:*:%s\n' "$(cat /run/secrets/postgres-password)" >"$PGPASSFILE"
exec /opt/venv/bin/python -m queue_server server "$@"
