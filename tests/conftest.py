"""Settings of every test: no deadlines (machines are noisy), the same examples on every CI run,
and no screen but the one that a test makes itself."""

import os

from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
settings.register_profile("kiosk", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("kiosk")
