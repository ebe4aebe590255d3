"""Each setting is defined once: default, bound and remark; text, schema and reader agree."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from kiosk.domain.wording import DEFAULT_LEVEL_WORDS, DEFAULT_QUESTION, DEFAULT_REASONS
from kiosk.settings.default_text import text as default_text
from kiosk.settings.definition import Settings
from kiosk.settings.reading import parse
from kiosk.settings.schema import schema
from kiosk.tomlfile.tables import (
    Setting,
    SettingsError,
    Table,
    Tables,
    settings_of,
    table_schema,
    written,
)
from sync.central.settings import CentralSettings

DEFINITIONS = (Settings, CentralSettings)
VALIDATOR = Draft202012Validator(schema())


def every_setting(definition: type, where: str = "") -> Iterator[tuple[str, Setting]]:
    for setting in settings_of(definition):
        place = f"{where}.{setting.key}" if where else setting.key
        yield place, setting
        if isinstance(setting.kind, Table | Tables):
            yield from every_setting(setting.kind.definition, place)


def test_every_setting_has_a_remark_that_a_person_can_read() -> None:
    for definition in DEFINITIONS:
        for place, setting in every_setting(definition):
            assert setting.remark.strip(), place
            assert len(setting.remark) <= 110, place


def test_the_text_that_init_writes_has_every_setting_with_its_default() -> None:
    values = tomllib.loads(default_text())
    defaults = written(Settings, Settings())
    rows = {"reasons": defaults.pop("reasons")}
    defaults["notices"].pop("links")
    [defaults["panel"]] = defaults["panel"]
    assert values == defaults
    commented = re.findall(r"^# (.*)", default_text(), re.MULTILINE)
    blocks = "\n".join(line for line in commented if re.match(r"\[\[|\w+ = ", line))
    assert tomllib.loads(blocks)["reasons"] == rows["reasons"]


def test_every_line_of_that_text_says_what_it_is_for() -> None:
    lines = default_text().splitlines()
    bare = [line for line in lines if line and "#" not in line]
    assert [line for line in bare if not re.fullmatch(r'"\d" = \d', line)] == []


def test_the_commented_rows_are_settings_too() -> None:
    text = re.sub(r"^# (\[\[|\w+ = )", r"\1", default_text(), flags=re.MULTILINE)
    settings = parse(text)
    assert settings.reasons == DEFAULT_REASONS
    assert [link.en for link in settings.notices.links] == ["Book a queue"]


def test_the_schema_takes_what_init_writes() -> None:
    Draft202012Validator.check_schema(schema())
    Draft202012Validator.check_schema(table_schema(CentralSettings))
    VALIDATOR.validate(tomllib.loads(default_text()))
    VALIDATOR.validate(written(Settings, parse(default_text())))


@pytest.mark.parametrize(
    "text",
    [
        "[offise]\n",
        "[times]\nlock = 61\n",
        "[scale]\nlevels = 7\n",
        "[panel]\nbaud = 42\n",
        "[panel]\nbuttons = [9]\n",
        "[[panel]]\nprot = 'x'\n",
        "[office]\nopens = '25:00'\n",
        "[office]\nholidays = ['7/12/26']\n",
        "[comments]\nurl = 'javascript:x'\n",
        "[question]\nen = ''\n",
        "[screen]\ntext_percent = 151\n",
        "[offer]\nhttp = 80\n",
        "[sound]\nguide = 1\n",
        "[[reasons]]\nid = 'a'\n",
        "[[reasons]]\nid = 'a b'\nth = 'ก'\nen = 'a'\n",
        "office = 3\n",
    ],
)
def test_the_schema_and_the_reader_refuse_the_same(text: str) -> None:
    assert not VALIDATOR.is_valid(tomllib.loads(text))
    with pytest.raises(SettingsError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "[[panel]]\nport = 'a'\n[[panel]]\nport = 'b'\nbuttons = [4, 0, 1]\n",
        "[office]\nholidays = ['2026-12-07']\n",
        "[scale]\nlevels = 3\nwords_th = ['ก', 'ข', 'ค']\n",
        "[offer]\nhttp = 0\n",
        "[keys]\n'F1' = 5\n",
    ],
)
def test_the_schema_takes_what_the_reader_takes(text: str) -> None:
    VALIDATOR.validate(tomllib.loads(text))
    parse(text)


def test_a_word_that_an_office_may_replace_stands_in_one_file() -> None:
    words = [reason.th for reason in DEFAULT_REASONS] + [reason.en for reason in DEFAULT_REASONS]
    words += [*DEFAULT_QUESTION, DEFAULT_LEVEL_WORDS[1].th]
    files = [
        path
        for folder in ("kiosk", "ui", "hardware", "sync")
        for suffix in ("py", "toml")
        for path in Path(folder).rglob(f"*.{suffix}")
    ]
    quoted = re.compile("|".join(f'"{re.escape(word)}"' for word in words))
    assert [str(path) for path in files if quoted.search(path.read_text("utf-8"))] == [
        "kiosk/domain/wording.py"
    ]
