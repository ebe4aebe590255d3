"""The front of the `kiosk` command: `kiosk run` starts past the parser, and says the same."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from kiosk.datafolder import DataFolder
from ui.cli import app

LOADED_AT_FIRST_PAINT = """
import linecache, sys
import ui.__main__, ui.app
def painted():
    print(sorted({"typer", "sqlalchemy", "serial", "qrcode", "cryptography"} & set(sys.modules)))
    print([name for name in linecache.cache if name.endswith(("ui/window.py", "ui/view.py"))])
    sys.stdout.flush()
    ui.app.end_loop()
ui.app.after_first_paint = lambda window, then: window.painted.connect(painted)
sys.argv = ["kiosk", "--data", sys.argv[1], "run"]
ui.__main__.main()
"""


def kiosk(*arguments: str, **environment: str) -> tuple[int, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in ONE_OF_SCREENS}
    screen = environment or {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-m", "ui", *arguments],
        env=inherited | screen,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr


ONE_OF_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.mark.parametrize("display", ["", ":4711", "unix:4711.0"])
def test_run_without_a_screen_says_so_in_one_line(tmp_path: Path, display: str) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    code, message = kiosk("--data", str(folder.path), "run", DISPLAY=display)
    assert code == 3
    assert message.startswith("kiosk: no display: ")
    assert display in message
    assert message.count("\n") == 1


def test_a_data_folder_that_is_a_file_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert kiosk("--data", str(tmp_path / "data"), "init") == (
        2,
        f"kiosk: {tmp_path / 'data'}: is no folder\n",
    )


def test_no_help_has_brackets_that_would_be_taken_for_a_colour() -> None:
    waiting = [get_command(app)]
    seen = 0
    while waiting:
        command = waiting.pop()
        waiting += getattr(command, "commands", {}).values()
        assert "[" not in (command.help or ""), command.name
        seen += 1
    assert seen > 20


@pytest.mark.parametrize(("command", "gives_way"), [("status", True), ("run", False)])
def test_every_command_but_run_gives_way_to_a_press(
    tmp_path: Path, command: str, gives_way: bool
) -> None:
    words = f"['kiosk', '--data', {str(tmp_path / 'none')!r}, {command!r}]"
    program = f"""
import os, sys
from ui.__main__ import main
before = os.nice(0)
sys.argv = {words}
try:
    main()
except SystemExit:
    print(os.nice(0) - before > 0 or os.sched_getscheduler(0) == os.SCHED_IDLE)
"""
    environment = {name: text for name, text in os.environ.items() if name not in ONE_OF_SCREENS}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == str(gives_way)


def test_run_beside_another_says_the_same_with_and_without_options(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    lock = folder.lock()
    plain = kiosk("--data", str(folder.path), "run")
    parsed = kiosk("--data", str(folder.path), "run", "--windowed", "800x600")
    os.close(lock)
    assert plain == parsed
    assert plain == (3, f"kiosk: {folder.path}: a terminal is running on it already\n")


def test_the_first_paint_waits_for_no_heavy_library_and_no_source_text(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    done = subprocess.run(
        [sys.executable, "-c", LOADED_AT_FIRST_PAINT, str(folder.path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "[]\n[]\n", done.stderr


def test_a_full_disk_is_called_so(tmp_path: Path) -> None:
    """SQLite calls it an I/O error while it opens the file."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=7m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small disk may be mounted here")
    try:
        data = disk / "data"
        DataFolder(data).create()
        with contextlib.suppress(OSError), (disk / "filling").open("wb", buffering=0) as filling:
            while filling.write(bytes(4096)):
                pass
        code, message = kiosk("--data", str(data), "status")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert (code, message) == (3, f"kiosk: {data / 'kiosk.db'}: the disk is full\n")
