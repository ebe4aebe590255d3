"""The help in the report: articles for each kind of reader, in Markdown, one file a language.

Between double braces stands what has its home elsewhere: a word of the pages by its key
(`{{page.papers}}`), a number of NUMBERS (`{{number.hidden_below}}`) in the reader's digits, or a
table that `reference` makes (`{{made.alarms}}`).
Pictures are of the running product, in each language's folder `pictures`: `make pictures`.
"""

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

from sync.central import thai
from sync.central.comparing import BEYOND, COMPARED_FROM, POINTS
from sync.central.disclosure import NAMELESS
from sync.central.handbook import reference
from sync.central.language import LANGUAGES, words
from sync.central.measures import COMPARABLE_FROM, FEWEST_WHO_DIFFER, HIDDEN_BELOW
from sync.central.sitesettings import (
    APPRAISAL_FLOOR,
    CUTS_FLOOR,
    RESPONSE_FLOOR,
    TALK_RATINGS,
    TALK_RESPONSE,
)

_ROOM = Path(__file__).parent
_OFFICES_PAGE = re.compile(r"(/[a-z-]+/)SITE\b")
"""A page of the reader's office, as articles and the help of commands name it."""
_PLACE = re.compile(r"\{\{([a-z_]+)\.([a-z_-]+)\}\}")
_PICTURES, _PICTURE_KIND = "pictures/", ".webp"
"""How an article names a picture: for who reads the file, of the folder beside it."""
_PICTURE = re.compile(r'<img src="pictures/([a-z-]+)\.webp" alt="([^"]*)" />')
_ROW = re.compile(rf"<p>((?:{_PICTURE.pattern}\s*)+)</p>")
_THAI = re.compile("[\u0e01-\u0e5b]+([ .–][\u0e01-\u0e5b]+)*")
_ENGLISH_CELL = re.compile("<td>([A-Za-z][A-Za-z -]+)</td>")
_ENGLISH_ITEM = re.compile(
    "<li>(<code>[^<]*</code>) ((?:[^<\u0e01-\u0e5b]|</?code>|\\[[^]]*])+)</li>"
)
NUMBERS: dict[str, float] = {
    "hidden_below": HIDDEN_BELOW,
    "nameless": NAMELESS,
    "comparable_from": COMPARABLE_FROM,
    "fewest_who_differ": FEWEST_WHO_DIFFER,
    "compared_from": COMPARED_FROM,
    "beyond": BEYOND,
    "points": POINTS * 100,
    "cuts_from": CUTS_FLOOR,
    "appraisal_from": APPRAISAL_FLOOR,
    "appraisal_response": RESPONSE_FLOOR,
    "talk_from": TALK_RATINGS,
    "talk_response": TALK_RESPONSE,
}


class Article(NamedTuple):
    """One page of help. `roles`: whose it is first of all; none: everybody's. `pages`: the first
    part of the address of each page that leads to it."""

    id: str
    roles: frozenset[str]
    pages: tuple[str, ...]


ARTICLES = (
    Article(id="citizens", roles=frozenset(), pages=("public", "f")),
    Article(id="officers", roles=frozenset({"officer"}), pages=("officer", "my-account", "my-log")),
    Article(
        id="figures",
        roles=frozenset({"director", "hr", "section-head"}),
        pages=("report", "section", "services", "table", "city", "improvements"),
    ),
    Article(id="ita", roles=frozenset({"director", "hr"}), pages=("ita", "papers")),
    Article(
        id="appraisal",
        roles=frozenset({"director", "hr", "section-head"}),
        pages=("objections", "pins", "officer-accounts"),
    ),
    Article(id="comments", roles=frozenset({"complaints"}), pages=("comments",)),
    Article(
        id="audit",
        roles=frozenset({"audit"}),
        pages=("tally", "patterns", "changes", "security"),
    ),
    Article(id="first", roles=frozenset({"it"}), pages=()),
    Article(
        id="install",
        roles=frozenset({"it"}),
        pages=("roster", "holidays", "recordings"),
    ),
    Article(
        id="care", roles=frozenset({"it"}), pages=("fleet", "notifications", "my-notifications")
    ),
    Article(id="lives", roles=frozenset({"it"}), pages=()),
    Article(id="alarms", roles=frozenset({"it"}), pages=()),
    Article(id="access", roles=frozenset({"it"}), pages=("accounts",)),
    Article(id="settings", roles=frozenset({"it"}), pages=("settings",)),
    Article(id="commands", roles=frozenset({"it"}), pages=()),
    Article(id="opendata", roles=frozenset(), pages=("data",)),
    Article(id="method", roles=frozenset(), pages=()),
    Article(id="privacy", roles=frozenset(), pages=("retention",)),
    Article(id="words", roles=frozenset(), pages=()),
)
"""In the order in which they are listed."""


class Text(NamedTuple):
    """An article in one language: its title, its first sentence, and its body as tokens of
    Markdown, as HTML, and as the plain lines that a search reads."""

    title: str
    summary: str
    tokens: tuple[Token, ...]
    html: str
    lines: tuple[str, ...]


class NoPicture(LookupError):
    """There is none of this name."""


class Picture(NamedTuple):
    """Of a screen or a page: a WebP file, and its size in pixels."""

    data: bytes
    width: int
    height: int


class Hit(NamedTuple):
    """An article that a search came to, and the line that fits best, with the line's language: what
    the help of a command says of an option is English everywhere."""

    article: Article
    title: str
    line: str
    language: str


