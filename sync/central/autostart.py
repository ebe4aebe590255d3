"""The systemd units that keep a central report served. Directives: systemd.exec(5) and
systemd.socket(5)."""

from collections.abc import Sequence
from pathlib import Path

from kiosk.systemd import ABORT_SECONDS, WATCHDOG_SECONDS, argument, value
from sync.central.listening import BACKLOG

PRIVILEGED = 1024
"""From here on anybody may listen; below, such as at 443, only whom the kernel lets."""
START_SECONDS = 3600
"""A new version may first have to change a city's tables."""


def unit(
    program: Path,
    data: Path,
    owner: str,
    port: int,
    options: Sequence[str],
    backups: Path | None = None,
    by_socket: bool = False,
) -> str:
    """The text of `kiosk-central.service`; `options` are those of `kiosk-central serve`; `backups`:
    the folder in which old ones go. `by_socket`: the port is opened by `socket_unit`."""
    own_port = port < PRIVILEGED and not by_socket
    capabilities = "CAP_NET_BIND_SERVICE" if own_port else ""
    socket = "Requires=kiosk-central.socket\n" if by_socket else ""
    words = (str(program), "--data", str(data), "serve", "--port", str(port), *options)
    return f"""\
[Unit]
Description=Central report of the satisfaction terminals
Wants=network-online.target
After=network-online.target postgresql.service
{socket}
[Service]
Type=notify
WatchdogSec={WATCHDOG_SECONDS}
TimeoutStartSec={START_SECONDS}
TimeoutAbortSec={ABORT_SECONDS}
LimitCORE=0
User={owner}
UMask=0077
ExecStart={" ".join(map(argument, words))}
Restart=always
RestartSec=3
AmbientCapabilities={capabilities}
CapabilityBoundingSet={capabilities}
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={" ".join(value(str(path)) for path in (data, backups) if path)}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


def socket_unit(port: int) -> str:
    """The text of `kiosk-central.socket`: systemd opens the port, so that the program needs no
    right to, and keeps it while another version starts."""
    return f"""\
[Unit]
Description=Port of the central report

[Socket]
ListenStream={port}
Backlog={BACKLOG}
NoDelay=yes

[Install]
WantedBy=sockets.target
"""
