"""The two command lines, as an IT clerk types them: exit codes, one clear line, nothing half."""

import os
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import HoldReasons, Record
from kiosk.lockout import PinRight
from kiosk.store.journal import Kind
from kiosk.store.state import Enrolment
from sync.central.cli import app as central_app
from sync.signing import public_text
from tests.support.builders import TODAY, asking, rating
from ui.cli import app as kiosk_app

RUNNER = CliRunner()


def kiosk(folder: Path, *words: str) -> Result:
    return RUNNER.invoke(kiosk_app, ["--data", str(folder), *words])


def central(folder: Path, *words: str) -> Result:
    return RUNNER.invoke(central_app, ["--data", str(folder), *words])


def one_line(result: Result, code: int) -> str:
    """The single line of a failure."""
    assert result.exit_code == code, (result.output, result.exception)
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    return str(lines[0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "terminal"
    assert kiosk(path, "init").exit_code == 0
    return path


def test_from_nothing_to_officers_in_three_commands(folder: Path) -> None:
    added = kiosk(folder, "officer", "add", "101", "สมหญิง ใจดี", "--position", "เจ้าพนักงาน")
    assert "PIN: " in added.stdout
    assert "สมหญิง ใจดี" in kiosk(folder, "officer", "list").stdout
    verified = kiosk(folder, "verify").stdout
    assert (
        "All agrees: 0 ratings on 0 sheets, 3 journal entries, 0 day reports, 0 receipts."
        in verified
    )
    status = kiosk(folder, "status").stdout
    assert "not enrolled" in status
    assert "days      0 stored, 0 reports to send, 0 parked" in status


@pytest.mark.parametrize(
    "words",
    [("status",), ("verify",), ("close-day",), ("sync",), ("officer", "list")],
)
def test_without_init_every_command_names_it(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert "kiosk init" in one_line(kiosk(tmp_path / "nothing", *words), 2)


def test_init_twice_changes_nothing(folder: Path) -> None:
    assert "set up already" in one_line(kiosk(folder, "init"), 2)


def test_a_bad_officer_is_named_and_not_added(folder: Path) -> None:
    assert "formula" in one_line(kiosk(folder, "officer", "add", "101", "=1+1"), 2)
    assert "number" in one_line(kiosk(folder, "officer", "add", "1 0", "ก"), 2)
    assert "No officers yet" in kiosk(folder, "officer", "list").stdout


def test_a_number_is_given_once(folder: Path) -> None:
    kiosk(folder, "officer", "add", "101", "ก")
    again = kiosk(folder, "officer", "add", "101", "ข")
    assert again.exit_code == 2
    assert "number 101 belongs to ก" in again.stderr
    assert "--renamed 101 or --new 101" in again.stderr
    assert "ข" not in kiosk(folder, "officer", "list").stdout
    assert "already" in one_line(kiosk(folder, "officer", "add", "101", "ก"), 2)


def test_a_retired_officer_is_gone_from_the_list_and_kept(folder: Path) -> None:
    kiosk(folder, "officer", "add", "101", "สมหญิง")
    assert kiosk(folder, "officer", "retire", "101").exit_code == 0
    assert "สมหญิง" not in kiosk(folder, "officer", "list").stdout
    assert "retired" in kiosk(folder, "officer", "list", "--retired").stdout
    assert "no active officer" in one_line(kiosk(folder, "officer", "pin", "101"), 2)


def test_a_roster_with_one_bad_line_imports_nothing(folder: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("number,name\n101,ก\n101,ข\n", encoding="utf-8")
    result = kiosk(folder, "officer", "import", str(roster))
    assert result.exit_code == 2
    assert "line 3: number 101 is already on line 2" in result.stderr
    assert "No officers yet" in kiosk(folder, "officer", "list").stdout


def test_an_imported_officer_gets_a_pin_that_signs_on_and_keeps_it(
    folder: Path, tmp_path: Path
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("number,name\n101,สมหญิง\n102,ประสิทธิ์\n", encoding="utf-8")
    first = kiosk(folder, "officer", "import", str(roster))
    pins = dict(re.findall(r"^(\d+) .*PIN: (\d{6})$", first.stdout, re.MULTILINE))
    assert pins.keys() == {"101", "102"}
    roster.write_text("number,name\n101,สมหญิง\n103,กมล\n", encoding="utf-8")
    again = kiosk(folder, "officer", "import", str(roster))
    assert re.findall(r"^(\d+) .*PIN", again.stdout, re.MULTILINE) == ["103"]
    store, terminal = DataFolder(folder).open(SystemClock())
    officer = terminal.by_number("101")
    assert officer is not None
    assert terminal.check_pin(officer.id, pins["101"]) == PinRight()
    store.close()


@pytest.mark.parametrize("data", [b"", b"text", b"\x89PNG\r\n\x1a\n" + b"x" * 600_000])
def test_a_photo_that_is_none_or_too_large_is_refused(
    folder: Path, tmp_path: Path, data: bytes
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(data)
    words = ("officer", "add", "101", "ก", "--photo", str(photo))
    assert "photo.png" in one_line(kiosk(folder, *words), 2)


def test_a_damaged_database_is_named_and_kept(folder: Path) -> None:
    database = folder / "kiosk.db"
    database.write_bytes(b"garbage" * 500)
    assert "kiosk.db" in one_line(kiosk(folder, "status"), 1)
    assert database.read_bytes() == b"garbage" * 500


def test_a_wrong_setting_is_named_with_its_line_by_each_command_that_needs_it(
    folder: Path,
) -> None:
    (folder / "kiosk.toml").write_text("[panel]\nprot = 'x'\n", encoding="utf-8")
    said = one_line(kiosk(folder, "close-day"), 2)
    assert "kiosk.toml: line 2: panel.prot: unknown setting; did you mean panel.port?" in said
    (folder / "kiosk.toml").write_text('[office]\nzone = "Asia/Nowhere"\n', encoding="utf-8")
    for command in ("close-day", "status"):
        assert "office.zone" in one_line(kiosk(folder, command), 2)


def test_a_backup_opens_as_a_terminal(folder: Path, tmp_path: Path) -> None:
    assert kiosk(folder, "backup", str(tmp_path / "copy.db")).exit_code == 0
    assert "exists already" in one_line(kiosk(folder, "backup", str(tmp_path / "copy.db")), 3)


def test_closing_without_central_says_that_nothing_is_lost(folder: Path) -> None:
    assert "stays here" in kiosk(folder, "close-day").stdout
    assert "not enrolled" in one_line(kiosk(folder, "sync"), 2)


def test_what_was_ticked_as_the_machine_stopped_is_kept_by_closing_the_day(folder: Path) -> None:
    data = DataFolder(folder)
    store, terminal = data.open(SystemClock())
    rated = rating(1)
    ticked = asking(rated, "wait")
    terminal.carry_out([Record(rated), HoldReasons(ticked)])
    running = data.lock()
    kiosk(folder, "close-day")
    assert terminal.holds_reasons(), "a citizen may still be at it"
    os.close(running)
    kiosk(folder, "close-day")
    with store.read() as snapshot:
        assert snapshot.state.held_reasons() is None
        assert snapshot.ratings.tally(TODAY).reasons.total() == 1
    store.close()


def test_enrolling_nowhere_leaves_no_key(folder: Path) -> None:
    result = kiosk(folder, "enrol", "http://127.0.0.1:9", "AAAAA-AAAAA")
    assert "at 127.0.0.1, port 9" in one_line(result, 3)
    assert not (folder / "terminal.key").exists()


def test_a_window_size_out_of_form_is_named(folder: Path) -> None:
    assert "1280x800" in one_line(kiosk(folder, "run", "--windowed", "big"), 2)


def test_a_panel_that_is_not_there_is_named(folder: Path) -> None:
    assert "no panel in the settings" in one_line(kiosk(folder, "panel", "monitor"), 2)
    assert "/dev/none" in one_line(kiosk(folder, "panel", "monitor", "/dev/none"), 3)
    assert kiosk(folder, "panel", "list").exit_code == 0


def test_central_from_nothing_to_a_code(tmp_path: Path) -> None:
    folder = tmp_path / "central"
    assert central(folder, "init").exit_code == 0
    assert "set up already" in one_line(central(folder, "init"), 2)
    code = central(folder, "enrol", "--terminal", "counter-1", "--counter", "1")
    assert "kiosk setup http://127.0.0.1:8765 " in code.stdout
    assert "No terminals yet" in central(folder, "terminals", "list").stdout
    assert "All agrees" in central(folder, "verify").stdout
    assert "No ratings" in central(folder, "tally", "--date", "2026-11-23").stdout
    for file in ("central.key", "central.toml"):
        assert (folder / file).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("enrol", "--terminal", "a b", "--counter", "1"), "terminal 'a b'"),
        (("tally", "--date", "yesterday"), "YYYY-MM-DD"),
        (("serve", "--host", "0.0.0.0"), "--tls-cert"),
        (("officers", "import", "/no/such.csv"), "/no/such.csv"),
        (("officers", "retire", "9"), "no active officer"),
    ],
)
def test_central_names_what_is_wrong(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    central(tmp_path, "init")
    assert said in one_line(central(tmp_path, *words), 2)


def test_central_without_init_or_with_a_misspelt_setting_names_it(tmp_path: Path) -> None:
    assert "kiosk-central init" in one_line(central(tmp_path / "x", "verify"), 2)
    central(tmp_path / "y", "init")
    file = tmp_path / "y" / "central.toml"
    file.write_text(file.read_text("utf-8") + 'datbase = "x"\n', encoding="utf-8")
    assert "did you mean database?" in one_line(central(tmp_path / "y", "verify"), 2)


def test_a_database_that_is_down_is_said_to_be_tried_again(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    assert "127.0.0.1:9" in one_line(central(tmp_path / "z", "init", "--database", url), 3)
    assert not (tmp_path / "z" / "central.toml").exists()


@pytest.mark.parametrize("app", [kiosk_app, central_app])
def test_every_command_explains_itself(app: object) -> None:
    from typer.main import get_command

    def walk(command: object, path: list[str]) -> None:
        result = RUNNER.invoke(app, [*path, "--help"])  # type: ignore[arg-type]  # a Typer
        assert result.exit_code == 0
        assert len(result.stdout) > 200, path
        for name, sub in getattr(command, "commands", {}).items():
            walk(sub, [*path, name])

    walk(get_command(app), [])  # type: ignore[arg-type]  # a Typer


def test_one_of_a_thing_is_said_in_the_singular(folder: Path) -> None:
    agreed = "All agrees: 0 ratings on 0 sheets, 1 journal entry, 0 day reports, 0 receipts."
    assert kiosk(folder, "verify").stdout.strip() == agreed
    assert "0 reports to send" in kiosk(folder, "status").stdout


def test_the_counter_is_the_one_on_the_screen_that_central_gave(folder: Path) -> None:
    store, terminal = DataFolder(folder).open(SystemClock())
    key = public_text(Ed25519PrivateKey.generate())
    terminal.join(
        Enrolment(url="https://x", site="dindaeng", terminal="t", counter="12", central_key=key)
    )
    store.close()
    assert "counter   12\n" in kiosk(folder, "status").stdout
    assert '"counter": "12"' in kiosk(folder, "status", "--json").stdout


def test_status_says_why_a_sync_failed_in_words(folder: Path) -> None:
    store, _ = DataFolder(folder).open(SystemClock())
    with store.transaction() as t:
        t.journal.append(SystemClock().now(), Kind.SYNC_FAILED, {"reason": "no route to host"})
    store.close()
    [line] = [one for one in kiosk(folder, "status").stdout.splitlines() if "failed" in one]
    assert line.endswith(": no route to host")
