"""A terminal without a network: a stick is carried to central and back. Real files, both stores."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import kiosk
from kiosk.domain.encounter import Record
from kiosk.lockout import PinRight
from kiosk.releases import Releases
from kiosk.store.engine import Store
from kiosk.store.outbox import Delivery
from kiosk.store.state import Enrolment
from kiosk.store.verify import Verified, verify
from kiosk.terminal import Terminal
from sync import stick
from sync.bundle import FROM_CENTRAL, SEALED, TO_CENTRAL, Homeward, Outward, Reply, Request
from sync.central import stick as central_stick
from sync.central.usecases.central import Central
from sync.central.usecases.people import retire_officer
from sync.central.usecases.pins import issue_pins, read_pins
from sync.central.usecases.releases import add_release, trust_publisher
from sync.central.usecases.terminals import (
    console,
    enrol_terminal,
    find_terminal,
    invite_terminal,
    read_fleet,
    revoke_terminal,
)
from sync.central.usecases.verification import first_disagreement
from sync.central.viewer import Viewer
from sync.client import CentralRefused, NotCentral, SyncFailed
from sync.closing import close_days
from sync.incoming import Refused
from sync.keyfile import Renewal, begin_renewal, pending_renewal, read_key, write_key
from sync.messages import Answer, Enrol, NextPublisher, Welcome
from sync.receipts import check_receipt
from sync.releasefile import file_name, machine_here, python_here
from sync.signing import public_text, sign_request
from tests.supply.release import write_release
from tests.support.builders import MORNING, PEPPER, PRASIT, SOMYING, TODAY, FakeClock, rating
from tests.support.central import LONG_AGO, made_central, put_on_roster, take
from tests.support.databases import new_central_store
from tests.support.day_reports import day_report
from tests.support.hellos import made_hello


class Counter:
    """A terminal that has no network, enrolled before it was carried to its place."""

    def __init__(self, folder: Path, central: Central, name: str, usb: Path) -> None:
        self.folder, self.name, self.usb = folder, name, usb
        self.said: list[str] = []
        folder.mkdir()
        Store.create(folder / "kiosk.db")
        self.store, self.clock = Store.open(folder / "kiosk.db"), FakeClock()
        self.terminal = Terminal(self.store, self.clock, PEPPER)
        self.terminal.add_officers([SOMYING])
        self.key = Ed25519PrivateKey.generate()
        put_on_roster(central, (SOMYING,))
        code = invite_terminal(central, name, "1", LONG_AGO)
        enrolled = enrol_terminal(central, Enrol(code, public_text(self.key)), LONG_AGO)
        self.enrolment = Enrolment(
            url="https://x",
            site=enrolled.site,
            terminal=name,
            counter="1",
            central_key=enrolled.central_key,
        )
        self.terminal.join(self.enrolment)

    def rated(self, *scores: int, days_ago: int = 1) -> None:
        day = TODAY - timedelta(days=days_ago)
        self.terminal.carry_out([Record(rating(score, day=day)) for score in scores])
        close_days(self.store, self.clock, today=False)

    def visit(
        self, renewal: Renewal | None = None, releases: Releases | None = None
    ) -> stick.Visit:
        memory = self.folder / stick.MEMORY
        said = self.said.append
        return stick.visit(
            self.store, self.clock, self.key, self.usb, memory, said, PEPPER, renewal, releases
        )

    def due(self) -> int:
        with self.store.transaction() as t:
            return t.outbox.count(Delivery.DUE)

    def file(self, tail: str) -> Path:
        return self.usb / f"{self.enrolment.site}-{self.name}{tail}"


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    store = new_central_store(tmp_path / "central.db")
    yield made_central(store, tmp_path)
    store.close()


@pytest.fixture
def counter(tmp_path: Path, central: Central, usb: Path) -> Iterator[Counter]:
    counter = Counter(tmp_path / "terminal", central, "counter-1", usb)
    yield counter
    counter.store.close()


def at_central(central: Central, usb: Path) -> tuple[central_stick.Visited, ...]:
    return central_stick.visit(central, usb, lambda: MORNING)


def walk(counter: Counter, central: Central) -> stick.Visit:
    """To central and back."""
    counter.visit()
    at_central(central, counter.usb)
    return counter.visit()


def kept_at(central: Central, counter: Counter, days_ago: int = 1) -> int:
    """Ratings of that day at central."""
    with central.store.transaction(central.site) as t:
        tally = t.tallies.ratings(TODAY - timedelta(days=days_ago))
    return sum(sum(counts) for counts in tally.values())


def test_days_go_there_and_receipts_and_roster_come_back(
    counter: Counter, central: Central
) -> None:
    put_on_roster(central, (SOMYING, PRASIT))
    counter.rated(5, 4, 1)
    assert counter.visit().carried is None, "nobody knows yet what to seal it to"
    at_central(central, counter.usb)
    assert counter.visit().carried == 1
    at_central(central, counter.usb)
    back = counter.visit()
    assert (back.receipted, back.officers, back.carried) == (1, 2, 0)
    assert kept_at(central, counter) == 3
    with counter.store.transaction() as t:
        (parcel,) = t.outbox.everything()
    assert check_receipt(counter.enrolment, parcel)
    assert isinstance(verify(counter.store), Verified)
    assert first_disagreement(central) is None


def test_answers_go_home_also_where_the_stick_takes_no_release(
    counter: Counter, central: Central, usb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = Ed25519PrivateKey.generate()
    step = NextPublisher(public_key=public_text(publisher), proof="")
    assert trust_publisher(central, console("it"), step, LONG_AGO)
    counter.terminal.join(replace(counter.enrolment, publisher_key=step.public_key))
    (tmp_path / "home").mkdir()
    (tmp_path / "home/program").write_text("print()\n")
    release = tmp_path / "a.kiosk-release"
    manifest = write_release(
        tmp_path / "home",
        release,
        publisher,
        version=kiosk.__version__,
        commit="3e2cbda",
        python=python_here(),
        machine=machine_here(),
    )
    add_release(central, console("it"), release, LONG_AGO)
    releases = Releases(counter.folder / "releases")

    def older_program_visits() -> stick.Visit:
        with monkeypatch.context() as patch:
            patch.setattr(kiosk, "__version__", "0.0.1")
            return counter.visit(releases=releases)

    older_program_visits()
    at_central(central, usb)
    older_program_visits()
    in_the_way = usb / f"{file_name(manifest)}.new"
    in_the_way.mkdir()
    [visited] = at_central(central, usb)
    assert (visited.answered > 0, visited.refused) == (True, "")
    assert visited.trouble == "answered, but a release does not come along: Is a directory"
    older_program_visits()
    assert releases.installed() == ()
    in_the_way.rmdir()
    (usb / file_name(manifest)).write_bytes(bytes(release.stat().st_size))  # pulled out too early
    assert not at_central(central, usb)[0].trouble
    older_program_visits()
    assert releases.installed() == (kiosk.__version__,)


def test_a_key_is_renewed_and_strange_days_are_told_by_stick(
    counter: Counter, central: Central
) -> None:
    """Walks until the terminal goes by the new key, and one more: every one brings its day."""
    key_file = counter.folder / "terminal.key"
    write_key(key_file, counter.key)
    old = counter.key
    walk(counter, central)
    strange = day_report(1, TODAY - timedelta(days=9))
    assert take(central, strange) is Answer.STORED
    begin_renewal(key_file)
    for days_ago in (3, 2, 1):
        counter.rated(5, days_ago=days_ago)
        counter.visit(pending_renewal(key_file))
        at_central(central, counter.usb)
        counter.visit(pending_renewal(key_file))
        counter.key = read_key(key_file)
        assert kept_at(central, counter, days_ago) == 1
    known = find_terminal(central, counter.name)
    assert known is not None
    assert known.public_key == public_text(counter.key) != public_text(old)
    assert counter.due() == 0
    assert counter.terminal.status().foreign_days == (strange.date,)
    fleet = read_fleet(central, TODAY)
    assert [(alarm.kind, alarm.detail) for alarm in fleet.alarms] == [
        ("not-mine", strange.date.isoformat())
    ]


def test_a_greeting_on_an_old_stick_ends_no_run_that_is_open(
    counter: Counter, central: Central
) -> None:
    counter.visit()
    old = counter.file(TO_CENTRAL).read_bytes()
    at_central(central, counter.usb)
    counter.rated(5)
    counter.visit()
    new = counter.file(TO_CENTRAL).read_bytes()
    run = find_terminal(central, counter.name)
    counter.file(TO_CENTRAL).write_bytes(old)
    at_central(central, counter.usb)
    assert find_terminal(central, counter.name) == run
    counter.file(TO_CENTRAL).write_bytes(new)
    at_central(central, counter.usb)
    assert counter.visit().receipted == 1


def test_pins_that_central_issued_come_by_stick_sealed_to_a_key_of_this_run(
    counter: Counter, central: Central
) -> None:
    put_on_roster(central, (SOMYING, PRASIT))
    walk(counter, central)
    hr = Viewer(account="hr", name="hr", site=central.site)
    ((_, letter),) = issue_pins(central, {"101": 0}, hr, MORNING)
    at_central(central, counter.usb)
    assert b"argon2" not in counter.file(FROM_CENTRAL).read_bytes()
    assert counter.visit().pins == 1
    assert counter.terminal.check_pin("101", letter) == PinRight()
    assert next(p for p in read_pins(central)).waits == ("counter-1",), "nobody has told it yet"
    at_central(central, counter.usb)
    assert next(p for p in read_pins(central)).has == ("counter-1",)
    assert counter.visit().pins == 0
    retire_officer(central, "101")
    assert walk(counter, central).pins == 1
    assert not counter.terminal.has_pin("101")
    assert isinstance(verify(counter.store), Verified)


def test_one_stick_goes_round_all_counters(
    tmp_path: Path, counter: Counter, central: Central, usb: Path
) -> None:
    other = Counter(tmp_path / "other", central, "counter-2", usb)
    try:
        for one in (counter, other):
            one.rated(5, 5)
            one.visit()
        for _ in range(2):
            assert len(at_central(central, usb)) == 2
            results = [one.visit() for one in (counter, other)]
        assert [r.receipted for r in results] == [1, 1]
        assert kept_at(central, counter) == 4
    finally:
        other.store.close()


def test_who_finds_the_stick_learns_no_score(counter: Counter, central: Central) -> None:
    counter.rated(5, 4, 1)
    walk(counter, central)
    found = counter.file(TO_CENTRAL).read_bytes()
    assert found.startswith(SEALED)
    assert b"lines" not in found
    assert b"101" not in found
    at_central(central, counter.usb)
    answers = counter.file(FROM_CENTRAL).read_bytes()
    assert b"lines" not in answers


def test_a_lost_stick_loses_nothing(counter: Counter, central: Central) -> None:
    counter.rated(5)
    walk(counter, central)
    counter.file(TO_CENTRAL).unlink()
    counter.file(FROM_CENTRAL).unlink()
    counter.rated(4, days_ago=2)
    assert counter.visit().carried == 2
    at_central(central, counter.usb)
    assert counter.visit().receipted == 2
    assert counter.due() == 0


def test_a_stick_that_comes_twice_changes_nothing(
    tmp_path: Path, counter: Counter, central: Central
) -> None:
    counter.rated(5, 4)
    walk(counter, central)
    copy = shutil.copy(counter.file(TO_CENTRAL), tmp_path / "copy")
    at_central(central, counter.usb)
    answers = shutil.copy(counter.file(FROM_CENTRAL), tmp_path / "answers")
    assert counter.visit().receipted == 1
    shutil.copy(copy, counter.file(TO_CENTRAL))
    (again,) = at_central(central, counter.usb)
    assert "say hello again" in again.refused
    shutil.copy(answers, counter.file(FROM_CENTRAL))
    assert counter.visit().receipted == 0
    assert kept_at(central, counter) == 2
    assert find_terminal(central, counter.name) is not None
    assert not read_fleet(central, TODAY).alarms, "an old stick is no crime"


def test_a_terminal_put_back_to_an_older_copy_is_found(
    tmp_path: Path, counter: Counter, central: Central
) -> None:
    counter.rated(5)
    walk(counter, central)
    counter.store.checkpoint()
    older = shutil.copy(counter.folder / "kiosk.db", tmp_path / "older.db")
    counter.rated(1, 1, days_ago=2)
    counter.visit()
    at_central(central, counter.usb)
    counter.visit()
    counter.store.close()
    for left in counter.folder.glob("kiosk.db*"):
        left.unlink()
    shutil.copy(older, counter.folder / "kiosk.db")
    counter.store = Store.open(counter.folder / "kiosk.db")
    counter.visit()
    at_central(central, counter.usb)
    with pytest.raises(Refused, match="ask IT to compare"):
        counter.visit()
    assert [alarm.kind for alarm in read_fleet(central, TODAY).alarms] == ["rollback"]


def test_a_terminal_whose_key_was_ended_hears_it_by_stick(
    counter: Counter, central: Central
) -> None:
    counter.rated(5)
    walk(counter, central)
    assert revoke_terminal(central, console("it"), counter.name, "stolen", MORNING)
    (visited,) = at_central(central, counter.usb)
    assert visited.refused.startswith("this terminal's key was revoked: ")
    with pytest.raises(CentralRefused, match="central says: this terminal's key was revoked"):
        counter.visit()
    assert counter.due() == 1
    assert kept_at(central, counter) == 0


@pytest.mark.parametrize("at", [0, 40, -1])
def test_a_changed_byte_is_refused_at_either_end(
    counter: Counter, central: Central, at: int
) -> None:
    counter.rated(5)
    walk(counter, central)
    _flip(counter.file(TO_CENTRAL), at)
    (taken,) = at_central(central, counter.usb)
    assert taken.trouble
    assert kept_at(central, counter) == 0
    counter.visit()
    at_central(central, counter.usb)
    _flip(counter.file(FROM_CENTRAL), at)
    with pytest.raises(NotCentral, match="write it again at central"):
        counter.visit()
    assert counter.due() == 1


def test_anothers_answers_are_not_taken(
    tmp_path: Path, counter: Counter, central: Central, usb: Path
) -> None:
    store = new_central_store(tmp_path / "elsewhere.db")
    other, stick_of_other = made_central(store, tmp_path), tmp_path / "other-usb"
    stick_of_other.mkdir()
    imposter = Counter(tmp_path / "imposter", other, "counter-1", stick_of_other)
    try:
        imposter.visit()
        at_central(other, stick_of_other)
        counter.visit()
        shutil.copy(imposter.file(FROM_CENTRAL), usb)
        with pytest.raises(NotCentral):
            counter.visit()
        at_central(central, usb)
        assert counter.visit().carried == 0
    finally:
        imposter.store.close()
        store.close()


def test_a_stick_that_is_out_or_can_not_be_written_is_named(
    counter: Counter, central: Central
) -> None:
    counter.rated(5)
    walk(counter, central)
    in_the_way = counter.file(TO_CENTRAL + ".new")
    in_the_way.mkdir()
    with pytest.raises(SyncFailed, match=r"to-central"):
        counter.visit()
    in_the_way.rmdir()
    assert counter.visit().carried == 1
    shutil.rmtree(counter.usb)
    with pytest.raises(SyncFailed, match="is the stick in"):
        counter.visit()


def _flip(path: Path, at: int) -> None:
    found = bytearray(path.read_bytes())
    found[at] ^= 1
    path.write_bytes(found)


def test_what_does_not_belong_on_a_stick_keeps_no_terminal_waiting(
    counter: Counter, central: Central, tmp_path: Path
) -> None:
    """A folder, a pipe that nobody fills, and a link away from the stick, by a terminal's name."""
    counter.visit()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(counter.file(TO_CENTRAL).read_bytes())
    (counter.usb / f"a{TO_CENTRAL}").mkdir()
    os.mkfifo(counter.usb / f"b{TO_CENTRAL}")
    (counter.usb / f"c{TO_CENTRAL}").symlink_to(elsewhere)
    visited = at_central(central, counter.usb)
    assert [bool(v.trouble) for v in visited] == [True, True, True, False]
    assert counter.visit().carried == 0
    counter.file(FROM_CENTRAL).unlink()
    os.mkfifo(counter.file(FROM_CENTRAL))
    with pytest.raises(SyncFailed, match="no plain file"):
        counter.visit()


