"""What each officer may read of the own last closed round at a terminal: the figure of the report.

The same sums of whole blocks as on the officer's page, of a round that is over: nothing of the
weeks that go on. Whoever reads it has shown the officer's PIN, so it is no look at somebody else.
"""

from datetime import date

from sync.central.measures import AT_LEAST, AT_MOST, Result
from sync.central.objecting import Objection, standing
from sync.central.period import Period, before, round_of
from sync.central.reports.gate.effects import effects
from sync.central.reports.gate.figures import Figure, figure, last_week_end
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.messages import Bound, OwnResult, OwnResults

_UNKNOWN = -1


def own_results(t: Transaction, settings: SiteSettings, today: date) -> OwnResults:
    """Of everybody on the roster; of nobody where the office does not show them."""
    period = last_closed_round(today, settings.fiscal_year_starts)
    if not settings.own_result_at_terminal:
        return OwnResults(first_day=period.first_day, last_day=period.last_day, results=())
    sums = t.blocks.by_officer(period.first_day, period.last_day)
    deffs = effects(t, [period.days], today)
    objected = _weeks_objected(t, period, today)
    return OwnResults(
        first_day=period.first_day,
        last_day=period.last_day,
        results=tuple(
            _own_result(
                str(officer.id),
                figure(
                    sums.get(str(officer.id), []),
                    settings,
                    deffs.of(period.days, officer=str(officer.id)),
                ),
                objected.get(str(officer.id), 0),
            )
            for officer in t.people.active()
        ),
    )


def last_closed_round(today: date, starts: int) -> Period:
    """The newest round whose last week is over: nothing can still close in it."""
    period = before(round_of(today, starts))
    return period if period.last_day <= last_week_end(today) else before(period)


def _weeks_objected(t: Transaction, period: Period, today: date) -> dict[str, int]:
    """How many weeks of the period upheld objections concern, by officer."""
    by_officer: dict[str, list[Objection]] = {}
    for objection in t.objections.all():
        by_officer.setdefault(objection.officer, []).append(objection)
    return {
        officer: standing(
            objections, t.blocks.of_officer(officer, period.first_day, period.last_day), today
        ).weeks
        for officer, objections in by_officer.items()
    }


def _own_result(officer: str, own: Figure, weeks_objected: int) -> OwnResult:
    result, response = own.result, own.response
    low, high = result.ends or (0.0, 0.0)
    return OwnResult(
        officer=officer,
        n=result.n,
        bound=_bound(result),
        rate=_tenths(result.per_cent or 0.0),
        low=_tenths(low),
        high=_tenths(high),
        places=result.places,
        response=response.per_cent if response is not None else _UNKNOWN,
        weeks_objected=weeks_objected,
    )


def _bound(result: Result) -> Bound:
    if result.rate is None:
        return "hidden"
    if result.bound == AT_LEAST:
        return "at least"
    return "at most" if result.bound == AT_MOST else ""


def _tenths(per_cent: float) -> int:
    return round(per_cent * 10)
