"""Settings of every test: no deadlines (machines are noisy), the same examples on every CI run."""

import os

from hypothesis import settings

settings.register_profile("kiosk", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("kiosk")
