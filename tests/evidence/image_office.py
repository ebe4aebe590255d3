"""The office of an image under test: a real central with TLS, and a terminal enrolled in it.

QEMU gives a machine this one under the address 10.0.2.2. So that the terminal can be enrolled from
here under that address too, all of it runs in a network of its own: `python -m` this module's users
do so by `alone`.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.evidence.booted import tool
from tests.support.office import sign_on_directly
from ui.trial.stage import ROSTER, command

HOST = "10.0.2.2"
PORT = 8443
URL = f"https://{HOST}:{PORT}"
PANEL = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_PANEL-if00-port0"
SERVICE_PIN = "service-pin"
"""The file that has it."""
SETTINGS = """\
[office]
opens = "00:00"
closes = "23:59"
zone = ""
{office}
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
    """A command that runs in a network of its own, in which this machine is 10.0.2.2."""
    inside = f'ip link set lo up && ip addr add {HOST}/32 dev lo && exec "$@"'
    return ["unshare", "--net", "sh", "-c", inside, "sh", *words]


@contextmanager
def central(folder: Path) -> Iterator[Path]:
    """Central serves; its data folder."""
    data = folder / "central"
    certificate, key = folder / "cert.pem", folder / "key.pem"
    if not data.exists():
        names = ("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=IP:{HOST}")
        new = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "825")
        tool(*new, "-keyout", key, "-out", certificate, *names)
        command("sync.central.cli", data, "init", "--url", URL)
        roster = folder / "roster.csv"
        roster.write_text(roster_with_ids(), encoding="utf-8")
        command("sync.central.cli", data, "officers", "import", str(roster))
    words = ("serve", "--host", "0.0.0.0", "--port", str(PORT))
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


def roster_with_ids() -> str:
    header, *people = ROSTER.splitlines()
    return "\n".join([f"{header},id", *(f"{line},{line.split(',')[0]}" for line in people)])


def terminal(folder: Path, central: Path, office: str = "") -> Path:
    """The folder of an enrolled terminal with an officer on duty, as the image will have it."""
    data = folder / "terminal"
    pin = re.search(r"\b\d{6}\b", command("ui", data, "init"))
    assert pin
    (folder / SERVICE_PIN).write_text(pin[0])
    certificate = (folder / "cert.pem").read_bytes()
    (data / "cert.pem").write_bytes(certificate)
    settings = data / "kiosk.toml"
    settings.write_text(SETTINGS.format(panel=PANEL, ca=data / "cert.pem", office=office))
    invited = command(
        "sync.central.cli", central, "enrol", "--terminal", "counter-1", "--counter", "1"
    )
    code = re.search(r"Code: (\S+)", invited)
    assert code
    command("ui", data, "enrol", URL, code[1])
    command("ui", data, "sync")
    settings.write_text(
        SETTINGS.format(panel=PANEL, ca="/var/lib/kiosk/cert.pem", office=office), "utf-8"
    )
    sign_on_directly(data)
    return data
