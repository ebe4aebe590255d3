"""What the help has of the program itself, as tables in Markdown: `{{made.alarms}}` in an article.

Each is made when an article is first read, from the home of what it lists. The pages and the
command line stand above this room: they are asked, never imported when it is.
"""

from collections.abc import Callable, Iterable, Iterator

from kiosk.language import Words
from sync.central.language import words
from sync.central.viewer import ROLES, Reach, Right, Role

_REACHES = {Right.SECTION: "section", Right.OFFICER: "officer"}
"""Rights of which a role says how far they go, and how their words begin."""


def made(name: str, language: str) -> str:
    """One of the references, in one of LANGUAGES."""
    return _MAKERS[name](words(language))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


# --- alarms -----------------------------------------------------------------------------------


def _alarms(of: Words) -> str:
    tables = of.tables()
    rows = [(name, tables["alarm_do"][kind]) for kind, name in tables["alarm"].items()]
    return _table((of.get("reference.alarm"), of.get("reference.what_to_do")), rows)


# --- roles and pages --------------------------------------------------------------------------


def _pages(of: Words) -> str:
    from sync.central.web.access import guarded_pages

    rows = [(of.get(page.name), ", ".join(_readers(page.rights, of))) for page in guarded_pages()]
    return _table((of.get("reference.page"), of.get("reference.readers")), rows)


def _readers(rights: frozenset[Right], of: Words) -> Iterator[str]:
    for role in ROLES.values():
        if rights & role.rights:
            own = _own(role, rights, of)
            yield f"{_name(role, of)} ({own})" if own else _name(role, of)


def _own(role: Role, rights: frozenset[Right], of: Words) -> str:
    """What alone of such a page a role opens; "": all of it."""
    if not rights & _REACHES.keys():
        return ""
    if role.sections is Reach.OWN:
        return of.get("reference.own_section")
    return of.get("reference.own_results") if role.officers is Reach.OWN else ""


def _roles(of: Words) -> str:
    """A heading for each role, and what it may do below."""
    lists = []
    for role in ROLES.values():
        deeds = "\n".join(f"- {deed}" for deed in _deeds(role, of))
        lists.append(f"### {_name(role, of)}\n{deeds}\n")
    return "\n".join(lists)


def _deeds(role: Role, of: Words) -> Iterator[str]:
    for right in Right:
        if right in role.rights:
            yield of.get(f"right.{_deed(role, right)}")
    if role.second_factor:
        yield of.get("right.second_factor")


def _deed(role: Role, right: Right) -> str:
    if right not in _REACHES:
        return right.value
    if right is Right.OFFICER and role.sections is Reach.OWN:
        return "officer_section"
    reach = role.officers if role.officers is not Reach.NONE else role.sections
    return f"{_REACHES[right]}_{reach.value}"


def _name(role: Role, of: Words) -> str:
    """Without what stands in brackets where accounts are made."""
    return of.get(f"role.{role.id}").partition(" (")[0]


_MAKERS: dict[str, Callable[[Words], str]] = {
    "alarms": _alarms,
    "pages": _pages,
    "roles": _roles,
}
