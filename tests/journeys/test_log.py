"""A day at a counter and at central, with everything that the programs log of it, at the finest
level: every line is read."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import SignOff
from kiosk.domain.rating import Channel
from kiosk.domain.refusal import Refusal
from kiosk.loglines import MOST_A_MINUTE, Lines, LogLevel, Sparse, log_while_running
from kiosk.settings.reading import parse
from sync import enrolling, exchange
from sync.central.usecases.accounts import add_account
from sync.central.viewer import ROLES
from sync.closing import close_days
from sync.keyfile import write_key
from tests.support.builders import SOMYING, FakeClock
from tests.support.central_server import Server, running_server
from ui.app import Running, start
from ui.window import TerminalWindow

LINE = re.compile(r"<[3-7]>[a-z.]+: [^\n]+")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path) as server:
        yield server


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.handler.setFormatter(Lines(for_journal=True))
    caplog.set_level(logging.DEBUG, "kiosk")
    return caplog


def sign_on(running: Running, pin: str) -> None:
    staff = running.presenter.staff
    staff.message_acted()
    for digit in "101":
        staff.type_digit(digit)
    for digit in pin:
        staff.type_digit(digit)


def test_no_line_has_a_score_a_pin_a_key_or_an_officer_and_none_comes_with_a_press(
    server: Server, tmp_path: Path, window: TerminalWindow, log: pytest.LogCaptureFixture
) -> None:
    with server.central.store.transaction(server.central.site) as t:
        t.people.put([SOMYING])
    password = add_account(server.central, "test", "som", "Som", (ROLES["it"],), server.now)
    code = server.code()
    key = Ed25519PrivateKey.generate()
    folder = DataFolder(tmp_path / "terminal")
    folder.create()
    write_key(folder.key_file, key)
    clock = FakeClock()
    store, terminal = folder.open(clock)
    terminal.add_officers([SOMYING])
    pin, wrong = terminal.set_pin(SOMYING.id), "000000"
    terminal.join(enrolling.enrol(server.url, code, key))
    store.close()
    running = start(folder, parse(""), clock, window)
    sign_on(running, wrong)
    running.presenter.staff.back()
    sign_on(running, pin)
    assert running.presenter.state.duty is not None
    before_presses = len(log.records)
    for score in (1, 2, 3, 4, 5):
        clock.pass_seconds(60)
        running.presenter.tick()
        running.presenter.citizen.press(score, Channel.TOUCH)
        running.presenter.citizen.press(score, Channel.TOUCH)
    assert running.presenter.session.terminal.status().days == 1
    assert len(log.records) == before_presses, "the journal would tell when each press came"
    running.presenter.panels.up("/dev/ttyUSB0")
    running.presenter.panels.stuck(4)
    running.presenter.panels.down(Refusal("no_player", player="aplay"))
    running.presenter.session.step(SignOff())
    close_days(running.store, clock, today=True)
    exchange.sync(running.store, clock, key)
    exchange.heartbeat(running.store, clock, key)
    for word in ("not it", password):
        form = {"account": "som", "password": word, "site": server.central.site}
        server.browser.post("/sign-in", data=form, headers={"Origin": server.url})
    server.browser.get(f"/officer/{server.central.site}/{SOMYING.id}?t={pin}")
    running.stop()

    lines = log.text.splitlines()
    for line in lines:
        assert LINE.fullmatch(line), line
    for secret in (
        *(pin, wrong, code, password, "not it", folder.pepper().hex()),
        *(str(SOMYING.id), SOMYING.name),
    ):
        assert not re.search(rf"\b{re.escape(secret)}\b", log.text), secret
    for kind in ("duty-began", "pin-tried", "pin-right", "panel-down", "duty-ended cause="):
        assert f"event: {kind}" in log.text
    assert "<4>event: panel-down what=" in log.text
    assert "<4>event: button-stuck\n" in log.text, "which one would be a score"
    assert f"central.sync: enrolled {server.central.site}/counter-1" in log.text
    assert "revision 1: stored" in log.text
    assert "<4>central.security: dindaeng failed som" in log.text
    assert "central.access: GET /officer/{site}/{officer}" in log.text


def test_the_scan_finds_a_name_that_is_logged(log: pytest.LogCaptureFixture) -> None:
    logging.getLogger("kiosk.event").info("rated %s 5", SOMYING.name)
    assert SOMYING.name in log.text


def test_a_line_from_outside_begins_no_other(log: pytest.LogCaptureFixture) -> None:
    logging.getLogger("kiosk.store").warning("%s", "disk\n<0>panic\x1b[2J")
    assert log.text.splitlines() == ["<4>store: disk\\x0a<0>panic\\x1b[2J"]


def test_each_line_of_a_bug_has_the_level(log: pytest.LogCaptureFixture) -> None:
    try:
        raise RuntimeError("no")
    except RuntimeError:
        logging.getLogger("kiosk.terminal").exception("a bug")
    assert len(log.text.splitlines()) > 2
    assert all(line.startswith("<3>") for line in log.text.splitlines())


def test_who_makes_a_program_complain_fills_no_disk() -> None:
    sieve = Sparse()

    def record(at: float) -> logging.LogRecord:
        made = logging.LogRecord("kiosk.x", logging.INFO, "", 0, "%s", ("no",), None)
        made.created = at
        return made

    passed = [sieve.filter(record(600 + n / 100)) for n in range(MOST_A_MINUTE + 30)]
    assert sum(passed) == MOST_A_MINUTE
    first = record(660)
    assert sieve.filter(first)
    line = Lines(for_journal=True).format(first)
    assert line == "<6>x: no (before it 30 lines were left out)"
    assert first.getMessage() == "no", "as it was, for who else reads it"


def test_systemd_gets_numbers_and_a_person_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ours, root = logging.getLogger("kiosk"), logging.getLogger()
    for environment, begins in ((True, "<6>"), (False, "INFO ")):
        with (tmp_path / "log").open("w+", encoding="utf-8") as stream:
            status = (tmp_path / "log").stat()
            named = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"} if environment else {}
            log_while_running(LogLevel.INFO, stream, named)
            logging.getLogger("kiosk.terminal").info("started")
            logging.getLogger("kiosk.terminal").debug("not asked for")
            stream.seek(0)
            assert stream.read() == f"{begins}terminal: started\n"
        root.handlers[:] = [one for one in root.handlers if not isinstance(one.formatter, Lines)]
    ours.setLevel(logging.NOTSET)


def test_a_setting_that_is_no_level_is_the_usual_one() -> None:
    assert LogLevel.of({"KIOSK_LOG_LEVEL": "WARNING"}) is LogLevel.WARNING
    assert LogLevel.of({"KIOSK_LOG_LEVEL": "loud"}) is LogLevel.INFO
