"""The help in the report: in both languages, found by a search, true to what the product does."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image
from starlette.testclient import TestClient

from kiosk.settings.definition import Settings
from sync.central.handbook import ARTICLES, marked, search, text_of
from sync.central.handbook.listed import command_lines, setting_lines, walk
from sync.central.handbook.reference import TERMINAL, thai_abouts
from sync.central.ingest import Why
from sync.central.language import LANGUAGES, words
from sync.central.papers.handouts import SHEETS, Office, handout_pdf
from sync.central.settings import CentralSettings
from sync.central.store.terminals import State
from sync.central.usecases.central import Central
from sync.central.usecases.terminal_requests import DAY_DROPPED, EARLIER_KEY
from sync.central.usecases.terminals import NOT_MINE
from sync.central.usecases.two_people import FOR_TWO, PUBLISHED_DIFFERS
from sync.central.viewer import ROLES
from sync.messages import Answer
from tests.supply.commands import COMMANDS
from tests.support.central import signed_in
from tests.support.terminal_reference import text as terminal_reference

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
IDS = [article.id for article in ARTICLES]
OFFICE = Office("สำนักงานเขตดินแดง", "dindaeng", "https://report.example.go.th")
SIDES = {"card-officer": 2, "card-clerk": 1, "notice-citizens": 1, "training": 1}
TYPED_IN_TESTS = (
    "README.md",
    "sync/CARE.md",
    "sync/central/handbook/en/first.md",
    "sync/central/handbook/en/lives.md",
    "sync/central/SERVING.md",
)
"""Whose lines are run, or parsed, by tests."""


def source(article: str, language: str) -> str:
    return (files("sync.central") / "handbook" / language / f"{article}.md").read_text("utf-8")


def lines_to_type(text: str) -> Iterator[str]:
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        yield from (line.partition("  #")[0].rstrip() for line in block.splitlines() if line)


@pytest.mark.parametrize("article", [*IDS, *SHEETS])
def test_an_article_has_the_same_parts_in_both_languages(article: str) -> None:
    shapes = []
    for language in LANGUAGES:
        text = source(article, language)
        shapes.append(
            (
                re.findall(r"^(#+|\d+\.|-|\|) ?", text, re.MULTILINE),
                sorted(re.findall(r"\{\{.*?\}\}", text)),
                list(lines_to_type(text)),
                re.findall(r"\]\((.*?)\)", text),
            )
        )
    thai, english = shapes
    if article == "words":  # the English one has the Thai word beside it
        return
    assert thai == english


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("article", [*IDS, *SHEETS])
def test_what_stands_between_braces_is_filled_in(article: str, language: str) -> None:
    text = text_of(article, language)
    assert "{{" not in text.html
    assert text.title
    assert len(text.summary) > 20


def test_each_picture_is_small_and_named_and_said_in_words() -> None:
    """By an article in both languages; those of the READMEs stand there."""
    for language in LANGUAGES:
        readme = (ROOT / ("README.md" if language == "en" else "README.th.md")).read_text("utf-8")
        of_readme = set(re.findall(rf"handbook/{language}/pictures/([a-z-]+)\.webp", readme))
        named = dict[str, str]()
        for article in (*IDS, *SHEETS):
            text = source(article, language)
            lines = re.findall(r"^!\[(.*)\]\(pictures/([a-z-]+)\.webp\)$", text, re.M)
            named |= {name: words for words, name in lines}
        assert all(len(words) > 40 for words in named.values())
        folder = ROOT / "sync/central/handbook" / language / "pictures"
        sizes = {path.stem: path.stat().st_size for path in folder.iterdir()}
        assert set(sizes) == {*named, *of_readme} | ({"infographic"} if language == "th" else set())
        assert max(sizes.values()) < 100_000
        assert sum(sizes.values()) < 600_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_comes_in_the_readers_language_to_everybody(
    central: Central, language: str
) -> None:
    client = signed_in(central, now=NOW)
    page = client.get("/help/officers", params={"lang": language}).text
    images = re.findall(r'<img src="(.*?)" alt="(.+?)" width="(\d+)" height="(\d+)">', page)
    assert len(images) >= 4
    assert len(images) == page.count("<img")
    for address, _, width, height in images:
        assert address.startswith(f"/help/pictures/{language}/")
        answer = client.get(address)
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["Cache-Control"].startswith("public, max-age=")
        with Image.open(BytesIO(answer.content)) as image:
            assert image.size == (int(width), int(height))
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    for wrong in ("/help/pictures/xx/ready.webp", f"/help/pictures/{language}/..%2Fready.webp"):
        assert client.get(wrong).status_code == 404


def test_each_line_to_type_is_one_that_the_tested_documents_have() -> None:
    texts = [(ROOT / name).read_text("utf-8") for name in TYPED_IN_TESTS]
    tested = {
        line for text in texts for line in (*lines_to_type(text), *re.findall(r"`(.*?)`", text))
    }
    for name, command in COMMANDS.items():
        for called, one in walk((name,), command):
            options = (option for parameter in one.params for option in parameter.opts)
            tested |= {" ".join((*called, option)) for option in ("", *options)}
    for article in (*IDS, *SHEETS):
        text = source(article, "en")
        for line in (*lines_to_type(text), *re.findall(r"`(kiosk(?:-central)? [^`]+)`", text)):
            assert any(code.startswith(line) for code in tested), f"{article}: {line}"


def glossary(language: str) -> list[tuple[str, str]]:
    """The English word and the Thai one of each row, in their order."""
    rows = re.findall(r"^\| (.*?) \| (.*?) \|", source("words", language), re.M)[1:]
    return [(english, thai) if language == "en" else (thai, english) for english, thai in rows]


def test_words_are_those_of_the_architecture() -> None:
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("\n## Words\n")[2]
    rows = {
        row[0].split(",")[0]: row[1] for row in re.findall(r"^\| (.*?) \| (.*?) \|", table, re.M)
    }
    assert glossary("th") == glossary("en")
    for word, thai in glossary("en"):
        assert rows[word] == thai.split(" (")[0]


OTHER_WORDS = {
    "ระบบกลาง": "central",
    "เมนูบริการ": "service menu",
    "ผู้ใช้บริการ": "citizen",
    "ผู้มาใช้บริการ": "citizen",
    "เข้าเวร": "duty",
    "ออกเวร": "duty",
    "เปลี่ยนเวร": "duty",
    "คำคัดค้าน": "objection",
    "ช่วงเชื่อมั่น": "interval",
    "ตู้ประเมิน": "terminal",
    "เครื่องให้คะแนน": "terminal",
    "เคาน์เตอร์": "counter",
    "จุดบริการ": "counter",
    "ช่วงเวร": "duty",
    "ลงชื่อออก": "duty",
    "เซิร์ฟเวอร์": "central",
    "ระบบรายงานกลาง": "central",
    "ของระบบรายงาน": "central",
    "รายงานรายวัน": "day report",
    "แตะหน้า": "face",
    "ลำดับหน้า": "face",
    "หน้าห้าหน้า": "face",
    "{n} การประเมิน": "rating",
    "}} การประเมิน": "rating",
    "ประเมินบุคคล": "appraisal",
    "การประเมินประจำปี": "appraisal",
    "ไม่รับฟัง": "upheld",
    "รับฟังคำโต้แย้ง": "upheld",
    "บุคคลที่สาม": "appeal",
    "ข้อเตือน": "alarm",
    "คำเตือน": "alarm",
    "ทำสำเนาเมื่อ": "backup",
    "นำสำเนา": "backup",
    "สำเนาล่าสุด": "backup",
    "สำเนาเก่า": "backup",
    "ข้อมูลสำรอง": "backup",
    "ยกเลิกกุญแจ": "revoke",
    "ยุติการใช้งาน": "session",
    "หมดเวลาการใช้งาน": "session",
    "การใช้งานที่เปิด": "session",
    "ยืนยันขั้นที่สอง": "second factor",
    "ชั้นที่สอง": "second factor",
    "กล่องปุ่ม ": "panel",
    "ถามกล่องปุ่ม": "panel",
    "ลงชื่อที่เครื่อง": "duty",
    "ไฟล์สำรองจะไม่ปิดผนึก": "backup",
    "ปิดผนึกไฟล์สำรอง": "backup",
}
"""What somebody might write in the place of a word of the glossary.

