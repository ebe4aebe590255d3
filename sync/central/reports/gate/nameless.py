"""Which sections' results may stand on a paper beside the office's weeks, which everybody reads.
Pure.

Whoever adds and subtracts both gets, of each section's part of each week, what was counted of the
section and what was counted of the week, together. Where all but some parts come out as nothing,
these are told: they must be of NAMELESS officers or more. Parts that come out as nothing join their
weeks to their sections; so a part is told where nothing else joins its week to its section.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

from sync.central.disclosure import NAMELESS
from sync.central.reports.gate.everybody import BySection

_End = int | str
"""A week, by its number, or a section."""
_REST = ""
"""Stands for all sections that are not shown."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What closed of a section in a week, or a run of them: of which officers."""

    run: int
    section: str
    officers: frozenset[str]


def nameless_sections(runs: Sequence[BySection]) -> tuple[str, ...]:
    """The largest sections whose results, in whatever sum with those of the office's runs, tell of
    NAMELESS officers or more. Who moved through several sections is one person."""
    parts = [
        _Part(run=number, section=name, officers=frozenset(by_officer))
        for number, by_section in enumerate(runs)
        for name, by_officer in by_section.items()
        if by_officer
    ]
    rated: dict[str, set[str]] = {}
    for part in parts:
        rated.setdefault(part.section, set()).update(part.officers)
    sections = sorted(rated.keys() - {_REST}, key=lambda name: (len(rated[name]), name))
    while sections and _tell_of_few(parts, sections):
        sections = sections[1:]
    return tuple(sections)


def _tell_of_few(parts: Sequence[_Part], shown: Collection[str]) -> bool:
    """Whether parts of fewer than NAMELESS officers are all that joins a week to a section."""
    large = (part for part in parts if len(part.officers) >= NAMELESS)
    joined = _Joined(shown).with_parts(large)
    small = [part for part in parts if not joined.has(part)]
    officers = sorted(set[str]().union(*(part.officers for part in small)))
    for some in combinations_with_replacement(officers, NAMELESS - 1):
        others = joined.with_parts(part for part in small if not part.officers <= {*some})
        if not all(map(others.has, small)):
            return True
    return False


class _Joined:
    """Weeks and sections, and which of them are joined."""

    def __init__(self, shown: Collection[str]) -> None:
        self._shown = shown
        self._to: dict[_End, _End] = {}

    def with_parts(self, parts: Iterable[_Part]) -> "_Joined":
        """The same, where these join theirs too."""
        joined = _Joined(self._shown)
        joined._to = dict(self._to)
        for part in parts:
            week, section = joined._ends(part)
            if week != section:
                joined._to[week] = section
        return joined

    def has(self, part: _Part) -> bool:
        """Whether a part's week and section are joined."""
        week, section = self._ends(part)
        return week == section

    def _ends(self, part: _Part) -> tuple[_End, _End]:
        section = part.section if part.section in self._shown else _REST
        return self._root(part.run), self._root(section)

    def _root(self, end: _End) -> _End:
        while end in self._to:
            end = self._to[end]
        return end
