"""People at a terminal: a number that changes hands takes no PIN and no rating along."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain import rostercsv
from kiosk.domain.encounter import Record
from kiosk.domain.people import Officer, OfficerId, RosterEntry
from kiosk.domain.rosterplan import Answer, BadPlan, Word
from kiosk.domain.wording import Wording
from kiosk.lockout import PinRight, PinWrong
from kiosk.pin import FREE_TRIES
from kiosk.store.engine import Store
from kiosk.terminal import Terminal
from sync.incoming import take_roster
from sync.messages import Roster
from tests.support.builders import PEPPER, TODAY, FakeClock, an_officer, rating

SOMYING_PIN, PRASIT_PIN = "592817", "730164"
CLOCK = FakeClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "kiosk.db"
    Store.create(path)
    store = Store.open(path)
    yield store
    store.close()


@pytest.fixture
def terminal(store: Store) -> Terminal:
    """One that works alone, with two officers who have PINs."""
    terminal = Terminal(store, CLOCK, PEPPER, "boot")
    entries = (RosterEntry.parse("101", "สมหญิง"), RosterEntry.parse("102", "ประสิทธิ์"))
    terminal.change_roster(entries, {})
    for number, pin in (("101", SOMYING_PIN), ("102", PRASIT_PIN)):
        terminal.set_pin(holder(terminal, number).id, pin)
    return terminal


def holder(terminal: Terminal, number: str) -> Officer:
    officer = terminal.by_number(number)
    assert officer is not None
    return officer


def sent(store: Store, *officers: Officer) -> None:
    """A roster of central arrives."""
    body = Roster.of(officers, Wording()).to_bytes()
    take_roster(store, CLOCK, body)


def test_a_newcomer_at_a_terminal_alone_has_neither_pin_nor_ratings_of_the_one_before(
    store: Store, terminal: Terminal
) -> None:
    before = holder(terminal, "101")
    terminal.carry_out([Record(rating(5, before))])
    newcomer = RosterEntry.parse("101", "กมล")
    assert terminal.change_roster((newcomer,), {}).questions
    assert holder(terminal, "101") == before, "nothing before the word"
    terminal.change_roster((newcomer,), {"101": Answer(Word.NEW)})
    now = holder(terminal, "101")
    assert now.id != before.id
    assert not terminal.has_pin(now.id)
    assert terminal.check_pin(now.id, SOMYING_PIN) == PinWrong()
    assert [officer.name for officer in terminal.officers()] == ["กมล", "ประสิทธิ์"]
    terminal.carry_out([Record(rating(1, now))])
    with store.read() as snapshot:
        sheets = {sheet.officer: sheet.n for sheet in snapshot.ratings.sheets(TODAY)}
    assert sheets == {before.id: 1, now.id: 1}


def test_who_is_renamed_keeps_the_pin_and_the_ratings(terminal: Terminal) -> None:
    before = holder(terminal, "101")
    terminal.change_roster(
        (RosterEntry.parse("101", "สมหญิง สกุลใหม่"),), {"101": Answer(Word.RENAMED)}
    )
    assert holder(terminal, "101").id == before.id
    assert terminal.check_pin(before.id, SOMYING_PIN) == PinRight()


def test_two_who_swap_their_numbers_keep_their_pins(store: Store, terminal: Terminal) -> None:
    a, b = holder(terminal, "101"), holder(terminal, "102")
    swap = (
        RosterEntry.parse("102", a.name, id=a.id),
        RosterEntry.parse("101", b.name, id=b.id),
    )
    terminal.change_roster(swap, {})
    assert (holder(terminal, "102").id, holder(terminal, "101").id) == (a.id, b.id)
    assert terminal.check_pin(a.id, SOMYING_PIN) == PinRight()

    first = (an_officer("101", "ก", id="x"), an_officer("102", "ข", id="y"))
    sent(store, *first)
    terminal.set_pin(OfficerId("x"), SOMYING_PIN)
    sent(store, an_officer("102", "ก", id="x"), an_officer("101", "ข", id="y"))
    assert holder(terminal, "102").id == "x"
    assert terminal.check_pin("x", SOMYING_PIN) == PinRight()
    assert terminal.check_pin("y", SOMYING_PIN) == PinWrong()


def test_a_terminal_that_was_alone_knows_its_people_again_by_number_and_name(
    store: Store, terminal: Terminal
) -> None:
    """Never by the number alone: 102 is somebody else at central."""
    somying, prasit = holder(terminal, "101"), holder(terminal, "102")
    for _ in range(FREE_TRIES - 1):
        assert terminal.check_pin(somying.id, "000001") == PinWrong()
    sent(store, an_officer("101", " สมหญิง", id="c1"), an_officer("102", "กมล", id="c2"))
    assert [officer.id for officer in terminal.officers()] == ["c1", "c2"]
    wrong = terminal.check_pin("c1", "000001")
    assert wrong == PinWrong(wait=15.0), "the failed tries came along"
    terminal.unlock("c1")
    assert terminal.check_pin("c1", SOMYING_PIN) == PinRight()
    assert not terminal.has_pin(somying.id)
    assert terminal.check_pin("c2", PRASIT_PIN) == PinWrong()
    assert not terminal.has_pin("c2")
    assert terminal.check_pin(prasit.id, PRASIT_PIN) == PinRight(), "theirs, but not on the roster"
    with store.read() as snapshot:
        assert snapshot.pins.of("c1")
    terminal.set_pin("c1", PRASIT_PIN)
    assert terminal.check_pin("c1", PRASIT_PIN) == PinRight(), "a new PIN is under the new id"


def test_whom_central_sends_is_changed_at_central(store: Store, terminal: Terminal) -> None:
    sent(store, an_officer("101", "สมหญิง", id="c1"))
    for word in (Word.RENAMED, Word.NEW, Word.RETURNED):
        with pytest.raises(BadPlan):
            terminal.change_roster((RosterEntry.parse("101", "กมล"),), {"101": Answer(word)})
    same = terminal.change_roster((RosterEntry.parse("101", "สมหญิง"),), {})
    assert [officer.id for officer in same.unchanged] == ["c1"]


def test_the_exported_file_has_the_ids(terminal: Terminal) -> None:
    entries = rostercsv.parse(rostercsv.export(terminal.officers())).entries
    assert [entry.id for entry in entries] == [officer.id for officer in terminal.officers()]
