"""An officer and a technician at the machine's screen, with a finger: sign-on, ratings, menu.

Where a finger goes is read off the same pages, drawn here. Each step waits for what it changes.
"""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.evidence.booted import Machine
from tests.evidence.image_bench import BEST_FACE, shows_faces
from tests.evidence.image_questions import Drawn, NotThere, apart

ANSWERS = 180
"""Seconds that the next page may take."""
_HOLD = 4.0
"""How long the hidden corner is held."""
_ANOTHER_PAGE = 3.0
"""How far two pages lie apart at least, of 255 on average; a typed digit changes less."""
_SAME_PAGE = 10.0
"""And one page with another time and other words, at most; two different pages are above 11."""


class Staff:
    """Whoever works with it. NotThere names what did not come."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self._machine, self._drawn = machine, Drawn(folder)

    def has(self, page: str) -> bool:
        """Whether one of the sample pages stands there, with other words and another time."""
        return apart(self._machine.screen(), self._drawn.draw(page)) < _SAME_PAGE

    def finds_nobody_on_duty(self, seconds: float = ANSWERS) -> None:
        """Outside office hours, or within."""
        if not self._machine.comes_to(self._shows_closed(), seconds):
            raise NotThere("the closed counter's page did not come")

    def finds_it_ready(self, seconds: float) -> bool:
        """Whether an officer is on duty."""
        closed = self._shows_closed()
        if not self._machine.comes_to(lambda seen: shows_faces(seen) or closed(seen), seconds):
            raise NotThere("neither the question nor the closed counter's page came")
        return shows_faces(self._machine.screen())

    def _shows_closed(self) -> Callable[[Image.Image], bool]:
        drawn = [self._drawn.draw(page) for page in ("closed", "closed-nobody")]
        return lambda seen: any(apart(seen, page) < _SAME_PAGE for page in drawn)

    def sees_question(self) -> None:
        if not self._machine.comes_to(shows_faces, ANSWERS):
            raise NotThere("the question did not come")

    def signs_on(self, number: str, pin: str) -> None:
        self._turn_to("the list of officers", "closed", "sign-on")
        self._type("sign-on", number)
        self._type("pin", pin)
        self.sees_question()

    def rates(self, times: int) -> None:
        """A citizen, so many times."""
        for rated in range(times):
            self._machine.touch(*BEST_FACE)
            if not self._machine.comes_to(lambda seen: not shows_faces(seen), ANSWERS):
                raise NotThere(f"touch {rated} changed nothing")
            self.sees_question()

    def opens_service_menu(self, pin: str) -> None:
        before = self._machine.screen()
        self._machine.touch(0.01, 0.01, _HOLD)
        self._another(before, "the page for the PIN")
        self._type("pin", pin)

    def chooses(self, action: str, *, on_duty: bool) -> None:
        """An entry of the service menu."""
        self._drawn.draw("service-menu" if on_duty else "service-menu-off-duty")
        self._machine.touch(*self._drawn.place(action))

    def _turn_to(self, page: str, drawn: str, choice: str) -> None:
        self._drawn.draw(drawn)
        before = self._machine.screen()
        self._machine.touch(*self._drawn.place(choice))
        self._another(before, page)

    def _type(self, drawn: str, digits: str) -> None:
        """The last digit leads to another page."""
        self._drawn.draw(drawn)
        before = self._machine.screen()
        for digit in digits:
            self._machine.touch(*self._drawn.place(digit))
        self._another(before, f"what follows {drawn}")

    def _another(self, before: Image.Image, page: str) -> None:
        if not self._machine.comes_to(lambda seen: apart(seen, before) > _ANOTHER_PAGE, ANSWERS):
            raise NotThere(f"{page} did not come")
