"""What central does for itself at night, what it then says, and the office's key."""

import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kiosk import officekey
from kiosk.files import drop_old_drafts, new_file
from sync.central.carewords import care_words
from sync.central.cli import app
from sync.central.language import words
from sync.central.settings import FILE_NAME
from sync.central.silence import is_silent
from sync.central.usecases import installation
from sync.central.usecases.central import Central
from sync.central.usecases.nights import TaskFailed, carry_away, due_tasks, work
from sync.central.usecases.upkeep import (
    Task,
    Trouble,
    note_certificate,
    read_upkeep,
    troubles,
    write_upkeep,
)
from sync.central.viewer import ROLES
from tests.support.builders import SOMYING
from tests.support.central import signed_in
from tests.support.certificates import Authority

NIGHT = datetime(2026, 11, 23, 19, 40, tzinfo=UTC)
"""Twenty to three in Bangkok, on a Tuesday."""


def quiet(_table: str, _rows: int) -> None:
    pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "central"
    installation.set_up(made, "dindaeng", "สำนักงานเขตดินแดง", "", "http://127.0.0.1:8765")
    return made


@pytest.fixture
def home(folder: Path) -> Iterator[Central]:
    with installation.open_central(folder) as central:
        with central.store.transaction(central.site) as t:
            t.people.put([SOMYING])
        yield central


def with_settings(home: Central, **values: Any) -> Central:
    return replace(home, settings=home.settings._replace(**values))


