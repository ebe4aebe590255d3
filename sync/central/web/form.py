"""The online questionnaire behind the terminal's code: one answer a token, nothing about whom."""

import unicodedata
from collections import deque
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from sync import formtoken
from sync.central import faces
from sync.central.disclosure import ONLINE
from sync.central.language import tables
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.central import Central
from sync.central.usecases.terminals import find_terminal
from sync.central.web.desk import HEADERS, Desk, PageError
from sync.central.web.door import Form
from sync.protocol import BadMessage
from sync.signing import public_key

MAX_COMMENT = 1000
"""Characters."""
MAX_LINKS = 1
"""More addresses than that in a comment: an advertisement."""
MAX_BAD = 120
"""Wrong tokens a minute, from everybody together: past it nobody is listened to for a while."""


class _BadTokens:
    def __init__(self) -> None:
        self._seen: deque[datetime] = deque()

    def count(self, now: datetime) -> None:
        while self._seen and (now - self._seen[0]).total_seconds() > 60:
            self._seen.popleft()
        if len(self._seen) >= MAX_BAD:
            raise PageError(429, "try_later")
        self._seen.append(now)


def routes(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    bad = _BadTokens()

    def held(site: str, terminal: str, token: str) -> tuple[Central, formtoken.FormToken | None]:
        """The site, and the token when a terminal of that site made it."""
        central = desk.site(site)
        known = find_terminal(central, terminal) if len(terminal) <= 32 else None
        try:
            if known is None or known.quarantined or len(token) > 200:
                raise formtoken.BadToken
            return central, formtoken.read(public_key(known.public_key), site, terminal, token)
        except (formtoken.BadToken, BadMessage):
            bad.count(desk.now())
            return central, None

    def shown(request: Request, central: Central, state: str, **more: object) -> Response:
        lang = desk.language(request)
        with central.store.transaction(central.site) as t:
            s = t.office.settings().settings
        question = (s.question_th if lang == "th" else s.question_en) or _QUESTION[lang]
        words = {"th": s.levels_th, "en": s.levels_en}[lang]
        values = {"problem": "", "typed": "", "chosen": "", "named": (), **more}
        text = desk.environment.get_template("form.html").render(
            w=tables(lang),
            lang=lang,
            site=central.settings.name,
            question=question,
            words=words,
            reasons=[(r.id, r.th if lang == "th" else r.en) for r in s.reasons],
            channels=s.channels,
            state=state,
            longest=MAX_COMMENT,
            face=faces.svg,
            **values,
        )
        status = {"ask": 200, "thanks": 200, "used": 409, "expired": 410}.get(state, 404)
        return HTMLResponse(text, 400 if values["problem"] else status, HEADERS)

    @router.get("/f/{site}/{terminal}/{token}")
    def ask(request: Request, site: str, terminal: str, token: str) -> Response:
        central, found = held(site, terminal, token)
        return shown(request, central, _state(central, found, desk))

    @router.post("/f/{site}/{terminal}/{token}")
    def answer(request: Request, site: str, terminal: str, token: str, form: Form) -> Response:
        central, found = held(site, terminal, token)
        state = _state(central, found, desk)
        if found is None or state != "ask":
            return shown(request, central, state)
        comment = clean(form.values.get("words", ""))
        with central.store.transaction(site) as t:
            settings = t.office.settings().settings
        levels = len(settings.levels_th)
        score = form.values.get("score", "")
        named = _named(form.several.get("reasons", ()), settings)
        problem = ""
        if score not in {str(i) for i in range(1, levels + 1)}:
            problem = "form_choose"
        elif comment is None:
            problem = "form_comment_refused"
        if problem:
            typed = form.values.get("words", "")[: 2 * MAX_COMMENT]
            kept = {"typed": typed, "chosen": score, "named": named}
            return shown(request, central, "ask", problem=problem, **kept)
        with central.store.transaction(site) as t:
            # Held: two answers at once would each put in anew what only one of them has seen.
            t.people.hold_site()
            if not t.form.use_token(found.random, found.last_day, desk.today()):
                return shown(request, central, "used")
            t.form.add(found.day, levels, int(score), named)
            if comment:
                t.form.add_comment(desk.language(request), comment)
            t.unclosed.mark([(ONLINE, found.day)])
        return shown(request, central, "thanks")

    return router


_QUESTION = {
    "th": "ท่านพึงพอใจต่อการให้บริการครั้งนี้เพียงใด",
    "en": "How satisfied are you with the service?",
}


def _state(central: Central, found: formtoken.FormToken | None, desk: Desk) -> str:
    if found is None:
        return "wrong"
    if not found.valid_on(desk.today()):
        return "expired"
    with central.store.transaction(central.site) as t:
        return "used" if t.form.used(found.random) else "ask"


def _named(given: tuple[str, ...], settings: SiteSettings) -> list[str]:
    known = {reason.id for reason in settings.reasons}
    return sorted(known & set(given))


def clean(words: str) -> str | None:
    """A comment as it may be kept, in NFC without what can't be printed; None when it is too long,
    advertises, or piles up marks."""
    text = unicodedata.normalize("NFC", words.replace("\r\n", "\n")).strip()
    if len(text) > MAX_COMMENT or text.casefold().count("http") > MAX_LINKS:
        return None
    kept, marks = [], 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > 3:
            return None
        if category == "Zs":
            kept.append(" ")
        elif char == "\n" or category[0] not in "CZ":
            kept.append(char)
    return "".join(kept).strip()
