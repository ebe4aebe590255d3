"""The front of the `kiosk` command.

`kiosk run` is what a machine starts with at power-on: in its two plain forms it goes past the
command line's parser, which takes longer to import than the first screen to paint.
"""

import gc
import sys
from pathlib import Path


def main() -> None:
    given = sys.argv[1:]
    match given:
        case ["run"] | ["--data", _, "run"]:
            sys.exit(_run(Path(given[1]) if len(given) > 1 else None))
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
