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
from sync.central.usecases.events import (
    Kind,
    empty_old_events,
    note_failure,
    note_unknown,
    write_event,
)
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
    return _open_session(
        central, site, _checked(central, site, account, password, now, strangers), now
    )


def _checked(
    central: Central,
    site: str,
    account: str,
    password: str,
    now: datetime,
    strangers: Strangers | None = None,
) -> Account:
    """The account whose password this is; NotSignedIn, or Locked with the time; Busy. Logged where
    it is not."""
    with passwords.LINE.place():
        try:
            current = _count_try(central, site, account, now)
        except Locked:
            note_failure(central, site, Kind.TOO_EARLY, account, now)
            raise
        if current is None and strangers is not None:
            note_unknown(central, site, account, now)
            strangers.count(site, account, now)
        usable = current is not None and not current.disabled and bool(current.secret)
        secret = current.secret if current and usable else passwords.NOBODY
        right = passwords.matches(password, secret)
    if current is None:
        raise NotSignedIn
    if not usable or not right:
        locked = passwords.locked_until(current.tries + 1, now) is not None
        what = "disabled" if current.disabled else ""
        note_failure(central, site, Kind.LOCKED if locked else Kind.FAILED, account, now, what)
        raise NotSignedIn
    return current


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
    if account is None:
        raise NotSignedIn
    if account.disabled:
        note_failure(central, site, Kind.FAILED, account.account, now, "disabled")
        raise NotSignedIn
    return _open_session(central, site, account, now, by="identity")


def _open_session(
    central: Central, site: str, account: Account, now: datetime, by: str = "password"
) -> str:
    token = secrets.token_urlsafe(32)
    session = Session(token=_hash(token), account=account.account, opened=now, seen=now)
    with central.store.transaction(site) as t:
        t.accounts.put_tries(account.account, 0, None)
        old = t.accounts.drop_sessions(now - SESSION_LONGEST)
        t.accounts.open_session(session)
        for owner in old:
            write_event(central, t, Kind.EXPIRED, owner, now)
        write_event(central, t, Kind.SIGNED_IN, account.account, now, what=by)
        empty_old_events(t, now)
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
            for owner in t.accounts.close_sessions(token=hashed):
                write_event(central, t, Kind.EXPIRED, owner, now)
        return None
    if account.disabled:
        return None
    if now - session.seen > _TOUCH_EVERY:
        with central.store.transaction(site) as t:
            t.accounts.touch_session(hashed, now)
    return account.viewer(), account.must_change


def sign_out(central: Central, site: str, token: str, now: datetime) -> None:
    with central.store.transaction(site) as t:
        for owner in t.accounts.close_sessions(token=_hash(token)):
            write_event(central, t, Kind.SIGNED_OUT, owner, now)


def change_password(central: Central, viewer: Viewer, old: str, new: str, now: datetime) -> None:
    """Set one's own password and end all one's sessions. NotSignedIn when `old` is wrong,
    WeakPassword when `new` won't do."""
    _checked(central, viewer.site, viewer.account, old, now)
    passwords.require_strong(new, viewer.account, viewer.name)
    if new == old:
        raise WeakPassword("password_same")
    secret = passwords.hashed(new)
    with central.store.transaction(viewer.site) as t:
        account = t.accounts.get(viewer.account, for_update=True)
        if account is None:
            raise NotSignedIn
        fresh = replace(account, secret=secret, must_change=False, tries=0, locked_until=None)
        t.accounts.put(fresh)
        t.accounts.close_sessions(account=viewer.account)
        write_event(central, t, Kind.PASSWORD_SET, viewer.account, now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
