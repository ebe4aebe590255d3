"""The online questionnaire: one answer a token, counted with nothing about whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sync import formtoken
from sync.central.disclosure import ONLINE
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.usecases.central import Central
from sync.protocol import BadMessage
from sync.signing import public_key

__all__ = [
    "OnlineAnswer",
    "Questionnaire",
    "TokenState",
    "answer_questionnaire",
    "import_answers",
    "open_questionnaire",
]

_MAX_ID, _MAX_TOKEN = 32, 200
"""Characters of a terminal's id and of a token."""
_OTHER_ZONE = timedelta(days=1)
"""A terminal's day may begin before central's."""


class TokenState(StrEnum):
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    ASK = "ask"
    """Not used yet: the question is asked."""


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """What stands behind a code. `token` is there unless the state is WRONG."""

    state: TokenState
    settings: SiteSettings
    token: formtoken.FormToken | None


@dataclass(frozen=True, slots=True)
class OnlineAnswer:
    """`levels`: of how many levels `score` is one. `reasons`: ids."""

    day: date
    levels: int
    score: int
    reasons: tuple[str, ...]
    language: str
    comment: str = ""


def open_questionnaire(central: Central, terminal: str, text: str, today: date) -> Questionnaire:
    """What a token that says it was made by a terminal of this site opens."""
    with central.store.read(central.site) as t:
        settings = t.settings.newest().settings
        token = _token(t, central.site, terminal, text)
        if token is None:
            state = TokenState.WRONG
        elif not token.valid_on(today):
            state = TokenState.EXPIRED
        elif t.questionnaire.is_used(token.random):
            state = TokenState.USED
        else:
            state = TokenState.ASK
    return Questionnaire(state=state, settings=settings, token=token)


def answer_questionnaire(
    central: Central, token: formtoken.FormToken, answer: OnlineAnswer, today: date
) -> bool:
    """Count an answer; False when the token was used before."""
    with central.store.transaction(central.site) as t:
        # Two answers at once would each rewrite what only one of them has seen.
        t.people.lock_site()
        if not t.questionnaire.use_token(token.random, token.last_day, today):
            return False
        _count(t, answer)
    return True


def import_answers(central: Central, answers: Iterable[OnlineAnswer]) -> None:
    """Count answers that came without a token: those of the demonstration."""
    with central.store.transaction(central.site) as t:
        for answer in answers:
            _count(t, answer)


def _count(t: Transaction, answer: OnlineAnswer) -> None:
    t.questionnaire.add(answer.day, answer.levels, answer.score, answer.reasons)
    if answer.comment:
        t.questionnaire.add_comment(answer.language, answer.comment)
    t.unclosed.mark([(ONLINE, answer.day)])


def _token(t: Transaction, site: str, terminal: str, text: str) -> formtoken.FormToken | None:
    """The token in `text` when a terminal of this site made it whose days count: not one that was
    stolen or replaced, is in quarantine, or waits for a second person."""
    if len(terminal) > _MAX_ID or len(text) > _MAX_TOKEN:
        return None
    maker = t.terminals.get(terminal)
    if maker is None or not maker.active:
        return None
    keys = {maker.public_key: date.max}
    if maker.renewed is not None:
        earlier = t.terminals.earlier_keys(terminal)
        keys |= {key: until.date() + _OTHER_ZONE for key, until in earlier.items()}
    for key, until in keys.items():
        try:
            token = formtoken.read(public_key(key), site, terminal, text)
        except (formtoken.BadToken, BadMessage):
            continue
        # Shown before the key was renewed, and scanned after.
        if token.day <= until:
            return token
    return None
