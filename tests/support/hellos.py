"""What a terminal says of itself when it opens a run."""

from typing import Any

from msgspec import structs

from sync.messages import Hello

_PLAIN = Hello(
    nonce="n",
    software="test",
    clock=0,
    due=0,
    free=0,
    panel="",
    window="",
    time_sync="",
    certificate_end=0,
    authority_end=0,
    backed_up=0,
)


def made_hello(nonce: str = "n", **said: Any) -> Hello:
    """A greeting by hand. `said`: what else it says than that nothing is known."""
    return structs.replace(_PLAIN, nonce=nonce, **said)
