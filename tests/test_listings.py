"""Every list, `status` and `verify` print JSON of one described shape; a pipe gets tabs."""

import os
import pty
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from kiosk.datafolder import DataFolder
from kiosk.printed import print_rows
from sync.central.cli import app as central_app
from sync.central.commands import rows as central_rows
from sync.central.usecases.installation import open_central
from tests.support.builders import SOMYING, FakeClock
from tests.support.central import NIGHT, enrolled
from tests.support.hellos import made_hello
from tests.support.terminal_requests import greet_terminal
from ui.cli import app as terminal_app
from ui.commands import rows as terminal_rows

TERMINAL = {
    ("officer", "list"): list[terminal_rows.OfficerRow],
    ("panel", "list"): list[terminal_rows.PortRow],
    ("panel", "profiles"): list[terminal_rows.ProfileRow],
    ("notices",): list[terminal_rows.NoticeRow],
    ("sounds", "list"): list[terminal_rows.PromptRow],
    ("sounds", "outputs"): list[terminal_rows.DeviceRow],
    ("sounds", "inputs"): list[terminal_rows.DeviceRow],
    ("status",): terminal_rows.StatusShown,
    ("verify",): terminal_rows.Verified,
}
CENTRAL = {
    ("officers", "list"): list[central_rows.OfficerRow],
    ("accounts", "list"): list[central_rows.AccountRow],
    ("holidays", "list"): list[central_rows.HolidayRow],
    ("notifications", "list"): list[central_rows.NotificationRow],
    ("terminals", "list"): list[central_rows.TerminalRow],
    ("sites", "list"): list[central_rows.SiteRow],
    ("releases", "list"): central_rows.ReleasesShown,
    ("status",): central_rows.StatusShown,
    ("verify",): central_rows.Verified,
}
SHOWN_ELSEWHERE = {("check",), ("outbox",)}
"""Have tests of their own: tests/test_checks.py and those of the outbox."""


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = DataFolder(tmp_path_factory.mktemp("terminal") / "data")
    folder.create()
    store, terminal = folder.open(FakeClock())
    terminal.add_officers([SOMYING])
    store.close()
    return folder.path


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("central") / "data"
    assert CliRunner().invoke(central_app, ["--data", str(folder), "init"]).exit_code == 0
    return folder


def printed(app: typer.Typer, folder: Path, words: tuple[str, ...]) -> str:
    return CliRunner().invoke(app, ["--data", str(folder), *words, "--json"]).stdout


@pytest.mark.parametrize(("words", "shape"), TERMINAL.items(), ids=lambda value: str(value)[:30])
def test_a_terminals_lists_are_json_of_their_shape(
    terminal: Path, words: tuple[str, ...], shape: Any
) -> None:
    msgspec.json.decode(printed(terminal_app, terminal, words), type=shape, strict=True)


@pytest.mark.parametrize(("words", "shape"), CENTRAL.items(), ids=lambda value: str(value)[:30])
def test_centrals_lists_are_json_of_their_shape(
    central: Path, words: tuple[str, ...], shape: Any
) -> None:
    msgspec.json.decode(printed(central_app, central, words), type=shape, strict=True)


def test_no_list_lacks_its_json() -> None:
    for app, shapes in ((terminal_app, TERMINAL), (central_app, CENTRAL)):
        with_json = {words for words, names in options_of(app) if "--json" in names}
        assert with_json - SHOWN_ELSEWHERE == set(shapes)
        listing = {words for words, _ in options_of(app) if {"list", "status", "verify"} & {*words}}
        assert listing <= set(shapes)


def options_of(app: typer.Typer) -> list[tuple[tuple[str, ...], set[str]]]:
    """Each command with the names of its options."""
    commands: list[tuple[tuple[str, ...], set[str]]] = []
    waiting: list[tuple[tuple[str, ...], Any]] = [((), typer.main.get_command(app))]
    while waiting:
        words, command = waiting.pop()
        commands.append((words, {name for one in command.params for name in one.opts}))
        if isinstance(command, TyperGroup):
            waiting += [((*words, name), below) for name, below in command.commands.items()]
    return commands


def test_what_is_in_the_list_is_in_the_json(terminal: Path, central: Path) -> None:
    [officer] = msgspec.json.decode(
        printed(terminal_app, terminal, ("officer", "list")), type=list[terminal_rows.OfficerRow]
    )
    assert (officer.name, officer.pin, officer.state) == (SOMYING.name, "no PIN yet", "active")
    [account] = msgspec.json.decode(
        printed(central_app, central, ("accounts", "list")), type=list[central_rows.AccountRow]
    )
    assert (account.account, account.roles) == ("it", ("it",))


def test_the_list_of_terminals_has_what_each_said_of_its_machine(central: Path) -> None:
    def seconds(moment: datetime) -> int:
        return int(moment.timestamp())

    said = made_hello(
        clock=seconds(NIGHT),
        time_sync="off",
        certificate_end=seconds(NIGHT + timedelta(days=20)),
        backed_up=seconds(NIGHT - timedelta(days=3)),
    )
    with open_central(central) as office:
        enrolled(office)
        greet_terminal(office, "counter-1", said, NIGHT)
    [row] = msgspec.json.decode(
        printed(central_app, central, ("terminals", "list")), type=list[central_rows.TerminalRow]
    )
    assert (row.terminal, row.time_sync, row.authority_end) == ("counter-1", "off", "")
    assert (row.certificate_end, row.backed_up) == ("2026-12-14", "2026-11-21 03:30+07:00")


def test_a_person_at_a_terminal_gets_a_table_and_a_pipe_gets_tabs(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [central_rows.SiteRow("dindaeng", "สำนักงานเขตดินแดง [ทดสอบ]", "active")]
    print_rows(rows, as_json=False)
    assert capfd.readouterr().out == "dindaeng\tสำนักงานเขตดินแดง [ทดสอบ]\tactive\n"
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as screen:
        monkeypatch.setattr("sys.stdout", screen)
        print_rows(rows, as_json=False)
    table = os.read(ours, 4096).decode()
    os.close(ours)
    assert "site" in table.splitlines()[0] + table.splitlines()[1]
    assert "สำนักงานเขตดินแดง [ทดสอบ]" in table
    assert "\t" not in table
