"""The page on which IT gives the audible guide its voice."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.refusal import Refusal
from kiosk.language import LANGUAGES as WRITTEN
from kiosk.speech import BadRecording
from sync.central.language import words
from sync.central.usecases.recordings import (
    NoSuchPrompt,
    all_recordings,
    read_recording,
    read_recordings,
    remove_recording,
    save_recording,
)
from sync.central.web.dependencies import Administrator, CurrentTime, Reader
from sync.central.web.downloads import file_response
from sync.central.web.forms import Form
from sync.central.web.rendering import HEADERS, PageError, page

router = APIRouter(include_in_schema=False)


@router.get("/recordings/{site}")
def recordings_page(request: Request, reader: Administrator, language: str = "th") -> Response:
    return _page(request, reader, language)


@router.get("/recordings/{site}/all.zip")
def recordings_file(site: str, reader: Administrator) -> Response:
    return file_response(all_recordings(reader.central), f"recordings-{site}", "zip")


@router.get("/recordings/{site}/{language}/{prompt}.wav")
def recording(reader: Administrator, language: str, prompt: str) -> Response:
    wave = read_recording(reader.central, language, prompt)
    if wave is None:
        raise PageError(404, "no_page")
    return Response(wave, media_type="audio/wav", headers=HEADERS)


@router.post("/recordings/{site}/{language}/{prompt}")
def post_recording(
    request: Request,
    site: str,
    language: str,
    prompt: str,
    form: Form,
    reader: Administrator,
    now: CurrentTime,
) -> Response:
    """Take a recording, or remove it."""
    try:
        if form.text("do", 10) == "remove":
            remove_recording(reader.central, reader.viewer, language, prompt, now)
        elif form.file is None:
            raise BadRecording("choose_recording")
        else:
            save_recording(reader.central, reader.viewer, language, prompt, form.file.data, now)
    except NoSuchPrompt:
        raise PageError(404, "no_page") from None
    except BadRecording as error:
        return _page(request, reader, language, prompt, error)
    return RedirectResponse(f"/recordings/{site}?language={language}#{prompt}", 303)


def _page(
    request: Request,
    reader: Reader,
    language: str,
    refused: str = "",
    problem: Refusal | None = None,
) -> Response:
    """`refused`: the prompt whose recording was not taken, and why."""
    try:
        recordings = read_recordings(reader.central, language)
    except NoSuchPrompt:
        raise PageError(404, "no_page") from None
    return page(
        request,
        "recordings.html",
        reader.viewer,
        reader.central,
        400 if problem else 200,
        language=language,
        read_aloud=words(language if language in WRITTEN else "th").get,
        recordings=recordings,
        refused=refused,
        problem=problem,
    )
