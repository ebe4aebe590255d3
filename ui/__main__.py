"""The front of the `kiosk` command.

`kiosk run` is what a machine starts with at power-on: in its two plain forms it goes past the
command line's parser, which takes longer to import than the first screen to paint.
"""

import gc
import sys
from pathlib import Path

from kiosk.background import step_back
from kiosk.output import never_stumble_over_letters


def main() -> None:
    never_stumble_over_letters()
    try:
        _command()
    except ModuleNotFoundError as error:
        from kiosk.installation import lacking
        from ui.failures import USAGE

        lack = lacking(error, "terminal")
        if not lack:
            raise
        sys.stderr.write(f"kiosk: {lack}\n")
        sys.exit(USAGE)


def _command() -> None:
    words = sys.argv[1:]
    match words:
        case ["run"] | ["--data", _, "run"]:
            sys.exit(_run(Path(words[1]) if len(words) > 1 else None))
    if "run" not in words:
        step_back()  # a citizen's press goes before every command but `kiosk run` itself
    from ui.cli import app

    app()


def _run(data: Path | None) -> int:
    gc.disable()  # until everything is loaded: a start makes no garbage, only objects to look at
    from kiosk.datafolder import DataFolder
    from ui.app import run_terminal

    try:
        return run_terminal(data or DataFolder.default(), None)
    except Exception as error:
        from ui.failures import exit_code

        code = exit_code(error)
        if code is None:
            raise
        sys.stderr.write(f"kiosk: {error}\n")
        return code


if __name__ == "__main__":
    main()
