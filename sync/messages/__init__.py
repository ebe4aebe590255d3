"""The messages that terminals and central share. Each is defined once: its fields and their bounds,
its canonical bytes, and the JSON Schema that central publishes.

Nothing here opens a socket, a file or a database. WIRE.md has the paths, headers and outcomes.
"""

from sync.messages.days import (
    SIGN_ONS,
    DayReport,
    GapCount,
    LineCount,
    NotMine,
    OutcomeCount,
    ReasonCount,
    Receipt,
    SheetSeal,
    StoredDays,
    StoredRevision,
)
from sync.messages.enrolment import Enrol, Enrolled, NewKey
from sync.messages.logs import LogHead, LogProof, LogsAnswer, SeenLogs
from sync.messages.outbox import HeldReport, HeldWhy, Outbox
from sync.messages.ownresults import Bound, OwnResult, OwnResults
from sync.messages.photos import PhotoDigest, Photos
from sync.messages.pins import IssuedPin, IssuedPins, PinStatus, TerminalPin
from sync.messages.recordings import RecordingDigest, Recordings
from sync.messages.refusal import ErrorLine
from sync.messages.roster import Roster, RosterOfficer
from sync.messages.runs import (
    NO_HEAD,
    Answer,
    Counted,
    EarlierAnswer,
    Head,
    Heads,
    HeadsAnswer,
    Hello,
    Late,
    OpenSheet,
    PanelState,
    Step,
    Welcome,
    WitnessedSheet,
)
from sync.messages.updates import (
    Manifest,
    NextPublisher,
    RefusedRelease,
    UpdateState,
    WantedRelease,
)

__all__ = [
    "NO_HEAD",
    "SIGN_ONS",
    "Answer",
    "Bound",
    "Counted",
    "DayReport",
    "EarlierAnswer",
    "Enrol",
    "Enrolled",
    "ErrorLine",
    "GapCount",
    "Head",
    "Heads",
    "HeadsAnswer",
    "HeldReport",
    "HeldWhy",
    "Hello",
    "IssuedPin",
    "IssuedPins",
    "Late",
    "LineCount",
    "LogHead",
    "LogProof",
    "LogsAnswer",
    "Manifest",
    "NewKey",
    "NextPublisher",
    "NotMine",
    "OpenSheet",
    "Outbox",
    "OutcomeCount",
    "OwnResult",
    "OwnResults",
    "PanelState",
    "PhotoDigest",
    "Photos",
    "PinStatus",
    "ReasonCount",
    "Receipt",
    "RecordingDigest",
    "Recordings",
    "RefusedRelease",
    "Roster",
    "RosterOfficer",
    "SeenLogs",
    "SheetSeal",
    "Step",
    "StoredDays",
    "StoredRevision",
    "TerminalPin",
    "UpdateState",
    "WantedRelease",
    "Welcome",
    "WitnessedSheet",
]
