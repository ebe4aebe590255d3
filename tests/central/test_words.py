"""Each word of central in each language, with the same values; and no word that nobody says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import language as languages
from kiosk.domain.refusal import Refusal
from kiosk.language import LANGUAGES
from sync.central.language import words

ROOT = Path(__file__).parents[2]
ROOMS = ("hardware", "kiosk", "sync", "ui")
SOURCES = [path for room in ROOMS for path in ROOT.glob(f"{room}/**/*.py")]
TEMPLATES = sorted(ROOT.glob("sync/central/web/templates/*.html"))
VALUES = re.compile(r"\{(\w+)\}")
PAPERS = sorted(ROOT.glob("sync/central/papers/templates/*.typ"))
PAPER_TABLES = (
    *("paper", "appraisal", "meeting", "objection_paper", "poster"),
    "account_letters",
)
"""Tables whose words the papers' templates say themselves."""
CHOSEN = {
    "catalogue_field", "settings_group", "settings_group_about", "setting_about", "settings_column",
    "appraising", "care", "comparison", "deed", "ground",
    "alarm", "alarm_do", "cut", "face_order", "field", "form", "gap", "gap_short", "half",
    "held_why", "release_ring",
    "improvement_status", "copy_column", "copy_table", "ita_column", "ita_paper",
    "kept", "notice", "ropa", "ropa_activity", "ropa_data", "ropa_people", "ropa_purpose",
    "ropa_recipients", "sees", "log_break", "log_kind", "log_what",
    "month",
    "objection", "open_data", "open_data_column", "open_data_title", "open_data_value", "panel",
    "period", "prompt", "role",
    "pattern_against", "pattern_innocent", "pattern_kind", "pattern_look_at", "pattern_seen",
    "pool_status", "theme", "way", "weekday", "csv", "csv_column", "change", "target",
    "open_data_address", "right", "roster_word", "served_part",
    "encryption", "not_sent", "notification", "notification_state", "topic", "topic_do",
    "topic_says", "transport", "machine_do", "time_sync",
    "short_month", "spoken_language", "verdict",
}  # fmt: skip
"""Tables whose words are chosen by a value."""
SAID_BY_A_MACHINE = {
    "refusal.panel_says", "refusal.port_trouble", "refusal.port_unplugged", "refusal.queue_port",
    "refusal.sound_unplayed",
}  # fmt: skip
"""A panel's or the system's own English is a value of theirs: Thai names the remedy in its place.
"""


def values_of(text: str) -> list[str]:
    return sorted(set(VALUES.findall(text)))


def test_both_languages_have_the_same_words_with_the_same_values() -> None:
    thai, english = (words(code) for code in LANGUAGES)
    assert thai.by_key.keys() == english.by_key.keys()
    for key, text in english.by_key.items():
        assert text.strip(), key
        assert thai.by_key[key].strip(), key
        thai_values = values_of(thai.by_key[key])
        if key in SAID_BY_A_MACHINE:
            assert set(thai_values) < set(values_of(text)), key
        else:
            assert values_of(text) == thai_values, key


def test_thai_has_one_form_and_an_english_singular_has_no_value_of_its_own() -> None:
    assert not words("th").singular
    english = words("en")
    for key, text in english.singular.items():
        assert "n" in values_of(english.by_key[key]), key
        assert set(values_of(text)) <= set(values_of(english.by_key[key])), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_word_stands_in_the_script_of_its_language(code: str) -> None:
    for key, text in words(code).by_key.items():
        has_thai = re.search("[\u0e01-\u0e5b]", text) is not None
        if code == "en":
            assert not has_thai or key == "frame.switch", key
        else:
            only_marks = not re.search("[A-Za-z]", VALUES.sub("", text))
            assert has_thai or only_marks or key == "frame.switch", key


def refusals_raised() -> Iterator[tuple[str, set[str]]]:
    """Key and values of each refusal in the code, as it is built."""
    kinds = {kind.__name__ for kind in _subclasses(Refusal)}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
            keys = [text for text in texts if isinstance(text, str)]
            if name in kinds and keys:
                yield keys[0], {keyword.arg or "" for keyword in node.keywords}


