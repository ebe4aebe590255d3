"""Signal 9 at every system call that changes anything."""

import signal
from random import Random

from tests.evidence.figure import Figure, Measured, Run
from tests.evidence.stories import (
    Closing,
    Creation,
    Ingest,
    Presses,
    Story,
    calls_of,
)
from tests.evidence.syncing import Syncing
from tests.evidence.tracing import kill_at, run

STORIES: tuple[type[Story], ...] = (Presses, Closing, Syncing, Creation, Ingest)

LEAST_HITS = 0.9


def kill_everywhere(given: Run) -> Measured:
    """`given.size` kills, spread over all stories and all their calls."""
    random = Random(given.seed)
    stories = [kind(given.folder / kind.name) for kind in STORIES]
    try:
        places = []
        for story in stories:
            counts = calls_of(story, given.folder / "calls")
            places += [(story, call, k) for call, n in counts.items() for k in range(1, n + 1)]
        failures: list[str] = []
        hits = 0
        for done in range(given.size):
            if done % len(places) == 0:
                random.shuffle(places)
            story, call, number = places[done % len(places)]
            hit, wrong = killed(story, call, number)
            hits += hit
            failures += wrong
    finally:
        for story in stories:
            story.end()
    if hits < given.size * LEAST_HITS:
        failures.append(f"only {hits} of {given.size} kills hit")
    text = f"{hits} killed, at {len(places)} places: {len(failures)} wrong"
    return Measured(text, tuple(failures))


def killed(story: Story, call: str, number: int) -> tuple[bool, list[str]]:
    """One run of `story`, killed at the `number`th `call`: whether the kill hit (runs differ by a
    call or two), and what did not hold after it."""
    story.begin()
    ended = run(story.act, *kill_at(call, number))
    where = f"{story.name}, killed at {call} {number}"
    if ended.code == 1:
        return False, [f"{where}: the scenario raised"]
    hit = ended.code == -signal.SIGKILL
    try:
        return hit, [f"{where}: {wrong}" for wrong in story.wrong(ended.said)]
    except Exception as error:
        return hit, [f"{where}: {type(error).__name__}: {error}"]


FIGURE = Figure(
    name="kill -9 at every write call",
    target="0 lost, 0 doubled, 0 corrupt",
    quick=40,
    full=10_000,
    measure=kill_everywhere,
)
