"""Draws tests/house/architecture.svg: `python -m tests.house.architecture_picture`.

The order of the houses comes from the import contracts in pyproject.toml, so that the picture
cannot say what the machine does not check. A test compares the committed picture with this one.
"""

import tomllib
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

PICTURE = Path("tests/house/architecture.svg")
WIDTH = 960
MARGIN, GAP, ROW = 20, 26, 22
HOUSE_HEIGHT = 168
INK, QUIET, PAPER = "#14242b", "#4a5c63", "#ffffff"
COLOURS = {"ui": "#d9ebe5", "sync": "#e6efec", "hardware": "#fdf3e1", "kiosk": "#dbe7f0"}
TASKS = {
    "ui": "screens and commands: what a person faces",
    "sync": "day reports out, roster in; the central report",
    "hardware": "button panels and queue systems",
    "kiosk": "what a rating is, and how one is stored",
}
ROOMS = {
    "ui": [
        "ui/app.py",
        "ui/presenter.py",
        "ui/view_builder.py",
        "ui/screens",
        "ui/widgets",
        "ui/text",
        "ui/panel_bridge.py",
        "ui/commands",
    ],
    "sync": [
        "sync/messages",
        "sync/closing.py",
        "sync/exchange.py",
        "sync/central/web",
        "sync/central/usecases",
        "sync/central/papers",
        "sync/central/reports/gate",
        "sync/central/store",
    ],
    "hardware": [
        "hardware/port.py",
        "hardware/profiles",
        "hardware/catalogue.py",
        "hardware/numbered_link.py",
        "hardware/plain_link.py",
        "hardware/tickets.py",
    ],
    "kiosk": [
        "kiosk/domain",
        "kiosk/terminal.py",
        "kiosk/effects.py",
        "kiosk/store",
        "kiosk/settings",
        "kiosk/clock.py",
    ],
}


@dataclass(frozen=True, slots=True)
class Box:
    house: str
    x: float
    y: float
    width: float


def layers() -> list[list[str]]:
    """The houses from the top down, as the first import contract has them."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    contract = next(c for c in contracts if c["type"] == "layers")
    return [[house.strip() for house in layer.split("|")] for layer in contract["layers"]]


def boxes() -> list[Box]:
    placed = []
    for row, houses in enumerate(layers()):
        width = (WIDTH - 2 * MARGIN - GAP * (len(houses) - 1)) / len(houses)
        y = MARGIN + row * (HOUSE_HEIGHT + 2 * GAP)
        for column, house in enumerate(houses):
            placed.append(Box(house=house, x=MARGIN + column * (width + GAP), y=y, width=width))
    return placed


def text(x: float, y: float, words: str, *, size: int, colour: str, weight: int = 400) -> str:
    style = f'font-size="{size}" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(words)}</text>'


def house_drawn(box: Box) -> list[str]:
    parts = [
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{HOUSE_HEIGHT}" rx="10"'
        f' fill="{COLOURS[box.house]}" stroke="{QUIET}"/>',
        text(box.x + 16, box.y + 30, box.house, size=20, colour=INK, weight=700),
        text(box.x + 16, box.y + 52, TASKS[box.house], size=14, colour=QUIET),
    ]
    columns = max(2, int(box.width // 200))
    for index, room in enumerate(ROOMS[box.house]):
        x = box.x + 16 + (index % columns) * (box.width - 32) / columns
        y = box.y + 82 + (index // columns) * ROW
        name = room.removeprefix(f"{box.house}/")
        parts.append(text(x, y, name, size=14, colour=INK))
    return parts


def arrow(x: float, y: float) -> str:
    end = y + 2 * GAP - 6
    return (
        f'<path d="M{x:g} {y + 6:g} V{end:g} M{x - 6:g} {end - 9:g} L{x:g} {end:g}'
        f' L{x + 6:g} {end - 9:g}" fill="none" stroke="{INK}" stroke-width="2"/>'
    )


def arrows_drawn() -> list[str]:
    """One arrow from each house to the layer below, above the narrower of both."""
    placed = boxes()
    rows = sorted({box.y for box in placed})
    parts = []
    for upper, lower in pairwise(rows):
        above = [box for box in placed if box.y == upper]
        below = [box for box in placed if box.y == lower]
        for box in max(above, below, key=len):
            parts.append(arrow(box.x + box.width / 2, upper + HOUSE_HEIGHT))
    return parts


def picture() -> str:
    height = 2 * MARGIN + len(layers()) * HOUSE_HEIGHT + (len(layers()) - 1) * 2 * GAP + 24
    note = "An arrow: imports. import-linter checks them; houses side by side never meet."
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' font-family="Sarabun, Helvetica, Arial, sans-serif" role="img">',
        "<title>The four houses and who imports whom</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        *(part for box in boxes() for part in house_drawn(box)),
        *arrows_drawn(),
        text(MARGIN, height - 16, note, size=13, colour=QUIET),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(), encoding="utf-8")
