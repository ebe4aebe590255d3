"""Writing a panel into the settings: those lines change, nothing else does, nothing is lost."""

import os
from pathlib import Path

import pytest

from kiosk.config import DEFAULT_TEXT, ConfigError, load, parse
from kiosk.settingsfile import Value, with_panel, write_panel

NEW: dict[str, Value | None] = {
    "port": "/dev/ttyUSB0",
    "profile": "candle485",
    "baud": 19200,
    "parity": None,
    "buttons": (4, 3, 2, 1),
}


def written(text: str, number: int = 1) -> str:
    return with_panel(text, number, NEW)


def test_the_lines_of_the_panel_change_and_all_others_stay() -> None:
    old, new = DEFAULT_TEXT.splitlines(), written(DEFAULT_TEXT).splitlines()
    gone, come = [x for x in old if x not in new], [x for x in new if x not in old]
    assert [line.split("=")[0].strip() for line in gone] == ["port", "profile"]
    assert [line.split("=")[0].strip() for line in come] == ["baud", "buttons", "port", "profile"]
    panel = parse(written(DEFAULT_TEXT)).panel
    assert (panel.port, panel.profile, panel.baud) == ("/dev/ttyUSB0", "candle485", 19200)
    assert panel.buttons == {1: 4, 2: 3, 3: 2, 4: 1}


def test_comments_behind_values_stay() -> None:
    line = next(x for x in written(DEFAULT_TEXT).splitlines() if x.startswith("profile"))
    assert line.startswith('profile = "candle485"  ')
    assert line.endswith("single-byte")


def test_a_file_without_a_panel_gets_one() -> None:
    assert parse(written("")).panel.profile == "candle485"
    text = written('[office]\nname_en = "X"')
    assert parse(text).office.name.en == "X"
    assert parse(text).panel.baud == 19200


def test_values_over_several_lines_are_replaced_whole() -> None:
    text = "[panel]\nbuttons = [\n  5, 4,\n  3, 2, 1,\n]\nport = 'x'\n[sync]\nat = '20:00'\n"
    assert parse(written(text)).panel.buttons == {1: 4, 2: 3, 3: 2, 4: 1}
    assert "at = '20:00'" in written(text)


def test_a_line_that_is_no_longer_wanted_goes() -> None:
    text = '[panel]\nparity = "even"\ncodes = ["a", "b"]  # mine\n'
    assert "parity" not in written(text)
    assert "codes" in written(text)


def test_a_second_panel_makes_a_list_of_both() -> None:
    text = written(DEFAULT_TEXT, 2)
    first, second = parse(text).panels
    assert (first.port, second.port) == ("", "/dev/ttyUSB0")
    assert parse(text).keys == parse(DEFAULT_TEXT).keys
    again = with_panel(text, 2, {"port": "/dev/other"})
    assert [panel.port for panel in parse(again).panels] == ["", "/dev/other"]
    assert len(parse(with_panel(again, 3, NEW)).panels) == 3


def test_quotes_and_backslashes_in_a_code_come_back_as_they_were() -> None:
    codes = ('say "1"', "back\\slash")
    text = with_panel("", 1, {"codes": codes, "profile": "ascii-line"})
    assert parse(text).panel.codes == codes
    assert parse(with_panel(text, 1, {"codes": codes})).panel.codes == codes


def test_the_old_file_is_kept_and_the_mode_too(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text(DEFAULT_TEXT, encoding="utf-8")
    path.chmod(0o640)
    copy = write_panel(load(path), 1, NEW)
    assert copy == tmp_path / "kiosk.toml.1.bak"
    assert copy.read_text(encoding="utf-8") == DEFAULT_TEXT
    assert load(path).panel.port == "/dev/ttyUSB0"
    assert path.stat().st_mode & 0o777 == 0o640
    assert write_panel(load(path), 1, NEW).name == "kiosk.toml.2.bak"
    assert sorted(os.listdir(tmp_path)) == ["kiosk.toml", "kiosk.toml.1.bak", "kiosk.toml.2.bak"]


@pytest.mark.parametrize("values", [{"baud": 1}, {"profile": "nonsense"}])
def test_what_can_not_be_read_back_is_not_written(
    tmp_path: Path, values: dict[str, Value | None]
) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text(DEFAULT_TEXT, encoding="utf-8")
    with pytest.raises(ConfigError, match="write one of"):
        write_panel(load(path), 1, values)
    assert path.read_text(encoding="utf-8") == DEFAULT_TEXT
    assert os.listdir(tmp_path) == ["kiosk.toml"]


def test_a_panel_that_stands_where_it_is_not_expected_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    unusual = 'panel = { port = "x" }\n'
    path.write_text(unusual, encoding="utf-8")
    with pytest.raises(ConfigError):
        write_panel(load(path), 1, NEW)
    assert path.read_text(encoding="utf-8") == unusual