def test_a_terminal_that_asks_for_what_no_stick_carries_is_answered_the_rest(
    counter: Counter, central: Central
) -> None:
    """A photo is no text: it would have ended the visit, and with it every other terminal's."""
    put_on_roster(central, (SOMYING,))
    with central.store.transaction(central.site) as t:
        t.photos.put("101", b"\xff\xd8\xff\x80")
    at = f"/v1/sites/{central.site}/terminals/counter-1/"

    def asks(method: str, name: str, nonce: str, body: bytes = b"") -> list[Reply]:
        signature = sign_request(counter.key, method, at + name, nonce, body)
        asked = Outward(
            central.site,
            "counter-1",
            (
                Request(
                    method=method, name=name, nonce=nonce, signature=signature, body=body, etag=""
                ),
            ),
        )
        counter.file(TO_CENTRAL).write_bytes(asked.to_bytes())
        at_central(central, counter.usb)
        if not counter.file(FROM_CENTRAL).exists():
            return []
        return list(Homeward.parse(counter.file(FROM_CENTRAL).read_bytes()).replies)

    [welcome] = asks(
        "POST",
        "hello",
        "n0",
        made_hello(nonce="n0").to_bytes(),
    )
    run = Welcome.parse(welcome.body).nonce
    counter.file(FROM_CENTRAL).unlink()
    assert [reply.status for reply in asks("GET", "photos/101", run)] == [409], "no heads yet"
    counter.file(FROM_CENTRAL).unlink()
    assert [reply.status for reply in asks("GET", "roster", run)] == [200]
