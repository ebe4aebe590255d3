"""Commitments to counts: central binds a terminal to what it has, and learns nothing of it.

A Pedersen commitment (Crypto 1991) to counts n by name is `Σ n·G(name) + r·H`. With a random r it
fits every choice of counts equally well, so that it hides them from anybody for ever. To open it
with other counts is to find a relation between the generators, which nobody can. The product of
commitments commits to the sums: a step commits to what came since the step before, and only the
sum of all steps is ever opened.

Nothing may be taken back, so each step proves that no increment is negative. All its bits stand in
one more commitment, each under a generator of its own, with one proof that every one of them is 0
or 1 (Bootle, Cerulli, Chaidos, Ghadafi, Groth and Petit, "Short accountable ring signatures based
on DDH", ESORICS 2015, figure 4) and that the increments are what they make (a linear relation,
answered by the same numbers). Challenges are by Fiat and Shamir, bound to a context. A bit costs
32 bytes and one multiplication to check. Range proofs that are shorter (Bulletproofs) were left out
on purpose: this is a page of code that a reader can check.

Group: the main subgroup of edwards25519, as libsodium has it. H is its base point; the others are
hashed to the group. Scalars are numbers below its order. WIRE.md has known answers.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_from_uniform,
    crypto_core_ed25519_sub,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
)

POINT_BYTES = 32
NOTHING = b"\x01" + bytes(31)
"""The commitment to nothing, with nothing random in it: the neutral point."""
ZERO = bytes(32)
"""The scalar that opens it."""
ORDER = 2**252 + 27742317777372353535851937790883648493
_POINTS, _RANDOM_PARTS = 6, 3
_GENERATOR = b"kiosk witness generator 1\x00"
_BIT_GENERATOR = b"kiosk witness bit 1\x00"
_CHALLENGE = b"kiosk witness challenge 1\x00"


class NoProof(ValueError):
    """Bytes that prove nothing. One line."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """What is counted under a name, and how many bits an increment of it has."""

    name: str
    bits: int

    @property
    def most(self) -> int:
        """The largest increment."""
        return int((1 << self.bits) - 1)


@dataclass(frozen=True, slots=True)
class Committed:
    """A step and what opens it. `point`: the commitment to all increments together; `opening`: its
    random part."""

    proof: bytes
    point: bytes
    opening: bytes


def proof_bytes(bits: int) -> int:
    """How long a proof of so many bits is."""
    return POINT_BYTES * (_POINTS + _RANDOM_PARTS + bits)


def commit(
    context: bytes, dimensions: Sequence[Dimension], increments: Mapping[str, int]
) -> Committed:
    """Commit to `increments` of `dimensions`; ValueError for one that does not fit its bits.

    In the paper's letters: B commits to the bits b, A to random numbers a, and C and D to what is
    left of f·(x - f) besides x², where f = b·x + a: a·(1 - 2b) and -a². Here V commits to the
    increments, and W to what the numbers a would make of them."""
    bits: list[int] = []
    for dimension in dimensions:
        increment = increments.get(dimension.name, 0)
        if not 0 <= increment <= dimension.most:
            raise ValueError(f"{dimension.name}: {increment} does not fit {dimension.bits} bits")
        bits += (increment >> place & 1 for place in range(dimension.bits))
    hiding = [_random() for _ in bits]
    hidden = [_multiple(a, bit_generator(place)) for place, a in enumerate(hiding)]
    r_v, r_b, r_a, r_c, r_d, r_w = (_random() for _ in range(6))
    generators = [bit_generator(place) for place in range(len(bits))]
    v = product(_times_h(r_v), _increments(dimensions, bits))
    chosen = [g if bit else NOTHING for bit, g in zip(bits, generators, strict=True)]
    b = _added(_times_h(r_b), chosen)
    a = _added(_times_h(r_a), hidden)
    c = _added(_times_h(r_c), hidden, signs=bits)
    d = _sum(r_d, ((-number * number, g) for number, g in zip(hiding, generators, strict=True)))
    w = _sum(r_w, zip(_made(dimensions, hiding), _names(dimensions), strict=True))
    points = (v, b, a, c, d, w)
    x = _challenge(context, dimensions, points)
    answers = [bit * x + number for bit, number in zip(bits, hiding, strict=True)]
    answers += [r_b * x + r_a, r_c * x + r_d, r_v * x + r_w]
    return Committed(
        proof=b"".join((*points, *(_scalar(answer) for answer in answers))),
        point=v,
        opening=_scalar(r_v),
    )


def check(context: bytes, dimensions: Sequence[Dimension], proof: bytes) -> bytes:
    """The commitment that `proof` proves to hold only increments that fit; NoProof.

    What must be nothing: x·B + A - Σ f·G - z·H, the same of x·C + D with f·(x - f), and of x·V + W
    with what the numbers f make of the increments. They are checked in one sum, each times a random
    number that the prover can't know."""
    if len(proof) != proof_bytes(sum(dimension.bits for dimension in dimensions)):
        raise NoProof("a proof of another length")
    parts = [proof[at : at + POINT_BYTES] for at in range(0, len(proof), POINT_BYTES)]
    v, b, a, c, d, w = points = tuple(parts[:_POINTS])
    scalars = [_number(part) for part in parts[_POINTS:]]
    if any(not 0 < scalar < ORDER for scalar in scalars):
        raise NoProof("a number that proves nothing")
    *f, z_b, z_c, z_v = scalars
    x = _challenge(context, dimensions, points)
    one, two, three = (_random() for _ in range(3))
    terms = [
        *((one * n + two * n * (x - n), bit_generator(place)) for place, n in enumerate(f)),
        *((three * n, g) for n, g in zip(_made(dimensions, f), _names(dimensions), strict=True)),
        *((-one * x, b), (-one, a), (-two * x, c), (-two, d), (-three * x, v), (-three, w)),
    ]
    # Multiplying refuses what is not canonical, not on the curve or not in the main subgroup.
    try:
        difference = _sum(one * z_b + two * z_c + three * z_v, terms)
    except RuntimeError:
        raise NoProof("no point of the group") from None
    if difference != NOTHING:
        raise NoProof("its increments are not proved to fit their bits")
    return v


