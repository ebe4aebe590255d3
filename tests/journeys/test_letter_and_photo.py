"""A new officer's first day: HR prints a letter, IT takes a photo, the terminal knows both."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
from PIL import Image

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.store.verify import Verified, verify
from tests.support.authenticator import enrols
from tests.support.office import command, set_up_terminal
from ui.app import start
from ui.view import PinView, ReadyView
from ui.window import TerminalWindow

OWN = "Sieben-Bruecken-42"


@contextmanager
def signed_in(central: Path, url: str, account: str, role: str) -> Iterator[httpx.Client]:
    """A person with a new account, who has changed the first password."""
    made = command("sync.central.cli", central, "accounts", "add", account, "--role", role)
    first = re.search(rf"password of {account}: (\S+)", made)
    assert first
    with httpx.Client(base_url=url, follow_redirects=True) as person:
        person.post("/sign-in", data={"account": account, "password": first[1]})
        changed = person.post("/password", data={"old": first[1], "new": OWN, "again": OWN})
        assert changed.status_code == 200
        enrols(person, datetime.now(UTC))
        yield person


def test_the_pin_of_the_letter_opens_the_terminal_and_the_photo_is_on_the_screen(
    tmp_path: Path, office: tuple[Path, str], window: TerminalWindow
) -> None:
    central, url = office
    path, before = set_up_terminal(tmp_path, central, url)
    (path / "kiosk.toml").write_text('[office]\nopens="00:00"\ncloses="23:59"\n', "utf-8")
    picture = io.BytesIO()
    Image.new("RGB", (600, 800), "teal").save(picture, "JPEG")
    with signed_in(central, url, "peter", "it") as it:
        file = {"file": ("me.jpg", picture.getvalue())}
        assert it.post("/roster/dindaeng/101", data={"do": "photo"}, files=file).status_code == 200
    with signed_in(central, url, "hana", "hr") as hr:
        letter = hr.post("/pins/dindaeng", data={"officers": "101 0"}).text
        pin = "".join(letter.split('class="pin">')[1].split("<")[0].split())
        assert re.fullmatch(r"\d{6}", pin)
        folder = DataFolder(path)
        window.open_windowed(1280, 800)
        running = start(folder, folder.settings(), SystemClock(), window)
        assert "1 PIN, 1 photo" in command("ui", path, "sync")
        assert re.search(r"counter-1\s*</td>", hr.get("/pins/dindaeng").text)
    presenter = running.presenter
    presenter.renew_words()
    presenter.staff.choose_officer("101")
    for digit in before:
        presenter.staff.type_digit(digit)
    assert isinstance(presenter.view(), PinView), "the PIN of before has ended"
    for digit in pin:
        presenter.staff.type_digit(digit)
    ready = presenter.view()
    assert isinstance(ready, ReadyView)
    assert ready.officer.photo is not None
    assert ready.officer.photo.startswith(b"\xff\xd8\xff")
    assert isinstance(verify(running.store), Verified)
    running.stop()
