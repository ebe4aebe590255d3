"""An office's proxy: by the setting, by HTTPS_PROXY; its password stands in no line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from sync import enrolling
from sync.central.usecases.terminals import invite_terminal
from sync.client import SyncFailed, believing, client_of
from sync.proxies import BadProxy, name_of_proxy, proxy_of
from tests.support.central_server import running_server, served_over_tls
from tests.support.certificates import DAY, Authority
from tests.support.proxy import office_proxy
from tests.support.tls_server import QuietHandler, TlsServer
from ui.cli import app

URL = "https://report.example.go.th"
PROXY = "http://clerk:s%40cret@proxy.example.go.th:3128"


@pytest.fixture(autouse=True)
def no_proxy_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("url", "setting", "environment", "proxy"),
    [
        (URL, "", {}, ""),
        (URL, PROXY, {}, PROXY),
        (URL, "", {"HTTPS_PROXY": PROXY}, PROXY),
        (URL, "", {"https_proxy": PROXY}, PROXY),
        (URL, "http://own:1", {"HTTPS_PROXY": PROXY}, "http://own:1"),
        (URL, PROXY, {"NO_PROXY": ".example.go.th"}, ""),
        (URL, "", {"HTTPS_PROXY": PROXY, "NO_PROXY": "other.go.th"}, PROXY),
        ("http://127.0.0.1:8765", PROXY, {}, ""),
    ],
)
def test_the_setting_goes_before_the_environment_and_no_proxy_before_both(
    monkeypatch: pytest.MonkeyPatch, url: str, setting: str, environment: dict[str, str], proxy: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_of(url, setting) == proxy


@pytest.mark.parametrize("wrong", ["proxy:3128", "socks5://u:secret@p:1", "http://u:secret@p:x"])
def test_what_is_no_proxy_is_refused_without_its_password(wrong: str) -> None:
    with pytest.raises(BadProxy) as refusal:
        proxy_of(URL, wrong)
    assert "secret" not in str(refusal.value)


def test_a_proxys_name_has_no_password() -> None:
    assert name_of_proxy(PROXY) == "proxy.example.go.th:3128"


class Central(QuietHandler):
    """Points to another address, as a proxy in front of central does."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(301)
        self.send_header("Location", "https://report.example.go.th/v1/enrol")
        self.send_header("Content-Length", "0")
        self.end_headers()


def test_central_is_reached_through_a_real_proxy_and_a_wrong_password_is_said_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, now = Authority.new("office"), datetime.now(UTC)
    chain = office.issue("localhost", now - DAY, now + DAY, tmp_path / "server.pem")
    ca, key = office.write(tmp_path / "ca.pem"), Ed25519PrivateKey.generate()
    with TlsServer(chain, Central) as url, office_proxy("clerk:s@cret") as (port, process):
        assert process.stdout is not None
        at = f"localhost:{url.rpartition(':')[2]}"
        right, wrong = (f"http://clerk:{p}@127.0.0.1:{port}" for p in ("s%40cret", "wr0ng"))
        with pytest.raises(SyncFailed, match=r"use that address") as refusal:
            enrolling.enrol(url, "AAAAA-BBBBB", key, ca, right)
        assert "it points to https://report.example.go.th" in str(refusal.value)
        assert process.stdout.readline() == f"CONNECT {at} HTTP/1.1 known\n"
        monkeypatch.setenv("HTTPS_PROXY", wrong)
        with pytest.raises(SyncFailed, match="proxy gives no way through: 407") as refusal:
            enrolling.enrol(url, "AAAAA-BBBBB", key, ca)
        assert "wr0ng" not in str(refusal.value)
        assert process.stdout.readline() == f"CONNECT {at} HTTP/1.1 stranger\n"
        process.kill()
        monkeypatch.setenv("NO_PROXY", "localhost")
        with pytest.raises(SyncFailed, match=r"use that address"):
            enrolling.enrol(url, "AAAAA-BBBBB", key, ca)


def test_a_proxy_that_speaks_tls_itself_is_believed_by_the_offices_authority(
    tmp_path: Path,
) -> None:
    office, now = Authority.new("office"), datetime.now(UTC)
    chain = office.issue("localhost", now - DAY, now + DAY, tmp_path / "server.pem")
    ca, key = office.write(tmp_path / "ca.pem"), Ed25519PrivateKey.generate()
    stranger = Authority.new("stranger").issue(
        "localhost", now - DAY, now + DAY, tmp_path / "x.pem"
    )
    with TlsServer(chain, Central) as url, office_proxy("clerk:s@cret", chain) as (port, process):
        assert process.stdout is not None
        way = f"https://clerk:s%40cret@localhost:{port}"
        with pytest.raises(SyncFailed, match=r"use that address"):
            enrolling.enrol(url, "AAAAA-BBBBB", key, ca, way)
        assert process.stdout.readline().endswith("HTTP/1.1 known\n")
    with office_proxy("clerk:s@cret", stranger) as (port, process):
        way = f"https://clerk:s%40cret@localhost:{port}"
        with pytest.raises(SyncFailed, match=r"not believed.*also of a proxy at https://"):
            enrolling.enrol(URL, "AAAAA-BBBBB", key, ca, way)
        process.kill()
        assert process.stdout is not None
        assert process.stdout.read() == "", "no password went to a stranger"


def test_an_authority_that_can_not_be_read_is_one_line_also_for_a_proxy(tmp_path: Path) -> None:
    with pytest.raises(SyncFailed, match="authority can't be read"):
        client_of(
            URL,
            str(tmp_path / "gone.pem"),
            proxy="https://proxy.example:3128",
            context=believing(),
        )


def test_a_central_that_moved_is_looked_for_through_the_offices_proxy(tmp_path: Path) -> None:
    office, now = Authority.new("office"), datetime.now(UTC)
    chain = office.issue("localhost", now - DAY, now + DAY, tmp_path / "server.pem")
    folder, ca = tmp_path / "t", office.write(tmp_path / "ca.pem")

    def typed(*words: str) -> str:
        done = CliRunner().invoke(app, ["--data", str(folder), *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    with (
        running_server(tmp_path) as server,
        served_over_tls(server.central, chain) as port,
        office_proxy("clerk:s@cret") as (way, process),
    ):
        assert process.stdout is not None
        code = invite_terminal(server.central, "counter-1", "1", now)
        typed("setup", f"https://localhost:{port}", code, "--ca", ca)
        file = folder / "kiosk.toml"
        proxy = f"http://clerk:s%40cret@127.0.0.1:{way}"
        file.write_text(file.read_text("utf-8").replace('proxy = ""', f'proxy = "{proxy}"'))
        assert "as before" in typed("central-address", f"localhost:{port}")
        assert process.stdout.readline() == f"CONNECT localhost:{port} HTTP/1.1 known\n"
