"""The how-to's lines, typed in their order on fresh folders, do what it says."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.clock import SystemClock
from kiosk.terminal import SERVICE_OWNER
from sync.central.cli import app as central_app
from sync.central.store.terminals import State
from sync.central.usecases.installation import open_central
from sync.closing import close_days
from tests.house.markdown import blocks
from tests.support.builders import FakeClock
from tests.support.central_server import Server
from tests.support.certificates import DAY, Authority
from tests.support.databases import new_database
from tests.support.typed import ADDRESS, Office, run
from ui.cli import app as kiosk_app
from ui.trial.stage import ROSTER

PAGE = Path("sync/central/handbook/en/lives.md")


def sections() -> dict[str, list[str]]:
    """The lines to type of each life, by its heading."""
    return {block.heading: block.text.splitlines() for block in blocks(PAGE)}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The folders of central and of its terminal, to be copied: neither knows where it lies. And
    the port at which the terminal looks for central."""
    root = tmp_path_factory.mktemp("office")
    run(central_app, root / "central", "init")
    (root / "roster.csv").write_text(ROSTER, "utf-8")
    for line in (
        f"officers import {root / 'roster.csv'}",
        "accounts add somchai --name สมชาย --role director",
    ):
        assert run(central_app, root / "central", *line.split()).exit_code == 0
    with open_central(root / "central") as central:
        office = Office(root, central, Server(central))
        office.server.now = SystemClock().now().wall
        office.keeps_open("the terminal")
        for line in (
            "kiosk-central enrol --terminal counter-1 --counter 1",
            f"kiosk setup {ADDRESS} CODE  # on the terminal",
        ):
            office.type_line(line)
        office.server.stop()
    return root, office.server.port


@pytest.fixture
def office(prepared: tuple[Path, int], tmp_path: Path) -> Iterator[Office]:
    """An office with one terminal."""
    root, port = prepared
    for name in ("central", "the terminal"):
        shutil.copytree(root / name, tmp_path / name)
    with open_central(tmp_path / "central") as central:
        server = Server(central, port=port)
        server.now = SystemClock().now().wall
        office = Office(tmp_path, central, server)
        shutil.copy(root / "roster.csv", office.usb)
        with office.ends:
            yield office
        office.server.stop()


# --- the lives ----------------------------------------------------------------------------


def second_counter(office: Office) -> Callable[[], None]:
    def check() -> None:
        assert office.state("counter-2") is State.ACTIVE
        assert "counter-2\tactive\t2\t" in office.printed

    return check


def two_screens(office: Office) -> Callable[[], None]:
    office.values["/var/lib/kiosk-2"] = str(office.root / "kiosk-2")

    def check() -> None:
        assert office.state("counter-2") is State.ACTIVE
        assert office.machine("kiosk-2").path != office.machine("the terminal").path

    return check


def replaced_pc(office: Office) -> Callable[[], None]:
    own, issued = "102", office.issue("101")
    office.keeps_open("the new PC")
    run(kiosk_app, office.root / "the terminal", "sync")
    run(kiosk_app, office.root / "the terminal", "officer", "pin", own)
    office.rate("the terminal", 5, 4, days_ago=4)
    assert office.ratings(days_ago=4) == 0
    backup = office.usb / "kiosk.db"
    run(kiosk_app, office.root / "the terminal", "backup", str(backup))

    def check() -> None:
        assert office.is_right("the new PC", "101", issued), "central's PIN, without a letter"
        pins = dict(re.findall(r"^(\S+) .*PIN: (\d{6})", office.printed, re.MULTILINE))
        assert office.is_right("the new PC", SERVICE_OWNER, pins["Service"])
        assert office.is_right("the new PC", own, pins[own])
        assert office.ratings(days_ago=4) == 2, "what only the backup had"
        assert office.state("counter-1") is State.REPLACED
        assert office.state("counter-1.g2") is State.ACTIVE
        said = refusal(office, "the terminal")
        assert "central says: another machine has taken this one's place" in said

    return check


def lost_pepper(office: Office) -> Callable[[], None]:
    issued = office.issue("101")
    run(kiosk_app, office.root / "the terminal", "sync")
    office.rate("the terminal", 5, 4, days_ago=0)
    (office.root / "the terminal" / "pepper").unlink()
    for command in ("status", "sync", "verify"):
        assert "kiosk reset-pins" in run(kiosk_app, office.root / "the terminal", command).stderr

    def check() -> None:
        assert office.is_right("the terminal", "101", issued)
        assert "Ratings stay" in office.printed
        verified = run(kiosk_app, office.root / "the terminal", "verify").stdout
        assert "2 ratings" in verified
        again = run(kiosk_app, office.root / "the terminal", "reset-pins")
        assert "is here and fits" in again.stderr, "not by mistake"

    return check


