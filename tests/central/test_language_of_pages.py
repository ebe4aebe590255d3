"""Every page of the report over invented data: no English in a Thai page, no Thai in an English.

What people wrote (names, comments, addresses) stays in the language that they wrote it in.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from kiosk.domain.refusal import Refusal
from sync.central import thai
from sync.central.demo import seed
from sync.central.language import LANGUAGES, words
from sync.central.logbook import told
from sync.central.logwords import log_words
from sync.central.store.engine import CentralStore
from tests.support.central import made_central
from tests.support.databases import new_central_store
from tests.support.report_pages import report_pages

NOW = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)
SEEDED_DAYS = 35
LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]{2,}")
THAI = re.compile("[\u0e01-\u0e5b]+")
NAMES = {
    # formats, units, standards, surveys and policies, by their names
    "CSV", "Debian", "Excel", "GiB", "JPEG", "JSON", "PDF", "PIN", "PINs", "PNG", "UTF-",
    "Word", "Wilson", "XLSX", "ZIP",
    "XLS", "Creative", "Commons", "Attributions",
    "backups", "central", "toml",
    "LINE", "PEM", "STARTTLS", "TLS", "base",  # base64
    "BOM", "OpenID", "subject", "EIT", "IIT", "ITA", "OIT", "Traffy", "Fondue", "Gift",
    "Policy", "https",
    "YYYY-MM-DD", "A-Z", "a-z",
    "tally",  # an entry of the log of readers
    "CORS", "ETag", "data",
    # values that stand in the open data, as their page says them
    "yes", "online", "counter", "best-first", "worst-first", "both", "least", "most", "rate",
    # accounts of the invented data
    "director", "head", "complaints", "audit", "boss", "demonstration", "test",
    # columns and values that people type as they are
    "number", "name", "position", "section", "format", "true", "false", "token", "ANNEX",
    # commands
    "kiosk", "kiosk-central", "officers", "officer", "import", "enrol", "pin", "panel", "monitor",
    "backup",
}  # fmt: skip
"""Latin words that a Thai page may have."""
IDS = re.compile(
    r"counter-\d+|audit-complaints-\S*|[a-z0-9]{4}(-[a-z0-9]{4}){3}|mail\.dindaeng\.example"
    r"|\b(?=[a-z]*[0-9])[a-z0-9]{8,}\b"
)
"""Terminals, the reader's account, a first password, a server, the random id of somebody."""
OFFICE = "เมืองผอ."
"""Names that the pages' own accounts have."""
RATE = re.compile('class="(rate|big|by-month)"|data-label="(ร้อยละ|Satisfaction)')
"""Where a page shows a share of satisfied citizens."""
SPOKEN_ATTRIBUTES = ("title", "alt", "aria-label", "data-label", "placeholder")
WRITTEN_BY_PEOPLE = {"textarea", "code", "datalist", "style"}


class Reader(HTMLParser):
    """The words of a page that the program chose: without what people wrote, and without parts
    that are marked as another language's."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language, self._skipped = language, list[str]()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("input", "img", "meta", "link", "col", "br"):
            self._say(values)
            return
        foreign = values.get("lang", self._language) != self._language
        if self._skipped or tag in WRITTEN_BY_PEOPLE or foreign:
            self._skipped.append(tag)
        else:
            self._say(values)

    def handle_endtag(self, tag: str) -> None:
        if self._skipped and self._skipped[-1] == tag:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.texts.append(data)

    def _say(self, values: dict[str, str | None]) -> None:
        if not self._skipped:
            self.texts.extend(values.get(name) or "" for name in SPOKEN_ATTRIBUTES)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office's invented data, made once."""
    folder = tmp_path_factory.mktemp("office")
    store = new_central_store(folder / "central.db")
    seed(made_central(store, folder), NOW, lambda _done, _all: None, SEEDED_DAYS)
    store.close()
    return folder


@pytest.fixture(scope="module")
def rendered(database: Path) -> dict[str, dict[str, str]]:
    """HTML by language and page."""
    pages = {}
    for language in LANGUAGES:
        copy = database / f"{language}.db"
        copy.write_bytes((database / "central.db").read_bytes())
        store = CentralStore.open(f"sqlite:///{copy}")
        pages[language] = report_pages(made_central(store, database), NOW, language)
        store.close()
    return pages


