"""The help in the report: for everybody, each reader's own articles first."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from sync.central import handbook
from sync.central.papers import handouts
from sync.central.viewer import Viewer
from sync.central.web.caching import PUBLIC_SECONDS, for_everybody
from sync.central.web.dependencies import AnyVisitor, CurrentTime
from sync.central.web.downloads import file_response
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError, language_of, page

router = APIRouter(include_in_schema=False)

_MOST_SOUGHT = 80
"""Characters; more is no search."""


@router.get("/help")
def help_page(request: Request, visitor: AnyVisitor, q: str = "") -> Response:
    """Every article, or those in which all words of `q` stand."""
    language, sought = language_of(request), q.strip()[:_MOST_SOUGHT]
    answer = page(
        request,
        "handbook.html",
        visitor.viewer,
        sought=sought,
        hits=[
            (hit, Markup(handbook.marked(hit.line, sought)))  # noqa: S704  (escaped by `marked`)
            for hit in handbook.search(sought, language)
        ],
        own=[text for text in _texts(language) if _is_own(text[0], visitor.viewer)],
        handouts=[(name, handbook.text_of(name, language)) for name in handouts.SHEETS],
        others=[text for text in _texts(language) if not _is_own(text[0], visitor.viewer)],
    )
    return _answered(request, answer, visitor.viewer)


@router.get("/help/{name}.pdf")
def handout(request: Request, name: str, now: CurrentTime) -> Response:
    """An article or a handout on paper; for everybody, like the page."""
    if name not in handouts.SHEETS and handbook.article(name) is None:
        raise PageError(404, "no_page")
    language = language_of(request)
    central = parts_of(request).central
    office = handouts.Office(central.settings.name, central.site, central.settings.url)
    data = handouts.handout_pdf(name, language, office, now)
    return file_response(data, f"{name}-{language}", "pdf")


@router.get("/help/pictures/{language}/{name}.webp")
def picture(request: Request, language: str, name: str) -> Response:
    """A picture of an article, the same for everybody."""
    try:
        data = handbook.picture(name, language).data
    except handbook.NoPicture:
        raise PageError(404, "no_page") from None
    return for_everybody(request, Response(data, media_type="image/webp"), PUBLIC_SECONDS)


@router.get("/help/{article}")
def article_page(request: Request, visitor: AnyVisitor, article: str) -> Response:
    one = handbook.article(article)
    if one is None:
        raise PageError(404, "no_page")
    text = handbook.text_of(one.id, language_of(request))
    answer = page(
        request,
        "article.html",
        visitor.viewer,
        article=one,
        text=text,
        body=Markup(_of_office(request, text.html)),  # noqa: S704  (our own files, no HTML of theirs)
    )
    return _answered(request, answer, visitor.viewer)


def _of_office(request: Request, html: str) -> str:
    return handbook.of_office(html, parts_of(request).central.site)


def _texts(language: str) -> list[tuple[handbook.Article, handbook.Text]]:
    return [(one, handbook.text_of(one.id, language)) for one in handbook.ARTICLES]


def _is_own(article: handbook.Article, viewer: Viewer) -> bool:
    return bool(article.roles & {role.id for role in viewer.roles})


def _answered(request: Request, answer: Response, viewer: Viewer) -> Response:
    return answer if viewer.signed_in else for_everybody(request, answer, PUBLIC_SECONDS)
