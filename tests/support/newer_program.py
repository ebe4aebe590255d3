"""The program as a later version of it: another number, and, where asked, one migration more."""

import shutil
from pathlib import Path

import kiosk

HOUSES = ("kiosk", "sync", "ui", "hardware")
_ROOT = Path(kiosk.__file__).parent.parent
_MIGRATION = '''"""One column more."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE {table} ADD COLUMN {column}")
'''
_MORE = {
    "kiosk/store": ("wording", "later TEXT"),
    "sync/central": ("terminals", "later TEXT"),
}
"""What the migration adds, by the folder that has the migrations of a database."""


def newer_program(folder: Path, version: str, *, migrates: bool = False) -> Path:
    """This program's packages in `folder`, as `version`; its own schema is one step further where
    it `migrates`."""
    for house in HOUSES:
        ignored = shutil.ignore_patterns("__pycache__", "*.png", "pictures", "*.wav")
        shutil.copytree(_ROOT / house, folder / house, ignore=ignored)
    (folder / "kiosk" / "build.txt").unlink(missing_ok=True)
    _edit(folder / "kiosk/__init__.py", f'"{kiosk.__version__}"', f'"{version}"')
    if migrates:
        for room, (table, column) in _MORE.items():
            engine = folder / room / ("store/engine.py" if room == "sync/central" else "engine.py")
            _edit(engine, 'HEAD = "0001"', 'HEAD = "0002"')
            migration = folder / room / "migrations/versions/0002_later.py"
            migration.write_text(_MIGRATION.format(table=table, column=column))
    return folder


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    if text.count(before) != 1:
        raise AssertionError(f"{path}: {before} stands there {text.count(before)} times")
    path.write_text(text.replace(before, after), "utf-8")
