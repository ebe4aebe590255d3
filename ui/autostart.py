"""The systemd unit that makes a machine a terminal: one program on the whole screen, from power-on.

Cage is a Wayland compositor for a single program: no desktop, no other window, no way out of it.
It has screen and input devices from seatd. A login session would do so too, but would take the
program out of its unit: its lines and its signs of life would then reach nobody.
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
    # Commands beside the terminal give way to it, and with LimitNICE may come to the front again
    # while they hold its file.
    # Cage hides how its program ended, so whatever ends it is followed by a new start.
    # Its picture is drawn without a graphics card: every machine can, and widgets need no more.
    return f"""\
[Unit]
Description=Satisfaction terminal
Requires=seatd.service
After=seatd.service systemd-user-sessions.service time-sync.target
Conflicts=getty@tty1.service
StartLimitIntervalSec=0
RequiresMountsFor={argument(str(data))}

[Service]
Type=notify
NotifyAccess=all
WatchdogSec={WATCHDOG_SECONDS}
TimeoutStartSec={START_SECONDS}
TimeoutAbortSec={ABORT_SECONDS}
LimitCORE=0
LimitNICE=+0
User={owner}
SupplementaryGroups=video
RuntimeDirectory=kiosk-screen
RuntimeDirectoryMode=0700
StandardOutput=journal
StandardError=journal
UMask=0077
Environment=XDG_RUNTIME_DIR=%t/kiosk-screen LIBSEAT_BACKEND=seatd \\
    WLR_RENDERER=pixman QT_QPA_PLATFORM=wayland
ExecStart={argument(str(cage))} -d{turns} -- {command} run
Restart=always
RestartSec=3

[Install]
WantedBy=multi-user.target
"""
