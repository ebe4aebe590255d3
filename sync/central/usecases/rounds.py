"""Compares the officers of a round once it is closed: when its last quarter's tables are published.

What comes later changes no more what was said, and perhaps signed.
"""

from datetime import date

from sync.central.clusters import effect
from sync.central.comparing import Finding, Ratings, Round, compare
from sync.central.disclosure import ONLINE, publication_day
from sync.central.measures import satisfied_of
from sync.central.period import Period, before, round_of
from sync.central.store.engine import Transaction
from sync.central.store.findings import RoundFindings


def last_closed_round(today: date, starts: int) -> Period:
    """The newest round that is compared by now."""
    newest = round_of(today, starts)
    while today <= publication_day(newest.last_day):
        newest = before(newest)
    return newest


def freeze_rounds(t: Transaction, today: date) -> None:
    """Work out every closed round that is not yet, back to the first block."""
    first = t.blocks.first_close()
    if first is None:
        return
    closed = last_closed_round(today, t.settings.newest().settings.fiscal_year_starts)
    while closed.last_day >= first:
        if t.findings.of_round(closed.first_day, closed.last_day):
            return
        findings = RoundFindings(today, _findings(t, closed))
        t.findings.freeze(closed.first_day, closed.last_day, findings)
        closed = before(closed)


def _findings(t: Transaction, closed: Period) -> dict[str, Finding]:
    sums = t.blocks.by_officer(closed.first_day, closed.last_day)
    sums.pop(ONLINE, None)
    services = t.blocks.services(closed.first_day, closed.last_day)
    sections = _sections(t, closed)
    rounds = {}
    for officer, parts in sums.items():
        ratings = {}
        # Scales differ in what counts as satisfied: a service is compared on each of its own.
        for (service, levels), counts in services.get(officer, {}).items():
            satisfied = satisfied_of(levels, counts)
            ratings[f"{service} {levels}"] = Ratings(sum(counts), satisfied)
        rounds[officer] = Round(
            services=ratings, effect=effect(parts), section=sections.get(officer)
        )
    return compare(rounds)


def _sections(t: Transaction, closed: Period) -> dict[str, str | None]:
    """By officer, the section in which all blocks of a round closed; None: there are several."""
    sections: dict[str, str | None] = {}
    for section in sorted(t.blocks.sections()):
        for officer in t.blocks.by_officer(closed.first_day, closed.last_day, section=section):
            sections[officer] = None if officer in sections else section
    return sections