def _subclasses(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    import hardware.serial_port  # noqa: F401
    import sync.central.web.app  # noqa: F401  (so that every kind is known)

    yield kind
    for below in kind.__subclasses__():
        yield from _subclasses(below)


def test_each_refusal_has_a_sentence_that_says_its_values() -> None:
    by_key = words("en").by_key
    for key, values in refusals_raised():
        assert f"refusal.{key}" in by_key, key
        assert set(values_of(by_key[f"refusal.{key}"])) <= values, key


def test_no_word_is_left_that_nobody_says() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCES)
    pages = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    papers = "\n".join(path.read_text("utf-8") for path in PAPERS)
    refused = {f"refusal.{key}" for key, _ in refusals_raised()}
    for key in words("en").by_key:
        table, _, name = key.partition(".")
        if table in CHOSEN or key in refused:
            continue
        said = (
            f"w.{key}" in pages
            or f"'{key}'" in pages
            or f'"{key}"' in code
            or (table in PAPER_TABLES and f"d.words.{name}" in papers)
            or (table == "refusal" and f'"{name}"' in code)
        )
        assert said, key


def test_a_count_of_one_has_its_singular() -> None:
    english = words("en")
    assert english.get("common.minutes", n=1) == "1 minute"
    assert english.get("common.minutes", n=1234) == "1,234 minutes"
    assert words("th").get("common.minutes", n=1234) == "๑,๒๓๔ นาที"
    assert languages.counted(1, "officer", "officers") == "1 officer"


def test_a_word_that_is_missing_or_lacks_a_value_is_a_bug() -> None:
    with pytest.raises(languages.MissingWord, match=r"en: common\.nothing"):
        words("en").get("common.nothing")
    with pytest.raises(languages.MissingWord, match="value 'n'"):
        words("en").get("common.times")


SENTENCES_FOR_MACHINES = {"AssertionError", "BadMessage", "BadToken", "RequestRefused"}
"""What terminals and developers read stays an English sentence."""


def test_what_pages_refuse_is_never_an_english_sentence() -> None:
    """The border: the core's values and central's pages and use cases say keys; the command lines,
    the wire and the set-up of a machine say English."""
    rooms = ("kiosk/domain", "sync/central/web", "sync/central/usecases", "sync/central/store")
    for path in (path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                continue
            kind = node.exc.func
            name = kind.attr if isinstance(kind, ast.Attribute) else getattr(kind, "id", "")
            if name in SENTENCES_FOR_MACHINES or name in SET_UP:
                continue
            text = "".join(
                part.value
                for argument in node.exc.args
                for part in ast.walk(argument)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
            assert not re.search("[a-z] [a-z]", text), (
                f"{path.relative_to(ROOT)}:{node.lineno} {text}"
            )


SET_UP = {
    "BadBackup", "CutShort", "DatabaseDown", "DatabaseError", "NoSuchCode", "NotDistributable",
    "NotVouched",
    "RowRefused", "SettingsError",
    "gone",  # makes a DatabaseError
}  # fmt: skip
"""What an administrator reads at the command line or in the log, and a terminal's enrolment."""


def told_in(source: Path, by: str = "told") -> Iterator[tuple[str, set[str]]]:
    """What a module writes into a log (or, by `thing`, tells people): the keys, and the names of
    their values."""
    for call in ast.walk(ast.parse(source.read_text("utf-8"))):
        match call:
            case ast.Call(func=ast.Name(name), args=[ast.Constant(key)], keywords=values) if (
                name == by
            ):
                yield str(key), {str(value.arg) for value in values}


def test_what_is_told_to_a_log_has_a_sentence_with_these_values() -> None:
    english = words("en").by_key
    told = {key: names for source in SOURCES for key, names in told_in(source)}
    assert len(told) > 25
    for key, names in told.items():
        assert set(values_of(english[f"log_what.{key}"])) == names, key


def test_what_people_are_told_has_a_sentence_with_these_values() -> None:
    english = words("en").by_key
    things = {key: names for source in SOURCES for key, names in told_in(source, "thing")}
    assert len(things) > 8
    for key, names in things.items():
        assert set(values_of(english[f"topic_says.{key}"])) <= names, key


def test_no_page_takes_a_tables_method_for_a_word() -> None:
    """`w.table.copy` is a method in a template, and no word."""
    methods = [key for key in words("en").by_key if key.rpartition(".")[2] in dir(dict)]
    pages = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    assert not [key for key in methods if re.search(rf"\bw\.{re.escape(key)}\b", pages)]
