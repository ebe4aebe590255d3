"""The sheets that go along with a mail: made when it goes, of what its reader may read then."""

from datetime import date, datetime

from sync.central import period as periods
from sync.central import thai
from sync.central.logbook import read_told
from sync.central.notifications.composing import File
from sync.central.notifying import reads_whole_office
from sync.central.papers import appraisal, meetings
from sync.central.reports import gate
from sync.central.usecases.central import Central
from sync.central.usecases.improvements import all_improvements
from sync.central.usecases.notifications import Notification
from sync.central.usecases.publishing import publish_and_read_settings
from sync.central.viewer import Viewer


def sheet(central: Central, viewer: Viewer, one: Notification, now: datetime) -> File:
    """By the gate, as every page: NotYours; and it stands in the record as a look."""
    today = now.astimezone().date()
    starts = publish_and_read_settings(central, today).fiscal_year_starts
    _, values = read_told(one.what)
    if one.topic == "weekly":
        return _weekly(central, viewer, str(values["day"]), today, now)
    period = periods.parse(str(values["period"]), starts)
    if one.topic == "own":
        own = gate.officer(central, viewer, viewer.officer, period, today, now)
        data = appraisal.officer_pdf(own, central.settings.name, now)
        return File(f"my-results-{thai.named(period.code)}.pdf", data)
    if reads_whole_office(viewer):
        office = gate.office(central, viewer, period, today, sections_seen=now)
        data = meetings.meeting_pdf(office, all_improvements(central), office.gaps, now)
        return File(f"meeting-{central.site}-{thai.named(period.code)}.pdf", data)
    section = gate.section(central, viewer, viewer.section, period, today, now)
    data = appraisal.section_pdf(section, central.settings.name, now)
    return File(f"section-{thai.named(period.code)}.pdf", data)


def _weekly(central: Central, viewer: Viewer, monday: str, today: date, now: datetime) -> File:
    starts = publish_and_read_settings(central, today).fiscal_year_starts
    office = gate.office(central, viewer, periods.year_of(today, starts), today)
    data = meetings.weekly_pdf(office, all_improvements(central), today, now)
    return File(f"weekly-{central.site}-{thai.named(monday)}.pdf", data)
