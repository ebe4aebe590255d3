"""Whether a hello opens a run: pure. A signature alone does not say when it was made.

Over the network a hello carries a word that central gave minutes ago; each hello opens one run. On
foot it names the run that the last greeting on foot opened. So an old greeting opens nothing, and
ends no run that is open. Who comes without the right word is told it, signed, and asks again.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.messages import Hello

WINDOW_SECONDS = 300
"""A word is good until the next one but one."""
_MOST_SAID = 64
"""Greetings that are remembered: more than a terminal says in two windows."""
_NONE = "-"


class Greeting(Enum):
    OPENS = "opens"
    AGAIN = "again"
    """The newest greeting once more: its answer was lost. It gets the same run."""
    LATE = "late"
    """Without the word that is good now, or said before."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a hello may carry now. On foot it is the run before."""

    now: str
    before: str

    @classmethod
    def at(cls, key: Ed25519PrivateKey, now: datetime) -> "Words":
        secret = hashlib.sha256(b"kiosk windows" + key.private_bytes_raw()).digest()
        window = int(now.timestamp()) // WINDOW_SECONDS
        return cls(_word(secret, window), _word(secret, window - 1))


def _word(secret: bytes, window: int) -> str:
    return hmac.new(secret, window.to_bytes(8, "big"), "sha256").hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Said:
    """What a terminal's greetings said. `run`: the one that the last greeting on foot opened;
    `on_foot`: that greeting; `said`: those over the network, the newest last."""

    run: str = ""
    on_foot: str = ""
    said: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Said":
        if not text:
            return cls()
        run, on_foot, *marks = ("" if word == _NONE else word for word in text.split(" "))
        return cls(run=run, on_foot=on_foot, said=tuple(marks))

    def text(self) -> str:
        return " ".join((self.run or _NONE, self.on_foot or _NONE, *self.said))

    def judge(self, hello: Hello, words: Words) -> Greeting:
        """A hello over the network."""
        mark = _mark(hello)
        if hello.window not in (words.now, words.before):
            return Greeting.LATE
        if mark not in self.said:
            return Greeting.OPENS
        return Greeting.AGAIN if self.said[-1] == mark else Greeting.LATE

    def judge_on_foot(self, hello: Hello) -> Greeting:
        if self.on_foot == _mark(hello):
            return Greeting.AGAIN
        return Greeting.OPENS if hello.window == self.run else Greeting.LATE

    def heard(self, hello: Hello) -> "Said":
        """With this hello over the network."""
        marks = (*self.said, _mark(hello))[-_MOST_SAID:]
        return Said(run=self.run, on_foot=self.on_foot, said=marks)

    def heard_on_foot(self, hello: Hello, run: str) -> "Said":
        return Said(run=run, on_foot=_mark(hello), said=self.said)


def _mark(hello: Hello) -> str:
    """Which greeting it is: the terminal's own nonce, in signs that need no separator."""
    return hashlib.sha256(hello.nonce.encode()).hexdigest()[:16]
