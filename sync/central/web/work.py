"""Pages on which people write: the improvement log, ITA texts, objections; and comments to read."""

import secrets
from dataclasses import replace
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from sync.central import itaform
from sync.central.disclosure import Scaled
from sync.central.period import parse, round_of, year_of
from sync.central.reports import gate
from sync.central.store.office import (
    Decision,
    EditedMeanwhile,
    Improvement,
    ItaBody,
    Objection,
    State,
    Verdict,
)
from sync.central.usecases.central import Central
from sync.central.usecases.ita import read_ita_round
from sync.central.usecases.people import all_officers
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import NotYours, Right, Viewer
from sync.central.web.desk import Desk, PageError, Posted, last_month
from sync.central.web.door import Form

_LINE, _PARAGRAPH = 200, 4000
"""Characters of a short field and of a text."""


def routes(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    # --- improvement log -------------------------------------------------------------------

    @router.get("/improvements/{site}")
    def improvements(request: Request, site: str) -> Response:
        viewer = desk.viewer(request)
        if not viewer.has(site, Right.OFFICE) and not viewer.has(site, Right.IMPROVE):
            raise NotYours(Right.OFFICE)
        return _log(request, desk.site(site), viewer)

    def _log(
        request: Request, central: Central, viewer: Viewer, yours: Improvement | None = None
    ) -> Response:
        with central.store.transaction(central.site) as t:
            found = t.office.improvements()
        status = 409 if yours else 200
        return desk.page(
            request,
            "improvements.html",
            viewer,
            central,
            status,
            lines=found,
            yours=yours,
            month_of=last_month(desk.today()),
        )

    @router.post("/improvements/{site}")
    def improve(request: Request, site: str, form: Form) -> Response:
        central, viewer = desk.reader(request, site, Right.IMPROVE)
        line = _improvement(form)
        try:
            with central.store.transaction(site) as t:
                t.office.put_improvement(line, viewer.name, desk.now())
        except EditedMeanwhile:
            return _log(request, central, viewer, line)
        return RedirectResponse(f"/improvements/{site}", 303)

    # --- ITA report ------------------------------------------------------------------------

    @router.get("/ita/{site}")
    def ita(request: Request, site: str, round: str = "") -> Response:
        central, viewer = desk.reader(request, site, Right.EDIT_PAPERS)
        starts = desk.year_starts(central)
        period = parse(round, starts) if round else round_of(desk.today(), starts)
        if period.part not in ("1", "2"):
            raise PageError(400, "bad_form")
        return _ita(request, central, viewer, period.code)

    def _ita(
        request: Request, central: Central, viewer: Viewer, code: str, crossed: str = ""
    ) -> Response:
        period = parse(code, desk.year_starts(central))
        rows = read_ita_round(central, code, desk.today()).rows
        evidence = gate.office(central, viewer, period, desk.today())
        status = 409 if crossed else 200
        return desk.page(
            request,
            "ita.html",
            viewer,
            central,
            status,
            rows=rows,
            period=period,
            rounds=itaform.rounds(desk.today(), period.starts),
            evidence=evidence,
            crossed=crossed,
            open=request.query_params.get("row", ""),
        )

    @router.post("/ita/{site}")
    def save_ita(request: Request, site: str, form: Form) -> Response:
        central, viewer = desk.reader(request, site, Right.EDIT_PAPERS)
        period = parse(form.text("round", 20), desk.year_starts(central))
        code = form.text("code", 20)
        with central.store.transaction(site) as t:
            listed = itaform.listed(t.office.settings().settings)
        if period.part not in ("1", "2") or code not in {row.code for row in listed}:
            raise PageError(400, "bad_form")
        fields = ("question", "shortfall", "measure", "result", "evidence")
        body = ItaBody(
            _score(form.text("score", 10)), *(form.prose(name, _PARAGRAPH) for name in fields)
        )
        base = form.number("base")
        at = (period.fiscal_year, int(period.part))
        with central.store.transaction(site) as t:
            saved = t.office.put_ita(*at, code, base, body, viewer.name, desk.now())
        if not saved:
            return _ita(request, central, viewer, period.code, crossed=code)
        return RedirectResponse(f"/ita/{site}?round={period.code}&row={code}#{code}", 303)

    # --- objections ------------------------------------------------------------------------

    @router.post("/officer/{site}/{officer}")
    def object_to(request: Request, site: str, officer: str, form: Form) -> Response:
        """An officer objects to one of the own results."""
        viewer = desk.viewer(request)
        if not viewer.is_officer(site, officer):
            raise NotYours(Right.OFFICER)
        words = form.prose("words", _PARAGRAPH)
        if not words:
            raise PageError(400, "say_why")
        wanted = Objection(
            officer=officer,
            levels=form.number("levels"),
            number=form.number("number"),
            at=desk.now(),
            words=words,
        )
        central = desk.site(site)
        with central.store.transaction(site) as t:
            if not t.blocks.has(Scaled(officer, wanted.levels), wanted.number):
                raise PageError(404, "no_page")
            t.office.object_to(wanted)
        return RedirectResponse(f"/officer/{site}/{officer}#objections", 303)

    @router.get("/objections/{site}")
    def objections(request: Request, site: str) -> Response:
        central, viewer = desk.reader(request, site, Right.DECIDE)
        with central.store.transaction(site) as t:
            found, starts = t.office.objections(), t.office.settings().settings.fiscal_year_starts
            weeks = {
                (officer, levels, block.number): block
                for officer in {o.officer for o in found}
                for levels, block in t.blocks.of_officer(officer, date.min, date.max)
            }
            deciders = {f"{site}/{x.account}": x.name for x in t.accounts.all()}
        return desk.page(
            request,
            "objections.html",
            viewer,
            central,
            objections=sorted(found, key=lambda o: o.outcome is not None),  # open ones first
            names={str(o.id): o for o in all_officers(central)},
            weeks=weeks,
            year=lambda day: year_of(day, starts).code,
            deciders=deciders,
        )

    @router.post("/objections/{site}")
    def decide(request: Request, site: str, form: Form) -> Response:
        """One of two people decides; nobody decides on the own result."""
        central, viewer = desk.reader(request, site, Right.DECIDE)
        officer = form.text("officer", 32)
        key = (officer, form.number("levels"), form.number("number"))
        if viewer.officer == officer:
            raise NotYours(Right.DECIDE)
        try:
            verdict = Verdict(form.text("verdict", 20))
        except ValueError:
            raise PageError(400, "bad_form") from None
        note = form.prose("note", _PARAGRAPH)
        if not note:
            raise PageError(400, "say_why")
        with central.store.transaction(site) as t:
            found = next(
                (o for o in t.office.objections(officer) if (o.officer, o.levels, o.number) == key),
                None,
            )
            if found is None:
                raise PageError(404, "no_page")
            decider = f"{viewer.site}/{viewer.account}"
            t.office.decide(
                found, Decision(decider=decider, verdict=verdict, note=note, at=desk.now())
            )
        return RedirectResponse(f"/objections/{site}", 303)

    # --- comments --------------------------------------------------------------------------

    @router.get("/comments/{site}")
    def comments(request: Request, site: str) -> Response:
        """What citizens wrote, in pools of ten and more, without time."""
        central, viewer = desk.reader(request, site, Right.COMMENTS)
        publish_due(central, desk.today())
        with central.store.transaction(site) as t:
            found = t.form.comments()
        return desk.page(request, "comments.html", viewer, central, comments=found)

    return router


def _improvement(form: Posted) -> Improvement:
    said = form.prose("said", _PARAGRAPH)
    if not said:
        raise PageError(400, "say_what")
    try:
        state = State(form.text("state", 20) or State.OPEN.value)
    except ValueError:
        raise PageError(400, "bad_form") from None
    due: date | None = form.day("due")
    line = Improvement(
        id=form.text("id", 32) or secrets.token_hex(8),
        said=said,
        done=form.prose("done", _PARAGRAPH),
        whom=form.prose("whom", _LINE),
        due=due,
        state=state,
    )
    return replace(line, version=form.number("version") if form.text("version", 12) else 0)


def _score(text: str) -> str:
    """A score as people type it, Thai or Arabic digits; PageError when it is none."""
    plain = text.translate(str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")).replace(",", ".")
    if not plain:
        return ""
    try:
        value = float(plain)
    except ValueError:
        raise PageError(400, "no_number") from None
    if not 0 <= value <= 100:
        raise PageError(400, "no_number")
    return f"{value:.2f}"
