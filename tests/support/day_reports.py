"""Day reports for tests."""

from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.rating import Channel, Half
from sync.messages import DayReport, LineCount, SheetSeal
from sync.signing import public_text

DAY = date(2026, 11, 23)


def day_report(
    revision: int = 1,
    day: date = DAY,
    terminal: str = "counter-1",
    counts: tuple[int, ...] = (0, 0, 1, 2, 3),
    officer: str = "101",
) -> DayReport:
    line = LineCount(
        officer=officer,
        service="general",
        counter="1",
        half=Half.MORNING,
        channel=Channel.TOUCH,
        n=counts,
    )
    sheet = SheetSeal(officer, sum(counts), "0" * 64)
    return DayReport(
        site="dindaeng",
        terminal=terminal,
        date=day,
        revision=revision,
        lines=(line,),
        sheets=(sheet,),
        outcomes=(),
        reasons=(),
        gaps=(),
    )


def key_text() -> str:
    """A new public key as it travels."""
    return public_text(Ed25519PrivateKey.generate())
