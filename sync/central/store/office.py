"""What people at the office write: settings, the improvement log, ITA texts, objections, photos.

Texts are never overwritten: each save is a new version, and two editors' texts both stay.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, func, select

from kiosk.domain.people import BadPerson, readable
from kiosk.domain.wording import MAX_SCREEN_TEXT
from sync.central.schema import (
    improvements,
    ita_texts,
    objections,
    photos,
    site_settings,
    sites,
    verdicts,
)
from sync.central.sitesettings import SiteSettings, StoredSettings, parse
from sync.central.store.room import Room
from sync.central.store.terminals import utc

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class EditedMeanwhile(Exception):
    """Somebody else saved first; nothing was lost: read again, and save anew."""


class ImprovementStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Improvement:
    """A line of the improvement log: what was said, what was done, by whom, by when."""

    id: str
    said: str
    done: str = ""
    whom: str = ""
    due: date | None = None
    state: ImprovementStatus = ImprovementStatus.OPEN
    version: int = 0
    at: datetime | None = None
    author: str = ""


@dataclass(frozen=True, slots=True)
class ItaBody:
    """The words of one ITA row; `score` as printed, empty when there is none."""

    score: str = ""
    question: str = ""
    shortfall: str = ""
    measure: str = ""
    result: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class ItaText:
    """One version of a row. `beside` versions were saved on top of an older text than the then
    newest: somebody must bring both together (the next save from the newest ends it)."""

    code: str
    version: int
    base: int
    at: datetime
    author: str
    body: ItaBody

    @property
    def beside(self) -> bool:
        return self.base != self.version - 1


class Verdict(StrEnum):
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Decision:
    decider: str
    verdict: Verdict
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Objection:
    """An officer's objection to one published block. The result stays; it is marked."""

    officer: str
    levels: int
    number: int
    at: datetime
    words: str
    decisions: tuple[Decision, ...] = field(default=())

    @property
    def outcome(self) -> Verdict | None:
        """What two different people agree on."""
        for verdict in Verdict:
            if sum(d.verdict is verdict for d in self.decisions) >= 2:
                return verdict
        return None


def _for_a_screen(words: str) -> bool:
    try:
        return 0 < len(readable("text", words)) <= MAX_SCREEN_TEXT
    except BadPerson:
        return False


# Pages ask these: building a statement takes longer than running it.
_SITE: BindParameter[str] = bindparam("site")
_SETTINGS = (
    select(site_settings.c.version, site_settings.c.body)
    .where(site_settings.c.site == _SITE)
    .order_by(site_settings.c.version.desc())
    .limit(1)
)
_VERDICTS = select(verdicts).where(verdicts.c.site == _SITE).order_by(verdicts.c.at)
_VERDICTS_OF = _VERDICTS.where(verdicts.c.officer == bindparam("officer"))
_OBJECTIONS = select(objections).where(objections.c.site == _SITE).order_by(objections.c.at)
_OBJECTIONS_OF = _OBJECTIONS.where(objections.c.officer == bindparam("officer"))
_HAS_PHOTO = select(photos.c.officer).where(
    photos.c.site == _SITE, photos.c.officer == bindparam("officer")
)


