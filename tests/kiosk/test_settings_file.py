"""Writing a panel into the settings: those lines change, nothing else does, nothing is lost."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from kiosk.settings.default_text import text as default_text
from kiosk.settings.editing import Value, with_panel, write_panel
from kiosk.settings.reading import load, parse
from kiosk.tomlfile.tables import SettingsError

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
    before, after = default_text().splitlines(), written(default_text()).splitlines()
    changed = [line for line, new in zip(before, after, strict=True) if line != new]
    keys = [line.split("=")[0].strip() for line in changed]
    assert keys == ["port", "profile", "baud", "buttons"]
    panel = parse(written(default_text())).panels[0]
    assert (panel.port, panel.profile, panel.baud) == ("/dev/ttyUSB0", "candle485", 19200)
    assert panel.scores == {1: 4, 2: 3, 3: 2, 4: 1}


def test_comments_behind_values_stay() -> None:
    line = next(x for x in written(default_text()).splitlines() if x.startswith("profile"))
    assert line.startswith('profile = "candle485"  ')
    assert line.endswith(", network")


def test_a_file_without_a_panel_gets_one() -> None:
    assert parse(written("")).panels[0].profile == "candle485"
    text = written('[office]\nname_en = "X"')
    assert parse(text).office.name.en == "X"
    assert parse(text).panels[0].baud == 19200


def test_values_over_several_lines_are_replaced_whole() -> None:
    text = "[panel]\nbuttons = [\n  5, 4,\n  3, 2, 1,\n]\nport = 'x'\n[sync]\nat = '20:00'\n"
    assert parse(written(text)).panels[0].scores == {1: 4, 2: 3, 3: 2, 4: 1}
    assert "at = '20:00'" in written(text)


def test_a_setting_that_the_new_panel_does_not_need_goes_back_to_its_default() -> None:
    text = '[panel]\nparity = "even"  # mine\ncodes = ["a", "b"]\n'
    panel = parse(written(text)).panels[0]
    assert (panel.parity, panel.codes) == ("", ("a", "b"))
    assert "# mine" in written(text)


def test_a_second_panel_makes_a_list_of_both() -> None:
    text = written(default_text(), 2)
    first, second = parse(text).panels
    assert (first.port, second.port) == ("", "/dev/ttyUSB0")
    assert parse(text).keys == parse(default_text()).keys
    again = with_panel(text, 2, {"port": "/dev/other"})
    assert [panel.port for panel in parse(again).panels] == ["", "/dev/other"]
    assert len(parse(with_panel(again, 3, NEW)).panels) == 3


def test_quotes_and_backslashes_in_a_code_come_back_as_they_were() -> None:
    codes = ('say "1"', "back\\slash")
    text = with_panel("", 1, {"codes": codes, "profile": "ascii-line"})
    assert parse(text).panels[0].codes == codes
    assert parse(with_panel(text, 1, {"codes": codes})).panels[0].codes == codes


def test_the_old_file_is_kept_and_the_mode_too(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text(default_text(), encoding="utf-8")
    path.chmod(0o640)
    copy = write_panel(load(path), 1, NEW)
    assert copy == tmp_path / "kiosk.toml.1.bak"
    assert copy.read_text(encoding="utf-8") == default_text()
    assert load(path).panels[0].port == "/dev/ttyUSB0"
    assert path.stat().st_mode & 0o777 == 0o640
    assert write_panel(load(path), 1, NEW).name == "kiosk.toml.2.bak"
    assert sorted(os.listdir(tmp_path)) == ["kiosk.toml", "kiosk.toml.1.bak", "kiosk.toml.2.bak"]


@pytest.mark.parametrize("fails", ["copy2", "fsync"])
def test_a_full_disk_leaves_the_settings_and_no_half_of_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text(default_text(), encoding="utf-8")
    settings = load(path)

    def full(*written: Path) -> None:
        if len(written) > 1:
            written[1].write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil if fails == "copy2" else os, fails, full)
    with pytest.raises(SettingsError, match="No space left on device"):
        write_panel(settings, 1, NEW)
    assert os.listdir(tmp_path) == ["kiosk.toml"]
    assert path.read_text(encoding="utf-8") == default_text()


@pytest.mark.parametrize("values", [{"baud": 1}, {"profile": "nonsense"}])
def test_what_can_not_be_read_back_is_not_written(
    tmp_path: Path, values: dict[str, Value | None]
) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text(default_text(), encoding="utf-8")
    with pytest.raises(SettingsError, match="write one of"):
        write_panel(load(path), 1, values)
    assert path.read_text(encoding="utf-8") == default_text()
    assert os.listdir(tmp_path) == ["kiosk.toml"]


LAYOUTS = {
    "a bracket in a comment": '[panel]\nbuttons = [\n  5, # the best ]\n  4,\n]\nport = "a"\n',
    "an inline table": 'panel = { port = "a", baud = 9600 }\n',
    "dotted keys": 'panel.port = "a"\npanel.baud = 9600  # mine\n',
    "quoted keys": '["panel"]\n"port" = "a"\n\'baud\' = 9600\n',
    "a text of several lines": '[panel]\nport = """\\\n  a"""\nbaud = 9600\n',
    "a list of inline tables": 'panel = [{ port = "a" }]\n',
    "a list": '[[panel]]  # first\nport = "a"\n',
    "a table between": '[[panel]]\nport = "a"\n[times]\nlock = 6\n[[panel]]\nport = "b"\n',
}
AFTER = '\n[office] # mine\ncounter = "7"  # stays\n'


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_that_toml_allows_can_be_edited(
    tmp_path: Path, layout: str, number: int
) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text(LAYOUTS[layout] + AFTER, encoding="utf-8")
    before = load(path)
    number = min(number, len(before.panels) + 1)
    write_panel(before, number, NEW)
    after = load(path)
    assert after.panels[number - 1].port == "/dev/ttyUSB0"
    assert after.panels[number - 1].scores == {1: 4, 2: 3, 3: 2, 4: 1}
    others = [panel for place, panel in enumerate(before.panels, start=1) if place != number]
    assert [panel for place, panel in enumerate(after.panels, start=1) if place != number] == others
    assert after.office == before.office
    text = path.read_text(encoding="utf-8")
    assert [line for line in AFTER.splitlines() if line not in text.splitlines()] == []


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_line_ends_and_a_byte_order_mark_stay(tmp_path: Path, mark: str, line_end: str) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_bytes((mark + default_text().replace("\n", line_end)).encode())
    write_panel(load(path), 1, NEW)
    write_panel(load(path), 2, NEW)
    data = path.read_bytes()
    assert data.decode().startswith(mark + "# The terminal's settings")
    assert data.count(b"\n") == data.count(line_end.encode())
    assert [panel.port for panel in load(path).panels] == ["/dev/ttyUSB0"] * 2


UNUSUAL = (
    'panel = [\n  { port = "a" },  # one\n  # two\n]',
    'panel = [{ port = "a" }]  # one two # two\n',
    '[[panel]]\nport = "a"  # one\n[[panel]]\nport = "b"  # two',
    '[[panel]]\nport = "a"\n[[panel]]\nport = "b"  # the end has no line end: # two # one',
    'panel = { port = "a" }  # one\n[sync]\nat = "20:00"  # two\n',
    'panel.port = "a"  # one\n# two\npanel.profile = "own"\n[sync]\nat = "20:00"\n',
    '[panel]\nport = "a"\nbuttons = [\n 5, # one\n 4, 3, 2, # two\n]',
)


@pytest.mark.parametrize("text", UNUSUAL)
@pytest.mark.parametrize("number", [1, 2])
def test_every_comment_stays_however_the_panel_is_written(text: str, number: int) -> None:
    after = written(text, number)
    assert "# one" in after
    assert "# two" in after
    assert parse(after).panels[number - 1].port == "/dev/ttyUSB0"
    if number == 2:
        assert parse(after).panels[0].port == "a"


WRONG_FILES = {
    "lists within lists": b"x = " + b"[" * 20_000 + b"]" * 20_000,
    "a number of thousands of digits": b"[scale]\nlevels = " + b"9" * 5000,
    "one in hexadecimal": b"[scale]\nlevels = 0x" + b"f" * 5000,
    "a key over two lines": b'"a\\nb\\u001b[31m" = 1',
    "an endless key": b'"' + b"a" * 100_000 + b'" = 1',
    "ten megabytes": b"#" * 10_000_000,
    "line ends of an old Macintosh": b'[office]\rcounter = "1"\r',
    "UTF-16": '[office]\ncounter = "1"'.encode("utf-16"),
    "zero bytes": bytes(100),
    "infinity": b"[times]\nlock = inf",
    "no number": b"[times]\nlock = nan",
    "a date": b"[times]\nlock = 2026-11-28",
    "a table twice": b"[office]\n[office]",
}


@pytest.mark.parametrize("data", WRONG_FILES.values(), ids=WRONG_FILES.keys())
def test_a_file_that_can_not_be_used_is_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        load(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert line.isprintable()
    assert len(line) < len(str(path)) + 200


def test_the_second_panel_is_the_second_also_where_the_file_has_no_first() -> None:
    panels = parse(written('[sync]\nat = "20:00"\n', 2)).panels
    assert [panel.port for panel in panels] == ["", "/dev/ttyUSB0"]
