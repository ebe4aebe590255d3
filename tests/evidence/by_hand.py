"""The README's lines "by hand" on a bare Debian 12: typed by root in their order, both sides in one
root. As root, with mmdebstrap and a network; `KIOSK_BARE`: a folder or file that it made before.

What the lines do is seen at the end: a browser's request is answered at the report's own address,
and the terminal has joined, with the roster.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.evidence.figure import Figure, Measured, Run
from tests.house.markdown import blocks

README = Path("README.md")
HOST = "report.example.go.th"
SOURCE = "/src"
BARE = ("mmdebstrap", "--variant=minbase", "--include=ca-certificates,systemd,udev", "bookworm")
_PRELUDE = f"""\
set -e
export DEBIAN_FRONTEND=noninteractive PIP_ROOT_USER_ACTION=ignore LANG=C.UTF-8
cd {SOURCE}
"""
NOT_HERE = {
    "kiosk panel setup": "waits for a person who presses",
    "kiosk run": "opens a screen",
    "systemctl": "starts programs only where systemd runs",
    "kiosk-central serve": "typed apart, as it goes on until it is ended",
    "kiosk-central --data /tmp/demo serve": "the same program, at another port",
}
"""Lines that this root can't have, each with the reason."""


def measure(given: Run) -> Measured:
    if os.geteuid() != 0:
        return Measured("not tried", ("only root installs packages: run it as root",))
    root = given.folder / "root"
    try:
        _prepare(root)
        lines = _type_all(root)
    except Failed as error:
        return Measured("stopped", (str(error),))
    return Measured(f"{lines} lines, and both sides joined")


class Failed(Exception):
    """A line did not end well; what it said last."""


def _prepare(root: Path) -> None:
    """A bare Debian with the source in it, and what a person brings: a roster, a certificate."""
    made = os.environ.get("KIOSK_BARE", "")
    if made:
        root.mkdir()
        _do("tar", "xf", made, "-C", str(root))
    else:
        _do(*BARE, str(root))
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost {HOST}\n")
    source = root / SOURCE.strip("/")
    source.mkdir()
    archive = subprocess.run(["git", "archive", "HEAD"], stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "x", "-C", str(source)], input=archive.stdout, check=True)
    (source / "roster.csv").write_text("number,name,position,section\n101,สมหญิง ใจดี,,\n")


def _type_all(root: Path) -> int:
    demo = [line for line in _lines("Try it") if line.startswith("kiosk-central")]
    central, terminal, alone = (
        _lines(heading)
        for heading in (
            "Install a central report",
            "Install a terminal",
            "Make the machine a terminal and nothing else",
        )
    )
    with _mounted(root):
        _type(root, ["apt-get update", *central, _openssl()])
        with _serving(root):
            path = "export PATH=/opt/kiosk/bin:$PATH"
            _type(root, [path, *demo])
            _type(root, [path, *terminal])
            code = _type(root, [path, "kiosk-central enrol --terminal counter-1 --counter 1"])
            join = re.search(r"kiosk setup \S+ \S+", code)
            if join is None:
                raise Failed(code)
            trust = f"sed -i 's#^ca = .*#ca = \"{SOURCE}/cert.pem\"#' /var/lib/kiosk/kiosk.toml"
            _type(root, [path, trust, join[0], "kiosk officer pin 101"])
            asked = f"python3 - <<'X'\n{_ASK}X"
            answer = _type(root, [path, asked])
        if answer.strip() != "200":
            raise Failed(f"the report's address answers: {answer[-300:]}")
        _type(root, ["export PATH=/opt/kiosk/bin:$PATH", *alone])
    return len(demo) + len(central) + len(terminal) + len(alone) + 4


_ASK = f"""\
import ssl, urllib.request
trust = ssl.create_default_context(cafile="{SOURCE}/cert.pem")
answer = urllib.request.urlopen("https://{HOST}/public/dindaeng", context=trust)
print(answer.status)
"""


def _lines(heading: str) -> list[str]:
    """The lines of a section of the README that can be typed here."""
    text = "".join(
        one.text for one in blocks(README) if one.heading == heading and one.language == "sh"
    )
    lines = text.replace("\\\n", " ").splitlines()
    return [
        line.replace("apt-get install ", "apt-get install -y ") for line in lines if _here(line)
    ]


def _here(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(tuple(NOT_HERE))


def _openssl() -> str:
    """The line of the README that makes a certificate."""
    [line] = re.findall(r"`(openssl req [^`]+)`", README.read_text("utf-8"))
    return " ".join(line.split())


def _type(root: Path, lines: list[str]) -> str:
    """What the lines print, typed one after another in one shell."""
    script = _PRELUDE + "\n".join(lines) + "\n"
    done = subprocess.run(
        ["chroot", str(root), "sh"],
        input=script,
        capture_output=True,
        text=True,
        env=_environment(),
    )
    if done.returncode:
        raise Failed((done.stdout[-300:] + done.stderr).strip()[-600:])
    return done.stdout


def _environment() -> dict[str, str]:
    """How this machine reaches a package index, and nothing else of it."""
    network = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    network.pop("PIP_FIND_LINKS", None)
    return {**network, "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


@contextmanager
def _mounted(root: Path) -> Iterator[None]:
    _do("mount", "--bind", "/proc", str(root / "proc"))
    for name in ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"):
        _do("cp", "--dereference", f"/{name}", str(root / name))
    try:
        yield
    finally:
        _do("umount", str(root / "proc"))


@contextmanager
def _serving(root: Path) -> Iterator[None]:
    """The README's `serve`, until the block ends."""
    [serve] = [
        line
        for block in blocks(README)
        for line in block.text.splitlines()
        if block.heading == "Install a central report" and line.startswith("kiosk-central serve")
    ]
    program = f"{_PRELUDE}exec /opt/kiosk/bin/{serve}\n"
    command = ["chroot", str(root), "sh", "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment()) as server:
        assert server.stdout is not None
        try:
            if not any(line.startswith("Report: ") for line in server.stdout):
                raise Failed("`serve` ended before it served")
            yield
        finally:
            server.terminate()


def _do(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{words[0]}: {done.stderr.strip()[-400:]}")


FIGURE = Figure(
    name="README's lines by hand, on a bare Debian",
    target="each ends well; central answers its address",
    quick=0,
    full=0,
    measure=measure,
    full_only=True,
)