A copy (สำเนา) is what an officer asks for; what brings a machine back is a backup, and that is
encrypted (เข้ารหัส): what is sealed (ผนึก) are sheets and envelopes. A rating is counted by ครั้ง,
and a face is no page (หน้า)."""
THAI_TEXTS = (
    "ui/text/th.toml",
    "kiosk/words/th.toml",
    "sync/central/words/th.toml",
    "README.th.md",
    "sync/central/handbook/th/reference.toml",
    *(f"sync/central/handbook/th/{name}.md" for name in (*IDS, *SHEETS)),
)


@pytest.mark.parametrize("text", THAI_TEXTS)
def test_screens_pages_and_documents_use_the_words_of_the_glossary(text: str) -> None:
    words = dict(glossary("en"))
    said = (ROOT / text).read_text("utf-8")
    others = [f"{word}: {words[term]}" for word, term in OTHER_WORDS.items() if word in said]
    assert others == []


def test_the_words_of_the_glossary_are_in_use() -> None:
    said = "".join((ROOT / text).read_text("utf-8") for text in THAI_TEXTS[:3])
    assert [thai for _, thai in glossary("en") if thai.removeprefix("การ") not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_lead_to_articles(central: Central, language: str) -> None:
    client = signed_in(central, now=NOW)
    for article in IDS:
        answer = client.get(f"/help/{article}", params={"lang": language})
        assert answer.status_code == 200
        for link in re.findall(r'href="(/help[^"]*)"', answer.text):
            assert link == "/help" or link.rpartition("/")[2].removesuffix(".pdf") in IDS, link
    assert client.get("/help/nothing").status_code == 404


def test_each_alarm_has_what_to_do() -> None:
    for language in LANGUAGES:
        tables = words(language).tables()
        assert tables["alarm"].keys() == tables["alarm_do"].keys()
        kinds = {*Why, Answer.CONFLICT, DAY_DROPPED, EARLIER_KEY, NOT_MINE, PUBLISHED_DIFFERS}
        assert tables["alarm"].keys() >= kinds | {*FOR_TWO, State.FORK, State.BY_HAND}
        article = source("alarms", language)
        assert [key for key in tables["machine_do"] if f"machine_do.{key}" not in article] == []
        html = text_of("alarms", language).html
        assert all(name in html for name in tables["alarm"].values())


def test_an_article_links_to_the_offices_own_open_data(central: Central) -> None:
    client = signed_in(central, now=NOW)
    [link] = re.findall(r'href="(/data/.*?)"', client.get("/help/access").text)
    assert client.get(link).status_code == 200
    page = client.get("/help/opendata").text
    shown = re.findall(r"<td><code>(/data/\S+)</code>", page)
    assert len(shown) == len(set(shown)) == 4
    for address in shown:
        assert client.get(address.replace("KIND", "json")).status_code == 200
    columns = client.get(f"{link}/dictionary.csv").text.splitlines()[1:-1]
    assert columns
    assert all(f"<td><code>{line.split(',')[0]}</code>" in page for line in columns)


def test_the_terminals_settings_and_commands_are_those_of_the_terminal() -> None:
    made = TERMINAL.read_text("utf-8")
    assert made == terminal_reference(), "python -m tests.support.terminal_reference"


def test_each_setting_and_command_is_explained_in_both_languages() -> None:
    abouts = {
        "terminal_setting": {one.key: one.about for one in setting_lines(Settings)},
        "central_setting": {one.key: one.about for one in setting_lines(CentralSettings)},
    }
    for table, name in (("terminal_command", "kiosk"), ("central_command", "kiosk-central")):
        abouts[table] = {one.words: one.about for one in command_lines(name, COMMANDS[name])}
    thai = thai_abouts()
    assert thai.keys() == abouts.keys()
    for table, english in abouts.items():
        assert list(thai[table]) == list(english), table
        assert all(len(about) > 3 for about in english.values()), table
    shown = [text_of(name, "en").html for name in ("settings", "commands")]
    for key in (*abouts["terminal_setting"], *abouts["central_setting"]):
        assert re.search(rf"<code>\[?{re.escape(key)}]?</code>", shown[0]), key
    for called in (*abouts["terminal_command"], *abouts["central_command"]):
        assert f"<h3><code>{called}</code></h3>" in shown[1]
    assert "<code>--behind-proxy" in shown[1]


def test_a_setting_says_its_default_and_its_bounds() -> None:
    html = text_of("settings", "en").html
    for line in (
        "<code>times.lock</code> After a press, another press is not scored."
        " Default: <code>5</code>. From 0.1 to 60.",
        "<code>offer.http</code>",
        "From 1,024 to 65,535. Or <code>0</code>.",
        "Default: <code>5</code>. One of <code>5</code>, <code>4</code> or <code>3</code>.",
        "Written <code>HH:MM</code>.",
        "<code>url</code> The address terminals use. Needed. Up to",
        "Default: 30. From 30 to 100,000.",
    ):
        assert line in html


def test_a_default_that_ends_with_a_full_stop_has_no_second_one() -> None:
    lines = "\n".join(text_of("settings", "en").lines)
    assert "Default: “จันทร์–ศุกร์ ๐๘.๐๐–๑๖.๓๐ น.” Up to 300 characters." in lines
    assert not re.search(r"[^.]\.[`”]?\.(?!\.)", lines)


def test_a_list_in_thai_has_no_commas() -> None:
    assert "เจ้าหน้าที่ หัวหน้าฝ่าย ผู้อำนวยการเขต และงานบุคคล" in text_of("access", "th").lines
    for article in ("settings", "access", "alarms"):
        assert not re.search("[ก-๛)`], ", "\n".join(text_of(article, "th").lines)), article


def test_a_search_finds_all_words_in_any_case_and_titles_first(central: Central) -> None:
    assert search("QUARANTINE stolen", "en")[0].article.id == "lives"
    assert search("ระงับชั่วคราว กุญแจ", "th")
    assert search("Words", "en")[0].article.id == "words"
    assert search("   ", "en") == []
    client = signed_in(central, now=NOW)
    page = client.get("/help", params={"q": "<b>", "lang": "en"})
    assert page.status_code == 200
    assert "<b>" not in page.text
    assert marked("a < b", "<") == "a <mark>&lt;</mark> b"
    assert marked("`kiosk <x>` a", "kiosk `") == "<code><mark>kiosk</mark> &lt;x&gt;</code> a"
    assert marked("`a`", "") == "<code>a</code>"


def test_the_readers_own_articles_come_first(central: Central) -> None:
    def first(client: TestClient) -> str:
        page = client.get("/help", params={"lang": "en"}).text
        return str(re.findall(r'<dt><a href="/help/([a-z]+)"', page)[0])

    assert first(signed_in(central, ROLES["audit"], now=NOW)) == "audit"
    assert first(signed_in(central, now=NOW)) == "citizens"


def test_a_page_links_to_its_own_article(central: Central) -> None:
    page = signed_in(central, ROLES["it"], now=NOW).get("/fleet/dindaeng").text
    assert 'href="/help/care"' in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("handout", SHEETS)
def test_a_handout_fills_its_sides_and_no_more(handout: str, language: str) -> None:
    document = pdfium.PdfDocument(handout_pdf(handout, language, OFFICE, NOW))
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    assert len(document) == SIDES[handout]
    document.close()
    assert " ".join(text_of(handout, language).title.split()) in " ".join(text.split())


@pytest.mark.parametrize("handout", [*SHEETS, "access", "method"])
def test_a_thai_handout_parts_no_compound_at_the_end_of_a_line(handout: str) -> None:
    document = pdfium.PdfDocument(handout_pdf(handout, "th", OFFICE, NOW))
    lines = [
        line.strip()
        for page in document
        for line in page.get_textpage().get_text_bounded().splitlines()
    ]
    document.close()
    assert len(lines) > 5
    assert [line for line in lines if line.endswith(("ผู้", "--"))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_method_is_a_paper_of_four_pages_whose_programs_are_figures_of_the_evidence(
    language: str,
) -> None:
    document = pdfium.PdfDocument(handout_pdf("method", language, OFFICE, NOW))
    assert len(document) == 4
    document.close()
    programs = set(re.findall(r"`tests/evidence/(\w+)\.py`", source("method", language)))
    rigs = (ROOT / "tests/evidence/rigs.py").read_text("utf-8")
    measured = {name for name in programs if not name.startswith("test_")}
    assert len(measured) == 5
    assert [name for name in measured if f"{name}.FIGURE" not in rigs] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*(one.id for one in ARTICLES), *SHEETS])
def test_an_article_on_paper_has_the_offices_own_whole_addresses(
    central: Central, name: str, language: str
) -> None:
    data = signed_in(central, now=NOW).get(f"/help/{name}.pdf?lang={language}").content
    document = pdfium.PdfDocument(data)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    assert "SITE" not in text.replace("_SITE", "")
    if name == "opendata":
        address = f"{central.settings.url}/data/dindaeng"
        assert address in "".join(text.split())


def test_articles_and_handouts_are_printed_for_everybody(central: Central) -> None:
    client = signed_in(central, now=NOW)
    for name in ("training", "figures"):
        assert client.get(f"/help/{name}.pdf").content.startswith(b"%PDF")
    assert client.get("/help/nothing.pdf").status_code == 404
    assert 'href="/help/card-officer.pdf"' in client.get("/help").text
