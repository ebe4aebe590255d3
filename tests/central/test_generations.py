"""A terminal that is enrolled again: a generation beside the old one, which another confirms."""

from datetime import date, datetime, timedelta

import pytest
from msgspec import structs
from sqlalchemy import text
from starlette.testclient import TestClient

from kiosk.domain.scale import FaceOrder
from sync.central.disclosure import Counts, Scaled
from sync.central.ingest import Why
from sync.central.logbook import Kind, told
from sync.central.logwords import log_words
from sync.central.mark import ChangedSinceShown
from sync.central.store.terminals import State
from sync.central.store.witness import Alarm
from sync.central.usecases import terminals, two_people
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import (
    Release,
    enrol_terminal,
    find_terminal,
    invite_terminal,
    quarantine_terminal,
    read_fleet,
)
from sync.central.usecases.two_people import NotTheSecond
from sync.central.usecases.verification import first_disagreement, published_excess
from sync.central.viewer import ROLES, NotYours, Viewer
from sync.messages import Answer, Enrol, GapCount, Head, Heads, ReasonCount
from tests.support.builders import an_officer
from tests.support.central import (
    AUDIT,
    DIRECTOR,
    IT,
    enrolled,
    logged,
    on_roster,
    person,
    put_on_roster,
    signed_in,
    take,
)
from tests.support.central import NIGHT as NOW
from tests.support.day_reports import DAY, day_report, key_text
from tests.support.page_forms import form_for
from tests.support.terminal_requests import judge_terminal
from tests.support.two_people import (
    confirm_generation,
    confirm_new_terminal,
    confirm_release,
    confirm_release_of_terminal,
    propose_release,
    refuse_generation,
    release_terminal,
)

BEFORE = DAY - timedelta(days=3)
MONDAY = DAY + timedelta(days=7)
"""Monday after the week of DAY is over."""


def enrolled_again(central: Central, by: Viewer = IT, now: datetime = NOW) -> str:
    """The id of the new generation of counter-1."""
    code = invite_terminal(central, "counter-1", "1", now, by)
    return enrol_terminal(central, Enrol(code, key_text()), now).terminal


def heads_at(seq: int, sign: str) -> Heads:
    return Heads(now=Head(seq, sign * 64), at_last="", steps=(), answers=())


def changes(central: Central) -> list[str]:
    return [log_words("en", note.what) for note in logged(central, Kind.CHANGE)]


def state(central: Central, terminal: str) -> State:
    known = find_terminal(central, terminal)
    assert known is not None
    return known.state


def ratings(central: Central, day: date = DAY) -> int:
    with central.store.transaction(central.site) as t:
        return sum(sum(counts) for counts in t.tallies.ratings(day).values())


# --- generations -------------------------------------------------------------------------------


def test_the_old_machine_goes_on_until_another_person_has_confirmed_the_new_one(
    central: Central,
) -> None:
    enrolled(central)
    take(central, day_report(1, BEFORE))
    judge_terminal(central, "counter-1", heads_at(7, "a"), NOW)
    new = enrolled_again(central)
    assert new == "counter-1.g2"
    assert state(central, new) is State.WAITING
    assert take(central, day_report(terminal=new)) is Answer.WAITING
    assert judge_terminal(central, new, heads_at(1, "b"), NOW) is Answer.WAITING
    assert ratings(central) == 0
    assert take(central, day_report()) is Answer.STORED, "the old one goes on"
    old = find_terminal(central, "counter-1")
    assert old is not None
    assert old.head == heads_at(7, "a").now, "its witness stays"
    assert confirm_generation(central, DIRECTOR, new, NOW)
    assert (state(central, "counter-1"), state(central, new)) == (State.REPLACED, State.ACTIVE)
    tomorrow = DAY + timedelta(days=1)
    assert take(central, day_report(1, tomorrow, new)) is Answer.STORED
    assert first_disagreement(central) is None


