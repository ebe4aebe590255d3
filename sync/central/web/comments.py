"""What citizens wrote, for the complaints desk: read, searched, and marked pool by pool."""

from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from sync.central.papers.commentfile import comment_table
from sync.central.usecases.comments import (
    CommentPool,
    EditedMeanwhile,
    NoSuchPool,
    PoolReview,
    PoolStatus,
    Theme,
    comment_pools,
    count_pools,
    review_pool,
)
from sync.central.usecases.publishing import publish_due
from sync.central.web.dependencies import CommentReader, Reader, Today
from sync.central.web.downloads import file_response
from sync.central.web.forms import Form, Posted
from sync.central.web.rendering import PageError, language_of, page
from sync.central.web.searching import LONGEST, holds

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is narrowed to. An empty text: to nothing."""

    find: str = ""
    status: str = ""
    theme: str = ""

    def narrowed(self, pool: CommentPool) -> CommentPool | None:
        """The pool with the comments that are asked for; None when it has none."""
        if self.status and pool.review.status != self.status:
            return None
        if self.theme and self.theme not in pool.review.themes:
            return None
        comments = tuple(one for one in pool.comments if holds(self.find, one.words))
        return replace(pool, comments=comments) if comments else None


@router.get("/comments/{site}")
def comments_page(request: Request, reader: CommentReader, today: Today) -> Response:
    """What citizens wrote, in pools of ten and more, without time."""
    publish_due(reader.central, today)
    return _page(request, reader)


@router.get("/comments/{site}/comments.csv")
def comments_file(request: Request, reader: CommentReader, today: Today) -> Response:
    """What the page shows, narrowed as it is."""
    publish_due(reader.central, today)
    pools = _narrowed(comment_pools(reader.central), _asked(request))
    language = language_of(request)
    return file_response(comment_table(pools, language).csv(language), "comments", "csv")


@router.post("/comments/{site}/pool")
def post_review(request: Request, site: str, form: Form, reader: CommentReader) -> Response:
    review = _review(form)
    try:
        review_pool(reader.central, reader.viewer, review)
    except EditedMeanwhile:
        return _page(request, reader, unsaved=review)
    except NoSuchPool as error:
        raise PageError(404, error.key) from None
    return RedirectResponse(f"/comments/{site}#pool-{review.pool}", 303)


def _page(request: Request, reader: Reader, unsaved: PoolReview | None = None) -> Response:
    """`unsaved`: what came after somebody else's save."""
    pools = comment_pools(reader.central)
    asked = _asked(request)
    return page(
        request,
        "comments.html",
        reader.viewer,
        reader.central,
        409 if unsaved else 200,
        pools=_narrowed(pools, asked),
        counts=count_pools(pools),
        asked=asked,
        narrowed=urlencode({name: value for name, value in asdict(asked).items() if value}),
        statuses=tuple(PoolStatus),
        themes=tuple(Theme),
        unsaved=unsaved,
    )


def _asked(request: Request) -> Asked:
    query = request.query_params
    return Asked(
        find=query.get("find", "")[:LONGEST],
        status=query.get("status", "")[:LONGEST],
        theme=query.get("theme", "")[:LONGEST],
    )


def _narrowed(pools: tuple[CommentPool, ...], asked: Asked) -> list[CommentPool]:
    return [pool for pool in map(asked.narrowed, pools) if pool]


def _review(form: Posted) -> PoolReview:
    try:
        status = PoolStatus(form.text("status", 20))
        themes = tuple(Theme(theme) for theme in form.several.get("themes", ()))
    except ValueError:
        raise PageError(400, "bad_form") from None
    return PoolReview(
        pool=form.number("pool"),
        status=status,
        themes=themes,
        version=form.number("version"),
    )
