"""Officers' names: their order in a list, and what is typed to find one."""

import pytest

from kiosk.domain.people import Officer
from tests.support.builders import an_officer
from ui.names import in_order, initials, letters, matching, next_letters, without_title


def officers(*names: str) -> tuple[Officer, ...]:
    return tuple(an_officer(str(101 + nth), name) for nth, name in enumerate(names))


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("นางสาวสมหญิง ใจดี", "สมหญิง ใจดี"),
        ("ว่าที่ร้อยตรีหญิง กมล แสง", "กมล แสง"),
        ("ว่าที่ ร.ต. ณรงค์ ไชย", "ณรงค์ ไชย"),
        ("ผศ.ดร.พร ขำ", "พร ขำ"),
        ("Mrs. Jane Smith", "Jane Smith"),
        ("Miriam Cook", "Miriam Cook"),
        ("Drew Carey", "Drew Carey"),
        ("นายิกา สุข", "นายิกา สุข"),
        ("นาย", "นาย"),
    ],
)
def test_a_title_is_no_part_of_a_name(name: str, bare: str) -> None:
    assert without_title(name) == bare


def test_names_stand_as_in_a_thai_directory() -> None:
    """By consonants: a vowel before one counts after it, a tone mark hardly; titles not at all."""
    expected = ["กมล", "กรกฎ", "การะเกด", "กิ่ง", "เก่ง", "เกษม", "แก้ว", "ขจร", "ไข่มุก", "ใจดี", "อร"]
    titles = ("นาย", "นาง", "นางสาว")
    named = officers(*(titles[nth % 3] + name for nth, name in enumerate(reversed(expected))))
    assert [without_title(officer.name) for officer in in_order(named)] == expected


def test_who_has_one_name_stands_by_number() -> None:
    assert [o.number for o in in_order(officers("นายก ข", "นายก ข"))] == ["101", "102"]


def test_a_name_is_found_by_its_consonants_and_a_number_by_its_digits() -> None:
    people = officers("นางสาวสมหญิง ใจดี", "นายเสาวนีย์ สมบัติ", "John Smith")
    found = {
        typed: [o.number for o in matching(people, typed)] for typed in ("สม", "สว", "JO", "10")
    }
    assert found == {
        "สม": ["101", "102"],
        "สว": ["102"],
        "JO": ["103"],
        "10": ["101", "102", "103"],
    }
    assert letters("เสาวนีย์") == "สวนย"
    assert letters("é-1") == "E1"


def test_only_letters_are_offered_that_lead_to_somebody() -> None:
    people = officers("นางสาวสมหญิง ใจดี", "นายเสาวนีย์ สมบัติ", "John Smith")
    assert next_letters(people, "") == ("J", "S", "จ", "ส")
    assert next_letters(people, "ส") == ("ม", "ว")
    assert next_letters(people, "สวนย") == ()


@pytest.mark.parametrize("name", ["นาย", "(ก)", "๑๒", "👩", "เ", "นายเ", "ก" * 80])
def test_odd_names_have_initials_and_a_place(name: str) -> None:
    assert initials(name)
    assert in_order(officers(name, "ก"))
    assert next_letters(officers(name), "") is not None
