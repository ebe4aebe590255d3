"""By a webhook, signed as Standard Webhooks 1.0 says. Never a figure, and nothing of the answer is
shown but its status: who sets an address must not read other machines by it.

https://www.standardwebhooks.com
"""

import hmac
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

import msgspec

from sync.central.notifications.posting import Line
from sync.central.notifications.sending import NotSent, Sent
from sync.central.transports import webhook_key


class Told(msgspec.Struct, frozen=True):
    """What the receiving program is told. `topic`: an id of `notifying.TOPICS`, or "try"."""

    site: str
    topic: str
    text: str
    link: str


class WebhookBody(msgspec.Struct, frozen=True):
    """`type`: topic and phase, such as silent.began; `timestamp`: ISO 8601."""

    type: str
    timestamp: str
    data: Told


@dataclass(frozen=True, slots=True)
class Webhook:
    line: Line
    secret: str

    def send(self, id: str, body: WebhookBody, now: datetime) -> Sent:
        """NotSent. Any 2xx is a yes; 410 is a no for good."""
        data = msgspec.json.encode(body)
        seconds = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": seconds,
            "webhook-signature": signature(self.secret, id, seconds, data),
        }
        code, _ = self.line.post(data, headers)
        if 200 <= code < 300:
            return Sent(code)
        raise NotSent("webhook", code=code, again=code != 410, all_of_it=code != 410)


def signature(secret: str, id: str, seconds: str, body: bytes) -> str:
    signed = f"{id}.{seconds}.".encode() + body
    return "v1," + b64encode(hmac.digest(webhook_key(secret), signed, "sha256")).decode()
