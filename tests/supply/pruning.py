"""What a terminal uses of Qt: a package of ours has that alone, two thirds less.

PySide6-Essentials brings Qt Quick, the designer and their tools. What stays: the modules that we
import, the plugins of a screen, and every library of Qt that one of these needs (ELF's DT_NEEDED).
"""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

MODULES = ("QtCore", "QtGui", "QtWidgets", "QtNetwork", "QtTest")
"""Those that `ui` imports (tested)."""
PLUGINS = (
    "platforms",
    "platforminputcontexts",
    "imageformats",
    "xcbglintegrations",
    "wayland-decoration-client",
    "wayland-graphics-integration-client",
    "wayland-shell-integration",
)
_NO_SCREEN = ("*eglfs*", "*vnc*", "*minimalegl*")
"""Platforms that no terminal starts on, and that bring libraries of their own."""
_DROPPED = (
    "metatypes",
    "qml",
    "translations",
    "libexec",
    "typesystems",
    "include",
    "glue",
    "doc",
    "scripts",
    "support",
    "designer",
    "resources",
    "mkspecs",
    "modules",
)
_NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")


def prune(site_packages: Path) -> None:
    """Take away from PySide6 what a terminal never loads."""
    folder = site_packages / "PySide6"
    qt = folder / "Qt"
    for place in (*folder.iterdir(), *qt.iterdir()):
        if place.name in _DROPPED:
            _remove(place)
    for plugins in (qt / "plugins").iterdir():
        if plugins.name not in PLUGINS:
            _remove(plugins)
    for pattern in _NO_SCREEN:
        for plugin in (qt / "plugins" / "platforms").glob(pattern):
            _remove(plugin)
    for place in folder.iterdir():
        is_module = place.name.partition(".")[0] in MODULES
        if place.is_file() and not (is_module or place.suffix == ".py" or ".so.6" in place.name):
            _remove(place)
    _remove_unneeded(folder)


def _remove_unneeded(folder: Path) -> None:
    """Libraries that nothing of the rest needs, directly or by another."""
    libraries = {path.name: path for path in (folder / "Qt" / "lib").iterdir()}
    libraries |= {path.name: path for path in folder.glob("*.so.6*")}
    first = [*folder.glob("*.abi3.so"), *(folder / "Qt" / "plugins").rglob("*.so")]
    for plugin in [path for path in first if _lacks(path, libraries)]:
        first.remove(plugin)
        _remove(plugin)
    needed = _reachable(first, libraries)
    for name in libraries.keys() - needed:
        _remove(libraries[name])


def _lacks(plugin: Path, libraries: dict[str, Path]) -> bool:
    """Whether a library of Qt that it needs is not there: Essentials has plugins of Addons."""
    return any(name.startswith("libQt6") and name not in libraries for name in needed_of(plugin))


def _reachable(first: Iterable[Path], libraries: dict[str, Path]) -> set[str]:
    needed: set[str] = set()
    waiting = list(first)
    while waiting:
        for name in needed_of(waiting.pop()):
            if name in libraries and name not in needed:
                needed.add(name)
                waiting.append(libraries[name])
    return needed


def needed_of(library: Path) -> list[str]:
    """The names of the libraries that one needs."""
    asked = ["readelf", "--dynamic", "--wide", str(library)]
    said = subprocess.run(asked, capture_output=True, text=True, check=True)
    return _NEEDED.findall(said.stdout)


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
