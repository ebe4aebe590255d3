"""Signing in: passwords, codes and identities checked, sessions opened and ended.

A try is counted before the password is looked at, so that an interrupted check can't be repeated
for nothing. An unknown, a wrong and a disabled account look the same, and take as long: each name,
whether somebody has it or not, is counted in a row of its own.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sync.central import passwords
from sync.central.logbook import told
from sync.central.passwords import WeakPassword
from sync.central.store.accounts import Account, Session
from sync.central.store.engine import Transaction
from sync.central.store.tries import Tries
from sync.central.usecases.central import Central
from sync.central.usecases.events import (
    Failure,
    Kind,
    empty_old_events,
    failure_of,
    note_failure,
    unknown_name,
    write_event,
    write_failure,
)
from sync.central.usecases.second_factors import code_is_right, must_enrol
from sync.central.usecases.tries import (
    Locked,
    NotSignedIn,
    clear_tries,
    count_try,
    name_hash,
    take_back_try,
)
from sync.central.viewer import Viewer

__all__ = [
    "CODE",
    "ENROL",
    "Locked",
    "NotSignedIn",
    "Opened",
    "Session",
    "WeakPassword",
    "change_password",
    "check_code",
    "check_password",
    "end_session",
    "has_password",
    "own_sessions",
    "require_code",
    "session_id",
    "sign_in",
    "sign_in_as",
    "sign_out",
    "viewer_of",
    "write_failure",
]

SESSION_IDLE = timedelta(hours=2)
SESSION_LONGEST = timedelta(hours=12)
CODE_WAITS = timedelta(minutes=5)
"""How long after the password the code may come."""
_MOST_NAMES = 100
"""Names of offices that may not stand in a password."""
_TOUCH_EVERY = timedelta(minutes=5)
CODE, ENROL = "code", "enrol"
"""Stages of a session: it waits for a code; it opens only the page where a factor is set."""
MAX_BROWSER = 200
"""Characters."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session at `site`. `stage`: what comes first, see CODE and ENROL."""

    site: str
    token: str
    stage: str = ""


def sign_in(
    central: Central,
    sites: Sequence[str],
    account: str,
    password: str,
    now: datetime,
    browser: str = "",
) -> Opened:
    """A session for the right password of an account at the first of `sites` that has it;
    NotSignedIn, or Locked with the time. Who answers logs what they carry, after the answer: a name
    that somebody has is logged otherwise than others, and nobody may wait for that."""
    name = name_hash(central, sites[0], account)
    current = _account_at(central, sites, account)
    try:
        earlier = count_try(central, name, now)
    except Locked as locked:
        failure = _failure(central, sites[0], account, current, Kind.TOO_EARLY, now)
        raise Locked(locked.until, failure) from None
    if not _matches(current, password, now) or current is None:
        kind = _wrong(earlier, now)
        raise NotSignedIn(_failure(central, sites[0], account, current, kind, now))
    with central.store.transaction(current.site) as t:
        stage = _stage_of(t, current)
    if stage == CODE:
        # The password was right. What is counted now are its codes.
        take_back_try(central, name, earlier, now)
    else:
        clear_tries(central, name)
    return _open_session(central, current, stage, browser, now, by="by_password")


def sign_in_anywhere_as(central: Central, subject: str, now: datetime, browser: str) -> Opened:
    """A session at the first site where an identity provider's subject has an account that is in
    use; NotSignedIn."""
    with central.store.read(central.site) as t:
        sites = t.accounts.sites_of_subject(subject)
    for site in sites:
        try:
            return sign_in_as(central, site, subject, now, browser)
        except NotSignedIn:
            continue
    raise NotSignedIn


def sign_in_as(
    central: Central, site: str, subject: str, now: datetime, browser: str = ""
) -> Opened:
    """A session for whom an identity provider vouches; NotSignedIn when no account is theirs. A
    second factor is the provider's matter."""
    with central.store.read(site) as t:
        account = t.accounts.of_subject(subject)
    if account is None:
        raise NotSignedIn
    if account.disabled:
        note_failure(central, site, Kind.FAILED, account.account, now, told("disabled"))
        raise NotSignedIn
    return _open_session(central, account, "", browser, now, by="by_identity")


