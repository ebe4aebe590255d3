"""Accounts with which officers read their own results: many at once, told by letters."""

from collections import Counter
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kiosk.domain.refusal import Refusal
from kiosk.domain.thaiorder import thai_order
from sync.central import thai
from sync.central.papers.account_letters import account_letters_pdf
from sync.central.usecases.audit import signature
from sync.central.usecases.officer_accounts import (
    MOST_LETTERS,
    Drafts,
    EditedMeanwhile,
    draft_missing,
    draft_renewed,
    read_officers_accounts,
    save_drafts,
    seconds_for,
)
from sync.central.web.dependencies import CurrentTime, PinIssuer, Reader
from sync.central.web.downloads import file_response
from sync.central.web.forms import Form, Posted
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)

MOST_TICKED = 150
"""Fewer than a form may have fields."""
_EVERYONE = "*"


@router.get("/officer-accounts/{site}")
def officer_accounts_page(request: Request, reader: PinIssuer, now: CurrentTime) -> Response:
    return _accounts_page(request, reader, now)


@router.post("/officer-accounts/{site}")
def post_officer_accounts(
    request: Request, site: str, form: Form, reader: PinIssuer, now: CurrentTime
) -> Response:
    """Accounts for those who have none, or new first passwords, as a file of letters: the only
    place where anybody sees the passwords. The letters are made before anything is saved."""
    try:
        drafts = _drafts(reader, form, now)
        if not drafts.letters:
            return _accounts_page(request, reader, now, 400, Refusal("no_letters"))
        settings = reader.central.settings
        letters = account_letters_pdf(drafts, settings.name, settings.url, now)
        save_drafts(reader.central, signature(reader.viewer), drafts, now)
    except EditedMeanwhile:
        return _accounts_page(request, reader, now, 409, Refusal("letters_meanwhile"))
    except _WrongTicks:
        problem = Refusal("letters_how_many", most=MOST_TICKED)
        return _accounts_page(request, reader, now, 400, problem)
    day = thai.named(f"{now.astimezone():%Y-%m-%d}")
    answer = file_response(letters, f"account-letters-{site}-{day}", "pdf")
    # To be saved, not shown: a viewer that asks again gets other passwords, or none.
    answer.headers["Content-Disposition"] = answer.headers["Content-Disposition"].replace(
        "inline", "attachment"
    )
    return answer


class _WrongTicks(Exception):
    """None ticked, or too many."""


def _drafts(reader: Reader, form: Posted, now: datetime) -> Drafts:
    deed = form.text("do", 20)
    if deed == "missing":
        section = form.text("section", 200)
        return draft_missing(reader.central, None if section == _EVERYONE else section, now)
    if deed == "unused":
        rows = read_officers_accounts(reader.central)
        unused = [str(row.officer.id) for row in rows if row.unused]
        return draft_renewed(reader.central, unused[:MOST_LETTERS], now)
    if deed != "ticked":
        raise PageError(400, "bad_form")
    ticked = set(form.several.get("officers", ()))
    if not 1 <= len(ticked) <= MOST_TICKED:
        raise _WrongTicks
    return draft_renewed(reader.central, ticked, now)


def _accounts_page(
    request: Request,
    reader: Reader,
    now: datetime,
    status: int = 200,
    problem: Refusal | None = None,
) -> Response:
    rows = read_officers_accounts(reader.central)
    missing = Counter(str(row.officer.section) for row in rows if row.account is None)
    unused = [row for row in rows if row.unused][:MOST_LETTERS]
    return page(
        request,
        "officer_accounts.html",
        reader.viewer,
        reader.central,
        status,
        rows=rows,
        everyone=_EVERYONE,
        missing=sorted(missing.items(), key=lambda one: thai_order(one[0])),
        unused=len(unused),
        seconds_for=seconds_for,
        most=MOST_LETTERS,
        now=now,
        problem=problem,
    )
