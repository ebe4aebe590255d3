"""The office of an image under test: a real central with TLS, and a terminal enrolled in it.

QEMU gives a machine this one under the address 10.0.2.2. So that the terminal can be enrolled from
here under that address too, all of it runs in a network of its own: `python -m` this module's users
do so by `alone`.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.evidence.booted import tool
from tests.evidence.virtual_machine import NoMachine
from tests.support.office import sign_on_directly
from ui.trial.stage import ROSTER, command

HOST = "10.0.2.2"
PORT = 8443
URL = f"https://{HOST}:{PORT}"
PANEL = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_PANEL-if00-port0"
SERVICE_PIN, OFFICER_PIN = "service-pin", "officer-pin"
"""The files that have them."""
OFFICER = "101"
_FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
SETTINGS = """\
[office]
opens = "00:00"
closes = "23:59"
zone = ""

[times]
lock = 0.1
thanks = 6

[panel]
port = "{panel}"

[sync]
at = "00:00"
ca = "{ca}"
stick = "/media/usb"
"""


def alone(*words: str) -> list[str]:
    """A command that runs in a network of its own, in which this machine is 10.0.2.2 and its own
    name server."""
    network = f"ip link set lo up && ip addr add {HOST}/32 dev lo"
    names = "names=$(mktemp) && echo nameserver 127.0.0.1 >$names"
    inside = f'{network} && {names} && mount --bind $names /etc/resolv.conf && exec "$@"'
    return ["unshare", "--net", "--mount", "sh", "-c", inside, "sh", *words]


@contextmanager
def at_another_time(ahead: timedelta) -> Iterator[None]:
    """Programs that are started meanwhile have a clock that goes so much ahead. NoMachine."""
    if not ahead:
        yield
        return
    if not _FAKETIME.exists():
        raise NoMachine("an administrator can run: apt-get install faketime")
    words = {
        "LD_PRELOAD": str(_FAKETIME),
        "FAKETIME": f"+{ahead.total_seconds():.0f}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    os.environ.update(words)
    try:
        yield
    finally:
        for word in words:
            del os.environ[word]


def machine_clock(ahead: timedelta) -> tuple[str, str]:
    """The same clock for a machine that is switched on now."""
    return ("-rtc", f"base={datetime.now(UTC) + ahead:%Y-%m-%dT%H:%M:%S}")


@contextmanager
def central(folder: Path, port: int = PORT, ahead: timedelta = timedelta()) -> Iterator[Path]:
    """Central serves, with a clock that goes so much ahead; its data folder."""
    data = folder / "central"
    certificate, key = folder / "cert.pem", folder / "key.pem"
    with at_another_time(ahead):
        if not data.exists():
            _set_up(folder, data, f"https://{HOST}:{port}")
        words = ("serve", "--host", "0.0.0.0", "--port", str(port))
        tls = ("--tls-cert", str(certificate), "--tls-key", str(key))
        process = subprocess.Popen(
            [sys.executable, "-m", "sync.central.cli", "--data", str(data), *words, *tls],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield data
    finally:
        process.terminate()
        process.wait(timeout=20)


def _set_up(folder: Path, data: Path, url: str) -> None:
    names = ("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=IP:{HOST}")
    new = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "825")
    tool(*new, "-keyout", folder / "key.pem", "-out", folder / "cert.pem", *names)
    command("sync.central.cli", data, "init", "--url", url)
    roster = folder / "roster.csv"
    roster.write_text(roster_with_ids(), encoding="utf-8")
    command("sync.central.cli", data, "officers", "import", str(roster))


def roster_with_ids() -> str:
    header, *people = ROSTER.splitlines()
    return "\n".join([f"{header},id", *(f"{line},{line.split(',')[0]}" for line in people)])


def terminal(folder: Path, central: Path, *, port: int = PORT) -> Path:
    """The folder of an enrolled terminal, as the image will have it."""
    data = folder / "terminal"
    pin = re.search(r"\b\d{6}\b", command("ui", data, "init"))
    assert pin
    (folder / SERVICE_PIN).write_text(pin[0])
    certificate = (folder / "cert.pem").read_bytes()
    (data / "cert.pem").write_bytes(certificate)
    settings = data / "kiosk.toml"
    settings.write_text(SETTINGS.format(panel=PANEL, ca=data / "cert.pem"))
    invited = command(
        "sync.central.cli", central, "enrol", "--terminal", "counter-1", "--counter", "1"
    )
    code = re.search(r"Code: (\S+)", invited)
    assert code
    command("ui", data, "enrol", f"https://{HOST}:{port}", code[1])
    command("ui", data, "sync")
    new = re.search(r"PIN: (\d{6})", command("ui", data, "officer", "pin", OFFICER))
    assert new
    (folder / OFFICER_PIN).write_text(new[1])
    settings.write_text(SETTINGS.format(panel=PANEL, ca="/var/lib/kiosk/cert.pem"), "utf-8")
    return data


def on_duty(terminal: Path) -> Path:
    """The same with an officer on duty, whom a machine left there when it was switched off."""
    data = terminal.with_name("on-duty")
    shutil.copytree(terminal, data)
    sign_on_directly(data)
    return data
