"""What a screen must show: plain values, every word already in the citizen's language. No Qt."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands on every screen."""

    office: str
    counter: str


@dataclass(frozen=True, slots=True)
class OfficerCard:
    id: str
    number: str
    name: str
    position: str
    initials: str
    photo: bytes | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to tap: what comes back, and its words."""

    id: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class FaceLabel:
    """One face: its score on a scale of `levels`, and its word."""

    score: int
    levels: int
    word: str


@dataclass(frozen=True, slots=True)
class ClosedView:
    frame: Frame
    title: str
    subtitle: str
    sign_on: str


@dataclass(frozen=True, slots=True)
class SignOnView:
    """Choose yourself: by number on the pad, or from the list."""

    frame: Frame
    title: str
    hint: str
    officers: tuple[OfficerCard, ...]
    typed: str
    back: str


@dataclass(frozen=True, slots=True)
class PinView:
    frame: Frame
    title: str
    who: OfficerCard | None
    digits: int
    message: str
    locked: bool
    back: str


@dataclass(frozen=True, slots=True)
class ReadyView:
    frame: Frame
    officer: OfficerCard
    question: str
    faces: tuple[FaceLabel, ...]
    note: str
    languages: tuple[Choice, ...]
    staff: str


@dataclass(frozen=True, slots=True)
class ReasonsView:
    frame: Frame
    title: str
    hint: str
    reasons: tuple[Choice, ...]
    done: str


@dataclass(frozen=True, slots=True)
class ThanksView:
    """The same for every score. `qr` is the code's matrix, empty when there is none."""

    frame: Frame
    title: str
    subtitle: str
    comment: str
    qr: tuple[tuple[bool, ...], ...]


@dataclass(frozen=True, slots=True)
class PausedView:
    frame: Frame
    title: str
    subtitle: str
    resume: str


@dataclass(frozen=True, slots=True)
class OutOfServiceView:
    frame: Frame
    title: str
    subtitle: str
    detail: str


@dataclass(frozen=True, slots=True)
class MenuView:
    """Officer's and service menus: lines to read, things to do."""

    frame: Frame
    title: str
    rows: tuple[tuple[str, str], ...]
    actions: tuple[Choice, ...]


View = (
    ClosedView
    | SignOnView
    | PinView
    | ReadyView
    | ReasonsView
    | ThanksView
    | PausedView
    | OutOfServiceView
    | MenuView
)
