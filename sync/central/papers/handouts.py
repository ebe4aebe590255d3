"""Articles and handouts of the help on paper: cards, a notice for the wall, a sheet to teach by."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from markdown_it.token import Token

from sync.central import handbook, thai
from sync.central.language import words
from sync.central.papers import typesetting

_MARKS = {"strong_open": "strong", "em_open": "strong", "code_inline": "code"}


class Sheet(NamedTuple):
    """How a handout lies on paper: typst's name of the size, margin in millimetres, size of the
    letters in points; `large`: a notice to read from two metres."""

    paper: str
    margin: int
    size: float
    large: bool = False


ARTICLE = Sheet(paper="a4", margin=22, size=12.5)
SHEETS = {
    "card-officer": Sheet(paper="a5", margin=13, size=12),
    "card-clerk": Sheet(paper="a4", margin=16, size=12.5),
    "notice-citizens": Sheet(paper="a4", margin=20, size=24, large=True),
    "training": Sheet(paper="a4", margin=20, size=12.5),
}
"""The handouts, each with articles of that name in the help's folders."""


class Office(NamedTuple):
    """Whose paper it is; `url`: of its report, as paper has no links."""

    name: str
    site: str
    url: str


def handout_pdf(id_: str, language: str, office: Office, now: datetime) -> bytes:
    """An article or a handout as a PDF in one of LANGUAGES."""
    text, sheet = handbook.text_of(id_, language), SHEETS.get(id_, ARTICLE)
    values = {
        "lang": language,
        "title": text.title,
        "office": office.name,
        "made": words(language).get("help.made", day=thai.day(now.date(), language)),
        "paper": sheet.paper,
        "margin": sheet.margin,
        "size": sheet.size,
        "large": sheet.large,
        "parts": list(_parts(text.tokens, office)),
        "pages": [thai.digits(page, language) for page in range(1, 40)],
        "numbers": [thai.digits(f"{number}.", language) for number in range(1, 40)],
    }
    return typesetting.pdf("handout", values, now, dict(_pictures(text.tokens, language)))


def _pictures(tokens: Sequence[Token], language: str) -> Iterator[tuple[str, bytes]]:
    """Those of an article, by their files' names."""
    for name, _ in chain.from_iterable(map(handbook.pictures_of, tokens)):
        yield f"{name}.webp", handbook.picture(name, language).data


def _parts(tokens: Sequence[Token], office: Office) -> Iterator[dict[str, Any]]:
    """Headings, paragraphs, pictures, lists, tables and lines to type, in their order; a line
    across begins the other side."""
    inside: dict[str, Any] | None = None
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                inside = {"kind": token.type.removesuffix("_open"), "items": []}
            case "table_open":
                inside = {"kind": "table", "rows": []}
            case "list_item_open" if inside:
                inside["items"].append([])
            case "tr_open" if inside:
                inside["rows"].append([])
            case "bullet_list_close" | "ordered_list_close" | "table_close" if inside:
                yield inside
                inside = None
            case "heading_open":
                inside = {"kind": "heading", "level": int(token.tag[1:])}
            case "hr":
                yield {"kind": "side"}
            case "fence":
                yield {"kind": "code", "lines": token.content.rstrip("\n").split("\n")}
            case "inline" if pictures := handbook.pictures_of(token):
                files = [{"file": f"{name}.webp", "words": words} for name, words in pictures]
                yield {"kind": "pictures", "files": files}
            case "inline":
                runs = _runs(token.children or (), office)
                if inside is None:
                    yield {"kind": "paragraph", "runs": runs}
                elif inside["kind"] == "heading":
                    yield {**inside, "runs": runs}
                    inside = None
                elif inside["kind"] == "table":
                    inside["rows"][-1].append(runs)
                else:
                    inside["items"][-1] += runs


def _runs(children: Iterable[Token], office: Office) -> list[tuple[str, str]]:
    """Pieces of a line, each with how it is set."""
    marks, runs = [""], list[tuple[str, str]]()
    for child in children:
        if child.type.endswith(("strong_open", "em_open")):
            marks.append(_MARKS[child.type])
        elif child.type.endswith(("strong_close", "em_close")):
            marks.pop()
        elif child.type in ("softbreak", "hardbreak"):
            runs.append(("", " "))
        elif child.content:
            content = handbook.of_office(child.content, office.site, office.url)
            runs.append((_MARKS.get(child.type, marks[-1]), content))
    return runs
