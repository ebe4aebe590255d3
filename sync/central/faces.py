"""The terminal's faces as SVG, for the questionnaire and the infographic. Pure.

No text inside: the word stands beside it.
"""

from kiosk.domain.face import INK, SHADE, STROKE, Curve, Eye, face


def colour(score: int, levels: int) -> str:
    return face(score, levels).colour


def svg(score: int, levels: int) -> str:
    """A face in a square of 100, from displeased (1) to delighted (`levels`)."""
    drawn = face(score, levels)
    lines = "".join((*map(_eye, drawn.eyes), *map(_curve, drawn.curves)))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" aria-hidden="true">'
        f'<circle cx="50" cy="50" r="49" fill="{_shade(drawn.colour)}"/>'
        f'<circle cx="50" cy="47.5" r="46.5" fill="{drawn.colour}"/>'
        f'<g fill="none" stroke="{INK}" stroke-width="{STROKE:g}" stroke-linecap="round">'
        f"{lines}</g></svg>"
    )


def _shade(colour: str) -> str:
    """What a ball of this colour has below."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part * 100 / SHADE):02X}" for part in parts)


def _eye(eye: Eye) -> str:
    x, y = eye.middle
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{eye.rx:g}" ry="{eye.ry:g}" fill="{INK}"/>'


def _curve(curve: Curve) -> str:
    start, *others = (f"{x:g} {y:g}" for x, y in curve)
    return f'<path d="M{start}C{" ".join(others)}"/>'
