"""The front of the `kiosk` command: `kiosk run` starts past the parser, and says the same."""

import subprocess
import sys
from pathlib import Path

from kiosk.datafolder import DataFolder

LOADED_AT_FIRST_PAINT = """
import sys
import ui.__main__, ui.app
def painted():
    print(sorted({"typer", "sqlalchemy", "serial", "qrcode", "cryptography"} & set(sys.modules)))
    sys.stdout.flush()
    ui.app.end_loop()
ui.app.after_first_paint = lambda window, then: window.painted.connect(painted)
sys.argv = ["kiosk", "--data", sys.argv[1], "run"]
ui.__main__.main()
"""


def kiosk(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "ui", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr


def test_run_on_a_missing_folder_says_the_same_with_and_without_options(tmp_path: Path) -> None:
    plain = kiosk("--data", str(tmp_path / "none"), "run")
    parsed = kiosk("--data", str(tmp_path / "none"), "run", "--windowed", "800x600")
    assert plain == parsed
    assert plain[0] == 2
    assert plain[1].count("\n") == 1
    assert "kiosk.toml" in plain[1]


def test_a_misspelt_setting_ends_run_with_one_line(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    folder.settings_file.write_text("[ofice]\n")
    code, said = kiosk("--data", str(folder.path), "run")
    assert code == 2
    assert said.count("\n") == 1
    assert "ofice" in said


def test_the_first_paint_waits_for_no_heavy_library(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    done = subprocess.run(
        [sys.executable, "-c", LOADED_AT_FIRST_PAINT, str(folder.path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "[]\n", done.stderr