def test_a_new_generation_changes_no_day_of_the_old_one(central: Central) -> None:
    enrolled(central)
    take(central, day_report(1, DAY))
    new = enrolled_again(central)
    confirm_generation(central, DIRECTOR, new, NOW)
    assert take(central, day_report(9, DAY, new, (0, 0, 0, 0, 99))) is Answer.PARKED
    assert take(central, day_report(1, BEFORE, new)) is Answer.PARKED
    assert ratings(central) == 6
    assert {(g.terminal, g.why) for g in read_fleet(central, DAY).doubted} == {
        (new, Why.TWICE),
        (new, Why.EARLY),
    }


@pytest.mark.parametrize(
    "second",
    [
        person("it", "it", "director"),
        person("other", "it", "director"),
        person("d", "director"),
    ],
)
def test_the_second_is_another_person_of_another_role(central: Central, second: Viewer) -> None:
    enrolled(central)
    first = person("it", "it", "director")
    new = enrolled_again(central, first)
    with pytest.raises(NotTheSecond):
        confirm_generation(central, second, new, NOW)
    with pytest.raises(NotYours):
        confirm_generation(central, person("x", "it"), new, NOW)
    assert confirm_generation(central, AUDIT, new, NOW)


def test_what_is_refused_never_counts_and_giving_it_back_is_a_generation_again(
    central: Central,
) -> None:
    enrolled(central)
    new = enrolled_again(central)
    assert refuse_generation(central, IT, new, NOW)
    assert state(central, new) is State.REVOKED
    assert state(central, "counter-1") is State.ACTIVE
    assert enrolled_again(central) == "counter-1.g3"
    assert [what for what in changes(central) if "refused" in what]


def test_one_person_does_not_settle_what_two_decide(central: Central) -> None:
    enrolled(central)
    new = enrolled_again(central)
    assert release_terminal(central, IT, new, "nothing", NOW) is Release.NOTHING
    assert not read_fleet(central, DAY).alarms[0].settled


def test_one_terminal_more_in_an_office_that_has_long_reported_needs_a_second_look(
    central: Central,
) -> None:
    enrolled(central)
    enrolled(central, "counter-2")
    take(central, day_report(1, DAY - timedelta(days=15)))
    assert read_fleet(central, DAY).alarms == ()
    code = invite_terminal(central, "counter-3", "1", NOW, IT)
    enrol_terminal(central, Enrol(code, key_text()), NOW)
    assert take(central, day_report(1, DAY, "counter-3", (0, 0, 0, 0, 900))) is Answer.STORED
    assert release_terminal(central, IT, "counter-3", "it is right", NOW) is Release.NOTHING
    shown = signed_in(central, ROLES["director"], now=NOW).get("/fleet/dindaeng?lang=en").text
    assert "One terminal more: counter-3" in shown
    with pytest.raises(NotYours):
        confirm_new_terminal(central, IT, "counter-3", NOW)
    with pytest.raises(NotTheSecond):
        confirm_new_terminal(central, person("it", "it", "director"), "counter-3", NOW)
    assert confirm_new_terminal(central, DIRECTOR, "counter-3", NOW)
    assert not confirm_new_terminal(central, DIRECTOR, "counter-3", NOW)
    assert not confirm_new_terminal(central, DIRECTOR, "counter-1", NOW)


# --- out of quarantine -------------------------------------------------------------------------


def test_one_alone_can_not_have_central_forget_what_it_has_seen(central: Central) -> None:
    """Quarantine by hand and release: whoever could do both would be rid of the witness."""
    enrolled(central)
    judge_terminal(central, "counter-1", heads_at(7, "a"), NOW)
    assert quarantine_terminal(central, IT, "counter-1", "found open", NOW)
    assert release_terminal(central, IT, "counter-1", "nothing was there", NOW) is Release.DONE
    assert judge_terminal(central, "counter-1", heads_at(3, "b"), NOW) is Answer.ROLLBACK
    assert not quarantine_terminal(central, IT, "counter-1", "found open", NOW)
    assert release_terminal(central, IT, "counter-1", "disk replaced", NOW) is Release.PROPOSED
    assert state(central, "counter-1") is State.ROLLBACK
    with pytest.raises(NotTheSecond):
        confirm_release_of_terminal(central, person("it", "it", "director"), "counter-1", NOW)
    with pytest.raises(NotYours):
        confirm_release_of_terminal(central, person("other", "it"), "counter-1", NOW)
    assert judge_terminal(central, "counter-1", heads_at(3, "b"), NOW) is Answer.QUARANTINED
    assert confirm_release_of_terminal(central, AUDIT, "counter-1", NOW)
    assert not confirm_release_of_terminal(central, AUDIT, "counter-1", NOW)
    assert judge_terminal(central, "counter-1", heads_at(3, "b"), NOW) is Answer.STORED
    assert any("disk replaced" in what for what in changes(central))


