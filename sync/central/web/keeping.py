"""What IT keeps: roster and photos, terminals, accounts, the office's settings. No scores."""

from collections.abc import Mapping
from dataclasses import astuple, fields, replace

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.people import BadPerson, Officer
from kiosk.domain.rating import ReasonId
from kiosk.domain.refusal import Refusal, excerpt
from kiosk.domain.rostercsv import BadRoster
from kiosk.domain.rostercsv import parse as parse_roster
from kiosk.domain.wording import MAX_HOLIDAYS, ReasonWords
from sync.central import itaform, sitesettings
from sync.central.photos import BadPhoto, portrait
from sync.central.sitesettings import (
    BadSettings,
    Contact,
    ItaRow,
    KeptSettings,
    NamedService,
    SiteSettings,
)
from sync.central.store.office import EditedMeanwhile
from sync.central.store.people import NumberTaken
from sync.central.usecases.accounts import add_account, disable_account, new_password, roles_of
from sync.central.usecases.central import Central
from sync.central.usecases.people import all_officers, import_officers
from sync.central.usecases.terminals import invite_terminal, release_terminal
from sync.central.viewer import Right, Viewer
from sync.central.web.desk import HEADERS, Desk, PageError, Posted, log_change
from sync.central.web.door import Form
from sync.central.web.pages import fleet_page


