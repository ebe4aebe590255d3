"""The systemd unit that keeps a central report served. Directives: systemd.exec(5)."""

from collections.abc import Sequence
from pathlib import Path

from kiosk.systemd import ABORT_SECONDS, WATCHDOG_SECONDS, argument, value

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
) -> str:
    """The text of `kiosk-central.service`; `options` are those of `kiosk-central serve`; `backups`:
    the folder in which old ones go."""
    capabilities = "CAP_NET_BIND_SERVICE" if port < PRIVILEGED else ""
    words = (str(program), "--data", str(data), "serve", "--port", str(port), *options)
    return f"""\
[Unit]
Description=Central report of the satisfaction terminals
Wants=network-online.target
After=network-online.target postgresql.service

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
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={" ".join(value(str(path)) for path in (data, backups) if path)}
PrivateTmp=yes
PrivateDevices=yes
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6

[Install]
WantedBy=multi-user.target
"""
