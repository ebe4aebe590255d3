"""What a page in a browser must hold, whoever reads it: each look gives the faults it sees."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

WIDTHS = (1280, 390, 320)
"""A desk, a phone, and the narrowest that WCAG 1.4.10 asks for."""
PRINTED = 688
"""Pixels between the margins of an A4 sheet."""
_NAME = """
const name = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '')
    + [...e.classList].map(c => '.' + c).join('') + ' “' + e.textContent.trim().slice(0, 30) + '”';
"""
_UNFOLD = """() => {
    document.querySelectorAll('details').forEach(d => { d.open = true; });
    document.querySelectorAll('#menu').forEach(m => { m.checked = true; });
}"""
_THIN = """() => {
    for (const parent of document.querySelectorAll('main, main *')) {
        const kinds = {};
        for (const child of parent.children) {
            if (!child.matches('tr, tbody, details, li')) continue;
            const kind = child.tagName + child.className;
            kinds[kind] = [...kinds[kind] || [], child];
        }
        for (const alike of Object.values(kinds)) alike.slice(2, -1).forEach(e => e.remove());
    }
}"""
_SIDEWAYS = f"""() => {{
    {_NAME}
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > width + 1).slice(-4).map(name);
}}"""
_SMALL = f"""() => {{
    {_NAME}
    const inWords = 'p, li:not(:has(> a:only-child))';
    return [...document.querySelectorAll('a[href], button, summary, select')]
        .filter(e => e.checkVisibility() && !e.closest(inWords))
        .filter(e => {{
            const {{width, height}} = e.getBoundingClientRect();
            return width > 1 && (width < 24 || height < 24);
        }}).map(name);
}}"""
_AXE = """() => axe.run(document, {resultTypes: ['violations']}).then(result =>
    result.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 160))))"""
_FORCED = f"""() => {{
    {_NAME}
    const canvas = document.createElement('canvas').getContext('2d', {{willReadFrequently: true}});
    const light = css => {{
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = css;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        const part = c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
        return [.2126 * part(r) + .7152 * part(g) + .0722 * part(b), a];
    }};
    const contrast = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = 'Canvas';
    const [canvasLight] = light(getComputedStyle(probe).color);
    probe.remove();
    const faults = [];
    const seen = e => e.getClientRects().length > 0;
    for (const e of document.querySelectorAll('svg text')) {{
        const [ink] = light(getComputedStyle(e).fill);
        const kind = e.getAttribute('class');
        const under = kind && e.closest('svg').querySelector(`rect[class="${{kind}}"]`);
        const paper = under ? light(getComputedStyle(under).fill)[0] : canvasLight;
        if (seen(e) && contrast(ink, paper) < 4.5)
            faults.push('unread in forced colours: ' + name(e));
    }}
    const marks = 'svg rect, svg circle, svg line, svg path, svg polyline, svg polygon';
    for (const svg of document.querySelectorAll('svg')) {{
        const shapes = [...svg.querySelectorAll(marks)].filter(seen);
        const visible = shapes.some(e => {{
            const style = getComputedStyle(e);
            return [style.fill, style.stroke].some(c => {{
                if (c === 'none') return false;
                const [ink, opaque] = light(c);
                return opaque > 0 && contrast(ink, canvasLight) >= 3;
            }});
        }});
        if (shapes.length && !visible) faults.push('unseen in forced colours: ' + name(svg));
    }}
    for (const e of document.querySelectorAll('button, .button, input, select, textarea')) {{
        const style = getComputedStyle(e);
        if (seen(e) && style.opacity !== '0' && style.borderTopStyle === 'none'
            && style.textDecorationLine === 'none' && style.appearance === 'none')
            faults.push('no edge in forced colours: ' + name(e));
    }}
    return faults;
}}"""


def unfold(page: Page) -> None:
    """Open the menu and all that is folded: what nobody sees has no fault."""
    page.evaluate(_UNFOLD)


def thin(page: Page) -> None:
    """Leave of rows that are alike the first two and the last: enough for a look that takes as long
    as a page."""
    page.evaluate(_THIN)


def sideways(page: Page, widths: tuple[int, ...] = WIDTHS) -> Iterator[str]:
    """What makes the page scroll sideways."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for element in page.evaluate(_SIDEWAYS):
            yield f"sideways at {width}: {element}"


def small_targets(page: Page) -> list[str]:
    """What a finger touches and is smaller than 24 pixels (WCAG 2.5.8), but for links in words."""
    small: list[str] = page.evaluate(_SMALL)
    return small


def axe(page: Page) -> list[str]:
    """What axe-core has against the page as it stands."""
    page.evaluate(_axe_source())
    violations: list[str] = page.evaluate(_AXE)
    return violations


def forced_colours(page: Page) -> Iterator[str]:
    """What forced colours hide, on light and on dark."""
    schemes: tuple[Any, ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(forced_colors="active", color_scheme=scheme)
        for fault in page.evaluate(_FORCED):
            yield f"{scheme}: {fault}"
    page.emulate_media(forced_colors="none", color_scheme="light")


def printed(page: Page) -> Iterator[str]:
    """What does not fit on a sheet."""
    page.emulate_media(media="print")
    yield from (f"printed {fault}" for fault in sideways(page, (PRINTED,)))
    page.emulate_media(media="screen")


@cache
def _axe_source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
