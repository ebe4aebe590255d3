"""How long it takes from a bare Debian 12 to a terminal whose officer can sign on, by the packages:
`python -m tests.supply.bare ROOT DEBS`, as root.

ROOT is a Debian that may be changed: `mmdebstrap --variant=minbase bookworm ROOT`, then
`mount --bind /proc ROOT/proc`. DEBS is a folder with both packages for it. Both sides share the one
root, and what both need is fetched once. A line is what a person types; README.md has each.
"""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

INSTALL = "apt-get install -y"
QUIET = "DEBIAN_FRONTEND=noninteractive"
TLS = "/etc/kiosk-central/tls"
ENROL = "kiosk-central enrol --terminal counter-1 --counter 1"
ROSTER = "/tmp/roster.csv"  # noqa: S108  (of the root that is tried)
NAME = "central"
"""What the machine is called: it is in its certificate."""


def main(root: Path, debs: Path) -> None:
    """Install central and terminal in ROOT from DEBS, join the two, and print each line's time."""
    if not (root / "etc/debian_version").exists():
        raise typer.BadParameter(f"{root}: is no root of a Debian")
    for deb in debs.glob("kiosk-*~deb12_*.deb"):
        (root / "tmp" / deb.name).write_bytes(deb.read_bytes())
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost {NAME}\n")
    (root / ROSTER.strip("/")).write_text("number,name,position,section\n101,สมหญิง ใจดี,,\n")
    run(root, "apt-get update")
    seconds = [typed(root, f"KIOSK_URL=https://{NAME} {INSTALL} /tmp/kiosk-central_*")]
    run(root, certificate())
    with serving(root):
        seconds.append(typed(root, f"{INSTALL} /tmp/kiosk-terminal_*"))
        seconds.append(typed(root, f"kiosk-central officers import {ROSTER}"))
        code, spent = answer(root, ENROL)
        seconds.append(spent)
        join = re.search(r"kiosk setup .+", code)
        assert join is not None, code
        seconds.append(typed(root, join[0]))
        seconds.append(typed(root, "kiosk officer pin 101"))
        [checked] = [line for line in run(root, "kiosk check").splitlines() if " central " in line]
    typer.echo(f"{sum(seconds):6.1f} s  {len(seconds)} lines; {' '.join(checked.split())}")


def certificate() -> str:
    """The package named this machine as the host that made ROOT is called."""
    made = f"openssl req -x509 -newkey rsa:3072 -nodes -keyout {TLS}/key.pem -out {TLS}/cert.pem"
    return f"{made} -subj /CN={NAME} -addext subjectAltName=DNS:{NAME} 2>&1"


def typed(root: Path, line: str) -> float:
    return answer(root, line)[1]


def answer(root: Path, line: str) -> tuple[str, float]:
    """What a line prints, and in how many seconds."""
    begun = time.monotonic()
    says = run(root, line)
    seconds = time.monotonic() - begun
    typer.echo(f"{seconds:6.1f} s  {line[:90]}")
    return says, seconds


def run(root: Path, line: str) -> str:
    done = subprocess.run(inside(root, f"{QUIET} {line}"), capture_output=True, text=True)
    if done.returncode:
        raise typer.BadParameter(f"{line}: {(done.stderr or done.stdout)[-600:]}")
    return done.stdout


def inside(root: Path, line: str) -> tuple[str, ...]:
    return ("chroot", str(root), "sh", "-c", line)


@contextmanager
def serving(root: Path) -> Iterator[None]:
    """Central on its port, as systemd gives it on a machine that runs."""
    serve = f"kiosk-central serve --port 443 --tls-cert {TLS}/cert.pem --tls-key {TLS}/key.pem"
    quiet = subprocess.DEVNULL
    listening = f"exec systemd-socket-activate -l 443 {serve}"
    with subprocess.Popen(inside(root, listening), stdout=quiet, stderr=quiet) as server:
        try:
            yield
        finally:
            server.terminate()


if __name__ == "__main__":
    typer.run(main)