def test_a_proposal_is_for_the_quarantine_that_was_looked_at(central: Central) -> None:
    enrolled(central)
    judge_terminal(central, "counter-1", heads_at(7, "a"), NOW)
    judge_terminal(central, "counter-1", heads_at(3, "b"), NOW)
    release_terminal(central, IT, "counter-1", "disk replaced", NOW)
    confirm_release_of_terminal(central, DIRECTOR, "counter-1", NOW)
    judge_terminal(central, "counter-1", heads_at(9, "c"), NOW)
    assert judge_terminal(central, "counter-1", heads_at(2, "d"), NOW) is Answer.ROLLBACK
    assert not confirm_release_of_terminal(central, DIRECTOR, "counter-1", NOW)


# --- who confirms names what was shown ---------------------------------------------------------


def test_who_lets_reports_count_lets_those_of_the_page_count_alone(central: Central) -> None:
    """Another proposal, one report more, or a page of before: nothing is done, and it is shown."""
    enrolled(central)
    for day in (BEFORE, DAY):
        take(central, day_report(1, day))
    take(central, day_report(2, BEFORE, counts=(0, 0, 0, 0, 60)))
    it, director = (signed_in(central, ROLES[role], now=NOW) for role in ("it", "director"))
    where = {"terminal": "counter-1", "why": "fell"}

    def stand(client: TestClient, deed: str) -> dict[str, str]:
        form = form_for(client.get("/fleet/dindaeng").text, deed, **where)
        assert form is not None
        return {**form, "note": "copied twice"}

    first = stand(it, "propose")
    take(central, day_report(2, DAY, counts=(0, 0, 0, 0, 60)))
    assert it.post("/fleet/dindaeng/two-people", data=first).status_code == 409, "one came"
    assert it.post("/fleet/dindaeng/two-people", data=stand(it, "propose")).status_code == 303
    stale = stand(director, "count")
    propose_release(central, AUDIT, "counter-1", Why.FELL, "another reason", NOW)
    for form in (stale, {**stale, "mark": ""}):
        refused = director.post("/fleet/dindaeng/two-people?lang=en", data=form)
        assert refused.status_code == 409
        assert "nothing was done" in refused.text
        assert "another reason" in refused.text
    assert ratings(central) == 6
    form = stand(director, "count")
    audit = signed_in(central, ROLES["audit"], now=NOW)
    same_role = audit.post("/fleet/dindaeng/two-people?lang=en", data=form)
    assert (same_role.status_code, "Another person than a," in same_role.text) == (403, True)
    assert director.post("/fleet/dindaeng/two-people", data=form).status_code == 303
    assert ratings(central) == 60
    again = director.post("/fleet/dindaeng/two-people?lang=en", data=form)
    assert (again.status_code, "nothing was done" in again.text) == (409, True)


