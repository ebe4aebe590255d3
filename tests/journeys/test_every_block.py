"""Every block in every document is typed here in its order on fresh folders, or stands on a list
that says which other test or rig has it, and why."""

import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.clock import SystemClock
from sync.central.cli import app as central_app
from sync.central.usecases.installation import open_central
from tests.house.markdown import Block, blocks
from tests.house.sources import markdown_files
from tests.support.central_server import Server
from tests.support.certificates import DAY, Authority
from tests.support.typed import ADDRESS, Office, Typist, run
from ui.trial.stage import ROSTER

README, CARE = Path("README.md"), Path("sync/CARE.md")
HELP = Path("sync/central/handbook")
FIRST, LIVES = (HELP / "en" / f"{name}.md" for name in ("first", "lives"))
BY_ROOT = "tests/evidence/by_hand.py"
LINES_OF_OTHERS = {
    "apt-get install": (BY_ROOT, "needs root and a network"),
    "python3 -m venv /opt/kiosk": (BY_ROOT, "needs root"),
    "pip install": (BY_ROOT, "needs a network"),
    "useradd": (BY_ROOT, "needs root"),
    "alias kiosk": (BY_ROOT, "is a shell's own"),
    "kiosk autostart": (BY_ROOT, "writes for systemd, as root"),
    "systemctl": ("tests/evidence/image.py", "needs a machine that systemd runs"),
    "kiosk run": ("tests/ui/test_terminal.py", "goes on until it is ended"),
    "kiosk panel setup": ("tests/ui/test_panel_setup.py", "waits for somebody who presses"),
    "kiosk-central --data /tmp/demo": (BY_ROOT, "a year of invented days takes a minute"),
    "export PATH": (BY_ROOT, "is a shell's own"),
    "apt install ./kiosk": ("tests/supply/bare.py", "needs root and the built packages"),
    "apt install /tmp/kiosk": ("tests/supply/bare.py", "needs root and the built packages"),
    "git clone --branch v13": (".ci/citus", "needs a network"),
    ".ci/citus": (".ci/citus", "needs root, a network and minutes"),
    "make test-citus": ("Makefile", "needs a Citus"),
    "cd /usr/share/doc/kiosk-central": ("tests/supply/test_debian.py", "is a package's folder"),
    "install -D -m 644": ("tests/test_autostart.py", "writes for systemd, as root"),
    "make run": ("tests/journeys/test_one_press.py", "plays a day; the gate begins with it"),
    "make quick": ("Makefile", "is the gate itself"),
    "make test": ("Makefile", "is the gate itself"),
    "make image": ("tests/evidence/image.py", "needs root, a network and minutes"),
    "dd if=.image": ("tests/evidence/booted.py", "there the disk is a machine's own"),
}
"""Lines of shell that are not typed here, by how they begin: where instead, and why."""
BLOCKS_OF_OTHERS = {
    ("hardware/PANELS.md", "toml"): ("tests/test_documents.py", "settings"),
    ("hardware/PANELS.md", ""): ("tests/evidence/real_boxes.py", "rules for udev, in a machine"),
    ("hardware/PROTOCOL.md", "vectors"): ("tests/hardware/test_own_protocol.py", "vectors"),
    ("sync/WIRE.md", "json"): ("tests/support/wire_examples.py", "examples"),
    ("sync/CARE.md", ""): ("tests/test_autostart.py", "lines of a unit"),
    ("README.md", ""): ("tests/supply/test_image.py", "a line of /etc/fstab, as in the image"),
    ("THIRD-PARTY-NOTICES.md", ""): ("tests/supply/test_notices.py", "licences"),
}
"""Blocks that are no shell."""
SAME_LINES = (Path("README.th.md"), *sorted(HELP.rglob("*.md")))
"""Their lines are those of documents that are typed: tests/house/test_thai_readme.py and
tests/central/test_handbook.py compare them."""


def of_others(line: str) -> bool:
    return line.startswith(tuple(LINES_OF_OTHERS))


def typed(block: Block) -> list[str]:
    """What is to be typed here of a block."""
    lines = block.text.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not of_others(line)]


def section(document: Path, heading: str) -> list[str]:
    return [
        line
        for block in blocks(document)
        if block.language == "sh" and block.heading == heading
        for line in typed(block)
    ]


# --- each is typed, or on the list --------------------------------------------------------------

TYPED = {
    (README, "Try it"),
    (README, "Install from packages"),
    (README, "Install a central report"),
    (README, "Install a terminal"),
    (README, "Make the machine a terminal and nothing else"),
    (CARE, "Backups"),
    *((FIRST, block.heading) for block in blocks(FIRST)),
    *((LIVES, block.heading) for block in blocks(LIVES)),
}
"""Sections whose lines are typed: below, and in test_howto.py."""


@pytest.mark.parametrize("document", markdown_files(), ids=str)
def test_each_block_is_typed_or_has_its_place_on_a_list(document: Path) -> None:
    for block in blocks(document):
        kind = block.language.partition(" ")[0]
        if kind == "sh":
            known = (document, block.heading) in TYPED or document in SAME_LINES
            assert known or not typed(block), f"{document}: {block}: nobody types it"
        elif document.is_relative_to(HELP):
            assert block.text.strip() in FIRST.read_text("utf-8"), f"{document}: {block}"
        else:
            assert (str(document), kind) in BLOCKS_OF_OTHERS, f"{document}: {block}"


