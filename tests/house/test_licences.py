"""Every file says whose it is and under which licence: the conditions of reuse.software.

REUSE's own tool has no wheel for Debian 12's Python; before a release it is run by hand.
"""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.house.rules import hold

EXEMPT = re.compile(r"(LICENSE|REUSE\.toml|LICENSES/[^/]+)")
"""Texts of licences, and the page that says it of all others."""


def our_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted(name for name in listed.split("\0") if name and Path(name).exists())


def annotations() -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = tomllib.loads(Path("REUSE.toml").read_text("utf-8"))[
        "annotations"
    ]
    return tables


def pattern_of(glob: str) -> re.Pattern[str]:
    """REUSE's own reading: `*` stays in its folder, `**` does not."""
    parts = re.split(r"(\*\*|\*)", glob)
    kinds = {"**": ".*", "*": "[^/]*"}
    return re.compile("".join(kinds.get(part, re.escape(part)) for part in parts))


def globs_of(annotation: dict[str, Any]) -> list[str]:
    path = annotation["path"]
    return [path] if isinstance(path, str) else path


def licence_of(name: str) -> str | None:
    """The licence of a file; the last annotation that fits is the one that counts."""
    for annotation in reversed(annotations()):
        if any(pattern_of(glob).fullmatch(name) for glob in globs_of(annotation)):
            assert annotation["SPDX-FileCopyrightText"]
            return str(annotation["SPDX-License-Identifier"])
    return None


def without_licence(names: list[str]) -> Iterator[str]:
    for name in names:
        if not EXEMPT.fullmatch(name) and licence_of(name) is None:
            yield name


def test_every_file_has_an_owner_and_a_licence() -> None:
    hold("REUSE.toml must say whose it is", {n: ["no line"] for n in without_licence(our_files())})


def test_a_new_picture_sound_font_or_library_without_a_line_is_found() -> None:
    new = [
        "ui/theme/Face.ttf",
        "ui/pictures/cat.jpg",
        "sync/central/web/chart.js",
        "sync/words.txt",
    ]
    assert list(without_licence([*new, "ui/new.py", "ui/sounds/th/thanks.wav"])) == new


def test_each_licence_in_use_has_its_text_and_no_other_lies_there() -> None:
    used = {annotation["SPDX-License-Identifier"] for annotation in annotations()}
    assert {path.stem for path in Path("LICENSES").iterdir()} == used
    assert all(path.read_text("utf-8").strip() for path in Path("LICENSES").iterdir())


def test_no_line_speaks_of_files_that_are_gone() -> None:
    names = our_files()
    for annotation in annotations():
        for glob in globs_of(annotation):
            assert any(pattern_of(glob).fullmatch(name) for name in names), glob