def test_a_release_settles_the_alarms_that_were_shown_alone(central: Central) -> None:
    enrolled(central)
    judge_terminal(central, "counter-1", heads_at(7, "a"), NOW)
    judge_terminal(central, "counter-1", heads_at(3, "b"), NOW)
    shown = read_fleet(central, DAY).release_mark("counter-1")
    release_terminal(central, IT, "counter-1", "disk replaced", NOW)
    seen_by_director = read_fleet(central, DAY).release_mark("counter-1")
    with central.store.transaction(central.site) as t:
        t.witness.alarm(Alarm(at=NOW, terminal="counter-1", kind="earlier-key", detail="a copy"))
    for mark in (shown, seen_by_director):
        with pytest.raises(ChangedSinceShown):
            two_people.confirm_release_of_terminal(central, DIRECTOR, "counter-1", mark, NOW)
        with pytest.raises(ChangedSinceShown):
            terminals.release_terminal(central, IT, "counter-1", mark, "again", NOW)
    assert state(central, "counter-1") is State.ROLLBACK
    assert confirm_release_of_terminal(central, DIRECTOR, "counter-1", NOW)


def test_a_machine_is_confirmed_as_it_was_shown(central: Central) -> None:
    """Its key, its counter and who made its code; a mark of something else confirms nothing."""
    enrolled(central)
    new = enrolled_again(central)
    fleet = read_fleet(central, DAY)
    for mark in ("", fleet.enrolment_mark("counter-1"), fleet.release_mark(new)):
        for confirm in (two_people.confirm_generation, two_people.refuse_generation):
            with pytest.raises(ChangedSinceShown):
                confirm(central, DIRECTOR, new, mark, NOW)
    assert state(central, new) is State.WAITING


# --- parked until two people decide ------------------------------------------------------------


@pytest.mark.parametrize("counts", [(0, 0, 0, 0, 60), (0, 0, 2, 1, 3)])
def test_a_revision_in_which_any_count_falls_is_parked_and_changes_nothing(
    central: Central, counts: tuple[int, ...]
) -> None:
    enrolled(central)
    first = day_report(1)
    take(central, first)
    assert take(central, day_report(2, counts=counts)) is Answer.PARKED
    assert ratings(central) == 6
    with central.store.transaction(central.site) as t:
        stored = t.days.report("counter-1", DAY)
    assert stored is not None
    assert stored.body == first.to_bytes()


def test_late_presses_only_add_and_need_nobody(central: Central) -> None:
    enrolled(central)
    first = structs.replace(day_report(1), gaps=(GapCount("", "pause-before-closing", 1),))
    assert take(central, first) is Answer.STORED
    later = structs.replace(
        day_report(2, counts=(0, 1, 1, 2, 5)), reasons=(ReasonCount("101", "wait", 1),)
    )
    assert take(central, later) is Answer.STORED
    with central.store.transaction(central.site) as t:
        earlier = t.days.earlier("counter-1", DAY)
    assert [(e.revision, e.body) for e in earlier] == [(1, first.to_bytes())]
    assert first_disagreement(central) is None


def test_two_people_let_a_parked_day_count(central: Central) -> None:
    enrolled(central)
    new = enrolled_again(central)
    confirm_generation(central, DIRECTOR, new, NOW)
    report = day_report(1, BEFORE, new)
    assert take(central, report) is Answer.PARKED
    assert confirm_release(central, DIRECTOR, new, Why.EARLY, NOW) is None, "nobody proposed it"
    assert propose_release(central, IT, new, Why.EARLY, "ran before its cable came", NOW) == 1
    with pytest.raises(NotYours):
        confirm_release(central, IT, new, Why.EARLY, NOW)
    later = day_report(1, BEFORE - timedelta(days=1), new)
    assert take(central, later) is Answer.PARKED
    released = confirm_release(central, DIRECTOR, new, Why.EARLY, NOW)
    assert released is not None
    assert (released.stored, released.left) == (1, 0)
    assert ratings(central, BEFORE) == 6
    assert ratings(central, later.date) == 0, "it came after the proposal"
    assert take(central, report) is Answer.ALREADY_HAVE
    assert first_disagreement(central) is None
    assert any("ran before its cable came" in what for what in changes(central))


def published(central: Central, day: date) -> list[Counts]:
    publish_due(central, day)
    with central.store.read(central.site) as t:
        return [block.counts for _, block in t.blocks.of_officer("101", date.min, date.max)]


