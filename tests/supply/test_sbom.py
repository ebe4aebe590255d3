"""The bills of materials say what is installed, and say it the same way each time."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from lxml import etree
from packaging.utils import canonicalize_name
from PIL import features
from PySide6.QtCore import qVersion
from pysqlite3 import dbapi2

from tests.supply.packages import (
    EXTRAS,
    LOCK,
    OFFICE_ARM,
    OFFICE_PC,
    Unclear,
    compiled,
    libraries_beside,
    locked,
    packages_of,
    part_with,
    pulled_in,
    remarks,
    spdx,
)
from tests.supply.sbom import bill_of


@cache
def bill(extra: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(bill_of(extra))
    return read


def names(extra: str) -> set[str]:
    return {canonicalize_name(component["name"]) for component in bill(extra)["components"]}


def version_of_part(extra: str, package: str, part: str) -> str:
    component = next(c for c in bill(extra)["components"] if c["name"] == package)
    return str(next(p for p in component["components"] if p["name"] == part)["version"])


@pytest.mark.parametrize("extra", EXTRAS)
def test_a_bill_is_good_cyclonedx(extra: str) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(bill_of(extra)) is None
    assert validator.validate_str(json.dumps({**bill(extra), "serialNumber": "7"})) is not None


def test_another_process_makes_the_same_bytes_with_no_time_and_no_path(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.supply.sbom", str(tmp_path)], check=True, capture_output=True
    )
    for extra in EXTRAS:
        text = (tmp_path / f"{extra}.cdx.json").read_text("utf-8")
        assert text == bill_of(extra)
        assert str(Path.cwd()) not in text
        assert "timestamp" not in bill(extra)["metadata"]
        assert set(re.findall(r"\w+://[^/\"]+", text)) == {"http://cyclonedx.org"}


def test_terminal_and_central_have_each_their_own() -> None:
    both = {"sqlalchemy", "cryptography", "pysqlite3"}
    terminal, central = {"pyside6-essentials", "httpx2"}, {"fastapi", "psycopg-binary", "typst"}
    assert both | terminal <= names("terminal")
    assert both | central <= names("central")
    assert not terminal & names("central")
    assert not central & names("terminal")
    assert not {"pytest", "hypothesis", "mypy"} & (names("terminal") | names("central"))


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_package_has_the_locks_version_and_hashes_and_a_licence(extra: str) -> None:
    lock = locked(LOCK.read_text("utf-8"))
    for component in bill(extra)["components"]:
        entry = lock[canonicalize_name(component["name"])]
        files = component["externalReferences"][0]["hashes"]
        assert component["version"] == entry.version
        assert {file["content"] for file in files} == {*entry.hashes}
        assert component["licenses"]


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_dependency_leads_to_a_package_and_every_package_is_reached(extra: str) -> None:
    below = {d["ref"]: d.get("dependsOn", []) for d in bill(extra)["dependencies"]}
    waiting, reached = [bill(extra)["metadata"]["component"]["bom-ref"]], set()
    while waiting:
        reference = waiting.pop()
        reached.add(reference)
        waiting += [child for child in below[reference] if child not in reached]
    packages = {component["bom-ref"] for component in bill(extra)["components"]}
    assert reached - packages == {bill(extra)["metadata"]["component"]["bom-ref"]}
    assert packages <= reached


@pytest.mark.parametrize("extra", EXTRAS)
def test_a_pc_and_an_arm_board_install_the_same_packages(extra: str) -> None:
    assert pulled_in(extra, OFFICE_PC) == pulled_in(extra, OFFICE_ARM)


def test_parts_have_the_versions_that_the_libraries_say_themselves() -> None:
    libxml2 = ".".join(str(number) for number in etree.LIBXML_VERSION)
    libxslt = ".".join(str(number) for number in etree.LIBXSLT_VERSION)
    assert version_of_part("terminal", "PySide6_Essentials", "qt") == qVersion()
    assert version_of_part("terminal", "pysqlite3", "sqlite") == dbapi2.sqlite_version
    assert version_of_part("central", "lxml", "libxml2") == libxml2
    assert version_of_part("central", "lxml", "libxslt") == libxslt


def test_every_compiled_package_says_what_lies_inside_or_that_nothing_does() -> None:
    own = {canonicalize_name(name) for name in remarks()["own-code"]["packages"]}
    for extra in EXTRAS:
        for package in packages_of(extra):
            name = canonicalize_name(package.name)
            if compiled(name):
                assert bool(package.parts) != (name in own), name
            assert all(part.licence for part in package.parts), name


def test_every_library_beside_a_package_belongs_to_a_part_that_the_bill_names() -> None:
    packages = [package for extra in EXTRAS for package in packages_of(extra)]
    libraries = [(file, package) for package in packages for file in libraries_beside(package)]
    assert len(libraries) > 30
    strangers = [str(file) for file, package in libraries if part_with(file, package) is None]
    assert strangers == []
    pillow = next(package for package in packages if package.name == "pillow")
    assert part_with(Path("pillow.libs/libjxl-0a1b2c3d.so.0.11"), pillow) is None


def test_what_pillow_could_use_and_does_not_carry_is_in_no_bill() -> None:
    pillow = next(package for package in packages_of("central") if package.name == "pillow")
    absent = set(remarks()["not-carried"]["pillow"])
    assert not absent & {part.name for part in pillow.parts}
    assert features.check("libimagequant") is False
    assert not [file for file in libraries_beside(pillow) if "fribidi" in file.name.lower()]


def test_every_licence_that_we_concluded_is_spdx() -> None:
    named = [
        remark["licence"] for remark in (*remarks()["concluded"].values(), *remarks()["parts"])
    ]
    for licence in (*named, *remarks()["licence-of-part"].values(), *remarks()["debian"].values()):
        assert spdx(licence) == licence


def test_every_remark_is_of_a_package_that_is_still_installed() -> None:
    installed = names("terminal") | names("central")
    remarked = [*remarks()["concluded"], *remarks()["texts"], *remarks()["own-code"]["packages"]]
    remarked += [part["inside"] for part in remarks()["parts"]]
    assert {canonicalize_name(name) for name in remarked} <= installed


def test_what_is_no_spdx_licence_is_not_taken_for_one() -> None:
    assert spdx("Apache-2.0 or BSD-3-Clause") == "Apache-2.0 OR BSD-3-Clause"
    for words in ("BSD", "Apache 2.0", "MIT/Apache-2.0", "", "UNKNOWN", "see LICENSE"):
        assert spdx(words) is None


def test_a_locked_package_without_a_hash_is_refused() -> None:
    with pytest.raises(Unclear, match="h11"):
        locked("h11==0.16.0\nidna==3.20 \\\n    --hash=sha256:" + "a" * 64)
