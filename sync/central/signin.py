"""Signing in: accounts made, passwords and identities checked, sessions opened and ended.

One transaction each. A try is counted before the password is looked at, so that an interrupted
check can't be repeated for nothing; unknown, wrong and disabled look the same.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from kiosk.domain.people import BadPerson, identifier, plain
from kiosk.domain.refusal import excerpt
from sync.central import passwords
from sync.central.service import Central
from sync.central.store.accounts import Account, Session
from sync.central.viewer import CITY, ROLES, Role, Viewer

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


def roles_of(names: Iterable[str]) -> list[Role]:
    """Roles by their names; BadPerson."""
    roles = []
    for name in names:
        if name not in ROLES:
            raise BadPerson("role_unknown", role=excerpt(name), roles=", ".join(ROLES))
        roles.append(ROLES[name])
    return roles


def add_account(
    central: Central,
    by: str,
    account: str,
    name: str,
    roles: Iterable[Role],
    now: datetime,
    *,
    officer: str = "",
    section: str = "",
    subject: str = "",
    city: bool = False,
) -> str:
    """Make an account, or give an existing one new rights; its first password (empty where an
    identity provider's subject opens it). BadPerson names what is wrong."""
    granted = frozenset(roles)
    if not granted:
        raise BadPerson("account_needs_role")
    if any(role.needs_officer for role in granted) != bool(officer):
        raise BadPerson("role_officer")
    if any(role.needs_section for role in granted) != bool(section):
        raise BadPerson("role_section")
    if city and not all(role.fits_city for role in granted):
        raise BadPerson("role_city")
    site = CITY if city else central.site
    names = " ".join(sorted(role.id for role in granted))
    password = "" if subject else passwords.generate()
    made = Account(
        site=site,
        account=identifier("account", account),
        name=plain("name", name),
        roles=granted,
        secret=passwords.hashed(password) if password else "",
        must_change=bool(password),
        officer=officer,
        section=section,
        subject=subject[:200],
    )
    with central.store.transaction(site) as t:
        t.accounts.close_sessions(account=account)
        t.accounts.put(made)
        t.accounts.log_change(by, f"account {account}: {names}", now)
    return password


def disable_account(central: Central, by: str, site: str, account: str, now: datetime) -> bool:
    """No more signing in; running sessions end at once. False when there is none."""
    with central.store.transaction(site) as t:
        found = t.accounts.get(account, hold=True)
        if found is None:
            return False
        t.accounts.put(replace(found, disabled=True))
        t.accounts.close_sessions(account=account)
        t.accounts.log_change(by, f"account {account}: disabled", now)
    return True


def new_password(central: Central, by: str, site: str, account: str, now: datetime) -> str | None:
    """A fresh first password in place of a forgotten one; None when there is no such account."""
    password = passwords.generate()
    with central.store.transaction(site) as t:
        found = t.accounts.get(account, hold=True)
        if found is None:
            return None
        fresh = replace(
            found, secret=passwords.hashed(password), must_change=True, tries=0,
            locked_until=None, disabled=False,
        )  # fmt: skip
        t.accounts.put(fresh)
        t.accounts.close_sessions(account=account)
        t.accounts.log_change(by, f"account {account}: new first password", now)
    return password


class Strangers:
    """Tries at accounts that don't exist wait like tries at those that do: who is never told to
    wait would know that the name is nobody's. In memory; the oldest are forgotten first."""

    def __init__(self, most: int = 10_000) -> None:
        self._most, self._tries = most, dict[tuple[str, str], tuple[int, datetime | None]]()
        self._lock = Lock()

    def count(self, site: str, account: str, now: datetime) -> None:
        """Count a try; Locked when it comes too early."""
        with self._lock:
            tries, until = self._tries.pop((site, account), (0, None))
            early = until is not None and now < until
            if not early:
                tries, until = tries + 1, passwords.locked_until(tries + 1, now)
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
    with central.store.transaction(site) as t:
        found = t.accounts.get(account, hold=True)
        if found is not None:
            if found.locked_until is not None and now < found.locked_until:
                raise Locked(found.locked_until)
            tries = found.tries + 1
            t.accounts.put_tries(account, tries, passwords.locked_until(tries, now))
    if found is None and strangers is not None:
        strangers.count(site, account, now)
    usable = found is not None and not found.disabled and bool(found.secret)
    right = passwords.matches(password, found.secret if found and usable else passwords.NOBODY)
    if found is None or not usable or not right:
        raise NotSignedIn
    return _opened(central, site, found, now)


def sign_in_as(central: Central, site: str, subject: str, now: datetime) -> str:
    """A session for whom an identity provider vouches; NotSignedIn when no account is theirs."""
    with central.store.transaction(site) as t:
        found = t.accounts.of_subject(subject)
    if found is None or found.disabled:
        raise NotSignedIn
    return _opened(central, site, found, now)


def _opened(central: Central, site: str, account: Account, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    with central.store.transaction(site) as t:
        t.accounts.put_tries(account.account, 0, None)
        t.accounts.drop_sessions(now - SESSION_LONGEST)
        t.accounts.open_session(
            Session(token=_hash(token), account=account.account, opened=now, seen=now)
        )
    return token


def viewer_of(central: Central, site: str, token: str, now: datetime) -> tuple[Viewer, bool] | None:
    """Whose session this is, and whether the password must be changed first; None: nobody's."""
    hashed = _hash(token)
    with central.store.transaction(site) as t:
        signed_in = t.accounts.of_session(hashed)
        if signed_in is None:
            return None
        session, found = signed_in
        if now - session.seen > SESSION_IDLE or now - session.opened > SESSION_LONGEST:
            t.accounts.close_sessions(token=hashed)
            return None
        if found.disabled:
            return None
        if now - session.seen > _TOUCH_EVERY:
            t.accounts.touch_session(hashed, now)
    return found.viewer(), found.must_change


def sign_out(central: Central, site: str, token: str) -> None:
    with central.store.transaction(site) as t:
        t.accounts.close_sessions(token=_hash(token))


def change_password(central: Central, viewer: Viewer, old: str, new: str, now: datetime) -> None:
    """Set one's own password and end all one's sessions. NotSignedIn when `old` is wrong,
    WeakPassword when `new` won't do."""
    sign_out(central, viewer.site, sign_in(central, viewer.site, viewer.account, old, now))
    passwords.require_strong(new, viewer.account, viewer.name)
    if new == old:
        raise passwords.WeakPassword("password_same")
    with central.store.transaction(viewer.site) as t:
        found = t.accounts.get(viewer.account, hold=True)
        if found is None:
            raise NotSignedIn
        t.accounts.put(replace(found, secret=passwords.hashed(new), must_change=False))
        t.accounts.close_sessions(account=viewer.account)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
