"""Whose record an entry of a roster goes on with: nothing is guessed, and nobody gets another's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import rostercsv
from kiosk.domain.people import Officer, OfficerId, RosterEntry, name_key, section_id
from kiosk.domain.rosterplan import Answer, BadPlan, RosterPlan, Why, Word, plan
from kiosk.officerid import new_officer_id
from tests.support.builders import an_officer

SOMYING = an_officer("007", "สมหญิง ใจดี", "นักวิชาการ", "ฝ่ายทะเบียน", id="a")
PRASIT = an_officer("12", "ประสิทธิ์ ญาณวุฒิ", section="ฝ่ายรายได้", id="b")
ROSTER = (SOMYING, PRASIT)


def entry(number: str, name: str, id: str = "", section: str = "") -> RosterEntry:
    return RosterEntry.parse(number, name, section=section, id=id)


def planned(
    *entries: RosterEntry, roster: tuple[Officer, ...] = ROSTER, **words: str
) -> RosterPlan:
    """`words`: what is said, by the number behind an n."""
    answers = {number[1:]: Answer(Word(word)) for number, word in words.items()}
    return plan(roster, entries, answers, new_officer_id)


def asked(made: RosterPlan) -> list[tuple[Why, OfficerId]]:
    return [(question.why, question.met.id) for question in made.questions]


def problems(
    *entries: RosterEntry, roster: tuple[Officer, ...] = ROSTER, **words: str
) -> list[str]:
    with pytest.raises(BadPlan) as refused:
        planned(*entries, roster=roster, **words)
    return [problem.key for problem in refused.value.problems]


def test_a_new_person_gets_an_id_that_is_no_number() -> None:
    (officer,) = planned(entry("301", "กมล")).added
    assert officer.id != "301"
    assert not officer.id.isdigit()


def test_the_same_number_and_name_is_the_same_person_and_an_empty_cell_changes_nothing() -> None:
    made = planned(entry("007", "  สมหญิง   ใจดี "), entry("12", PRASIT.name, section="ฝ่ายโยธา"))
    assert made.unchanged == (SOMYING,)
    assert [one.after for one in made.changed] == [replace(PRASIT, section=section_id("ฝ่ายโยธา"))]


@pytest.mark.parametrize(
    "name", ["น\u0e4d\u0e49า", "น\u0e49\u0e4dา", "น\u0e33\u0e49", "น\u200b\u0e49ำ"]
)
def test_a_name_typed_in_two_ways_is_one(name: str) -> None:
    roster = (an_officer("1", "น\u0e49ำ ใจดี"),)
    assert not planned(entry("1", f"{name} ใจดี"), roster=roster).added
    assert not planned(entry("1", f"{name} ใจดี"), roster=roster).questions


def test_another_name_with_the_number_is_a_question_until_a_word_is_said() -> None:
    made = planned(entry("007", "กมล"), entry("301", "ใหม่"))
    assert asked(made) == [(Why.OTHER_NAME, "a")]

    renamed = planned(entry("007", "กมล"), n007="renamed")
    assert renamed.officers == (replace(SOMYING, name="กมล"),)

    another = planned(entry("007", "กมล"), n007="new")
    before, newcomer = another.officers
    assert before == replace(SOMYING, retired=True)
    assert (newcomer.number, newcomer.name) == ("007", "กมล")
    assert newcomer.id not in ("a", "b", "007")
    assert newcomer.section == "", "nothing of the one before"

    assert planned(entry("007", "กมล"), n007="leave") == RosterPlan()


def test_007_and_7_of_one_name_are_asked_about() -> None:
    assert asked(planned(entry("7", SOMYING.name))) == [(Why.OTHER_NUMBER, "a")]
    (change,) = planned(entry("7", SOMYING.name), n7="renamed").changed
    assert change.after == replace(SOMYING, number="7")
    assert asked(planned(entry("7", SOMYING.name, id="a"))) == [(Why.OTHER_NUMBER, "a")], (
        "a spreadsheet ate the zeros"
    )
    both = (entry("007", "กมล"), entry("7", "กมล"))
    assert [question.why for question in planned(*both, roster=()).questions] == [Why.TWICE]
    assert len(planned(*both, roster=(), n7="new").added) == 2


def test_a_number_changes_by_the_id_of_an_exported_file_and_two_may_swap() -> None:
    made = planned(entry("12", SOMYING.name, id="a"), entry("007", PRASIT.name, id="b"))
    assert [(one.after.id, one.after.number) for one in made.changed] == [("a", "12"), ("b", "007")]
    assert not made.retired
    promoted = planned(entry("900", SOMYING.name, id="a"), entry("007", "กมล"))
    assert [one.number for one in promoted.added] == ["007"], "the number is free again"
    assert not promoted.retired


def test_a_swap_without_ids_is_never_guessed() -> None:
    swap = (entry("12", SOMYING.name), entry("007", PRASIT.name))
    assert asked(planned(*swap)) == [(Why.NUMBER_MOVES, "b"), (Why.NUMBER_MOVES, "a")]
    assert Word.RENAMED not in planned(*swap).questions[0].words


def test_the_id_of_another_is_refused_by_name() -> None:
    assert problems(entry("12", PRASIT.name, id="a")) == ["id_of_another"]
    other = planned(entry("55", "กมล", id="a"))
    assert asked(other) == [(Why.OTHER_PERSON, "a")], "neither number nor name is theirs"
    assert problems(entry("12", SOMYING.name, id="a")) == ["number_taken"]
    assert problems(entry("9", SOMYING.name, id="a"), entry("007", SOMYING.name)) == [
        "person_twice"
    ]


def test_an_id_that_is_not_known_is_taken_for_a_new_person_and_for_nobody_else() -> None:
    (officer,) = planned(entry("301", "กมล", id="p00ff")).added
    assert officer.id == "p00ff", "a terminal that worked alone brings its own people along"
    assert planned(entry("007", SOMYING.name, id="p00ff")).unchanged == (SOMYING,)


def test_who_comes_back_is_asked_about() -> None:
    gone = (replace(SOMYING, retired=True), PRASIT)
    assert asked(planned(entry("007", SOMYING.name), roster=gone)) == [(Why.RETIRED, "a")]
    (back,) = planned(entry("31", SOMYING.name), roster=gone, n31="returned").returned
    assert back.after == replace(SOMYING, number="31")
    (another,) = planned(entry("007", SOMYING.name), roster=gone, n007="new").added
    assert another.id != "a"
    assert planned(entry("007", "กมล"), roster=gone).added, "a number that is free"


def test_a_word_holds_for_the_person_whom_it_was_said_of() -> None:
    """Another clerk has given the number to somebody else meanwhile."""
    answer = {"007": Answer(Word.RENAMED, about="a")}
    newcomer = an_officer("007", "คนอื่น", id="c")
    meanwhile = (replace(SOMYING, retired=True), newcomer)
    made = plan(meanwhile, (entry("007", "กมล"),), answer, new_officer_id)
    assert asked(made) == [(Why.OTHER_NAME, "c")]


def test_what_is_exported_comes_back_unchanged() -> None:
    entries = rostercsv.parse(rostercsv.export(ROSTER)).entries
    assert planned(*entries).unchanged == ROSTER


NUMBERS = st.sampled_from(["7", "007", "12", "13"])
NAMES = st.sampled_from(["ก", "ข", "ค", "ง"])


def an_entry() -> st.SearchStrategy[RosterEntry]:
    ids = st.sampled_from(["", "0", "1", "2", "x"])
    return st.builds(RosterEntry, number=NUMBERS, name=NAMES, id=ids)


@st.composite
def rosters(draw: st.DrawFn) -> tuple[Officer, ...]:
    """Three people, of whom no two active ones share a number."""
    people: list[Officer] = []
    for id_ in "012":
        number, name, retired = draw(NUMBERS), draw(NAMES), draw(st.booleans())
        used = {officer.number for officer in people if not officer.retired}
        person = an_officer(number, name, id=id_)
        people.append(replace(person, retired=retired or number in used))
    return tuple(people)


@given(
    rosters(),
    st.lists(an_entry(), max_size=3, unique_by=(lambda e: e.number, lambda e: e.id or e.number)),
    st.dictionaries(NUMBERS, st.sampled_from(Word)),
)
def test_nobody_gets_anothers_record_whatever_a_clerk_types(
    roster: tuple[Officer, ...], entries: list[RosterEntry], words: dict[str, Word]
) -> None:
    answers = {number: Answer(word) for number, word in words.items()}
    try:
        made = plan(roster, entries, answers, new_officer_id)
    except BadPlan:
        return
    after = {officer.id: officer for officer in (*roster, *made.officers)}
    active = [officer.number for officer in after.values() if not officer.retired]
    assert len(active) == len(set(active))
    for person in roster:
        now = after[person.id]
        if name_key(now.name) != name_key(person.name):
            assert words.get(now.number) is Word.RENAMED
        if person.retired and not now.retired:
            assert words.get(now.number) is Word.RETURNED
        if now.retired and not person.retired:
            assert words.get(now.number) is Word.NEW
    kept = {person.id for person in roster}
    assert not kept & {officer.id for officer in made.added}