def test_what_was_published_before_a_correction_is_named_and_made_up_level_by_level(
    central: Central,
) -> None:
    """Two people let a day count with other scores after its block was published."""
    enrolled(central)
    first = day_report(1, counts=(0, 0, 1, 2, 9))
    take(central, first)
    assert published(central, MONDAY) == [(0, 0, 1, 2, 9)]
    with central.store.transaction(central.site) as t:
        t.witness.forget("counter-1")
    assert take(central, day_report(2, counts=(6, 0, 1, 2, 3))) is Answer.PARKED
    propose_release(central, IT, "counter-1", Why.FELL, "copied twice", NOW)
    assert confirm_release(central, AUDIT, "counter-1", Why.FELL, NOW) is not None
    with central.store.transaction(central.site) as t:
        [earlier] = t.days.earlier("counter-1", DAY)
    assert earlier.body == first.to_bytes()
    assert first_disagreement(central) is None
    [excess] = published_excess(central)
    assert (excess.whose, excess.counts) == (Scaled("101", 5), (0, 0, 0, 0, 6))
    for role, page, words in (
        ("director", "/officer/dindaeng/101?lang=en", "Corrected afterwards: 23 Nov 2026"),
        ("audit", "/fleet/dindaeng?lang=en", "level by level, what was published too much"),
    ):
        shown = signed_in(central, ROLES[role], now=NOW).get(page)
        assert words in shown.text
    take(central, day_report(1, MONDAY, counts=(0, 0, 0, 1, 4)))
    week = MONDAY + timedelta(days=7)
    assert published(central, week)[1:] == [], "six ones and one four are not ten yet"
    take(central, day_report(1, week, counts=(3, 0, 0, 0, 5)))
    assert published(central, week + timedelta(days=7))[1:] == [(9, 0, 0, 1, 3)]
    assert published_excess(central) == ()
    assert first_disagreement(central) is None


@pytest.mark.parametrize(
    ("hand", "says"),
    [
        ("UPDATE blocks SET n1 = n1 + 4", "have ratings that the days never had"),
        ("UPDATE blocks SET n5 = n5 - 4", "none is waited for"),
    ],
)
def test_blocks_that_no_day_bears_out_are_named(central: Central, hand: str, says: str) -> None:
    """A hand that changes the months' sums as well."""
    enrolled(central)
    take(central, day_report(1, counts=(0, 0, 1, 2, 9)))
    published(central, MONDAY)
    with central.store.connection() as connection:
        connection.execute(text(hand))
        n, k = "(n1 + n2 + n3 + n4 + n5)", "(n4 + n5)"
        squares = f"nn = {n} * {n}, nk = {n} * {k}, kk = {k} * {k}"
        for sums in ("site_months", "officer_months"):
            connection.execute(text(hand.replace("blocks", sums)))
            connection.execute(text(f"UPDATE {sums} SET {squares}"))
    if "+" in hand:
        with central.store.transaction(central.site) as t:
            t.unclosed.mark([("101", DAY)])
    assert says in str(first_disagreement(central))


@pytest.mark.parametrize(
    "hand",
    [
        f"first_day = '{MONDAY - timedelta(days=14)}' WHERE number = 2",
        f"last_day = '{MONDAY - timedelta(days=8)}' WHERE number = 2",
        f"first_day = '{MONDAY - timedelta(days=13)}' WHERE number = 1",
        f"published = '{MONDAY - timedelta(days=8)}' WHERE number = 1",
        "number = 3 WHERE number = 2",
    ],
    ids=["overlaps", "ends before it begins", "no whole week", "closed too early", "one is gone"],
)
def test_a_block_that_a_hand_gave_other_days_is_named(central: Central, hand: str) -> None:
    """Its days say in which round it counts."""
    enrolled(central)
    for day in (MONDAY - timedelta(days=14), MONDAY - timedelta(days=7)):
        take(central, day_report(1, day, counts=(0, 0, 1, 2, 9)))
    published(central, MONDAY)
    assert first_disagreement(central) is None
    with central.store.connection() as connection:
        connection.execute(text(f"UPDATE blocks SET {hand}"))
        first, last = (f"(SELECT {end} FROM blocks)" for end in ("min(first_day)", "max(last_day)"))
        for sums in ("site_months", "officer_months"):
            connection.execute(text(f"UPDATE {sums} SET first_day = {first}, last_day = {last}"))
    assert "can't be" in str(first_disagreement(central))


