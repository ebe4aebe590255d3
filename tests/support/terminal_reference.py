"""The terminal's settings and commands as central's help shows them: a file, as central knows no
terminal. `python -m tests.support.terminal_reference` writes it again."""

from collections.abc import Iterator
from pathlib import Path

from kiosk.settings.definition import Settings
from kiosk.tomlfile.default_text import toml
from sync.central.handbook.listed import command_lines, command_of, setting_lines
from sync.central.handbook.reference import TERMINAL
from ui.cli import app


def text() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Made by `python -m tests.support.terminal_reference`: a test fails where it is old."
    for setting in setting_lines(Settings):
        bounds = {name: value for name, value in setting.bounds._asdict().items() if value}
        yield from _row("settings", {**setting._asdict(), "bounds": bounds})
    for command in command_lines("kiosk", command_of(app)):
        yield from _row("commands", command._asdict())


def _row(table: str, values: dict[str, object]) -> Iterator[str]:
    yield f"\n[[{table}]]"
    for key, value in values.items():
        if isinstance(value, dict) and value:
            inside = ", ".join(f"{name} = {toml(one)}" for name, one in value.items())
            yield f"{key} = {{ {inside} }}"
        elif value:
            yield f"{key} = {toml(value)}"


if __name__ == "__main__":
    Path(TERMINAL).write_text(text(), "utf-8")
