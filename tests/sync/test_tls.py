"""TLS with a private authority: central is believed under its own name, signed by that authority,
within its dates; anything else ends the run in one line, and what was due stays due."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.encounter import Record
from kiosk.store.engine import Store
from kiosk.store.outbox import Delivery
from kiosk.store.state import Enrolment
from kiosk.terminal import Terminal
from sync import exchange
from sync.client import NotCentral, SyncFailed, Unreachable
from sync.closing import close_days
from sync.signing import public_text
from tests.support.builders import PEPPER, SOMYING, FakeClock, rating
from tests.support.certificates import DAY, Authority
from tests.support.tls_server import QuietHandler, TlsServer


class Silent(QuietHandler):
    """Answers, unsigned, that it is there: whoever gets that far passed the handshake."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()


def serving(chain: Path) -> TlsServer:
    return TlsServer(chain, Silent)


class Sender:
    """An enrolled terminal with a day to send."""

    def __init__(self, folder: Path) -> None:
        Store.create(folder / "kiosk.db")
        self.store, self.clock = Store.open(folder / "kiosk.db"), FakeClock()
        self.terminal = Terminal(self.store, self.clock, PEPPER)
        self.terminal.add_officers([SOMYING])
        self.key = Ed25519PrivateKey.generate()

    def sync_with(self, url: str, ca: str) -> None:
        key = public_text(Ed25519PrivateKey.generate())
        self.terminal.join(
            Enrolment(url=url, site="dindaeng", terminal="counter-1", counter="1", central_key=key)
        )
        self.terminal.carry_out([Record(rating(5))])
        close_days(self.store, self.clock, today=True)
        exchange.sync(self.store, self.clock, self.key, ca)

    def due(self) -> int:
        with self.store.transaction() as t:
            return t.outbox.count(Delivery.DUE)


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[Sender]:
    sender = Sender(tmp_path)
    yield sender
    sender.store.close()


def refused(sender: Sender, url: str, ca: str) -> str:
    """The one line with which the run ends, at once: what is refused is refused the second time
    too. Nothing is lost."""
    with pytest.raises(Unreachable, match="certificate is not believed") as told:
        sender.sync_with(url, ca)
    assert "\n" not in str(told.value)
    assert sender.due() == 1
    return str(told.value)


def test_central_signed_by_the_offices_own_authority_is_reached(
    sender: Sender, tmp_path: Path
) -> None:
    office, now = Authority.new("office"), datetime.now(UTC)
    chain = office.issue("localhost", now - DAY, now + DAY, tmp_path / "server.pem")
    with serving(chain) as url, pytest.raises(NotCentral, match="without central's"):
        sender.sync_with(url, office.write(tmp_path / "ca.pem"))


def test_another_authority_is_not_believed(sender: Sender, tmp_path: Path) -> None:
    office, other, now = Authority.new("office"), Authority.new("other"), datetime.now(UTC)
    chain = other.issue("localhost", now - DAY, now + DAY, tmp_path / "server.pem")
    with serving(chain) as url:
        said = refused(sender, url, office.write(tmp_path / "ca.pem"))
    assert "[sync]" in said
    assert "kiosk central-address URL --ca FILE" in said


def test_the_systems_authorities_do_not_vouch_for_a_private_one(
    sender: Sender, tmp_path: Path
) -> None:
    office, now = Authority.new("office"), datetime.now(UTC)
    chain = office.issue("localhost", now - DAY, now + DAY, tmp_path / "server.pem")
    with serving(chain) as url:
        refused(sender, url, "")


def test_another_name_is_not_believed(sender: Sender, tmp_path: Path) -> None:
    office, now = Authority.new("office"), datetime.now(UTC)
    chain = office.issue("report.example.go.th", now - DAY, now + DAY, tmp_path / "server.pem")
    with serving(chain) as url:
        said = refused(sender, url, office.write(tmp_path / "ca.pem"))
    assert "localhost" in said or "mismatch" in said
    assert "name central as its certificate does" in said
    assert "[sync]" not in said, "another authority mends nothing"


@pytest.mark.parametrize("off", [-30, 30], ids=["expired", "not yet valid: a clock behind"])
def test_outside_its_dates_a_certificate_is_not_believed(
    sender: Sender, tmp_path: Path, off: int
) -> None:
    office, now = Authority.new("office"), datetime.now(UTC) + off * DAY
    chain = office.issue("localhost", now - DAY, now + DAY, tmp_path / "server.pem")
    with serving(chain) as url:
        said = refused(sender, url, office.write(tmp_path / "ca.pem"))
    assert ("expired" if off < 0 else "not yet valid") in said
    assert "renew it at central" in said
    assert "[sync]" not in said, "another authority mends nothing"


def test_an_authority_file_that_can_not_be_read_is_named(sender: Sender, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(SyncFailed, match=r"ca\.pem"):
        sender.sync_with("https://localhost:9", str(tmp_path / "ca.pem"))
    assert sender.due() == 1


LATER = ["faketime", "2069-11-23 12:00:00"]
"""A whole process, its TLS library included, in another year."""
ENROL = (
    "import sys; from sync import enrolling; from sync.client import SyncFailed; "
    "from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey as Key\n"
    "try: enrolling.enrol(sys.argv[1], 'AAAAA-BBBBB', Key.generate(), sys.argv[2])\n"
    "except SyncFailed as error: print(error)"
)


def test_a_terminal_in_2069_believes_no_certificate_of_today(tmp_path: Path) -> None:
    office, now = Authority.new("office"), datetime.now(UTC)
    chain = office.issue("localhost", now - DAY, now + DAY, tmp_path / "server.pem")
    ca = office.write(tmp_path / "ca.pem")
    env = {**os.environ, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with serving(chain) as url:
        for before, said in ((LATER, "certificate has expired"), ([], "not as a central")):
            command = [*before, sys.executable, "-c", ENROL, url, ca]
            told = subprocess.run(
                command, capture_output=True, text=True, env=env, timeout=60, check=True
            )
            assert said in told.stdout, told
            assert told.stdout.count("\n") == 1


def test_a_command_in_2069_stops_at_the_clock(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ui", "--data", str(tmp_path / "kiosk")]
    subprocess.run([*command, "init"], check=True, capture_output=True, timeout=60)
    told = subprocess.run(
        [*LATER, *command, "sync"], capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 1
    assert told.stderr.startswith("kiosk: the clock shows 2069-11-23, outside")
    assert told.stderr.count("\n") == 1
