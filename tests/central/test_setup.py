"""One step from a package to a working terminal, against a real central on loopback."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kiosk.datafolder import DataFolder
from kiosk.domain.refusal import Refusal
from kiosk.files import alone_in
from kiosk.settings.editing import AUTHORITY_FILE
from kiosk.settings.reading import load
from sync.central.web.terminal_api import utc_now
from tests.support.builders import FakeClock
from tests.support.central_server import Server
from tests.support.certificates import Authority
from ui.cli import app
from ui.joining import PATIENCE, PAUSE, Waiting, join_central


def kiosk(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--data", str(folder), *words])


def test_one_step_makes_a_working_terminal_and_is_taken_up_where_it_broke_off(
    server: Server, tmp_path: Path
) -> None:
    server.now = utc_now()
    folder, ca = tmp_path / "t", tmp_path / "ca.pem"
    Authority.new("office").write(ca)
    first = kiosk(folder, "setup", server.url, "WRONG-CODE9", "--ca", str(ca))
    assert (first.exit_code, "the code is wrong" in first.output) == (3, True)
    assert "Service menu PIN: " not in first.output
    settings = load(folder / "kiosk.toml")
    assert settings.sync.ca == str(folder / AUTHORITY_FILE)
    assert Path(settings.sync.ca).read_bytes() == ca.read_bytes()
    moved = load(folder.rename(tmp_path / "moved") / "kiosk.toml").sync.ca
    assert Path(moved).read_bytes() == ca.read_bytes(), "the folder may be moved as a whole"
    (tmp_path / "moved").rename(folder)
    again = kiosk(folder, "setup", server.url, server.code())
    assert again.exit_code == 0, again.output
    assert "Service menu PIN: " in again.output
    assert "Enrolled as dindaeng/counter-1." in again.output
    assert "roster renewed" in again.output
    once_more = kiosk(folder, "setup", server.url, "ANY-CODE").output
    assert ("Enrolled before" in once_more, "Service menu PIN" in once_more) == (True, False)
    elsewhere = kiosk(folder, "setup", "https://other.example", "ANY-CODE")
    assert (elsewhere.exit_code, "kiosk enrol --again" in elsewhere.output) == (2, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"-----BEGIN PRIVATE KEY-----\nAAAA\n", "is no certificate"), (None, "No such file")],
)
def test_what_is_no_certificate_is_refused_before_anything_is_made(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    ca = tmp_path / "ca.pem"
    if content is not None:
        ca.write_bytes(content)
    refused = kiosk(tmp_path / "t", "setup", "https://c.example", "CODE", "--ca", str(ca))
    assert refused.exit_code
    assert said in refused.output
    assert not (tmp_path / "t").exists()


def test_a_central_that_is_just_starting_is_waited_for(server: Server, tmp_path: Path) -> None:
    """Somebody types the line while central's machine starts."""
    clock, said = FakeClock(utc_now()), list[Refusal]()
    server.now = clock.wall
    port, code = server.port, server.code()
    server.stop()
    folder = DataFolder(tmp_path / "t")
    folder.create()
    store, terminal = folder.open(clock)

    def wait(seconds: float) -> None:
        clock.pass_seconds(seconds)
        if len(said) == 3:
            again.append(Server(server.central, port=port))
            again[0].now = clock.wall

    again: list[Server] = []
    waiting = Waiting(clock=clock, wait=wait, say=said.append)
    joined = join_central(folder, terminal, server.url, code, "", waiting)
    again[0].stop()
    assert joined.terminal == "counter-1"
    assert [refusal.key for refusal in said] == ["port_refused"] * 3

    other = f"http://127.0.0.1:{port}"
    begun = clock.boot
    with pytest.raises(Refusal, match="port_refused"):
        join_central(folder, terminal, other, code, "", waiting)
    store.close()
    assert PATIENCE - PAUSE <= clock.boot - begun <= PATIENCE, "and not for ever"


def test_what_no_waiting_mends_is_said_at_once(server: Server, tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "t")
    folder.create()
    clock = FakeClock(utc_now())
    server.now = clock.wall
    store, terminal = folder.open(clock)
    waiting = Waiting(
        clock=clock, wait=lambda _: pytest.fail("waited"), say=lambda _: pytest.fail("said")
    )
    with pytest.raises(Refusal, match="code_refused"):
        join_central(folder, terminal, server.url, "WRONG-CODE9", "", waiting)
    store.close()


def test_who_sets_up_a_folder_is_alone_in_it(tmp_path: Path) -> None:
    """Two who type the same line at once: neither takes the other's files away."""
    folder = tmp_path / "t"
    with alone_in(folder):
        for words in (("init",), ("setup", "https://c.example", "CODE"), ("restore", "copy.db")):
            second = kiosk(folder, *words)
            assert second.exit_code
            assert "another command sets it up; wait" in second.stderr
    assert kiosk(folder, "init").exit_code == 0
