"""The systemd unit that makes a machine a terminal: one program on the whole screen, from power-on.

Cage is a Wayland compositor for a single program: no desktop, no other window, no way out of it.
Directives: systemd.exec(5), and the unit in Cage's own documentation.
"""

from pathlib import Path

from kiosk.systemd import ABORT_SECONDS, WATCHDOG_SECONDS, argument

START_SECONDS = 300
"""Until the first screen and the whole file are read, on a slow machine with years of days."""

TURNS = (0, 90, 180, 270)
"""Degrees clockwise that a screen can hang turned by."""


def unit(program: Path, cage: Path, data: Path, owner: str, turned: int = 0) -> str:
    """The text of `kiosk.service`. `turned` is one of TURNS; `owner` holds the data folder."""
    turns = " -r" * TURNS.index(turned)
    command = f"{argument(str(program))} --data {argument(str(data))}"
    # Signs of life come from the program below Cage, so everybody in the unit may give them.
    # Cage hides how its program ended, so whatever ends it is followed by a new start.
    return f"""\
[Unit]
Description=Satisfaction terminal
After=systemd-user-sessions.service time-sync.target
Conflicts=getty@tty1.service
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=all
WatchdogSec={WATCHDOG_SECONDS}
TimeoutStartSec={START_SECONDS}
TimeoutAbortSec={ABORT_SECONDS}
LimitCORE=0
User={owner}
PAMName=login
TTYPath=/dev/tty1
TTYReset=yes
TTYVHangup=yes
TTYVTDisallocate=yes
StandardInput=tty-fail
StandardOutput=journal
StandardError=journal
UtmpIdentifier=tty1
UtmpMode=user
UMask=0077
Environment=QT_QPA_PLATFORM=wayland
ExecStart={argument(str(cage))} -d{turns} -- {command} run
Restart=always
RestartSec=3

[Install]
WantedBy=multi-user.target
"""
