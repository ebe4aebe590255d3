"""One step from a package to a working terminal, against a real central on loopback."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kiosk.settings.editing import AUTHORITY_FILE
from kiosk.settings.reading import load
from sync.central.web.terminal_api import utc_now
from tests.support.central_server import Server
from tests.support.certificates import Authority
from ui.cli import app


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
