"""By LINE: the Messaging API's push message. Never a figure: the message is LINE's to read.

https://developers.line.biz/en/reference/messaging-api/#send-push-message
"""

import json
from dataclasses import dataclass

from sync.central.notifications.posting import Line
from sync.central.notifications.sending import NotSent, Sent, readable_words

PUSH = "/v2/bot/message/push"
MAX_LETTERS = 4900
"""Of a text; LINE takes 5,000 UTF-16 units."""


@dataclass(frozen=True, slots=True)
class LineService:
    """`line`: to the address of `PUSH`; `token`: the channel access token."""

    line: Line
    token: str

    def send(self, to: str, id: str, text: str) -> Sent:
        """NotSent. 409: LINE has taken the same id before (X-Line-Retry-Key, for 24 hours)."""
        message = {"to": to, "messages": [{"type": "text", "text": text[:MAX_LETTERS]}]}
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token}",
            "X-Line-Retry-Key": id,
        }
        code, body = self.line.post(json.dumps(message).encode(), headers)
        words = readable_words(_message_in(body).replace(self.token, "…"))
        if code in (200, 409):
            return Sent(code, words)
        if code in (401, 403):
            raise NotSent("token", code=code, words=words, all_of_it=True)
        if code == 429:
            raise NotSent("quota", code=code, words=words, all_of_it=True)
        if 400 <= code < 500:
            raise NotSent("recipient", code=code, words=words, again=False)
        raise NotSent("later", code=code, words=words, all_of_it=True)


def _message_in(body: str) -> str:
    """What LINE says is wrong, "" where it says nothing."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(answer.get("message", "")) if isinstance(answer, dict) else ""
