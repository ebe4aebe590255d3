"""How a terminal comes to belong to central, and goes on with another key."""

from sync.messages.message import Message
from sync.messages.values import EnrolmentCode, Identifier, ShortText, Signature


class Enrol(Message, frozen=True):
    """A terminal's one-time code and its new public key (Ed25519, raw, base64)."""

    code: EnrolmentCode
    public_key: ShortText


class Enrolled(Message, frozen=True):
    """Who the terminal now is, where it stands, and the key central signs with.
    `publisher_key`: whose releases of the program it is to trust, "" for none."""

    site: Identifier
    terminal: Identifier
    counter: Identifier
    central_key: ShortText
    publisher_key: ShortText


class NewKey(Message, frozen=True):
    """The public half (Ed25519, raw, base64) of the key that a terminal goes on with. `proof`: its
    own signature, which shows that the terminal has the other half."""

    public_key: ShortText
    proof: Signature
