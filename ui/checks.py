"""What `kiosk check` looks at: all that a terminal needs of its machine, its folder, its panel and
central, so that one command says what to do before citizens come.
"""

import grp
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from kiosk import release
from kiosk.checking import (
    Line,
    certificate_line,
    clock_line,
    disk_line,
    failure,
    fine,
    sqlite_line,
    time_sync,
    time_sync_line,
    warning,
)
from kiosk.clock import Clock, ClockImplausible, NoSuchZone, clock_state, require_zone
from kiosk.datafolder import DataFolder, FolderError, PinsLost
from kiosk.domain.machine import COPY_OLD
from kiosk.domain.wording import DEFAULT_QUESTION
from kiosk.files import owner
from kiosk.language import counted, in_english
from kiosk.settings.definition import PanelSettings, Settings, Sync
from kiosk.store.engine import HEAD, Store, StoreDamaged, StoreFailed, StoreMissing
from kiosk.store.journal import Entry
from kiosk.terminal import Status
from kiosk.tomlfile.tables import SettingsError
from sync.client import SyncFailed, look_at
from ui.text import scripts

DEVICE_GROUPS = ("dialout", "video", "input", "audio")
"""Whose devices a terminal uses: panels, screen, keypads, speaker."""
SYNC_OLD = timedelta(hours=36)
"""A night and a morning: one sync that failed is made up for within that."""
_THAI = DEFAULT_QUESTION.th


def terminal_lines(folder: DataFolder, clock: Clock) -> Iterator[Line]:
    """Everything, whatever is wrong with the rest. Writes nothing."""
    now = clock.now().wall
    settings = _settings(folder)
    yield _sqlite_line()
    yield thai_line(_thai_breaks())
    yield fonts_line(_missing_fonts())
    yield clock_line(now)
    yield time_sync_line(time_sync(clock_state()))
    yield from folder_lines(folder.path)
    if isinstance(settings, Line):
        yield settings
    else:
        yield from _settings_lines(settings)
    status = _status(folder, clock)
    if isinstance(status, Line):
        yield status
        return
    yield fine("database", f"opens, schema {HEAD}")
    yield copy_line(_moment(status.last_backup), now)
    way = Sync() if isinstance(settings, Line) else settings.sync
    yield from _central_lines(status, way, now)


def thai_line(breaks: int) -> Line:
    """`breaks`: in how many places Qt would break a line of Thai words."""
    if breaks:
        return fine("libthai0", "Thai lines break between words")
    remedy = "apt install libthai0"
    return failure("libthai0", "can't be loaded: Thai lines would never break", remedy)


def fonts_line(missing: list[str]) -> Line:
    if not missing:
        return fine("fonts", "every language has its letters")
    remedy = "apt install fonts-noto-core fonts-droid-fallback"
    return warning("fonts", f"not there: {', '.join(missing)}", remedy)


def folder_lines(folder: Path) -> Iterator[Line]:
    """Its disk, and whether its login name may use panels, screen, keypads and speaker."""
    try:
        login, group = owner(folder), folder.stat().st_gid
    except OSError as error:
        yield failure("data", f"{folder}: {error.strerror}", "kiosk init, or kiosk setup URL CODE")
        return
    yield disk_line(folder)
    if login == "root":
        remedy = f"chown -R kiosk: {folder}, once there is such a login name (README)"
        yield warning("login name", f"{folder} belongs to root", remedy)
        return
    numbers = os.getgrouplist(login, group)
    names = {one.gr_name for one in grp.getgrall() if one.gr_gid in numbers}
    missing = [name for name in DEVICE_GROUPS if name not in names]
    if missing:
        remedy = f"usermod --append --groups {','.join(missing)} {login}"
        yield warning("groups", f"{login} is not in {', '.join(missing)}", remedy)
    else:
        yield fine("groups", f"{login} may use panels, screen, keypads and speaker")


def panel_line(panel: PanelSettings) -> Line:
    about, port = "panel", Path(panel.port)
    if not panel.port:
        return fine(about, "none: citizens touch the screen")
    if not port.is_absolute():
        return fine(about, f"{panel.port} ({panel.profile})")
    if not port.exists():
        remedy = "see whether its cable is in, then kiosk panel list"
        return failure(about, f"{port} is not there", remedy)
    if not os.access(port, os.R_OK | os.W_OK):
        return failure(about, f"{port} may not be used", "see the line on groups, then start again")
    return fine(about, f"{port} ({panel.profile})")


def version_line(own: str, central: str) -> Line:
    if own == central:
        return fine("version", own)
    remedy = "install the same release on both: on central first, then on the terminals"
    return warning("version", f"{own} here, {central} at central", remedy)


