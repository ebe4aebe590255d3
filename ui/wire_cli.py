"""`kiosk panel` and `kiosk queue`: what hangs on the terminal by a wire."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.command import Chosen, errors, fail
from ui.failures import NOT_NOW, USAGE

if TYPE_CHECKING:
    from kiosk.config import PanelSettings

panel_app = typer.Typer(help="The serial button panel.", no_args_is_help=True)
queue_app = typer.Typer(help="The queue system, where questions are offered.", no_args_is_help=True)


@panel_app.command("list")
def panel_list() -> None:
    """List serial ports, with the name to write into the settings."""
    from hardware.port import find_ports

    ports = find_ports()
    for port in ports:
        typer.echo(f"{port.device}\t{port.stable}\t{port.description}")
    if not ports:
        typer.echo("No serial port found. Is the panel's cable plugged in?")


@panel_app.command("profiles")
def panel_profiles() -> None:
    """List the kinds of panels that can be used, with the name to write into the settings."""
    from hardware.catalogue import FAMILIES

    for family in FAMILIES:
        typer.echo(f"{family.name:<12} {family.description}")


@panel_app.command("monitor")
def panel_monitor(
    port: Annotated[str, typer.Argument(help="The port; empty: the one in the settings.")] = "",
    seconds: Annotated[float, typer.Option(help="Stop after so long; 0: at Ctrl-C.")] = 0.0,
    profile: Annotated[str, typer.Option(help="See kiosk panel profiles.")] = "",
    baud: Annotated[int, typer.Option(help="0: the profile's.")] = 0,
    panel: Annotated[int, typer.Option(min=1, help="Which of the settings' panels.")] = 1,
) -> None:
    """Show what comes over a panel's line: bytes, meaning, counters. Presses are not scored and
    not acknowledged, so the panel keeps them for the terminal."""
    from ui.panel_commands import NO_PANEL, PanelTrouble, monitor

    with errors():
        chosen = NO_PANEL if port else _panel_settings(panel)
        try:
            monitor(port, profile, baud, chosen, seconds or None, typer.echo)
        except PanelTrouble as error:
            fail(str(error), NOT_NOW if error.later else USAGE)
        except KeyboardInterrupt:
            typer.echo("")


@panel_app.command("simulate")
def panel_simulate(
    path: Annotated[
        Path, typer.Argument(help="Where the panel's line appears, such as /tmp/panel")
    ],
    keys: Annotated[int, typer.Option(min=1, max=16, help="How many buttons.")] = 5,
    profile: Annotated[str, typer.Option(help="See kiosk panel profiles.")] = "own",
) -> None:
    """Be a panel on a virtual serial line; commands on standard input press its buttons.

    Commands: press N, down N, up N, fault NAME (none, garbage, lost-bytes, stuck-key, silence,
    wrong-version), unplug, replug, restart, status, quit.
    """
    from ui.panel_commands import PanelTrouble, simulate

    try:
        simulate(path, profile, keys, typer.echo)
    except PanelTrouble as error:
        fail(str(error), USAGE)


@panel_app.command("setup")
def panel_setup(
    port: Annotated[str, typer.Argument(help="The port; empty: every port found.")] = "",
    profile: Annotated[str, typer.Option(help="The kind; empty: found by listening.")] = "",
    panel: Annotated[int, typer.Option(min=1, help="Which of the settings' panels.")] = 1,
    seconds: Annotated[float, typer.Option(help="How long to wait for each press.")] = 60.0,
    address: Annotated[int, typer.Option(help="A panel's on a shared line; 0: the usual.")] = 0,
) -> None:
    """Find a panel, ask for each of its buttons in turn, and write it into the settings.

    Nothing is changed before the last button; the settings as they were are kept beside them.
    """
    from hardware.finder import Patience
    from kiosk.datafolder import DataFolder
    from ui.panel_commands import PanelTrouble
    from ui.panel_setup import set_up

    with errors():
        folder = DataFolder(Chosen.path)
        try:
            set_up(folder.settings(), port, profile, panel, typer.echo, Patience(seconds), address)
        except PanelTrouble as error:
            fail(str(error), NOT_NOW if error.later else USAGE)
        except KeyboardInterrupt:
            fail("ended; nothing was changed", NOT_NOW)


@queue_app.command("simulate")
def queue_simulate(
    path: Annotated[
        Path, typer.Argument(help="Where the machine's line appears, such as /tmp/tickets")
    ],
) -> None:
    """Be a ticket machine on a virtual serial line; commands on standard input move the queue.

    Commands: call, end, absent, unplug, plug, status, quit. Name the same path as port under
    the section offer of the settings, with mode = "offered".
    """
    from ui.queue_commands import simulate

    try:
        simulate(path, typer.echo)
    except OSError as error:
        fail(f"{path}: {error.strerror}", USAGE)


@queue_app.command("tell")
def queue_tell(
    what: Annotated[str, typer.Argument(help="CALL, END or ABSENT.")],
    ticket: Annotated[str, typer.Argument(help="The ticket, such as A012.")] = "",
) -> None:
    """Tell the running terminal, over HTTP, how the queue moves.

    Example: kiosk queue tell END A012
    """
    from kiosk.datafolder import DataFolder
    from ui.queue_commands import QueueTrouble, tell

    with errors():
        folder = DataFolder(Chosen.path)
        port = folder.settings().queue.http
        if not port:
            fail("offer.http: is 0 in the settings; write a port there, such as 8765", USAGE)
        try:
            typer.echo(tell(port, folder.queue_token(), what, ticket))
        except QueueTrouble as error:
            fail(str(error), NOT_NOW if error.later else USAGE)


def _panel_settings(number: int) -> "PanelSettings":
    from kiosk.datafolder import DataFolder

    panels = DataFolder(Chosen.path).settings().panels
    if number > len(panels) or not panels[number - 1].port:
        fail("no panel in the settings; name a port, see kiosk panel list", USAGE)
    return panels[number - 1]
