"""Pages are read while somebody writes: reading waits for nobody, and holds nobody up."""

import pytest

from sync.central.usecases.central import Central
from sync.central.viewer import ROLES
from tests.support.central import NIGHT as NOW
from tests.support.central import signed_in

PAGES = {
    "director": ("report", "services", "papers", "ita", "objections", "improvements", "changes"),
    "it": ("roster", "settings", "accounts", "pins", "fleet"),
    "complaints": ("comments",),
    "audit": ("tally",),
}


@pytest.mark.parametrize("role", PAGES)
def test_a_page_does_not_wait_for_who_writes(central: Central, role: str) -> None:
    reader = signed_in(central, ROLES[role], now=NOW)
    reader.get("/public/dindaeng")  # closes the blocks that are due
    with central.store.transaction(central.site) as t:
        t.people.lock_site()
        for page in (*PAGES[role], "public"):
            got = reader.get(f"/{page}/{central.site}")
            assert got.status_code == 200, page
