"""A whole office as programs: central, and a terminal enrolled at it."""

import re
from pathlib import Path

from typer.testing import CliRunner

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import DutyBegan
from sync.central.cli import app as central_app
from tests.support.builders import duty_of
from ui.cli import app as kiosk_app
from ui.trial.stage import ROSTER

_PROGRAMS = {"ui": kiosk_app, "sync.central.cli": central_app}


def command(program: str, folder: Path, *words: str) -> str:
    """What a command of ours answers, in this process: to start another takes most of a second."""
    result = CliRunner().invoke(_PROGRAMS[program], ["--data", str(folder), *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def central_with_fixed_ids(root: Path) -> Path:
    """A central whose officers have their numbers for ids."""
    header, *people = ROSTER.splitlines()
    lines = [f"{header},id", *(f"{line},{line.split(',')[0]}" for line in people)]
    central, roster = root / "central", root / "roster.csv"
    command("sync.central.cli", central, "init")
    roster.write_text("\n".join(lines), encoding="utf-8")
    command("sync.central.cli", central, "officers", "import", str(roster))
    return central


def set_up_terminal(tmp_path: Path, central: Path, url: str) -> tuple[Path, str]:
    """An enrolled terminal with its roster; its folder and officer 101's PIN."""
    folder = tmp_path / "terminal"
    command("ui", folder, "init")
    words = ("enrol", "--terminal", "counter-1", "--counter", "1")
    invited = command("sync.central.cli", central, *words)
    code = re.search(r"Code: (\S+)", invited)
    assert code
    command("ui", folder, "enrol", url, code[1])
    command("ui", folder, "sync")
    pin = re.search(r"PIN: (\d{6})", command("ui", folder, "officer", "pin", "101"))
    assert pin
    settings = f'[office]\nopens="00:00"\ncloses="23:59"\n[panel]\nport="{tmp_path / "panel"}"\n'
    (folder / "kiosk.toml").write_text(settings, encoding="utf-8")
    return folder, pin[1]


def sign_on_directly(folder_path: Path) -> None:
    """Leave a duty open, as a program that was cut off on duty does."""
    store, terminal = DataFolder(folder_path).open(SystemClock())
    terminal.carry_out([DutyBegan(duty_of())])
    store.close()
