"""The reference firmware, board file and all, on MicroPython over a pseudo-terminal against the
real driver: bouncing contacts, and a host that is killed and started again in the middle."""

import os
import random
import signal
import subprocess
import sys
import tty
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from tests.support.firmware import FIRMWARE, bouncing_trace

PRESSES = 24
GREEN_PIN = 14
WATCHDOG = 2.0


class Line:
    """A pseudo-terminal: the board's end, and the path at which the host opens the other."""

    def __init__(self) -> None:
        self.board, self._host = os.openpty()
        tty.setraw(self._host)
        self.path = os.ttyname(self._host)

    def close(self) -> None:
        os.close(self.board)
        os.close(self._host)


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


class Running:
    """Programs that end with the test."""

    def __init__(self) -> None:
        self._all: list[subprocess.Popen[bytes]] = []

    def board(self, line: Line, trace: Path, lamps: Path) -> "subprocess.Popen[bytes]":
        words = [sys.executable, "-m", "micropython_unix", "unix_board.py", str(trace)]
        with lamps.open("wb") as lamp_file:
            return self._start(words, cwd=FIRMWARE, ends=line.board, errors=lamp_file.fileno())

    def host(self, line: Line, presses_file: Path, *death: str) -> "subprocess.Popen[bytes]":
        module = "tests.hardware.small_host"
        return self._start([sys.executable, "-m", module, line.path, str(presses_file), *death])

    def _start(
        self,
        words: list[str],
        cwd: Path | None = None,
        ends: int | None = None,
        errors: int | None = None,
    ) -> "subprocess.Popen[bytes]":
        program = subprocess.Popen(words, cwd=cwd, stdin=ends, stdout=ends, stderr=errors)
        self._all.append(program)
        return program

    def end(self) -> None:
        for program in self._all:
            if program.poll() is None:
                program.kill()
            program.wait()


@pytest.fixture
def running() -> Iterator[Running]:
    running = Running()
    yield running
    running.end()


def rows(presses_file: Path) -> list[list[str]]:
    text = presses_file.read_text(encoding="ascii") if presses_file.exists() else ""
    return [row.split() for row in text[: text.rfind("\n") + 1].splitlines()]


def wait_for(host: "subprocess.Popen[bytes]", presses_file: Path, count: int) -> None:
    """Until `count` presses are stored; the host's end or a minute is a failure."""
    until = monotonic() + 60
    while len(rows(presses_file)) < count:
        assert monotonic() < until, f"{len(rows(presses_file))} of {count} presses"
        try:
            host.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail("the host ended by itself")


def test_no_press_is_lost_and_none_doubled_while_the_host_is_killed_again_and_again(
    tmp_path: Path, line: Line, running: Running
) -> None:
    chance = random.Random(5)
    keys = [chance.randint(1, 5) for _ in range(PRESSES)]
    trace, presses_file, lamps = tmp_path / "trace", tmp_path / "kept", tmp_path / "lamps"
    trace.write_text(bouncing_trace(keys, seed=7), encoding="ascii")
    board = running.board(line, trace, lamps)
    for death in ("after:2", "before:6", "after:7", "before:11", "after:15"):
        assert running.host(line, presses_file, death).wait(60) == -signal.SIGKILL
    host = running.host(line, presses_file)
    wait_for(host, presses_file, 20)
    host.kill()  # whatever it is doing
    host.wait()
    wait_for(running.host(line, presses_file), presses_file, PRESSES)
    assert [int(button) for *_, button in rows(presses_file)] == keys
    assert [int(seq) for _, _, seq, _ in rows(presses_file)] == list(range(1, PRESSES + 1))
    assert board.poll() is None, "the firmware ended, or its watchdog bit"


def test_the_lamp_turns_green_on_the_acknowledgement_and_goes_out(
    tmp_path: Path, line: Line, running: Running
) -> None:
    trace, presses_file, lamps = tmp_path / "trace", tmp_path / "kept", tmp_path / "lamps"
    trace.write_text(bouncing_trace([3], seed=1), encoding="ascii")
    running.board(line, trace, lamps)
    host = running.host(line, presses_file)
    wait_for(host, presses_file, 1)
    until = monotonic() + 30
    while (lamp_rows := lamps.read_text(encoding="ascii")).count("\n") < 2 and monotonic() < until:
        with pytest.raises(subprocess.TimeoutExpired):
            host.wait(0.05)
    lit, dark = (row.split() for row in lamp_rows.splitlines())
    assert lit[1:] == [str(GREEN_PIN), "1"]
    assert dark[1:] == [str(GREEN_PIN), "0"]
    assert int(dark[0]) - int(lit[0]) >= 1000


def test_a_program_that_stands_still_is_bitten_by_the_watchdog(
    tmp_path: Path, line: Line, running: Running
) -> None:
    trace, presses_file, lamps = tmp_path / "trace", tmp_path / "kept", tmp_path / "lamps"
    trace.write_text(bouncing_trace([1], seed=2), encoding="ascii")
    board = running.board(line, trace, lamps)
    wait_for(running.host(line, presses_file), presses_file, 1)
    board.send_signal(signal.SIGSTOP)
    with pytest.raises(subprocess.TimeoutExpired):
        board.wait(WATCHDOG + 0.5)
    board.send_signal(signal.SIGCONT)
    board.wait(30)
    assert lamps.read_text(encoding="ascii").endswith(" watchdog\n")


@pytest.mark.parametrize(("trace", "said"), [("", b"$HI,1.1,pico-"), ("0 17\n", b"")])
def test_it_says_hello_at_power_on_but_not_with_the_outer_keys_held(
    tmp_path: Path, trace: str, said: bytes
) -> None:
    """Held, they keep the program off, so that another can be put on the board."""
    path = tmp_path / "trace"
    path.write_text(trace, encoding="ascii")
    ended = subprocess.run(
        [sys.executable, "-m", "micropython_unix", "unix_board.py", str(path)],
        cwd=FIRMWARE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert ended.stdout.startswith(said)
    assert bool(ended.stdout) is bool(said)
