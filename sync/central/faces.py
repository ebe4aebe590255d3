"""The terminal's faces as SVG, for the questionnaire and the infographic. Pure.

The same family as on the screen: told apart by mouth, brows, colour and word. No text inside: the
word stands beside it.
"""

COLOURS = ("#FFAFA5", "#FFBB70", "#FFDB57", "#C4E676", "#86DCA0")
"""Worst to best of five, as the terminal has them; shorter scales take ends and middle."""
INK, TONGUE = "#0B161B", "#E8806A"


def colour(score: int, levels: int) -> str:
    return COLOURS[round((score - 1) / (levels - 1) * (len(COLOURS) - 1))]


def _shade(colour: str) -> str:
    """What a ball of this colour has below."""
    return "#" + "".join(f"{round(int(colour[i : i + 2], 16) / 1.18):02X}" for i in (1, 3, 5))


def svg(score: int, levels: int) -> str:
    """A face in a square of 100, from a deep frown (1) to a broad smile (`levels`)."""
    mood = 2 * (score - 1) / (levels - 1) - 1
    fill = colour(score, levels)
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" aria-hidden="true">',
        f'<circle cx="50" cy="50" r="49" fill="{_shade(fill)}"/>',
        f'<circle cx="50" cy="47.5" r="46.5" fill="{fill}"/>',
    ]
    if mood > 0:
        parts += [
            f'<ellipse cx="{x}" cy="54" rx="6" ry="4.5" fill="{COLOURS[0]}" '
            f'fill-opacity="{0.8 * mood:g}"/>'
            for x in (15.5, 84.5)
        ]
    parts.append(
        f'<g fill="none" stroke="{INK}" stroke-width="4.8" stroke-linecap="round" '
        'stroke-linejoin="round">'
    )
    for side in (-1, 1):
        x = 50 + 18 * side
        if mood > 0.9:
            parts.append(f'<path d="M{x - 7.7:g} 41.3A8 8.5 0 0 1 {x + 7.7:g} 41.3"/>')
        else:
            parts.append(f'<ellipse cx="{x}" cy="41" rx="2.6" ry="4.5" fill="{INK}"/>')
        if mood < -0.9:
            parts.append(f'<path d="M{50 + 10 * side} 21L{50 + 29 * side} 29"/>')
    parts.append(_mouth(mood) + "</g></svg>")
    return "".join(parts)


def _mouth(mood: float) -> str:
    half, depth = 20 + 4 * abs(mood), 19 * mood
    y = 71 - depth * (0.62 if mood > 0 else 0.75)
    curve = f"M{50 - half:g} {y:g}Q50 {y + 2.1 * depth:g} {50 + half:g} {y:g}"
    if mood <= 0.9:
        return f'<path d="{curve}"/>'
    start, end, low = 50 - 0.42 * half, 50 + 0.42 * half, y + 0.865 * depth
    tongue = (
        f"M{start:g} {low:g}Q50 {y + 0.595 * depth:g} {end:g} {low:g}"
        f"Q50 {y + 1.235 * depth:g} {start:g} {low:g}Z"
    )
    mouth = f'<path d="{curve}Z" fill="{INK}"/>'
    return mouth + f'<path d="{tongue}" fill="{TONGUE}" stroke="none"/>'
