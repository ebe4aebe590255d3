"""The page on which IT keeps the office's settings."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.refusal import Refusal
from sync.central import itaform, sitesettings
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.office_settings import EditedMeanwhile, read_settings, save_settings
from sync.central.web.dependencies import Administrator, CurrentTime, Reader
from sync.central.web.forms import Form, Posted
from sync.central.web.rendering import HEADERS, page
from sync.central.web.settings_form import differing, limits, settings_from

router = APIRouter(include_in_schema=False)


@router.get("/settings/{site}")
def settings_page(request: Request, reader: Administrator) -> Response:
    return _settings_page(request, reader)


@router.post("/settings/{site}")
def post_settings(
    request: Request, site: str, form: Form, reader: Administrator, now: CurrentTime
) -> Response:
    """Save the form's fields, or a document in their place. Where nothing was saved, what was
    typed is still there."""
    typed = {} if form.file else form.values
    try:
        settings, base = _posted_settings(form)
    except Refusal as error:
        return _settings_page(request, reader, error, typed)
    try:
        save_settings(reader.central, reader.viewer, base, settings, now)
    except EditedMeanwhile:
        return _settings_page(request, reader, Refusal("edited_meanwhile"), typed, settings)
    return RedirectResponse(f"/settings/{site}?saved", 303)


@router.get("/settings/{site}/document")
def settings_document(site: str, reader: Administrator) -> Response:
    text = read_settings(reader.central).settings.document()
    headers = {
        **HEADERS,
        "Content-Disposition": f'attachment; filename="settings-{site}.json"',
    }
    return Response(text, media_type="application/json", headers=headers)


def _posted_settings(form: Posted) -> tuple[SiteSettings, int | None]:
    """The settings and the version that they were edited from: None for a document."""
    if form.file is not None:
        return sitesettings.parse(form.file.data.decode("utf-8", "replace")), None
    return settings_from(form), form.number("version")


def _settings_page(
    request: Request,
    reader: Reader,
    problem: Refusal | None = None,
    typed: Mapping[str, str] | None = None,
    unsaved: SiteSettings | None = None,
) -> Response:
    """`typed`: what stands in the form in place of the current settings. `unsaved`: what came
    after somebody else's save; the page shows where both differ."""
    stored = read_settings(reader.central)
    others = {} if unsaved is None else differing(stored.settings, unsaved)
    return page(
        request,
        "settings.html",
        reader.viewer,
        reader.central,
        400 if problem else 200,
        version=stored.version,
        s=stored.settings,
        ita_rows=itaform.as_settings(),
        limits=limits(),
        typed=typed or {},
        others=others,
        problem=problem,
        saved="saved" in request.query_params,
    )
