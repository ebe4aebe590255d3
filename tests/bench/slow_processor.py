"""Makes one processor a slow one: takes four fifths of its time, in parts so short that what runs
there is slow and does not stop. `python -m tests.bench.slow_processor CPU`, until it is killed or
whoever started it has ended.

It goes before everybody (SCHED_FIFO, which root may), and so leaves the order of all others as it
is. A control group's quota does not: where one of the group has spent it, a press of the same group
waits for the next period, whoever goes before whom.
"""

import os
import sys
from time import perf_counter, sleep

TAKEN, LEFT = 0.0004, 0.0001
"""Seconds by turns."""


def main() -> None:
    os.sched_setaffinity(0, {int(sys.argv[1])})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    sys.stdout.write("taking\n")
    sys.stdout.flush()
    starter = os.getppid()
    while os.getppid() == starter:
        until = perf_counter() + TAKEN
        while perf_counter() < until:
            pass
        sleep(LEFT)


if __name__ == "__main__":
    main()
