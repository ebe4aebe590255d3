"""Who looks, and what a role may do and see. Pure; the one table of roles in the product.

Roles don't contain one another: IT sees no scores, and a director no raw tallies.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, StrEnum

CITY = "*"
"""The site of an account that belongs to the city: it sees each of its sites."""


class Right(StrEnum):
    """What can be done, each on one site."""

    OFFICE = "office"
    """Read the office's figures."""
    SECTION = "section"
    """Read a section's figures: `may_read_section` says which."""
    OFFICER = "officer"
    """Read an officer's figures: `may_read_officer` says whose."""
    CUTS = "cuts"
    """Read services, counters and half-days, office-wide."""
    PAPERS = "papers"
    """Make the office's papers."""
    EDIT_PAPERS = "edit-papers"
    """Write into the ITA report."""
    IMPROVE = "improve"
    """Write into the improvement log."""
    DECIDE = "decide"
    """Decide objections."""
    APPEAL = "appeal"
    """Decide appeals, and where two who decided an objection disagree."""
    COMMENTS = "comments"
    """Read what citizens wrote."""
    TALLY = "tally"
    """Read a day's raw counts; each read is logged."""
    FLEET = "fleet"
    """See how the terminals are."""
    RUN = "run"
    """Keep the roster, terminals, settings and accounts."""
    PINS = "pins"
    """Issue officers' PINs, and the first passwords of their own accounts."""
    COPY = "copy"
    """Make one person's full copy, where the person asks for it; logged as a look."""
    CONFIRM = "confirm"
    """Confirm what another person proposed: a terminal's new generation, parked reports."""
    CHANGES = "changes"
    """Read who changed accounts and settings."""
    EVENTS = "events"
    """Read who signed in, who could not, and who was refused."""
    LOGS = "logs"
    """Read every log whole, also who looked at whom, and take it out as a file."""


class Reach(Enum):
    """Which sections, or officers, a role reads."""

    NONE = "none"
    OWN = "own"
    """The one that the account names."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Role:
    """What an account of this role may do and see. `id` stands in the database; the words of each
    language have it in the table `role`."""

    id: str
    rights: frozenset[Right]
    sections: Reach = Reach.NONE
    """Whoever reads a section reads its officers."""
    officers: Reach = Reach.NONE
    """Officers beside those of the sections."""
    second_factor: bool = False
    """Whether a password alone does not open an account of this role: it sees, or changes, what is
    others'. The office can turn that off."""

    @property
    def needs_section(self) -> bool:
        return self.sections is Reach.OWN

    @property
    def needs_officer(self) -> bool:
        return self.officers is Reach.OWN

    @property
    def fits_city(self) -> bool:
        """Whether an account of all offices can have it: a section or an officer is of one."""
        return not (self.needs_section or self.needs_officer)


_READER = frozenset({Right.OFFICE, Right.CUTS})
_HEAD = _READER | {Right.SECTION, Right.OFFICER, Right.PAPERS}
_LOGS = frozenset({Right.CHANGES, Right.EVENTS})
_ROWS = (
    Role(id="officer", rights=_READER | {Right.OFFICER}, officers=Reach.OWN),
    Role(id="section-head", rights=_HEAD | {Right.IMPROVE}, sections=Reach.OWN),
    Role(
        id="director",
        rights=_HEAD
        | {Right.EDIT_PAPERS, Right.IMPROVE, Right.DECIDE, Right.APPEAL}
        | {Right.FLEET, Right.CONFIRM, Right.CHANGES},
        sections=Reach.ALL,
        second_factor=True,
    ),
    Role(
        id="hr",
        rights=_HEAD | {Right.EDIT_PAPERS, Right.DECIDE, Right.PINS, Right.COPY},
        sections=Reach.ALL,
        second_factor=True,
    ),
    Role(id="complaints", rights=frozenset({Right.COMMENTS, Right.IMPROVE})),
    Role(
        id="audit",
        rights=frozenset(
            {Right.TALLY, Right.FLEET, Right.CONFIRM, Right.APPEAL, *_LOGS, Right.LOGS}
        ),
        second_factor=True,
    ),
    Role(
        id="it",
        rights=frozenset({Right.FLEET, Right.RUN, Right.PINS, *_LOGS}),
        second_factor=True,
    ),
)
ROLES = {role.id: role for role in _ROWS}
"""The table: a new role is a new row, and its words."""


class NotYours(Exception):
    """This viewer may not see or do this."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. The public has no account, no site and no role."""

    account: str = ""
    name: str = ""
    site: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)
    officer: str = ""
    """The officer whose own results this account reads."""
    section: str = ""
    """The section that this account reads."""

    @property
    def signed_in(self) -> bool:
        return bool(self.account)

    @property
    def of_city(self) -> bool:
        return self.site == CITY

    def has(self, site: str, right: Right) -> bool:
        """Whether one of the viewer's roles gives `right` on `site`."""
        return self._belongs_to(site) and any(right in role.rights for role in self.roles)

    def require(self, site: str, right: Right) -> None:
        """NotYours unless the viewer has `right` on `site`."""
        if not self.has(site, right):
            raise NotYours(right)

    def may_read_section(self, site: str, section: str) -> bool:
        """Whether the viewer reads this section's figures; the empty one: of who is in none."""
        reaches = {role.sections for role in self.roles}
        if Reach.ALL in reaches:
            return self._belongs_to(site)
        of_section = bool(section) and (self.site, self.section) == (site, section)
        return Reach.OWN in reaches and of_section

    def may_read_officer(self, site: str, officer: str, sections: Iterable[str]) -> bool:
        """Whether the viewer reads figures of this officer, who is in these sections, or was in
        them when results were closed. Which figures: `only_section`."""
        return self.may_read_all_of(site, officer) or any(
            self.may_read_section(site, section) for section in sections
        )

    def may_read_all_of(self, site: str, officer: str) -> bool:
        """Whether the viewer reads this officer's figures, in whichever section they closed."""
        reaches = {role.sections for role in self.roles} | {role.officers for role in self.roles}
        everyone = Reach.ALL in reaches and self._belongs_to(site)
        return everyone or self.is_officer(site, officer)

    def only_section(self, site: str, officer: str) -> str | None:
        """The one section of whose time the viewer reads an officer's figures; None: of all."""
        return None if self.may_read_all_of(site, officer) else self.section

    def is_officer(self, site: str, officer: str) -> bool:
        """Whether these results are the viewer's own."""
        of_officer = bool(officer) and (self.site, self.officer) == (site, officer)
        return of_officer and any(role.needs_officer for role in self.roles)

    def _belongs_to(self, site: str) -> bool:
        return self.site in (site, CITY)


PUBLIC = Viewer()
