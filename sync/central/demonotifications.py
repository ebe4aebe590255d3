"""The demonstration's outbox: what people were told since Monday, as mail. One message came back.

The server is nobody's, and switched off in the end: a demonstration writes to nobody.
"""

from datetime import datetime, time, timedelta

from sync.central.notifications.delivery import answer_of
from sync.central.notifications.sending import NotSent, Sent
from sync.central.notifying import Transport
from sync.central.transports import MailSettings
from sync.central.usecases.central import Central
from sync.central.usecases.notifications import NotificationState, claim_next, settle
from sync.central.usecases.subscriptions import begin_subscription, prove_address
from sync.central.usecases.transports import save_transport
from sync.central.usecases.watching import watch
from sync.central.viewer import Viewer

DOMAIN = "dindaeng.example"
_MORNING = time(8, 20)
_SERVER = MailSettings(host=f"mail.{DOMAIN}", sender=f"report@{DOMAIN}")
_TAKEN = Sent(250, "2.0.0 Ok: queued")
_UNKNOWN = NotSent("recipient", code=550, words="5.1.1 user unknown", again=False)


def tell_of_the_week(central: Central, it: Viewer, director: Viewer, now: datetime) -> None:
    """Two accounts prove their addresses; the sheets went on Monday morning."""
    for person in (it, director):
        code = begin_subscription(central, person, f"{person.account}@{DOMAIN}", "th", now)
        prove_address(central, person, code, now)
    save_transport(central, it, Transport.MAIL, _SERVER, "", now)
    local = now.astimezone()
    monday = local.date() - timedelta(days=local.weekday())
    _tell(central, min(now, datetime.combine(monday, _MORNING, local.tzinfo)))


def tell_of_today(central: Central, it: Viewer, now: datetime) -> None:
    """Of what stands now; from then on nothing is sent."""
    _tell(central, now)
    save_transport(central, it, Transport.MAIL, _SERVER._replace(on=False), "", now)


def _tell(central: Central, moment: datetime) -> None:
    watch(central, central, moment)
    while one := claim_next(central, moment):
        came_back = one.topic == "monthly"
        state = NotificationState.FAILED if came_back else NotificationState.SENT
        answer = answer_of(_UNKNOWN if came_back else _TAKEN)
        settle(central, one, state, answer, moment)
