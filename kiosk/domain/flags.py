"""Signs of stuffing, judged at the press by the boot-time clock; only the flag is ever stored.

A flag is no verdict and takes nothing out of the score: it is counted beside it. The rules are
versioned by their outcome's name; a rule that changes gets a new one.

burst-1  the BURST_OF-th rating, and each further one, within BURST_WITHIN seconds.
run-1    if it is no burst: the RUN_OF-th rating, and each further one, of the same score in a
         row, each within RUN_GAP seconds of the one before.
"""

from itertools import pairwise

from kiosk.domain.rating import Outcome

BURST_OF = 6
BURST_WITHIN = 60.0
"""Six in a minute: a family of five at one counter is no burst."""
RUN_OF = 8
RUN_GAP = 25.0
REMEMBERED = max(BURST_OF, RUN_OF)

Recent = tuple[tuple[float, int], ...]
"""The last ratings at a terminal: boot-time seconds and score, oldest first. Whoever signs on
meanwhile changes nothing in it. Kept in memory only: a file that had it would tell the order of
presses. A start of the machine takes longer than RUN_GAP."""


def judge(recent: Recent, at: float, score: int) -> tuple[Recent, tuple[Outcome, ...]]:
    """What to remember after a rating of `score` at boot time `at`, and its flag, one at most:
    so that flags count ratings."""
    now = (*recent, (at, score))[-REMEMBERED:]
    burst = [when for when, _ in now[-BURST_OF:]]
    if len(burst) == BURST_OF and burst[-1] - burst[0] <= BURST_WITHIN:
        return now, (Outcome.BURST,)
    run = now[-RUN_OF:]
    if len(run) == RUN_OF and all(
        then[1] == score and later[0] - then[0] <= RUN_GAP for then, later in pairwise(run)
    ):
        return now, (Outcome.RUN,)
    return now, ()
