"""The order-free seal over a sheet's entries: LtHash with 1,024 lanes of 16 bits over SHAKE-128.

A homomorphic hash (Bellare & Micciancio, Eurocrypt 1997; parameters as in Lewi, Kim, Maykov and
Weis, "Securing Update Propagation with Homomorphic Hashing", 2019: >= 200 bits): the state is the
lane-wise sum of the hashes of the members, so adding an entry costs the same at any size, and no
order can be read back out of it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kiosk.domain.people import OfficerId
from kiosk.domain.rating import Outcome, Rating, RatingId, ReasonId

LANES = 1024
STATE_BYTES = 2 * LANES

LANE_BITS = 16

# Even and odd lanes are summed apart: each then has 16 spare bits, and no carry crosses lanes.
_EVEN = int.from_bytes(b"\xff\xff\x00\x00" * (LANES // 2), "little")
_BEFORE_CARRY = 1 << 15
"""Sums of so many lanes fit their spare bits."""
_DOMAIN = b"kiosk sheet 1\x00"


def rating_entry(rating: Rating) -> bytes:
    """Every stored field of a rating."""
    return _entry(
        b"rating",
        bytes(rating.id),
        rating.business_date.isoformat().encode(),
        rating.half.encode(),
        rating.officer.encode(),
        rating.service.encode(),
        rating.counter.encode(),
        str(rating.score).encode(),
        str(rating.levels).encode(),
        rating.channel.encode(),
    )


def outcome_entry(id: bytes, day: date, officer: OfficerId, outcome: Outcome) -> bytes:
    return _entry(b"outcome", id, day.isoformat().encode(), officer.encode(), outcome.encode())


def reason_entry(rating: RatingId, day: date, officer: OfficerId, reason: ReasonId) -> bytes:
    return _entry(b"reason", rating, day.isoformat().encode(), officer.encode(), reason.encode())


def _entry(*fields: bytes) -> bytes:
    """Length-prefixed fields, so that no two entries share bytes."""
    return b"".join(len(f).to_bytes(2, "big") + f for f in fields)


@dataclass(frozen=True, slots=True)
class Seal:
    """The seal of a sheet: how many entries, and their LtHash state of STATE_BYTES bytes."""

    entries: int = 0
    state: bytes = bytes(STATE_BYTES)

    def add(self, entry: bytes) -> "Seal":
        return self._plus(1, _lanes(entry))

    def merge(self, other: "Seal") -> "Seal":
        return self._plus(other.entries, int.from_bytes(other.state, "little"))

    def _plus(self, entries: int, lanes: int) -> "Seal":
        own = int.from_bytes(self.state, "little")
        even = (own & _EVEN) + (lanes & _EVEN)
        odd = (own >> LANE_BITS & _EVEN) + (lanes >> LANE_BITS & _EVEN)
        return Seal(self.entries + entries, _joined(even, odd))

    @property
    def digest(self) -> str:
        """SHA-256 of the count and the state, hex: what travels and what is compared."""
        return hashlib.sha256(self.entries.to_bytes(8, "big") + self.state).hexdigest()

    @classmethod
    def of(cls, entries: Iterable[bytes]) -> "Seal":
        count = even = odd = 0
        for entry in entries:
            lanes = _lanes(entry)
            even += lanes & _EVEN
            odd += lanes >> LANE_BITS & _EVEN
            count += 1
            if count % _BEFORE_CARRY == 0:
                even, odd = even & _EVEN, odd & _EVEN
        return cls(count, _joined(even, odd))


def _lanes(entry: bytes) -> int:
    return int.from_bytes(hashlib.shake_128(_DOMAIN + entry).digest(STATE_BYTES), "little")


def _joined(even: int, odd: int) -> bytes:
    return (even & _EVEN | (odd & _EVEN) << LANE_BITS).to_bytes(STATE_BYTES, "little")
