"""Accounts: made, listed, disabled, and given a new first password."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kiosk.domain.people import BadPerson, Officer, identifier, plain, section_id
from kiosk.domain.refusal import Refusal, excerpt
from sync.central import passwords
from sync.central.logbook import told
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
    "add_account",
    "all_accounts",
    "disable_account",
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
        return sorted({str(officer.section) for officer in self.officers if officer.section})


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
    renew: bool = True,
) -> str:
    """Make an account, or (with `renew`) give an existing one new rights; its first password
    (empty where an identity provider's subject opens it). BadPerson names what is wrong."""
    granted = frozenset(roles)
    section = section_id(section)
    _check_roles(granted, officer, section, city=city)
    site = CITY if city else central.site
    role_ids = " ".join(sorted(role.id for role in granted))
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
        if not renew and t.accounts.get(account) is not None:
            raise BadPerson("account_exists", account=excerpt(account))
        ended = t.accounts.close_sessions(account)
        t.accounts.put(fresh)
        t.subscriptions.drop(account)
        t.logs.change(by, _granted_words(account, role_ids, officer, section), now)
        if officer:
            # What this account reads of them is no look of another: so who gave it stands there.
            t.logs.look([officer], by, told("account_officer", account=account), now)
        if ended:
            write_event(central, t, Kind.ENDED, account, now, who=by)
        if password:
            write_event(central, t, Kind.PASSWORD_ISSUED, account, now, who=by)
    return password


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


def _granted_words(account: str, roles: str, officer: str, section: str) -> str:
    """What the log says of an account's rights: also whose results they open."""
    whose = ", ".join(filter(None, (officer, section)))
    if not whose:
        return told("account", account=account, roles=roles)
    return told("account_of", account=account, roles=roles, whose=whose)


def _check_roles(granted: frozenset[Role], officer: str, section: str, *, city: bool) -> None:
    if not granted:
        raise BadPerson("account_needs_role")
    if any(role.needs_officer for role in granted) != bool(officer):
        raise BadPerson("role_officer")
    if any(role.needs_section for role in granted) != bool(section):
        raise BadPerson("role_section")
    if city and not all(role.fits_city for role in granted):
        raise BadPerson("role_city")
