"""The privacy notice and the record of processing say what the settings and the roles say."""

import io
from datetime import UTC, datetime

import openpyxl
import pypdfium2 as pdfium
import pytest

from sync.central.papers import privacy
from sync.central.sitesettings import SiteSettings
from sync.central.viewer import ROLES, Reach, Right, Role

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
NAMED = SiteSettings(controller="ผู้อำนวยการเขต", dpo="dpo@x.example", results_years=13)


def text_of(pdf: bytes) -> str:
    document = pdfium.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return " ".join(text.split())


def notice(settings: SiteSettings) -> str:
    return text_of(privacy.notice_pdf(settings, "สำนักงานเขตดินแดง", "http://x", NOW))


def test_it_is_a_draft_until_the_office_has_named_who_answers() -> None:
    assert "Draft" in notice(SiteSettings())
    named = notice(NAMED)
    assert "Draft" not in named
    assert "dpo@x.example" in named
    assert "13 years" in named


def test_who_sees_what_follows_from_the_table_of_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    before = notice(NAMED)
    assert before.count("raw days, and patterns") == 1
    nosy = Role(id="hr", rights=frozenset({Right.TALLY}), sections=Reach.ALL)
    monkeypatch.setitem(ROLES, "hr", nosy)
    assert notice(NAMED).count("raw days, and patterns") == 2


def test_the_record_has_a_row_for_each_activity_as_paper_and_as_a_book() -> None:
    book = openpyxl.load_workbook(io.BytesIO(privacy.record_xlsx(NAMED, "เขต", NOW)))
    cells = [
        str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value
    ]
    assert any("๑๓ ปี" in cell for cell in cells)
    assert len([cell for cell in cells if "argon2id" in cell]) == len(privacy.ACTIVITIES)
    assert privacy.record_pdf(NAMED, "เขต", NOW).startswith(b"%PDF")


def test_what_the_office_turned_off_is_not_claimed() -> None:
    def record(settings: SiteSettings) -> str:
        book = openpyxl.load_workbook(io.BytesIO(privacy.record_xlsx(settings, "เขต", NOW)))
        return " ".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row)

    off = NAMED._replace(second_factor=False, own_result_at_terminal=False)
    for words, settings in (("สองขั้น", NAMED), ("เครื่องประเมินของสำนักงาน", NAMED)):
        assert words in record(settings)
        assert words not in record(off)
    assert "terminals hold your published results" in notice(NAMED)
    assert "terminals hold your published results" not in notice(off)


def test_no_row_of_the_record_breaks_over_two_pages() -> None:
    document = pdfium.PdfDocument(privacy.record_pdf(NAMED, "เขต", NOW))
    pages = ["".join(page.get_textpage().get_text_bounded().split()) for page in document]
    document.close()
    assert len(pages) > 1
    for page in pages:
        assert page.count("สิทธิตามบทบาท") == page.count("ออกนอก") > 0
