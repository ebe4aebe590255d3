"""Scales, business days, tallies, seals, people: the laws they keep."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.businessday import buddhist_year, fiscal_year
from kiosk.domain.people import (
    BadPerson,
    CounterId,
    OfficerId,
    ServiceId,
    plain,
    readable,
    tidied,
)
from kiosk.domain.rating import Channel, Half, Rating, RatingId
from kiosk.domain.rostercsv import BadRoster, parse
from kiosk.domain.scale import NotOnScale, Scale, Score
from kiosk.domain.seal import Seal, rating_entry
from kiosk.domain.tally import Tally
from kiosk.language import in_english
from tests.support.builders import an_officer

ratings = st.builds(
    Rating,
    id=st.binary(min_size=16, max_size=16).map(RatingId),
    business_date=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    half=st.sampled_from(Half),
    officer=st.sampled_from(["101", "102"]).map(OfficerId),
    service=st.just(ServiceId("general")),
    counter=st.just(CounterId("1")),
    score=st.integers(1, 5).map(Score),
    levels=st.just(5),
    channel=st.sampled_from(Channel),
)
rating_lists = st.lists(ratings, max_size=12)


def test_five_levels_give_points_from_0_to_100_and_the_top_two_are_satisfied() -> None:
    scale = Scale(5)
    assert [scale.points(s) for s in scale.scores()] == [0, 25, 50, 75, 100]
    assert [s for s in scale.scores() if scale.satisfied(s)] == [4, 5]


@pytest.mark.parametrize(("levels", "satisfied"), [(4, [3, 4]), (3, [3])])
def test_shorter_scales_have_their_own_satisfied_levels(levels: int, satisfied: list[int]) -> None:
    scale = Scale(levels)
    assert [s for s in scale.scores() if scale.satisfied(s)] == satisfied


@pytest.mark.parametrize("value", [0, 6, -1])
def test_a_number_off_the_scale_is_refused(value: int) -> None:
    with pytest.raises(NotOnScale):
        Scale(5).score(value)


def test_fiscal_year_2567_runs_from_october_2566_to_september_2567() -> None:
    assert buddhist_year(fiscal_year(date(2023, 10, 1))) == 2567
    assert buddhist_year(fiscal_year(date(2024, 9, 30))) == 2567
    assert buddhist_year(fiscal_year(date(2024, 10, 1))) == 2568


@given(rating_lists, rating_lists, rating_lists)
def test_merging_tallies_is_associative_and_commutative(
    a: list[Rating], b: list[Rating], c: list[Rating]
) -> None:
    x, y, z = Tally.of(a), Tally.of(b), Tally.of(c)
    assert x.merge(y).merge(z) == x.merge(y.merge(z)) == z.merge(y).merge(x)
    assert x.merge(y).n == len(a) + len(b)


@given(rating_lists, st.randoms())
def test_a_seal_forgets_order_but_no_rating(rows: list[Rating], random: "object") -> None:
    entries = [rating_entry(r) for r in rows]
    seal = Seal.of(entries)
    shuffled = sorted(entries, reverse=True)
    one_by_one = Seal()
    for entry in shuffled:
        one_by_one = one_by_one.add(entry)
    assert one_by_one == seal
    half = len(entries) // 2
    assert Seal.of(entries[:half]).merge(Seal.of(entries[half:])) == seal
    if entries:
        assert Seal.of(entries[1:]).digest != seal.digest


def test_a_seal_carries_no_lane_into_its_neighbour_over_many_entries() -> None:
    entries = [i.to_bytes(4, "big") for i in range(70_000)]
    in_bulk = Seal.of(entries)
    halves = Seal.of(entries[:35_000]).merge(Seal.of(entries[35_000:]))
    assert in_bulk == halves


@pytest.mark.parametrize(
    "name",
    ["", "=1+1", "@cmd", "a\x00b", "ชื่อ\u202eกลับ", "a" + "\u0301" * 40, "x" * 81, "a\nb"],
)
def test_a_name_that_would_trip_a_screen_or_a_sheet_is_refused(name: str) -> None:
    with pytest.raises(BadPerson):
        an_officer("101", name)


def test_thai_names_with_stacked_marks_pass_unchanged() -> None:
    assert an_officer("101", " นายปิ่นเกล้า กตัญญู ").name == "นายปิ่นเกล้า กตัญญู"


def test_a_roster_with_bom_and_thai_is_read_whole() -> None:
    text = "\ufeffnumber,name,position,section\r\n101,สมหญิง ใจดี,เจ้าพนักงาน,ทะเบียน\r\n"
    [officer] = parse(text.encode()).entries
    assert (officer.number, officer.name, officer.section) == ("101", "สมหญิง ใจดี", "ทะเบียน")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: the file is empty"),
        ("name,position\nก,ข\n", "line 1: column 'number' is missing"),
        ("number,name,name\n1,ก,9\n", "line 1: column 'name' appears twice"),
        ("number,name\n101,ก\n101,ข\n", "line 3: number 101 is already on line 2"),
        ("number,name\n101,=cmd()\n", "line 2: name '=cmd()' starts like a spreadsheet formula"),
        ("number,name\n101,ก\x07\n", "line 2: name has a character that can't be shown (U+0007)"),
        ("number,name\n101\n", "line 2: name is empty"),
        ("number,name\n101,ก,ข\n", "line 2: 3 columns where the header has 2"),
    ],
)
def test_a_bad_roster_names_the_line(text: str, said: str) -> None:
    with pytest.raises(BadRoster) as caught:
        parse(text.encode())
    lines = [in_english(problem) for problem in caught.value.problems]
    assert any(said in line for line in lines), lines


def test_a_roster_in_no_encoding_of_ours_says_how_to_save_it() -> None:
    with pytest.raises(BadRoster) as caught:
        parse("number,name\n1,Müller\n".encode("latin-1"))
    assert "save the sheet as “CSV UTF-8”" in in_english(caught.value)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_roster_reader_raise_anything_else(data: bytes) -> None:
    with contextlib.suppress(BadRoster):
        parse(data)


def test_prose_loses_what_nobody_could_read_and_nothing_else() -> None:
    fine = "บรรทัดแรก ขั้นตอน น้ำผึ้ง\n\tบรรทัดที่สอง <b> = 😀"
    assert tidied(fine) == fine
    assert tidied("a\u202eb\u200fc\x07d\ud800e") == "abcde"
    assert tidied("ก" + "\u0e48" * 10_000) == "ก" + "\u0e48" * 3


@given(st.text())
def test_each_line_of_tidied_prose_is_readable(text: str) -> None:
    for line in tidied(text).replace("\t", "\n").split("\n"):
        readable("text", line)


@pytest.mark.parametrize("name", ["\u200b", "\ufeff", "\u200b \u2060", "่", "＝1+1", "＠ก"])
def test_a_name_that_nobody_sees_or_a_wide_formula_is_refused(name: str) -> None:
    with pytest.raises(BadPerson):
        plain("name", name)
