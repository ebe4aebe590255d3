"""What a machine says that has one part installed and not the other."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import kiosk
from kiosk.installation import lacking

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


@pytest.mark.parametrize(
    ("module", "package", "words", "said"),
    [
        (
            "ui.__main__",
            "PySide6",
            ["run"],
            "kiosk: PySide6 is not installed; run `pip install '.[terminal]'`\n",
        ),
        (
            "sync.central.cli",
            "uvicorn",
            ["serve"],
            "kiosk-central: uvicorn is not installed; run `pip install '.[central]'`\n",
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
    named = {**os.environ, "KIOSK_COMMIT": "3e2cbda"}
    subprocess.run(build, check=True, capture_output=True, env=named)
    [wheel] = tmp_path.glob("*.whl")
    assert wheel.name.split("-")[1] == kiosk.__version__
    with zipfile.ZipFile(wheel) as files:
        assert files.read("kiosk/commit.txt") == b"3e2cbda\n"
        assert "kiosk/build_hook.py" not in files.namelist()