def article_of_page(path: str) -> str:
    """The id of the article that helps with a page at this address; empty: of none."""
    first = path.strip("/").partition("/")[0]
    return next((article.id for article in ARTICLES if first in article.pages), "")


def article(id_: str) -> Article | None:
    """The article of this id, if there is one."""
    return next((one for one in ARTICLES if one.id == id_), None)


@cache
def text_of(id_: str, language: str) -> Text:
    """An article, or a handout, in one of LANGUAGES."""
    source = _filled((_ROOM / language / f"{id_}.md").read_text("utf-8"), language)
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    title, _, body = source.removeprefix("# ").partition("\n")
    tokens = markdown.parse(body)
    plain = tuple(_plain_lines(tokens))
    return Text(
        title=title.strip(),
        summary=plain[0].replace("`", ""),
        tokens=tuple(tokens),
        html=_spoken(_pictured(_linked(markdown.render(body)), language), language),
        lines=plain,
    )


def of_office(text: str, site: str, report: str = "") -> str:
    """`text` with the pages of one office; `report`: what their addresses begin with on paper."""
    return _OFFICES_PAGE.sub(rf"{report}\g<1>{site}", text)


def _linked(html: str) -> str:
    """Files name each other; readers have pages."""
    return re.sub(r'href="([a-z]+)\.md"', r'href="/help/\g<1>"', html)


@cache
def picture(name: str, language: str) -> Picture:
    """A picture as readers of one of LANGUAGES have it, or NoPicture."""
    path = _ROOM / language / _PICTURES / f"{name}{_PICTURE_KIND}"
    if not re.fullmatch("[a-z-]+", name) or language not in LANGUAGES or not path.exists():
        raise NoPicture(name)
    with Image.open(path) as image:
        return Picture(path.read_bytes(), *image.size)


def pictures_of(token: Token) -> list[tuple[str, str]]:
    """The names and words of the pictures that a paragraph of Markdown is; none of another."""
    children = [child for child in token.children or () if child.type != "softbreak"]
    if {child.type for child in children} != {"image"}:
        return []
    sources = [str(child.attrs["src"]) for child in children]
    names = [source.removeprefix(_PICTURES).removesuffix(_PICTURE_KIND) for source in sources]
    return [(name, child.content) for name, child in zip(names, children, strict=True)]


def _pictured(html: str, language: str) -> str:
    """Pictures at their own addresses. With their sizes, so that nothing moves when they come."""

    def image(place: re.Match[str]) -> str:
        name, alt = place.groups()
        _, width, height = picture(name, language)
        return (
            f'<img src="/help/pictures/{language}/{name}.webp" alt="{alt}"'
            f' width="{width}" height="{height}">'
        )

    return _PICTURE.sub(image, _ROW.sub(r"<figure>\g<1></figure>", html))


def _spoken(html: str, language: str) -> str:
    """Words of another language, marked for who hears the page: Thai in an English text, an English
    word alone in its cell of a Thai table, and an option with what its command's help says."""
    if language == "th":
        html = _ENGLISH_CELL.sub(r'<td><span lang="en">\g<1></span></td>', html)
        return _ENGLISH_ITEM.sub(r'<li>\g<1> <span lang="en">\g<2></span></li>', html)
    return _THAI.sub(r'<span lang="th">\g<0></span>', html)


def search(sought: str, language: str) -> list[Hit]:
    """The articles in which every word of `sought` stands, in any case: those first that have
    them in their title, then those that have most of them in one line."""
    terms = sought.casefold().split()
    ranked = []
    for one in ARTICLES if terms else ():
        text = text_of(one.id, language)
        if all(term in "\n".join((text.title, *text.lines)).casefold() for term in terms):
            line = max(text.lines, key=lambda line: _matches(line, terms))
            rank = (_matches(text.title, terms), _matches(line, terms))
            of_line = language if _THAI.search(line) else "en"
            ranked.append((rank, Hit(article=one, title=text.title, line=line, language=of_line)))
    return [hit for _, hit in sorted(ranked, key=lambda pair: pair[0], reverse=True)]


def _matches(line: str, terms: list[str]) -> int:
    return sum(term in line.casefold() for term in terms)


def _filled(source: str, language: str) -> str:
    def value(place: re.Match[str]) -> str:
        table, name = place.groups()
        if table == "number":
            number = NUMBERS[name]
            return thai.number(number, language, 0 if float(number).is_integer() else 2)
        if table == "made":
            return reference.made(name, language)
        return reference.with_commands(words(language).get(f"{table}.{name}"))

    return _PLACE.sub(value, source)


def _plain_lines(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield "".join(map(_plain, token.children or ()))
        elif token.type == "fence":
            yield from (f"`{line}`" for line in token.content.splitlines())


def _plain(child: Token) -> str:
    """Program text stays between backticks."""
    if child.type == "code_inline":
        return f"`{child.content}`"
    return " " if child.type in ("softbreak", "hardbreak") else child.content


def marked(line: str, sought: str) -> str:
    """`line` as HTML, with each word of `sought` marked, and program text as such."""
    words_sought = sought.replace("`", " ").split()
    terms = sorted({re.escape(term) for term in words_sought}, key=len, reverse=True)
    parts = re.split(f"({'|'.join(terms)})", line, flags=re.IGNORECASE) if terms else [line]
    html = "".join(
        f"<mark>{escape(part)}</mark>" if at % 2 else escape(part) for at, part in enumerate(parts)
    )
    return re.sub("`([^`]*)`", r"<code>\g<1></code>", html)
