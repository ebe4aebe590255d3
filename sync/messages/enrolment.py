"""How a terminal comes to belong to central."""

from sync.messages.message import Message
from sync.messages.values import EnrolmentCode, Identifier, ShortText


class Enrol(Message, frozen=True):
    """A terminal's one-time code and its new public key (Ed25519, raw, base64)."""

    code: EnrolmentCode
    public_key: ShortText


class Enrolled(Message, frozen=True):
    """Who the terminal now is, where it stands, and the key central signs with."""

    site: Identifier
    terminal: Identifier
    counter: Identifier
    central_key: ShortText
