"""What two people do, each having looked at what stands now."""

from datetime import datetime

from sync.central.ingest import Why
from sync.central.usecases import loghistory, terminals, two_people
from sync.central.usecases.central import Central
from sync.central.usecases.terminals import Fleet, Release, read_fleet
from sync.central.usecases.two_people import Released
from sync.central.viewer import Viewer


def fleet_of(central: Central, now: datetime) -> Fleet:
    return read_fleet(central, now.date())


def reports_mark(central: Central, terminal: str, why: Why, now: datetime) -> str:
    """Of what is parked; "" where nothing is."""
    groups = fleet_of(central, now).doubted
    return next((x.mark for x in groups if (x.terminal, x.why) == (terminal, why)), "")


def confirm_generation(central: Central, viewer: Viewer, terminal: str, now: datetime) -> bool:
    mark = fleet_of(central, now).enrolment_mark(terminal)
    return two_people.confirm_generation(central, viewer, terminal, mark, now)


def confirm_new_terminal(central: Central, viewer: Viewer, terminal: str, now: datetime) -> bool:
    mark = fleet_of(central, now).enrolment_mark(terminal)
    return two_people.confirm_new_terminal(central, viewer, terminal, mark, now)


def refuse_generation(central: Central, viewer: Viewer, terminal: str, now: datetime) -> bool:
    mark = fleet_of(central, now).enrolment_mark(terminal)
    return two_people.refuse_generation(central, viewer, terminal, mark, now)


def release_terminal(
    central: Central, viewer: Viewer, terminal: str, reason: str, now: datetime
) -> Release:
    mark = fleet_of(central, now).release_mark(terminal)
    return terminals.release_terminal(central, viewer, terminal, mark, reason, now)


def confirm_release_of_terminal(
    central: Central, viewer: Viewer, terminal: str, now: datetime
) -> bool:
    mark = fleet_of(central, now).release_mark(terminal)
    return two_people.confirm_release_of_terminal(central, viewer, terminal, mark, now)


def propose_release(
    central: Central, viewer: Viewer, terminal: str, why: Why, reason: str, now: datetime
) -> int:
    mark = reports_mark(central, terminal, why, now)
    return two_people.propose_release(central, viewer, terminal, why, mark, reason, now)


def confirm_release(
    central: Central, viewer: Viewer, terminal: str, why: Why, now: datetime
) -> Released | None:
    mark = reports_mark(central, terminal, why, now)
    return two_people.confirm_release(central, viewer, terminal, why, mark, now)


def asked_breaks_mark(central: Central) -> str:
    return loghistory.breaks_mark(loghistory.asked_for(loghistory.read_log_breaks(central)))


def open_breaks_mark(central: Central) -> str:
    return loghistory.breaks_mark(loghistory.unsettled(loghistory.read_log_breaks(central)))