def command(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(app, ["--data", str(folder), *args])


def keys(home: Central) -> set[str]:
    return {one.key for one in troubles(home, NIGHT)}


def test_the_office_alone_opens_its_backup_on_a_fresh_machine(
    folder: Path, home: Central, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_CENTRAL_BACKUP_KEY", officekey.new_key()[1])
    assert "take it away" in command(folder, "backup-key", "new", "--replace").stderr
    monkeypatch.delenv("KIOSK_CENTRAL_BACKUP_KEY")
    made = command(folder, "backup-key", "new")
    secret = made.stdout.strip()
    assert secret.startswith("AGE-SECRET-KEY-1")
    assert secret not in (folder / FILE_NAME).read_text("utf-8")
    assert "sealed to age1" in command(folder, "backup-key", "new").stderr, "the first one stays"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    nowhere = command(folder, "backup", "--to", str(tmp_path / "gone")).stderr
    assert nowhere.endswith(f"{tmp_path / 'gone'}: no such folder\n")
    assert command(folder, "backup", "--to", str(elsewhere)).exit_code == 0
    [copy] = elsewhere.iterdir()
    assert copy.name.endswith(".zip.age")
    assert b"PK\x03\x04" not in copy.read_bytes()
    paper = tmp_path / "paper.txt"
    groups = f"{secret[:40]}\n  {secret[40:60].lower()} {secret[60:]}"
    paper.write_text(f"our key, do not lose it:\n  {groups}\nkept in the safe\n")
    fresh = tmp_path / "fresh"
    assert "only the office's key" in command(fresh, "restore", str(copy)).stderr
    whole = command(fresh, "restore", str(copy), "--key", str(paper), "--check")
    assert "can be restored" in whole.stdout
    restored = command(fresh, "restore", str(copy), "--key", str(paper))
    assert restored.exit_code == 0, restored.output
    with installation.open_central(fresh) as again, again.store.read(again.site) as t:
        assert [officer.name for officer in t.people.everyone()] == [SOMYING.name]
    assert (fresh / "central.key").read_bytes() == (folder / "central.key").read_bytes()


def test_what_is_not_the_offices_whole_file_puts_nothing_back(
    home: Central, tmp_path: Path
) -> None:
    secret, public = officekey.new_key()
    sealed = with_settings(home, backup_key=public)
    copy = tmp_path / "copy.zip.age"
    installation.back_up(sealed, copy, quiet)
    plain = tmp_path / "plain.zip"
    installation.back_up(home, plain, quiet)
    good = copy.read_bytes()
    middle = len(good) // 2
    spoiled = {
        "is sealed to another key": (good, officekey.new_key()[0]),
        "the key is mistyped": (good, secret[:-1] + ("Q" if secret[-1] != "Q" else "P")),
        "is damaged or cut off": (good[:-1], secret),
        "damaged or cut": (good[:100], secret),
        "is damaged": (good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :], secret),
        "is no whole backup": (b"", secret),
        "is not sealed to any key": (plain.read_bytes(), secret),
    }
    for said, (data, key) in spoiled.items():
        copy.write_bytes(data)
        target = tmp_path / "target"
        with pytest.raises(installation.BadBackup, match=said) as refused:
            installation.restore(copy, target, "", quiet, key)
        assert "\n" not in str(refused.value)
        assert list(target.iterdir()) == []


def test_a_copy_that_power_ended_has_no_name_and_goes_a_day_later(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from kiosk.files import new_file\n"
        "with new_file(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "central-x.zip")], check=False)
    [draft] = tmp_path.iterdir()
    assert draft.name.startswith(".central-x.zip.")
    assert drop_old_drafts(tmp_path, "central-") == 0, "somebody may still be writing it"
    day_before = draft.stat().st_mtime - 90_000
    os.utime(draft, (day_before, day_before))
    assert drop_old_drafts(tmp_path, "central-") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_the_disk_has_no_room_for_leaves_nothing(tmp_path: Path) -> None:
    _, public = officekey.new_key()

    def seal_much() -> None:
        with (
            Path("/dev/full").open("wb", buffering=0) as disk,
            officekey.sealing(disk, public) as sealed,
        ):
            for _ in range(40):
                sealed.write(os.urandom(1 << 16))

    with pytest.raises(OSError, match="No space left") as full:
        seal_much()
    no_room = full.value
    assert no_room.errno == errno.ENOSPC
    target = tmp_path / "copy"

    def half_written(end: BaseException) -> None:
        with new_file(target) as file:
            file.write(b"half")
            raise end

    with pytest.raises(KeyboardInterrupt):
        half_written(KeyboardInterrupt())
    with pytest.raises(OSError, match="No space left") as full:
        half_written(no_room)
    assert full.value.filename == str(target), "which disk it is"
    assert list(tmp_path.iterdir()) == []


def test_of_two_who_write_one_copy_at_once_one_is_told_and_the_file_is_whole(
    tmp_path: Path,
) -> None:
    target, meeting = tmp_path / "copy", threading.Barrier(2)
    ended: list[str] = []

    def write(letter: bytes) -> None:
        try:
            with new_file(target) as file:
                file.write(letter * 1000)
                meeting.wait(10)
            ended.append("written")
        except FileExistsError:
            ended.append("refused")

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["refused", "written"]
    assert target.read_bytes() in (b"a" * 1000, b"b" * 1000)
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_a_night_copies_publishes_verifies_and_removes_and_says_so(
    home: Central, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "kiosk")
    copies = tmp_path / "copies"
    copies.mkdir()
    carried = tmp_path / "carried"
    carried.mkdir()
    (copies / "central-2020-01-01.zip").write_bytes(b"x")
    _, public = officekey.new_key()
    night = with_settings(
        home, backups=str(copies), backup_key=public, backup_command=f"cp {{file}} {carried}"
    )
    work(night, NIGHT)
    assert all(not done.failed for done in read_upkeep(night).values())
    [copy] = copies.iterdir()
    assert copy.name.startswith("central-2026-11-24-0240")
    assert [path.name for path in carried.iterdir()] == [copy.name]
    for said in ("backup: ", "publish: ", "verify: all agrees", "retention: "):
        assert f"{said}" in caplog.text
    caplog.clear()
    work(night, NIGHT + timedelta(hours=20))
    assert caplog.text == "", "once a night"
    assert not keys(night)


def test_a_night_that_was_missed_is_made_up_for_and_one_that_failed_tried_again(
    home: Central,
) -> None:
    every = [Task.BACKUP, Task.PUBLISH, Task.VERIFY, Task.RETENTION]
    assert list(due_tasks({}, NIGHT)) == every
    for task in every:
        write_upkeep(home, task, NIGHT, succeeded=task is not Task.VERIFY, what="")
    done = read_upkeep(home)
    assert list(due_tasks(done, NIGHT + timedelta(minutes=30))) == []
    assert list(due_tasks(done, NIGHT + timedelta(minutes=70))) == [Task.VERIFY]
    noon_after = NIGHT + timedelta(days=1, hours=9)
    assert list(due_tasks(done, noon_after)) == every
    assert list(due_tasks(done, NIGHT - timedelta(days=400))) == every, "the clock was ahead"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("false", "exit code 1"),
        ("no-such-command {file}", "No such file"),
        ('sh -c "echo the door is shut >&2; exit 3"', "the door is shut"),
    ],
)
def test_a_copy_that_cannot_be_carried_away_is_told(how: str, said: str) -> None:
    with pytest.raises(TaskFailed, match=said):
        carry_away(how, Path("copy"))


def test_a_folder_that_is_gone_ends_no_other_work_and_is_an_alarm(
    home: Central, caplog: pytest.LogCaptureFixture
) -> None:
    night = with_settings(home, backups="/nowhere")
    work(night, NIGHT)
    assert "backup: /nowhere: No such file or directory" in caplog.text
    done = read_upkeep(night)
    assert done[Task.BACKUP].failed
    assert not done[Task.RETENTION].failed
    assert {"backup_failed", "backup_never"} <= keys(night)


