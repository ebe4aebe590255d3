"""Accounts and their sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, select, update

from sync.central.schema import accounts, sessions
from sync.central.store.faults import reading
from sync.central.store.room import Room
from sync.central.store.terminals import utc
from sync.central.viewer import CITY, ROLES, Role, Viewer


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in at `site` (CITY: at each). `secret` is an argon2id hash, empty
    where only the identity provider's `subject` opens the account."""

    site: str
    account: str
    name: str
    roles: frozenset[Role]
    secret: str = ""
    first_until: datetime | None = None
    """Until when the first password opens the account; None: its owner has set another."""
    officer: str = ""
    section: str = ""
    subject: str = ""
    disabled: bool = False

    def ran_out(self, now: datetime) -> bool:
        """Whether nobody has used the first password in time."""
        return self.first_until is not None and now > self.first_until

    def has_password(self, now: datetime) -> bool:
        """Whether a password opens it now."""
        return bool(self.secret) and not self.disabled and not self.ran_out(now)

    def viewer(self) -> Viewer:
        return Viewer(
            account=self.account,
            name=self.name,
            site=self.site,
            roles=self.roles,
            officer=self.officer,
            section=self.section,
        )


@dataclass(frozen=True, slots=True)
class Session:
    token: str
    """SHA-256 of what the cookie holds."""
    account: str
    stage: str
    """What comes before anything else: "code" (it opens nothing yet), "enrol" (a second factor
    first), or nothing."""
    browser: str
    """What the browser says it is."""
    opened: datetime
    seen: datetime


# Asked with every page: building a statement takes longer than running it.
_WITH_SECTION = select(accounts).where(
    accounts.c.site == bindparam("site"), accounts.c.section != ""
)
_SIGNED_IN = (
    select(
        accounts,
        sessions.c.token,
        sessions.c.stage,
        sessions.c.browser,
        sessions.c.opened,
        sessions.c.seen,
    )
    .join(
        sessions,
        (sessions.c.site == accounts.c.site) & (sessions.c.account == accounts.c.account),
    )
    .where(sessions.c.site == bindparam("site"), sessions.c.token == bindparam("token"))
)


class Accounts(Room):
    def get(self, account: str, *, for_update: bool = False) -> Account | None:
        query = select(accounts).where(accounts.c.site == self._site, accounts.c.account == account)
        row = self._connection.execute(query.with_for_update() if for_update else query).first()
        return _account(row) if row else None

    def sites_of_subject(self, subject: str) -> tuple[str, ...]:
        """At which sites an identity provider's subject has an account; the city's comes last."""
        query = select(accounts.c.site).where(
            accounts.c.subject == subject, accounts.c.subject != ""
        )
        sites = {row.site for row in self._connection.execute(query)}
        return tuple(sorted(sites, key=lambda site: (site == CITY, site)))

    def of_subject(self, subject: str) -> Account | None:
        """Whose account an identity provider's subject opens; never an empty one."""
        query = select(accounts).where(
            accounts.c.site == self._site, accounts.c.subject == subject, accounts.c.subject != ""
        )
        row = self._connection.execute(query).first()
        return _account(row) if row else None

    def all(self) -> tuple[Account, ...]:
        query = select(accounts).where(accounts.c.site == self._site)
        accounts_ = (_account(row) for row in self._connection.execute(query))
        return tuple(sorted(accounts_, key=lambda a: a.account))

    def with_section(self) -> tuple[Account, ...]:
        """Those who read one section alone."""
        rows = self._connection.execute(_WITH_SECTION, {"site": self._site})
        return tuple(_account(row) for row in rows)

    def rename_section(self, before: str, after: str) -> None:
        """Whoever reads a section reads it under another name."""
        self._connection.execute(
            update(accounts)
            .where(accounts.c.site == self._site, accounts.c.section == before)
            .values(section=after)
        )

    def put(self, account: Account) -> None:
        values = {
            "name": account.name,
            "secret": account.secret,
            "first_until": account.first_until,
            "roles": " ".join(sorted(role.id for role in account.roles)),
            "officer": account.officer,
            "section": account.section,
            "subject": account.subject,
            "disabled": int(account.disabled),
        }
        key = {"site": self._site, "account": account.account}
        self._connection.execute(
            self._insert(accounts)
            .values(**key, **values)
            .on_conflict_do_update(index_elements=list(key), set_=values)
        )

    # --- sessions --------------------------------------------------------------------------

    def open_session(self, session: Session) -> None:
        self._connection.execute(
            self._insert(sessions).values(
                site=self._site,
                token=session.token,
                account=session.account,
                stage=session.stage,
                browser=session.browser,
                opened=session.opened,
                seen=session.seen,
            )
        )

    def of_session(self, token: str) -> tuple[Session, Account] | None:
        """A session with the account whose it is."""
        row = self._connection.execute(_SIGNED_IN, {"site": self._site, "token": token}).first()
        if row is None:
            return None
        return _session(row), _account(row)

    def sessions(self, account: str) -> tuple[Session, ...]:
        """The open sessions of an account, newest first."""
        query = (
            select(sessions)
            .where(sessions.c.site == self._site, sessions.c.account == account)
            .order_by(sessions.c.opened.desc())
        )
        return tuple(_session(row) for row in self._connection.execute(query))

    def admit_session(self, token: str) -> None:
        """Nothing comes before anything else any more."""
        self._connection.execute(
            update(sessions)
            .where(sessions.c.site == self._site, sessions.c.token == token)
            .values(stage="")
        )

    def touch_session(self, token: str, now: datetime) -> None:
        self._connection.execute(
            update(sessions)
            .where(sessions.c.site == self._site, sessions.c.token == token)
            .values(seen=now)
        )

    def close_session(self, token: str) -> tuple[str, ...]:
        """End one session; whose it was, where there was one."""
        return self._drop(sessions.c.token == token)

    def close_sessions(self, account: str, *, besides: str = "") -> int:
        """End all sessions of an account, or all but one; how many."""
        return len(self._drop((sessions.c.account == account) & (sessions.c.token != besides)))

    def drop_sessions(self, opened_before: datetime) -> tuple[str, ...]:
        """End sessions that are too old; whose they were."""
        return self._drop(sessions.c.opened < opened_before)

    def _drop(self, which: ColumnElement[bool]) -> tuple[str, ...]:
        dropped = self._connection.scalars(
            delete(sessions)
            .where(sessions.c.site == self._site, which)
            .returning(sessions.c.account)
        )
        return tuple(dropped)


def _session(row: Row[Any]) -> Session:
    return Session(
        token=row.token,
        account=row.account,
        stage=row.stage,
        browser=row.browser,
        opened=utc(row.opened),
        seen=utc(row.seen),
    )


def _account(row: Row[Any]) -> Account:
    with reading("accounts.roles", row.roles):
        roles = frozenset(ROLES[id_] for id_ in row.roles.split())
    return Account(
        site=row.site,
        account=row.account,
        name=row.name,
        roles=roles,
        secret=row.secret,
        first_until=utc(row.first_until) if row.first_until else None,
        officer=row.officer,
        section=row.section,
        subject=row.subject,
        disabled=bool(row.disabled),
    )
