"""The `kiosk-central` command as an IT clerk meets it: what it makes, what it says, how it ends."""

import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from kiosk.files import alone_in
from sync.central.cli import app
from sync.central.commands.context import choose, now
from sync.central.commands.terminals import shown_certificate
from sync.central.logbook import Log, Wanted, told
from sync.central.store.engine import CentralStore
from sync.central.store.logbreaks import LogBreak
from sync.central.store.witness import Alarm
from sync.central.usecases.checks import central_lines
from sync.central.usecases.installation import open_central
from sync.central.usecases.terminals import NoSuchCode, enrol_terminal, invite_terminal
from sync.central.web.app import create_app
from sync.fingerprint import fingerprint_of, groups
from sync.messages import Enrol
from tests.support.builders import FakeClock
from tests.support.central import NOON, SITE, begin_terminal, enrolled, made_central, take
from tests.support.certificates import DAY as DAY_LONG
from tests.support.certificates import Authority
from tests.support.day_reports import DAY, day_report, key_text

Command = Callable[..., Result]
ROSTER = "number,name,position,section\n101,สมหญิง ใจดี,เจ้าพนักงาน,ฝ่ายทะเบียน\n102,ประสิทธิ์,,ฝ่ายทะเบียน\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "central"


def command_on(folder: Path) -> Command:
    """Runs `kiosk-central` on a data folder."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["--data", str(folder), *words])

    return run


@pytest.fixture
def command(folder: Path) -> Command:
    return command_on(folder)


@pytest.fixture
def ready(command: Command) -> Command:
    assert command("init").exit_code == 0
    return command


@pytest.fixture
def database(folder: Path, ready: Command) -> Iterator[sqlite3.Connection]:
    """The report's own file, opened behind its back."""
    connection = sqlite3.connect(folder / "central.db", isolation_level=None)
    yield connection
    connection.close()


def refused(result: Result, code: int = 2) -> str:
    """The one line of a command that ended with `code`; a traceback is no line."""
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    [line] = result.stderr.strip().splitlines()
    return line


def accepted(result: Result) -> str:
    """What a command that went well said."""
    assert result.exit_code == 0, result.output
    return result.stdout


# --- init -----------------------------------------------------------------------------------


def test_init_makes_secrets_that_only_the_owner_reads(ready: Command, folder: Path) -> None:
    names = {"central.toml", "central.db", "central.key"}
    assert names <= {f.name for f in folder.iterdir()}
    for secret in ("central.toml", "central.key"):
        assert (folder / secret).stat().st_mode & 0o077 == 0


def test_the_database_is_nobody_elses_also_in_a_folder_that_stands_open(tmp_path: Path) -> None:
    command, database = command_on(tmp_path), tmp_path / "central.db"
    tmp_path.chmod(0o755)
    accepted(command("init"))
    assert database.stat().st_mode & 0o077 == 0
    database.chmod(0o644)  # as an earlier version left it
    accepted(command("verify"))
    assert database.stat().st_mode & 0o077 == 0


def test_what_something_else_serves_already_is_not_to_be_served(command: Command) -> None:
    [then] = [line for line in accepted(command("init", "--served")).splitlines() if "Next" in line]
    assert then == "Next: kiosk-central officers import FILE.csv"


def test_init_twice_is_refused_and_changes_nothing(ready: Command, folder: Path) -> None:
    before = (folder / "central.key").read_bytes()
    assert "is set up already" in refused(ready("init"))
    assert (folder / "central.key").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--site", "bad id!"), "site = 'bad id!': id 'bad id!': use 1 to 32"),
        (("--name", "=1+1"), "name = '=1+1': text '=1+1' starts like a spreadsheet formula"),
        (("--name", ""), "name = '': text is empty"),
        (
            ("--url", "report.example"),
            "url = 'report.example': write an address that starts with https://",
        ),
        (("--url", "http://a\nb"), "write a text in quotes, on one line"),
        (("--database", "mysql://host/name"), "not supported"),
        (("--database", "nonsense"), "write sqlite:///"),
    ],
)
def test_a_refused_init_says_what_and_leaves_no_database(
    command: Command, folder: Path, words: tuple[str, ...], said: str
) -> None:
    assert said in refused(command("init", *words))
    assert not folder.exists() or not list(folder.iterdir())


def test_a_database_that_does_not_answer_is_not_now_and_its_password_is_not_shown(
    command: Command,
) -> None:
    line = refused(command("init", "--database", "postgresql+psycopg://a:geheim@127.0.0.1:1/x"), 3)
    assert "127.0.0.1:1" in line
    assert "geheim" not in line


