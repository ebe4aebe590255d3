"""The settings that an office keeps on the settings page, version by version."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select

from sync.central.schema import site_settings
from sync.central.sitesettings import SiteSettings, StoredSettings, parse
from sync.central.store.faults import reading
from sync.central.store.terminals import utc
from sync.central.store.versions import VersionedRoom

# Every page asks this: building a statement takes longer than running it.
_NEWEST = (
    select(site_settings.c.version, site_settings.c.body)
    .where(site_settings.c.site == bindparam("site"))
    .order_by(site_settings.c.version.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class SavedSettings:
    """A version of the settings: who saved it, and when."""

    version: int
    at: datetime
    author: str
    settings: SiteSettings


class OfficeSettings(VersionedRoom):
    def newest(self) -> StoredSettings:
        """The defaults, as version 0, where nobody has saved yet."""
        row = self._connection.execute(_NEWEST, {"site": self._site}).first()
        return StoredSettings(row.version, _parsed(row.body)) if row else StoredSettings()

    def of_version(self, version: int) -> SiteSettings | None:
        """The settings of a version; None where there is none."""
        if version == 0:
            return SiteSettings()
        query = select(site_settings.c.body).where(
            site_settings.c.site == self._site, site_settings.c.version == version
        )
        body = self._connection.scalar(query)
        return None if body is None else _parsed(body)

    def history(self, most: int) -> tuple[SavedSettings, ...]:
        """The newest `most` versions, newest first."""
        query = (
            select(site_settings)
            .where(site_settings.c.site == self._site)
            .order_by(site_settings.c.version.desc())
            .limit(most)
        )
        return tuple(
            SavedSettings(
                version=row.version,
                at=utc(row.at),
                author=row.author,
                settings=_parsed(row.body),
            )
            for row in self._connection.execute(query)
        )

    def every_site(self) -> dict[str, SiteSettings]:
        """Of each site that has saved any, not only of this one."""
        c = site_settings.c
        newest = select(c.site, func.max(c.version).label("version")).group_by(c.site).subquery()
        is_newest = and_(c.site == newest.c.site, c.version == newest.c.version)
        query = select(c.site, c.body).join(newest, is_newest)
        return {row.site: _parsed(row.body) for row in self._connection.execute(query)}

    def append(self, base: int, settings: SiteSettings, author: str, now: datetime) -> bool:
        """Save what was edited from version `base`; EditedMeanwhile when that is not the newest.
        False: the same form was sent before."""
        values = {"at": now, "author": author, "body": settings.document()}
        return self._append(site_settings, base, self.newest().version, values, {})


def _parsed(body: str) -> SiteSettings:
    with reading("site_settings.body", body):
        return parse(body)
