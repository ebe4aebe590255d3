"""Changing a few settings in a file that a person wrote, and leaving the rest as it is.

Comments, order and every other line stay. What comes out is read before it is written: what was to
change may differ from before, nothing else may. The old file is copied beside the new one.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from kiosk.domain.people import CounterId
from kiosk.files import write_whole
from kiosk.settings.definition import PanelSettings, Settings
from kiosk.settings.reading import parse
from kiosk.tomlfile import editing
from kiosk.tomlfile.tables import SettingsError, settings_of

AUTHORITY_FILE = "central-certificate.pem"
Value = str | int | tuple[int, ...] | tuple[str, ...]
_DEFAULTS = {setting.key: setting.default for setting in settings_of(PanelSettings)}


def with_panel(text: str, number: int, values: Mapping[str, Value | None]) -> str:
    """The text with panel `number` (from 1, at most one more than there are) set to `values`; None
    puts a setting back to its default."""
    document = editing.parsed(text)
    panel = editing.numbered_table(document, "panel", number)
    for key, value in values.items():
        if value is not None:
            editing.put(panel, key, value)
        elif key in panel:
            editing.put(panel, key, _DEFAULTS[key])
    return document.as_string()


def write_panel(settings: Settings, number: int, values: Mapping[str, Value | None]) -> Path:
    """Write panel `number` into the file the settings came from; the path of the old one's copy.
    SettingsError when it can't be written or would change anything else."""
    path = settings.path
    try:
        file = editing.read(path)
        text = with_panel(file.text, number, values)
        before, after = parse(file.text, path), parse(text, path)
        if not _only_changes(before, after, number):
            raise SettingsError(f"{path}: is written in an unusual way; change [panel] by hand")
        return _exchange(path, file._replace(text=text))
    except OSError as error:
        raise SettingsError(f"{path}: can't be written: {error.strerror}") from None


def write_authority(settings: Settings, certificate: bytes) -> None:
    """Keep central's certificate beside the file the settings came from, and name it there.
    SettingsError as `write_panel`."""
    beside = settings.path.absolute().with_name(AUTHORITY_FILE)
    try:
        write_whole(beside, certificate)
    except OSError as error:
        raise SettingsError(f"{beside}: can't be written: {error.strerror}") from None
    sync = settings.sync._replace(ca=str(beside))
    _write_one(settings, settings._replace(sync=sync), ("sync", "ca", AUTHORITY_FILE))


def write_counter(settings: Settings, counter: CounterId) -> None:
    """Write at which counter this terminal stands. SettingsError as `write_panel`."""
    office = settings.office._replace(counter=counter)
    _write_one(settings, settings._replace(office=office), ("office", "counter", counter))


def _write_one(settings: Settings, changed: Settings, line: tuple[str, str, str]) -> None:
    """Write one value (table, key, value) into the file the settings came from, so that they are
    the `changed` ones."""
    path, (table, key, value) = settings.path, line
    if changed == settings:
        return
    try:
        file = editing.read(path)
        document = editing.parsed(file.text)
        editing.put(document.setdefault(table, {}), key, value)
        text = document.as_string()
        if parse(text, path) != changed:
            raise SettingsError(
                f'{path}: is written in an unusual way; write {key} = "{value}" there'
            )
        _exchange(path, file._replace(text=text))
    except OSError as error:
        raise SettingsError(f"{error.filename}: can't be written: {error.strerror}") from None


def _exchange(path: Path, file: editing.TextFile) -> Path:
    """Write `file` at `path`; the path of the old one's copy. OSError leaves no half of a copy."""
    copy = _free_name(path)
    try:
        shutil.copy2(path, copy)
        editing.write(path, file)
    except OSError:
        copy.unlink(missing_ok=True)
        raise
    return copy


def _only_changes(before: Settings, after: Settings, number: int) -> bool:
    """Whether nothing but panel `number` is another than before, and that one is there."""
    if before._replace(panel=after.panel) != after:
        return False
    others = [*before.panels]
    others[number - 1 : number] = [*after.panels[number - 1 : number]]
    return len(after.panels) >= number and others == [*after.panels]


def _free_name(path: Path) -> Path:
    """kiosk.toml.1.bak, or the next number that is free."""
    number = 1
    while (copy := path.with_name(f"{path.name}.{number}.bak")).exists():
        number += 1
    return copy
