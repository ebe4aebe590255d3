"""Timings in pairs: ours and the raw limit in turn, so that the machine's moods hit both."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds of many runs."""

    seconds: tuple[float, ...]

    @property
    def median_ms(self) -> float:
        return median(self.seconds) * 1000

    @property
    def p99_ms(self) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000

    @property
    def longest_ms(self) -> float:
        return max(self.seconds) * 1000

    def __str__(self) -> str:
        return f"{self.median_ms:.2f} / {self.p99_ms:.2f} ms"


def in_turn(
    ours: Callable[[], float], raw: Callable[[], float], runs: int, warm_up: int = 5
) -> tuple[Sample, Sample]:
    """`runs` timings of each, one after the other, after a warm-up."""
    for _ in range(warm_up):
        ours()
        raw()
    pairs = [(ours(), raw()) for _ in range(runs)]
    return Sample(tuple(a for a, _ in pairs)), Sample(tuple(b for _, b in pairs))


def report(name: str, target: str, measured: object, raw: object, value: float, most: float) -> str:
    verdict = "ok" if value <= most else "MISSED"
    return f"{name:<40} {target:<14} {measured!s:<20} {raw!s:<20} {value:>7.2f}  {verdict}"


def compare(name: str, ours: Sample, raw: Sample, most: float) -> str:
    """A line of the table: the ratio of medians against its target."""
    return report(name, f"<= {most:g} x raw", ours, raw, ours.median_ms / raw.median_ms, most)
