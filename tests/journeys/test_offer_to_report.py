"""Where a queue exists: from the ticket machine's lines to the response in the report, over a pty,
the real window and file, HTTP, and central's own database."""

from datetime import timedelta
from pathlib import Path

from pytestqt.qtbot import QtBot

from hardware.ticket_machine import TicketMachine
from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Phase
from kiosk.domain.rating import Channel
from sync.central import period
from sync.central.measures import Response
from sync.central.reports import gate
from sync.central.settings import load, signing_key
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from tests.support.central import DIRECTOR
from tests.support.office import command, set_up_terminal
from tests.support.ticket_machine import MachineOnLoop
from ui.app import start
from ui.window import TerminalWindow

ANSWERED, LEFT = 10, 5
FAST = '[office]\nopens="00:00"\ncloses="23:59"\n[times]\nlock=0.1\nthanks=0.1\n'


def test_answers_and_offers_left_alone_make_the_response(
    tmp_path: Path, office: tuple[Path, str], window: TerminalWindow, qtbot: QtBot
) -> None:
    central_path, url = office
    path, pin = set_up_terminal(tmp_path, central_path, url)
    line = tmp_path / "tickets"
    offer = f'[offer]\nmode="offered"\nport="{line}"\n[screen]\nask_reasons="never"\n'
    (path / "kiosk.toml").write_text(FAST + offer, "utf-8")
    on_loop = MachineOnLoop(line)
    machine: TicketMachine = on_loop.machine
    folder = DataFolder(path)
    window.open_windowed(1280, 800)
    running = start(folder, folder.settings(), SystemClock(), window)
    presenter = running.presenter
    presenter.staff.choose_officer("101")
    for digit in pin:
        presenter.staff.type_digit(digit)
    for number in range(ANSWERED + LEFT):
        machine.call()
        machine.end()
        qtbot.waitUntil(lambda: presenter.state.offer is not None and not machine.waiting)
        if number < ANSWERED:
            presenter.citizen.press(5 - number % 3, Channel.TOUCH)
            qtbot.waitUntil(lambda: presenter.state.phase is Phase.WAITING)
    machine.call()
    qtbot.waitUntil(lambda: not machine.waiting)
    machine.call()
    qtbot.waitUntil(lambda: not machine.waiting)
    running.stop()
    on_loop.stop()
    command("ui", path, "close-day", "--now")
    command("ui", path, "sync")
    settings = load(central_path)
    store = CentralStore.open(settings.database)
    central = Central(store=store, settings=settings, key=signing_key(central_path))
    today = SystemClock().now().wall.date()
    later = today + timedelta(days=8)
    publish_due(central, later)
    figure = gate.office(central, DIRECTOR, period.year_of(today), later).figure
    store.close()
    beside = figure.beside
    assert (figure.result.n, beside.answered) == (ANSWERED, ANSWERED)
    assert (beside.offered, beside.lapsed, beside.not_offered) == (ANSWERED + LEFT, LEFT, 1)
    assert figure.response == Response(
        answered=ANSWERED, served=ANSWERED + LEFT + 1, ratings=ANSWERED
    )
