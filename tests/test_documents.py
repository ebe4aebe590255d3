"""Documents that can be wrong are tested: commands, paths and settings named in them exist."""

import re
import shlex
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from typer.main import get_command

from hardware.catalogue import family_named
from kiosk.settings.definition import PANEL_PROFILES
from kiosk.settings.reading import parse
from sync.central.cli import app as central_app
from tests.house.markdown import anchors
from tests.house.sources import ROOMS, markdown_files
from ui.cli import app as kiosk_app
from ui.panel_bridge import link_of

DOCUMENTS = [path for path in markdown_files() if path.name != "CHANGELOG.md"]
NAMED_FILE = re.compile(
    r"`((?:[\w.-]+/)*(?:[\w.-]+\.(?:py|toml|md|html|css|typ|json|svg|png)|[\w-]+/))`"
)
MADE_LATER = {"kiosk.toml", "central.toml", "config.py", "SERVING.md"}
"""Files of a data folder, and a board's: the program makes them. And what a package puts beside its
samples."""
PAGES = "/data/SITE"
"""Of an office's own report, to which its help links: tests/central/test_handbook.py opens them."""


def command_lines(text: str) -> list[str]:
    """Our commands as they stand in code blocks and between backticks."""
    blocks = re.findall(r"```(?:sh)?\n(.*?)```", text, re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    inline = re.findall(r"`((?:kiosk|kiosk-central) [^`]+)`", text)
    return [x for x in [*lines, *inline] if re.match(r"kiosk(-central)? ", x)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_command_in_the_documents_exists_with_its_options(path: Path) -> None:
    for line in command_lines(path.read_text("utf-8")):
        words = shlex.split(line, comments=True)
        command = get_command(kiosk_app if words[0] == "kiosk" else central_app)
        options = {o for p in command.params for o in p.opts}
        for word in words[1:]:
            if word in getattr(command, "commands", {}):
                command = command.commands[word]  # type: ignore[attr-defined]  # a group has them
                options |= {o for p in command.params for o in p.opts}
            elif word.startswith("--"):
                assert word.split("=")[0] in options | {"--help"}, f"{path}: {line}: {word}"
        alone = getattr(command, "invoke_without_command", True) or "--help" in words
        assert alone, f"{path}: {line}"


def named_file(name: str, document: Path) -> Path | None:
    """What a document means by `name`: from the top, beside the document, or in one house."""
    places = (Path(), document.parent, *map(Path, ROOMS))
    return next((place / name for place in places if (place / name).exists()), None)


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_link_leads_to_a_file_and_a_heading_in_it(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]+))?\)", path.read_text("utf-8")):
        if "://" not in target and not target.startswith(PAGES):
            file = path.parent / target if target else path
            assert file.exists(), f"{path}: {target}"
            assert not anchor or anchor in anchors(file), f"{path}: {target}#{anchor}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_file_and_folder_named_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    for name in {*NAMED_FILE.findall(text)} - MADE_LATER:
        assert named_file(name, path), f"{path}: {name}"
    for file, function in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text):
        assert f"def {function}(" in Path(file).read_text("utf-8"), f"{path}: {file}::{function}"


def test_every_threat_names_the_test_that_shows_its_defence() -> None:
    text = Path("SECURITY.md").read_text("utf-8")
    threats, _, _ = text.partition("\n## ")
    rows = [line for line in threats.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 40
    for row in rows:
        assert re.search(r"`tests/[\w/]+\.py::test_\w+` \|$", row), row


def test_every_settings_block_in_the_panels_page_is_good_and_every_profile_has_one() -> None:
    text = Path("hardware/PANELS.md").read_text("utf-8")
    blocks = [parse(block) for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)]
    panels = [panel for settings in blocks for panel in settings.panels]
    for panel in panels:
        link_of(family_named(panel.profile), panel)
    assert {panel.profile for panel in panels} == set(PANEL_PROFILES)


def test_make_targets_in_the_readme_exist() -> None:
    makefile = Path("Makefile").read_text("utf-8")
    for target in re.findall(r"`make (\w+)`", Path("README.md").read_text("utf-8")):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_lock_file_names_no_index_and_every_package_has_a_hash() -> None:
    text = Path("requirements.lock").read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    packages = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in package for package in packages)


@pytest.mark.parametrize("part", ["central", "terminal"])
def test_what_an_office_installs_is_locked_as_what_was_tested(part: str) -> None:
    """The same versions, by the same hashes; nothing that only developers need."""

    def packages(path: str) -> set[str]:
        text = re.sub(r" ; .*(?= \\)", "", Path(path).read_text("utf-8"))  # on which systems
        return set(re.split(r"\n(?=\S)", text.strip()))

    installed = packages(f"{part}.lock")
    assert installed < packages("requirements.lock")
    names = {package.partition("==")[0] for package in installed}
    assert {"hatchling", "sqlalchemy"} <= names
    assert not {"pytest", "mypy", "pyside6-essentials" if part == "central" else "fastapi"} & names
    assert f"--require-hashes -r {part}.lock" in Path("README.md").read_text("utf-8")


def test_every_dependency_is_locked_and_has_its_reason() -> None:
    raw = Path("pyproject.toml").read_text("utf-8")
    project = tomllib.loads(raw)["project"]
    locked = Path("requirements.lock").read_text("utf-8").lower()
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    for dependency in wanted:
        name = re.split(r"[\[<>=~]", dependency)[0].lower()
        assert re.search(rf"^{re.escape(name)}==", locked, re.MULTILINE), name


def test_the_pinned_qt_is_older_than_the_release_that_loses_references() -> None:
    raw = Path("pyproject.toml").read_text("utf-8")
    assert '"PySide6-Essentials>=6.11,<6.12"' in raw


def test_security_says_how_soon_a_hole_is_mended() -> None:
    """The worse a hole, the sooner."""
    text = Path("SECURITY.md").read_text("utf-8")
    days = [int(n) for n in re.findall(r"^- .*within (\d+) days", text, re.M)]
    assert len(days) == 4
    assert days == sorted(set(days))
