"""The Debian packages: what they need, what they say, and what they leave out of Qt."""

import gzip
import io
import json
import re
import subprocess
import tarfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from sync.central.handbook.listed import walk
from tests.supply.commands import COMMANDS, completion, manual_pages
from tests.supply.debian import (
    ALONE_ON_THE_SCREEN,
    QT_LIBRARIES,
    Package,
    after_install,
    after_removal,
    before_removal,
    central,
    command_script,
    locked,
    pack,
    terminal,
)
from tests.supply.packages import packages_of
from tests.supply.pruning import MODULES, needed_of

PACKAGES = [terminal(), central()]


def names(value: Any) -> str:
    return value.name if isinstance(value, Package) else ""


def test_the_readme_installs_what_the_terminals_package_needs() -> None:
    readme = Path("README.md").read_text("utf-8").replace("\\\n", " ")
    lines = [
        line.split()[2:] for line in readme.splitlines() if line.startswith("apt-get install ")
    ]
    assert ["python3-venv", *QT_LIBRARIES] in lines
    assert [*ALONE_ON_THE_SCREEN] in lines


def test_the_modules_of_qt_that_stay_are_those_that_we_import() -> None:
    imported = set()
    for file in Path("ui").rglob("*.py"):
        imported |= set(re.findall(r"^(?:from|import) PySide6\.(Qt\w+)", file.read_text(), re.M))
    assert imported <= set(MODULES)


def test_what_a_library_of_qt_needs_is_read_from_the_file_itself() -> None:
    folder = Path(str(distribution("PySide6-Essentials").locate_file("PySide6")))
    needed = needed_of(folder / "Qt" / "lib" / "libQt6Widgets.so.6")
    assert {"libQt6Gui.so.6", "libQt6Core.so.6"} <= set(needed)


@pytest.mark.parametrize("package", PACKAGES, ids=names)
def test_a_package_has_what_runs_and_not_what_builds(package: Package) -> None:
    lock = locked(package.extra)
    assert len(re.findall(r"^\S+==", lock, re.M)) == len(packages_of(package.extra))
    assert "hatchling" not in lock
    assert "--hash=sha256:" in lock


@pytest.mark.parametrize("package", PACKAGES, ids=names)
def test_the_scripts_of_a_package_are_shell(package: Package) -> None:
    scripts = after_install, before_removal, after_removal, command_script
    for script in scripts:
        subprocess.run(["sh", "-n"], input=script(package), text=True, check=True)


@pytest.mark.parametrize("package", PACKAGES, ids=names)
def test_a_package_brings_its_papers_units_and_pages(package: Package, tmp_path: Path) -> None:
    """Built by dpkg-deb, without what is installed from the lock."""
    file = pack(package, "1.0.0-1~deb13", "3.13", "amd64", tmp_path / "root", tmp_path / "p.deb")
    read = ("dpkg-deb", "--fsys-tarfile", str(file))
    with tarfile.open(fileobj=io.BytesIO(subprocess.check_output(read))) as tar:
        members = {member.name.removeprefix("."): member for member in tar.getmembers()}
        bill = tar.extractfile(members[f"/usr/share/doc/{package.name}/sbom.cdx.json"])
        assert bill
        assert {one["name"] for one in json.load(bill)["components"]} >= {"cryptography"}
    doc, command = f"/usr/share/doc/{package.name}", package.command
    assert members.keys() >= {
        *(f"{doc}/{name}" for name in ("copyright", "changelog.gz", "THIRD-PARTY-NOTICES.md.gz")),
        f"/usr/bin/{command}",
        f"/usr/share/bash-completion/completions/{command}",
        f"/usr/share/man/man1/{command}.1.gz",
        f"/usr/share/man/man1/{command}-check.1.gz",
        *(f"/usr/lib/systemd/system/{unit}" for unit in package.units),
        f"/usr/lib/sysusers.d/{package.name}.conf",
        f"/usr/lib/tmpfiles.d/{package.name}.conf",
        *(f"{doc}/examples/{example.name}" for example in package.examples),
    }
    assert {member.uname for member in members.values()} == {"root"}
    depends = subprocess.check_output(["dpkg-deb", "--field", str(file), "Depends"], text=True)
    assert "python3 (>= 3.13), python3 (<< 3.14)" in depends
    subprocess.run(["dpkg-deb", "--info", str(file)], check=True, capture_output=True)


@pytest.mark.parametrize("command", list(COMMANDS))
def test_each_command_has_a_manual_page_with_its_options(command: str) -> None:
    pages = manual_pages(command, "1.0.0")
    called = ["-".join(words) for words, _ in walk((command,), COMMANDS[command])]
    assert sorted(pages) == sorted(f"{name}.1.gz" for name in called)
    for name, page in pages.items():
        text = gzip.decompress(page).decode()
        assert text.startswith(f'.TH "{name.removesuffix(".1.gz").upper()}" "1"')
        assert not re.search(r"^[.'](?!TH|SH|B|BR|TP|PP)", text, re.M), "a line taken for a request"


def test_bash_completes_commands_and_options_after_what_stands_before() -> None:
    asked = """
COMP_WORDS=(kiosk --data /x panel s); COMP_CWORD=4; _kiosk; echo "${COMPREPLY[*]}"
COMP_WORDS=(kiosk setup --); COMP_CWORD=2; _kiosk; echo "${COMPREPLY[*]}"
"""
    bash = ["bash", "--norc", "-c", completion("kiosk") + asked]
    answered = subprocess.run(bash, capture_output=True, text=True, check=True).stdout
    commands, options = answered.splitlines()
    assert set(commands.split()) == {"setup", "simulate"}
    assert options == "--ca"
