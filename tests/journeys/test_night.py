"""At night the terminal syncs by itself, as a process of its own, beside the running program; by
day staff may have it do so."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Record
from kiosk.terminal import SERVICE_OWNER
from tests.support.builders import FakeClock, rating
from tests.support.office import central_with_fixed_ids, command
from ui.app import Program
from ui.nightly import TRY_AGAIN_SECONDS
from ui.trial.stage import serving
from ui.view import MenuView
from ui.window import TerminalWindow


@pytest.fixture
def enrolled(tmp_path: Path) -> Iterator[tuple[DataFolder, Path]]:
    """An enrolled terminal's folder, and central's, which is serving."""
    central = central_with_fixed_ids(tmp_path)
    folder = tmp_path / "terminal"
    with serving(central) as said:
        url = re.search(r"Serving \S+ at (\S+)", said)
        words = ("enrol", "--terminal", "counter-1", "--counter", "1")
        code = re.search(r"Code: (\S+)", command("sync.central.cli", central, *words))
        assert url
        assert code
        command("ui", folder, "init")
        command("ui", folder, "enrol", url[1], code[1])
        yield DataFolder(folder), central


def test_the_nights_sync_is_made_up_for_until_it_succeeds_and_then_waits_for_the_next(
    enrolled: tuple[DataFolder, Path], window: TerminalWindow, qtbot: QtBot
) -> None:
    folder, central = enrolled
    now = SystemClock().now()
    yesterday = now.wall.date() - timedelta(days=1)
    store, terminal = folder.open(SystemClock())
    terminal.carry_out([Record(rating(5, day=yesterday))])
    store.close()
    text = folder.settings_file.read_text("utf-8")
    planned = now.wall - timedelta(hours=6)
    at = f'at = "{planned:%H:%M}"'
    folder.settings_file.write_text(text.replace('at = "20:30"', at), "utf-8")
    window.open_windowed(1280, 800)
    clock = FakeClock(now.wall)
    program = Program(folder, folder.settings(), window, clock)
    program.load()
    program._maybe_sync()
    assert not program.errands.busy, "a machine that has just started has other things to do"

    def try_again() -> bool:
        clock.pass_seconds(TRY_AGAIN_SECONDS)
        program._maybe_sync()
        return program.errands.busy

    key = folder.key_file.read_bytes()
    folder.key_file.write_bytes(b"")
    for trouble in (True, False):
        assert try_again()
        with qtbot.waitSignal(program.errands.ended, timeout=30_000) as ended:
            pass
        assert bool(ended.args[1]) == trouble
        folder.key_file.write_bytes(key)
    assert not try_again()
    assert program._running is not None
    assert len(program._running.terminal.officers()) == 4
    assert program._running.terminal.status().due == 0
    clock.pass_seconds(19 * 3600)
    assert try_again(), "the next night's"
    program.errands.stop()
    assert program.end() == 0
    shown = command("sync.central.cli", central, "tally", "--date", yesterday.isoformat())
    assert re.search(r"^101 +1 ", shown, re.MULTILINE)


def test_staff_sends_by_day_from_the_service_menu(
    enrolled: tuple[DataFolder, Path],
    window: TerminalWindow,
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder, _ = enrolled
    now = SystemClock().now()
    store, terminal = folder.open(SystemClock())
    terminal.carry_out([Record(rating(5, day=now.wall.date() - timedelta(days=1)))])
    pin = terminal.set_pin(SERVICE_OWNER)
    store.close()
    text = folder.settings_file.read_text("utf-8")
    usb = folder.path.parent / "usb"
    usb.mkdir()
    folder.settings_file.write_text(text.replace('stick = ""', f'stick = "{usb}"'), "utf-8")
    window.open_windowed(1280, 800)
    noon = FakeClock(now.wall.replace(hour=12, minute=0, second=0))
    program = Program(folder, folder.settings(), window, noon)
    program.load()
    assert program._running is not None
    presenter = program._running.presenter
    presenter.staff.ask_service()
    for digit in pin:
        presenter.staff.type_digit(digit)
    for errand, note in (("sync", "ส่งข้อมูลเรียบร้อยแล้ว"), ("stick", "ใช้ USB ไม่ได้")):
        with qtbot.waitSignal(program.errands.ended, timeout=30_000):
            presenter.staff.act(errand)
        view = presenter.view()
        assert isinstance(view, MenuView)
        assert view.note.startswith(note)
        words = [value for _, value in view.rows]
    assert "อยู่ในบันทึกของเครื่อง: journalctl -u kiosk" in words
    assert f"{usb}: no stick is mounted there; see the README on /etc/fstab" in caplog.text
    assert program._running.terminal.status().due == 0
    assert program.end() == 0
