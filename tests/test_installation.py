"""What a machine says that has one part installed and not the other."""

import subprocess
import sys
from pathlib import Path

import pytest

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
