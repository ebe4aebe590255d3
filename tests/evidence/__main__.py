"""Runs every rig, each in a process of its own, and prints one table.

`python -m tests.evidence [--full] [--only NAME] [--seed N]`; exit code 1 when a target is missed.
"""

import argparse
import importlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from time import monotonic

from tests.evidence.figure import Figure, Measured, Run

SHOWN_FAILURES = 5
TOLD_EVERY = 60
"""Seconds between two words about what is under way."""
LINE = "{:<44} {:<34} {:<44} {:>7}  {}"


def main() -> int:
    given = _arguments()
    if given.measure:
        return _measure(given.measure, given.of, given.size, given.seed)
    from tests.evidence.rigs import FIGURES  # a rig's own process loads no other's libraries

    figures = [f for f in FIGURES if given.only in f.name and (given.full or not f.full_only)]
    if not figures:
        sys.stderr.write(f"evidence: no figure's name contains “{given.only}”\n")
        return 2
    _say(f"seed {given.seed}, commit {_commit()}, {'full' if given.full else 'quick'} size")
    _say(LINE.format("figure", "target", "measured", "seconds", ""))
    # One more than there are cores: rigs wait for ptys, for disks and for what they start.
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        under_way: dict[str, float] = {}
        lines = [pool.submit(_line, f, given.full, given.seed, under_way) for f in figures]
        while wait(lines, timeout=TOLD_EVERY).not_done:
            _tell(under_way)
    missed = [f.name for f, well in zip(figures, lines, strict=True) if not well.result()]
    _say(f"missed: {', '.join(missed)}" if missed else f"all {len(figures)} targets met")
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make evidence", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the long sizes: hours")
    parser.add_argument("--only", default="", metavar="NAME", help="figures with this in the name")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--measure", default="", help=argparse.SUPPRESS)
    parser.add_argument("--of", default="", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def _line(figure: Figure, full: bool, seed: int, under_way: dict[str, float]) -> bool:
    """Measure one figure in its own process and print its line; whether the target was met."""
    size = figure.full if full else figure.quick
    command = [sys.executable, "-m", "tests.evidence"]
    command += ["--measure", figure.name, "--of", figure.measure.__module__]
    command += ["--size", str(size), "--seed", str(seed)]
    under_way[figure.name] = monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = f"{monotonic() - under_way.pop(figure.name):.0f}"
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        measured = Measured("the rig itself failed", (last,))
    else:
        found = json.loads(done.stdout.splitlines()[-1])
        measured = Measured(found["text"], tuple(found["failures"]))
    verdict = "MISSED" if measured.failures else "ok"
    lines = [LINE.format(figure.name, figure.target, measured.text, took, verdict)]
    lines += [f"    {failure}" for failure in measured.failures[:SHOWN_FAILURES]]
    _say("\n".join(lines))
    return not measured.failures


def _tell(under_way: dict[str, float]) -> None:
    """Beside the table: which rigs are at work, and for how long."""
    now = monotonic()
    told = (f"{name} ({(now - began) // 60:.0f} min)" for name, began in under_way.copy().items())
    sys.stderr.write(f"under way: {', '.join(told)}\n")


def _measure(name: str, of: str, size: int, seed: int) -> int:
    """Measure the figure `name` of the rig `of`."""
    rig = vars(importlib.import_module(of))
    figure = next(f for f in rig.get("FIGURES", (rig.get("FIGURE"),)) if f.name == name)
    with tempfile.TemporaryDirectory() as folder:
        measured = figure.measure(Run(size, seed, Path(folder)))
    _say(json.dumps({"text": measured.text, "failures": measured.failures}))
    return 0


def _commit() -> str:
    """Which state of the product this is; a `+` when files differ from it."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
