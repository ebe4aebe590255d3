"""Who is told: accounts that have proved their address, and what is written to them."""

from datetime import UTC, datetime

from sync.central.store.notifications import Subscription
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.viewer import ROLES

_LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)
DOMAIN = "dindaeng.example"


def with_account(
    central: Central, name: str, *roles: str, topics: str = "", section: str = "", officer: str = ""
) -> None:
    """An account that has proved its address."""
    of = [ROLES[role] for role in roles]
    add_account(
        central, "t", name, name, of, _LONG_AGO, section=section, officer=officer, subject=name
    )
    subscription = Subscription(account=name, mail=f"{name}@{DOMAIN}", language="en", topics=topics)
    with central.store.transaction(central.site) as t:
        t.subscriptions.put(subscription)