def sync_line(last: datetime | None, now: datetime) -> Line:
    if last is None:
        return warning("last sync", "never", "kiosk sync says what is in the way")
    says = last.isoformat(" ", "minutes")
    if now - last > SYNC_OLD:
        return warning("last sync", says, "kiosk sync says what is in the way")
    return fine("last sync", says)


def copy_line(newest: datetime | None, now: datetime) -> Line:
    """`newest`: when the newest copy was made by `kiosk backup`."""
    remedy = "kiosk backup FOLDER, on a stick or on another machine"
    if newest is None:
        return warning("backup", "none has been made", remedy)
    if newest > now:
        return warning("backup", f"{newest:%Y-%m-%d}, by a clock that was ahead", remedy)
    age = now - newest
    says = f"the newest is of {newest:%Y-%m-%d}, {counted(age.days, 'day', 'days')} old"
    return warning("backup", says, remedy) if age > COPY_OLD else fine("backup", says)


def _settings(folder: DataFolder) -> Settings | Line:
    try:
        return folder.settings()
    except (SettingsError, FolderError) as error:
        return failure("settings", in_english(error), "kiosk settings checks the file again")


def _settings_lines(settings: Settings) -> Iterator[Line]:
    yield fine("settings", "can be used")
    try:
        require_zone(settings.office.zone or "UTC")
    except NoSuchZone as error:
        yield failure("time zone", str(error), "apt install tzdata, or correct the line")
    for panel in settings.panels:
        yield panel_line(panel)


def _sqlite_line() -> Line:
    import pysqlite3.dbapi2 as sqlite

    return sqlite_line(sqlite.sqlite_version_info)


def _thai_breaks() -> int:
    """Asked of Qt itself, which looks for libthai when it first needs it."""
    from PySide6.QtCore import QTextBoundaryFinder

    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Line, _THAI)
    breaks = 0
    while 0 <= finder.toNextBoundary() < len(_THAI):
        breaks += 1
    return breaks


def _missing_fonts() -> list[str]:
    """The families of the machine's that a language of ours needs and that are not there."""
    from PySide6.QtGui import QFontDatabase
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is None:
        # Without a screen of its own, and without taking the terminal's.
        _Application.kept = QApplication(["kiosk", "-platform", "offscreen"])
    present = set(QFontDatabase.families())
    return sorted({script.font for script in scripts()} - present)


class _Application:
    """Qt asks for one that lives until the program ends."""

    kept: object = None


def _status(folder: DataFolder, clock: Clock) -> Status | Line:
    """How the terminal is; or why its database says nothing."""
    try:
        version = Store.version_of(folder.database)
        if version < HEAD:
            remedy = "kiosk status brings it to this version, once a copy is made: kiosk backup"
            return warning("database", f"schema {version}, this program has {HEAD}", remedy)
        store, terminal = folder.open(clock)
    except StoreMissing as error:
        return failure("database", str(error), "kiosk setup URL CODE, or kiosk init")
    except StoreDamaged as error:
        return failure("database", str(error), "kiosk restore FILE")
    except PinsLost as error:
        return failure("pins", str(error), "kiosk reset-pins")
    except (StoreFailed, FolderError, ClockImplausible) as error:
        return failure("database", str(error), "see the other lines; then kiosk verify")
    try:
        return terminal.status()
    finally:
        store.close()


def _moment(entry: Entry | None) -> datetime | None:
    return datetime.fromisoformat(entry.at) if entry else None


def _central_lines(status: Status, way: Sync, now: datetime) -> Iterator[Line]:
    enrolment = status.enrolment
    if enrolment is None:
        remedy = "kiosk enrol URL CODE, where the office has a central report"
        yield warning("central", "not enrolled: days stay here", remedy)
        return
    reports = counted(status.due, "day report", "day reports")
    yield sync_line(_moment(status.last_sync), now)
    if status.parked:
        parked = counted(status.parked, "day report is", "day reports are")
        yield failure("days", f"{parked} parked", "kiosk outbox")
    else:
        yield fine("days", f"{reports} to send")
    try:
        seen = look_at(enrolment.url, way.ca, way.proxy)
    except SyncFailed as error:
        remedy = "see the cable, the address and central's own kiosk-central check"
        yield failure("central", str(error), remedy)
        return
    yield fine("central", f"{enrolment.url} answers")
    yield version_line(release.version(), seen.version)
    if seen.certificate_end:
        yield certificate_line(seen.certificate_end, now, "renew it at central")
