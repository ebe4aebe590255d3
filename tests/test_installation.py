"""What a machine says that has one part installed and not the other."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import kiosk
from kiosk.installation import lacking, remedy
from tests.supply.packages import packages_of
from tests.supply.wheels import project_of

WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
from {module} import main
sys.argv = ["command", *{words!r}]
main()
"""

BY_LOCK = f"run `pip install --require-hashes -r {Path.cwd()}"


@pytest.mark.parametrize(
    ("module", "package", "words", "said"),
    [
        (
            "ui.__main__",
            "PySide6",
            ["run"],
            f"kiosk: PySide6 is not installed; {BY_LOCK}/terminal.lock`\n",
        ),
        (
            "sync.central.cli",
            "uvicorn",
            ["serve"],
            f"kiosk-central: uvicorn is not installed; {BY_LOCK}/central.lock`\n",
        ),
    ],
)
def test_a_command_whose_part_is_not_installed_names_the_remedy_in_one_line(
    tmp_path: Path, module: str, package: str, words: list[str], said: str
) -> None:
    program = WITHOUT.format(
        module=module, package=package, words=["--data", str(tmp_path), *words]
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.stderr, ended.returncode) == (said, 2)


def test_the_remedy_is_the_one_of_how_it_was_installed(tmp_path: Path) -> None:
    """By a package of Debian's, from a checkout, from a wheel."""
    site_packages, opt = tmp_path / "site-packages", Path("/opt/kiosk")
    for part in ("central", "terminal"):
        package = Path(f"/usr/lib/kiosk-{part}")
        assert f"apt install --reinstall kiosk-{part}`" in remedy(part, package, site_packages)
        assert f"-r {Path.cwd()}/{part}.lock`" in remedy(part, opt, Path.cwd())
        assert f" kiosk-{part}=={kiosk.__version__}`" in remedy(part, opt, site_packages)


@pytest.mark.parametrize("module", ["ui.gone", "kiosk", "sync.central.gone"])
def test_a_module_of_ours_that_is_gone_is_a_bug_and_not_the_installations_fault(
    module: str,
) -> None:
    assert not lacking(ModuleNotFoundError(name=module), "terminal")


@pytest.mark.parametrize("command", ["kiosk", "kiosk-central"])
def test_a_command_says_which_release_it_is(command: str) -> None:
    said = subprocess.run(
        [Path(sys.executable).with_name(command), "--version"], capture_output=True, text=True
    )
    assert said.stdout == f"{command} {kiosk.__version__}\n"


def test_a_wheel_knows_the_commit_it_was_built_from(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    named = {**os.environ, "KIOSK_COMMIT": "3e2cbda", "SOURCE_DATE_EPOCH": "1795910400"}
    subprocess.run(build, check=True, capture_output=True, env=named)
    [wheel] = tmp_path.glob("*.whl")
    assert wheel.name.split("-")[1] == f"{kiosk.__version__}+g3e2cbda", "not the one before"
    with zipfile.ZipFile(wheel) as files:
        assert files.read("kiosk/build.txt") == b"g3e2cbda\n2026-11-29\n"
        assert "kiosk/build_hook.py" not in files.namelist()


@pytest.mark.parametrize("part", ["central", "terminal"])
def test_a_parts_wheel_asks_for_the_code_and_for_what_was_tested(part: str) -> None:
    project = tomllib.loads(project_of(part, "1.0.0+7.gabc"))["project"]
    required = [Requirement(line) for line in project["dependencies"]]
    assert project["name"] == f"kiosk-{part}"
    assert str(required[0]) == f"satisfaction-kiosk[{part}]==1.0.0+7.gabc"
    pinned = {canonicalize_name(one.name): str(one.specifier)[2:] for one in required[1:]}
    assert pinned == {
        canonicalize_name(package.name): package.locked.version for package in packages_of(part)
    }
