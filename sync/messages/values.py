"""The values that messages are made of, each with its bounds. The JSON Schema shows the same ones.

Every pattern is anchored at both ends. `$` also matches before a last line feed, in Python and in
nothing else; `sync.messages.message` refuses every control character, so none can stand there.
"""

from typing import Annotated

from msgspec import Meta

from kiosk.domain.people import IDENTIFIER, MAX_NAME
from kiosk.domain.wording import MAX_LEVELS, MIN_LEVELS

MAX_ROWS = 20_000
MAX_LOGS = 8
MAX_DIGESTS = 4000
"""Of one log in one answer; a terminal that is further behind comes up with it run by run."""
MAX_COUNT = 10_000_000
MAX_TIME = 1 << 33
"""Seconds since 1970: year 2242."""

_HASH = "[0-9a-f]{64}"
_NO_CONTROLS = {"pattern": "^[^\\u0000-\\u001f]*$"}
"""For the JSON Schema alone: the reader looks at the whole body at once."""

_AN_IDENTIFIER = f"^{IDENTIFIER.pattern}$"
_AN_IDENTIFIER_OR_NOTHING = f"^({IDENTIFIER.pattern})?$"
_A_COUNTED_NAME = "^[A-Za-z0-9._ -]{1,96}$"
_A_PROMPT_NAME = "^[a-z][A-Za-z0-9._-]{0,47}$"
_A_VERSION = r"^(0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,3})){2}$"
_A_VERSION_OR_NOTHING = r"^((0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,3})){2})?$"
_A_HASH = f"^{_HASH}$"
_A_HASH_OR_NOTHING = f"^({_HASH})?$"

Identifier = Annotated[str, Meta(pattern=_AN_IDENTIFIER)]
OfficerOrNobody = Annotated[str, Meta(pattern=_AN_IDENTIFIER_OR_NOTHING)]
"""An officer's id; "" is nobody."""
Hash = Annotated[str, Meta(pattern=_A_HASH)]
"""SHA-256, hex."""
HashOrNone = Annotated[str, Meta(pattern=_A_HASH_OR_NOTHING)]
"""SHA-256, hex; "" where there is nothing yet."""

Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Revision = Annotated[int, Meta(ge=1, le=MAX_COUNT)]
"""A day report's revision: starts at 1."""
Bits = Annotated[int, Meta(ge=1, le=8)]
"""Of a number that is committed to."""
Seconds = Annotated[int, Meta(ge=0, le=MAX_TIME)]
"""Since 1970."""
EntryNumber = Annotated[int, Meta(ge=0, le=MAX_TIME)]
"""Of an entry of a log; 0: it has none yet."""
Counts = Annotated[tuple[Count, ...], Meta(min_length=MIN_LEVELS, max_length=MAX_LEVELS)]
"""How often each level of a scale was pressed, worst first."""

EnrolmentCode = Annotated[str, Meta(max_length=32, extra_json_schema=_NO_CONTROLS)]
ShortText = Annotated[str, Meta(max_length=64, extra_json_schema=_NO_CONTROLS)]
"""A nonce, a public key in base64, a version."""
Signature = Annotated[str, Meta(max_length=200, extra_json_schema=_NO_CONTROLS)]
"""Ed25519, in base64."""
SealedText = Annotated[str, Meta(max_length=400, extra_json_schema=_NO_CONTROLS)]
"""A sealed PIN's check in base64: it has some 240 characters. "" where none is sent."""
Settlement = Annotated[str, Meta(max_length=500, extra_json_schema=_NO_CONTROLS)]
"""Who settled a difference, and why; "" where nobody did."""
Name = Annotated[str, Meta(max_length=MAX_NAME, extra_json_schema=_NO_CONTROLS)]
"""Of a person, a position or a section."""

CountedName = Annotated[str, Meta(pattern=_A_COUNTED_NAME)]
"""Of what a step counts, such as `rating am 5 3 general 1 touch`."""
ReleaseVersion = Annotated[str, Meta(pattern=_A_VERSION)]
"""Of a release, such as `1.2.0`."""
ReleaseVersionOrNone = Annotated[str, Meta(pattern=_A_VERSION_OR_NOTHING)]
PromptName = Annotated[str, Meta(pattern=_A_PROMPT_NAME)]
"""Of what the audible guide says, such as `reason-wait`."""

DESCRIPTIONS = {
    _A_PROMPT_NAME: "1 to 48 of A-Z a-z 0-9 . _ - expected (a small letter first)",
    _A_COUNTED_NAME: "words of A-Z a-z 0-9 . _ - expected, of at most 96 characters",
    _AN_IDENTIFIER: "1 to 32 of A-Z a-z 0-9 . _ - expected (a letter or digit first)",
    _AN_IDENTIFIER_OR_NOTHING: "1 to 32 of A-Z a-z 0-9 . _ - expected, or nothing",
    _A_VERSION: "a version such as 1.2.0 expected",
    _A_VERSION_OR_NOTHING: "a version such as 1.2.0 expected, or nothing",
    _A_HASH: "64 hex digits expected",
    _A_HASH_OR_NOTHING: "64 hex digits expected, or nothing",
}
"""What a text of each pattern is, for who sent another one."""