def check_code(
    central: Central, site: str, token: str, code: str, now: datetime, browser: str = ""
) -> Opened:
    """The session of who gave a password, and now the code of the second factor or a recovery
    code. NotSignedIn when nobody waits for one or it is wrong, or Locked with the time."""
    hashed = _hash(token)
    with central.store.read(site) as t:
        waiting = t.accounts.of_session(hashed)
    if waiting is None or waiting[0].stage != CODE or now - waiting[0].opened > CODE_WAITS:
        raise NotSignedIn
    account = waiting[1]
    require_code(central, account.viewer(), code, now)
    if account.disabled:
        raise NotSignedIn
    with central.store.transaction(site) as t:
        t.accounts.close_session(hashed)
    return _open_session(central, account, "", browser, now, by="by_code")


def require_code(central: Central, viewer: Viewer, code: str, now: datetime) -> None:
    """NotSignedIn unless this is the code of the viewer's second factor, or a recovery code; it is
    used up. Tries are counted with those of the password."""
    name = name_hash(central, viewer.site, viewer.account)
    earlier = _counted(central, viewer, name, now)
    with central.store.transaction(viewer.site) as t:
        right = code_is_right(central, t, viewer, code, now)
    if not right:
        note_failure(
            central, viewer.site, _wrong(earlier, now), viewer.account, now, told("wrong_code")
        )
        raise NotSignedIn
    clear_tries(central, name)


def check_password(central: Central, viewer: Viewer, password: str, now: datetime) -> None:
    """Once more the password of who is signed in; NotSignedIn, or Locked."""
    name = name_hash(central, viewer.site, viewer.account)
    earlier = _counted(central, viewer, name, now)
    if not _matches(_account_at(central, (viewer.site,), viewer.account), password, now):
        note_failure(central, viewer.site, _wrong(earlier, now), viewer.account, now)
        raise NotSignedIn
    take_back_try(central, name, earlier, now)


def viewer_of(central: Central, site: str, token: str, now: datetime) -> tuple[Viewer, str] | None:
    """Whose session this is, and what must come first: "password", ENROL or nothing. None:
    nobody's."""
    hashed = _hash(token)
    with central.store.read(site) as t:
        signed_in = t.accounts.of_session(hashed)
    if signed_in is None or signed_in[0].stage == CODE:
        return None
    session, account = signed_in
    if _is_over(session, now):
        with central.store.transaction(site) as t:
            t.accounts.close_session(hashed)
            write_event(central, t, Kind.EXPIRED, account.account, now)
        return None
    if account.disabled:
        return None
    if now - session.seen > _TOUCH_EVERY:
        with central.store.transaction(site) as t:
            t.accounts.touch_session(hashed, now)
    return account.viewer(), "password" if account.first_until else session.stage


def sign_out(central: Central, site: str, token: str, now: datetime) -> None:
    with central.store.transaction(site) as t:
        for owner in t.accounts.close_session(_hash(token)):
            write_event(central, t, Kind.SIGNED_OUT, owner, now)


def has_password(central: Central, viewer: Viewer) -> bool:
    """Whether the viewer's account has one: not where only the identity provider opens it."""
    account = _account_at(central, (viewer.site,), viewer.account)
    return account is not None and bool(account.secret)


def own_sessions(central: Central, viewer: Viewer, now: datetime) -> tuple[Session, ...]:
    """The viewer's sessions that are open, newest first."""
    with central.store.read(viewer.site) as t:
        sessions = t.accounts.sessions(viewer.account)
    return tuple(
        session for session in sessions if session.stage != CODE and not _is_over(session, now)
    )


def session_id(token: str) -> str:
    """How a session is called where it is listed."""
    return _hash(token)


def end_session(central: Central, viewer: Viewer, session: str, now: datetime) -> None:
    """End one of the viewer's own sessions; another's stays."""
    with central.store.transaction(viewer.site) as t:
        if any(one.token == session for one in t.accounts.sessions(viewer.account)):
            t.accounts.close_session(session)
            write_event(central, t, Kind.ENDED, viewer.account, now)


