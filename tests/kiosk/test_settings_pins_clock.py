"""Settings, PINs, the clock, the data folder: what garbage does at each door."""

import contextlib
import os
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import pin
from kiosk.clock import (
    UNSYNCHRONISED,
    ClockImplausible,
    NoSuchZone,
    SystemClock,
    keep_time_of,
    require_plausible,
)
from kiosk.datafolder import AlreadyRunning, DataFolder, FolderError
from kiosk.domain.duty import Moment
from kiosk.domain.wording import Wording
from kiosk.lockout import PinDead, PinRight, PinWait, PinWrong
from kiosk.settings.default_text import text as default_text
from kiosk.settings.reading import load, parse
from kiosk.store.engine import Store
from kiosk.terminal import Terminal
from kiosk.tomlfile.tables import SettingsError
from tests.support.builders import BANGKOK, PEPPER, SOMYING, FakeClock


def test_an_empty_file_means_the_documented_defaults() -> None:
    assert parse("") == parse(default_text())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[offise]\n", "offise: unknown setting; did you mean office?"),
        (
            "[office]\nconter = '2'\n",
            "office.conter: unknown setting; did you mean office.counter?",
        ),
        ("[times]\nlock = 'long'\n", "times.lock = 'long': write a number"),
        ("[times]\nlock = -1\n", "times.lock = -1: write a number from 0.1 to 60"),
        ("[scale]\nlevels = 7\n", "scale.levels = 7: write one of 5, 4, 3"),
        ("[panel]\nbaud = 42\n", "panel.baud = 42: write one of"),
        ("[panel]\nbuttons = [1, 1]\n", "each score goes with one button only"),
        ("[panel]\nprofile = 'own2'\n", "panel.profile = 'own2': write one of own, modbus,"),
        ("[panel]\nparity = 'mark'\n", "panel.parity = 'mark': write one of"),
        ("[panel]\naddress = 300\n", "write a whole number from 0 to 247"),
        ("[panel]\ncodes = ['a', 'a']\n", "a different one for each button"),
        ("[panel]\nbuttons = [0, 0]\n", "each score goes with one button only"),
        ("[[panel]]\nprot = 'x'\n", "panel.prot: unknown setting; did you mean panel.port?"),
        ("[panel]\nbuttons = [9]\n", "9 is not on a scale of 1 to 5"),
        ("[office]\nopens = '25:00'\n", 'write a time of day as "HH:MM"'),
        ("[office]\nholidays = '2026-12-07'\n", "write a list of at most 400 dates"),
        ("[office]\nholidays = [7]\n", 'write each date as "YYYY-MM-DD" or "DD/MM/YYYY"'),
        ("[office]\nholidays = ['3569-12-07']\n", "3569-12-07: there is no such day"),
        ("[office]\nholidays = ['2026-02-29']\n", "2026-02-29: there is no such day"),
        ("[office]\nopens = '17:00'\n", "office.closes: must be later than office.opens"),
        ("[comments]\nurl = 'javascript:x'\n", "starts with https://"),
        ("[office]\nname_th = 'ก\u202eข'\n", "can't be shown (U+202E)"),
        ("[[reasons]]\nid = 'a'\n", 'reasons.th: missing; write th = "…"'),
        ("office = 3\n", "office: write it as a table"),
        ("[office\n", "Expected ']'"),
        ("[sync]\nca = ''\nca = 'a.pem'\n", "this setting is written twice; keep one line"),
    ],
)
def test_a_bad_setting_is_one_line_naming_file_key_and_remedy(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text, Path("/etc/kiosk.toml"))
    message = str(caught.value)
    assert message.startswith("/etc/kiosk.toml: ")
    assert said in message
    assert "\n" not in message


def test_centrals_holidays_stand_beside_the_terminals_own_and_its_name_in_their_place() -> None:
    own = parse("[office]\nholidays = ['7/12/2569', 2027-01-01]\n")
    assert own.office.holidays == {date(2026, 12, 7), date(2027, 1, 1)}
    sent = Wording(holidays=(date(2026, 12, 31),), office_th="ห้วยขวาง")
    office = own.with_wording(sent).office
    assert office.holidays == {*own.office.holidays, date(2026, 12, 31)}
    assert (office.name_th, office.name_en) == ("ห้วยขวาง", "ห้วยขวาง")
    english = own.with_wording(sent._replace(office_en="Huai Khwang")).office
    assert english.name_en == "Huai Khwang"
    assert own.with_wording(Wording()).office.name_en == "Din Daeng District Office"


