"""central.toml: what `init` writes is read again, and another database changes one line."""

import tomllib
from pathlib import Path

import pytest

from sync.central.settings import CentralSettings, change_database, load, write

OTHER = "postgresql+psycopg://central@db/report"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "dindaeng", 'สำนักงาน "ดินแดง"', "sqlite:////tmp/x.db", "https://r.example")
    return tmp_path


def test_the_file_has_every_setting_and_is_read_as_it_was_meant(folder: Path) -> None:
    settings = load(folder)
    assert settings == CentralSettings(
        site="dindaeng",
        name='สำนักงาน "ดินแดง"',
        database="sqlite:////tmp/x.db",
        url="https://r.example",
        folder=folder,
    )
    values = tomllib.loads((folder / "central.toml").read_text("utf-8"))
    assert {*values} == {*CentralSettings._fields} - {"folder"}


@pytest.mark.parametrize(
    "line",
    [
        'database = "a"  # ours',
        "  database='a'",
        '"database" = "a"',
        'database = """\\\n  a"""',
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_another_database_changes_nothing_else(
    folder: Path, line: str, mark: str, line_end: str
) -> None:
    path = folder / "central.toml"
    lines = [
        "# mine",
        'site = "dindaeng"',
        line,
        'name = "ก"  # stays',
        "url='https://r.example'",
        "",
    ]
    path.write_bytes((mark + line_end.join(lines).replace("\\\n", f"\\{line_end}")).encode())
    before = load(folder)
    change_database(folder, OTHER)
    assert load(folder) == before._replace(database=OTHER)
    text = path.read_bytes().decode()
    for other in (lines[0], lines[1], lines[3], lines[4]):
        assert other in text.removeprefix(mark).split(line_end)
    assert text.startswith(mark + "# mine")
    assert ("# ours" in text) == ("# ours" in line)
