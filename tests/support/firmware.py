"""The reference panel's firmware, and fingers on its contacts."""

import random
from pathlib import Path

FIRMWARE = Path("hardware/firmware").resolve()


def bouncing_trace(keys: list[int], seed: int) -> str:
    """Presses of `keys`, 90-160 ms long and as far apart, with contacts that chatter for up to
    10 ms at each end."""
    chance = random.Random(seed)
    rows, now = [], 400
    for key in keys:
        for closed in (True, False):
            for i in range(chance.choice((0, 2, 4, 6))):
                rows.append((now, closed == (i % 2 == 0), key))
                now += chance.randint(1, 2)
            rows.append((now, closed, key))
            now += chance.randint(90, 160)
    return "".join(f"{ms} {1 << key - 1 if closed else 0}\n" for ms, closed, key in rows)
