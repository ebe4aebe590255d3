"""By what an office's notifications go, as its administrator has set it."""

from dataclasses import dataclass
from datetime import datetime

from sync.central.logbook import told
from sync.central.notifying import Transport
from sync.central.store.notifications import StoredTransport
from sync.central.transports import (
    AnySettings,
    BadTransport,
    LineSettings,
    MailSettings,
    checked_secret,
    document,
)
from sync.central.usecases.audit import write_change
from sync.central.usecases.central import Central
from sync.central.usecases.sealed_secrets import NotOurs, seal, unseal
from sync.central.viewer import Right, Viewer

__all__ = [
    "SecretLost",
    "SetTransport",
    "drop_transport",
    "read_transports",
    "save_transport",
    "secret_of",
]

_PURPOSE = b"kiosk central transports"


class SecretLost(Exception):
    """It was sealed under another `central.key`: somebody types it again."""


@dataclass(frozen=True, slots=True)
class SetTransport:
    """One transport as it is set. The secret is shown nowhere: only whether there is one."""

    transport: Transport
    settings: AnySettings
    sealed: str
    at: datetime
    author: str

    @property
    def has_secret(self) -> bool:
        return bool(self.sealed)


def read_transports(central: Central) -> dict[Transport, SetTransport]:
    """What is set, also what is switched off."""
    with central.store.read(central.site) as t:
        stored = t.transports.all()
    return {transport: _set(one) for transport, one in stored.items()}


def save_transport(
    central: Central,
    viewer: Viewer,
    transport: Transport,
    settings: AnySettings,
    secret: str,
    now: datetime,
) -> None:
    """Keep how a transport is set; an empty secret leaves the one before. Where the server is
    another one, its secret is to be typed again: nobody sends it elsewhere without knowing it.
    NotYours; BadTransport."""
    viewer.require(central.site, Right.RUN)
    with central.store.transaction(central.site) as t:
        before = t.transports.all().get(transport)
        sealed = before.secret if before else ""
        if secret:
            checked = checked_secret(transport, secret)
            sealed = seal(central, _PURPOSE, _owner(central, transport), checked.encode())
        elif before and sealed and _goes_elsewhere(before.settings, settings):
            raise BadTransport("secret_again")
        if _needs_secret(settings) and not sealed:
            raise BadTransport("secret_missing")
        if isinstance(settings, MailSettings) and not settings.user:
            sealed = ""
        t.transports.put(
            StoredTransport(
                transport=transport,
                body=document(transport, settings),
                secret=sealed,
                at=now,
                author=viewer.name,
            )
        )
        key = "transport_set" if settings.on else "transport_off"
        write_change(t, viewer, told(key, transport=transport.value, place=_place(settings)), now)


def drop_transport(central: Central, viewer: Viewer, transport: Transport, now: datetime) -> bool:
    """Forget a transport and its secret; False where none was set. NotYours."""
    viewer.require(central.site, Right.RUN)
    with central.store.transaction(central.site) as t:
        if not t.transports.drop(transport):
            return False
        write_change(t, viewer, told("transport_removed", transport=transport.value), now)
    return True


def secret_of(central: Central, one: SetTransport) -> str:
    """ "" where there is none; SecretLost."""
    if not one.sealed:
        return ""
    try:
        return unseal(central, _PURPOSE, _owner(central, one.transport), one.sealed).decode()
    except NotOurs:
        raise SecretLost from None


def _set(stored: StoredTransport) -> SetTransport:
    return SetTransport(
        transport=stored.transport,
        settings=stored.settings,
        sealed=stored.secret,
        at=stored.at,
        author=stored.author,
    )


def _needs_secret(settings: AnySettings) -> bool:
    return bool(settings.user) if isinstance(settings, MailSettings) else True


def _goes_elsewhere(before: AnySettings, settings: AnySettings) -> bool:
    """Whether a stored secret would reach another machine than it was typed for."""
    return _whom(before) != _whom(settings)


def _whom(settings: AnySettings) -> tuple[object, ...]:
    if isinstance(settings, MailSettings):
        return settings.host, settings.port, settings.encryption, settings.authority
    return settings.address, settings.authority


def _place(settings: AnySettings) -> str:
    """Where it goes, for the record."""
    if isinstance(settings, MailSettings):
        return f"{settings.host}:{settings.port}"
    if isinstance(settings, LineSettings):
        return f"{settings.address} ({len(settings.recipients)})"
    return settings.address


def _owner(central: Central, transport: Transport) -> bytes:
    return f"{central.site} {transport.value}".encode()