# --- settings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name =", "nmae =", "nmae: unknown setting; did you mean name?"),
        ("name =", "colour = 'red'\nname =", "colour: unknown setting; remove it"),
        ("database =", "# database =", "database: missing"),
        ("url =", "# url =", "url: missing"),
        ('site = "dindaeng"', "site = 5", "site = 5: write a text in quotes"),
        ('site = "dindaeng"', 'site = "din daeng"', "site = 'din daeng': id 'din daeng': use"),
        ('question_th = ""', f'question_th = "{"ก" * 301}"', "write 0 to 160 characters"),
        ("site =", "site", "central.toml"),
    ],
)
def test_a_wrong_setting_is_named_with_file_key_and_remedy(
    ready: Command, folder: Path, old: str, new: str, said: str
) -> None:
    path = folder / "central.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    line = refused(ready("terminals", "list"))
    assert said in line
    assert str(path) in line


def test_without_settings_init_is_named(command: Command) -> None:
    assert "kiosk-central init" in refused(command("verify"))


@pytest.mark.parametrize("damage", ["", "not a key", "open"])
def test_a_signing_key_that_can_not_be_trusted_is_refused(
    ready: Command, folder: Path, damage: str
) -> None:
    key = folder / "central.key"
    if damage == "open":
        key.chmod(0o644)
    else:
        key.write_text(damage, "utf-8")
    assert str(key) in refused(ready("verify"))


@pytest.mark.parametrize("version", ["ae1027a6c2f3", "0000abc"])
def test_another_programs_database_is_refused(
    ready: Command, database: sqlite3.Connection, version: str
) -> None:
    database.execute("UPDATE alembic_version SET version_num = ?", (version,))
    assert "holds other tables" in refused(ready("verify"))


def test_a_newer_database_names_both_versions(ready: Command, database: sqlite3.Connection) -> None:
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert re.search(r"newer version \(9999; this one knows \d{4}\)", refused(ready("verify")))


def test_a_file_that_is_no_database_is_refused(ready: Command, folder: Path) -> None:
    (folder / "central.db").write_bytes(b"not a database at all" * 99)
    assert "is no SQLite file" in refused(ready("verify"))


def test_a_database_that_went_away_is_not_made_anew(ready: Command, folder: Path) -> None:
    for file in folder.glob("central.db*"):
        file.unlink()
    assert "is gone or empty; put a backup back" in refused(ready("verify"))
    assert not (folder / "central.db").exists()


# --- serve ----------------------------------------------------------------------------------


def test_beyond_this_machine_only_with_tls(ready: Command) -> None:
    assert "give --tls-cert and --tls-key" in refused(ready("serve", "--host", "0.0.0.0"))


def test_half_a_certificate_is_refused(ready: Command, folder: Path) -> None:
    assert "go together" in refused(ready("serve", "--tls-cert", str(folder / "cert.pem")))


def test_a_missing_certificate_is_not_now(ready: Command, folder: Path) -> None:
    words = ("--tls-cert", str(folder / "no.pem"), "--tls-key", str(folder / "no.key"))
    assert "no.pem" in refused(ready("serve", "--port", "0", *words), 3)


