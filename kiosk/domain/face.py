"""The five faces as plain numbers: the terminal paints them, pages and papers draw them as SVG.

No face may call for a press. All five have the same lines of the same length, only bent
otherwise, and colours of one lightness and one chroma: what differs is the hue. The worst is
displeased, not worried: its brows fall towards the nose. Knows no words and no screen.
"""

from dataclasses import dataclass
from math import cos, radians, sin
from typing import NamedTuple

from kiosk.domain.scale import of_five

SIDE = 100.0
"""A face fills a square of this side."""
STROKE = 4.8
INK = "#0B161B"
SHADE = 118
"""By how many per cent the ball's lower rim is darker than the ball."""
_COLOURS = ("#FFAD9B", "#F3B585", "#DEBE7D", "#B9C983", "#8AD1A0")
"""Worst to best: CIE L* 78, chroma 35 to 37."""


class Point(NamedTuple):
    x: float
    y: float


class Curve(NamedTuple):
    """A cubic Bézier curve, to be drawn with round ends."""

    start: Point
    control_1: Point
    control_2: Point
    end: Point


class Eye(NamedTuple):
    """An open eye: an ellipse that is filled, and drawn round with a stroke."""

    middle: Point
    rx: float = 2.6
    ry: float = 4.5


@dataclass(frozen=True, slots=True)
class Face:
    colour: str
    curves: tuple[Curve, ...]
    eyes: tuple[Eye, ...]
    """Empty: it laughs, and its eyes are among the curves."""


class _Mood(NamedTuple):
    half_mouth: float
    """Half the mouth's width: the more it is bent, the less, so that its length stays."""
    sag: float
    """How far the mouth's middle hangs below its corners."""
    brow: float
    """Height of the brows' middle."""
    slant: float
    """Degrees by which a brow falls towards the nose."""
    arch: float
    """How far the brow's middle stands above its ends."""


_MOODS = (
    _Mood(half_mouth=20.5, sag=-10.5, brow=29.5, slant=13.0, arch=0.0),
    _Mood(half_mouth=23.3, sag=-5.5, brow=28.0, slant=4.0, arch=0.0),
    _Mood(half_mouth=25.0, sag=0.0, brow=27.0, slant=0.0, arch=1.0),
    _Mood(half_mouth=23.3, sag=6.0, brow=26.0, slant=-5.0, arch=2.5),
    _Mood(half_mouth=20.5, sag=10.5, brow=25.0, slant=-8.0, arch=4.0),
)
_BROW, _BROW_FROM_MIDDLE = 8.0, 19.0
_EYE = Point(18.0, 43.0)
"""From the middle, and from the top."""
_MOUTH = 69.5


def face(score: int, levels: int) -> Face:
    """The face of a level; a shorter scale has faces of the five."""
    place = of_five(score, levels) - 1
    mood = _MOODS[place]
    sides = (-1, 1)
    laughs = place == len(_MOODS) - 1
    eyes = [Point(SIDE / 2 + side * _EYE.x, _EYE.y) for side in sides]
    curves = [_mouth(mood), *(_brow(mood, side) for side in sides)]
    if laughs:
        curves += [_laughing(eye) for eye in eyes]
    open_eyes = () if laughs else tuple(Eye(eye) for eye in eyes)
    return Face(colour=_COLOURS[place], curves=tuple(curves), eyes=open_eyes)


def colours() -> tuple[str, ...]:
    """Worst to best of five."""
    return _COLOURS


def _mouth(mood: _Mood) -> Curve:
    middle, corners = SIDE / 2, _MOUTH - mood.sag / 2
    from_left = Point(middle - mood.half_mouth, corners)
    return _arc(from_left, Point(middle + mood.half_mouth, corners), mood.sag)


def _brow(mood: _Mood, side: int) -> Curve:
    middle = SIDE / 2 + side * _BROW_FROM_MIDDLE
    across, down = _BROW * cos(radians(mood.slant)), _BROW * sin(radians(mood.slant))
    inner = Point(middle - side * across, mood.brow + down)
    outer = Point(middle + side * across, mood.brow - down)
    return _arc(inner, outer, -mood.arch)


def _laughing(eye: Point) -> Curve:
    return _arc(Point(eye.x - 7, eye.y + 2.5), Point(eye.x + 7, eye.y + 2.5), -6.5)


def _arc(start: Point, end: Point, sag: float) -> Curve:
    """A bow whose middle hangs `sag` below its ends."""
    pull = sag * 4 / 3
    along = Point((end.x - start.x) / 5, (end.y - start.y) / 5)
    first = Point(start.x + along.x, start.y + along.y + pull)
    second = Point(end.x - along.x, end.y - along.y + pull)
    return Curve(start=start, control_1=first, control_2=second, end=end)
