"""Tests, rigs and what makes pictures: days begin and end as at an office, on whatever machine."""

import os
import time

os.environ["TZ"] = "Asia/Bangkok"  # which a terminal keeps wherever it stands
time.tzset()
