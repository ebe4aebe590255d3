"""The rig of notifications finds what it looks for."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from sync.central.notifications.delivery import look_and_deliver
from sync.central.notifying import Transport
from sync.central.schema import notifications
from sync.central.store.notifications import NotificationState
from sync.central.usecases.central import Central
from sync.central.usecases.watching import watch
from tests.evidence.figure import Run
from tests.evidence.telling import Look, same_on_an_open_line, tell_through_everything

_WAITING, _SENT = NotificationState.WAITING.value, NotificationState.SENT.value


def _before_it_went(central: Central, now: datetime) -> None:
    """Says that everything has gone, and sends nothing."""
    watch(central, central, now)
    with central.store._engine.begin() as connection:
        connection.execute(update(notifications).values(state=_SENT, settled=now))


def _without_remembering(central: Central, now: datetime) -> None:
    """Does not keep that something has gone."""
    look_and_deliver(central, now)
    with central.store._engine.begin() as connection:
        sent_once = (notifications.c.state == _SENT, notifications.c.tries == 1)
        connection.execute(update(notifications).where(*sent_once).values(state=_WAITING))


@pytest.mark.parametrize(
    ("look", "fault"),
    [
        (_before_it_went, "said to be sent and is not"),
        (_without_remembering, "sent again though its answer was read"),
    ],
)
def test_a_message_that_is_lost_or_doubled_is_found(look: Look, fault: str, tmp_path: Path) -> None:
    measured = tell_through_everything(Run(size=2, seed=1, folder=tmp_path), look)
    assert any(fault in wrong for wrong in measured.failures), measured


def test_scores_that_a_line_carries_are_seen(tmp_path: Path) -> None:
    measured = same_on_an_open_line(Run(size=1, seed=1, folder=tmp_path), encryption="tls")
    assert {wrong.split()[0] for wrong in measured.failures} == {Transport.MAIL}