def quarantine(office: Office) -> Callable[[], None]:
    machine, copy = office.root / "the terminal", office.usb / "older.db"
    office.rate("the terminal", 5, 4, days_ago=1)
    run(kiosk_app, machine, "backup", str(copy))
    office.rate("the terminal", 3, days_ago=1)
    assert run(kiosk_app, machine, "sync").exit_code == 0
    assert office.ratings(days_ago=1) == 3
    for leftover in machine.glob("kiosk.db*"):
        leftover.unlink()
    assert run(kiosk_app, machine, "restore", str(copy)).exit_code == 0

    def check() -> None:
        assert "parked (quarantined): 2 ratings; taken: 3 ratings" in office.printed
        assert office.ratings(days_ago=1) == 3, "central's stay"
        assert office.state("counter-1") is State.ACTIVE
        compared = run(central_app, office.root / "central", "terminals", "compare", "counter-1")
        assert "release" not in compared.stdout.replace("released", ""), compared.stdout

    return check


def lost_central(office: Office) -> Callable[[], None]:
    on_two_days(office)
    office.after["kiosk-central restore"] = lambda: office.serve_instead("the new machine")

    def check() -> None:
        assert office.ratings(days_ago=1) == 2, "sent again"
        assert "All agrees" in office.printed

    return check


def on_two_days(office: Office) -> None:
    """A day at central comes after its backup."""

    def sent_after_the_backup() -> None:
        office.rate("the terminal", 5, 4, days_ago=1)
        assert run(kiosk_app, office.root / "the terminal", "sync").exit_code == 0
        assert office.ratings(days_ago=1) == 2

    office.after["kiosk-central backup"] = sent_after_the_backup


def lost_key(office: Office) -> Callable[[], None]:
    (office.root / "the terminal" / "terminal.key").unlink()
    assert "enrol this terminal again" in refusal(office, "the terminal")

    def check() -> None:
        assert office.state("counter-1") is State.REPLACED

    return check


def stolen(office: Office) -> Callable[[], None]:
    def check() -> None:
        result = run(kiosk_app, office.root / "the terminal", "sync")
        assert "central says: this terminal's key was revoked" in result.stderr
        assert result.exit_code == 1, "its menu then sends for IT, and blames no network"

    return check


def moved(office: Office) -> Callable[[], None]:
    there = office.serve(office.central)
    office.values["https://new.example.go.th"] = there.url
    other = office.serve(replace(office.central, key=Ed25519PrivateKey.generate()))
    moving = ("central-address", other.url)
    refused = run(kiosk_app, office.root / "the terminal", *moving)
    assert refused.exit_code == 3, "it has not central's key"

    def check() -> None:
        settings = office.central.settings._replace(moves_to=office.server.url)
        there.stop()
        again = office.serve(replace(office.central, settings=settings), port=there.port)
        said = run(kiosk_app, office.root / "the terminal", "sync").stdout
        assert f"central is at {office.server.url} from now on" in said, "heard from central"
        assert run(kiosk_app, office.root / "the terminal", "heartbeat").exit_code == 0
        assert again.url != office.server.url

    return check


def certificate(office: Office) -> Callable[[], None]:
    own = Authority.new("office")
    now = datetime.now(UTC)
    old, new = (
        own.issue("localhost", now - 2 * DAY, last, office.usb / name)
        for name, last in (("old.pem", now - DAY), ("new.pem", now + DAY))
    )
    own.write(office.usb / "cert.pem")
    server = office.serve(office.central, tls=old)
    office.values[ADDRESS] = server.url
    moving = ("central-address", server.url, "--ca", str(office.usb / "cert.pem"))
    expired = run(kiosk_app, office.root / "the terminal", *moving)
    assert "expired" in expired.stderr
    server.stop()
    office.serve(office.central, port=server.port, tls=new)

    def check() -> None:
        store, terminal = office.machine("the terminal").open(SystemClock())
        enrolment = terminal.enrolment()
        store.close()
        assert enrolment is not None
        assert enrolment.url.startswith("https://")

    return check


