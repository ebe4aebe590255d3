"""The terminal's faces as SVG, for the questionnaire and the infographic. Pure.

The same family as on the screen: told apart by mouth, brows, colour and word. No text inside: the
word stands beside it.
"""

COLOURS = ("#F9B2A9", "#FBC492", "#FCE28E", "#C9E6A0", "#93D6A6")
"""Worst to best of five, as the terminal has them; shorter scales take ends and middle."""
INK, LIGHT = "#0B161B", "#FFFFFF"


def colour(score: int, levels: int) -> str:
    return COLOURS[round((score - 1) / (levels - 1) * (len(COLOURS) - 1))]


def svg(score: int, levels: int) -> str:
    """A face in a square of 100, from a deep frown (1) to a broad smile (`levels`)."""
    mood = 2 * (score - 1) / (levels - 1) - 1
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" aria-hidden="true">',
        f'<circle cx="50" cy="50" r="48" fill="{colour(score, levels)}" stroke="{INK}" '
        'stroke-width="3"/>',
        f'<g fill="none" stroke="{INK}" stroke-width="4.5" stroke-linecap="round" '
        'stroke-linejoin="round">',
    ]
    for side in (-1, 1):
        x = 50 + 17 * side
        if mood > 0.9:
            parts.append(f'<path d="M{x - 6.6} 39.6A7 7 0 0 1 {x + 6.6} 39.6"/>')
        else:
            parts.append(f'<ellipse cx="{x}" cy="40" rx="3.5" ry="5" fill="{INK}"/>')
        if mood < -0.9:
            parts.append(f'<path d="M{50 + 8 * side} 30L{50 + 25 * side} 23"/>')
    depth = 20 * mood
    y = 70 - depth * 0.45
    closed = f'Z" fill="{LIGHT}' if mood > 0.9 else ""
    parts.append(f'<path d="M29 {y:g}Q50 {y + 2 * depth:g} 71 {y:g}{closed}"/></g></svg>')
    return "".join(parts)
