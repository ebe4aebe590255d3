"""An account for each officer, to read the own results: many at once, with their first passwords.

A draft is made and printed first, and saved last: where the letters can't be made, nothing is. A
password stands in its draft alone. Letters that got lost are made again, with new passwords.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from kiosk.domain.people import Officer
from sync.central import passwords
from sync.central.logbook import told
from sync.central.store.accounts import Account
from sync.central.store.engine import Transaction
from sync.central.store.versions import EditedMeanwhile
from sync.central.usecases.accounts import FIRST_PASSWORD_OPENS
from sync.central.usecases.central import Central
from sync.central.usecases.events import Kind, write_event
from sync.central.usecases.tries import clear_tries, name_hash
from sync.central.viewer import CITY, ROLES

__all__ = [
    "MOST_LETTERS",
    "AccountLetter",
    "Drafts",
    "EditedMeanwhile",
    "OfficersAccount",
    "draft_missing",
    "draft_renewed",
    "read_officers_accounts",
    "save_drafts",
    "seconds_for",
]

MOST_LETTERS = 400
"""Accounts made at once: the largest offices have some three hundred officers."""
_A_SECOND = 15
"""Letters made in a second on a busy server: hashing takes 43 ms each, setting a page 14 ms."""
_ROLES = frozenset({ROLES["officer"]})
_LONGEST_NAME = 32


@dataclass(frozen=True, slots=True)
class OfficersAccount:
    """An active officer with the account that reads the own results; None: there is none."""

    officer: Officer
    account: Account | None

    @property
    def can_renew(self) -> bool:
        """Whether a letter can give it a new first password. Not an account that may do more than
        read the own results: its password would open all of that."""
        account = self.account
        if account is None or account.disabled or account.subject:
            return False
        return account.roles == _ROLES

    @property
    def unused(self) -> bool:
        """Whether its letter may have got lost: nobody has used the first password."""
        return self.can_renew and self.account is not None and self.account.first_until is not None


@dataclass(frozen=True, slots=True)
class AccountLetter:
    """What one officer's letter says."""

    officer: Officer
    account: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Drafts:
    """Accounts that are not saved yet, and their letters, in the roster's order."""

    accounts: tuple[Account, ...] = field(repr=False)
    letters: tuple[AccountLetter, ...]
    before: tuple[Account | None, ...] = field(repr=False)
    """What each account was; None: there was none."""
    until: datetime
    """How long the first passwords open them."""


def seconds_for(letters: int) -> int:
    """How long the making of so many letters takes, roughly, for who waits."""
    return 2 + letters // _A_SECOND


def read_officers_accounts(central: Central) -> tuple[OfficersAccount, ...]:
    """Each active officer of the roster, with the own account."""
    with central.store.read(central.site) as t:
        return _officers_accounts(t)


def draft_missing(central: Central, section: str | None, now: datetime) -> Drafts:
    """An account for each active officer who has none: of a section, or (None) of all, at most
    MOST_LETTERS."""
    with central.store.read(CITY) as t:
        names_in_use = {account.account for account in t.accounts.all()}
    with central.store.read(central.site) as t:
        officers = [row.officer for row in _officers_accounts(t) if row.account is None]
        names_in_use |= {account.account for account in t.accounts.all()}
    chosen = [one for one in officers if section is None or str(one.section) == section]
    names = account_names(chosen[:MOST_LETTERS], names_in_use)
    fresh = [
        Account(
            site=central.site,
            account=name,
            name=officer.name,
            roles=_ROLES,
            officer=str(officer.id),
        )
        for officer, name in zip(chosen, names, strict=False)
    ]
    return _drafts(chosen, fresh, [None] * len(fresh), now)


def draft_renewed(central: Central, officers: Collection[str], now: datetime) -> Drafts:
    """New first passwords for the accounts of these officers. EditedMeanwhile where one of them
    has no account that a letter can renew."""
    rows = [row for row in read_officers_accounts(central) if str(row.officer.id) in officers]
    accounts = [row.account for row in rows if row.account is not None and row.can_renew]
    if not len(rows) == len(accounts) == len(officers):
        raise EditedMeanwhile
    return _drafts([row.officer for row in rows], accounts, list(accounts), now)


def save_drafts(central: Central, by: str, drafts: Drafts, now: datetime) -> None:
    """Save all accounts of the drafts, or none: EditedMeanwhile where the roster or an account has
    changed since they were made."""
    with central.store.transaction(central.site) as t:
        _refuse_changed(t, drafts)
        for account in drafts.accounts:
            t.accounts.put(account)
            t.subscriptions.drop(account.account)
        ended = [one for one in drafts.accounts if t.accounts.close_sessions(one.account)]
        names = ", ".join(account.account for account in drafts.accounts)
        what = told("officer_accounts", n=len(drafts.accounts), accounts=names)
        t.logs.change(by, what, now)
        for account in drafts.accounts:
            # Whoever prints a password could use it: the officer reads who did.
            what = told("account_officer", account=account.account)
            t.logs.look([account.officer], by, what, now)
        for account in ended:
            write_event(central, t, Kind.ENDED, account.account, now, who=by)
        for account in drafts.accounts:
            write_event(central, t, Kind.PASSWORD_ISSUED, account.account, now, who=by)
    for before in drafts.before:
        if before is not None:
            clear_tries(central, name_hash(central, central.site, before.account))


def account_names(officers: Iterable[Officer], taken: Collection[str]) -> list[str]:
    """A name for each officer's account: the number, which everybody knows of oneself. Where
    somebody has it, also in other letters, a number is added to it."""
    used = {name.casefold() for name in taken}
    names = []
    for officer in officers:
        name, beside = officer.number, 1
        while name.casefold() in used:
            beside += 1
            ending = f"-{beside}"
            name = officer.number[: _LONGEST_NAME - len(ending)] + ending
        used.add(name.casefold())
        names.append(name)
    return names


def _drafts(
    officers: Iterable[Officer],
    accounts: Iterable[Account],
    before: Iterable[Account | None],
    now: datetime,
) -> Drafts:
    """Passwords are made and hashed here: it takes long, and must not keep others from writing."""
    until = now + FIRST_PASSWORD_OPENS
    fresh, letters = [], []
    for officer, account in zip(officers, accounts, strict=False):
        password = passwords.generate()
        secret = passwords.hashed(password)
        fresh.append(replace(account, secret=secret, first_until=until))
        letters.append(AccountLetter(officer, account.account, password))
    return Drafts(accounts=tuple(fresh), letters=tuple(letters), before=tuple(before), until=until)


def _officers_accounts(t: Transaction) -> tuple[OfficersAccount, ...]:
    by_officer: dict[str, Account] = {}
    for account in t.accounts.all():
        if account.officer:
            by_officer.setdefault(account.officer, account)
    return tuple(
        OfficersAccount(officer, by_officer.get(str(officer.id))) for officer in t.people.active()
    )


def _refuse_changed(t: Transaction, drafts: Drafts) -> None:
    now_there = {str(row.officer.id): row for row in _officers_accounts(t)}
    for account, before in zip(drafts.accounts, drafts.before, strict=True):
        row = now_there.get(account.officer)
        if row is None or row.account != before:
            raise EditedMeanwhile
        if before is None and t.accounts.get(account.account) is not None:
            raise EditedMeanwhile
