"""`kiosk check` and `kiosk-central check`: what is lacking is named, with its remedy."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from kiosk.checking import (
    Checked,
    Level,
    Line,
    certificate_line,
    clock_line,
    disk_line,
    fine,
    sqlite_line,
    time_sync,
    time_sync_line,
    warning,
)
from kiosk.clock import clock_state
from kiosk.datafolder import DataFolder
from kiosk.settings.definition import PanelSettings
from kiosk.soundsqlite import FIXED
from kiosk.store.state import Enrolment
from sync.central.cli import app as central_app
from sync.central.usecases.checks import address_lines, backup_line, central_lines, versions_line
from sync.central.usecases.installation import open_central, set_up
from sync.central.usecases.upkeep import Task, write_upkeep
from sync.signing import public_text
from tests.support.builders import FakeClock
from tests.support.central_server import served_over_tls
from tests.support.certificates import DAY, Authority
from ui.checks import (
    copy_line,
    folder_lines,
    fonts_line,
    panel_line,
    sync_line,
    terminal_lines,
    thai_line,
    version_line,
)
from ui.cli import app as terminal_app

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
OK, WARN, FAIL = Level


def by_subject(lines: Iterator[Line]) -> dict[str, Line]:
    """Every line has its remedy exactly where something is to be done."""
    every = {line.about: line for line in lines}
    for line in every.values():
        assert bool(line.remedy) is (line.level is not OK), line
    return every


@pytest.mark.parametrize(
    ("line", "level"),
    [
        (sqlite_line(FIXED), OK),
        (sqlite_line((3, 40, 1)), FAIL),
        (clock_line(NOW), OK),
        (clock_line(NOW.replace(year=2026 + 543)), FAIL),
        (clock_line(NOW.replace(year=1970)), FAIL),
        (time_sync_line(time_sync(0)), OK),
        (time_sync_line(time_sync(5)), WARN),
        (time_sync_line(time_sync(-1)), WARN),
        (certificate_line(NOW + 22 * DAY, NOW, "renew"), OK),
        (certificate_line(NOW + 21 * DAY, NOW, "renew"), WARN),
        (certificate_line(NOW + 7 * DAY, NOW, "renew"), FAIL),
        (certificate_line(NOW - DAY, NOW, "renew"), FAIL),
        (thai_line(3), OK),
        (thai_line(0), FAIL),
        (fonts_line([]), OK),
        (fonts_line(["Noto Sans Khmer"]), WARN),
        (panel_line(PanelSettings()), OK),
        (panel_line(PanelSettings(port="/dev/serial/by-id/usb-gone")), FAIL),
        (panel_line(PanelSettings(port="/dev/null")), OK),
        (sync_line(NOW - timedelta(hours=35), NOW), OK),
        (sync_line(NOW - timedelta(hours=37), NOW), WARN),
        (sync_line(None, NOW), WARN),
        (copy_line(NOW - 35 * DAY, NOW), OK),
        (copy_line(NOW - 36 * DAY, NOW), WARN),
        (copy_line(NOW + DAY, NOW), WARN),
        (copy_line(None, NOW), WARN),
        (version_line("1.0.0", "1.0.0"), OK),
        (version_line("1.0.0", "1.0.1"), WARN),
    ],
)
def test_what_is_fine_what_is_soon_wrong_and_what_is_wrong(line: Line, level: Level) -> None:
    assert line.level is level
    assert bool(line.remedy) is (level is not OK)


def test_this_machine_answers_what_its_kernel_and_its_disk_say(tmp_path: Path) -> None:
    assert 0 <= clock_state() <= 5
    assert "MiB free" in disk_line(tmp_path).says


def test_the_worst_line_is_the_level_of_all() -> None:
    lines = fine("a", "x"), warning("b", "y", "z"), fine("c", "x")
    assert Checked.of("1.0.0", lines).level is WARN
    assert Checked.of("1.0.0", ()).level is OK


def test_a_terminal_that_is_not_there_yet_is_told_how_to_begin(tmp_path: Path) -> None:
    lines = by_subject(terminal_lines(DataFolder(tmp_path / "none"), FakeClock()))
    assert lines["data"].remedy.startswith("kiosk init")
    assert lines["database"].level is FAIL


def test_a_file_of_another_version_is_named_and_not_changed(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "terminal")
    folder.create()
    for version, level in (("0000", WARN), ("9999", FAIL)):
        with sqlite3.connect(folder.database) as file:
            file.execute("UPDATE alembic_version SET version_num = ?", (version,))
        file.close()
        lines = by_subject(terminal_lines(folder, FakeClock()))
        assert (lines["database"].level, version in lines["database"].says) == (level, True)


def test_a_lost_secret_of_the_pins_has_the_command_that_mends_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "terminal")
    folder.create()
    store, terminal = folder.open(FakeClock())
    terminal.set_pin("service")
    store.close()
    (folder.path / "pepper").unlink()
    line = by_subject(terminal_lines(folder, FakeClock()))["pins"]
    assert (line.level, line.remedy) == (FAIL, "kiosk reset-pins")


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `localhost` that ends in ten days, beside its authority's."""
    folder = tmp_path_factory.mktemp("tls")
    authority, now = Authority.new("Office CA"), datetime.now(UTC)
    authority.write(folder / "ca.pem")
    return authority.issue("localhost", now - DAY, now + 10 * DAY + DAY / 2, folder / "chain.pem")


