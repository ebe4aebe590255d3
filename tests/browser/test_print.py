"""Pages come out of a printer whole."""

import io
import re
from unicodedata import normalize

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.browser import looks
from tests.browser.engines import Engine
from tests.browser.office import Office
from tests.support.central import SITE

_TEXTS = """() => {
    const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    const seen = [];
    while (texts.nextNode()) {
        const of = texts.currentNode.parentElement;
        if (of.checkVisibility() && !of.closest('.unseen')) seen.push(texts.currentNode.data);
    }
    return seen.join(' ');
}"""
A4 = (595, 842)
"""Points."""


def printed(page: Page) -> PdfReader:
    return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))


def words_of(text: str) -> set[str]:
    return set(re.findall("[A-Za-z]{4,}", normalize("NFKC", text)))


@pytest.mark.parametrize(
    ("reader", "path"),
    [("director", f"/report/{SITE}"), ("it", f"/fleet/{SITE}"), ("hr", f"/services/{SITE}")],
)
def test_a_printed_page_has_every_word_and_nothing_is_cut_off(
    chromium: Engine, office: Office, reader: str, path: str
) -> None:
    context = office.context(chromium, reader, "en", scripts=True)
    page = context.new_page()
    page.goto(path)
    page.emulate_media(media="print")
    assert not [*looks.sideways(page, (looks.PRINTED,))]
    on_screen = words_of(page.evaluate(_TEXTS))
    paper = printed(page)
    missing = on_screen - words_of("".join(sheet.extract_text() for sheet in paper.pages))
    assert not missing
    assert {tuple(map(round, sheet.mediabox[2:])) for sheet in paper.pages} == {A4}
    context.close()


_BROKEN_WORDS = """() => {
    const broken = [];
    for (const head of document.querySelectorAll('main th')) {
        const texts = document.createTreeWalker(head, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const text = texts.currentNode;
            for (const word of text.data.matchAll(/[A-Za-z]+/g)) {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                if (range.getClientRects().length > 1) broken.push(word[0]);
            }
        }
    }
    return broken;
}"""


@pytest.mark.parametrize(
    "path", [f"/report/{SITE}", f"/section/{SITE}?name=ฝ่ายทะเบียน", f"/services/{SITE}"]
)
def test_no_word_of_a_tables_head_ends_on_another_line_on_paper(
    chromium: Engine, office: Office, path: str
) -> None:
    context = office.context(chromium, "director", "en", looks.PRINTED, scripts=True)
    page = context.new_page()
    page.goto(path)
    page.emulate_media(media="print")
    assert page.evaluate(_BROKEN_WORDS) == []
    context.close()


_FOLD_THE_WEEKS = """() => {
    const fold = document.createElement('details');
    fold.className = 'card more';
    fold.innerHTML = '<summary>Earlier</summary><table class="rows tight"><tbody><tr>'
        + '<th scope="row">31 Feb</th><td class="n">50</td></tr></tbody></table>';
    document.querySelector('#weeks').after(fold);
}"""
"""As an officer's page of a whole year does, and no officer here has thirteen weeks."""


def test_on_paper_stand_the_weeks_that_a_page_folds_away(chromium: Engine, office: Office) -> None:
    context = office.context(chromium, "director", "en", scripts=True)
    page = context.new_page()
    page.goto(f"/officer/{SITE}/101")
    page.evaluate(_FOLD_THE_WEEKS)
    assert not page.get_by_role("rowheader", name="31 Feb").is_visible()
    on_paper = "".join(sheet.extract_text() for sheet in printed(page).pages)
    assert "31 Feb" in on_paper
    context.close()


def test_each_letter_with_a_pin_is_one_sheet(chromium: Engine, office: Office) -> None:
    context = office.context(chromium, "hr")
    page = context.new_page()
    page.goto(f"/pins/{SITE}")
    boxes = page.locator("[type=checkbox][name=officers]")
    for place in range(3):
        boxes.nth(place).check()
    page.locator("form", has=boxes).locator("button").first.click()
    page.wait_for_selector(".letter")
    assert len(printed(page).pages) == 3
    context.close()