def test_the_reports_address_is_the_one_that_the_certificate_names(
    ready: Command, folder: Path, tmp_path: Path
) -> None:
    """0.0.0.0 is where central listens, and no browser opens it."""
    now = datetime.now(UTC)
    pem = Authority.new("office").issue(
        "report.test", now - DAY_LONG, now + DAY_LONG, tmp_path / "p"
    )
    program = Path(sys.executable).with_name("kiosk-central")
    words = ("serve", "--host", "0.0.0.0", "--port", "0", "--tls-cert", pem, "--tls-key", pem)
    assert ready("verify").exit_code == 0
    with subprocess.Popen(
        [program, "--data", folder, *words], stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout
        said = [serving.stdout.readline() for _ in range(2)]
        serving.terminate()
    assert said[1] == "Report: http://127.0.0.1:8765/report/dindaeng\n"


# --- enrol, terminals -----------------------------------------------------------------------


def test_enrol_prints_the_line_to_type_at_the_terminal(ready: Command) -> None:
    said = ready("enrol", "--terminal", "counter-1", "--counter", "1").output
    code = re.search(r"Code: ([2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}) ", said)
    assert code
    assert f"kiosk setup http://127.0.0.1:8765 {code[1]}" in said


def test_enrol_says_the_fingerprint_as_the_terminals_screen_shows_it(
    ready: Command, tmp_path: Path
) -> None:
    pem = Authority.new("office").issue(
        "localhost", NOON - DAY_LONG, NOON + DAY_LONG, tmp_path / "tls.pem"
    )
    words = ("--terminal", "counter-1", "--counter", "1", "--tls-cert", str(pem))
    said = accepted(ready("enrol", *words))
    fingerprint = fingerprint_of(pem.read_text("ascii"))
    assert fingerprint in said, "in the line to type"
    assert " ".join(groups(fingerprint)) in said


def test_a_report_that_goes_on_elsewhere_is_not_opened_again(
    ready: Command, folder: Path, tmp_path: Path
) -> None:
    file, there = tmp_path / "central.zip", tmp_path / "there"
    assert "is not opened again" in accepted(ready("backup", str(file), "--last"))
    for words in (("terminals", "list"), ("serve", "--port", "0"), ("backup", str(file) + "2")):
        assert "this report goes on elsewhere" in refused(ready(*words))
    accepted(command_on(there)("restore", str(file)))
    accepted(command_on(there)("terminals", "list"))
    (folder / "moved").unlink()
    accepted(ready("terminals", "list"))


def test_enrol_names_a_proxys_certificate_before_the_packages_own(tmp_path: Path) -> None:
    assert shown_certificate(tmp_path) == tmp_path / "cert.pem"
    (tmp_path / "proxy.pem").touch()
    assert shown_certificate(tmp_path) == tmp_path / "proxy.pem"


def test_a_code_is_not_kept_in_the_clear(ready: Command, folder: Path) -> None:
    said = ready("enrol", "--terminal", "counter-1", "--counter", "1").output
    code = re.search(r"Code: (\S+)", said)
    assert code
    stored = b"".join(f.read_bytes() for f in folder.glob("central.db*"))
    assert code[1].encode() not in stored


def test_a_bad_terminal_id_is_refused(ready: Command) -> None:
    line = refused(ready("enrol", "--terminal", "counter 1", "--counter", "1"))
    assert "terminal 'counter 1'" in line


def test_a_terminal_is_quarantined_released_and_revoked_by_command(
    ready: Command, folder: Path
) -> None:
    store = CentralStore.open(f"sqlite:///{folder / 'central.db'}")
    with store.transaction(SITE) as t:
        begin_terminal(t, "counter-1", "1", key_text())
    store.close()
    on = ("terminals", "quarantine", "counter-1", "--reason", "found open")
    assert "is in quarantine" in accepted(ready(*on))
    assert "is no active terminal" in refused(ready(*on))
    assert "\tby-hand\t" in accepted(ready("terminals", "list"))
    compared = accepted(ready("terminals", "compare", "counter-1"))
    assert "by-hand: found open" in compared
    mark = compared.partition("--mark ")[2].split()[0]
    release = ("terminals", "release", "counter-1", "--mark")
    assert "say what was found" in refused(ready(*release, mark, "--reason", " "))
    assert "nothing was done" in refused(ready(*release, "0" * 16, "--reason", "x"))
    off = (*release, mark, "--reason", "nothing was there")
    assert accepted(ready(*off)) == "Released counter-1; its reports come with its next sync.\n"
    assert "nothing was done" in refused(ready(*off))
    assert "no account nobody" in refused(ready(*off, "--as", "nobody"))
    assert "waits for no" in refused(
        ready("terminals", "confirm", "counter-1", "--mark", mark, "--as", "it")
    )
    end = ("terminals", "revoke", "counter-1", "--reason", "stolen")
    assert "has ended" in accepted(ready(*end))
    assert "has no key to end" in refused(ready(*end))
    store = CentralStore.open(f"sqlite:///{folder / 'central.db'}")
    with store.transaction(SITE) as t:
        at = datetime(2026, 11, 23, tzinfo=UTC)
        t.witness.alarm(Alarm(at=at, terminal="counter-1", kind="earlier-key", detail="x"))
    store.close()
    compared = accepted(ready("terminals", "compare", "counter-1"))
    assert "To settle its alarms:" in compared
    mark = compared.partition("--mark ")[2].split()[0]
    said = accepted(ready(*release, mark, "--reason", "it is broken"))
    assert said == "Settled the alarms of counter-1. Its key stays ended.\n"
    store = CentralStore.open(f"sqlite:///{folder / 'central.db'}")
    with store.transaction(SITE) as t:
        t.witness.alarm(Alarm(at=at, terminal="counter-1", kind="rollback", detail="a day"))
    store.close()
    mark = accepted(ready("terminals", "compare", "counter-1")).partition("--mark ")[2].split()[0]
    said = accepted(ready(*release, mark, "--reason", "it is broken"))
    assert said.startswith("Proposed."), "a day that never came is for two people"
    compared = accepted(ready("terminals", "compare", "counter-1"))
    assert "proposes to settle its alarms: it is broken" in compared
    accepted(ready("accounts", "add", "boss", "--role", "director"))
    mark = compared.partition("--mark ")[2].split()[0]
    confirm = ("terminals", "confirm", "counter-1", "--mark", mark, "--as", "boss")
    said = accepted(ready(*confirm))
    assert said == "Settled the alarms of counter-1. Its key stays ended.\n"
    assert "\trevoked\t" in accepted(ready("terminals", "list"))


def test_two_people_let_reports_count_by_the_lines_that_compare_prints(
    ready: Command, folder: Path
) -> None:
    store = CentralStore.open(f"sqlite:///{folder / 'central.db'}")
    central = made_central(store, folder)
    enrolled(central)
    for report in (day_report(1), day_report(2, counts=(0, 0, 0, 0, 60))):
        take(central, report)
    store.close()
    accepted(ready("accounts", "add", "boss", "--role", "director"))

    def line(deed: str, account: str) -> list[str]:
        lines = accepted(ready("terminals", "compare", "counter-1")).splitlines()
        [printed] = [line for line in lines if f"terminals {deed} " in line]
        words = shlex.split(printed)[1:]
        return [word.replace("…", "copied").replace("ACCOUNT", account) for word in words]

    propose = line("propose", "it")
    assert "Proposed 1 report" in accepted(ready(*propose))
    assert "nothing was done" in refused(ready(*propose)), "somebody has proposed it meanwhile"
    assert (
        "it proposes that 2026-11-23 count: copied"
        in ready("terminals", "compare", "counter-1").stdout
    )
    assert "may not do that" in refused(ready(*line("count", "it")))
    assert "1 report count now" in accepted(ready(*line("count", "boss")))


def test_lists_say_what_to_do_when_they_are_empty(ready: Command) -> None:
    assert "kiosk-central enrol" in ready("terminals", "list").output
    assert "officers import" in ready("officers", "list").output


# --- officers -------------------------------------------------------------------------------


def test_officers_come_in_with_or_without_a_byte_order_mark(ready: Command, tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig"):
        file = tmp_path / f"{encoding}.csv"
        file.write_text(ROSTER, encoding)
        assert ready("officers", "import", str(file)).exit_code == 0
    listed = ready("officers", "list").output.splitlines()
    assert [line.split("\t")[0] for line in listed] == ["101", "102"]


def test_numbers_are_listed_as_numbers(ready: Command, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("number,name\n10,ก\n9,ข\n100,ค\n", "utf-8")
    ready("officers", "import", str(file))
    listed = ready("officers", "list").output.splitlines()
    assert [line.split("\t")[0] for line in listed] == ["9", "10", "100"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("number,nom\n1,ก\n", ["line 1: column 'name' is missing"]),
        ("number,name,name\n1,ก,5\n", ["line 1: column 'name' appears twice"]),
        ("number,name\n1,ก\n1,ข\n", ["line 3: number 1 is already on line 2"]),
        ("number,name\n1,=cmd()\n2,\x07\n", ["line 2: ", "line 3: "]),
        ("number,name\n1,ก,ข\n", ["line 2: 3 columns where the header has 2"]),
        ("", ["line 1: the file is empty"]),
    ],
)
def test_a_wrong_roster_is_refused_whole_and_every_line_named(
    ready: Command, tmp_path: Path, text: str, said: list[str]
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(text, "utf-8")
    result = ready("officers", "import", str(file))
    lines = result.stderr.strip().splitlines()
    assert result.exit_code == 2
    assert len(lines) == len(said) + 1, lines
    for line, wanted in zip(lines, said, strict=False):
        assert f"{file}: {wanted}" in line
    assert "No officers yet" in ready("officers", "list").output


def test_a_roster_in_another_encoding_or_absent_is_named(ready: Command, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes("number,name\n1,Müller\n".encode("latin-1"))
    assert "CSV UTF-8" in ready("officers", "import", str(file)).stderr
    assert "No such file" in refused(ready("officers", "import", str(tmp_path / "none.csv")))
    assert "directory" in refused(ready("officers", "import", str(tmp_path)))


def test_columns_that_say_nothing_of_ours_are_named(ready: Command, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("ลำดับ,เลขประจำตัว,ชื่อ-สกุล\n๑,๑๐๑,สมหญิง ใจดี\n", "utf-16")
    done = ready("officers", "import", str(file))
    assert (done.exit_code, done.stderr) == (0, "Columns that are not used: ลำดับ\n")
    assert "101" in ready("officers", "list").stdout


def test_two_officers_may_swap_their_numbers(ready: Command, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("number,name,id\n1,ก,a\n2,ข,b\n", "utf-8")
    ready("officers", "import", str(file))
    file.write_text("number,name,id\n2,ก,a\n1,ข,b\n", "utf-8")
    assert ready("officers", "import", str(file)).exit_code == 0
    assert ready("officers", "list").output.splitlines()[0].startswith("1\tข")


def test_a_newcomer_does_not_inherit_the_ratings_of_one_who_left(
    ready: Command, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(ROSTER, "utf-8")
    ready("officers", "import", str(file))
    ready("officers", "retire", "101")
    file.write_text("number,name\n101,คนใหม่\n", "utf-8")
    assert ready("officers", "import", str(file)).exit_code == 0
    store = CentralStore.open(f"sqlite:///{folder / 'central.db'}")
    with store.read("dindaeng") as t:
        by_name = {officer.name: officer for officer in t.people.everyone()}
    store.close()
    before, newcomer = by_name["สมหญิง ใจดี"], by_name["คนใหม่"]
    assert before.retired
    assert not newcomer.retired
    assert before.number == newcomer.number == "101"
    assert len({before.id, newcomer.id, "101"}) == 3


def test_retiring_someone_unknown_is_refused(ready: Command) -> None:
    assert "'999'" in refused(ready("officers", "retire", "999"))


# --- results --------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["yesterday", "2026-02-30", "23/11/69", "20261123"])
def test_a_date_that_is_none_is_refused(ready: Command, word: str) -> None:
    assert "write YYYY-MM-DD" in refused(ready("tally", "--date", word))


def test_no_block_is_published_of_nothing(ready: Command) -> None:
    assert "No new block" in ready("publish").output


def test_every_tally_is_logged_with_its_reader(
    ready: Command, database: sqlite3.Connection
) -> None:
    assert "No ratings" in ready("tally", "--date", DAY.isoformat(), "--reader", "auditor").output
    query = "SELECT who, what FROM log_entries WHERE kind = 'read'"
    kept = database.execute(query).fetchall()
    assert kept == [("auditor", told("tally", day="2026-11-23"))]


def test_help_teaches_the_exit_codes(command: Command) -> None:
    said = " ".join(command("--help").output.split())
    assert "Exit codes: 0 done" in said


def test_a_backup_goes_into_an_empty_folder_and_verifies(
    ready: Command, folder: Path, tmp_path: Path
) -> None:
    file, other = tmp_path / "b.zip", tmp_path / "other"
    assert "read it back" in accepted(ready("backup", str(file)))
    assert "there already" in refused(ready("backup", str(file)))
    command = command_on(other)
    with alone_in(other / ".restoring"):
        assert "wait until that one has ended" in refused(command("restore", str(file)), 3)
    assert "all agrees" in accepted(command("restore", str(file)))
    assert "set up already" in refused(command("restore", str(file)))
    assert (other / "central.key").read_bytes() == (folder / "central.key").read_bytes()
    assert 'database = "sqlite:///central.db"' in (other / "central.toml").read_text("utf-8")
    file.write_bytes(file.read_bytes()[:500])
    assert "no whole backup" in refused(command_on(tmp_path / "third")("restore", str(file)), 1)


def test_a_restore_that_was_killed_is_done_again_and_nothing_serves_half_of_one(
    ready: Command, tmp_path: Path
) -> None:
    file, other = tmp_path / "b.zip", tmp_path / "other"
    accepted(ready("backup", str(file)))
    killed = f"""
import os, pathlib, signal
from sync.central.usecases import installation
def kill(rows):
    if rows > 2:
        os.kill(os.getpid(), signal.SIGKILL)
file, other = pathlib.Path({str(file)!r}), pathlib.Path({str(other)!r})
installation.restore(file, other, "", lambda *_: None, step=kill)
"""
    run = subprocess.run([sys.executable, "-c", killed], check=False)
    assert run.returncode == -signal.SIGKILL
    command = command_on(other)
    assert "kiosk-central init" in refused(command("verify"))
    init = ("init", "--site", "dindaeng", "--name", "ดินแดง", "--url", "http://127.0.0.1:1")
    assert "cut off here; run it again" in refused(command(*init))
    newer = tmp_path / "newer.zip"
    accepted(ready("backup", str(newer)))
    assert "all agrees" in accepted(command("restore", str(newer))), "another one begins anew"
    assert not list(other.glob(".restor*"))
    first = tmp_path / "first"
    subprocess.run([sys.executable, "-c", killed.replace(str(other), str(first))], check=False)
    assert "all agrees" in accepted(command_on(first)("restore", str(file)))
    assert not list(first.glob(".restor*"))


def test_what_is_for_everybody_is_exported(ready: Command, tmp_path: Path) -> None:
    said = accepted(ready("export", str(tmp_path / "out"), "--period", "fy2027-q1"))
    assert (said.count("statistics-dindaeng-fy2027-q1"), said.count("-fy2570-q1")) == (2, 3)
    assert {p.suffix for p in (tmp_path / "out").iterdir()} == {
        ".csv", ".json", ".xlsx", ".png", ".pdf",
    }  # fmt: skip
    assert "write fy2027" in refused(ready("export", str(tmp_path), "--period", "soon"))


def test_retain_says_what_would_go_and_what_went(ready: Command) -> None:
    assert accepted(ready("retain", "--dry-run")).startswith("would go: dindaeng: results up to")
    assert "blocks 0, people 0" in accepted(ready("retain"))
    assert accepted(ready("verify")).endswith("All agrees.\n")


def test_letters_go_to_a_new_file_that_its_owner_alone_reads(
    ready: Command, tmp_path: Path
) -> None:
    roster, file = tmp_path / "roster.csv", tmp_path / "letters.pdf"
    roster.write_text(ROSTER, encoding="utf-8")
    accepted(ready("officers", "import", str(roster)))
    assert "2 letters" in accepted(ready("accounts", "letters", str(file)))
    assert file.read_bytes().startswith(b"%PDF")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "102\tofficer\tประสิทธิ์" in accepted(ready("accounts", "list"))
    again = tmp_path / "again.pdf"
    assert "None of these" in accepted(ready("accounts", "letters", str(again)))
    assert "no active officer has number" in refused(
        ready("accounts", "letters", str(again), "--again", "109")
    )
    assert not again.exists()
    assert "File exists" in refused(ready("accounts", "letters", str(file), "--unused"))
    assert "1 letter," in accepted(ready("accounts", "letters", str(again), "--again", "102"))


def test_accounts_are_made_listed_and_disabled(ready: Command) -> None:
    assert "First password" in accepted(ready("accounts", "add", "boss", "--role", "director"))
    assert "the roles are officer" in refused(ready("accounts", "add", "x", "--role", "king"))
    assert "needs an officer" in refused(ready("accounts", "add", "x", "--role", "officer"))
    assert "boss\tdirector" in accepted(ready("accounts", "list"))
    assert "First password" in accepted(ready("accounts", "password", "boss"))
    assert "Disabled" in accepted(ready("accounts", "disable", "boss"))
    assert "\tdisabled" in accepted(ready("accounts", "list"))
    ghost = ready("accounts", "add", "g", "--role", "officer", "--officer", "909")
    assert "no active officer has number '909'" in refused(ghost)
    accepted(ready("accounts", "add", "mayor", "--role", "audit", "--city"))
    assert "no account" in refused(ready("accounts", "disable", "mayor"))
    assert "Disabled" in accepted(ready("accounts", "disable", "mayor", "--city"))
    assert "mayor\taudit" in accepted(ready("accounts", "list", "--city"))
    for words in (("disable", "nobody"), ("password", "nobody")):
        assert "no account" in refused(ready("accounts", *words))


def test_a_second_office_lives_in_the_same_central(ready: Command) -> None:
    accepted(ready("sites", "add", "huaikhwang", "สำนักงานเขตห้วยขวาง"))
    assert "huaikhwang\tสำนักงานเขตห้วยขวาง\tactive" in accepted(ready("sites", "list"))
    assert "No accounts yet" in accepted(ready("--site", "huaikhwang", "accounts", "list"))
    assert "no such office" in refused(ready("--site", "nowhere", "accounts", "list"))
    assert "use 1 to 32" in refused(ready("sites", "add", "a b", "x"))


def test_an_office_that_closed_is_marked_where_offices_are_listed(
    ready: Command, folder: Path
) -> None:
    accepted(ready("sites", "add", "huaikhwang", "สำนักงานเขตห้วยขวาง"))
    accepted(ready("--site", "huaikhwang", "sites", "retire", "--reason", "merged"))
    listed = accepted(ready("sites", "list")).splitlines()
    assert [line.rpartition("\t")[2] for line in listed] == ["active", "retired"]
    with open_central(folder) as central:
        page = TestClient(create_app(central)).get("/sign-in").text
    assert "สำนักงานเขตห้วยขวาง (ปิดแล้ว)<" in page
    assert "สำนักงานเขตดินแดง<" in page


def test_every_office_is_verified_and_closed_where_none_is_named(
    ready: Command, database: sqlite3.Connection
) -> None:
    accepted(ready("sites", "add", "huaikhwang", "สำนักงานเขตห้วยขวาง"))
    database.execute(
        "INSERT INTO day_lines VALUES"
        " ('huaikhwang', 't', '2026-01-05', 'a', 's', '1', 'am', 'touch', 5, 0, 0, 0, 3, 9)"
    )
    database.execute("INSERT INTO unclosed VALUES ('huaikhwang', 'a', '2026-01-05', 1)")
    database.commit()
    assert "No new block" in accepted(ready("--site", "dindaeng", "publish"))
    assert "Published 1" in accepted(ready("publish"))
    assert "All agrees" in accepted(ready("--site", "dindaeng", "verify"))
    assert "huaikhwang: t 2026-01-05: has rows but no" in refused(ready("verify"), 1)


def test_the_demonstration_fills_an_empty_central_and_no_other(ready: Command) -> None:
    said = accepted(ready("seed-demo", "--days", "20"))
    assert "director" in said
    assert "fresh --data" in refused(ready("seed-demo", "--days", "20"))
    assert "All agrees" in accepted(ready("verify"))


@pytest.mark.parametrize(
    "words", [("serve",), ("publish",), ("enrol", "--terminal", "t", "--counter", "1")]
)
def test_a_clock_set_to_the_buddhist_era_stops_what_would_keep_a_date(
    ready: Command, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock(datetime(2569, 6, 1, 9, tzinfo=UTC))
    monkeypatch.setattr("sync.central.commands.context.SystemClock", lambda: clock)
    assert "2569-06-01" in refused(ready(*words), code=1)


def test_a_clock_that_can_not_be_right_makes_no_data_folder(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock(datetime(1970, 1, 1, tzinfo=UTC))
    monkeypatch.setattr("sync.central.commands.context.SystemClock", lambda: clock)
    assert "set the machine's date" in refused(command("init"), code=1)
    assert not folder.exists()


def test_verify_names_a_log_that_differs_from_what_a_terminal_has_seen(
    ready: Command, folder: Path
) -> None:
    store = CentralStore.open(f"sqlite:///{folder / 'central.db'}")
    with store.transaction("dindaeng") as t:
        t.log_breaks.put(
            LogBreak(
                terminal="counter-1",
                log="record",
                seen=12,
                seen_hash="a" * 64,
                at=datetime(2026, 11, 23, 5, 0, tzinfo=UTC),
                seq=9,
                kind="rollback",
            )
        )
    result = ready("verify")
    assert result.exit_code == 1
    assert "dindaeng: log record: counter-1 has seen entry 12 of it (rollback" in result.stdout
    with store.transaction("dindaeng") as t:
        t.log_breaks.settle(t.log_breaks.all(), "boss", datetime.now(UTC))
    store.close()
    assert "record does not say that two people settled it" in refused(ready("verify"), 1)


def test_a_roster_from_the_command_line_stands_in_the_log(
    ready: Command, folder: Path, tmp_path: Path
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("number,name,position,section\n101,สมหญิง ใจดี,,\n", "utf-8")
    accepted(ready("officers", "import", str(roster)))
    accepted(ready("officers", "retire", "101"))
    store = CentralStore.open(f"sqlite:///{folder / 'central.db'}")
    with store.read("dindaeng") as t:
        entries = t.logs.page(Log.RECORD, Wanted(), 0, 2)
    store.close()
    whats = [entry.note.what for entry in entries]
    assert whats == [
        told("officer_retired", number="101", officer="สมหญิง ใจดี"),
        told("roster", n=1),
    ]


def test_an_older_database_is_changed_by_migrate_alone(
    ready: Command, database: sqlite3.Connection
) -> None:
    assert "Nothing to do" in ready("migrate").output
    database.execute("UPDATE alembic_version SET version_num = '0000'")
    for command in (("verify",), ("accounts", "list"), ("backup", "x.zip")):
        assert "run `kiosk-central migrate`" in refused(ready(*command))


def test_an_8_bit_locale_ends_no_command_half_way(folder: Path) -> None:
    """What it can't show becomes a question mark; files are UTF-8 all the same."""
    western = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONIOENCODING": "latin-1"}
    made = subprocess.run(
        [sys.executable, "-m", "sync.central.cli", "--data", str(folder), "init"],
        capture_output=True,
        env={**western, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        timeout=30,
    )
    assert made.returncode == 0, made.stderr
    assert b"(???" in made.stdout
    assert b"First account: it" in made.stdout
    assert "สำนักงานเขตดินแดง" in (folder / "central.toml").read_text("utf-8")


def test_the_first_office_renamed_is_called_so_everywhere(ready: Command, folder: Path) -> None:
    new = "สำนักงานเขตห้วยขวาง"
    said = accepted(ready("sites", "rename", "dindaeng", new))
    assert "central.toml still says สำนักงานเขตดินแดง" in said
    lines = {line.about: line for line in central_lines(folder, NOON)}
    assert new in lines["name"].says, "check names the disagreement"
    with open_central(folder) as central:
        assert central.settings.name == new
        assert ready("sites", "rename", "dindaeng", "สำนักงานเขตพญาไท").exit_code == 0
        page = TestClient(create_app(central)).get("/public/dindaeng").text
    assert "สำนักงานเขตพญาไท" in page, "while it is served"
    assert new not in page


def test_beyond_this_machine_without_tls_somebody_names_the_danger(ready: Command) -> None:
    """The certificate that is missing is what ends the command here, not the danger."""
    for named in (("--behind-proxy", "10.0.0.4"), ("--insecure-http",)):
        result = ready("autostart", "--host", "0.0.0.0", *named)
        assert "beyond this machine" not in result.stderr
    alone = ("serve", "--host", "0.0.0.0", "--tls-cert", "cert.pem")
    for words in (alone, (*alone, "--insecure-http")):
        assert "go together" in refused(ready(*words)), "a key is needed here"
    watched = ready("autostart", "--tls-cert", "cert.pem", "--behind-proxy", "127.0.0.1")
    assert "go together" not in watched.stderr, "the proxy has the key"
    result = ready("serve", "--host", "0.0.0.0", "--behind-proxy", "proxy.local")
    assert "--behind-proxy: 'proxy.local' does not appear to be" in refused(result)


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("KIOSK_CENTRAL_URL", "https://example.go.th/kiosk/", "write a host without a path"),
        ("KIOSK_CENTRAL_CONNECTIONS", "many", "whole number"),
        ("KIOSK_CENTRAL_DATABASE", "mysql://a/b", "mysql is not supported"),
    ],
)
def test_the_environment_goes_before_the_file_and_is_read_within_the_same_bounds(
    ready: Command, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert problem in refused(ready("sites", "list"))


def test_a_path_in_the_reports_address_is_refused_before_anything_is_made(
    command: Command, folder: Path
) -> None:
    for address in ("https://example.go.th/kiosk/", "https://example.go.th?site=a"):
        assert "without a path" in refused(command("init", "--url", address))
    assert not folder.exists()


def test_a_command_keeps_the_offices_time_on_a_machine_that_has_another(
    ready: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it prints is Bangkok's, and what it stores is the moment that it is."""
    with monkeypatch.context() as machine:
        machine.setenv("TZ", "UTC")
        time.tzset()
        said = accepted(ready("enrol", "--terminal", "counter-1", "--counter", "1"))
        code = said.split("Code: ")[1].split()[0]
        machine.setenv("TZ", "America/New_York")
        time.tzset()
        accepted(ready("terminals", "list"))
        assert time.tzname[0] == "+07"
    time.tzset()
    soon, late = (datetime.now(UTC) + timedelta(minutes=n) for n in (9, 11))
    with open_central(folder) as central:
        again = invite_terminal(central, "counter-2", "2", datetime.now(UTC).astimezone())
        with pytest.raises(NoSuchCode):
            enrol_terminal(central, Enrol(again, key_text()), late)
        enrol_terminal(central, Enrol(code, key_text()), soon)
    [line] = accepted(ready("terminals", "list")).splitlines()
    assert "\tnever\t" in line


def test_a_command_asks_the_time_in_the_offices_zone_whatever_the_machine_has(
    ready: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also before it opens the office: in Bangkok a day begins seven hours earlier."""
    with monkeypatch.context() as machine:
        machine.setenv("TZ", "UTC")
        time.tzset()
        choose(folder, "")
        assert now().utcoffset() == timedelta(hours=7)
        machine.setenv("TZ", "UTC")
        time.tzset()
        [clock] = [line for line in ready("check").output.splitlines() if " clock " in line]
        assert clock.endswith("+07:00")
    time.tzset()


def test_an_office_that_is_there_is_renamed_by_no_typing_error(ready: Command) -> None:
    accepted(ready("sites", "add", "huaikhwang", "สำนักงานเขตห้วยขวาง"))
    accepted(ready("sites", "add", "huaikhwang", "สำนักงานเขตห้วยขวาง"))
    assert "sites rename" in refused(ready("sites", "add", "huaikhwang", "สำนักงานเขตพญาไท"))
    accepted(ready("sites", "rename", "huaikhwang", "สำนักงานเขตพญาไท"))
    assert "สำนักงานเขตพญาไท" in accepted(ready("sites", "list"))
    assert "no office" in refused(ready("sites", "rename", "nowhere", "x"))
