"""Who looks, and what a role may see. Pure; the one table of rights in the product.

Roles don't contain one another: IT sees no scores, and a director no raw tallies.
"""

from dataclasses import dataclass, field
from enum import StrEnum

CITY = "*"
"""The site of an account that belongs to the city: it sees each of its sites."""


class Role(StrEnum):
    OFFICER = "officer"
    SECTION_HEAD = "section-head"
    DIRECTOR = "director"
    HR = "hr"
    COMPLAINTS = "complaints"
    AUDIT = "audit"
    IT = "it"


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
    COMMENTS = "comments"
    """Read what citizens wrote."""
    TALLY = "tally"
    """Read a day's raw counts; each read is logged."""
    FLEET = "fleet"
    """See how the terminals are."""
    RUN = "run"
    """Keep the roster, terminals, settings and accounts."""
    PINS = "pins"
    """Issue officers' PINs."""
    CHANGES = "changes"
    """Read who changed accounts and settings."""


_READERS = {Right.OFFICE, Right.CUTS}
_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OFFICER: frozenset({*_READERS, Right.OFFICER}),
    Role.SECTION_HEAD: frozenset(
        {*_READERS, Right.SECTION, Right.OFFICER, Right.IMPROVE, Right.PAPERS}
    ),
    Role.DIRECTOR: frozenset(
        {
            *(_READERS | {Right.SECTION, Right.OFFICER, Right.PAPERS, Right.EDIT_PAPERS}),
            *(Right.IMPROVE, Right.DECIDE, Right.FLEET, Right.CHANGES),
        }
    ),
    Role.HR: frozenset(
        {
            *(_READERS | {Right.SECTION, Right.OFFICER, Right.PAPERS, Right.EDIT_PAPERS}),
            *(Right.DECIDE, Right.PINS),
        }
    ),
    Role.COMPLAINTS: frozenset({Right.COMMENTS, Right.IMPROVE}),
    Role.AUDIT: frozenset({Right.TALLY, Right.FLEET, Right.CHANGES}),
    Role.IT: frozenset({Right.FLEET, Right.RUN, Right.PINS, Right.CHANGES}),
}


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
    """The officer whose own results this account reads (role officer)."""
    section: str = ""
    """The section that this account heads (role section-head)."""

    @property
    def signed_in(self) -> bool:
        return bool(self.account)

    @property
    def of_city(self) -> bool:
        return self.site == CITY

    def has(self, site: str, right: Right) -> bool:
        """Whether one of the viewer's roles gives `right` on `site`."""
        return self.site in (site, CITY) and any(right in _RIGHTS[role] for role in self.roles)

    def require(self, site: str, right: Right) -> None:
        """NotYours unless the viewer has `right` on `site`."""
        if not self.has(site, right):
            raise NotYours(right)

    def _sees_all(self, site: str) -> bool:
        return self.site in (site, CITY) and bool(self.roles & {Role.DIRECTOR, Role.HR})

    def may_read_section(self, site: str, section: str) -> bool:
        own = Role.SECTION_HEAD in self.roles and self.site == site and self.section == section
        return self._sees_all(site) or (own and bool(section))

    def may_read_officer(self, site: str, officer: str, section: str) -> bool:
        own = Role.OFFICER in self.roles and self.site == site and self.officer == officer
        return self.may_read_section(site, section) or (own and bool(officer))


PUBLIC = Viewer()