def test_what_a_list_names_is_there_and_is_needed() -> None:
    for place, reason in (*LINES_OF_OTHERS.values(), *BLOCKS_OF_OTHERS.values()):
        assert Path(place).exists()
        assert reason
    lines = [
        line
        for document in markdown_files()
        for block in blocks(document)
        for line in block.text.splitlines()
    ]
    unused = [start for start in LINES_OF_OTHERS if not any(x.startswith(start) for x in lines)]
    assert unused == []


def test_a_line_that_nobody_types_is_seen() -> None:
    assert typed(Block("", "sh", "make run\nkiosk frobnicate\n")) == ["kiosk frobnicate"]


# --- the README ---------------------------------------------------------------------------------


class Reader(Typist):
    """Somebody with the README alone, and central as a program of its own."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        now = datetime.now(UTC)
        pem = Authority.new("office").issue("localhost", now - DAY, now + DAY, root / "cert.pem")
        (root / "roster.csv").write_text(ROSTER, "utf-8")
        address = f"https://localhost:{port}"
        self.values = {
            ADDRESS: address,
            "https://NAME-OF-THE-SERVER": address,
            "--port 443": f"--port {port}",
            "cert.pem": str(pem),
            "key.pem": str(pem),
            "/tmp/roster.csv": str(root / "roster.csv"),  # noqa: S108
            " roster.csv": f" {root / 'roster.csv'}",
            "--counter 1 ": f"--counter 1 --tls-cert {pem} ",  # where the package has it
        }

    def start(self, line: str) -> "subprocess.Popen[str]":
        """A line that goes on until it is ended, as a program of its own."""
        words = line.partition("#")[0]
        for sign, value in self.values.items():
            words = words.replace(sign, value)
        program, *arguments = words.split()
        command = [
            str(Path(sys.executable).with_name(program)),
            "--data",
            str(self.root / "central"),
        ]
        return subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)


def test_the_readmes_lines_from_nothing_to_a_terminal_that_has_joined(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    *before, serve = section(README, "Install a central report")
    for line in before:
        reader.type_line(line)
    with reader.start(serve) as serving:
        assert serving.stdout
        try:
            said = [serving.stdout.readline() for _ in range(2)]
            assert reader.values[ADDRESS] in said[1], "at the address that `init` was given"
            for line in section(README, "Install from packages"):
                reader.type_line(line)
        finally:
            serving.terminate()
    assert re.search(r"officers +4", run_of(reader, "status"))


def test_the_readmes_lines_of_a_terminal_that_works_alone(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    others = re.sub("^101,.*\n", "", ROSTER, flags=re.MULTILINE)
    (tmp_path / "roster.csv").write_text(others, "utf-8")
    for line in section(README, "Install a terminal"):
        reader.type_line(line)
    header, *people = (tmp_path / "own.csv").read_text("utf-8-sig").splitlines()
    assert header == "number,name,position,section,id"
    assert people[0].startswith("101,สมหญิง ใจดี,")


def run_of(reader: Reader, *words: str) -> str:
    return reader.type_line(f"kiosk {' '.join(words)}").stdout


def test_the_lines_of_backups_seal_a_copy_that_can_be_restored(tmp_path: Path) -> None:
    reader = Typist(tmp_path)
    run(central_app, tmp_path / "central", "init")
    (tmp_path / "usb").mkdir()
    new, backup, restore = section(CARE, "Backups")
    (tmp_path / "key").write_text(reader.type_line(new).stdout.splitlines()[0], "utf-8")
    reader.values = {"/mnt/other-machine": str(tmp_path / "usb"), "KEYFILE": str(tmp_path / "key")}
    reader.type_line(backup)
    [copy] = (tmp_path / "usb").iterdir()
    reader.values["FILE"] = str(copy)
    reader.type_line(f"{restore} # on the new machine")


# --- the tutorial -------------------------------------------------------------------------------


def test_the_lines_of_the_first_counter_show_what_the_tutorial_says(tmp_path: Path) -> None:
    """What the packages do by themselves is done before; what is pressed on the screen is said by
    `kiosk setup` here, and walked through on a real one in tests/ui/test_first_questions.py."""
    run(central_app, tmp_path / "central", "init", "--site", "office")
    [roster] = [block.text for block in blocks(FIRST) if block.language == ""]
    (tmp_path / "roster.csv").write_text(roster, "utf-8")
    with open_central(tmp_path / "central") as central:
        server = Server(central)
        server.now = SystemClock().now().wall
        office = Office(tmp_path, central, server)
        office.values["/tmp/roster.csv"] = str(tmp_path / "roster.csv")  # noqa: S108
        for line in [
            line for block in blocks(FIRST) if block.language == "sh" for line in typed(block)
        ]:
            if line.startswith("kiosk officer"):
                office.type_line(f"kiosk setup {server.url} CODE")
            if line.startswith("kiosk status"):
                office.rate("the terminal", 5, days_ago=0)
            office.type_line(line)
        server.stop()
    said = office.printed
    assert [len(re.findall("^new ", said, re.M)), "Imported" in said] == [2, True]
    assert "1 stored" in said
    assert "All agrees: 1 rating on 1 sheet" in said
    assert "counter-1\tactive" in said
