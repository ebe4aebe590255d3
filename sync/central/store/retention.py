"""What is emptied or removed once it was kept long enough. The only room that deletes results.

A day report loses its bytes and its rows, and keeps its header: so that it is known when it comes
again. What its rows had stays as sums of many days (`emptied_sums`), from which blocks are closed
and verified on: see `unclosed.py`.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, select, update

from sync.central.disclosure import NONE, ONLINE, Counts, Cut, Scaled, plus
from sync.central.schema import (
    LEVELS,
    accounts,
    block_cuts,
    blocks,
    comments,
    day_counts,
    day_lines,
    day_reports,
    earlier_reports,
    emptied_sums,
    objection_blocks,
    objection_steps,
    objections,
    officer_months,
    officers,
    parked_reports,
    pattern_quarters,
    patterns,
    photos,
    pins,
    quarter_cuts,
    quarter_tickets,
    questionnaire_counts,
    questionnaire_tokens,
    recovery_codes,
    round_findings,
    second_factors,
    seen_sheets,
    sessions,
    site_months,
    terminal_pins,
    tickets,
    unclosed,
    unknown_officers,
    witnessed_sheets,
)
from sync.central.store.room import Room, counts_of

SumKey = tuple[int, Cut]
"""A scale (0: any) and a cut; SCORE: the ratings themselves; ("beside", NAME): what is counted
beside them; FELL: what corrected reports had less than those before."""
SCORE: Cut = ("score", "")
FELL: Cut = ("fell", "")


class Retention(Room):
    # --- raw days --------------------------------------------------------------------------

    def raw_officers(self, until: date) -> list[str]:
        """Who has raw rows up to a day; ONLINE among them."""
        names: set[str] = set()
        for table in (day_lines, day_counts):
            c = table.c
            query = select(c.officer).distinct().where(self._until(table, until), c.officer != "")
            query = query if table is day_lines else query.where(c.kind != "gap")
            names |= set(self._connection.scalars(query))
        answers = select(func.count()).where(self._until(questionnaire_counts, until))
        return sorted(names | ({ONLINE} if self._connection.scalar(answers) else set()))

    def held_days(self, until: date) -> set[date]:
        """Days up to `until` of which people still have to decide something: a parked report, or
        somebody who is not on the roster."""
        open_days: set[date] = set()
        for table in (parked_reports, unknown_officers):
            query = select(table.c.date).distinct().where(self._until(table, until))
            open_days |= set(self._connection.scalars(query))
        return open_days

    def release_days(self, until: date) -> None:
        """Nobody decides any more on days as old as this."""
        for table in (parked_reports, unknown_officers):
            self._delete(table, self._until(table, until))

    def empty_rows(self, officer: str, days: Iterable[date]) -> None:
        """Delete an officer's raw rows of these days; gaps stay, beside the results."""
        chosen = sorted(days)
        if officer == ONLINE:
            c = questionnaire_counts.c
            self._delete(questionnaire_counts, and_(c.site == self._site, c.date.in_(chosen)))
            return
        for table in (day_lines, day_counts):
            which = self._of_officer(table, officer) & table.c.date.in_(chosen)
            if table is day_counts:
                which = which & (day_counts.c.kind != "gap")
            self._delete(table, which)

    def empty_reports(self, until: date, held: Iterable[date]) -> int:
        """Empty day reports up to a day, but for those that are `held`; how many."""
        which = self._until(day_reports, until) & day_reports.c.date.not_in(sorted(held))
        done = self._connection.execute(
            update(day_reports).where(which, day_reports.c.body != b"").values(body=b"")
        )
        earlier = earlier_reports.c.date.not_in(sorted(held))
        self._delete(earlier_reports, self._until(earlier_reports, until) & earlier)
        nobodys = (day_lines.c.officer == "") & day_lines.c.date.not_in(sorted(held))
        self._delete(day_lines, self._until(day_lines, until) & nobodys)
        return done.rowcount

    def emptied_reports(self) -> tuple[int, date | None]:
        """How many day reports are emptied, and the newest of their days."""
        c = day_reports.c
        query = select(func.count(), func.max(c.date)).where(c.site == self._site, c.body == b"")
        count, newest = self._connection.execute(query).one()
        if isinstance(newest, str):
            newest = date.fromisoformat(newest)  # SQLite answers a maximum of days as text
        return count, newest

    # --- sums of what is emptied -------------------------------------------------------------

    def add_sums(self, officer: str, sums: Mapping[SumKey, Counts]) -> None:
        """Add to what an officer's emptied days had."""
        before = self.sums(officer)
        rows = []
        for (levels, (kind, what)), counts in sums.items():
            now = plus(before.get((levels, (kind, what)), NONE), counts)
            key = {"site": self._site, "officer": officer, "levels": levels}
            values = dict(zip(LEVELS, now, strict=True))
            rows.append({**key, "kind": kind, "what": what, **values})
        if not rows:
            return
        statement = self._insert(emptied_sums)
        keys = ["site", "officer", "levels", "kind", "what"]
        fresh = {name: statement.excluded[name] for name in LEVELS}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=fresh), rows
        )

    def sums(self, officer: str) -> dict[SumKey, Counts]:
        """What an officer's emptied days had, less what is removed with blocks."""
        query = select(emptied_sums).where(self._of_officer(emptied_sums, officer))
        rows = self._connection.execute(query)
        return {(row.levels, (row.kind, row.what)): counts_of(row) for row in rows}

    def fallen(self) -> dict[Scaled, Counts]:
        """By how much revisions of emptied days had less than those before."""
        c = emptied_sums.c
        query = select(emptied_sums).where(c.site == self._site, c.kind == FELL[0])
        rows = self._connection.execute(query)
        return {Scaled(row.officer, row.levels): counts_of(row) for row in rows}

    # --- results ---------------------------------------------------------------------------

    def has_results(self, until: date) -> bool:
        query = select(blocks.c.number).where(self._closed(until)).limit(1)
        return self._connection.execute(query).first() is not None

    def officers_with_results(self, until: date) -> list[str]:
        """Who has blocks that closed up to a day."""
        query = select(blocks.c.officer).distinct().where(self._closed(until))
        return sorted(self._connection.scalars(query))

    def cuts_until(self, officer: str, until: date) -> dict[tuple[int, Cut], Counts]:
        """What an officer's blocks up to a day have of each cut, by scale."""
        key = (block_cuts.c.levels, block_cuts.c.kind, block_cuts.c.what)
        totals = (func.sum(block_cuts.c[name]).label(name) for name in LEVELS)
        query = (
            select(*key, *totals)
            .where(self._of_officer(block_cuts, officer), self._of_closed(block_cuts, until))
            .group_by(*key)
        )
        rows = self._connection.execute(query)
        return {(row.levels, (row.kind, row.what)): counts_of(row) for row in rows}

    def remove_results(self, until: date) -> int:
        """Remove what closed up to a day, the end of a round and a quarter: blocks with their cuts
        and objections, the months' and the quarters' sums, the rest of the raw days; how many
        blocks."""
        self._delete(block_cuts, self._of_closed(block_cuts, until))
        removed = self._delete(blocks, self._closed(until))
        for sums in (site_months, officer_months):
            self._delete(sums, and_(sums.c.site == self._site, sums.c.month <= until))
        for raw in (day_lines, day_counts, questionnaire_counts, seen_sheets, witnessed_sheets):
            self._delete(raw, self._until(raw, until))
        for table, ends in (
            (round_findings, round_findings.c.last_day),
            (quarter_cuts, quarter_cuts.c.quarter),
            (quarter_tickets, quarter_tickets.c.quarter),
            (patterns, patterns.c.quarter),
            (pattern_quarters, pattern_quarters.c.quarter),
        ):
            self._delete(table, and_(table.c.site == self._site, ends <= until))
        self._forget_waiting(until)
        self._remove_objections()
        return removed

    def _remove_objections(self) -> None:
        """Objections to results that are all gone, with their steps."""
        o, b = objections.c, objection_blocks.c
        remains = exists().where(
            *(b.site == o.site, b.case == o.case),
            *(blocks.c.site == b.site, blocks.c.officer == o.officer),
            *(blocks.c.levels == b.levels, blocks.c.number == b.number),
        )
        gone = list(self._connection.scalars(select(o.case).where(o.site == self._site, ~remains)))
        for table in (objection_steps, objection_blocks, objections):
            self._delete(table, and_(table.c.site == self._site, table.c.case.in_(gone)))

    def _forget_waiting(self, until: date) -> None:
        """Nobody waits for ratings that are gone."""
        remains = or_(
            *(
                exists().where(t.c.site == unclosed.c.site, t.c.officer == unclosed.c.officer)
                for t in (day_lines, day_counts, blocks)
            )
        )
        gone = and_(unclosed.c.site == self._site, unclosed.c.since <= until, ~remains)
        self._delete(unclosed, gone & (unclosed.c.officer != ONLINE))

    def forget_people(self, candidates: Iterable[str]) -> int:
        """Forget those of these officers who left and have no result any more: name, number, photo,
        PIN and the account that read nothing else; how many."""
        gone = select(officers.c.officer).where(
            officers.c.site == self._site,
            officers.c.retired == 1,
            officers.c.officer.in_(sorted(candidates)),
            *(
                ~exists().where(t.c.site == officers.c.site, t.c.officer == officers.c.officer)
                for t in (blocks, day_lines, day_counts, unclosed, unknown_officers)
            ),
        )
        people = sorted(self._connection.scalars(gone))
        own = select(accounts.c.account).where(
            accounts.c.site == self._site,
            accounts.c.officer.in_(people),
            accounts.c.roles == "officer",
        )
        names = sorted(self._connection.scalars(own))
        for table in (sessions, second_factors, recovery_codes, accounts):
            self._delete(table, and_(table.c.site == self._site, table.c.account.in_(names)))
        for table in (photos, pins, terminal_pins, emptied_sums, officers):
            self._delete(table, and_(table.c.site == self._site, table.c.officer.in_(people)))
        return len(people)

    def drop_sums(self, officer: str) -> None:
        """An officer whose blocks are all gone begins anew."""
        self._delete(emptied_sums, self._of_officer(emptied_sums, officer))

    # --- the rest --------------------------------------------------------------------------

    def remove_comments(self, until: date) -> int:
        c = comments.c
        return self._delete(comments, and_(c.site == self._site, c.closed <= until))

    def remove_tickets(self, until: date) -> int:
        return self._delete(tickets, self._until(tickets, until))

    def remove_tokens(self, today: date) -> int:
        """Tokens of the questionnaire that are too old to be used again."""
        c = questionnaire_tokens.c
        return self._delete(questionnaire_tokens, and_(c.site == self._site, c.until < today))

    def remove_photos_of_retired(self) -> int:
        retired = select(officers.c.officer).where(
            officers.c.site == self._site, officers.c.retired == 1
        )
        self._delete(
            terminal_pins,
            and_(terminal_pins.c.site == self._site, terminal_pins.c.officer.in_(retired)),
        )
        of_retired = photos.c.officer.in_(retired)
        return self._delete(photos, and_(photos.c.site == self._site, of_retired))

    # --- which -----------------------------------------------------------------------------

    def _delete(self, table: Table, which: ColumnElement[bool]) -> int:
        return self._connection.execute(delete(table).where(which)).rowcount

    def _until(self, table: Table, day: date) -> ColumnElement[bool]:
        return and_(table.c.site == self._site, table.c.date <= day)

    def _of_officer(self, table: Table, officer: str) -> ColumnElement[bool]:
        return and_(table.c.site == self._site, table.c.officer == officer)

    def _closed(self, until: date) -> ColumnElement[bool]:
        return and_(blocks.c.site == self._site, blocks.c.last_day <= until)

    def _of_closed(self, table: Table, until: date) -> ColumnElement[bool]:
        """That a row's block closed up to a day."""
        key = ("site", "officer", "levels", "number")
        same = (blocks.c[name] == table.c[name] for name in key)
        return and_(table.c.site == self._site, exists().where(*same, blocks.c.last_day <= until))
