"""Commitments to counts: central binds a terminal to what it has, and learns nothing of it.

A Pedersen commitment (Crypto 1991) to counts n by name is `Σ n·G(name) + r·H`. With a random r it
fits every choice of counts equally well, so that it hides them from anybody for ever. To open it
with other counts is to find a relation between the generators, which nobody can. The product of
commitments commits to the sums: a step commits to what came since the step before, and only the
sum of all steps is ever opened.

Nothing may be taken back, so each step proves that no increment is negative: it commits to each
bit alone and proves that it is 0 or 1 (Cramer, Damgård and Schoenmakers, Crypto 1994; challenges by
Fiat and Shamir, bound to a context). Range proofs that are shorter (Bulletproofs) were left out on
purpose: these are a page of code that a reader can check.

Group: the main subgroup of edwards25519, as libsodium has it. H is its base point; G(name) is
hashed to the group. Pure: bytes in, values out. WIRE.md has known answers.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_from_uniform,
    crypto_core_ed25519_scalar_add,
    crypto_core_ed25519_scalar_mul,
    crypto_core_ed25519_scalar_reduce,
    crypto_core_ed25519_scalar_sub,
    crypto_core_ed25519_sub,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
)

POINT_BYTES = 32
NOTHING = b"\x01" + bytes(31)
"""The commitment to nothing, with nothing random in it: the neutral point."""
ZERO = bytes(32)
"""The scalar that opens it."""
BIT_BYTES = 5 * 32
"""A bit's commitment, and its proof: two challenges and two answers."""
_ORDER = 2**252 + 27742317777372353535851937790883648493
_GENERATOR = b"kiosk witness generator 1\x00"
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
    """A step and what opens it. `proof`: its bits, in the order of the dimensions, the lowest
    first; `point`: the commitment to all increments together; `opening`: its random part."""

    proof: bytes
    point: bytes
    opening: bytes


def commit(
    context: bytes, dimensions: Sequence[Dimension], increments: Mapping[str, int]
) -> Committed:
    """Commit to `increments` of `dimensions`; ValueError for one that does not fit its bits."""
    bits: list[bytes] = []
    by_place: dict[int, list[bytes]] = {}
    opening = ZERO
    for dimension in dimensions:
        increment = increments.get(dimension.name, 0)
        if not 0 <= increment <= dimension.most:
            raise ValueError(f"{dimension.name}: {increment} does not fit {dimension.bits} bits")
        for place in range(dimension.bits):
            blind = random_scalar()
            proved = _prove_bit(context, dimension.name, place, increment >> place & 1, blind)
            bits.append(proved)
            by_place.setdefault(place, []).append(proved[:POINT_BYTES])
            opening = _add(opening, _times(blind, _scalar(1 << place)))
    return Committed(proof=b"".join(bits), point=_weighted(by_place), opening=opening)


def check(context: bytes, dimensions: Sequence[Dimension], proof: bytes) -> bytes:
    """The commitment that `proof` proves to hold only increments that fit; NoProof."""
    if len(proof) != BIT_BYTES * sum(dimension.bits for dimension in dimensions):
        raise NoProof("a proof of another length")
    by_place: dict[int, list[bytes]] = {}
    at = 0
    for dimension in dimensions:
        for place in range(dimension.bits):
            bit = proof[at : at + BIT_BYTES]
            at += BIT_BYTES
            _check_bit(context, dimension.name, place, bit)
            by_place.setdefault(place, []).append(bit[:POINT_BYTES])
    return _weighted(by_place)


def product(one: bytes, two: bytes) -> bytes:
    """The commitment to the sums of what two commitments hold."""
    return bytes(crypto_core_ed25519_add(one, two))


def sum_of(one: bytes, two: bytes) -> bytes:
    """What opens the product of two commitments."""
    return _add(one, two)


def opened(counts: Mapping[str, int], opening: bytes) -> bytes:
    """The commitment to `counts` that `opening` opens; NoProof for an opening that can't be."""
    if len(opening) != len(ZERO) or _number(opening) >= _ORDER:
        raise NoProof("an opening that can't be")
    point = NOTHING if opening == ZERO else bytes(crypto_scalarmult_ed25519_base_noclamp(opening))
    for name, count in sorted(counts.items()):
        if count:
            point = product(point, _multiple(_scalar(count), generator(name)))
    return point


