"""Languages: each is one file; what is missing is named; every script is shaped and never cut."""

import re

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.datafolder import DataFolder
from kiosk.domain.wording import Wording
from kiosk.settings.reading import parse
from kiosk.tomlfile.tables import SettingsError
from tests.support.counter import Counter, pass_time, press_face, ready, sign_on
from ui.opening import checked
from ui.text import COMPLETE, FALLBACK, Words, languages, scripts
from ui.view import ReadyView
from ui.view_builder import ViewBuilder
from ui.widgets.text import fit

FIELDS = re.compile(r"{(\w+)}")
FOREIGN = [code for code in languages() if code not in COMPLETE]


def texts(code: str) -> list[str]:
    words = Words.load(code)
    return [FIELDS.sub("12", words.by_key[key]) for key in sorted(words.own)]


@pytest.mark.parametrize("code", languages())
def test_no_language_misses_a_word_it_owes(code: str) -> None:
    assert Words.load(code).missing() == ()


@pytest.mark.parametrize("code", languages())
def test_every_word_has_the_fields_that_the_thai_one_has(code: str) -> None:
    thai = Words.load(FALLBACK).by_key
    words = Words.load(code)
    assert words.own <= thai.keys()
    for key in words.own:
        assert words.by_key[key].strip(), key
        assert sorted(FIELDS.findall(words.by_key[key])) == sorted(FIELDS.findall(thai[key])), key


def test_a_language_no_speaker_has_read_says_so() -> None:
    assert {code for code in languages() if not Words.load(code).reviewed} == set(FOREIGN)


@pytest.mark.parametrize("code", FOREIGN)
def test_officers_read_thai_where_a_language_has_only_the_citizens_screens(code: str) -> None:
    assert Words.load(code).get("duty.sign_off") == Words.load("th").get("duty.sign_off")


def test_numbers_stand_in_the_digits_of_the_language_and_names_as_they_are() -> None:
    thai, chinese = Words.load("th"), Words.load("zh")
    assert thai.get("frame.counter", counter="12") == "ช่องบริการ ๑๒"
    assert "๐๘:๓๐" in thai.get("closed.subtitle", opens="08:30", closes="16:30")
    assert "DD-07" in thai.get("service.panel_up", device="DD-07")
    assert "12" in chinese.get("frame.counter", counter="12")


@pytest.mark.parametrize("code", FOREIGN)
def test_what_the_office_wrote_itself_is_said_in_english_and_the_rest_in_the_language(
    code: str,
) -> None:
    words = Words.load(code)
    plain = ViewBuilder(parse(""), words, Wording(), ())
    assert plain.question() == words.get("ready.question")
    own = parse('[question]\nen = "Was all well?"\nth = "ดีไหม"\n')
    assert ViewBuilder(own, words, Wording(), ()).question() == "Was all well?"
    reasons = [plain.reason(reason) for reason in parse("").reasons]
    assert all(words.by_key[f"reason.{r.id}"] in reasons for r in parse("").reasons)


@pytest.mark.parametrize("family", sorted({script.font for script in scripts()}))
def test_the_machine_has_the_font_of_every_script(family: str, qtbot: QtBot) -> None:
    assert QFontDatabase.hasFamily(family), f"{family} is missing: .ci/setup installs it"


@pytest.mark.parametrize("code", languages())
def test_every_letter_has_a_glyph_and_its_ink_stays_within_its_lines(
    code: str, qtbot: QtBot
) -> None:
    for text in texts(code):
        for weight in ("Regular", "SemiBold", "Bold"):
            laid = fit(text, 40, weight, QRectF(0, 0, 600, 400), wrap=True)
            for index in range(laid.layout.lineCount()):
                line = laid.layout.lineAt(index)
                lift = (laid.line_height - line.height()) / 2
                for run in line.glyphRuns():
                    assert 0 not in run.glyphIndexes(), text
                    ink = [
                        run.rawFont().boundingRect(glyph).translated(at)
                        for glyph, at in zip(run.glyphIndexes(), run.positions(), strict=True)
                    ]
                    drawn = [box for box in ink if not box.isEmpty()]
                    if drawn:
                        assert min(box.top() for box in drawn) + lift >= -1, text
                        assert max(box.bottom() for box in drawn) + lift <= laid.line_height + 1, (
                            text
                        )


@pytest.mark.parametrize("code", FOREIGN)
def test_no_line_ends_inside_a_word_whose_script_nobody_here_can_break(
    code: str, qtbot: QtBot
) -> None:
    for text in texts(code):
        assert not fit(text, 30, "Bold", QRectF(0, 0, 420, 200), wrap=True).splits_a_word(), text


def test_every_citizen_begins_in_the_offices_own_language(counter: Counter) -> None:
    sign_on(counter)
    tile = next(tile for code, tile in ready(counter).languages if code == "my")
    QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert ready(counter).faces[0].text() == Words.load("my").get("scale5.5")
    press_face(counter, 5)
    pass_time(counter, 60)
    assert ready(counter).faces[0].text() == Words.load("th").get("scale5.5")


@pytest.mark.parametrize("wrong", ["99", "151", "true", '"large"'])
def test_text_may_be_made_half_as_large_again_and_no_more(wrong: str) -> None:
    assert parse("[screen]\ntext_percent = 150\n").screen.text_percent == 150
    with pytest.raises(SettingsError, match="text_percent"):
        parse(f"[screen]\ntext_percent = {wrong}\n")


def test_an_office_chooses_the_languages_and_their_order(counter: Counter) -> None:
    counter.running.stop()
    counter.settings = parse('[screen]\nlanguages = ["en", "th", "my"]\n')
    counter.running = counter.open()
    sign_on(counter)
    view = counter.running.presenter.view()
    assert isinstance(view, ReadyView)
    assert [choice.id for choice in view.languages] == ["en", "th", "my"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ('["th", "th"]', "different"),
        ('["en"]', "has not 'th'"),
        ('"th"', "list"),
    ],
)
def test_a_wrong_choice_of_languages_is_named(wrong: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        parse(f"[screen]\nlanguages = {wrong}\n")


def test_a_language_that_is_not_there_is_named_with_its_line(folder: DataFolder) -> None:
    folder.settings_file.write_text('[screen]\nlanguages = ["th", "xx"]\n', "utf-8")
    with pytest.raises(SettingsError, match=r"line 2: screen\.languages: 'xx': write one of .*en"):
        checked(folder.settings())
