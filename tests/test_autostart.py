"""Units that start the programs with the machine, and whose folder they live in."""

import os
import pwd
import shlex
import tempfile
from configparser import ConfigParser
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kiosk.systemd import argument, value
from sync.central import autostart as central_autostart
from sync.central import settings as central_settings
from sync.central.cli import app as central_app
from ui import autostart
from ui.cli import app as kiosk_app

NOBODY = 65534
PROXIES, HELP = Path("sync/central/proxies"), Path("sync/central/handbook")
BOTH = (kiosk_app, central_app)
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")


def settings(unit: str) -> ConfigParser:
    read = ConfigParser(interpolation=None, strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign]  # systemd tells case apart
    read.read_string(unit)
    return read


def run(app: object, folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--data", str(folder), *words])  # type: ignore[arg-type]


def test_a_terminal_is_the_only_program_and_starts_again_however_it_ends() -> None:
    unit = settings(autostart.unit(Path("/opt/k/kiosk"), Path("/usr/bin/cage"), Path("/d"), "som"))
    assert unit["Service"]["User"] == "som"
    assert unit["Service"]["Restart"] == "always"
    assert unit["Service"]["LimitNICE"] == "+0", "commands may come to the front again"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    words = shlex.split(unit["Service"]["ExecStart"])
    assert words == ["/usr/bin/cage", "-d", "--", "/opt/k/kiosk", "--data", "/d", "run"]


def test_a_terminal_stays_in_its_unit_so_that_its_lines_and_signs_of_life_reach_systemd() -> None:
    """A login session (PAM) would move it to a scope of its own."""
    unit = settings(autostart.unit(Path("/k"), Path("/cage"), Path("/d"), "som"))
    environment = unit["Service"]["Environment"]
    assert "PAMName" not in unit["Service"]
    assert unit["Unit"]["Requires"] == "seatd.service"
    assert unit["Service"]["NotifyAccess"] == "all"
    assert "LIBSEAT_BACKEND=seatd" in environment
    assert f"XDG_RUNTIME_DIR=%t/{unit['Service']['RuntimeDirectory']}" in environment


@pytest.mark.parametrize(("degrees", "turns"), [(0, 0), (90, 1), (180, 2), (270, 3)])
def test_a_screen_that_hangs_turned_is_turned_back(degrees: int, turns: int) -> None:
    unit = autostart.unit(Path("/k"), Path("/cage"), Path("/d"), "som", degrees)
    assert settings(unit)["Service"]["ExecStart"].split(" -- ")[0].count("-r") == turns


def test_central_serves_with_the_options_given_and_writes_its_folder_only() -> None:
    unit = settings(
        central_autostart.unit(Path("/k"), Path("/d"), "som", 8765, ["--host", "::1"], Path("/b"))
    )
    words = shlex.split(unit["Service"]["ExecStart"])
    assert words == ["/k", "--data", "/d", "serve", "--port", "8765", "--host", "::1"]
    assert unit["Service"]["ProtectSystem"] == "strict"
    assert unit["Service"]["ReadWritePaths"] == '"/d" "/b"'


@pytest.mark.parametrize(("port", "may"), [(443, "CAP_NET_BIND_SERVICE"), (8765, "")])
def test_a_login_name_of_its_own_may_serve_at_the_port_of_https(port: int, may: str) -> None:
    unit = settings(central_autostart.unit(Path("/k"), Path("/d"), "som", port, [], None))
    assert unit["Service"]["AmbientCapabilities"] == may


def test_a_port_that_systemd_opens_needs_no_right_of_the_program() -> None:
    unit = settings(central_autostart.unit(Path("/k"), Path("/d"), "som", 443, [], by_socket=True))
    assert unit["Service"]["AmbientCapabilities"] == unit["Service"]["CapabilityBoundingSet"] == ""
    assert unit["Unit"]["Requires"] == "kiosk-central.socket"
    assert settings(central_autostart.socket_unit(443))["Socket"]["ListenStream"] == "443"


def test_the_samples_for_a_proxy_serve_where_it_asks() -> None:
    """The packaged units with the drop-ins of `sync/central/proxies`, as systemd joins them."""
    socket = settings((PROXIES / "socket.conf").read_text("utf-8"))["Socket"]["ListenStream"]
    for sample in ("nginx.conf", "Caddyfile"):
        assert socket in (PROXIES / sample).read_text("utf-8")
    service = settings((PROXIES / "service.conf").read_text("utf-8"))["Service"]["ExecStart"]
    program, *words = shlex.split(service)
    assert program == "/usr/bin/kiosk-central"
    served = ["serve", "--behind-proxy", "127.0.0.1", "--tls-cert"]
    assert words[:-1] == ["--data", "/var/lib/kiosk-central", *served]
    for language in ("en", "th"):
        assert words[-1] in (HELP / language / "install.md").read_text("utf-8")


def test_who_owns_centrals_folder_is_who_runs_it() -> None:
    with tempfile.TemporaryDirectory() as parent:  # where another login name may look
        folder = Path(parent, "central")
        assert run(central_app, folder, "init").exit_code == 0
        owner = NOBODY if os.geteuid() == 0 else os.geteuid()
        os.chown(parent, owner, -1)
        assert central_settings.load(folder), "and what it needs: its owner reads no libraries"
        for file in (folder, *folder.rglob("*")):
            os.chown(file, owner, -1)
        os.seteuid(owner)
        try:
            printed = run(central_app, folder, "autostart")
        finally:
            os.seteuid(os.getuid())
    unit = settings(printed.stdout)
    assert unit["Service"]["User"] == pwd.getpwuid(owner).pw_name
    assert unit["Service"]["ReadWritePaths"] == f'"{folder}"'


@only_root
@pytest.mark.parametrize("app", BOTH)
def test_no_program_is_started_as_root(app: object, tmp_path: Path) -> None:
    assert run(app, tmp_path / "data", "init").exit_code == 0
    refused = run(app, tmp_path / "data", "autostart")
    assert refused.exit_code in (2, 3)
    assert not refused.stdout
    if app is central_app:
        assert "belongs to root" in refused.stderr
        assert "useradd --system kiosk-central" in refused.stderr


def test_a_path_means_itself_whatever_signs_it_has() -> None:
    assert value('/a "b" 100%') == '"/a \\"b\\" 100%%"'
    assert argument("/$HOME") == '"/$$HOME"'


@only_root
@pytest.mark.parametrize("app", BOTH)
def test_root_is_told_whose_folder_it_is_and_changes_nothing(app: object, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert run(app, folder, "init").exit_code == 0
    os.chown(folder, NOBODY, NOBODY)
    before = sorted(folder.rglob("*"))
    refused = run(app, folder, *("status",) if app is kiosk_app else ("verify",))
    assert refused.exit_code == 2
    assert "runuser -u nobody --" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert sorted(folder.rglob("*")) == before


def test_a_screen_can_not_hang_at_any_angle(tmp_path: Path) -> None:
    refused = run(kiosk_app, tmp_path, "autostart", "--turned", "45")
    assert refused.exit_code == 2
    assert "0, 90, 180, 270" in refused.stderr


def test_central_is_not_served_beyond_this_machine_without_tls(tmp_path: Path) -> None:
    folder = tmp_path / "central"
    assert run(central_app, folder, "init").exit_code == 0
    refused = run(central_app, folder, "autostart", "--host", "0.0.0.0")
    assert (refused.exit_code, "--tls-cert" in refused.stderr) == (2, True)
