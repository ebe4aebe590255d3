"""The notices name everything that is distributed, and are those of the lock."""

import re
from pathlib import Path

import pytest

from tests.supply.notices import NOTICES, notices, packages, text_of
from tests.supply.packages import Package, Unclear, remarks


def test_the_committed_notices_are_those_of_the_lock() -> None:
    assert NOTICES.read_text("utf-8") == notices(), "run make notices"


def test_every_licence_text_that_is_named_lies_in_the_installed_package() -> None:
    assert len(packages()) > 50
    for package in packages().values():
        assert text_of(package)
        assert package.texts or package.name in remarks()["texts"]


def test_a_package_without_any_licence_text_is_refused() -> None:
    known = packages()["pyserial"]
    assert not known.texts
    stranger = Package(
        name="stranger",
        locked=known.locked,
        licence="MIT",
        declared=True,
        texts=(),
        requires=(),
        parts=(),
    )
    with pytest.raises(Unclear, match="stranger"):
        text_of(stranger)


def test_the_system_packages_are_those_that_the_readme_installs() -> None:
    readme = Path("README.md").read_text("utf-8").replace("\\\n", " ")
    lines = re.findall(r"apt-get install (.*)", readme)
    asked = {name for line in lines for name in line.split()}
    assert asked == {*remarks()["debian"]}