def test_what_was_changed_in_the_database_is_found_by_night(home: Central) -> None:
    with home.store.connection() as connection:
        connection.exec_driver_sql("UPDATE log_heads SET hash = 'x'")
        connection.exec_driver_sql("INSERT INTO log_heads VALUES ('dindaeng', 'record', 7, 'y', 0)")
    work(home, NIGHT)
    assert "verify_failed" in keys(home)


def test_an_old_copy_is_an_alarm_and_says_how_old(home: Central, tmp_path: Path) -> None:
    backed = with_settings(home, backups=str(tmp_path), backup_key="age1" + "q" * 58)
    write_upkeep(backed, Task.BACKUP, NIGHT - timedelta(days=3), succeeded=True, what="")
    write_upkeep(backed, Task.BACKUP, NIGHT, succeeded=False, what='["night_wrong",{"site":"x"}]')
    said = [care_words("en", one) for one in troubles(backed, NIGHT)]
    assert said[0] == "The newest backup is 3 days old."
    assert "Backups lie on the same disk" in "".join(said)
    assert "๓ วัน" in care_words("th", troubles(backed, NIGHT)[0])
    full = with_settings(backed, disk_reserve=10**6 * 1000)
    assert "disk_low" in keys(full)


@pytest.mark.parametrize(
    ("left", "key", "urgent"),
    [
        (timedelta(days=22, hours=1), "", False),
        (timedelta(days=21, hours=1), "certificate_soon", False),
        (timedelta(days=7, hours=1), "certificate_soon", True),
        (-timedelta(hours=1), "certificate_over", True),
    ],
)
def test_a_certificate_is_watched_until_it_ends(
    home: Central, tmp_path: Path, left: timedelta, key: str, urgent: bool
) -> None:
    end = NIGHT.replace(second=0) + timedelta(days=90)
    path = tmp_path / "cert.pem"
    Authority.new("city").issue("report.example.go.th", NIGHT - timedelta(days=1), end, path)
    note_certificate(home, path, NIGHT)
    of_it = [one for one in troubles(home, end - left) if one.key.startswith("certificate")]
    assert [(one.key, one.urgent) for one in of_it] == ([(key, urgent)] if key else [])


def test_a_certificate_that_is_none_is_an_alarm(home: Central, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("nothing")
    note_certificate(home, tmp_path / "cert.pem", NIGHT)
    assert "certificate_failed" in keys(home)


def test_every_alarm_has_words_in_both_languages() -> None:
    known = {key.partition(".")[2] for key in words("en").by_key if key.startswith("care.")}
    for key in known - {"title"}:
        numbers = {"days": 4, "n": 1, "free": 5, "reserve": 6}
        for code in ("th", "en"):
            assert care_words(code, Trouble(key=key, values=numbers))


def test_it_reads_the_alarms_on_the_fleet_page_and_nobody_else(home: Central) -> None:
    it = signed_in(home, ROLES["it"], now=NIGHT)
    assert "backup-key new" not in it.get("/fleet/dindaeng").text
    assert "ยังไม่มีการสำรองข้อมูล" in it.get("/fleet/dindaeng").text
    director = signed_in(home, ROLES["director"], now=NIGHT)
    assert "ยังไม่มีการสำรองข้อมูล" not in director.get("/fleet/dindaeng").text


def test_status_says_what_was_done_and_what_is_needed(folder: Path, home: Central) -> None:
    work(home, NIGHT)
    said = command(folder, "status")
    assert said.exit_code == 1
    assert "verify      2026-11-24 02:40  all agrees" in said.stdout
    assert "No backups are made." in said.stdout


def test_a_terminal_is_silent_after_three_beats_of_a_working_day() -> None:
    ten = datetime(2026, 11, 24, 10, 0).astimezone()
    assert is_silent(ten, frozenset(), ten - timedelta(minutes=51))
    assert not is_silent(ten, frozenset(), ten - timedelta(minutes=49))
    assert not is_silent(ten, frozenset({ten.date()}), ten - timedelta(hours=9)), "a holiday"
    evening = ten.replace(hour=19)
    assert not is_silent(evening, frozenset(), ten), "switched off for the night"
    morning = ten.replace(hour=9, minute=10)
    assert not is_silent(morning, frozenset(), ten - timedelta(hours=17)), "just opened"
    assert is_silent(morning.replace(minute=21), frozenset(), ten - timedelta(hours=17))


def test_a_nearly_full_disk_loses_old_copies_before_the_newest(
    home: Central, tmp_path: Path
) -> None:
    from sync.central.usecases.nights import _make_room

    free = shutil.disk_usage(tmp_path).free
    for day in (20, 21, 22):
        with (tmp_path / f"central-2026-11-{day}.zip").open("wb") as file:
            file.truncate(free)  # a file of holes: it takes no room, and says it would
    _make_room(with_settings(home, disk_reserve=100), tmp_path)
    assert [path.name for path in tmp_path.glob("*.zip")] == ["central-2026-11-22.zip"]
