"""A release comes to a terminal over a line that is cut: what came stays, the rest comes next time,
and nothing but the whole file is installed."""

import platform
import secrets
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.releases import Releases
from sync import exchange
from sync.central.usecases.releases import add_release, trust_publisher
from sync.client import client_of
from sync.connection import Connection
from sync.messages import NextPublisher
from sync.messages.updates import RELEASE_PIECE
from sync.run import OtherKeys, Run
from sync.signing import public_text
from sync.steps import Asked
from sync.updating import take_update
from tests.supply.release import write_release
from tests.support.central import IT
from tests.support.central_server import Kept, Server
from tests.support.front import Front, front

RUNNING, RELEASED = "0.0.1", "0.0.2"
"""Central's own version is later than both."""


class Fetching:
    """A terminal that trusts the publisher of a release of three pieces."""

    def __init__(self, kept: Kept, front: Front, releases: Releases, digest: str) -> None:
        self.kept, self.front, self.releases, self.digest = kept, front, releases, digest

    def fetch(self) -> str:
        """What one run with central says of the release; "" where all went well."""
        said: list[str] = []
        enrolment = exchange.enrolment_of(self.kept.store)
        self.front.asked.clear()
        with client_of(enrolment.url, "") as client:
            connection = Connection(
                client=client, enrolment=enrolment, key=self.kept.key, progress=said.append
            )
            run = Run(
                self.kept.store, self.kept.clock, connection, None, Asked(), OtherKeys(None, None)
            )
            run.open()
            assert run.greet()
            take_update(connection, self.kept.store, self.kept.clock, self.releases, RUNNING)
        return "; ".join(said)

    def pieces(self) -> list[str]:
        """Which were asked for, each once however often it was tried."""
        asked = [name.rpartition("/")[2] for name in self.front.asked if name.startswith("release")]
        return list(dict.fromkeys(asked))

    def part(self) -> Path:
        [file] = self.releases.incoming.iterdir()
        return file


@pytest.fixture
def fetching(server: Server, kept: Kept, tmp_path: Path) -> Iterator[Fetching]:
    publisher = Ed25519PrivateKey.generate()
    home, file = tmp_path / "program", tmp_path / "a.kiosk-release"
    (home / "bin").mkdir(parents=True)
    (home / "bin/kiosk").write_bytes(secrets.token_bytes(2 * RELEASE_PIECE + 1000))
    manifest = write_release(
        home,
        file,
        publisher,
        version=RELEASED,
        commit="3e2cbda",
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        machine=platform.machine(),
        preset=0,
    )
    step = NextPublisher(public_key=public_text(publisher), proof="")
    assert trust_publisher(server.central, IT, step, server.now)
    add_release(server.central, IT, file, server.now, hours=0)
    enrolment = exchange.enrolment_of(kept.store)
    kept.terminal.join(replace(enrolment, publisher_key=public_text(publisher)))
    with front(kept) as proxy:
        yield Fetching(kept, proxy, Releases(tmp_path / "releases"), manifest.payload)


def test_a_line_that_is_cut_goes_on_behind_its_last_whole_piece(fetching: Fetching) -> None:
    fetching.front.cut = "/2"
    assert "the rest comes next time" in fetching.fetch()
    assert fetching.pieces() == ["0", "1", "2"]
    part = fetching.part()
    assert part.stat().st_size == 2 * RELEASE_PIECE, "a half piece is none"
    assert not fetching.releases.installed()
    with part.open("r+b") as file:
        file.truncate(RELEASE_PIECE + 77)  # a pulled plug, before the rest was on the disk
    fetching.front.cut = "nothing"
    assert fetching.fetch() == ""
    assert fetching.pieces() == ["1", "2"], "what came before is not asked for again"
    assert fetching.releases.ready(RUNNING) == RELEASED
    assert not list(fetching.releases.incoming.iterdir())


def test_a_part_with_other_bytes_is_not_installed_and_comes_anew(fetching: Fetching) -> None:
    fetching.releases.incoming.mkdir(parents=True)
    (fetching.releases.incoming / f"{fetching.digest}.part").write_bytes(b"\0" * RELEASE_PIECE)
    assert fetching.fetch().startswith("release: ")
    assert fetching.pieces() == ["1", "2"]
    assert not fetching.releases.installed()
    assert not list(fetching.releases.incoming.iterdir())
    assert fetching.fetch() == ""
    assert fetching.pieces() == ["0", "1", "2"]
    assert fetching.releases.ready(RUNNING) == RELEASED