class Office(Room):
    # --- settings --------------------------------------------------------------------------

    def settings(self) -> StoredSettings:
        row = self._connection.execute(_SETTINGS, {"site": self._site}).first()
        return StoredSettings(row.version, parse(row.body)) if row else StoredSettings()

    def put_settings(self, base: int, settings: SiteSettings, author: str, now: datetime) -> None:
        """Save what was edited from version `base`; EditedMeanwhile when that is not the newest."""
        self._append(
            site_settings,
            base,
            self.settings().version,
            {"at": now, "author": author, "body": settings.document()},
            {},
        )

    def _append(
        self, table: Any, base: int, newest: int, values: dict[str, object], key: dict[str, object]
    ) -> None:
        if base != newest:
            raise EditedMeanwhile
        row = {"site": self._site, **key, "version": base + 1, **values}
        done = self._connection.execute(
            self._insert(table).values(row).on_conflict_do_nothing().returning(table.c.version)
        ).first()
        if done is None:
            raise EditedMeanwhile

    # --- improvement log -------------------------------------------------------------------

    def improvements(self) -> tuple[Improvement, ...]:
        """The newest version of each line; open ones first, then by due day."""
        query = (
            select(improvements)
            .where(improvements.c.site == self._site)
            .order_by(improvements.c.id, improvements.c.version)
        )
        newest: dict[str, Improvement] = {}
        for row in self._connection.execute(query):
            newest[row.id] = Improvement(
                id=row.id,
                said=row.said,
                done=row.done,
                whom=row.whom,
                due=row.due,
                state=ImprovementStatus(row.state),
                version=row.version,
                at=utc(row.at),
                author=row.author,
            )
        return tuple(
            sorted(
                newest.values(),
                key=lambda i: (i.state is not ImprovementStatus.OPEN, i.due or date.max, i.id),
            )
        )

    def newest_done(self, most: int) -> tuple[Improvement, ...]:
        """The last `most` that were done and say what, the newest first, each text as one line;
        what is long, or has characters that no screen shows, is left out."""
        lines = (
            replace(line, said=" ".join(line.said.split()), done=" ".join(line.done.split()))
            for line in self.improvements()
            if line.state is ImprovementStatus.DONE
        )
        done = [line for line in lines if _for_a_screen(line.said) and _for_a_screen(line.done)]
        newest = sorted(done, key=lambda line: (line.at or _LONG_AGO, line.id), reverse=True)
        return tuple(newest[:most])

    def put_improvement(self, line: Improvement, author: str, now: datetime) -> None:
        """Save `line`, edited from `line.version`; EditedMeanwhile when that is not the newest."""
        query = select(func.max(improvements.c.version)).where(
            improvements.c.site == self._site, improvements.c.id == line.id
        )
        values: dict[str, object] = {
            "at": now,
            "author": author,
            "said": line.said,
            "done": line.done,
            "whom": line.whom,
            "due": line.due,
            "state": line.state.value,
        }
        newest = self._connection.scalar(query) or 0
        self._append(improvements, line.version, newest, values, {"id": line.id})

    # --- ITA report ------------------------------------------------------------------------

    def ita(self, fiscal_year: int, number: int) -> dict[str, list[ItaText]]:
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
            text = ItaText(
                code=row.code,
                version=row.version,
                base=row.base,
                at=utc(row.at),
                author=row.author,
                body=ItaBody(**json.loads(row.body)),
            )
            versions.setdefault(row.code, []).append(text)
        return versions

    def ita_rounds(self) -> list[tuple[int, int]]:
        """Fiscal years and rounds that have texts, newest first."""
        query = (
            select(ita_texts.c.fiscal_year, ita_texts.c.round)
            .where(ita_texts.c.site == self._site)
            .distinct()
        )
        return sorted(((row[0], row[1]) for row in self._connection.execute(query)), reverse=True)

    def put_ita(
        self,
        fiscal_year: int,
        number: int,
        code: str,
        base: int,
        body: ItaBody,
        author: str,
        now: datetime,
    ) -> bool:
        """Keep a row's text, edited from version `base`. It is kept whatever happened meanwhile;
        False when somebody saved in between, so that both stand beside one another."""
        # Held: two saves at once must not take one version's number.
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
                body=json.dumps(asdict(body), ensure_ascii=False),
            )
        )
        return base == newest

    # --- objections ------------------------------------------------------------------------

    def object_to(self, objection: Objection) -> bool:
        """Keep an objection; False when this block has one already."""
        row = {
            "site": self._site,
            "officer": objection.officer,
            "levels": objection.levels,
            "number": objection.number,
            "at": objection.at,
            "words": objection.words,
        }
        insert = self._insert(objections).values(row).on_conflict_do_nothing()
        return self._connection.execute(insert.returning(objections.c.at)).first() is not None

    def decide(self, objection: Objection, decision: Decision) -> None:
        """Keep one person's verdict; a second by the same person changes nothing."""
        row = {
            "site": self._site,
            "officer": objection.officer,
            "levels": objection.levels,
            "number": objection.number,
            "decider": decision.decider,
            "verdict": decision.verdict.value,
            "note": decision.note,
            "at": decision.at,
        }
        self._connection.execute(self._insert(verdicts).values(row).on_conflict_do_nothing())

    def objections(self, officer: str = "") -> tuple[Objection, ...]:
        """Objections with what was decided, oldest first; of one officer or all."""
        asked = {"site": self._site, "officer": officer}
        decided: dict[tuple[str, int, int], list[Decision]] = {}
        query = (_VERDICTS_OF, _OBJECTIONS_OF) if officer else (_VERDICTS, _OBJECTIONS)
        for row in self._connection.execute(query[0], asked):
            decision = Decision(
                decider=row.decider, verdict=Verdict(row.verdict), note=row.note, at=utc(row.at)
            )
            decided.setdefault((row.officer, row.levels, row.number), []).append(decision)
        return tuple(
            Objection(
                officer=row.officer,
                levels=row.levels,
                number=row.number,
                at=utc(row.at),
                words=row.words,
                decisions=tuple(decided.get((row.officer, row.levels, row.number), ())),
            )
            for row in self._connection.execute(query[1], asked)
        )

    # --- photos ----------------------------------------------------------------------------

    def put_photo(self, officer: str, jpeg: bytes) -> None:
        key = {"site": self._site, "officer": officer}
        self._connection.execute(
            self._insert(photos)
            .values(**key, jpeg=jpeg)
            .on_conflict_do_update(index_elements=list(key), set_={"jpeg": jpeg})
        )

    def has_photo(self, officer: str) -> bool:
        asked = {"site": self._site, "officer": officer}
        return self._connection.execute(_HAS_PHOTO, asked).first() is not None

    def photo(self, officer: str) -> bytes | None:
        query = select(photos.c.jpeg).where(
            photos.c.site == self._site, photos.c.officer == officer
        )
        return self._connection.scalar(query)

    def remove_photo(self, officer: str) -> None:
        self._connection.execute(
            delete(photos).where(photos.c.site == self._site, photos.c.officer == officer)
        )

    def photo_digests(self) -> list[tuple[str, str]]:
        """Whose photo there is, and its SHA-256 in hex."""
        query = (
            select(photos.c.officer, photos.c.jpeg)
            .where(photos.c.site == self._site)
            .order_by(photos.c.officer)
        )
        rows = self._connection.execute(query)
        return [(row.officer, hashlib.sha256(row.jpeg).hexdigest()) for row in rows]

    def with_photo(self) -> frozenset[str]:
        query = select(photos.c.officer).where(photos.c.site == self._site)
        return frozenset(self._connection.scalars(query))


def newest(texts: Iterable[ItaText]) -> ItaText:
    """The text that holds: the last one, or what the last was saved beside."""
    return max(texts, key=lambda text: (not text.beside, text.version))
