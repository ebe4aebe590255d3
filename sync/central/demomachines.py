"""The demonstration's terminals as they last said hello: most are well, one is silent since the day
before, one has a button panel that is down, and one has not been copied for long."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import structs

from kiosk.release import version
from sync.central.usecases.central import Central
from sync.central.usecases.terminal_requests import terminal_request
from sync.messages import Hello, Late

_SEEN, _COPIED = timedelta(minutes=4), timedelta(days=6)
_CERTIFICATE, _AUTHORITY = timedelta(days=240), timedelta(days=3_000)
_FREE = 21_500
"""MiB of the disk."""


def seed_machines(central: Central, terminals: Sequence[str], now: datetime) -> None:
    """In their order; an office of two terminals has no trouble but the silence of the second."""
    for place, terminal in enumerate(terminals):
        silent, down, uncopied = (place == trouble for trouble in (1, 2, 3))
        at = now - (timedelta(days=1) if silent else _SEEN + timedelta(seconds=37 * place))
        copied = timedelta(days=52) if uncopied else _COPIED
        hello = Hello(
            nonce=secrets.token_hex(16),
            software=version(),
            clock=int(at.timestamp()) + place % 3,
            due=0,
            free=_FREE - 130 * place,
            panel="down" if down else "up",
            window="",
            time_sync="on",
            certificate_end=int((now + _CERTIFICATE).timestamp()),
            authority_end=int((now + _AUTHORITY).timestamp()),
            backed_up=int((at - copied).timestamp()),
        )
        _greet(central, terminal, hello, at)


def _greet(central: Central, terminal: str, hello: Hello, at: datetime) -> None:
    with terminal_request(central, terminal) as asking:
        if asking is None:
            return
        answer = asking.greet(hello, at)
        if isinstance(answer, Late):
            nonce = secrets.token_hex(16)
            asking.greet(structs.replace(hello, nonce=nonce, window=answer.window), at)
