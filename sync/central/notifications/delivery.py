"""Empties the outbox: composes what is due, sends it, and keeps what came of it."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic
from urllib.parse import urlsplit

from sync.central.logbook import read_told, told
from sync.central.logwords import log_words
from sync.central.notifications.composing import (
    Composed,
    File,
    composed,
    proof_message,
    trial_message,
)
from sync.central.notifications.line import PUSH, LineService
from sync.central.notifications.mail import MailServer
from sync.central.notifications.posting import Line
from sync.central.notifications.sending import LONGEST_SECONDS, NotSent, Sent
from sync.central.notifications.sheets import sheet
from sync.central.notifications.webhook import Told, Webhook, WebhookBody
from sync.central.notifying import (
    LEAST_TRIES,
    TOPICS,
    Encryption,
    Transport,
    may_carry_figures,
    notification_id,
)
from sync.central.transports import AnySettings, LineSettings, MailSettings, WebhookSettings
from sync.central.usecases.central import Central, DatabaseError
from sync.central.usecases.notifications import (
    Notification,
    NotificationState,
    claim_next,
    reader_of,
    settle,
)
from sync.central.usecases.sites import all_sites, find_site
from sync.central.usecases.transports import SecretLost, SetTransport, read_transports, secret_of
from sync.central.usecases.watching import watch
from sync.central.viewer import NotYours

_LOG = logging.getLogger("kiosk.central.notifications")
TRIAL_SECONDS = 20.0
"""How long a person waits for what the button sends."""
PASS_SECONDS = 300.0
"""After so long one pass ends; the next one goes on."""

_NO_ANSWER = ("slow", "unreachable")


class _Unreadable(Exception):
    """Nobody may read it any more."""


def look_and_deliver(home: Central, now: datetime) -> None:
    """For each office: what has begun and is over, then whatever is due. A fault of one office, or
    of the database, is said and ends nothing else."""
    began, unheard = monotonic(), set[str]()
    for central in _offices(home):
        # Late offices have waited for the ones before: what they claim is claimed from then on.
        moment = now + timedelta(seconds=int(monotonic() - began))
        try:
            watch(central, home, moment)
            deliver(central, moment, unheard)
        except DatabaseError as error:
            _LOG.warning("%s: notifications wait for the database: %s", central.site, error)
        except Exception:  # noqa: BLE001  (a bug at one office: the others are told)
            _LOG.exception("%s: notifications", central.site)


def deliver(central: Central, now: datetime, unheard: set[str] | None = None) -> int:
    """Send what is due; how many went. Where a server does not answer, what else goes by it waits
    for the next pass: one that refuses a single reader holds nobody up. `unheard`: servers that
    answered no other office in this pass; fifty offices must not each wait for the city's."""
    unheard = set() if unheard is None else unheard
    servers = {way: _server(one.settings) for way, one in read_transports(central).items()}
    stopped = {way for way, server in servers.items() if server in unheard}
    sent, began = 0, monotonic()
    while monotonic() - began < PASS_SECONDS:
        moment = now + timedelta(seconds=monotonic() - began)
        one = claim_next(central, moment, stopped)
        if one is None:
            break
        state, answer, ends_all = _try(central, one, moment)
        if ends_all:
            stopped.add(one.transport)
        if ends_all and read_told(answer)[0] in _NO_ANSWER:
            unheard.add(servers.get(one.transport, ""))
        settle(central, one, state, answer, moment)
        sent += state is NotificationState.SENT
    return sent


def _try(central: Central, one: Notification, now: datetime) -> tuple[NotificationState, str, bool]:
    """What came of it: its state, the answer, and whether nothing else goes by that way now."""
    try:
        answer = _send(central, one, now)
    except NotSent as error:
        _LOG.warning("%s: %s by %s: %s", central.site, one.topic, one.transport, error.key)
        state = NotificationState.WAITING if error.again else NotificationState.FAILED
        return state, answer_of(error), error.all_of_it
    except _Unreadable:
        return NotificationState.DROPPED, _answer("no_reader"), False
    except DatabaseError:
        raise
    except Exception:  # noqa: BLE001  (a fault of ours in one message: every other one goes)
        _LOG.exception("%s: %s by %s: not made", central.site, one.topic, one.transport)
        # No other one of its topic waits for days for what no other day will mend.
        is_last = one.tries + 1 >= LEAST_TRIES
        state = NotificationState.FAILED if is_last else NotificationState.WAITING
        return state, _answer("not_made"), False
    return NotificationState.SENT, answer_of(answer), False


