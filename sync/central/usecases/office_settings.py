"""The office's own settings, each save a version of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kiosk.tomlfile import tables
from sync.central import sitesettings
from sync.central.logbook import told
from sync.central.sitesettings import SiteSettings, StoredSettings
from sync.central.store.versions import EditedMeanwhile
from sync.central.usecases.audit import write_change
from sync.central.usecases.central import Central
from sync.central.viewer import Viewer

__all__ = [
    "EarlierValue",
    "EditedMeanwhile",
    "check_group",
    "earlier_values",
    "office_name",
    "read_settings",
    "save_group",
    "save_settings",
]

_VERSIONS_READ = 100
"""Newest versions in which an earlier value is looked for."""


@dataclass(frozen=True, slots=True)
class EarlierValue:
    """What some settings were before what they are now. `until`: when `author` changed them."""

    settings: SiteSettings
    until: datetime
    author: str


def read_settings(central: Central) -> StoredSettings:
    """The newest settings, with their version."""
    with central.store.read(central.site) as t:
        return t.settings.newest()


def office_name(central: Central, language: str) -> str:
    """What the office is called in a language."""
    name = central.settings.name
    return name if language == "th" else read_settings(central).settings.office_name(name, language)


def save_settings(
    central: Central, viewer: Viewer, base: int | None, settings: SiteSettings, now: datetime
) -> None:
    """Save settings that were edited from version `base`; None: from whichever is the newest.
    EditedMeanwhile when somebody saved in between."""
    with central.store.transaction(central.site) as t:
        newest = t.settings.newest().version
        version = newest if base is None else base
        if t.settings.append(version, settings, viewer.name, now):
            write_change(t, viewer, told("settings", version=version + 1), now)


def check_group(central: Central, values: Mapping[str, Any]) -> None:
    """Refusal for a value that is not accepted beside the other settings as they are."""
    document = tables.written(SiteSettings, read_settings(central).settings)
    sitesettings.read({**document, **values})


def save_group(
    central: Central, viewer: Viewer, base: int, values: Mapping[str, Any], now: datetime
) -> None:
    """Save some settings, that were edited from version `base`; the others stay as they are.
    EditedMeanwhile when somebody saved one of these in between; Refusal for a value that is not
    accepted."""
    with central.store.transaction(central.site) as t:
        newest = t.settings.newest()
        document = tables.written(SiteSettings, newest.settings)
        settings = sitesettings.read({**document, **values})
        if settings == newest.settings:
            return
        started = t.settings.of_version(base)
        if started is None or differing(started, newest.settings, values):
            raise EditedMeanwhile
        changed = differing(newest.settings, settings, values)
        t.settings.append(newest.version, settings, viewer.name, now)
        what = told("settings_of", version=newest.version + 1, fields=" ".join(changed))
        write_change(t, viewer, what, now)


def differing(one: SiteSettings, other: SiteSettings, names: Iterable[str]) -> tuple[str, ...]:
    """The settings of these names that are not the same in both."""
    return tuple(name for name in names if getattr(one, name) != getattr(other, name))


def earlier_values(
    central: Central, groups: Iterable[tuple[str, ...]]
) -> list[EarlierValue | None]:
    """For each of these groups of settings what they were before they became what they are; None
    where they were never changed, or not in the newest versions."""
    with central.store.read(central.site) as t:
        versions = t.settings.history(_VERSIONS_READ)
    reaches_start = not versions or versions[-1].version == 1
    earlier: list[EarlierValue | None] = []
    for names in groups:
        value = None
        for place, saved in enumerate(versions):
            is_oldest = place + 1 == len(versions)
            if is_oldest and not reaches_start:
                break
            before = SiteSettings() if is_oldest else versions[place + 1].settings
            if differing(before, versions[0].settings, names):
                value = EarlierValue(settings=before, until=saved.at, author=saved.author)
                break
        earlier.append(value)
    return earlier
