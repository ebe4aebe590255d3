"""What a screen must show: plain values, every word already in the citizen's language. No Qt.

Named tuples, not dataclasses: the first paint waits for this module, and they are made in a
quarter of the time.
"""

from typing import NamedTuple


class Frame(NamedTuple):
    """What stands on every screen."""

    office: str
    counter: str


class OfficerCard(NamedTuple):
    id: str
    number: str
    name: str
    position: str
    initials: str
    photo: bytes | None = None


class Choice(NamedTuple):
    """Something to tap: what comes back, and its words."""

    id: str
    label: str
    chosen: bool = False


class FaceLabel(NamedTuple):
    """One face: its score on a scale of `levels`, and its word."""

    score: int
    levels: int
    word: str


class NoticeCard(NamedTuple):
    """A heading and words, or a picture (a PNG or JPEG file's bytes)."""

    heading: str
    body: str
    picture: bytes = b""


class LinkCode(NamedTuple):
    """What an address is for, and its code's matrix."""

    title: str
    qr: tuple[tuple[bool, ...], ...]


class Now(NamedTuple):
    """What a clock shows: its hands, the time and the day in words."""

    hour: int
    minute: int
    time: str
    date: str


class ClosedView(NamedTuple):
    frame: Frame
    title: str
    subtitle: str
    sign_on: str
    notice: NoticeCard | None = None
    links: tuple[LinkCode, ...] = ()
    hours: str = ""
    """From when to when the office is open, where `subtitle` says something else."""
    now: Now | None = None
    rate: str = ""
    """Whoever was served last may still rate; empty: nobody."""


class SignOnView(NamedTuple):
    """Choose yourself: by number or name on the pad, or from the list."""

    frame: Frame
    title: str
    hint: str
    officers: tuple[OfficerCard, ...]
    """Who may be meant by what is typed."""
    typed: str
    back: str
    pages: tuple[str, str]
    """What the arrows of the list are called: earlier, later."""
    erase: str
    numerals: tuple[str, ...]
    """0, 1, 2, ... as the language writes them: for the list's pages."""
    letters: tuple[str, ...]
    """Those of names that may be typed next."""
    by_name: str
    by_number: str
    """What the pad is called with letters, and with digits."""


class PinView(NamedTuple):
    frame: Frame
    title: str
    who: OfficerCard | None
    digits: int
    message: str
    locked: bool
    back: str
    erase: str
    change: str = ""
    """A colleague may sign on in place of `who`; empty: not here."""


class WaitingView(NamedTuple):
    """On duty, nothing offered: who serves here, and that the question will come."""

    frame: Frame
    officer: OfficerCard
    title: str
    subtitle: str
    staff: str


class ReadyView(NamedTuple):
    """Where the question was offered, it may be declined (`skip`); soon before it goes away, it
    says so in `note`, and `more` asks for more time."""

    frame: Frame
    officer: OfficerCard
    question: str
    faces: tuple[FaceLabel, ...]
    note: str
    languages: tuple[Choice, ...]
    staff: str
    skip: str = ""
    more: str = ""
    private: str = ""
    """That nobody learns who pressed; a `note` goes before it."""

    @property
    def offered(self) -> bool:
        return bool(self.skip)


class ReasonsView(NamedTuple):
    frame: Frame
    title: str
    hint: str
    reasons: tuple[Choice, ...]
    done: str
    warning: str = ""
    """Soon the page goes away by itself; empty: not yet. `more` then asks for more time, where
    that can still be had."""
    more: str = ""
    pointed: str = ""
    """The reason that the next press of the middle button chooses."""
    asks_next: str = ""
    """Where nobody has touched the page for a while, the next citizen may call up the question."""
    keys: tuple[FaceLabel, ...] = ()
    """What the buttons of a panel do here: go to the next reason, choose it, be done. Empty: this
    citizen touches."""


class ThanksView(NamedTuple):
    """The same for every score. `qr` is the code's matrix, empty when there is none."""

    frame: Frame
    title: str
    subtitle: str
    comment: str
    qr: tuple[tuple[bool, ...], ...]


class PausedView(NamedTuple):
    frame: Frame
    title: str
    subtitle: str
    resume: str
    notice: NoticeCard | None = None
    links: tuple[LinkCode, ...] = ()
    now: Now | None = None
    rate: str = ""
    """Whoever was served last may still rate; empty: nobody."""


class OutOfServiceView(NamedTuple):
    frame: Frame
    title: str
    subtitle: str
    for_staff: str
    """Whom the rest is for."""
    remedy: str
    """What is wrong and what to do about it, in words that a citizen may read too."""


class MenuView(NamedTuple):
    """Officer's and service menus: lines to read, things to do."""

    frame: Frame
    title: str
    rows: tuple[tuple[str, str], ...]
    actions: tuple[Choice, ...]
    note: str = ""
    """What came of the last thing done."""
    officer: OfficerCard | None = None
    """Whose menu it is."""
    foremost: int = 0
    """How many of the actions, from the first, are what one mostly comes for."""


ERASE = "⌫"


class QuestionView(NamedTuple):
    """One page for who sets this machine up, or mends it: what is asked, and how to answer."""

    frame: Frame
    title: str
    hint: str = ""
    trouble: str = ""
    """What was wrong with the last answer, and the remedy."""
    typed: str | None = None
    """What is in the field; None: nothing is typed here."""
    keys: tuple[tuple[str, ...], ...] = ()
    """Rows of a keyboard: what each key types; ERASE takes the last sign away."""
    erase: str = ""
    """What the erasing key is called."""
    rows: tuple[tuple[str, str], ...] = ()
    groups: tuple[str, ...] = ()
    """A fingerprint, to compare group by group."""
    choices: tuple[Choice, ...] = ()
    """The answers; the chosen one is the usual."""
    back: str = ""
    language: str = ""
    """The way to the other language."""


View = (
    ClosedView
    | SignOnView
    | PinView
    | WaitingView
    | ReadyView
    | ReasonsView
    | ThanksView
    | PausedView
    | OutOfServiceView
    | MenuView
    | QuestionView
)
