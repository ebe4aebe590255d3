"""What central refuses is said in Thai on Thai pages, whichever rule refused it."""

import io
import json
import re
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from kiosk.domain import rostercsv
from kiosk.domain.people import BadPerson
from kiosk.domain.refusal import Refusal
from kiosk.domain.rostercsv import BadRoster
from sync.central import sitesettings
from sync.central.language import words
from sync.central.photos import BadPhoto, portrait
from sync.central.sitesettings import SiteSettings
from sync.central.store.people import NumberTaken
from sync.central.usecases.central import Central
from sync.central.usecases.people import retire_officer
from sync.central.viewer import ROLES
from sync.central.web.forms import Posted
from sync.central.web.settings_form import draft_in, values_in
from tests.support.builders import an_officer
from tests.support.central import NOON as NOW
from tests.support.central import put_on_roster, signed_in
from tests.support.central_forms import bomb, group_form, group_of

ENGLISH = re.compile(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}")
MARKS = "ก" + "\u0e48" * 9

ROSTERS = (
    b"", b"\xff", b"number\n1\n", b"number,name\n1,2,3\n", b"PK\x03\x04",
    b"number,name,name\n", b"number,name\n",
    b"number,name\n1\n", "number,name\n1,=1\n1,ก\n1,ก\n*,ข\n5,\n".encode(),
    f"number,name\n1,{MARKS}\n2,a\u202eb\n3,{'x' * 99}\n".encode(),
    ("number,name\n" + "".join(f"{n},x\n" for n in range(10_001))).encode(),
)  # fmt: skip
FORMS: tuple[dict[str, str], ...] = (
    {"compare_from": "29"}, {"fiscal_year_starts": "13"}, {"level_words_th": "ดี"},
    {"level_words_th": "ก\nข\nค"}, {"level_words_th": f"{MARKS}\nข\nค\nง\nจ"},
    {"reasons": "wait | รอ"},
    {"reasons": "wait|ก|a\nwait|ข|b"}, {"reasons": "ก|ข|c"}, {"reasons": "\n".join(["a|ก|a"] * 9)},
    {"channels": "ก|b|javascript:"}, {"channels": "=ก|b|tel:1"}, {"comment_url": "ftp://x"},
    {"question_th": "x" * 301}, {"licence": "a\x07b"}, {"opening_hours": "a\u202eb"},
    {"ita_rows": "I2 | IIT"}, {"ita_rows": "ก | IIT | ก"}, {"ita_rows": "I2 | X | ก"},
    {"ita_rows": "I2 | IIT | "}, {"ita_rows": "I2|IIT|ก\nI2|IIT|ข"},
    {"ita_rows": f"I2 | IIT | {MARKS}"}, {"ita_rows": f"I2 | IIT | {'ก' * 301}"},
    {"ita_rows": "\n".join(f"I{n}|IIT|ก" for n in range(151))},
    {"holidays": "31/12/69"}, {"holidays": "2026-02-30"},
    {"holidays": "\n".join(f"{y}-01-01" for y in range(2000, 2401))},
)  # fmt: skip
FILES = (
    "[", "{}", "[]", '{"x": 1}', '{"holidays": [20261231]}', '{"holidays": "2026-12-31"}',
    '{"reasons": [{"id": 1}]}', '{"level_words_th": 7}', '{"fiscal_year_starts": true}',
)  # fmt: skip


def refusals() -> Iterator[Refusal]:
    """Each line with which something on the pages is refused."""
    yield from _raised(BadRoster, rostercsv.parse, ROSTERS)
    yield from _raised(Refusal, _settings, FORMS)
    yield from _raised(Refusal, sitesettings.parse, FILES)
    small = io.BytesIO()
    Image.new("RGB", (9, 9)).save(small, "PNG")
    yield from _raised(BadPhoto, portrait, (b"x", bomb(), small.getvalue()))
    yield from _raised(BadPerson, lambda name: an_officer("1", name), ("", "=", "\u202e"))


def _settings(changed: dict[str, str]) -> object:
    group = group_of(next(iter(changed)))
    values = values_in(draft_in(Posted(group_form(group, **changed), {}), group), group)
    return sitesettings.read({**json.loads(SiteSettings().document()), **values})


def _raised(
    kind: type[Refusal], do: Callable[..., object], given: tuple[object, ...]
) -> Iterator[Refusal]:
    for one in given:
        with pytest.raises(kind) as raised:
            do(one)
        yield from raised.value.problems


@pytest.mark.parametrize("refusal", sorted(refusals(), key=str), ids=str)
def test_each_refusal_is_in_thai_for_a_thai_reader_and_in_english_for_another(
    refusal: Refusal,
) -> None:
    thai = words("th").refusal(refusal)
    assert not ENGLISH.search(thai), thai
    assert re.search("[\u0e01-\u0e2e]", thai)
    english = words("en").refusal(refusal)
    assert ENGLISH.search(english) or " " in english
    assert "_" not in english.replace(" _ ", ""), "a field goes by its label"


def test_numbers_that_are_taken_and_accounts_are_refused_in_thai(central: Central) -> None:
    put_on_roster(central, (an_officer("101", "สมหญิง"), an_officer("102", "ก")))
    with pytest.raises(NumberTaken) as taken:
        put_on_roster(central, (an_officer("101", "ข", id="x"),))
    it = signed_in(central, ROLES["it"], now=NOW)
    taken_line = words("th").refusal(taken.value.problems[0])
    assert taken_line == "เลขประจำตัว ๑๐๑ เป็นของ สมหญิง อยู่แล้ว"
    got = it.post("/roster/dindaeng", data={"number": "101", "name": "ข"})
    assert "เลขประจำตัว ๑๐๑ เป็นของ สมหญิง แต่ข้อมูลที่กรอกเป็นชื่อ ข" in got.text
    retire_officer(central, "102")
    got = it.post("/roster/dindaeng", data={"number": "102", "name": "ค"})
    assert got.status_code == 303, "another person begins with the number of one who left"
    got = it.post("/roster/dindaeng", data={"number": "103", "name": "ก"})
    assert "ก (เลขประจำตัว ๑๐๒) ออกจากรายชื่อแล้ว" in got.text
    for wrong in ({"roles": "king"}, {}, {"roles": "officer"}, {"roles": "section-head"}):
        got = it.post("/accounts/dindaeng", data={"account": "x", "name": "ก", **wrong})
        alarm = got.text.split('role="alert">')[1].split("</section>")[0]
        assert not ENGLISH.search(re.sub("<[^>]+>", "", alarm)), alarm