@lru_cache(maxsize=4096)
def generator(name: str) -> bytes:
    """G(name): nobody knows how it is related to H or to another one."""
    uniform = hashlib.sha512(_GENERATOR + name.encode()).digest()[:32]
    return bytes(crypto_core_ed25519_from_uniform(uniform))


def random_scalar() -> bytes:
    """Never zero in anybody's time: its chance is 2^-252. libsodium multiplies nothing by it."""
    return bytes(crypto_core_ed25519_scalar_reduce(secrets.token_bytes(64)))


# --- one bit ---------------------------------------------------------------------------------


def _prove_bit(context: bytes, name: str, place: int, bit: int, blind: bytes) -> bytes:
    """Commit to a bit and prove that it is one. Either the point hides 0, or the point less G
    does: the branch that is true is answered, the other one is made up with a challenge of its
    own, and the two challenges must add up to one that nobody chose."""
    g = generator(name)
    point = bytes(crypto_scalarmult_ed25519_base_noclamp(blind))
    if bit:
        point = product(point, g)
    branches = [point, bytes(crypto_core_ed25519_sub(point, g))]
    nonce, made_up, answer = random_scalar(), random_scalar(), random_scalar()
    announced = [b"", b""]
    announced[bit] = bytes(crypto_scalarmult_ed25519_base_noclamp(nonce))
    announced[1 - bit] = _announcement(answer, made_up, branches[1 - bit])
    challenge = _challenge(context, name, place, point, announced)
    challenges = [made_up, made_up]
    challenges[bit] = bytes(crypto_core_ed25519_scalar_sub(challenge, made_up))
    answers = [answer, answer]
    answers[bit] = _add(nonce, _times(challenges[bit], blind))
    return b"".join((point, *challenges, *answers))


def _check_bit(context: bytes, name: str, place: int, bit: bytes) -> None:
    point, *scalars = (bit[at : at + 32] for at in range(0, BIT_BYTES, 32))
    if any(scalar == ZERO or _number(scalar) >= _ORDER for scalar in scalars):
        raise NoProof(f"{name}: a number that proves nothing")
    # Multiplying refuses what is not canonical, not on the curve or not in the main subgroup.
    try:
        less_one = bytes(crypto_core_ed25519_sub(point, generator(name)))
        announced = [
            _announcement(scalars[2], scalars[0], point),
            _announcement(scalars[3], scalars[1], less_one),
        ]
    except RuntimeError:
        raise NoProof(f"{name}: no point of the group") from None
    if _add(scalars[0], scalars[1]) != _challenge(context, name, place, point, announced):
        raise NoProof(f"{name}: its bit {place} is not proved to be 0 or 1")


def _announcement(answer: bytes, challenge: bytes, branch: bytes) -> bytes:
    """answer·H - challenge·branch: what a proof began with."""
    whole = crypto_scalarmult_ed25519_base_noclamp(answer)
    return bytes(crypto_core_ed25519_sub(whole, _multiple(challenge, branch)))


def _challenge(
    context: bytes, name: str, place: int, point: bytes, announced: Sequence[bytes]
) -> bytes:
    text = name.encode()
    hashed = hashlib.sha512(_CHALLENGE)
    hashed.update(len(context).to_bytes(4, "big") + context)
    hashed.update(len(text).to_bytes(2, "big") + text + place.to_bytes(1, "big"))
    hashed.update(point + b"".join(announced))
    return bytes(crypto_core_ed25519_scalar_reduce(hashed.digest()))


# --- the group -------------------------------------------------------------------------------


def _weighted(by_place: Mapping[int, Sequence[bytes]]) -> bytes:
    """The product of bits' commitments, each as often as its place says."""
    point = NOTHING
    for place in sorted(by_place, reverse=True):
        point = product(point, point)
        for bit in by_place[place]:
            point = product(point, bit)
    return point


def _multiple(scalar: bytes, point: bytes) -> bytes:
    return bytes(crypto_scalarmult_ed25519_noclamp(scalar, point))


def _add(one: bytes, two: bytes) -> bytes:
    return bytes(crypto_core_ed25519_scalar_add(one, two))


def _times(one: bytes, two: bytes) -> bytes:
    return bytes(crypto_core_ed25519_scalar_mul(one, two))


def _scalar(number: int) -> bytes:
    return number.to_bytes(32, "little")


def _number(scalar: bytes) -> int:
    return int.from_bytes(scalar, "little")
