"""What is looked at and what goes in a night, of every office: for the server and the command."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime

from sync.central.usecases.central import Central
from sync.central.usecases.office_settings import read_settings
from sync.central.usecases.old_backups import old_backups, remove_backups
from sync.central.usecases.patterns import look_at_newest
from sync.central.usecases.retention import Removed, retain
from sync.central.usecases.sites import all_sites, find_site


def run_night(home: Central, now: datetime, *, trial: bool = False) -> Iterator[str]:
    """Remove what every office has kept long enough, and say so, a line each; with `trial`, only
    say what would go. OSError where the backups' folder can't be read."""
    for site, _name in all_sites(home):
        central = find_site(home, site)
        if central is not None:
            if not trial:
                look_at_newest(central, now.astimezone().date(), now)
            yield f"{site}: {_told(retain(central, now, trial=trial))}"
    if home.settings.backups:
        settings = read_settings(home).settings
        today = now.astimezone().date()
        paths = old_backups(home.settings.backups_folder, today, settings.backup_days)
        if not trial:
            remove_backups(paths)
        yield f"backups older than {settings.backup_days} days: {len(paths)}"


def _told(removed: Removed) -> str:
    numbers = [
        f"{field.name} {getattr(removed, field.name)}"
        for field in fields(removed)
        if field.name != "until"
    ]
    days = f"results up to {removed.until.results}, days up to {removed.until.raw}"
    return f"{days}: {', '.join(numbers)}"
