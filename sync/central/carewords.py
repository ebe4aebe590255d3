"""What the program needs from a person, in the reader's language."""

from sync.central import thai
from sync.central.language import words
from sync.central.logwords import log_words
from sync.central.usecases.upkeep import Trouble


def care_words(code: str, trouble: Trouble) -> str:
    """One or two sentences."""
    numbers: dict[str, str | int] = {
        name: value if name == "n" else thai.number(value, code)
        for name, value in trouble.values.items()
    }
    sentence = words(code).get(f"care.{trouble.key}", **numbers)
    return f"{sentence} {log_words(code, trouble.what)}".rstrip()
