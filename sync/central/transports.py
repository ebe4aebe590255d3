"""How an office's notifications go: by mail, LINE and a webhook. Pure.

Each setting is defined once. The secrets (a password, a token, a key) are none of these values:
they are stored encrypted, beside them.
"""

import json
import re
import ssl
from base64 import b64decode
from binascii import Error as NoBase64
from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import Annotated, Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from kiosk.domain.kinds import BadValue, Choice, Flag, Kind, Name, Schema, Text, Whole
from kiosk.domain.refusal import Refusal, excerpt
from kiosk.language import LANGUAGES
from kiosk.tomlfile import tables
from kiosk.tomlfile.tables import WrongSetting
from sync.central.notifying import FOR_ALL, Encryption, Transport

MAX_SECRET, MAX_MAIL, MAX_PEM = 500, 254, 20_000
MAX_LINE_RECIPIENTS = 10
SECRET_BYTES = 24, 64
"""Of a webhook's key (Standard Webhooks 1.0)."""
LINE_ADDRESS = "https://api.line.me"
_LABEL = "[A-Za-z0-9-]{1,63}"
_MAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@({_LABEL}\.)*{_LABEL}")
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")
_LINE_ID = re.compile("[UCR][0-9a-f]{32}")
_TOPICS_FOR_ALL = tuple(topic.id for topic in FOR_ALL)
_PREFIX = "whsec_"
_PRINTED = re.compile("[!-~]+")
_TYPED = re.compile("[ -~]+")
"""What every server takes as a name or a password."""


class BadTransport(Refusal):
    """A transport that is not accepted."""


class MailAddress(Kind):
    """As HTML's own field takes it: a letter or sign outside ASCII is in no server's reach."""

    def read(self, value: object) -> str:
        text = str(value) if isinstance(value, str) else ""
        try:
            if len(text) > MAX_MAIL or not _MAIL.fullmatch(text):
                raise ValueError
            Address(addr_spec=text)  # no empty part, no two dots
        except (ValueError, HeaderParseError, IndexError):
            raise BadValue("mail_address", text=excerpt(value, 40)) from None
        return text

    def schema(self) -> Schema:
        return {"type": "string", "maxLength": MAX_MAIL}


class Host(Kind):
    """A server's name or address."""

    def read(self, value: object) -> str:
        if not isinstance(value, str) or not _HOST.fullmatch(value):
            raise BadValue("host_name", text=excerpt(value, 40))
        return value

    def schema(self) -> Schema:
        return {"type": "string", "maxLength": 253}


class SecureAddress(Kind):
    """An https address without a name and password in it: pages and logs show it."""

    def read(self, value: object) -> str:
        try:
            parts = urlsplit(value if isinstance(value, str) else "")
            sound = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
            if not sound or parts.username is not None or not _PRINTED.fullmatch(str(value)):
                raise ValueError
        except ValueError:
            raise BadValue("https_address", text=excerpt(value, 60)) from None
        return str(value)

    def schema(self) -> Schema:
        return {"type": "string", "maxLength": 300, "pattern": "^https://"}


class Authority(Kind):
    """Certificates of an authority of the office's own, as PEM; "": the machine's."""

    def read(self, value: object) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if not text:
            return ""
        try:
            if len(text) > MAX_PEM:
                raise ValueError
            ssl.create_default_context(cadata=text)
        except (ValueError, ssl.SSLError):
            raise BadValue("no_certificate") from None
        return text

    def schema(self) -> Schema:
        return {"type": "string", "maxLength": MAX_PEM}


class LineRecipients(Kind):
    """Ids of LINE's users, groups and rooms."""

    def read(self, value: object) -> tuple[str, ...]:
        ids = tuple(dict.fromkeys(value)) if isinstance(value, list | tuple) else ()
        wrong = [one for one in ids if not isinstance(one, str) or not _LINE_ID.fullmatch(one)]
        if wrong or not 0 < len(ids) <= MAX_LINE_RECIPIENTS:
            first = wrong[0] if wrong else ""
            raise BadValue("line_ids", text=excerpt(first, 40), most=MAX_LINE_RECIPIENTS)
        return ids

    def written(self, value: Any) -> list[str]:
        return list(value)

    def schema(self) -> Schema:
        return {"type": "array", "maxItems": MAX_LINE_RECIPIENTS}


