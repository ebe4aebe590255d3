"""The program's own log: a line an event, with its level, on standard error.

systemd's journal reads a level from the `<N>` before a line (sd-daemon(3)) and adds time and unit;
a person at a shell reads the word. The journal says when a line came, so none may come with a
press: what is logged at a terminal is what stands in its own journal of events, and trouble.
"""

import logging
import os
import sys
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import TextIO

VARIABLE = "KIOSK_LOG_LEVEL"
ROOT = "kiosk"
"""Every logger of ours is below it."""
MOST_A_MINUTE = 200
"""Lines of one logger: some 20 KB."""
_LEFT_OUT = "left_out"
"""What a line says of those before it that did not pass."""
_SYSLOG = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3}
_MOST_CRITICAL = 2


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "LogLevel":
        """As KIOSK_LOG_LEVEL says; what is no level is INFO."""
        text = environment.get(VARIABLE, "").lower()
        return cls(text) if text in set(cls) else cls.INFO

    @property
    def number(self) -> int:
        return logging.getLevelNamesMapping()[self.name]


class Lines(logging.Formatter):
    """One event is one line, but for a traceback; nothing that came from outside begins another."""

    def __init__(self, *, for_journal: bool) -> None:
        super().__init__()
        self._for_journal = for_journal

    def format(self, record: logging.LogRecord) -> str:
        text = _printable(record.getMessage())
        if left_out := getattr(record, _LEFT_OUT, 0):
            text += f" (before it {left_out} lines were left out)"
        lines = [f"{record.name.removeprefix(f'{ROOT}.')}: {text}"]
        if record.exc_info:
            lines += map(_printable, self.formatException(record.exc_info).splitlines())
        number = _SYSLOG.get(record.levelno, _MOST_CRITICAL)
        before = f"<{number}>" if self._for_journal else f"{record.levelname} "
        return "\n".join(f"{before}{line}" for line in lines)


class Sparse(logging.Filter):
    """Of one logger so many lines a minute pass; the first of the next minute says how many did
    not. Who can make a program complain fills no disk."""

    def __init__(self) -> None:
        super().__init__()
        self._minute = 0
        self._passed: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        left_out = 0
        if (minute := int(record.created) // 60) != self._minute:
            left_out = sum(max(0, n - MOST_A_MINUTE) for n in self._passed.values())
            self._minute = minute
            self._passed.clear()
        self._passed[record.name] += 1
        if self._passed[record.name] > MOST_A_MINUTE:
            return False
        setattr(record, _LEFT_OUT, left_out)
        return True


def log_while_running(
    level: LogLevel, stream: TextIO = sys.stderr, environment: Mapping[str, str] = os.environ
) -> None:
    """A program that stays says its events, at `level` and above, and other people's warnings."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines(for_journal=is_journal(stream, environment)))
    handler.addFilter(Sparse())
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one.formatter, Lines)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(ROOT).setLevel(level.number)


def log_from_a_command(environment: Mapping[str, str] = os.environ) -> None:
    """A command says at a shell what came of it; only under systemd, from a timer, it logs."""
    if is_journal(sys.stderr, environment):
        log_while_running(LogLevel.INFO, sys.stderr, environment)
    else:
        logging.getLogger(ROOT).addHandler(logging.NullHandler())


def is_journal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether systemd's journal reads this stream (JOURNAL_STREAM in systemd.exec(5))."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)
