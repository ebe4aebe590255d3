"""Every public word, by key and language. A language is one TOML file in this folder."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


class MissingWord(KeyError):
    """A key that the language does not have."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words under keys such as `ready.staff`."""

    code: str
    by_key: dict[str, str]

    @classmethod
    @cache
    def load(cls, code: str) -> "Words":
        """The language's words; read once: every view asks for them."""
        tables = tomllib.loads((_HERE / f"{code}.toml").read_text("utf-8"))
        return cls(code, {f"{t}.{k}": v for t, words in tables.items() for k, v in words.items()})

    def get(self, key: str, **fields: object) -> str:
        """The word under `key` with `{fields}` filled in; MissingWord when there is none."""
        try:
            return self.by_key[key].format(**fields)
        except KeyError:
            raise MissingWord(f"{self.code}: {key}") from None


@cache
def languages() -> tuple[str, ...]:
    """Codes of every language there is."""
    names = (entry.name for entry in _HERE.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))
