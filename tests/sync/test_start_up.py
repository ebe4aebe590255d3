"""The screen starts without the messages: reading their definitions takes some 40 ms."""

import subprocess
import sys

SCREEN = "ui.cli, ui.app, sync.formtoken, sync.keyfile, sync.absence"


def test_the_first_paint_waits_for_no_message() -> None:
    program = f"import sys, {SCREEN}; print('msgspec' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"