def pages_in(rendered: dict[str, dict[str, str]], language: str) -> Iterator[tuple[str, str]]:
    """Each page's name and the words that the program chose."""
    for name, html in rendered[language].items():
        reader = Reader(language)
        reader.feed(html)
        yield name, "\n".join(reader.texts)


def written_by_people(folder: Path) -> set[str]:
    """Every text of the office's data: names, sections, comments, the improvement log."""
    with closing(sqlite3.connect(folder / "central.db")) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = [name for (name,) in connection.execute(query)]
        rows = [row for table in tables for row in connection.execute(f"SELECT * FROM {table}")]
    values = [value for row in rows for value in row if isinstance(value, str)]
    return {text for value in values for text in (value, *texts_in(value))}


def texts_in(document: str) -> list[str]:
    """The texts of a JSON object or array, at any depth; none of another text."""
    if not document.startswith(("{", "[")):
        return []
    inside: list[object] = [json.loads(document)]
    texts: list[str] = []
    for value in inside:
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, list | dict):
            inside += value.values() if isinstance(value, dict) else value
    return texts


def test_no_english_stands_in_a_thai_page(
    database: Path, rendered: dict[str, dict[str, str]]
) -> None:
    texts = written_by_people(database)
    sentences = sorted((text for text in texts if " " in text), key=len, reverse=True)
    english: dict[str, list[str]] = {}
    for name, page in pages_in(rendered, "th"):
        for text in sentences:
            page = page.replace(text, " ")
        if words := set(LATIN.findall(IDS.sub(" ", page))) - NAMES:
            english[name] = sorted(words)
    assert not english


def test_no_thai_stands_in_an_english_page(
    database: Path, rendered: dict[str, dict[str, str]]
) -> None:
    form = (files("sync.central") / "itaform.json").read_text("utf-8")
    written = "\n".join((*written_by_people(database), OFFICE, form))
    for name, page in pages_in(rendered, "en"):
        words = {word for word in THAI.findall(page) if word not in written}
        assert not words, f"{name}: {sorted(words)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_with_a_rate_says_whose(
    rendered: dict[str, dict[str, str]], language: str
) -> None:
    """And where it is known, how many of 100 served are not in it."""
    word = words(language).get
    with_rate = {name: html for name, html in rendered[language].items() if RATE.search(html)}
    assert len(with_rate) >= 10
    for name, html in with_rate.items():
        assert word("common.of_raters") in html, name
    keys = ("of_100_not", "of_100_offered_not")
    not_rated = [
        word(f"figures.{key}", n=1).rpartition("1" if language == "en" else "๑")[0] for key in keys
    ]
    for name in ("/report/dindaeng", "/public/dindaeng", "officer /officer/dindaeng/101"):
        assert any(said in with_rate[name] for said in not_rated), name


def test_the_reader_finds_a_word_of_another_language() -> None:
    reader = Reader("th")
    reader.feed('<p title="Save">ฝ่าย</p><a lang="en">English</a><textarea>x</textarea>')
    assert LATIN.findall("\n".join(reader.texts)) == ["Save"]


def test_staff_numbers_and_rows_have_the_readers_digits_and_what_has_a_latin_letter_stays() -> None:
    assert thai.digits("101 ก-7 A12", "th") == "๑๐๑ ก-๗ A12"
    edited = told("ita_text", row="I2", period="fy2027-1")
    assert "ข้อ I๒" in log_words("th", edited)
    assert "I2" in log_words("en", edited)
    assert "๑๐๒" in log_words("th", told("officer_retired", number="102", officer="มาลัย ใจดี"))
    taken = Refusal("number_taken", number="101", officer="มาลัย ใจดี")
    assert "๑๐๑" in words("th").refusal(taken)
    assert "101" in words("en").refusal(taken)


def test_the_file_of_a_paper_is_named_by_the_buddhist_year() -> None:
    assert thai.named("fy2027-1") == "fy2570-1"
    assert thai.named("2026-11-23") == "2569-11-23"
