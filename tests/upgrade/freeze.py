"""A terminal and a central as this version leaves them: `python -m tests.upgrade.freeze`.

Run once for each release, on its commit. The file stays in the tree for ever: each later program
opens it, migrates it, sends its unsent days and verifies both sides (test_upgrade.py).
"""

import tempfile
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import kiosk
from kiosk.datafolder import DataFolder
from kiosk.domain.businessday import half_day
from kiosk.domain.encounter import Record
from sync import enrolling, exchange
from sync.central.usecases.installation import open_central, set_up
from sync.closing import close_days
from sync.keyfile import write_key
from tests.support.builders import PRASIT, SOMYING, FakeClock, rating
from tests.support.central import put_on_roster
from tests.support.central_server import Server
from tests.support.wire_examples import EXAMPLES

FOLDER = Path(__file__).with_name("released")
BANGKOK = ZoneInfo("Asia/Bangkok")
BEGIN = datetime(2026, 1, 5, 9, tzinfo=BANGKOK)
"""A Monday."""
MONTHS = 11
UNSENT = 2
"""Of the months' days: closed, and not sent."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a frozen file holds, in a folder."""

    folder: Path

    @property
    def terminal(self) -> DataFolder:
        return DataFolder(self.folder / "terminal")

    @property
    def central(self) -> Path:
        return self.folder / "central"

    @property
    def wire(self) -> Path:
        return self.folder / "wire"


def days() -> tuple[datetime, ...]:
    """One business day in each month."""
    return tuple(BEGIN + timedelta(weeks=4 * month) for month in range(MONTHS))


def make(folder: Path) -> Frozen:
    """A year of little data on both sides, in a new folder. The newest days are not sent; ratings
    of the last one are not closed."""
    frozen = Frozen(folder)
    set_up(frozen.central, "dindaeng", "สำนักงานเขตดินแดง", "", "http://127.0.0.1:1")
    with open_central(frozen.central) as central:
        put_on_roster(central, (SOMYING, PRASIT))
        server = Server(central)
        server.now = BEGIN
        try:
            _live(frozen.terminal, server)
        finally:
            server.stop()
    frozen.wire.mkdir()
    for number, (name, body) in enumerate(EXAMPLES):
        (frozen.wire / f"{number:02d}-{name}.json").write_bytes(body)
    return frozen


def _live(folder: DataFolder, server: Server) -> None:
    clock, key = FakeClock(BEGIN), Ed25519PrivateKey.generate()
    folder.create()
    store, terminal = folder.open(clock)
    terminal.join(enrolling.enrol(server.url, server.code(), key))
    write_key(folder.key_file, key)
    for number, day in enumerate(days()):
        server.now = clock.wall = day
        for score in range(1, 6):
            for officer in (SOMYING, PRASIT):
                terminal.carry_out([Record(rating(score, officer=officer, day=day.date()))])
        if number == MONTHS - 1:
            break
        close_days(store, clock, today=True)
        if number < MONTHS - 1 - UNSENT:
            exchange.sync(store, clock, key)
    store.forget_order((clock.wall.date(), half_day(clock.wall)))
    store.close()


def pack(frozen: Frozen, target: Path) -> None:
    """One small file of everything."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        for path in sorted(frozen.folder.rglob("*")):
            if path.is_file() and path.name not in {"ballast", "run.lock"}:
                archive.write(path, path.relative_to(frozen.folder))


def unpack(source: Path, folder: Path) -> Frozen:
    """As it was, readable by its owner alone."""
    with zipfile.ZipFile(source) as archive:
        archive.extractall(folder)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return Frozen(folder)


def main() -> None:
    """Write this version's file. One that is there is never written again."""
    FOLDER.mkdir(exist_ok=True)
    target = FOLDER / f"{kiosk.__version__}.zip"
    if target.exists():
        raise typer.BadParameter(f"{target} is there: what is released does not change")
    with tempfile.TemporaryDirectory() as work:
        pack(make(Path(work)), target)
    typer.echo(f"{target}, {target.stat().st_size // 1024} KiB. Commit it with the release.")


if __name__ == "__main__":
    typer.run(main)
