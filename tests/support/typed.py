"""An office of which somebody types the lines of a document, on fresh folders."""

import re
import shlex
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from typer import Typer
from typer.testing import CliRunner, Result

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Record
from kiosk.domain.people import OfficerId
from kiosk.lockout import PinRight
from sync.central.cli import app as central_app
from sync.central.store.terminals import State
from sync.central.usecases.central import Central
from sync.central.usecases.installation import open_central
from sync.central.usecases.pins import issue_pins, read_pins
from sync.central.usecases.terminals import console, find_terminal
from tests.support.builders import rating
from tests.support.central_server import Server
from ui.cli import app as kiosk_app

_CODES = {"days are parked": (1,), "it is refused": (1, 3)}
"""Exit codes of a line, where it does not end well."""
_SIGNS = {
    "CODE": r"Code: (\S+)",
    "FINGERPRINT": r"kiosk setup \S+ \S+ (\w{64})$",
    "MARK": r"--mark (\w+)",
    "DAY": r"^parked +(\S+) revision",
}
"""What stands for something that a line before printed, and how it is printed."""
ADDRESS = "https://report.example.go.th"


_PLACE = re.compile(r"(?:at (?P<central>central)|on (?P<machine>[^,:]+))(?:, (?P<note>.+))?")


class Typist:
    """Types lines on machines by the name that a line gives them; without a name: at central, or
    on "the terminal"."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.printed = ""
        self.values: dict[str, str] = {}
        """What stands on the page, and what it is here."""
        self.after: dict[str, Callable[[], None]] = {}
        """What happens once a line that begins so was typed."""

    def type_line(self, line: str) -> Result:
        """What a person types, with the values that the lines before printed."""
        words, _, comment = line.partition("#")
        for sign, pattern in _SIGNS.items():
            values = re.findall(pattern, self.printed, re.MULTILINE)
            words = words.replace(sign, values[-1] if values else sign)
        for sign, value in self.values.items():
            words = words.replace(sign, value)
        words, _, into = words.partition(" > ")
        program, *arguments = shlex.split(words)
        place = _PLACE.fullmatch(comment.strip())
        usual, app = ("the terminal", kiosk_app) if program == "kiosk" else ("central", central_app)
        folder = self.root / ((place and (place["machine"] or place["central"])) or usual)
        result = run(app, folder, *arguments)
        codes = _CODES.get((place and place["note"]) or "", (0,))
        assert result.exit_code in codes, f"{line}\n{result.output}"
        if into:
            (self.root / into.strip()).write_text(result.stdout, "utf-8")
        self.printed += result.stdout
        for begin, deed in self.after.items():
            if line.startswith(begin):
                deed()
        return result


class Office(Typist):
    """Central being served, and its terminals."""

    def __init__(self, root: Path, central: Central, server: Server) -> None:
        super().__init__(root)
        self.central, self.server = central, server
        self.usb = root / "usb"
        self.usb.mkdir()
        self.values = {ADDRESS: server.url, "/mnt/usb": str(self.usb)}
        self.ends = ExitStack()
        self.postgres = ""

    def machine(self, name: str) -> DataFolder:
        return DataFolder(self.root / name)

    def keeps_open(self, name: str) -> None:
        """A machine that is still to come: whenever the test runs, its day goes on."""
        folder = self.machine(name)
        folder.path.mkdir()
        folder.settings_file.write_text('[office]\nopens="00:00"\ncloses="23:59"\n', "utf-8")

    def serve(self, central: Central, *, port: int = 0, tls: Path | None = None) -> Server:
        """Another server, until the test ends."""
        server = Server(central, port=port, tls=tls)
        server.now = SystemClock().now().wall
        self.ends.callback(server.stop)
        return server

    def serve_instead(self, name: str) -> None:
        """The central in this folder, at the address of the one that was lost."""
        self.server.stop()
        self.central = self.ends.enter_context(open_central(self.root / name))
        self.server = Server(self.central, port=self.server.port)
        self.server.now = SystemClock().now().wall

    def rate(self, name: str, *scores: int, days_ago: int) -> None:
        """Ratings of officer 101 on an earlier day."""
        store, terminal = self.machine(name).open(SystemClock())
        day = SystemClock().now().wall.date() - timedelta(days=days_ago)
        officer = terminal.by_number("101")
        assert officer is not None
        for score in scores:
            terminal.carry_out([Record(rating(score, day=day, officer=officer))])
        store.close()

    def issue(self, number: str) -> str:
        """A PIN that central issues."""
        bases = {str(one.officer.id): one.base for one in read_pins(self.central)}
        officer = next(o.officer for o in read_pins(self.central) if o.officer.number == number)
        chosen = {str(officer.id): bases[str(officer.id)]}
        [(_, pin)] = issue_pins(self.central, chosen, console("it"), SystemClock().now().wall)
        return pin

    def is_right(self, name: str, owner: str, pin: str) -> bool:
        store, terminal = self.machine(name).open(SystemClock())
        officer = terminal.by_number(owner)
        answer = terminal.check_pin(officer.id if officer else OfficerId(owner), pin)
        store.close()
        return isinstance(answer, PinRight)

    def ratings(self, days_ago: int) -> int:
        """How many of a day count at central."""
        day = SystemClock().now().wall.date() - timedelta(days=days_ago)
        with self.central.store.read(self.central.site) as t:
            return sum(sum(counts) for counts in t.tallies.ratings(day).values())

    def state(self, terminal: str) -> State:
        known = find_terminal(self.central, terminal)
        assert known is not None
        return known.state


def run(app: Typer, folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--data", str(folder), *words])
