"""`kiosk panel`: the button panel."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.printed import AsJson, print_rows
from ui.commands.context import data_folder, errors, fail
from ui.failures import NOT_NOW, USAGE

if TYPE_CHECKING:
    from kiosk.settings.definition import PanelSettings

_PROFILE = "The kind of panel, as `kiosk panel profiles` lists them"
_NUMBER = "Which panel of the settings: the first is 1."

app = typer.Typer(help="The button panel.", no_args_is_help=True)


@app.command("list")
def panel_list(as_json: AsJson = False) -> None:
    """List the ports where a panel may be, with the name to write into the settings."""
    from hardware.catalogue import connections
    from ui.commands.rows import PortRow

    ports = [port for connection in connections() for port in connection.find()]
    rows = [PortRow(port.device, port.stable, port.description) for port in ports]
    print_rows(rows, as_json, "No port found. Is the panel's cable plugged in?")


@app.command("profiles")
def panel_profiles(as_json: AsJson = False) -> None:
    """List the kinds of panels that can be used, with the name to write into the settings."""
    from hardware.catalogue import FAMILIES
    from ui.commands.rows import ProfileRow

    rows = [ProfileRow(family.name, family.description) for family in FAMILIES]
    print_rows(rows, as_json)


@app.command("monitor")
def panel_monitor(
    port: Annotated[str, typer.Argument(help="The port; empty: the one in the settings.")] = "",
    seconds: Annotated[float, typer.Option(help="Stop after so many seconds; 0: at Ctrl-C.")] = 0.0,
    profile: Annotated[str, typer.Option(help=f"{_PROFILE}; empty: the settings'.")] = "",
    baud: Annotated[
        int, typer.Option(help="The line's speed in bits a second; 0: as the profile has it.")
    ] = 0,
    panel: Annotated[int, typer.Option(min=1, help=_NUMBER)] = 1,
) -> None:
    """Show what comes over a panel's line: bytes, meaning, counters. Presses are not scored and
    not acknowledged, so the panel keeps them for the terminal."""
    from ui.panel_tools import NO_PANEL, PanelTrouble, monitor

    with errors():
        settings = NO_PANEL if port else _panel_settings(panel)
        try:
            monitor(port, profile, baud, settings, seconds or None, typer.echo)
        except PanelTrouble as error:
            fail(str(error), NOT_NOW if error.later else USAGE)
        except KeyboardInterrupt:
            typer.echo("")


@app.command("simulate")
def panel_simulate(
    path: Annotated[
        Path, typer.Argument(help="Where the panel's line appears, such as /tmp/panel")
    ],
    keys: Annotated[int, typer.Option(min=1, max=16, help="How many buttons.")] = 5,
    profile: Annotated[str, typer.Option(help=f"{_PROFILE}.")] = "own",
) -> None:
    """Be a panel on a virtual serial line; commands on standard input press its buttons.

    Commands: press N, down N, up N, fault NAME (none, garbage, lost-bytes, stuck-key, silence,
    wrong-version), unplug, plug, restart, status, quit.
    """
    from ui.panel_tools import PanelTrouble, simulate

    try:
        simulate(path, profile, keys, typer.echo)
    except PanelTrouble as error:
        fail(str(error), USAGE)


@app.command("setup")
def panel_setup(
    port: Annotated[str, typer.Argument(help="The port; empty: every port found.")] = "",
    profile: Annotated[str, typer.Option(help=f"{_PROFILE}; empty: found by listening.")] = "",
    panel: Annotated[int, typer.Option(min=1, help=_NUMBER)] = 1,
    seconds: Annotated[float, typer.Option(help="How many seconds to wait for each press.")] = 60.0,
    address: Annotated[
        int,
        typer.Option(
            help="The panel's number on a line that several share; 0: as the profile has it."
        ),
    ] = 0,
) -> None:
    """Find a panel, ask for each of its buttons in turn, and write it into the settings.

    Nothing is changed before the last button; a copy of the old settings stays beside them.
    """
    from hardware.finder import Patience
    from ui.panel_setup import set_up
    from ui.panel_tools import PanelTrouble

    with errors():
        settings = data_folder().settings()
        try:
            set_up(settings, port, profile, panel, typer.echo, Patience(press=seconds), address)
        except PanelTrouble as error:
            fail(str(error), NOT_NOW if error.later else USAGE)
        except KeyboardInterrupt:
            fail("ended; nothing was changed", NOT_NOW)


@app.command("network")
def panel_network(
    port: Annotated[str, typer.Argument(help="Interface and number, such as wlan0:8766.")],
    panel: Annotated[int, typer.Option(min=1, help=_NUMBER)] = 1,
) -> None:
    """Let one panel on the local network in: make its key, write it into the settings, and print
    config.py for its board."""
    from ui.panel_network import admit
    from ui.panel_tools import PanelTrouble

    with errors():
        folder = data_folder()
        try:
            admit(folder.settings(), folder.path, port, panel, typer.echo)
        except PanelTrouble as error:
            fail(str(error), USAGE)


def _panel_settings(number: int) -> "PanelSettings":
    panels = data_folder().settings().panels
    if number > len(panels) or not panels[number - 1].port:
        fail("no panel in the settings; name a port, see kiosk panel list", USAGE)
    return panels[number - 1]
