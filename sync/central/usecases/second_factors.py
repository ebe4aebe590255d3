"""Second factors: who needs one, enrolled with a first code, used at sign-in, reset by IT."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from kiosk.domain.people import BadPerson
from kiosk.domain.refusal import excerpt
from sync.central import secondfactor
from sync.central.logbook import told
from sync.central.store.accounts import Account
from sync.central.store.engine import Transaction
from sync.central.store.secondfactors import SecondFactor
from sync.central.usecases.central import Central
from sync.central.usecases.events import Kind, write_event
from sync.central.usecases.sealed_secrets import NotOurs, seal, unseal
from sync.central.viewer import Viewer

__all__ = [
    "Enrolment",
    "FactorInUse",
    "WrongCode",
    "begin_enrolment",
    "code_is_right",
    "enrol_factor",
    "must_enrol",
    "opened_secret",
    "read_factor",
    "renew_codes",
    "reset_factor",
]

_PURPOSE = b"kiosk central second factors"


class WrongCode(Exception):
    """No code of this moment, one that was used, or no recovery code."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A secret that is not in use yet. `sealed` comes back with the first code."""

    sealed: str
    address: str
    """For an app that reads a code."""
    typed: str
    """For one that doesn't."""


@dataclass(frozen=True, slots=True)
class FactorInUse:
    since: datetime
    codes_left: int
    """Recovery codes."""


def must_enrol(t: Transaction, account: Account) -> bool:
    """Whether an account's roles need a second factor, and the office has not turned that off."""
    needed = any(role.second_factor for role in account.roles)
    return needed and t.settings.newest().settings.second_factor


def read_factor(central: Central, viewer: Viewer) -> FactorInUse | None:
    """The viewer's second factor, None where there is none."""
    with central.store.read(viewer.site) as t:
        factor = t.second_factors.of(viewer.account)
        codes_left = t.second_factors.codes_left(viewer.account)
    return FactorInUse(factor.since, codes_left) if factor else None


def begin_enrolment(central: Central, viewer: Viewer, session: str) -> Enrolment:
    """A secret for the viewer; `session`: the hash of the one that asks. It is the same each time
    the page is opened in this session, until it is in use: nobody scans one that is gone."""
    with central.store.read(viewer.site) as t:
        factor = t.second_factors.of(viewer.account)
    before = factor.secret if factor else ""
    key = hmac.digest(central.key.private_bytes_raw(), b"kiosk central new factors", "sha256")
    of_session = _owner(viewer) + f" {session} {before}".encode()
    secret = hmac.digest(key, of_session, "sha256")[: secondfactor.SECRET_BYTES]
    return Enrolment(
        sealed=_sealed(central, viewer, secret),
        address=secondfactor.app_address(secret, viewer.account, central.settings.name),
        typed=secondfactor.typed_secret(secret),
    )


def opened_secret(central: Central, viewer: Viewer, sealed: str) -> Enrolment:
    """The same enrolment again, where its first code was wrong; WrongCode when it is another's."""
    secret = _unsealed(central, viewer, sealed)
    return Enrolment(
        sealed=sealed,
        address=secondfactor.app_address(secret, viewer.account, central.settings.name),
        typed=secondfactor.typed_secret(secret),
    )


def enrol_factor(
    central: Central, viewer: Viewer, sealed: str, code: str, session: str, now: datetime
) -> tuple[str, ...]:
    """Take the secret into use, in place of any other, and end the account's other sessions.
    The recovery codes, this once; WrongCode. `session`: the hash of the one that asks."""
    secret = _unsealed(central, viewer, sealed)
    step = secondfactor.matching_step(secret, code, now)
    if step is None:
        raise WrongCode
    codes = secondfactor.new_recovery_codes()
    factor = SecondFactor(account=viewer.account, secret=sealed, step=step, since=now)
    with central.store.transaction(viewer.site) as t:
        t.second_factors.put(factor, map(secondfactor.recovery_hash, codes))
        t.accounts.admit_session(session)
        t.accounts.close_sessions(viewer.account, besides=session)
        write_event(central, t, Kind.SECOND_FACTOR, viewer.account, now, what=told("factor_set"))
    return codes


def renew_codes(central: Central, viewer: Viewer, now: datetime) -> tuple[str, ...]:
    """New recovery codes in place of all others, this once."""
    codes = secondfactor.new_recovery_codes()
    with central.store.transaction(viewer.site) as t:
        t.second_factors.put_codes(viewer.account, map(secondfactor.recovery_hash, codes))
        write_event(central, t, Kind.SECOND_FACTOR, viewer.account, now, what=told("factor_codes"))
    return codes


def reset_factor(central: Central, by: str, site: str, account: str, now: datetime) -> bool:
    """Forget an account's second factor: its owner sets another at the next sign-in. Its sessions
    end. False where there was none; BadPerson for nobody's account."""
    with central.store.transaction(site) as t:
        if t.accounts.get(account) is None:
            raise BadPerson("no_account", account=excerpt(account))
        if not t.second_factors.drop(account):
            return False
        t.accounts.close_sessions(account)
        t.logs.change(by, told("account_factor", account=account), now)
        write_event(central, t, Kind.SECOND_FACTOR, account, now, who=by, what=told("factor_reset"))
    return True


def code_is_right(
    central: Central, t: Transaction, viewer: Viewer, code: str, now: datetime
) -> bool:
    """Whether this is the account's code of this moment, or a recovery code. It is used up."""
    factor = t.second_factors.of(viewer.account)
    if factor is None:
        return False
    try:
        secret = _unsealed(central, viewer, factor.secret)
    except WrongCode:  # central.key is another one: recovery codes still open it
        secret = b""
    step = secondfactor.matching_step(secret, code, now) if secret else None
    if step is not None:
        return t.second_factors.use_step(viewer.account, step)
    return t.second_factors.use_code(viewer.account, secondfactor.recovery_hash(code))


def _sealed(central: Central, viewer: Viewer, secret: bytes) -> str:
    return seal(central, _PURPOSE, _owner(viewer), secret)


def _unsealed(central: Central, viewer: Viewer, sealed: str) -> bytes:
    try:
        return unseal(central, _PURPOSE, _owner(viewer), sealed)
    except NotOurs:
        raise WrongCode from None


def _owner(viewer: Viewer) -> bytes:
    return f"{viewer.site} {viewer.account}".encode()
