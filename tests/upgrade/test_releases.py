"""A real terminal takes two releases from a real central: a good one, and one without a screen."""

import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pysqlite3
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.releases import Releases
from sync import enrolling
from sync.central.rings import Ring
from sync.central.store.engine import CentralStore
from sync.central.usecases.releases import add_release, read_releases, trust_publisher
from sync.central.usecases.terminals import console
from sync.keyfile import write_key
from sync.messages import NextPublisher
from sync.signing import public_text
from tests.supply.debian import start_script
from tests.supply.release import write_release
from tests.support.central import made_central
from tests.support.central_server import Server
from tests.support.newer_program import newer_program

PACKAGED, GOOD, BAD = "0.0.1", "0.0.2", "0.0.3"
"""Central's own program is later than each of them: it goes first."""
IT = console("it")
TRIAL_SECONDS = 2


@dataclass
class Machine:
    """A terminal's machine: a packaged program, and systemd's part played by hand."""

    script: Path
    folder: DataFolder

    @property
    def releases(self) -> Releases:
        return Releases(self.folder.releases)

    def start(self, *words: str, seconds: int = 60) -> "subprocess.Popen[str]":
        """`seconds`: how long a release on trial has."""
        return subprocess.Popen(
            [str(self.script), "--data", str(self.folder.path), *words],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "KIOSK_TRIAL_SECONDS": str(seconds),
            },
        )

    def call(self, *words: str) -> str:
        process = self.start(*words)
        out, trouble = process.communicate(timeout=60)
        assert process.returncode == 0, trouble
        return out

    def run_until(self, words: str) -> None:
        """Start the terminal until it logs these words, and end it."""
        said = []
        with self.start("run") as process:
            assert process.stderr is not None
            for line in process.stderr:
                said.append(line)
                if words in line:
                    break
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
        assert words in said[-1], "".join(said)

    def run_to_the_end(self, seconds: int = 60) -> str:
        """Start the terminal, which ends by itself; what it logged."""
        return self.start("run", seconds=seconds).communicate(timeout=60)[1]


def program(folder: Path, version: str, *, migrates: bool = False) -> Path:
    """A program as the package has it; what others wrote is this environment's."""
    site = folder / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    newer_program(site, version, migrates=migrates)
    others = Path(pysqlite3.__file__).parent.parent
    (site / "others.pth").write_text(f"{others}\n")
    (folder / "bin").mkdir()
    (folder / "bin/kiosk").write_text("from ui.__main__ import main\n\nmain()\n")
    return folder


def packaged(folder: Path) -> Path:
    """What the Debian package installs."""
    program(folder, PACKAGED)
    interpreter = Path(os.path.realpath(sys.executable))
    (folder / "bin/python").symlink_to(interpreter)
    (folder / "pyvenv.cfg").write_text(f"home = {interpreter.parent}\n")
    (folder / "version").write_text(f"{PACKAGED}\n")
    return folder


def silent_program(folder: Path, version: str) -> Path:
    """One that migrates the database and then shows no screen."""
    program(folder, version, migrates=True)
    [app] = folder.glob("lib/*/site-packages/ui/app.py")
    text = app.read_text("utf-8")
    opened = "    store, terminal, is_verified = folder.open_at_start(clock)\n"
    assert text.count(opened) == 1
    app.write_text(text.replace(opened, f"{opened}    signal.pause()\n"), "utf-8")
    return folder


@pytest.fixture
def publisher() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def server(tmp_path: Path, publisher: Ed25519PrivateKey) -> Iterator[Server]:
    folder = tmp_path / "central"
    folder.mkdir()
    store = CentralStore.create(f"sqlite:///{folder / 'central.db'}")
    server = Server(made_central(store, folder))
    server.now = SystemClock().now().wall
    step = NextPublisher(public_key=public_text(publisher), proof="")
    assert trust_publisher(server.central, IT, step, server.now)
    yield server
    server.stop()
    store.close()


@pytest.fixture
def machine(tmp_path: Path, server: Server) -> Machine:
    """Enrolled, and its office is closed all day."""
    folder = DataFolder(tmp_path / "terminal")
    folder.create()
    store, terminal = folder.open(SystemClock())
    key = Ed25519PrivateKey.generate()
    terminal.join(enrolling.enrol(server.url, server.code(), key))
    store.close()
    write_key(folder.key_file, key)
    hour = SystemClock().now().wall.hour
    opens = 13 if hour < 12 else 1
    folder.settings_file.write_text(
        f'[office]\nopens = "{opens:02}:00"\ncloses = "{opens + 1:02}:00"\n', "utf-8"
    )
    script = tmp_path / "kiosk"
    script.write_text(start_script(packaged(tmp_path / "packaged"), "root", str(folder.path)))
    script.chmod(0o755)
    return Machine(script, folder)


def offer(server: Server, publisher: Ed25519PrivateKey, home: Path, version: str) -> None:
    file = home.with_suffix(".kiosk-release")
    write_release(
        home,
        file,
        publisher,
        version=version,
        commit="3e2cbda",
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        machine=platform.machine(),
        preset=0,
    )
    add_release(server.central, IT, file, server.now, hours=0)


def test_a_good_release_stays_and_one_that_shows_no_screen_is_given_up(
    tmp_path: Path, server: Server, publisher: Ed25519PrivateKey, machine: Machine
) -> None:
    offer(server, publisher, program(tmp_path / "good", GOOD), GOOD)
    machine.call("sync")
    assert machine.releases.installed() == (GOOD,)
    assert machine.releases.current() == "", "nobody switches a program while it syncs"
    assert f"switching from {PACKAGED} to {GOOD}" in machine.run_to_the_end()
    assert machine.releases.on_trial() == GOOD
    machine.run_until(f"release {GOOD} proved itself")
    assert machine.call("--version").startswith(f"kiosk {GOOD}")
    assert machine.releases.highest() == GOOD

    offer(server, publisher, silent_program(tmp_path / "bad", BAD), BAD)
    machine.call("sync")
    assert machine.releases.ready(GOOD) == BAD
    assert f"switching from {GOOD} to {BAD}" in machine.run_to_the_end()
    assert "went back to the program before" in machine.run_to_the_end(TRIAL_SECONDS)
    [copy] = machine.folder.copies.glob(f"*-before-{BAD}.db")
    machine.run_until("started: kiosk " + GOOD)
    assert len(list(machine.folder.copies.glob(f"newer-*-of-{BAD}/kiosk.db"))) == 1
    assert copy.stat().st_size
    [refused] = machine.releases.refused()
    assert refused.version == BAD
    assert refused.reason == f"it did not prove itself within {TRIAL_SECONDS} seconds"

    machine.call("sync")
    fleet = read_releases(server.central, server.now)
    standing = fleet.standings["counter-1"]
    assert (standing.version, standing.refused, standing.reason) == (GOOD, BAD, refused.reason)
    assert {row.version: row.ring for row in fleet.rows} == {BAD: Ring.STOPPED, GOOD: Ring.ALL}
    assert machine.releases.ready(GOOD) == "", "it is not tried again"