def try_out(central: Central, transport: Transport, to: str, now: datetime) -> Sent:
    """Send a real message now. `to`: a mail address; of LINE and the webhook it is their own.
    NotSent."""
    set_up = read_transports(central).get(transport)
    if set_up is None:
        raise NotSent("not_set", again=False)
    settings, secret = set_up.settings, _secret(central, set_up)
    trial = notification_id("trial", central.site, transport.value, to, now.isoformat())
    if isinstance(settings, MailSettings):
        message = trial_message(central, "th")
        return _mail(central, settings, secret, TRIAL_SECONDS).send(to, trial, message, now)
    message = trial_message(central, settings.language)
    if isinstance(settings, LineSettings):
        answers = [
            _line(central, settings, secret, TRIAL_SECONDS).send(
                one, notification_id(trial, one), message.short
            )
            for one in settings.recipients
        ]
        return answers[-1]
    body = _webhook_body(central, "try", "try", message, now)
    return _webhook(central, settings, secret, TRIAL_SECONDS).send(trial, body, now)


def send_proof(central: Central, mail: str, code: str, language: str, now: datetime) -> Sent:
    """Send the code that proves an address to it; NotSent."""
    set_up = read_transports(central).get(Transport.MAIL)
    if set_up is None or not isinstance(set_up.settings, MailSettings) or not set_up.settings.on:
        raise NotSent("not_set", again=False)
    server = _mail(central, set_up.settings, _secret(central, set_up), TRIAL_SECONDS)
    proof = notification_id("code", central.site, mail, code, now.isoformat())
    return server.send(mail, proof, proof_message(central, code, language), now)


def answer_of(outcome: Sent | NotSent) -> str:
    """What came of a try, as the outbox stores it."""
    key = outcome.key if isinstance(outcome, NotSent) else "sent"
    return _answer(key, outcome.code, outcome.words)


def _answer(key: str, code: int = 0, words: str = "") -> str:
    return told(key, code=code, words=words)


def _send(central: Central, one: Notification, now: datetime) -> Sent:
    set_up = read_transports(central).get(one.transport)
    if set_up is None or not set_up.settings.on:
        raise NotSent("not_set")
    settings, secret = set_up.settings, _secret(central, set_up)
    if isinstance(settings, MailSettings):
        return _send_mail(central, one, settings, secret, now)
    message = composed(central, one, settings.language)
    if isinstance(settings, LineSettings):
        if one.recipient not in settings.recipients:
            raise _Unreadable
        return _line(central, settings, secret).send(one.recipient, one.id, message.short)
    body = _webhook_body(central, f"{one.topic}.{one.phase.value}", one.topic, message, now)
    return _webhook(central, settings, secret).send(one.id, body, now)


def _send_mail(
    central: Central, one: Notification, settings: MailSettings, secret: str, now: datetime
) -> Sent:
    topic = TOPICS[one.topic]
    reader = reader_of(central, one.recipient, topic, now)
    if reader is None:
        raise _Unreadable
    files: tuple[File, ...] = ()
    if topic.is_sheet and may_carry_figures(one.transport, Encryption(settings.encryption)):
        try:
            files = (sheet(central, reader.viewer, one, now),)
        except NotYours:
            raise _Unreadable from None
    message = composed(central, one, reader.language, files)
    return _mail(central, settings, secret).send(reader.mail, one.id, message, now)


def _server(settings: AnySettings) -> str:
    """Which machine is asked."""
    if isinstance(settings, MailSettings):
        return f"{settings.host}:{settings.port}"
    return urlsplit(settings.address).netloc


def _secret(central: Central, set_up: SetTransport) -> str:
    try:
        return secret_of(central, set_up)
    except SecretLost:
        raise NotSent("secret_lost", all_of_it=True) from None


def _mail(
    central: Central, settings: MailSettings, secret: str, longest: float = LONGEST_SECONDS
) -> MailServer:
    here = urlsplit(central.settings.url).hostname or "localhost"
    return MailServer(settings=settings, secret=secret, here=here, longest=longest)


def _line(
    central: Central, settings: LineSettings, secret: str, longest: float = LONGEST_SECONDS
) -> LineService:
    address = settings.address.rstrip("/") + PUSH
    return LineService(_post(central, address, settings.authority, longest), secret)


def _webhook(
    central: Central, settings: WebhookSettings, secret: str, longest: float = LONGEST_SECONDS
) -> Webhook:
    return Webhook(_post(central, settings.address, settings.authority, longest), secret)


def _post(central: Central, address: str, authority: str, longest: float) -> Line:
    proxy = central.settings.proxy
    return Line(address=address, authority=authority, proxy=proxy, longest=longest)


def _webhook_body(
    central: Central, type: str, topic: str, message: Composed, now: datetime
) -> WebhookBody:
    data = Told(site=central.site, topic=topic, text=message.short, link=message.link)
    return WebhookBody(type=type, timestamp=now.isoformat(), data=data)


def _offices(home: Central) -> Iterator[Central]:
    for site, _name in all_sites(home):
        central = find_site(home, site)
        if central is not None:
            yield central


def answer_words(language: str, answer: str) -> str:
    """What came of a try and what to do about it, as a sentence; "" where nothing was tried."""
    return log_words(language, answer, "not_sent")


def server_words(answer: str) -> str:
    """What the server itself said: its code and its words, "" where it said nothing."""
    if not answer:
        return ""
    _, values = read_told(answer)
    code = str(values.get("code") or "")
    return f"{code} {values.get('words', '')}".strip()
