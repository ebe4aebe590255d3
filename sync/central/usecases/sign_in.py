"""Signing in: passwords and identities checked, sessions opened and ended.

A try is counted before the password is looked at, so that an interrupted check can't be repeated
for nothing. An unknown, a wrong and a disabled account look the same.
"""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from sync.central import passwords
from sync.central.passwords import WeakPassword
from sync.central.store.accounts import Account, Session
from sync.central.usecases.central import Central
from sync.central.viewer import Viewer

__all__ = [
    "Locked",
    "NotSignedIn",
    "Strangers",
    "WeakPassword",
    "change_password",
    "sign_in",
    "sign_in_as",
    "sign_out",
    "viewer_of",
]

SESSION_IDLE = timedelta(hours=2)
SESSION_LONGEST = timedelta(hours=12)
_TOUCH_EVERY = timedelta(minutes=5)


class NotSignedIn(Exception):
    """Unknown, wrong or disabled: which one is not said."""


class Locked(NotSignedIn):
    """Too many tries; `until` says when the next is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many tries")
        self.until = until


class Strangers:
    """Tries at accounts that don't exist wait like tries at those that do: who never has to wait
    would know that the name is nobody's. In memory; the oldest are forgotten first."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._tries: dict[tuple[str, str], tuple[int, datetime | None]] = {}
        self._lock = Lock()

    def count(self, site: str, account: str, now: datetime) -> None:
        """Count a try; Locked when it comes too early."""
        with self._lock:
            tries, until = self._tries.pop((site, account), (0, None))
            early = until is not None and now < until
            if not early:
                tries += 1
                until = passwords.locked_until(tries, now)
            self._tries[site, account] = tries, until
            if len(self._tries) > self._most:
                del self._tries[next(iter(self._tries))]
        if early and until is not None:
            raise Locked(until)


def sign_in(
    central: Central,
    site: str,
    account: str,
    password: str,
    now: datetime,
    strangers: Strangers | None = None,
) -> str:
    """A session's token for the right password; NotSignedIn, or Locked with the time; Busy. With
    `strangers`, unknown accounts wait too."""
    with passwords.LINE.place():
        return _sign_in(central, site, account, password, now, strangers)


def _sign_in(
    central: Central,
    site: str,
    account: str,
    password: str,
    now: datetime,
    strangers: Strangers | None,
) -> str:
    current = _count_try(central, site, account, now)
    if current is None and strangers is not None:
        strangers.count(site, account, now)
    usable = current is not None and not current.disabled and bool(current.secret)
    secret = current.secret if current and usable else passwords.NOBODY
    right = passwords.matches(password, secret)
    if current is None or not usable or not right:
        raise NotSignedIn
    return _open_session(central, site, current, now)


def _count_try(central: Central, site: str, account: str, now: datetime) -> Account | None:
    """The account, with this try counted; Locked when it comes too early."""
    with central.store.transaction(site) as t:
        current = t.accounts.get(account, for_update=True)
        if current is None:
            return None
        if current.locked_until is not None and now < current.locked_until:
            raise Locked(current.locked_until)
        tries = current.tries + 1
        t.accounts.put_tries(account, tries, passwords.locked_until(tries, now))
        return current


def sign_in_as(central: Central, site: str, subject: str, now: datetime) -> str:
    """A session for whom an identity provider vouches; NotSignedIn when no account is theirs."""
    with central.store.read(site) as t:
        account = t.accounts.of_subject(subject)
    if account is None or account.disabled:
        raise NotSignedIn
    return _open_session(central, site, account, now)


def _open_session(central: Central, site: str, account: Account, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session = Session(token=_hash(token), account=account.account, opened=now, seen=now)
    with central.store.transaction(site) as t:
        t.accounts.put_tries(account.account, 0, None)
        t.accounts.drop_sessions(now - SESSION_LONGEST)
        t.accounts.open_session(session)
    return token


def viewer_of(central: Central, site: str, token: str, now: datetime) -> tuple[Viewer, bool] | None:
    """Whose session this is, and whether the password must be changed first; None: nobody's."""
    hashed = _hash(token)
    with central.store.read(site) as t:
        signed_in = t.accounts.of_session(hashed)
    if signed_in is None:
        return None
    session, account = signed_in
    if now - session.seen > SESSION_IDLE or now - session.opened > SESSION_LONGEST:
        with central.store.transaction(site) as t:
            t.accounts.close_sessions(token=hashed)
        return None
    if account.disabled:
        return None
    if now - session.seen > _TOUCH_EVERY:
        with central.store.transaction(site) as t:
            t.accounts.touch_session(hashed, now)
    return account.viewer(), account.must_change


def sign_out(central: Central, site: str, token: str) -> None:
    with central.store.transaction(site) as t:
        t.accounts.close_sessions(token=_hash(token))


def change_password(central: Central, viewer: Viewer, old: str, new: str, now: datetime) -> None:
    """Set one's own password and end all one's sessions. NotSignedIn when `old` is wrong,
    WeakPassword when `new` won't do."""
    token = sign_in(central, viewer.site, viewer.account, old, now)
    sign_out(central, viewer.site, token)
    passwords.require_strong(new, viewer.account, viewer.name)
    if new == old:
        raise WeakPassword("password_same")
    secret = passwords.hashed(new)
    with central.store.transaction(viewer.site) as t:
        account = t.accounts.get(viewer.account, for_update=True)
        if account is None:
            raise NotSignedIn
        t.accounts.put(replace(account, secret=secret, must_change=False))
        t.accounts.close_sessions(account=viewer.account)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
