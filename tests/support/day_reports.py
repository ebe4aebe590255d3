"""Day reports for tests."""

from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.rating import Channel, Half
from kiosk.domain.scale import FaceOrder
from sync.messages import DayReport, LineCount, SheetSeal
from sync.signing import public_text

DAY = date(2026, 11, 23)


def sealed(officer: str, n: int) -> SheetSeal:
    """A sheet of which central was shown no step."""
    return SheetSeal(officer=officer, n=n, seal="0" * 64, steps=0, opening="")


def day_report(
    revision: int = 1,
    day: date = DAY,
    terminal: str = "counter-1",
    counts: tuple[int, ...] = (0, 0, 1, 2, 3),
    officer: str = "101",
    orders: tuple[FaceOrder, ...] = (),
) -> DayReport:
    line = LineCount(
        officer=officer,
        service="general",
        counter="1",
        half=Half.MORNING,
        channel=Channel.TOUCH,
        n=counts,
    )
    sheet = sealed(officer, sum(counts))
    return DayReport(
        site="dindaeng",
        terminal=terminal,
        date=day,
        revision=revision,
        lines=(line,),
        sheets=(sheet,),
        outcomes=(),
        reasons=(),
        orders=orders,
        gaps=(),
    )


def key_text() -> str:
    """A new public key as it travels."""
    return public_text(Ed25519PrivateKey.generate())