def product(one: bytes, two: bytes) -> bytes:
    """The commitment to the sums of what two commitments hold."""
    return bytes(crypto_core_ed25519_add(one, two))


def sum_of(one: bytes, two: bytes) -> bytes:
    """What opens the product of two commitments."""
    return _scalar(_number(one) + _number(two))


def opened(counts: Mapping[str, int], opening: bytes) -> bytes:
    """The commitment to `counts` that `opening` opens; NoProof for an opening that can't be."""
    if len(opening) != len(ZERO) or _number(opening) >= ORDER:
        raise NoProof("an opening that can't be")
    return _sum(_number(opening), ((n, generator(name)) for name, n in sorted(counts.items())))


@lru_cache(maxsize=4096)
def generator(name: str) -> bytes:
    """G(name): nobody knows how it is related to H or to another one."""
    return _hashed(_GENERATOR + name.encode())


@lru_cache(maxsize=4096)
def bit_generator(place: int) -> bytes:
    """What a step's bit is committed to under, by its place among all bits of the step."""
    return _hashed(_BIT_GENERATOR + place.to_bytes(2, "big"))


def _made(dimensions: Sequence[Dimension], digits: Sequence[int]) -> list[int]:
    """What numbers in the places of bits make of each dimension."""
    numbers, at = [], 0
    for dimension in dimensions:
        own = digits[at : at + dimension.bits]
        numbers.append(sum(digit << place for place, digit in enumerate(own)))
        at += dimension.bits
    return numbers


def _increments(dimensions: Sequence[Dimension], bits: Sequence[int]) -> bytes:
    """The commitment to increments without a random part. It takes as long for every increment:
    the time between two requests is not to tell how much came."""
    total, at = NOTHING, 0
    for dimension in dimensions:
        own, at = NOTHING, at + dimension.bits
        for bit in reversed(bits[at - dimension.bits : at]):
            own = product(product(own, own), generator(dimension.name) if bit else NOTHING)
        total = product(total, own)
    return total


def _names(dimensions: Sequence[Dimension]) -> list[bytes]:
    return [generator(dimension.name) for dimension in dimensions]


def _challenge(context: bytes, dimensions: Sequence[Dimension], points: Sequence[bytes]) -> int:
    hashed = hashlib.sha512(_CHALLENGE)
    hashed.update(len(context).to_bytes(4, "big") + context)
    for dimension in dimensions:
        text = dimension.name.encode()
        hashed.update(len(text).to_bytes(2, "big") + text + dimension.bits.to_bytes(1, "big"))
    hashed.update(b"".join(points))
    return _number(hashed.digest()) % ORDER


# --- the group -------------------------------------------------------------------------------


def _hashed(text: bytes) -> bytes:
    return bytes(crypto_core_ed25519_from_uniform(hashlib.sha512(text).digest()[:32]))


def _random() -> int:
    """Never zero in anybody's time: its chance is 2^-252."""
    return _number(secrets.token_bytes(64)) % ORDER


def _sum(times_h: int, terms: Iterable[tuple[int, bytes]]) -> bytes:
    """times_h·H and each point as often as its number says."""
    return _added(_times_h(times_h), (_multiple(times, point) for times, point in terms))


def _added(start: bytes, points: Iterable[bytes], signs: Sequence[int] = ()) -> bytes:
    """The sum of points; less those that have a sign of 1."""
    total = start
    for place, point in enumerate(points):
        subtract = signs and signs[place]
        add = crypto_core_ed25519_sub if subtract else crypto_core_ed25519_add
        total = bytes(add(total, point))
    return total


def _times_h(scalar: int) -> bytes:
    own = scalar % ORDER
    return bytes(crypto_scalarmult_ed25519_base_noclamp(_scalar(own))) if own else NOTHING


def _multiple(scalar: int, point: bytes) -> bytes:
    """libsodium refuses to multiply by zero."""
    own = scalar % ORDER
    return bytes(crypto_scalarmult_ed25519_noclamp(_scalar(own), point)) if own else NOTHING


def _scalar(number: int) -> bytes:
    return (number % ORDER).to_bytes(32, "little")


def _number(scalar: bytes) -> int:
    return int.from_bytes(scalar, "little")
