"""The examples of sync/WIRE.md: pairs of a message's name and its bytes."""

import re
from pathlib import Path

WIRE = Path("sync/WIRE.md").read_text("utf-8")
EXAMPLES = [(name, body.encode()) for name, body in re.findall(r"```json (\w+)\n(.*)\n```", WIRE)]
