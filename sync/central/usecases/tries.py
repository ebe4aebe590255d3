"""Tries to sign in, counted alike for names that somebody has and for all others: who never has to
wait would know that the name is nobody's. In the database, so that a restart forgives nobody.
"""

import hmac
from datetime import datetime, timedelta

from sync.central import passwords
from sync.central.store.tries import Tries
from sync.central.usecases.central import Central
from sync.central.usecases.events import Failure
from sync.central.viewer import CITY

_KEPT = timedelta(days=1)
"""How long after the last try a name is remembered."""
_CLEAN_UP = "00"
"""Old tries are forgotten when the hash of a name begins so: once in 256 names."""


class NotSignedIn(Exception):
    """Unknown, wrong or disabled: which one is not said. `failure`: what is still to be logged."""

    def __init__(self, failure: Failure | None = None) -> None:
        super().__init__("not signed in")
        self.failure = failure


class Locked(NotSignedIn):
    """Too many tries; `until` says when the next is looked at."""

    def __init__(self, until: datetime, failure: Failure | None = None) -> None:
        super().__init__(failure)
        self.until = until


def name_hash(central: Central, site: str, account: str) -> str:
    """What tries at a name are counted under; without central's key it tells nothing. The city's
    accounts count with those of this central's own office, where they may sign in too."""
    key = hmac.digest(central.key.private_bytes_raw(), b"kiosk central sign-in tries", "sha256")
    where = f"{central.site if site == CITY else site} {account.casefold()}"
    return hmac.new(key, where.encode(), "sha256").hexdigest()


def count_try(central: Central, name: str, now: datetime) -> Tries:
    """Count a try at a name; what there was before. Locked when it comes too early."""
    with central.store.transaction(central.site) as t:
        earlier = t.sign_in_tries.of(name, now)
        # A longer wait than there is was set by a wrong clock.
        if earlier.until is not None and now < earlier.until <= now + 2 * passwords.LONGEST_WAIT:
            raise Locked(earlier.until)
        count = earlier.tries + 1
        t.sign_in_tries.put(name, Tries(count, passwords.locked_until(count, now)), now)
        if name.startswith(_CLEAN_UP):
            t.sign_in_tries.forget(now - _KEPT)
    return earlier


def take_back_try(central: Central, name: str, earlier: Tries, now: datetime) -> None:
    """A try that was right was none; but not where others were counted meanwhile."""
    with central.store.transaction(central.site) as t:
        if t.sign_in_tries.of(name, now).tries == earlier.tries + 1:
            t.sign_in_tries.put(name, earlier, now)


def clear_tries(central: Central, name: str) -> None:
    with central.store.transaction(central.site) as t:
        t.sign_in_tries.clear(name)