def later_postgres(office: Office) -> Callable[[], None]:
    office.values["postgresql+psycopg://central@db/report"] = office.postgres
    on_two_days(office)
    office.after["kiosk-central restore"] = lambda: office.serve_instead("the new machine")

    def check() -> None:
        assert office.central.settings.database == office.postgres
        assert office.ratings(days_ago=1) == 2

    return check


def closed_office(office: Office) -> Callable[[], None]:
    central = office.root / "central"
    run(central_app, central, "sites", "add", "huaikhwang", "สำนักงานเขตห้วยขวาง")
    of_other = ("--site", "huaikhwang")
    run(central_app, central, *of_other, "officers", "import", str(office.usb / "roster.csv"))
    enrol = (*of_other, "enrol", "--terminal", "counter-1", "--counter", "1")
    office.printed += run(central_app, central, *enrol).stdout
    office.keeps_open("another office's")
    office.type_line(f"kiosk setup {ADDRESS} CODE  # on another office's")
    office.rate("another office's", 5, days_ago=1)
    run(kiosk_app, office.root / "another office's", "close-day")
    run(kiosk_app, office.root / "another office's", "heartbeat")
    retire = (*of_other, "sites", "retire", "--reason", "merged")
    early = run(central_app, central, *retire)
    assert (early.exit_code, "1 day report not sent" in early.stdout) == (1, True)
    assert "two people settle what waits" in early.stderr
    assert run(kiosk_app, office.root / "another office's", "sync").exit_code == 0
    run(kiosk_app, office.root / "another office's", "heartbeat")

    def check() -> None:
        assert "key was revoked" in refusal(office, "another office's")
        assert office.state("counter-1") is State.ACTIVE, "this office's goes on"
        assert "number,name,position,section" in office.printed

    return check


def month_offline(office: Office) -> Callable[[], None]:
    shutil.rmtree(office.root / "the terminal")
    office.server.now -= timedelta(days=40)
    office.type_line("kiosk-central enrol --terminal counter-2 --counter 2  # at central")
    office.type_line(f"kiosk setup {ADDRESS} CODE  # on the terminal")
    for days_ago in range(1, 31):
        office.rate("the terminal", 5, days_ago=days_ago)
    office.server.stop()

    def check() -> None:
        assert sum(office.ratings(days_ago) for days_ago in range(1, 31)) == 30

    return check


def clock_ahead(office: Office) -> Callable[[], None]:
    office.rate("the terminal", 5, 4, days_ago=-400)
    office.rate("the terminal", 3, days_ago=1)
    store, _ = office.machine("the terminal").open(SystemClock())
    ahead = SystemClock().now().wall + timedelta(days=400)
    close_days(store, FakeClock(ahead), today=True)
    store.close()

    def check() -> None:
        assert office.ratings(days_ago=1) == 1, "the others went on"
        assert office.ratings(days_ago=-400) == 0

    return check


def clock_behind(office: Office) -> Callable[[], None]:
    office.rate("the terminal", 5, 4, days_ago=40)

    def check() -> None:
        assert office.ratings(days_ago=40) == 2

    return check


def refusal(office: Office, name: str) -> str:
    result = run(kiosk_app, office.root / name, "sync")
    assert result.exit_code in (1, 3), result.output
    return result.stderr


LIVES: Mapping[str, Callable[[Office], Callable[[], None]]] = {
    "A second counter": second_counter,
    "Two screens on one PC": two_screens,
    "A PC is replaced": replaced_pc,
    "The secret of the PINs is lost": lost_pepper,
    "A terminal is in quarantine": quarantine,
    "Central is lost": lost_central,
    "A terminal's key is lost": lost_key,
    "A terminal is stolen": stolen,
    "Central moves to another address": moved,
    "Central's certificate changes": certificate,
    "PostgreSQL later": later_postgres,
    "An office closes": closed_office,
    "A month without a network": month_offline,
    "A clock was ahead": clock_ahead,
    "A clock was behind": clock_behind,
}
"""What has happened before a life's first line, and what is so after its last one."""


def test_every_life_on_the_page_is_lived_here() -> None:
    assert list(LIVES) == list(sections())


@pytest.mark.parametrize("title", LIVES)
def test_the_lines_do_what_the_page_says(
    office: Office, title: str, request: pytest.FixtureRequest
) -> None:
    if title == "PostgreSQL later":
        office.postgres = new_database(request.getfixturevalue("postgres"))
    check = LIVES[title](office)
    for line in sections()[title]:
        office.type_line(line)
    check()
