"""From central's settings page and improvement log to a terminal's screens, over HTTP."""

import re
from datetime import datetime
from pathlib import Path

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.rating import ReasonId
from kiosk.domain.wording import ReasonWords
from kiosk.store.verify import Verified, verify
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import CentralStore
from sync.central.store.improvements import Improvement, ImprovementStatus
from tests.support.builders import FakeClock
from tests.support.office import command, set_up_terminal
from ui.app import start
from ui.view import ClosedView, ReadyView, ReasonsView
from ui.window import TerminalWindow

LEVELS = ("แย่", "พอทน", "ธรรมดา", "น่าพอใจ", "ยอดเยี่ยม")


def reword(central: Path, now: datetime) -> None:
    """What the settings page and the improvement log keep."""
    store = CentralStore.open(f"sqlite:///{central / 'central.db'}")
    with store.transaction("dindaeng") as t:
        english = ("Bad", "Weak", "Plain", "Fine", "Great")
        reasons = (
            ReasonWords(ReasonId("wait"), "คอยนาน", "Waiting"),
            ReasonWords(ReasonId("heat"), "ร้อน", "Heat"),
        )
        kept = t.settings.newest()
        words = SiteSettings(level_words_th=LEVELS, level_words_en=english, reasons=reasons)
        t.settings.append(kept.version, words, "it", now)
        for number, state in enumerate((ImprovementStatus.DONE, ImprovementStatus.OPEN)):
            line = Improvement(
                id=f"i{number}", said=f"ที่นั่ง\n{number}", done=f"เพิ่ม  {number}", status=state
            )
            t.improvements.append(line, "director", now)
    store.close()


def test_words_reasons_and_what_was_done_reach_the_screens(
    tmp_path: Path, office: tuple[Path, str], window: TerminalWindow
) -> None:
    central, url = office
    path, pin = set_up_terminal(tmp_path, central, url)
    (path / "kiosk.toml").write_text('[office]\nopens="00:00"\ncloses="23:59"\n', "utf-8")
    folder = DataFolder(path)
    window.open_windowed(1280, 800)
    clock = FakeClock(SystemClock().now().wall)
    running = start(folder, folder.settings(), clock, window)
    presenter = running.presenter
    reword(central, SystemClock().now().wall)
    assert re.search(r"roster renewed", command("ui", path, "sync"))
    presenter.renew_words()
    presenter.notices.fill()
    closed = presenter.view()
    assert isinstance(closed, ClosedView)
    assert closed.notice is not None
    assert closed.notice.body == "ท่านบอก: “ที่นั่ง 0”\nเราทำ: เพิ่ม 0"
    presenter.staff.choose_officer("101")
    for digit in pin:
        presenter.staff.type_digit(digit)
    ready = presenter.view()
    assert isinstance(ready, ReadyView)
    assert tuple(face.word for face in reversed(ready.faces)) == LEVELS
    presenter.citizen.touch(1)
    asked = presenter.view()
    assert isinstance(asked, ReasonsView)
    assert [(r.id, r.label) for r in asked.reasons] == [("wait", "คอยนาน"), ("heat", "ร้อน")]
    clock.pass_seconds(1)
    presenter.citizen.toggle_reason("heat")
    presenter.citizen.give_reasons()
    assert isinstance(verify(running.store), Verified)
    running.stop()
    assert "unchanged" in command("ui", path, "sync")
