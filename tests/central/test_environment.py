"""Settings by environment: one table of names, and each of them read."""

import re
from pathlib import Path

import typer.main
from typer.core import TyperGroup

from kiosk.tomlfile.tables import settings_of
from sync.central import environment
from sync.central.cli import app
from sync.central.settings import CentralSettings

PAGE = Path(environment.__file__).parent / "SERVING.md"


def variables_of_options() -> set[str]:
    commands = typer.main.get_command(app)
    assert isinstance(commands, TyperGroup)
    names: set[str] = set()
    for one in (commands, *commands.commands.values()):
        for option in one.params:
            names |= {option.envvar} if isinstance(option.envvar, str) else {*(option.envvar or ())}
    return names


def test_the_page_about_serving_names_every_variable_and_no_other() -> None:
    on_page = re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text("utf-8"), re.M)
    settings = {environment.variable(one.key) for one in settings_of(CentralSettings)}
    assert len(on_page) == len({*on_page})
    assert {*on_page} == settings | variables_of_options()


def test_numbers_and_texts_are_read_as_in_the_file() -> None:
    said = {"KIOSK_CENTRAL_CONNECTIONS": "7", "KIOSK_CENTRAL_NAME": "7", "CONNECTIONS": "8"}
    assert environment.settings_in(said, CentralSettings) == {"connections": 7, "name": "7"}
    odd = {"KIOSK_CENTRAL_CONNECTIONS": "7\nurl = 1"}
    assert environment.settings_in(odd, CentralSettings) == {"connections": "7\nurl = 1"}
