"""Where an account is told things, and of what: its owner says so, and proves the address."""

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kiosk.domain.refusal import Refusal
from sync.central.notifying import TOPICS, Topic, topics_for
from sync.central.store.notifications import Subscription
from sync.central.transports import MailAddress
from sync.central.usecases.central import Central
from sync.central.viewer import CITY, NotYours, Right, Viewer

__all__ = [
    "OwnSubscription",
    "begin_subscription",
    "choose_topics",
    "end_subscription",
    "prove_address",
    "read_subscription",
    "says_yes",
]

CODE_LIVES = timedelta(minutes=30)
CODE_DIGITS, CODE_TRIES = 6, 5
CODE_PAUSE = timedelta(minutes=1)
"""Between two codes of one account."""
_YES, _NO = "+", "-"


class WrongProof(Refusal):
    """Not the code that was sent, too late, or too often."""


@dataclass(frozen=True, slots=True)
class OwnSubscription:
    """An account's own. `mail`: "" where it has none; `topics`: what it may be told of, and
    whether it is."""

    mail: str
    language: str
    proved: bool
    topics: tuple[tuple[Topic, bool], ...]


def says_yes(one: Subscription, topic: Topic) -> bool:
    """Whether an account is told of a topic."""
    choices = one.topics.split()
    return f"{_YES}{topic.id}" in choices or (topic.is_usual and f"{_NO}{topic.id}" not in choices)


def read_subscription(central: Central, viewer: Viewer) -> OwnSubscription:
    _require_office(viewer)
    with central.store.read(viewer.site) as t:
        one = t.subscriptions.get(viewer.account)
    one = one or Subscription(account=viewer.account, mail="", language="th")
    topics = tuple((topic, says_yes(one, topic)) for topic in topics_for(viewer, viewer.site))
    return OwnSubscription(mail=one.mail, language=one.language, proved=one.proved, topics=topics)


def begin_subscription(
    central: Central, viewer: Viewer, mail: str, language: str, now: datetime
) -> str:
    """Keep a new address, to which nothing goes until it is proved; the code that proves it, to be
    sent there. Refusal."""
    _require_office(viewer)
    address = MailAddress().read(mail)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    with central.store.transaction(viewer.site) as t:
        before = t.subscriptions.get(viewer.account)
        if before and _has_just_asked(before, now):
            raise WrongProof("mail_too_often")  # nobody's post box is filled from here
        t.subscriptions.put(
            Subscription(
                account=viewer.account,
                mail=address,
                language=language,
                topics=before.topics if before else "",
                code=_hash(central, viewer, address, code),
                until=now + CODE_LIVES,
            )
        )
    return code


def prove_address(central: Central, viewer: Viewer, code: str, now: datetime) -> None:
    """The owner has read what was sent there; WrongProof. A try is counted before it is judged."""
    _require_office(viewer)
    with central.store.transaction(viewer.site) as t:
        one = t.subscriptions.get(viewer.account)
        if one is None or not one.code or one.until is None:
            raise WrongProof("mail_code")
        t.subscriptions.put(replace(one, tries=one.tries + 1))
    typed = "".join(code.split())
    is_right = hmac.compare_digest(one.code, _hash(central, viewer, one.mail, typed))
    if not is_right or one.tries >= CODE_TRIES or not one.until - CODE_LIVES <= now <= one.until:
        raise WrongProof("mail_code")
    with central.store.transaction(viewer.site) as t:
        if t.subscriptions.get(viewer.account) == replace(one, tries=one.tries + 1):
            t.subscriptions.put(replace(one, code="", tries=0, until=None))


def choose_topics(central: Central, viewer: Viewer, chosen: frozenset[str], language: str) -> None:
    """Of what the account is told from now on, of what it may be told."""
    _require_office(viewer)
    own = {topic.id for topic in topics_for(viewer, viewer.site)}
    choices = " ".join(
        f"{_YES if topic.id in chosen else _NO}{topic.id}"
        for topic in TOPICS.values()
        if topic.id in own
    )
    with central.store.transaction(viewer.site) as t:
        one = t.subscriptions.get(viewer.account)
        if one is not None:
            t.subscriptions.put(replace(one, topics=choices, language=language))


def end_subscription(central: Central, viewer: Viewer) -> None:
    """Forget the address; when it was last sent a code, only once it was proved."""
    _require_office(viewer)
    with central.store.transaction(viewer.site) as t:
        before = t.subscriptions.get(viewer.account)
        if before is None or before.until is None:
            t.subscriptions.drop(viewer.account)
        else:
            nowhere = Subscription(account=viewer.account, mail="", language=before.language)
            t.subscriptions.put(replace(nowhere, until=before.until))


def _has_just_asked(one: Subscription, now: datetime) -> bool:
    """Whether a code went within the pause. One that is to come was sent by a wrong clock."""
    if one.until is None:
        return False
    sent = one.until - CODE_LIVES
    return sent <= now < sent + CODE_PAUSE


def _require_office(viewer: Viewer) -> None:
    """The city's accounts read fifty offices: nothing is sent to them."""
    if viewer.site == CITY:
        raise NotYours(Right.OFFICE)


def _hash(central: Central, viewer: Viewer, mail: str, code: str) -> str:
    key = hmac.digest(central.key.private_bytes_raw(), b"kiosk central mail codes", "sha256")
    words = f"{viewer.site} {viewer.account} {mail} {code}".encode()
    return hmac.digest(key, words, "sha256").hex()
