"""What the office's blocks have of each cut, by quarter: summed once, when its tables come out.

A year of cuts is thirty thousand rows of an office; its sums are sixty. They are made of published
blocks alone. No block that closes later adds to a quarter whose sums stand.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, Date, and_, bindparam, case, cast, func, insert, select

from sync.central.disclosure import Counts, Cut, newest_quarter, quarter_of, quarters_of
from sync.central.schema import LEVELS, block_cuts, blocks, quarter_cuts
from sync.central.store.block_columns import MONTH, OF_COUNTERS, YEAR
from sync.central.store.room import Room, counts_of

CUT_KEY = ("site", "officer", "levels", "number")
"""The columns by which a cut belongs to its block."""
OF_ITS_BLOCK = and_(*(block_cuts.c[name] == blocks.c[name] for name in CUT_KEY))
_WHAT = (block_cuts.c.kind, block_cuts.c.what, block_cuts.c.levels)
_LEVEL_SUMS = tuple(cast(func.sum(block_cuts.c[name]), BigInteger).label(name) for name in LEVELS)
# By `case`: databases divide differently.
_QUARTER = case(*((month >= MONTH, month) for month in (3, 6, 9)), else_=12).label("month")
"""A quarter of the year by its last month."""
_IN_QUARTER = and_(
    blocks.c.site == bindparam("site"),
    blocks.c.last_day >= bindparam("first"),
    blocks.c.last_day <= bindparam("quarter", type_=Date),
    OF_COUNTERS,
)
_FREEZE = insert(quarter_cuts).from_select(
    ["site", "quarter", "kind", "what", "levels", *LEVELS],
    select(block_cuts.c.site, bindparam("quarter", type_=Date), *_WHAT, *_LEVEL_SUMS)
    .join(blocks, OF_ITS_BLOCK)
    .where(_IN_QUARTER)
    .group_by(block_cuts.c.site, *_WHAT),
)
_OF_BLOCKS = (
    select(*_WHAT, *_LEVEL_SUMS)
    .join(blocks, OF_ITS_BLOCK)
    .where(_IN_QUARTER, block_cuts.c.kind.in_(bindparam("kinds", expanding=True)))
    .group_by(*_WHAT)
)
_ALL_QUARTERS = (
    select(YEAR, _QUARTER, *_WHAT, *_LEVEL_SUMS)
    .join(blocks, OF_ITS_BLOCK)
    .where(blocks.c.site == bindparam("site"), OF_COUNTERS)
    .group_by(YEAR, _QUARTER, *_WHAT)
)
_FROZEN = select(quarter_cuts.c.quarter).distinct().where(quarter_cuts.c.site == bindparam("site"))
_FIRST_CLOSE = select(func.min(blocks.c.last_day)).where(blocks.c.site == bindparam("site"))
_OF_SPAN = select(quarter_cuts).where(
    quarter_cuts.c.site == bindparam("site"),
    quarter_cuts.c.quarter >= bindparam("first"),
    quarter_cuts.c.quarter <= bindparam("last"),
    quarter_cuts.c.kind.in_(bindparam("kinds", expanding=True)),
)


class QuarterCuts(Room):
    def frozen(self) -> frozenset[date]:
        """The last days of quarters whose sums stand."""
        return frozenset(self._connection.scalars(_FROZEN, {"site": self._site}))

    def freeze(self, ended: date) -> None:
        """Sum every quarter whose tables are published when the week up to `ended` is over, and
        that has no sums yet. The site must be locked."""
        frozen = self.frozen()
        for first, last in self._published(ended):
            if last not in frozen:
                asked = {"site": self._site, "first": first, "quarter": last}
                self._connection.execute(_FREEZE, asked)

    def of(
        self, span: tuple[date, date] | None, kinds: Sequence[str]
    ) -> dict[date, dict[Cut, dict[int, Counts]]]:
        """Sums of these kinds of cuts by quarter (its last day) and scale; `span`: whole quarters.
        One whose tables came out since blocks were closed is summed now."""
        cuts: dict[date, dict[Cut, dict[int, Counts]]] = defaultdict(lambda: defaultdict(dict))
        if span is None:
            return cuts
        asked: dict[str, Any] = {"site": self._site, "kinds": list(kinds)}
        frozen = {**asked, "first": span[0], "last": span[1]}
        for row in self._connection.execute(_OF_SPAN, frozen).all():
            cuts[row.quarter][row.kind, row.what][row.levels] = counts_of(row)
        for first, last in quarters_of(*span):
            if last not in cuts:
                unfrozen = {**asked, "first": first, "quarter": last}
                for row in self._connection.execute(_OF_BLOCKS, unfrozen).all():
                    cuts[last][row.kind, row.what][row.levels] = counts_of(row)
        return cuts

    def agree(self, ended: date | None) -> bool:
        """Whether the sums are those of the blocks, and no published quarter lacks them, for
        verify. `ended`: blocks are closed up to this day; None: none ever was."""
        query = select(quarter_cuts).where(quarter_cuts.c.site == self._site)
        stored = {
            (row.quarter, row.kind, row.what, row.levels): counts_of(row)
            for row in self._connection.execute(query)
        }
        must = {quarter for quarter, *_ in stored}
        if ended is not None:
            must |= {last for _, last in self._published(ended)}
        summed = {}
        for row in self._connection.execute(_ALL_QUARTERS, {"site": self._site}).all():
            _, quarter = quarter_of(date(int(row.year), int(row.month), 1))
            if quarter in must:
                summed[quarter, row.kind, row.what, row.levels] = counts_of(row)
        return summed == stored

    def _published(self, ended: date) -> Iterator[tuple[date, date]]:
        """Quarters with blocks, from the newest whose tables are published back to the first."""
        oldest: Any = self._connection.scalar(_FIRST_CLOSE, {"site": self._site})
        quarter = newest_quarter(ended, ended) if oldest else None
        while quarter is not None and quarter[1] >= _day(oldest):
            yield quarter
            quarter = quarter_of(quarter[0] - timedelta(days=1))


def _day(value: Any) -> date:
    """SQLite answers a minimum of days as text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))
