"""The online questionnaire behind the terminal's code: one answer a token, nothing about whom."""

import unicodedata
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from kiosk.domain.scale import Scale, Score
from sync.central import faces
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.central import Central
from sync.central.usecases.questionnaire import (
    OnlineAnswer,
    Questionnaire,
    TokenState,
    answer_questionnaire,
    open_questionnaire,
)
from sync.central.web.dependencies import CurrentTime, Office, Today
from sync.central.web.forms import Form, Posted
from sync.central.web.parts import parts_of
from sync.central.web.rendering import HEADERS, PageError, language_of, render

router = APIRouter(include_in_schema=False)

MAX_COMMENT = 1000
"""Characters."""
MAX_LINKS = 1
"""More addresses than that in a comment: an advertisement."""
_MAX_MARKS = 3
"""Combining marks in a row: Thai has two."""
_THANKS = "thanks"
_STATUS = {
    _THANKS: 200,
    TokenState.ASK: 200,
    TokenState.USED: 409,
    TokenState.EXPIRED: 410,
    TokenState.WRONG: 404,
}
_QUESTION = {
    "th": "ท่านพึงพอใจต่อการให้บริการครั้งนี้เพียงใด",
    "en": "How satisfied are you with the service?",
}


@router.get("/f/{site}/{terminal}/{token}")
def question_page(
    request: Request,
    central: Office,
    terminal: str,
    token: str,
    now: CurrentTime,
    today: Today,
) -> Response:
    questionnaire = open_questionnaire(central, terminal, token, today)
    _count_wrong(request, questionnaire, now)
    return _page(request, central, questionnaire.settings, questionnaire.state)


@router.post("/f/{site}/{terminal}/{token}")
def post_answer(
    request: Request,
    form: Form,
    central: Office,
    terminal: str,
    token: str,
    now: CurrentTime,
    today: Today,
) -> Response:
    questionnaire = open_questionnaire(central, terminal, token, today)
    _count_wrong(request, questionnaire, now)
    settings = questionnaire.settings
    if questionnaire.token is None or questionnaire.state is not TokenState.ASK:
        return _page(request, central, settings, questionnaire.state)
    scale = Scale(len(settings.level_words_th))
    score = form.values.get("score", "")
    reasons = _reasons(form, settings)
    comment = clean(form.values.get("words", ""))
    problem = _problem(score, scale, comment)
    if problem or comment is None:
        typed = form.values.get("words", "")[: 2 * MAX_COMMENT]
        return _page(
            request,
            central,
            settings,
            TokenState.ASK,
            problem=problem,
            typed=typed,
            chosen=score,
            named=reasons,
        )
    answer = OnlineAnswer(
        day=questionnaire.token.day,
        levels=scale.levels,
        score=int(score),
        reasons=reasons if scale.low(Score(int(score))) else (),
        language=language_of(request),
        comment=comment,
    )
    fresh = answer_questionnaire(central, questionnaire.token, answer, today)
    return _page(request, central, settings, _THANKS if fresh else TokenState.USED)


def clean(words: str) -> str | None:
    """A comment as it may be stored, in NFC without what can't be printed; None when it is too
    long, advertises, or piles up marks."""
    text = unicodedata.normalize("NFC", words.replace("\r\n", "\n")).strip()
    if len(text) > MAX_COMMENT or text.casefold().count("http") > MAX_LINKS:
        return None
    if _piles_up_marks(text):
        return None
    return "".join(_printable(char) for char in text).strip()


def _piles_up_marks(text: str) -> bool:
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks > _MAX_MARKS:
            return True
    return False


def _printable(char: str) -> str:
    """A character, or what stands for it: any space is a plain one, what can't be seen nothing."""
    category = unicodedata.category(char)
    if category == "Zs":
        return " "
    return char if char == "\n" or category[0] not in "CZ" else ""


def _problem(score: str, scale: Scale, comment: str | None) -> str:
    """The key of what is wrong with an answer; empty when nothing is."""
    if score not in map(str, scale.scores()):
        return "form_choose"
    return "form_comment_refused" if comment is None else ""


def _reasons(form: Posted, settings: SiteSettings) -> tuple[str, ...]:
    """The reasons that were ticked, of those that the office has."""
    ids = {reason.id for reason in settings.reasons}
    return tuple(sorted(ids & set(form.several.get("reasons", ()))))


def _count_wrong(request: Request, questionnaire: Questionnaire, now: datetime) -> None:
    """Past some wrong tokens a minute nobody is listened to for a while."""
    wrong = questionnaire.state is TokenState.WRONG
    if wrong and not parts_of(request).wrong_tokens.allows(now):
        raise PageError(429, "try_later")


def _page(
    request: Request, central: Central, settings: SiteSettings, state: str, **typed: Any
) -> Response:
    """`typed`: the problem with an answer, and what of it stands in the form again."""
    language = language_of(request)
    own_question = settings.question_th if language == "th" else settings.question_en
    values = {"problem": "", "typed": "", "chosen": "", "named": (), **typed}
    text = render(
        request,
        "form.html",
        site=settings.office_name(central.settings.name, language),
        question=own_question or _QUESTION[language],
        words=settings.level_words_th if language == "th" else settings.level_words_en,
        scale=Scale(len(settings.level_words_th)),
        reasons=[(x.id, x.th if language == "th" else x.en) for x in settings.reasons],
        channels=settings.channels,
        state=state,
        longest=MAX_COMMENT,
        face=faces.svg,
        **values,
    )
    return HTMLResponse(text, 400 if values["problem"] else _STATUS[state], HEADERS)
