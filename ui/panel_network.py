"""The use case of `kiosk panel network`: a panel on the local network, and its key."""

import secrets
from collections.abc import Callable
from pathlib import Path

from hardware.network_port import read_key, split_name
from hardware.sealing import KEY_BYTES
from kiosk.domain.refusal import Refusal
from kiosk.files import write_whole
from kiosk.language import in_english
from kiosk.settings.definition import PanelSettings, Settings
from kiosk.settings.editing import Value, write_panel
from ui.panel_tools import PanelTrouble


def admit(
    settings: Settings, folder: Path, port: str, number: int, say: Callable[[str], None]
) -> None:
    """Panel `number` (from 1) of the settings comes by the network at `port`. A key that is there
    stays. PanelTrouble, SettingsError."""
    place = split_name(port)
    if place is None:
        raise PanelTrouble(in_english(Refusal("no_interface")))
    if number > len(settings.panels) + 1:
        raise PanelTrouble(f"there is no panel {number - 1} yet; set that up first")
    file = folder / f"panel-{number}.key"
    try:
        if not file.exists():
            write_whole(file, secrets.token_bytes(KEY_BYTES).hex().encode() + b"\n")
        key = read_key(str(file)).hex()
    except (OSError, ValueError):
        raise PanelTrouble(in_english(Refusal("no_panel_key", file=str(file)))) from None
    lines: dict[str, Value | None] = dict.fromkeys(PanelSettings._fields)  # nothing else applies
    lines |= {"port": port, "profile": "network", "key_file": str(file)}
    copy = write_panel(settings, number, lines)
    say(f"# Written into {settings.path}; as it was: {copy}")
    say("# config.py of the board: fill in the first three lines, and show it to nobody.")
    say('WIFI = ""')
    say('PASSWORD = ""')
    say(f'HOST = ""  # this terminal\'s address on {place[0]}')
    say(f"PORT = {place[1]}")
    say(f'KEY = "{key}"')
