"""The terminal's screens in the help: a part of `make pictures`."""

import os
import sys
from collections.abc import Iterator

from PySide6.QtWidgets import QApplication

from sync.central.language import LANGUAGES
from tests.support.help_pictures import HelpPicture, save
from tests.ui.approve import MOST
from ui.gallery import pictures
from ui.samples import SIZES

SCREENS = (
    "ready",
    "reasons",
    "thanks",
    "closed",
    "sign-on",
    "duty-menu-with-result",
    "ready-hand-over",
    "first-way",
    "first-certificate",
    "service-menu-off-duty",
)
"""As the gallery calls them: those that tell more than words do."""


def shown() -> Iterator[HelpPicture]:
    """On the smallest screen, where words are largest beside the rest."""
    for language in LANGUAGES:
        for name, picture in pictures(SIZES[0], language, includes=SCREENS.__contains__):
            if name in SCREENS:  # not the same lower on the screen
                yield name, language, picture


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    for path in save(shown(), MOST):
        sys.stdout.write(f"{path}\n")
