"""Goes through a page with the Tab key alone, and says what a person without a mouse would miss."""

from collections.abc import Iterator

from playwright.sync_api import Page

MOST = 400
"""Steps after which a page has no end for a keyboard."""
_NAME = """
const name = e => e.tagName.toLowerCase() + (e.name ? '[name=' + e.name + ']' : '')
    + ' “' + (e.textContent || e.value || '').trim().slice(0, 30) + '”';
"""
_STEP = f"""() => {{
    {_NAME}
    const e = document.activeElement;
    if (!e || e === document.body) {{
        window.lastTabbed = null;
        return {{name: '', faults: []}};
    }}
    const before = window.lastTabbed;
    const backwards = before && before !== e
        && !(before.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (e.dataset.tabbed && before !== e) return null;
    e.dataset.tabbed = 'yes';
    window.lastTabbed = e;
    const labels = document.querySelectorAll(`label[for="${{e.id || '-'}}"]`);
    const drawn = [e, e.closest('label'), ...labels];
    const outlined = drawn.some(of => {{
        if (!of) return false;
        const style = getComputedStyle(of);
        return style.opacity !== '0' && style.outlineStyle !== 'none'
            && parseFloat(style.outlineWidth) >= 2;
    }});
    const box = (e.closest('label') || e).getBoundingClientRect();
    const inside = box.bottom > 0 && box.top < innerHeight
        && box.right > 0 && box.left < innerWidth;
    return {{
        name: name(e),
        faults: [
            ...(outlined ? [] : ['no sign that it has the focus']),
            ...(inside ? [] : ['has the focus out of sight']),
            ...(backwards ? ['comes after what stands behind it'] : []),
        ],
    }};
}}"""
_BEGIN = """() => {
    document.activeElement.blur();
    window.lastTabbed = null;
    document.querySelectorAll('[data-tabbed]').forEach(e => { delete e.dataset.tabbed; });
}"""
_MISSED = f"""() => {{
    {_NAME}
    const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
    return [...document.querySelectorAll(all)].filter(e => e.checkVisibility() && !e.disabled
        && !e.dataset.tabbed && e.type !== 'radio').map(name);
}}"""


def tabbed(page: Page) -> Iterator[str]:
    """What is wrong on the way through the page from its top."""
    page.evaluate(_BEGIN)
    for _ in range(MOST):
        page.keyboard.press("Tab")
        step = page.evaluate(_STEP)
        if step is None:
            break
        yield from (f"{step['name']}: {fault}" for fault in step["faults"])
    else:
        yield "the Tab key never leaves the page"
    yield from (f"no Tab key reaches {name}" for name in page.evaluate(_MISSED))