def change_password(
    central: Central, viewer: Viewer, old: str, new: str, now: datetime, browser: str = ""
) -> Opened:
    """Set one's own password and end all one's sessions; the session to go on with. NotSignedIn
    when `old` is wrong, WeakPassword when `new` won't do."""
    check_password(central, viewer, old, now)
    if new == old:
        raise WeakPassword("password_same")
    with central.store.read(viewer.site) as t:
        # Of a country's offices the own one, and some.
        offices = [t.people.site_name() or ""]
        offices += [one.name for one in t.people.matching_sites(most=_MOST_NAMES)]
    office = central.settings
    passwords.require_strong(
        new, (viewer.account, viewer.name, viewer.site, office.site, office.name, *offices)
    )
    secret = passwords.hashed(new)
    with central.store.transaction(viewer.site) as t:
        account = t.accounts.get(viewer.account, for_update=True)
        if account is None:
            raise NotSignedIn
        changed = replace(account, secret=secret, first_until=None)
        t.accounts.put(changed)
        t.accounts.close_sessions(viewer.account)
        stage = _stage_of(t, changed)
        write_event(central, t, Kind.PASSWORD_SET, viewer.account, now)
    # Who changes the password here has given the code, where one is needed, at signing in.
    stage = "" if stage == CODE else stage
    return _open_session(central, changed, stage, browser, now, by="by_password")


def _matches(account: Account | None, password: str, now: datetime) -> bool:
    """One check, whoever is asked for: the answer takes as long for a name that is nobody's."""
    usable = account is not None and account.has_password(now)
    secret = account.secret if account is not None and usable else passwords.NOBODY
    return passwords.matches(password, secret) and usable


def _counted(central: Central, viewer: Viewer, name: str, now: datetime) -> Tries:
    """A try of who is signed in, counted; what there was before. Locked."""
    try:
        return count_try(central, name, now)
    except Locked:
        note_failure(central, viewer.site, Kind.TOO_EARLY, viewer.account, now)
        raise


def _wrong(earlier: Tries, now: datetime) -> Kind:
    """What a wrong try is after those before it."""
    waits = passwords.locked_until(earlier.tries + 1, now) is not None
    return Kind.LOCKED if waits else Kind.FAILED


def _failure(
    central: Central, site: str, name: str, account: Account | None, kind: Kind, now: datetime
) -> Failure:
    """A try that failed; `site`: where somebody tried a name that is nobody's."""
    if account is None:
        return unknown_name(central, site, name)
    what = told("disabled") if account.disabled else told("ran_out") if account.ran_out(now) else ""
    return failure_of(account.site, kind, account.account, what)


def _account_at(central: Central, sites: Sequence[str], account: str) -> Account | None:
    """The account at the first of these sites that has it; each is asked in any case."""
    accounts = []
    for site in sites:
        with central.store.read(site) as t:
            accounts.append(t.accounts.get(account))
    return next((one for one in accounts if one is not None), None)


def _stage_of(t: Transaction, account: Account) -> str:
    """What comes after the right password."""
    if t.second_factors.of(account.account) is not None:
        return CODE
    return ENROL if must_enrol(t, account) else ""


def _open_session(
    central: Central, account: Account, stage: str, browser: str, now: datetime, *, by: str
) -> Opened:
    """A session with a token of its own. It ends the account's others, where the office does not
    want several; one that waits for a code ends none. NotSignedIn where what opened the account
    has changed since it was looked at: a new password ends also who is just coming in."""
    token = secrets.token_urlsafe(32)
    session = Session(
        token=_hash(token),
        account=account.account,
        stage=stage,
        browser="".join(char for char in browser if char.isprintable())[:MAX_BROWSER],
        opened=now,
        seen=now,
    )
    with central.store.transaction(account.site) as t:
        current = t.accounts.get(account.account, for_update=True)
        if current is None or _opened_by(current) != _opened_by(account):
            raise NotSignedIn
        if stage != CODE and t.settings.newest().settings.one_session:
            ended = t.accounts.close_sessions(account.account)
        else:
            ended = 0
        old = t.accounts.drop_sessions(now - SESSION_LONGEST)
        t.accounts.open_session(session)
        for owner in old:
            write_event(central, t, Kind.EXPIRED, owner, now)
        if ended:
            write_event(central, t, Kind.ENDED, account.account, now)
        if stage != CODE:
            write_event(central, t, Kind.SIGNED_IN, account.account, now, what=told(by))
        empty_old_events(t, now)
    return Opened(site=account.site, token=token, stage=stage)


def _is_over(session: Session, now: datetime) -> bool:
    """Also where it was opened, or used, so long after now: by a clock that was ahead."""
    return abs(now - session.seen) > SESSION_IDLE or abs(now - session.opened) > SESSION_LONGEST


def _opened_by(account: Account) -> tuple[object, ...]:
    """What lets somebody in."""
    return account.secret, account.subject, account.disabled


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
