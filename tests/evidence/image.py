"""The image, on a machine: real kernel, ext4, udev and USB; touch, panel, cuts, full disk, clock.

They need an image (`make image`, as root) and QEMU; so they are no part of `make test`.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.evidence import image_trials as trials
from tests.evidence.figure import Figure, Measured, Run
from tests.evidence.guest import SAW
from tests.evidence.image_attacks import ATTACKS
from tests.evidence.image_bench import Trial
from tests.evidence.image_night import RATED, the_night_brings_to_central_what_was_rated
from tests.evidence.image_office import alone

IMAGES = Path(".image")
_CUTS = trials.the_mains_are_cut_in_the_middle_of_presses.__name__


def newest_image(folder: Path) -> Path | None:
    made = sorted(folder.glob("kiosk-terminal_*.img"), key=lambda path: path.stat().st_mtime)
    return made[-1] if made else None


def try_out(given: Run, *names: str) -> Measured:
    """These trials, the cuts `given.size` times."""
    image = newest_image(IMAGES)
    if image is None:
        return Measured("not tried", ("there is no image: `make image`, as root",))
    if os.geteuid() != 0:
        return Measured("not tried", ("only root has a network of its own: run it as root",))
    program = (sys.executable, "-m", trials.__name__, str(image.absolute()), str(given.folder))
    command = alone(*program, str(given.size), str(given.seed), *names)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    remarks = dict(_remarks(done.stdout))
    failures = [f"{name}: never came to it" for name in names if name not in remarks]
    failures += [f"{name}: {remark}" for name, remark in remarks.items() if remark]
    times = given.size if names == (_CUTS,) else len(remarks)
    return Measured(f"{times} trials, {len(failures)} not as they should be", tuple(failures))


@dataclass(frozen=True)
class Tries:
    """What measures a figure made of these trials."""

    names: tuple[str, ...]

    def __call__(self, given: Run) -> Measured:
        return try_out(given, *self.names)


def _remarks(said: str) -> Iterator[tuple[str, str]]:
    for line in said.splitlines():
        match line.split():
            case [word, name, *remark] if word == SAW:
                yield name, " ".join(remark)


def _figure(name: str, target: str, *tried: Trial, quick: int = 1, full: int = 1) -> Figure:
    measure = Tries(tuple(trial.__name__ for trial in tried))
    return Figure(name=name, target=target, quick=quick, full=full, measure=measure, full_only=True)


_NIGHT = _figure(
    "image: a night's sync; central's own unit",
    f"{RATED} of {RATED} in central; 443 answers",
    the_night_brings_to_central_what_was_rated,
    trials.the_package_of_central_serves_at_443,
)
FIGURES = (
    _NIGHT,
    _figure(
        "image: set up, used, hindered",
        "as promised",
        trials.an_empty_disk_is_set_up_by_a_finger,
        trials.a_panel_comes_back_renumbered_and_a_stick_takes_what_is_due,
        trials.a_full_disk_thanks_for_nothing_that_is_not_there,
        trials.a_clock_in_another_year_keeps_what_is_thanked,
        trials.an_empty_battery_counts_nothing_until_somebody_tells_the_time,
        trials.a_program_that_stands_is_started_again,
    ),
    _figure("image: Secure Boot; keys at the counter", "no way out", *ATTACKS),
    _figure(
        "image: an update, and a roll-back",
        "proves itself; goes back by itself",
        trials.a_release_proves_itself_and_one_that_can_not_start_is_given_up,
    ),
    _figure(
        "image: the mains are cut while it is pressed",
        "0 thanked presses lost",
        trials.the_mains_are_cut_in_the_middle_of_presses,
        quick=2,
        full=50,
    ),
)


def main() -> int:
    """One figure after the other: side by side they would take each other's processor. A night is
    waited for, most of it, and goes on beside them."""
    with ThreadPoolExecutor(1) as beside:
        night = beside.submit(_line, _NIGHT)
        missed = [_line(figure) for figure in FIGURES if figure is not _NIGHT]
    return 1 if any((*missed, night.result())) else 0


def _line(figure: Figure) -> bool:
    """Measure it and say what came of it; whether it was missed."""
    size = figure.full if "--full" in sys.argv else figure.quick
    began = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        measured = figure.measure(Run(size, 34846, Path(folder)))
    took = f"{monotonic() - began:.0f} s"
    lines = f"{figure.name}: {measured.text}, {took}", *measured.failures
    sys.stdout.write("\n    ".join(lines) + "\n")
    sys.stdout.flush()
    return bool(measured.failures)


if __name__ == "__main__":
    sys.exit(main())