class TopicsLeftOut(Kind):
    """Topics that are not told. What a later version brings is told until somebody leaves it out.
    Leaving all out is refused: who wants nothing told turns the transport off."""

    def read(self, value: object) -> tuple[str, ...]:
        ids = tuple(value) if isinstance(value, list | tuple) else ()
        if any(one not in _TOPICS_FOR_ALL for one in ids) or set(_TOPICS_FOR_ALL) <= set(ids):
            raise BadValue("no_topics")
        return tuple(one for one in _TOPICS_FOR_ALL if one in ids)

    def written(self, value: Any) -> list[str]:
        return list(value)

    def schema(self) -> Schema:
        return {"type": "array", "items": {"enum": list(_TOPICS_FOR_ALL)}}


class MailSettings(NamedTuple):
    """The mail server. Its secret: the password."""

    host: Annotated[str, Host(), "its name, as its certificate has it"]
    sender: Annotated[str, MailAddress(), "the address that messages come from"]
    port: Annotated[int, Whole(1, 65535), "465 with TLS, 587 with STARTTLS, often"] = 465
    encryption: Annotated[
        str, Choice([one.value for one in Encryption]), "of the way there; without, no figures"
    ] = Encryption.TLS.value
    user: Annotated[str, Text(), "whom the server knows; empty: nobody signs in"] = ""
    sender_name: Annotated[str, Name(), "the name beside the address"] = "ระบบประเมินความพึงพอใจ"
    authority: Annotated[str, Authority(), "the server's own authority, PEM"] = ""
    on: Annotated[bool, Flag(), "whether anything is sent"] = True


class LineSettings(NamedTuple):
    """LINE's Messaging API. Its secret: the channel access token."""

    recipients: Annotated[tuple[str, ...], LineRecipients(), "users, groups, rooms"]
    address: Annotated[str, SecureAddress(), "of the service"] = LINE_ADDRESS
    language: Annotated[str, Choice(LANGUAGES), "of the messages"] = "th"
    authority: Annotated[str, Authority(), "the server's own authority, PEM"] = ""
    on: Annotated[bool, Flag(), "whether anything is sent"] = True
    left_out: Annotated[tuple[str, ...], TopicsLeftOut(), "topics that are not told"] = ()


class WebhookSettings(NamedTuple):
    """A program of the office that is told, by Standard Webhooks 1.0. Its secret: the key."""

    address: Annotated[str, SecureAddress(), "where it is told"]
    language: Annotated[str, Choice(LANGUAGES), "of the text inside"] = "th"
    authority: Annotated[str, Authority(), "the server's own authority, PEM"] = ""
    on: Annotated[bool, Flag(), "whether anything is sent"] = True
    left_out: Annotated[tuple[str, ...], TopicsLeftOut(), "topics that are not told"] = ()


AnySettings: TypeAlias = MailSettings | LineSettings | WebhookSettings
DEFINITIONS: dict[Transport, type[Any]] = {
    Transport.MAIL: MailSettings,
    Transport.LINE: LineSettings,
    Transport.WEBHOOK: WebhookSettings,
}


def read(transport: Transport, values: dict[str, Any]) -> AnySettings:
    """The settings of a form's or a row's values; Refusal names what is not accepted."""
    try:
        settings: AnySettings = tables.table(DEFINITIONS[transport], values)
    except WrongSetting as error:
        field = error.where.partition(".")[0]
        raise BadTransport("wrong_setting", field=field, problem=error.refusal) from None
    if isinstance(settings, MailSettings):
        if settings.user and settings.encryption == Encryption.NONE:
            raise BadTransport("password_in_the_open")
        if settings.user and not _TYPED.fullmatch(settings.user):
            raise BadTransport("secret_form")
    return settings


def document(transport: Transport, settings: AnySettings) -> str:
    """As JSON, as it is stored. No secret is in it."""
    values = tables.written(DEFINITIONS[transport], settings)
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def parse(transport: Transport, body: str) -> AnySettings:
    return read(transport, json.loads(body))


def checked_secret(transport: Transport, secret: str) -> str:
    """A secret that can be sent as it is; BadTransport."""
    if len(secret) > MAX_SECRET or not _TYPED.fullmatch(secret):
        raise BadTransport("secret_form")
    if transport is Transport.WEBHOOK:
        webhook_key(secret)
    return secret


def webhook_key(secret: str) -> bytes:
    """The bytes that sign; BadTransport."""
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (NoBase64, ValueError):
        key = b""
    least, most = SECRET_BYTES
    if not least <= len(key) <= most:
        raise BadTransport("webhook_key", least=least, most=most)
    return key