def test_every_revision_is_read_as_it_came_by_the_audit_role_alone(central: Central) -> None:
    enrolled(central)
    first, second = day_report(1), day_report(2, counts=(0, 1, 1, 2, 3))
    take(central, first)
    take(central, second)
    audit = signed_in(central, ROLES["audit"], now=NOW)
    shown = audit.get(f"/tally/dindaeng?date={DAY}&lang=en").text
    assert all(words in shown for words in ("revision 1", "6 ratings", "revision 2", "7 ratings"))
    at = f"/tally/dindaeng/counter-1/{DAY}"
    for report in (first, second):
        assert audit.get(f"{at}/{report.revision}.json").content == report.to_bytes()
    assert audit.get(f"{at}/3.json").status_code == 404
    assert audit.get("/tally/dindaeng/counter-1/2026-13-99/1.json").status_code == 400
    reads = [note.what for note in logged(central, Kind.READ)]
    assert reads[:2] == [
        told("report", terminal="counter-1", day=DAY.isoformat(), revision=n) for n in (2, 1)
    ]
    assert signed_in(central, ROLES["it"], now=NOW).get(f"{at}/1.json").status_code == 403


def test_impossible_amounts_are_parked(central: Central) -> None:
    enrolled(central)
    million = day_report(counts=(0, 0, 0, 0, 1_000_000), officer="nobody-known")
    assert take(central, million) is Answer.PARKED
    reasons = structs.replace(day_report(1, BEFORE), reasons=(ReasonCount("101", "wait", 7),))
    assert take(central, reasons) is Answer.PARKED
    assert take(central, day_report(1, counts=(0, 0, 0, 0, 900))) is Answer.STORED, "a hard day"
    elsewhere = structs.replace(
        day_report(1, BEFORE - timedelta(days=1)),
        lines=(structs.replace(day_report().lines[0], counter="99"),),
    )
    assert take(central, elsewhere) is Answer.PARKED
    assert {g.why for g in read_fleet(central, DAY).doubted} == {Why.AMOUNT, Why.COUNTER}


def test_an_order_of_the_faces_that_was_reported_is_not_taken_back_unseen(central: Central) -> None:
    enrolled(central)
    first = day_report(orders=(FaceOrder.WORST_FIRST,))
    assert take(central, first) is Answer.STORED
    assert take(central, structs.replace(first, revision=2, orders=(FaceOrder.BEST_FIRST,))) is (
        Answer.PARKED
    )
    assert {g.why for g in read_fleet(central, DAY).doubted} == {Why.FELL}
    assert take(central, structs.replace(first, revision=3, orders=tuple(FaceOrder))) is (
        Answer.STORED
    )


# --- officers who are not on the roster --------------------------------------------------------


def test_an_unknown_officers_ratings_wait_for_the_roster_and_everybody_elses_count(
    central: Central,
) -> None:
    enrolled(central)
    on_roster(central, "101")
    first = day_report(1)
    both = structs.replace(
        first,
        lines=(*first.lines, structs.replace(first.lines[0], officer="local")),
        sheets=(*first.sheets, structs.replace(first.sheets[0], officer="local")),
    )
    receipt = take_day_report(central, "counter-1", both, both.to_bytes(), NOW)
    assert receipt.answer is Answer.STORED
    assert ratings(central) == 6
    assert read_fleet(central, DAY).unknown_officers == {"local": [("counter-1", DAY)]}
    assert first_disagreement(central) is None
    on_roster(central, "local")
    assert ratings(central) == 6, "the use case lets them count, not the bare store"
    put_on_roster(central, (an_officer("201", "คนใหม่", id="local"),))
    assert ratings(central) == 12
    assert read_fleet(central, DAY).unknown_officers == {}
    assert first_disagreement(central) is None
