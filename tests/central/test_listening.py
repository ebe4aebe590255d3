"""Central at a socket that systemd opened before it started."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sync.central.listening import NoListener, listener_for
from sync.central.usecases.installation import set_up

AS_SYSTEMD = 'exec 3<&0; export LISTEN_PID=$$ LISTEN_FDS=$1; shift; exec "$@"'
"""Hands over its input as sd_listen_fds(3) says, and becomes the program."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    set_up(tmp_path / "central", "dindaeng", "สำนักงานเขตดินแดง", "", "http://127.0.0.1:8765")
    return tmp_path / "central"


def served_at(handed: socket.socket, folder: Path) -> subprocess.Popen[str]:
    words = ("-m", "sync.central.cli", "--data", str(folder), "serve", "--port", "1")
    systemd = ("sh", "-c", AS_SYSTEMD, "sh", "1", sys.executable)
    return subprocess.Popen(
        [*systemd, *words],
        stdin=handed.fileno(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_who_calls_while_no_program_runs_is_answered_by_the_next(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        port = opened.getsockname()[1]
        with socket.create_connection(opened.getsockname(), 30) as early:
            early.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            with served_at(opened, folder) as program:
                assert early.recv(12) == b"HTTP/1.1 200"
                program.terminate()
                said, _ = program.communicate(timeout=20)
    assert f"127.0.0.1:{port}" in said


@pytest.mark.parametrize("kind", ["two", "not listening", "no internet"])
def test_a_socket_that_can_not_be_served_is_named(kind: str) -> None:
    """The descriptors are those of a child: this process has its own third one."""
    family = socket.AF_UNIX if kind == "no internet" else socket.AF_INET
    asked = "import os; from sync.central.listening import listener_for as f; f('', 0, os.environ)"
    with socket.socket(family, socket.SOCK_STREAM) as handed:
        if kind != "not listening":
            handed.bind("" if kind == "no internet" else ("127.0.0.1", 0))
            handed.listen()
        count = "2" if kind == "two" else "1"
        systemd = ["sh", "-c", AS_SYSTEMD, "sh", count, sys.executable, "-c", asked]
        ended = subprocess.run(systemd, stdin=handed.fileno(), capture_output=True, text=True)
    assert ended.returncode == 1
    assert "NoListener: " in ended.stderr
    assert ("2 sockets" if kind == "two" else "none of TCP") in ended.stderr


def test_what_was_handed_to_another_process_is_not_taken() -> None:
    environment = {"LISTEN_PID": str(os.getpid() + 1), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "x"}
    with listener_for("127.0.0.1", 0, environment) as listener:
        assert listener.fileno() != 3
        port = listener.getsockname()[1]
        with pytest.raises(NoListener, match=f"127.0.0.1:{port}"):
            listener_for("127.0.0.1", port, {})
    assert not environment
