"""The page on which IT keeps who may sign in."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.people import BadPerson
from kiosk.domain.refusal import Refusal
from sync.central.mark import ChangedSinceShown
from sync.central.usecases.accounts import (
    Account,
    Details,
    add_account,
    details_of,
    disable_account,
    edit_account,
    edition_of,
    enable_account,
    new_password,
    off_roster,
    read_accounts_page,
    roles_of,
)
from sync.central.usecases.audit import signature
from sync.central.usecases.central import Central
from sync.central.usecases.second_factors import reset_factor
from sync.central.web.dependencies import Administrator, CurrentTime, Reader
from sync.central.web.forms import Form, Posted
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)

_CHANGES: dict[str, Callable[[Central, str, str, str, datetime], object]] = {
    "reset": reset_factor,
    "enable": enable_account,
    "disable": disable_account,
}
"""What a button does to an account that is there."""
_NOTHING = {"account": "", "name": "", "officer": "", "section": "", "subject": "", "roles": ()}
"""What stands in the form of a new account."""


@router.get("/accounts/{site}")
def accounts_page(request: Request, reader: Administrator, now: CurrentTime) -> Response:
    return _accounts_page(request, reader, now)


@router.post("/accounts/{site}")
def post_account(
    request: Request, site: str, form: Form, reader: Administrator, now: CurrentTime
) -> Response:
    """Make an account, edit one, disable one, or give one a new first password."""
    account, deed = form.text("account", 64), form.text("do", 20)
    by, own = signature(reader.viewer), reader.viewer.account
    change = _CHANGES.get(deed)
    if deed == "reset" and account == own:
        raise PageError(403, "not_own_factor")
    try:
        if change is not None:
            change(reader.central, by, site, account, now)
            return RedirectResponse(f"/accounts/{site}", 303)
        if deed == "password":
            password = new_password(reader.central, by, site, account, now)
            return _accounts_page(request, reader, now, fresh=(account, password))
        if deed == "edit":
            password = edit_account(
                reader.central, by, site, account, form.text("base", 40), _details(form), now
            )
        else:
            password = _add_account(reader, account, _details(form), now)
    except (BadPerson, ChangedSinceShown) as error:
        return _accounts_page(request, reader, now, problem=error, typed=form)
    if deed == "edit" and not password:
        return RedirectResponse(f"/accounts/{site}", 303)
    unknown = off_roster(reader.central, form.text("officer", 32), form.text("section", 200))
    return _accounts_page(request, reader, now, fresh=(account, password), unknown=unknown)


def _details(form: Posted) -> Details:
    return Details(
        name=form.text("name", 200),
        roles=frozenset(roles_of(form.several.get("roles", ()))),
        officer=form.text("officer", 32),
        section=form.text("section", 200),
        subject=form.text("subject", 200),
    )


def _add_account(reader: Reader, account: str, details: Details, now: datetime) -> str:
    return add_account(
        reader.central,
        signature(reader.viewer),
        account,
        details.name,
        details.roles,
        now,
        officer=details.officer,
        section=details.section,
        subject=details.subject,
    )


def _typed(form: Posted) -> dict[str, Any]:
    """What stands in a form again."""
    names = ("account", "name", "officer", "section", "subject")
    fields = {name: form.values.get(name, "") for name in names}
    return {**fields, "roles": form.several.get("roles", ())}


def _stored(account: Account) -> dict[str, Any]:
    """What stands in the form of an account."""
    roles = tuple(role.id for role in account.roles)
    return {**asdict(details_of(account)), "account": account.account, "roles": roles}


def _accounts_page(
    request: Request,
    reader: Reader,
    now: datetime,
    problem: Refusal | None = None,
    fresh: tuple[str, str] | None = None,
    unknown: tuple[Refusal, ...] = (),
    typed: Posted | None = None,
) -> Response:
    """`fresh`: an account, and the first password that it just got; `unknown`: what it is to open
    that is not there; `typed`: a form that comes back."""
    values = read_accounts_page(reader.central)
    deed = typed.values.get("do", "") if typed else ""
    return page(
        request,
        "accounts.html",
        reader.viewer,
        reader.central,
        400 if problem else 200,
        accounts=values.accounts,
        officers=values.officers,
        with_factor=values.with_factor,
        sections=values.sections,
        nothing=_NOTHING,
        stored=_stored,
        edition=edition_of,
        typed=_typed(typed) if typed and deed in ("add", "edit") else None,
        deed=deed,
        problem=problem,
        made=fresh,
        unknown=unknown,
        now=now,
    )
