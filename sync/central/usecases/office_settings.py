"""The office's own settings, each save a version of its own."""

from datetime import datetime

from sync.central.logbook import told
from sync.central.sitesettings import SiteSettings, StoredSettings
from sync.central.store.versions import EditedMeanwhile
from sync.central.usecases.audit import write_change
from sync.central.usecases.central import Central
from sync.central.viewer import Viewer

__all__ = ["EditedMeanwhile", "office_name", "read_settings", "save_settings"]


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
