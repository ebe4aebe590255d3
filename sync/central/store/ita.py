"""The texts of the ITA measures report. Two editors' texts both stay."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select

from sync.central.schema import ita_texts, sites
from sync.central.store.faults import reading
from sync.central.store.room import Room
from sync.central.store.terminals import utc

ITA_TEXT = 4000
"""Characters of a text."""
WHOLE_OFFICE = "*"
"""Whose result from the terminals stands in a row: not a section's."""


@dataclass(frozen=True, slots=True)
class ItaBody:
    """The words of one ITA row; `score` as printed, empty when there is none. `figure`: whose
    result from the terminals stands in it: "" nobody's, WHOLE_OFFICE, else a section's.
    Doubtful is what a machine read from paper, and nobody has compared with it."""

    score: str = ""
    question: str = ""
    shortfall: str = ""
    measure: str = ""
    result: str = ""
    evidence: str = ""
    figure: str = ""
    score_doubtful: bool = False
    text_doubtful: bool = False

    @property
    def is_written(self) -> bool:
        """Whether somebody has written more than the form's item."""
        texts = (self.score, self.shortfall, self.measure, self.result, self.evidence)
        return any(texts)


NOTHING_WRITTEN = ItaBody()


@dataclass(frozen=True, slots=True)
class ItaText:
    """One version of a row. A version is `beside` another when it was edited from an older text
    than the newest of that time: somebody must bring both together. The next save from the newest
    ends that."""

    code: str
    version: int
    base: int
    at: datetime
    author: str
    body: ItaBody

    @property
    def beside(self) -> bool:
        return self.base != self.version - 1


class ItaTexts(Room):
    def of_round(self, fiscal_year: int, number: int) -> dict[str, list[ItaText]]:
        """Every version of a round's rows, oldest first, by code."""
        query = (
            select(ita_texts)
            .where(
                ita_texts.c.site == self._site,
                ita_texts.c.fiscal_year == fiscal_year,
                ita_texts.c.round == number,
            )
            .order_by(ita_texts.c.code, ita_texts.c.version)
        )
        versions: dict[str, list[ItaText]] = {}
        for row in self._connection.execute(query):
            with reading("ita_texts.body", row.body):
                body = ItaBody(**json.loads(row.body))
            text = ItaText(
                code=row.code,
                version=row.version,
                base=row.base,
                at=utc(row.at),
                author=row.author,
                body=body,
            )
            versions.setdefault(row.code, []).append(text)
        return versions

    def rounds(self) -> list[tuple[int, int]]:
        """Fiscal years and rounds that have texts, newest first."""
        query = (
            select(ita_texts.c.fiscal_year, ita_texts.c.round)
            .where(ita_texts.c.site == self._site)
            .distinct()
        )
        rounds = [(row.fiscal_year, row.round) for row in self._connection.execute(query)]
        return sorted(rounds, reverse=True)

    def append(
        self,
        fiscal_year: int,
        number: int,
        code: str,
        base: int,
        body: ItaBody,
        author: str,
        now: datetime,
    ) -> bool | None:
        """Store a row's text, edited from version `base`, whatever happened meanwhile. False when
        somebody saved in between, so that both stand beside one another; None: the same form was
        sent before, and is there."""
        # Locked: two saves at once must not take one version's number.
        self._connection.execute(
            select(sites.c.site).where(sites.c.site == self._site).with_for_update()
        ).first()
        query = select(func.max(ita_texts.c.version)).where(
            ita_texts.c.site == self._site,
            ita_texts.c.fiscal_year == fiscal_year,
            ita_texts.c.round == number,
            ita_texts.c.code == code,
        )
        newest = self._connection.scalar(query) or 0
        text = json.dumps(asdict(body), ensure_ascii=False)
        row = self._connection.execute(
            select(ita_texts.c.version)
            .where(
                ita_texts.c.site == self._site,
                ita_texts.c.fiscal_year == fiscal_year,
                ita_texts.c.round == number,
                ita_texts.c.code == code,
                ita_texts.c.base == base,
                ita_texts.c.author == author,
                ita_texts.c.body == text,
            )
            .limit(1)
        ).first()
        if row is not None:
            return None
        self._connection.execute(
            self._insert(ita_texts).values(
                site=self._site,
                fiscal_year=fiscal_year,
                round=number,
                code=code,
                version=newest + 1,
                base=base,
                at=now,
                author=author,
                body=text,
            )
        )
        return base == newest


def newest(texts: Iterable[ItaText]) -> ItaText:
    """The text that holds: the last one, or what the last was saved beside."""
    return max(texts, key=lambda text: (not text.beside, text.version))
