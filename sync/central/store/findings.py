"""What the comparison of a closed round's officers came to: frozen once, and read."""

from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import bindparam, select

from sync.central.comparing import Finding
from sync.central.schema import round_findings
from sync.central.store.faults import reading
from sync.central.store.room import Room

# Pages ask this: building a statement takes longer than running it.
_OF_ROUND = select(round_findings.c.made, round_findings.c.findings).where(
    round_findings.c.site == bindparam("site"),
    round_findings.c.first_day == bindparam("first"),
    round_findings.c.last_day == bindparam("last"),
)
_DOCUMENT = msgspec.json.Decoder(dict[str, Finding])


@dataclass(frozen=True, slots=True)
class RoundFindings:
    """By officer; and the day they were worked out."""

    made: date
    by_officer: dict[str, Finding]


class Findings(Room):
    def of_round(self, first: date, last: date) -> RoundFindings | None:
        """None: not worked out yet."""
        asked = {"site": self._site, "first": first, "last": last}
        row = self._connection.execute(_OF_ROUND, asked).first()
        if row is None:
            return None
        with reading("round_findings.findings", row.findings):
            by_officer = _DOCUMENT.decode(row.findings)
        return RoundFindings(row.made, by_officer)

    def freeze(self, first: date, last: date, findings: RoundFindings) -> None:
        """A round that is there already stays as it is."""
        row = {
            "site": self._site,
            "first_day": first,
            "last_day": last,
            "made": findings.made,
            "findings": msgspec.json.encode(findings.by_officer).decode(),
        }
        self._connection.execute(self._insert(round_findings).values(row).on_conflict_do_nothing())
