"""One person's full copy, for that person, and for HR where the person asks."""

from fastapi import APIRouter
from fastapi.responses import Response

from sync.central.papers.fullcopy import full_copy_zip
from sync.central.reports import gate
from sync.central.web.dependencies import OfficerReport
from sync.central.web.downloads import file_response

router = APIRouter(include_in_schema=False)


@router.get("/copy/{site}/{officer}.zip")
def full_copy(report: OfficerReport, officer: str) -> Response:
    copy = gate.own_copy(report.central, report.viewer, officer, report.today, report.now)
    settings = report.central.settings
    data = full_copy_zip(copy, settings.name, settings.url, report.now)
    return file_response(data, f"copy-{copy.number}-{report.now.astimezone():%Y-%m-%d}", "zip")
