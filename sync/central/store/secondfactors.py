"""Second factors of accounts: the secret (encrypted), the last code used, the recovery codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from sync.central.schema import recovery_codes, second_factors
from sync.central.store.room import Room
from sync.central.store.terminals import utc


@dataclass(frozen=True, slots=True)
class SecondFactor:
    account: str
    secret: str
    """Encrypted under a key outside the database."""
    step: int
    """The time step of the last code that was used."""
    since: datetime


class SecondFactors(Room):
    def of(self, account: str) -> SecondFactor | None:
        query = select(second_factors).where(
            second_factors.c.site == self._site, second_factors.c.account == account
        )
        row = self._connection.execute(query).first()
        if row is None:
            return None
        return SecondFactor(
            account=row.account, secret=row.secret, step=row.step, since=utc(row.since)
        )

    def accounts(self) -> frozenset[str]:
        """Who has one."""
        query = select(second_factors.c.account).where(second_factors.c.site == self._site)
        return frozenset(self._connection.execute(query).scalars())

    def put(self, factor: SecondFactor, codes: Iterable[str]) -> None:
        """In place of any other; `codes`: hashes of the recovery codes."""
        self.drop(factor.account)
        self._connection.execute(
            insert(second_factors).values(
                site=self._site,
                account=factor.account,
                secret=factor.secret,
                step=factor.step,
                since=factor.since,
            )
        )
        self.put_codes(factor.account, codes)

    def put_codes(self, account: str, codes: Iterable[str]) -> None:
        """Recovery codes, as hashes, in place of all others."""
        self._drop_codes(account)
        rows = [{"site": self._site, "account": account, "code": code} for code in codes]
        self._connection.execute(insert(recovery_codes), rows)

    def use_step(self, account: str, step: int) -> bool:
        """Use a code up, with all before it; False where that was done already."""
        used = self._connection.execute(
            update(second_factors)
            .where(
                second_factors.c.site == self._site,
                second_factors.c.account == account,
                second_factors.c.step < step,
            )
            .values(step=step)
        )
        return used.rowcount == 1

    def use_code(self, account: str, code: str) -> bool:
        """Use a recovery code up; False where it is none."""
        used = self._connection.execute(
            delete(recovery_codes).where(
                recovery_codes.c.site == self._site,
                recovery_codes.c.account == account,
                recovery_codes.c.code == code,
            )
        )
        return used.rowcount == 1

    def codes_left(self, account: str) -> int:
        query = select(recovery_codes.c.code).where(
            recovery_codes.c.site == self._site, recovery_codes.c.account == account
        )
        return len(self._connection.execute(query).all())

    def drop(self, account: str) -> bool:
        """Forget the factor and its codes; False where there was none."""
        self._drop_codes(account)
        dropped = self._connection.execute(
            delete(second_factors).where(
                second_factors.c.site == self._site, second_factors.c.account == account
            )
        )
        return dropped.rowcount == 1

    def _drop_codes(self, account: str) -> None:
        self._connection.execute(
            delete(recovery_codes).where(
                recovery_codes.c.site == self._site, recovery_codes.c.account == account
            )
        )
