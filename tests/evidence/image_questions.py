"""An empty disk becomes a counter: the first questions are answered with a finger.

Where a finger goes, and which page stands there, is read off the same pages, drawn here.
"""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageChops, ImageStat
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QWidget

from kiosk.store.journal import Entry, Kind
from sync.fingerprint import fingerprint_of
from tests.evidence import image_office
from tests.evidence.booted import HEIGHT, WIDTH, Machine
from ui.first_pages import NEXT, Answers, FirstPages, Page
from ui.first_samples import STATUS
from ui.samples import samples
from ui.screens.menu import MenuScreen
from ui.screens.message import MessageScreen
from ui.screens.pin import PinScreen
from ui.screens.question import QuestionScreen
from ui.screens.sign_on import SignOnScreen
from ui.trial.stage import command
from ui.view import MenuView, View
from ui.window import TerminalWindow

PIN = "183746"
TERMINAL = "counter-2"
DRAWN = "drawn.png"
"""The page as it is drawn here, beside the pictures of the machine."""
ANSWERS = 180
"""Seconds that the next page may take: behind one of them central is asked."""
_ALIKE = 1.2
"""How far two pictures of one page lie apart at most, of 255 on average: they show the time."""
_SMALL = (320, 200)
_SYNCED = Entry(seq=1, at="", boot_ms=0, business_date="", kind=Kind.SYNCED, detail="{}", hash="")
"""Some sync that succeeded: the page says no more of it."""


class Drawn:
    """The terminal's own pages, drawn here as large as there."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        self._app = QApplication.instance() or QApplication([])
        self._file = folder / DRAWN
        self._window = TerminalWindow()
        self._window.resize(WIDTH, HEIGHT)
        self._window.show()
        self._actions: list[str] = []

    def show(self, view: View) -> Image.Image:
        """From now on places are those of this view."""
        self._window.show_view(view)
        self._window.grab().save(str(self._file))
        with Image.open(self._file) as picture:
            return _small(picture)

    def draw(self, name: str) -> Image.Image:
        """One of the pages that stand as samples."""
        view = dict(samples("th"))[name]
        self._actions = [entry.id for entry in view.actions] if isinstance(view, MenuView) else []
        return self.show(view)

    def place(self, choice: str) -> tuple[float, float]:
        """The middle of an answer or a key, as parts of width and height."""
        match self._window.screen_shown:
            case PinScreen() | SignOnScreen() as screen:
                return self._middle(screen.pad.tiles[choice])
            case QuestionScreen() as screen:
                return self._middle(screen.tile_of(choice))
            case MenuScreen() as screen:
                return self._middle(screen.tiles[self._actions.index(choice)])
            case MessageScreen() as screen:
                return self._middle(screen.action)
        raise LookupError(choice)

    def _middle(self, widget: QWidget) -> tuple[float, float]:
        corner = widget.mapTo(self._window, widget.rect().topLeft())
        middle = QRect(corner, widget.size()).center()
        return middle.x() / WIDTH, middle.y() / HEIGHT


def _small(picture: Image.Image) -> Image.Image:
    return picture.convert("L").resize(_SMALL)


def apart(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures lie apart, of 255 on average."""
    return ImageStat.Stat(ImageChops.difference(_small(one), _small(other))).mean[0]


class Finger:
    """Whoever stands before the new machine. NotThere names the page that did not come."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self._machine, self._drawn = machine, Drawn(folder)
        self._pages, self._answers = FirstPages(), Answers()
        self._folder = folder

    def comes_to(self, page: Page, seconds: float = ANSWERS) -> None:
        enrolment = STATUS.enrolment
        assert enrolment is not None
        enrolment = replace(
            enrolment, url=image_office.URL, terminal=TERMINAL, counter=TERMINAL[-1]
        )
        status = replace(STATUS, enrolment=enrolment, officers=4, last_sync=_SYNCED)
        view = self._pages.view(page, self._answers, datetime.now(UTC), status=status)
        drawn = self._drawn.show(view)
        if not self._machine.comes_to(lambda seen: apart(seen, drawn) < _ALIKE, seconds):
            raise NotThere(f"the page {page} did not come")
        self._machine.screen(f"first-{page}")

    def touch(self, *choices: str) -> None:
        for choice in choices:
            self._machine.touch(*self._drawn.place(choice), 0.15)

    def answer_all(self, invite: Callable[[], str], starts: float) -> None:
        """As the office's technician does who has central's address, and asks for a code."""
        self.comes_to(Page.CLOCK, starts)
        self.touch("right")
        self.comes_to(Page.WAY)
        self.touch("central")
        self.comes_to(Page.ADDRESS)
        self.touch(*f"{image_office.HOST}:{image_office.PORT}")
        self._answers.address = image_office.URL
        self.comes_to(Page.ADDRESS)
        self.touch(NEXT)
        self.comes_to(Page.CODE)
        code = invite()
        self.touch(*code.replace("-", ""))
        self._answers.code = code
        self.comes_to(Page.CODE)
        self.touch(NEXT)
        self._answers.shown = fingerprint_of((self._folder / "cert.pem").read_text("ascii"))
        self.comes_to(Page.CERTIFICATE)
        self.touch("accept")
        self.comes_to(Page.JOINED)
        self.touch(NEXT)
        for page in (Page.PIN, Page.PIN_AGAIN):
            self.comes_to(page)
            self.touch(*PIN)
            self._answers.pin = ""
        self.comes_to(Page.DONE)
        self.touch("start")


class NotThere(Exception):
    """What did not come."""


def invited(central: Path) -> str:
    """A code for one new terminal."""
    words = ("enrol", "--terminal", TERMINAL, "--counter", TERMINAL[-1])
    code = re.search(r"Code: (\S+)", command("sync.central.cli", central, *words))
    assert code
    return code[1]
