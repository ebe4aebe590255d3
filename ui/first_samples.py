"""Views of the first questions and of what may stand before a start: for the gallery and tests."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from kiosk.domain.refusal import Refusal
from kiosk.store.state import Enrolment
from kiosk.terminal import Status
from ui.first_pages import Answers, FirstPages, Page, settings_trouble
from ui.view import View

BANGKOK = timezone(timedelta(hours=7), "+07")
NOW = datetime(2026, 11, 30, 8, 5, tzinfo=BANGKOK)
ADDRESS = "https://report.dindaeng.bangkok.go.th"
ANSWERS = Answers(address=ADDRESS, code="7KX2M-9QP", counter="12", pin="1357")
ANSWERS.shown = "3f9a0c77d2e4b81560aa9cde417f28b33f9a0c77d2e4b81560aa9cde417f28b3"


STATUS = Status(
    enrolment=Enrolment(
        url=ADDRESS, site="dindaeng", terminal="counter-12", counter="12", central_key=""
    ),
    officers=34,
    days=0,
    due=0,
    parked=0,
    last_sync=None,
    last_failure=None,
    last_backup=None,
    foreign_days=(),
    not_closed=0,
)
TROUBLES = {
    Page.ADDRESS: Refusal("port_refused", host="report.example.go.th", port="8443"),
    Page.CODE: Refusal("code_refused"),
    Page.DONE: Refusal("sync_failed", error=f"{ADDRESS}: no answer: timed out"),
}


def first_samples(language: str) -> Iterator[tuple[str, View]]:
    """Every page by name; those with something wrong once more."""
    pages = FirstPages(language)
    for page in Page:
        yield f"first-{page}", pages.view(page, ANSWERS, NOW, status=STATUS)
        if page in TROUBLES:
            view = pages.view(page, ANSWERS, NOW, TROUBLES[page], STATUS)
            yield f"first-{page}-trouble", view
    closing = Refusal("at_setting", place="office.closes", problem=Refusal("closes_before_opens"))
    yield "settings-trouble", settings_trouble("/var/lib/kiosk/kiosk.toml", 12, closing)
