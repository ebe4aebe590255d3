"""Accounts: made, listed, disabled, and given a new first password."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kiosk.domain.people import BadPerson, Officer, identifier, plain, section_id
from kiosk.domain.refusal import Refusal, excerpt
from kiosk.domain.thaiorder import thai_order
from sync.central import passwords
from sync.central.logbook import told
from sync.central.mark import mark_of, require_mark
from sync.central.store.accounts import Account
from sync.central.store.engine import Transaction
from sync.central.usecases.central import Central
from sync.central.usecases.events import Kind, write_event
from sync.central.usecases.sites import all_sites
from sync.central.usecases.tries import clear_tries, name_hash
from sync.central.viewer import CITY, ROLES, Role, Viewer

__all__ = [
    "Account",
    "AccountsPage",
    "Details",
    "add_account",
    "all_accounts",
    "details_of",
    "disable_account",
    "edit_account",
    "edition_of",
    "enable_account",
    "new_password",
    "off_roster",
    "read_accounts_page",
    "roles_of",
    "viewer_of",
]


FIRST_PASSWORD_OPENS = timedelta(days=14)
"""How long a first password waits for its owner."""


@dataclass(frozen=True, slots=True)
class AccountsPage:
    accounts: tuple[Account, ...]
    officers: tuple[Officer, ...]
    """Those on the roster."""
    with_factor: frozenset[str]
    """Who has a second factor."""

    @property
    def sections(self) -> list[str]:
        names = {str(officer.section) for officer in self.officers if officer.section}
        return sorted(names, key=thai_order)


def roles_of(names: Iterable[str]) -> list[Role]:
    """Roles by their names; BadPerson."""
    roles = []
    for name in names:
        if name not in ROLES:
            raise BadPerson("role_unknown", role=excerpt(name), roles=", ".join(ROLES))
        roles.append(ROLES[name])
    return roles


def all_accounts(central: Central) -> tuple[Account, ...]:
    """The site's accounts, by name; without the city's."""
    with central.store.read(central.site) as t:
        return t.accounts.all()


def read_accounts_page(central: Central) -> AccountsPage:
    with central.store.read(central.site) as t:
        return AccountsPage(
            accounts=t.accounts.all(),
            officers=t.people.active(),
            with_factor=t.second_factors.accounts(),
        )


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
    """Make an account; its first password (empty where an identity provider's subject opens it).
    BadPerson names what is wrong, also where there is one already: `edit_account` changes it."""
    granted = frozenset(roles)
    section = section_id(section)
    _check_roles(granted, officer, section, city=city)
    site = CITY if city else central.site
    password = "" if subject else passwords.generate()
    fresh = Account(
        site=site,
        account=identifier("account", account),
        name=plain("name", name),
        roles=granted,
        secret=passwords.hashed(password) if password else "",
        first_until=now + FIRST_PASSWORD_OPENS if password else None,
        officer=officer,
        section=str(section_id(section)),
        subject=subject[:200],
    )
    # Who signs in names no office where there is only one; and the city's accounts stand in the
    # logs of every office.
    for elsewhere in [one for one, _ in all_sites(central)] if city else [CITY]:
        with central.store.read(elsewhere) as t:
            if t.accounts.get(account) is not None:
                raise BadPerson("account_elsewhere", account=excerpt(account))
    with central.store.transaction(site) as t:
        if t.accounts.get(account, for_update=True) is not None:
            raise BadPerson("account_exists", account=excerpt(account))
        t.accounts.put(fresh)
        _log_rights(t, fresh, by, now)
        if password:
            write_event(central, t, Kind.PASSWORD_ISSUED, account, now, who=by)
    return password


@dataclass(frozen=True, slots=True)
class Details:
    """What a person may change of an account. `officer`, `section`: whose results it opens."""

    name: str
    roles: frozenset[Role]
    officer: str = ""
    section: str = ""
    subject: str = ""


def details_of(account: Account) -> Details:
    return Details(
        name=account.name,
        roles=account.roles,
        officer=account.officer,
        section=account.section,
        subject=account.subject,
    )


def edition_of(account: Account) -> str:
    """Another one after each change of an account's details."""
    details = details_of(account)
    roles = " ".join(sorted(role.id for role in details.roles))
    return mark_of(
        "account", details.name, roles, details.officer, details.section, details.subject
    )


def edit_account(
    central: Central,
    by: str,
    site: str,
    account: str,
    base: str | None,
    details: Details,
    now: datetime,
) -> str:
    """Give an account exactly these details; its password stays, and so does whether it is
    disabled. Returns a first password where it has none and no identity provider opens it any
    more. `base`: the edition that the form was filled from; None: whichever stands. BadPerson,
    ChangedSinceShown."""
    section = section_id(details.section)
    _check_roles(details.roles, details.officer, section, city=site == CITY)
    name, subject = plain("name", details.name), details.subject[:200]
    fresh = passwords.generate()
    secret = passwords.hashed(fresh)
    with central.store.transaction(site) as t:
        before = _account(t, account)
        if base is not None:
            require_mark(base, edition_of(before))
        after = replace(
            before,
            name=name,
            roles=details.roles,
            officer=details.officer,
            section=str(section),
            subject=subject,
            secret="" if subject else before.secret or secret,
        )
        needs_password = not subject and not before.secret
        until = now + FIRST_PASSWORD_OPENS if needs_password else before.first_until
        after = replace(after, first_until=None if subject else until)
        if after == before:
            return ""
        t.accounts.put(after)
        _log_edit(central, t, before, after, by, now)
        if needs_password:
            write_event(central, t, Kind.PASSWORD_ISSUED, account, now, who=by)
    return fresh if needs_password else ""


def viewer_of(central: Central, account: str) -> Viewer:
    """Who this account is, for what is done on central's own machine. BadPerson where there is
    none."""
    with central.store.read(central.site) as t:
        person = t.accounts.get(account)
    if person is None or person.disabled:
        raise BadPerson("no_account", account=excerpt(account))
    return person.viewer()


def off_roster(central: Central, officer: str, section: str) -> tuple[Refusal, ...]:
    """What an account is to open that is not there: it opens nothing until the roster has it."""
    with central.store.read(central.site) as t:
        officers = t.people.active()
    unknown = []
    if officer and officer not in {str(one.id) for one in officers}:
        unknown.append(Refusal("account_officer_unknown"))
    if section and section_id(section) not in {one.section for one in officers}:
        unknown.append(Refusal("account_section_unknown", section=excerpt(section)))
    return tuple(unknown)


def disable_account(central: Central, by: str, site: str, account: str, now: datetime) -> None:
    """No more signing in; running sessions end at once. BadPerson when there is none."""
    with central.store.transaction(site) as t:
        current = _account(t, account)
        if current.disabled:
            return
        t.accounts.put(replace(current, disabled=True))
        t.subscriptions.drop(account)
        ended = t.accounts.close_sessions(account)
        t.logs.change(by, told("account_disabled", account=account), now)
        if ended:
            write_event(central, t, Kind.ENDED, account, now, who=by)


def enable_account(central: Central, by: str, site: str, account: str, now: datetime) -> None:
    """Let a disabled account sign in again, with the password it had. BadPerson when there is
    none."""
    with central.store.transaction(site) as t:
        current = _account(t, account)
        if not current.disabled:
            return
        t.accounts.put(replace(current, disabled=False))
        t.logs.change(by, told("account_enabled", account=account), now)


def new_password(central: Central, by: str, site: str, account: str, now: datetime) -> str:
    """A new first password in place of a forgotten one. BadPerson when there is no such account."""
    password = passwords.generate()
    # Hashing takes long: it must not keep others from writing.
    secret = passwords.hashed(password)
    with central.store.transaction(site) as t:
        current = _account(t, account)
        t.accounts.put(replace(current, secret=secret, first_until=now + FIRST_PASSWORD_OPENS))
        t.subscriptions.drop(account)  # it may be another person's now
        ended = t.accounts.close_sessions(account)
        t.logs.change(by, told("account_password", account=account), now)
        if ended:
            write_event(central, t, Kind.ENDED, account, now, who=by)
        write_event(central, t, Kind.PASSWORD_ISSUED, account, now, who=by)
    clear_tries(central, name_hash(central, site, account))
    return password


def _account(t: Transaction, account: str) -> Account:
    """It, locked; BadPerson when there is none."""
    current = t.accounts.get(account, for_update=True)
    if current is None:
        raise BadPerson("no_account", account=excerpt(account))
    return current


def _log_edit(
    central: Central, t: Transaction, before: Account, after: Account, by: str, now: datetime
) -> None:
    """What the log says of an edit. Other rights, or another way in, end the running sessions."""
    account = after.account
    same = (_rights(after), after.subject) == (_rights(before), before.subject)
    has_ended = not same and t.accounts.close_sessions(account)
    if after.name != before.name:
        what = told("account_name", account=account, left=before.name, name=after.name)
        t.logs.change(by, what, now)
    if _rights(after) != _rights(before):
        _log_rights(t, after, by, now)
    if after.subject != before.subject:
        t.logs.change(by, told("account_subject", account=account), now)
    if has_ended:
        write_event(central, t, Kind.ENDED, account, now, who=by)


def _rights(account: Account) -> tuple[frozenset[Role], str, str]:
    return account.roles, account.officer, account.section


def _log_rights(t: Transaction, account: Account, by: str, now: datetime) -> None:
    """What the log says of an account's rights: also whose results they open."""
    name, roles = account.account, " ".join(sorted(role.id for role in account.roles))
    whose = ", ".join(filter(None, (account.officer, account.section)))
    if whose:
        what = told("account_of", account=name, roles=roles, whose=whose)
    else:
        what = told("account", account=name, roles=roles)
    t.logs.change(by, what, now)
    if account.officer:
        # What this account reads of them is no look of another: so who gave it stands there.
        t.logs.look([account.officer], by, told("account_officer", account=name), now)


def _check_roles(granted: frozenset[Role], officer: str, section: str, *, city: bool) -> None:
    if not granted:
        raise BadPerson("account_needs_role")
    if any(role.needs_officer for role in granted) != bool(officer):
        raise BadPerson("role_officer")
    if any(role.needs_section for role in granted) != bool(section):
        raise BadPerson("role_section")
    if city and not all(role.fits_city for role in granted):
        raise BadPerson("role_city")
