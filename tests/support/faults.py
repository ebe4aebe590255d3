"""Real faults that a test can make without hardware."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def disk_full_beyond(size: int) -> Iterator[None]:
    """Writes past `size` bytes of a file fail, as on a full disk (EFBIG in place of ENOSPC)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
