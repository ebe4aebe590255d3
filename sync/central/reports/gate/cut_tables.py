"""Tables that cut across blocks: services, counters, half-days, channels and reasons."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sync.central.disclosure import (
    NONE,
    Counts,
    Cut,
    half_of,
    plus,
    withheld_half_days,
    withheld_rows,
)
from sync.central.measures import (
    AT_LEAST,
    AT_MOST,
    FEWEST_WHO_DIFFER,
    Interval,
    satisfied_of,
    shown_ends,
    shown_rate,
    wilson,
)
from sync.central.sitesettings import SiteSettings

Span = tuple[date, date]
Table = Mapping[str, Mapping[int, Counts]]
"""Counts of one kind of cut, by row and scale."""
QuarterCuts = Mapping[Cut, Mapping[int, Counts]]
"""Counts of every cut of a quarter, by scale."""
Withheld = Callable[[Mapping[str, int], int], frozenset[str]]
"""Which rows of a quarter's table are not shown, by their numbers and the fewest of a row."""
CUT_STEP = 5


@dataclass(frozen=True, slots=True)
class CutRow:
    """A row of a table across blocks: `n` rounded to CUT_STEP, `rate` to a hundredth. None: fewer
    than the office's threshold, or needed to hide another row."""

    what: str
    n: int | None
    rate: float | None
    bound: str = ""
    """ "at least" or "at most" where nearly all agree: then `rate` follows from the rounded `n`."""
    deff: float = 1.0
    """What is usual in the office: which days a row is of nobody knows."""

    @property
    def interval(self) -> Interval | None:
        """95 %, of the rounded numbers that are shown: it tells no more than they do."""
        if not self.n or self.rate is None or self.bound:
            return None
        effective = self.n / self.deff
        return wilson(self.rate * effective, effective)

    @property
    def places(self) -> int:
        return 0

    @property
    def per_cent(self) -> float | None:
        """The rate as it is shown: whole per cent, whatever n is."""
        return None if self.rate is None else shown_rate(self.rate, 0, self.bound)

    @property
    def ends(self) -> tuple[float, float] | None:
        interval = self.interval
        return shown_ends(interval, 0) if interval else None


def cut_rows(
    quarters: Iterable[Table], at_least: int, withheld_of: Withheld = withheld_rows
) -> tuple[CutRow, ...]:
    """A table over several quarters, rounded. A row sums the quarters that show it; one that no
    quarter shows has None. A quarter that shows no row at all names none."""
    names: set[str] = set()
    sums: dict[str, dict[int, Counts]] = defaultdict(dict)
    for table in quarters:
        withheld = withheld_of({what: _count(scales) for what, scales in table.items()}, at_least)
        if withheld == table.keys():
            continue
        names |= table.keys()
        for what in table.keys() - withheld:
            for levels, counts in table[what].items():
                sums[what][levels] = plus(sums[what].get(levels, NONE), counts)
    return tuple(_row(what, sums[what]) for what in sorted(names, key=_row_order))


def half_day_rows(quarters: Iterable[Table], at_least: int) -> tuple[CutRow, ...]:
    """The table of half-days by weekday, which stands beside the one of half-days alone."""
    return cut_rows(quarters, at_least, withheld_half_days)


def half_rows(quarters: Iterable[Table], at_least: int) -> tuple[CutRow, ...]:
    """The table of half-days, from the same counts."""
    return cut_rows([_by_half(table) for table in quarters], at_least)


def _by_half(table: Table) -> Table:
    halves: dict[str, dict[int, Counts]] = defaultdict(dict)
    for what, scales in table.items():
        of_half = halves[half_of(what)]
        for levels, counts in scales.items():
            of_half[levels] = plus(of_half.get(levels, NONE), counts)
    return halves


def channel_rows(quarters: Iterable[QuarterCuts], at_least: int) -> tuple[CutRow, ...]:
    """The table of channels."""
    return cut_rows([of_kind(cuts, "channel") for cuts in quarters], at_least)


def reason_rows(quarters: Iterable[QuarterCuts], settings: SiteSettings) -> tuple[CutRow, ...]:
    """How often citizens named each reason, in the quarters in which so many named one: numbers
    rounded by the quarter, as a sum would narrow what its parts may be; and shares of the rounded
    sum, as an exact share would tell the number."""
    rounded: Counter[str] = Counter()
    for cuts in quarters:
        rounded.update(_named(cuts, settings.cuts_from))
    total = sum(rounded.values())
    in_settings = {reason.id for reason in settings.reasons}
    return tuple(
        CutRow(what=what, n=rounded[what], rate=rounded[what] / total)
        for what in sorted(rounded, key=lambda what: (-rounded[what], what))
        if what in in_settings or rounded[what]
    )


def _named(cuts: QuarterCuts, at_least: int) -> dict[str, int]:
    """How often each reason was named in a quarter, rounded; none where so few named one."""
    counts = {what: _count(scales) for what, scales in of_kind(cuts, "reason").items()}
    if sum(counts.values()) < at_least:
        return {}
    return {what: _rounded(n) if n >= CUT_STEP else 0 for what, n in counts.items()}


def _row(what: str, scales: Mapping[int, Counts]) -> CutRow:
    n = _count(scales)
    if not n:
        return CutRow(what=what, n=None, rate=None)
    satisfied = sum(satisfied_of(levels, counts) for levels, counts in scales.items())
    rate, bound = _rounded_share(satisfied, n)
    return CutRow(what=what, n=_rounded(n), rate=rate, bound=bound)


def _rounded_share(satisfied: int, n: int) -> tuple[float, str]:
    """To a hundredth; or a bound, also where rounding would say that all agree. It follows from the
    rounded n: of the true n, at most two more or fewer, 2/n is still less than 3 of the rounded."""
    rate, rounded = round(satisfied / n, 2), _rounded(n)
    if n - satisfied < FEWEST_WHO_DIFFER or rate >= 1:
        low = (rounded - FEWEST_WHO_DIFFER) / rounded
        return min(shown_rate(low, 0, AT_LEAST) / 100, 0.99), AT_LEAST
    if satisfied < FEWEST_WHO_DIFFER or rate <= 0:
        high = FEWEST_WHO_DIFFER / rounded
        return max(shown_rate(high, 0, AT_MOST) / 100, 0.01), AT_MOST
    return rate, ""


def _row_order(what: str) -> tuple[int, str]:
    """Counters by number, before everything that has a name."""
    return (len(what), what) if what.isdigit() else (99, what)


def _count(scales: Mapping[int, Counts]) -> int:
    return sum(map(sum, scales.values()))


def _rounded(n: int) -> int:
    return CUT_STEP * round(n / CUT_STEP)


def of_kind(cuts: QuarterCuts, kind: str) -> Table:
    return {what: scales for (cut_kind, what), scales in cuts.items() if cut_kind == kind}