def routes(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    # --- roster ----------------------------------------------------------------------------

    @router.get("/roster/{site}")
    def roster(request: Request, site: str) -> Response:
        central, viewer = desk.reader(request, site, Right.RUN)
        return _roster(request, central, viewer)

    def _roster(
        request: Request,
        central: Central,
        viewer: Viewer,
        problems: tuple[Refusal, ...] = (),
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        with central.store.transaction(central.site) as t:
            officers, pictured = t.people.everyone(), t.office.with_photo()
        status = 400 if problems else 200
        return desk.page(
            request,
            "roster.html",
            viewer,
            central,
            status,
            officers=officers,
            pictured=pictured,
            typed=typed or {},
            problems=problems,
        )

    @router.post("/roster/{site}")
    def add(request: Request, site: str, form: Form) -> Response:
        """Add or renew one officer, or all of a CSV file."""
        central, viewer = desk.reader(request, site, Right.RUN)
        try:
            if form.file is not None:
                wanted = parse_roster(form.file.data)
            else:
                fields = ("number", "name", "position", "section", "id")
                wanted = (Officer.parse(*(form.text(name, 200) for name in fields)),)
            import_officers(central, wanted)
        except (BadRoster, NumberTaken) as error:
            return _roster(request, central, viewer, error.problems, form.values)
        except BadPerson as error:
            return _roster(request, central, viewer, error.problems, form.values)
        except PageError as error:
            return _roster(request, central, viewer, error.problems, form.values)
        _note(central, viewer, f"roster: {len(wanted)} officers added or renewed")
        return RedirectResponse(f"/roster/{site}", 303)

    @router.post("/roster/{site}/{officer}")
    def change(request: Request, site: str, officer: str, form: Form) -> Response:
        """Retire an officer, bring one back, take a photo or remove it."""
        central, viewer = desk.reader(request, site, Right.RUN)
        found = next((o for o in all_officers(central) if o.id == officer), None)
        if found is None:
            raise PageError(404, "no_page")
        do = form.text("do", 20)
        try:
            if do == "photo":
                if form.file is None:
                    raise BadPhoto("choose_picture")
                jpeg = portrait(form.file.data)
                with central.store.transaction(site) as t:
                    t.office.put_photo(officer, jpeg)
            elif do == "remove":
                with central.store.transaction(site) as t:
                    t.office.remove_photo(officer)
            elif do in ("retire", "return"):
                import_officers(central, (replace(found, retired=do == "retire"),))
            else:
                raise PageError(400, "bad_form")
        except (BadPhoto, NumberTaken) as error:
            return _roster(request, central, viewer, error.problems)
        _note(central, viewer, f"roster: {found.number} {do}")
        return RedirectResponse(f"/roster/{site}", 303)

    # --- terminals -------------------------------------------------------------------------

    @router.post("/fleet/{site}")
    def terminal(request: Request, site: str, form: Form) -> Response:
        """A one-time code for a terminal, or the release of one from quarantine."""
        central, viewer = desk.reader(request, site, Right.RUN)
        name, do = form.text("terminal", 32), form.text("do", 20)
        if do == "enrol":
            try:
                code = invite_terminal(central, name, form.text("counter", 32), desk.now())
            except BadPerson:
                raise PageError(400, "bad_id") from None
            _note(central, viewer, f"terminal {name}: a code to enrol")
            return fleet_page(desk, request, central, viewer, code)
        note = form.prose("note", 300)
        if do != "release" or not note:
            raise PageError(400, "say_why")
        if not release_terminal(central, name, viewer.name, note, desk.now()):
            raise PageError(404, "no_page")
        _note(central, viewer, f"terminal {name}: released")
        return RedirectResponse(f"/fleet/{site}", 303)

    # --- accounts --------------------------------------------------------------------------

    @router.get("/accounts/{site}")
    def accounts(request: Request, site: str) -> Response:
        central, viewer = desk.reader(request, site, Right.RUN)
        return _accounts(request, central, viewer)

    def _accounts(
        request: Request,
        central: Central,
        viewer: Viewer,
        problem: Refusal | None = None,
        made: tuple[str, str] | None = None,
    ) -> Response:
        with central.store.transaction(central.site) as t:
            found = t.accounts.all()
            officers = t.people.active()
        sections = sorted({str(o.section) for o in officers if o.section})
        return desk.page(
            request,
            "accounts.html",
            viewer,
            central,
            400 if problem else 200,
            accounts=found,
            officers=officers,
            sections=sections,
            problem=problem,
            made=made,
        )

    @router.post("/accounts/{site}")
    def account(request: Request, site: str, form: Form) -> Response:
        central, viewer = desk.reader(request, site, Right.RUN)
        name, do, now = form.text("account", 64), form.text("do", 20), desk.now()
        if do == "disable":
            disable_account(central, viewer.account, site, name, now)
            return RedirectResponse(f"/accounts/{site}", 303)
        if do == "password":
            password = new_password(central, viewer.account, site, name, now)
            if password is None:
                raise PageError(404, "no_page")
            return _accounts(request, central, viewer, made=(name, password))
        try:
            roles = roles_of(form.several.get("roles", ()))
            with central.store.transaction(site) as t:
                if t.accounts.get(name) is not None and form.text("again", 5) != "yes":
                    raise BadPerson("account_exists", account=excerpt(name))
            password = add_account(
                central,
                viewer.account,
                name,
                form.text("name", 200),
                roles,
                now,
                officer=form.text("officer", 32),
                section=form.text("section", 200),
                subject=form.text("subject", 200),
            )
        except BadPerson as error:
            return _accounts(request, central, viewer, problem=error)
        return _accounts(request, central, viewer, made=(name, password))

    # --- settings --------------------------------------------------------------------------

    @router.get("/settings/{site}")
    def settings(request: Request, site: str) -> Response:
        central, viewer = desk.reader(request, site, Right.RUN)
        with central.store.transaction(site) as t:
            kept = t.office.settings()
        return _settings(request, central, viewer, kept.version, kept.settings)

    def _settings(
        request: Request,
        central: Central,
        viewer: Viewer,
        version: int,
        shown: SiteSettings,
        problem: Refusal | None = None,
        typed: Mapping[str, str] | None = None,
        others: Mapping[str, str] | None = None,
    ) -> Response:
        """`typed`: what stands in the form in place of what is kept."""
        return desk.page(
            request,
            "settings.html",
            viewer,
            central,
            400 if problem else 200,
            version=version,
            s=shown,
            ita_rows=itaform.as_settings(),
            typed=typed or {},
            others=others or {},
            problem=problem,
            saved="saved" in request.query_params,
        )

    @router.post("/settings/{site}")
    def save(request: Request, site: str, form: Form) -> Response:
        central, viewer = desk.reader(request, site, Right.RUN)
        with central.store.transaction(site) as t:
            kept = t.office.settings()
        try:
            if form.file is not None:
                wanted = sitesettings.parse(form.file.data.decode("utf-8", "replace"))
                base = kept.version
            else:
                wanted = sitesettings.checked(_from_form(form))
                base = form.number("version")
        except Refusal as error:
            return _refused(request, central, viewer, kept, form, error)
        except PageError as error:
            return _refused(request, central, viewer, kept, form, error)
        try:
            with central.store.transaction(site) as t:
                t.office.put_settings(base, wanted, viewer.name, desk.now())
        except EditedMeanwhile:
            others = _differing(kept.settings, wanted)
            return _refused(
                request, central, viewer, kept, form, Refusal("edited_meanwhile"), others
            )
        _note(central, viewer, f"settings: version {base + 1}")
        return RedirectResponse(f"/settings/{site}?saved", 303)

    def _refused(
        request: Request,
        central: Central,
        viewer: Viewer,
        kept: KeptSettings,
        form: Posted,
        problem: Refusal,
        others: Mapping[str, str] | None = None,
    ) -> Response:
        """Nothing was saved, and what was typed is still there. `others`: what somebody else saved
        meanwhile, by field."""
        typed = {} if form.file else form.values
        shown = (kept.version, kept.settings, problem, typed, others)
        return _settings(request, central, viewer, *shown)

    @router.get("/settings/{site}/document")
    def document(request: Request, site: str) -> Response:
        central, _viewer = desk.reader(request, site, Right.RUN)
        with central.store.transaction(site) as t:
            text = t.office.settings().settings.document()
        headers = {
            **HEADERS,
            "Content-Disposition": f'attachment; filename="settings-{site}.json"',
        }
        return Response(text, media_type="application/json", headers=headers)

    def _note(central: Central, viewer: Viewer, what: str) -> None:
        log_change(central, viewer, what, desk.now())

    return router


MAX_ITA_TEXT = 150 * 340
"""Characters of the ITA rows: as many as settings may have, each as long as it may be."""


def _from_form(form: Posted) -> SiteSettings:
    """The settings form's fields; lists come a line each, parts between `|`."""
    return SiteSettings(
        question_th=form.text("question_th", 400),
        question_en=form.text("question_en", 400),
        comment_url=form.text("comment_url", 400),
        levels_th=_lines(form, "levels_th"),
        levels_en=_lines(form, "levels_en"),
        reasons=tuple(
            ReasonWords(id=ReasonId(name), th=th, en=en) for name, th, en in _parts(form, "reasons")
        ),
        services=tuple(NamedService(*parts) for parts in _parts(form, "services", 20_000)),
        channels=tuple(Contact(*parts) for parts in _parts(form, "channels")),
        opening_hours=form.text("opening_hours", 400),
        compare_from=form.number("compare_from"),
        cuts_from=form.number("cuts_from"),
        appraisal_from=form.number("appraisal_from"),
        appraisal_response=form.number("appraisal_response"),
        oit_numbers=form.text("oit_numbers", 400),
        licence=form.text("licence", 400),
        fiscal_year_starts=form.number("fiscal_year_starts"),
        holidays=tuple(sorted(set(_lines(form, "holidays", 12 * MAX_HOLIDAYS)))),
        ita_rows=_ita_rows(form),
    )


def _differing(kept: SiteSettings, wanted: SiteSettings) -> dict[str, str]:
    """What is kept now where it is not what is wanted, by field, as a person reads it."""
    differing = {}
    for field in fields(SiteSettings):
        now = getattr(kept, field.name)
        if now == getattr(wanted, field.name):
            continue
        rows = now if isinstance(now, tuple) else (now,)
        differing[field.name] = "\n".join(map(_row_text, rows))
    return differing


def _row_text(row: object) -> str:
    """A row as the form has it: its parts between `|`."""
    if isinstance(row, ReasonWords):
        return " | ".join(row)
    if isinstance(row, NamedService | Contact | ItaRow):
        return " | ".join(map(str, astuple(row)))
    return str(row)


def _ita_rows(form: Posted) -> tuple[ItaRow, ...]:
    """A line each: code | form | indicator, and where terminals are evidence | yes. None, or the
    form's own rows unchanged: whatever the form is in later versions."""
    rows = []
    for line in _lines(form, "ita_rows", MAX_ITA_TEXT):
        code, *parts = (part.strip() for part in line.split("|"))
        if len(parts) not in (2, 3):
            raise BadSettings("ita_parts", text=excerpt(line))
        evidence = len(parts) == 3 and parts[2].lower() in ("yes", "ใช่")
        rows.append(
            ItaRow(code=code, form=parts[0], indicator=parts[1], terminal_is_evidence=evidence)
        )
    return () if tuple(rows) == itaform.as_settings() else tuple(rows)


def _lines(form: Posted, name: str, longest: int = 2000) -> tuple[str, ...]:
    return tuple(line.strip() for line in form.text(name, longest).splitlines() if line.strip())


def _parts(form: Posted, name: str, longest: int = 2000) -> list[tuple[str, str, str]]:
    found = []
    for line in _lines(form, name, longest):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3:
            raise BadSettings("three_parts", field=name, text=excerpt(line))
        found.append((parts[0], parts[1], parts[2]))
    return found
