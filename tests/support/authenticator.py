"""An authenticator app in somebody's pocket, and the person who signs in with it."""

import re
from base64 import b32decode
from datetime import datetime

import httpx2 as httpx

from sync.central.secondfactor import code_at, step_of


class Authenticator:
    """Reads the key from the page, as a telephone reads the code on it."""

    def __init__(self, page: str) -> None:
        key = re.search(r'class="secret">([A-Z2-7]+)<', page)
        assert key is not None, "no key on the page"
        self.secret = b32decode(key[1])

    def code(self, now: datetime) -> str:
        return code_at(self.secret, step_of(now))


def sealed(page: str) -> str:
    """What the page sends back with the first code."""
    field = re.search(r'name="sealed" value="([^"]+)"', page)
    assert field is not None
    return field[1]


def enrols(client: httpx.Client, now: datetime, **fields: str) -> tuple[Authenticator, list[str]]:
    """Set up a second factor; the app, and the recovery codes."""
    page = client.get("/second-factor").text
    app = Authenticator(page)
    form = {"sealed": sealed(page), "code": app.code(now), **fields}
    answer = client.post("/second-factor", data=form)
    assert answer.status_code == 200, answer.text
    return app, re.findall(r'class="secret">([a-z0-9-]{29})<', answer.text)