def test_both_ends_see_address_certificate_and_version(tmp_path: Path, chain: Path) -> None:
    home = tmp_path / "central"
    set_up(home, "dindaeng", "สำนักงานเขตดินแดง", "", "https://localhost:1")
    folder = DataFolder(tmp_path / "terminal")
    folder.create()
    now = datetime.now(UTC)
    with open_central(home) as central, served_over_tls(central, chain) as port:
        url = f"https://localhost:{port}"
        lines = by_subject(address_lines(url, now))
        assert (lines["address"].level, lines["certificate"].level) == (OK, WARN)
        assert "10 days" in lines["certificate"].says
        [wrong_name, _] = address_lines(f"https://127.0.0.1:{port}", now)
        assert (wrong_name.level, "127.0.0.1" in wrong_name.remedy) == (FAIL, True)
        _enrol(folder, url)
        text = folder.settings_file.read_text("utf-8")
        folder.settings_file.write_text(text.replace('ca = ""', f'ca = "{chain.parent}/ca.pem"'))
        lines = by_subject(terminal_lines(folder, FakeClock(now)))
        assert (lines["central"].level, lines["certificate"].level) == (OK, WARN)
        assert lines["version"].level is OK
    lines = by_subject(terminal_lines(folder, FakeClock(now)))
    assert lines["central"].level is FAIL
    lines = by_subject(central_lines(home, now))
    assert "--port 1 " in lines["address"].remedy
    assert "schema" in lines["database"].says
    # A file of today in the folder says nothing of a night that failed.
    with open_central(home) as central:
        write_upkeep(central, Task.VERIFY, now, succeeded=False, what="")
    assert by_subject(central_lines(home, now))["verify"].level is FAIL


def _enrol(folder: DataFolder, url: str) -> None:
    store, terminal = folder.open(FakeClock())
    key = public_text(Ed25519PrivateKey.generate())
    terminal.join(
        Enrolment(url=url, site="dindaeng", terminal="counter-1", counter="1", central_key=key)
    )
    store.close()


def test_the_age_of_the_backups_is_read_from_their_names(tmp_path: Path) -> None:
    set_up(tmp_path / "c", "dindaeng", "สำนักงานเขตดินแดง", "", "http://127.0.0.1:8765")
    with open_central(tmp_path / "c") as central:
        settings = central.settings
    today = date(2026, 11, 23)
    assert backup_line(settings, today).level is WARN
    settings = settings._replace(backups="b")
    assert backup_line(settings, today).level is FAIL
    folder = tmp_path / "c" / "b"
    folder.mkdir()
    assert "none in" in backup_line(settings, today).says
    for day, level in (("2027-01-01", FAIL), ("2026-11-10", FAIL), ("2026-11-18", WARN)):
        (folder / f"central-{day}.zip").touch()
        assert backup_line(settings, today).level is level, day
    (folder / "central-2026-11-22.zip").touch()
    assert backup_line(settings, today) == fine("backup", "the newest is of 2026-11-22, 1 day old")


def test_terminals_of_another_version_are_counted() -> None:
    assert versions_line("1.0.0", Counter({"1.0.0": 2})).says == "1.0.0, as on 2 terminals"
    mixed = versions_line("1.0.0", Counter({"1.0.0": 2, "0.9.0": 1}))
    assert (mixed.level, "1 with 0.9.0" in mixed.says) == (WARN, True)


@pytest.mark.parametrize("app", [terminal_app, central_app])
def test_a_program_reads_what_a_person_reads(app: object, tmp_path: Path) -> None:
    words = ["--data", str(tmp_path / "none"), "check"]
    shown = CliRunner().invoke(app, words)  # type: ignore[arg-type]
    printed = CliRunner().invoke(app, [*words, "--json"])  # type: ignore[arg-type]
    checked = msgspec.json.decode(printed.stdout, type=Checked)
    assert shown.exit_code == printed.exit_code == 1
    assert all(line.about in shown.stdout for line in checked.lines)
    assert checked.level is FAIL


def test_a_login_name_that_may_not_use_the_devices_is_named(tmp_path: Path) -> None:
    lines = {line.about: line for line in folder_lines(tmp_path)}
    assert lines.keys() & {"groups", "login name"}
