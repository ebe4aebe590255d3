"""From the code on the thank-you screen to an answer that central takes, over HTTP."""

from pathlib import Path

import httpx2 as httpx
from pytestqt.qtbot import QtBot

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Phase
from tests.support.office import set_up_terminal
from ui.app import comment_address, start
from ui.view import ThanksView
from ui.window import TerminalWindow


def test_each_thanks_has_a_code_of_its_own(
    tmp_path: Path, office: tuple[Path, str], window: TerminalWindow, qtbot: QtBot
) -> None:
    path, pin = set_up_terminal(tmp_path, *office)
    quick = '[office]\nopens="00:00"\ncloses="23:59"\n[times]\nlock=0.1\nthanks=0.1\n'
    address = (
        f'[comments]\nurl="{office[1]}/f/{{token}}"\nseconds=5\n[screen]\nask_reasons="never"\n'
    )
    (path / "kiosk.toml").write_text(quick + address, encoding="utf-8")
    window.open_windowed(1280, 800)
    folder = DataFolder(path)
    running = start(folder, folder.settings(), SystemClock(), window)
    presenter = running.presenter
    expected: list[ThanksView] = []
    presenter.thanks_expected.connect(expected.append)
    presenter.staff.choose_officer("101")
    for digit in pin:
        presenter.staff.type_digit(digit)
    codes = []
    for score in (5, 1):
        told = len(expected)
        qtbot.waitUntil(
            lambda: (
                presenter.state.phase is Phase.READY
                and len(expected) > told  # noqa: B023
                and not presenter._idle_timer.isActive()
            ),
            timeout=10_000,
        )
        presenter.citizen.touch(score)
        view = presenter.view()
        is_as_made = view == expected[-1]
        assert is_as_made, "the picture made ahead is the one that is shown"
        assert isinstance(view, ThanksView)
        codes.append(view.qr)
    assert codes[0] != codes[1]
    assert len(codes[0]) == len(codes[1]) > 40
    running.stop()


def test_central_takes_one_answer_for_it(tmp_path: Path, office: tuple[Path, str]) -> None:
    path, _pin = set_up_terminal(tmp_path, *office)
    folder = DataFolder(path)
    store, terminal = folder.open(SystemClock())
    made = comment_address(folder, terminal, SystemClock())
    address = made(f"{office[1]}/f/{{token}}")
    assert address != made(f"{office[1]}/f/{{token}}")
    assert made("https://example.org/c") == "https://example.org/c"
    with httpx.Client() as phone:
        assert "มากที่สุด" in phone.get(address).text
        told = {"score": "2", "reasons": "wait", "words": "รอนาน"}
        assert phone.post(address, data=told).status_code == 200
        assert phone.post(address, data=told).status_code == 409
    folder.key_file.chmod(0o644)
    assert comment_address(folder, terminal, SystemClock())("https://a.th/{token}") == ""
    store.close()