def test_a_missing_an_unreadable_and_a_binary_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="kiosk init"):
        load(tmp_path / "kiosk.toml")
    (tmp_path / "bin.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(tmp_path / "bin.toml")
    with pytest.raises(SettingsError, match="can't be read"):
        load(tmp_path)


@given(st.text(max_size=200))
def test_no_text_makes_the_settings_raise_anything_else(text: str) -> None:
    with contextlib.suppress(SettingsError):
        parse(text)


@pytest.mark.parametrize(
    "weak",
    ["000000", "123456", "987654", "121212", "123123", "12345", "12345a", "๑๒๓๔๕๖"],
)
def test_weak_pins_are_refused(weak: str) -> None:
    with pytest.raises(pin.WeakPin):
        pin.require_strong(weak)


def test_generated_pins_are_strong_and_differ() -> None:
    pins = {pin.generate() for _ in range(200)}
    assert len(pins) > 190
    for generated in pins:
        pin.require_strong(generated)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    Store.create(tmp_path / "kiosk.db")
    terminal = Terminal(Store.open(tmp_path / "kiosk.db"), FakeClock(), PEPPER)
    terminal.add_officers([SOMYING])
    return terminal


def test_tries_are_counted_before_the_pin_is_looked_at_and_slow_down(terminal: Terminal) -> None:
    clock = terminal._clock
    assert isinstance(clock, FakeClock)
    right = terminal.set_pin("101")
    for _ in range(4):
        assert terminal.check_pin("101", "000000") == PinWrong(0.0)
    assert terminal.check_pin("101", "000000") == PinWrong(15.0)
    assert isinstance(terminal.check_pin("101", right), PinWait)
    clock.pass_seconds(15.1)
    assert terminal.check_pin("101", "000000") == PinWrong(30.0)
    clock.pass_seconds(30.1)
    assert terminal.check_pin("101", right) == PinRight()
    assert terminal.check_pin("101", "000000") == PinWrong(0.0)


def test_moving_the_wall_clock_does_not_shorten_the_wait(terminal: Terminal) -> None:
    clock = terminal._clock
    assert isinstance(clock, FakeClock)
    terminal.set_pin("101")
    for _ in range(5):
        terminal.check_pin("101", "000000")
    clock.set_wall(clock.wall.replace(year=2027))
    assert isinstance(terminal.check_pin("101", "000000"), PinWait)


def test_fifteen_wrong_tries_need_a_supervisor(terminal: Terminal) -> None:
    clock = terminal._clock
    assert isinstance(clock, FakeClock)
    right = terminal.set_pin("101")
    for _ in range(15):
        clock.pass_seconds(16 * 2**10)
        terminal.check_pin("101", "000000")
    clock.pass_seconds(10**6)
    assert terminal.check_pin("101", right) == PinDead()
    terminal.unlock("101")
    assert terminal.check_pin("101", right) == PinRight()


def test_unknown_and_wrong_look_the_same(terminal: Terminal) -> None:
    terminal.set_pin("101")
    assert terminal.check_pin("101", "000000") == terminal.check_pin("nobody", "000000")


def test_a_pin_hash_is_worthless_without_the_pepper() -> None:
    hashed = pin.hash_pin(PEPPER, "101", "402817")
    assert pin.matches(PEPPER, "101", "402817", hashed)
    assert not pin.matches(b"q" * 32, "101", "402817", hashed)
    assert not pin.matches(PEPPER, "102", "402817", hashed)
    assert not pin.matches(PEPPER, "101", "402817", "not a hash")


@pytest.mark.parametrize("year", [1970, 2025, 2069, 2569])
def test_a_clock_that_can_not_be_right_is_refused(year: int) -> None:
    with pytest.raises(ClockImplausible, match="set the machine's date"):
        require_plausible(Moment(datetime(year, 6, 1, tzinfo=BANGKOK), 1.0))


@pytest.mark.parametrize("hour", ["946684800", "1540000000"])
def test_a_date_that_no_battery_and_no_time_server_gave_is_refused(
    hour: str, tmp_path: Path
) -> None:
    """In the year 2000 the machine began with a day of systemd's own, which is not before 2026."""
    now = Moment(datetime(2026, 4, 27, 19, tzinfo=BANGKOK), 60.0)
    rtc = tmp_path / "since_epoch"
    rtc.write_text(hour + "\n")
    with pytest.raises(ClockImplausible, match="battery is empty"):
        require_plausible(now, rtc, lambda: UNSYNCHRONISED)
    require_plausible(now, rtc, lambda: 0)
    rtc.write_text(f"{now.wall.timestamp():.0f}\n")
    require_plausible(now, rtc, lambda: UNSYNCHRONISED)
    require_plausible(now, tmp_path / "a machine without such a clock", lambda: UNSYNCHRONISED)


def test_the_machines_clock_is_read_with_its_zone() -> None:
    now = SystemClock().now()
    assert now.wall.tzinfo is not None
    assert now.boot > 0


def test_a_folder_is_made_once_private_and_whole(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    assert {p.name for p in folder.path.iterdir()} == {"kiosk.toml", "kiosk.db", "pepper"}
    assert (folder.path / "pepper").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FolderError, match="set up already"):
        folder.create()


def test_a_second_program_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    lock = folder.lock()
    with pytest.raises(AlreadyRunning):
        folder.lock()
    os.close(lock)
    os.close(folder.lock())


def test_an_open_or_missing_pepper_is_refused(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    (folder.path / "pepper").chmod(0o644)
    with pytest.raises(FolderError, match="chmod 600"):
        folder.open(FakeClock())
    (folder.path / "pepper").unlink()
    with pytest.raises(FolderError, match="kiosk reset-pins"):
        folder.open(FakeClock())


@pytest.mark.parametrize("levels", [4, 3])
def test_another_scale_is_one_line_changed_in_the_settings(levels: int) -> None:
    shorter = parse(default_text().replace("levels = 5", f"levels = {levels}"))
    assert shorter.keys == {}, "no key rates unless it is named"
    assert sorted(shorter.panels[0].scores.values()) == list(range(1, levels + 1))


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that nobody told where it stands."""
    with monkeypatch.context() as machine:
        machine.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def test_the_terminal_keeps_the_offices_time_whatever_the_machine_has(utc: None) -> None:
    assert SystemClock().now().wall.utcoffset() == timedelta()
    keep_time_of("")
    assert SystemClock().now().wall.utcoffset() == timedelta()
    keep_time_of(parse("").office.zone)
    assert SystemClock().now().wall.utcoffset() == timedelta(hours=7)


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "Asia", "../../etc/passwd", "ICT-7", "เวลาไทย"])
def test_a_time_zone_that_the_machine_does_not_know_is_refused_and_not_taken_for_utc(
    zone: str,
) -> None:
    with pytest.raises(NoSuchZone, match=r"office\.zone.*tzdata"):
        keep_time_of(zone)
    assert SystemClock().now().wall.utcoffset() == timedelta(hours=7)
