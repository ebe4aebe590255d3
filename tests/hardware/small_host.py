"""The smallest host that keeps the promise: the real port and link, a file in place of the store.

    python -m tests.hardware.small_host LINE FILE [before:SEQ | after:SEQ]

With the last word it kills itself at that press: before it is kept, or after it is kept and before
it is acknowledged. Each press is appended to FILE (device, boot, seq, button), made durable, and
only then acknowledged. Started again, it goes on after the last whole line, as the terminal does.
"""

import os
import select
import signal
import sys
from pathlib import Path
from time import monotonic

from hardware.link import ButtonPressed, PressMark
from hardware.numbered_link import PanelLink
from hardware.profiles.own import OwnCodec
from hardware.serial_port import SerialPort


def last_marks(text: str) -> list[PressMark]:
    marks = []
    for row in text.splitlines()[-1:]:
        device, boot, seq, _ = row.split()
        marks.append(PressMark(device=device, boot=boot, seq=int(seq)))
    return marks


def die_at(when: str) -> None:
    if when in sys.argv[3:]:
        os.kill(os.getpid(), signal.SIGKILL)


def run(line: str, path: Path) -> None:
    path.touch()
    text = path.read_text(encoding="ascii")
    whole = text[: text.rfind("\n") + 1]
    link = PanelLink(OwnCodec(), last_marks(whole))
    port = SerialPort.open(line)
    link.opened(monotonic())
    with path.open("r+", encoding="ascii") as file:
        file.truncate(len(whole))
        file.seek(len(whole))
        while True:
            port.write(link.outgoing())
            ready, _, _ = select.select([port], [], [], 0.05)
            events = link.tick(monotonic())
            if ready:
                events += link.feed(port.read(), monotonic())
            for event in events:
                if isinstance(event, ButtonPressed):
                    mark = event.mark
                    die_at(f"before:{mark.seq}")
                    file.write(f"{mark.device} {mark.boot} {mark.seq} {event.button}\n")
                    file.flush()
                    os.fsync(file.fileno())
                    die_at(f"after:{mark.seq}")
                    link.acknowledge(mark)


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]))
