"""Commitments: what they bind to, what they hide, and what is no proof."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_core_ed25519_is_valid_point

from sync.commitment import (
    BIT_BYTES,
    NOTHING,
    ZERO,
    Dimension,
    NoProof,
    check,
    commit,
    generator,
    opened,
    product,
    sum_of,
)

A, B = Dimension("score am 5 1", 3), Dimension("score am 5 5", 2)
DIMENSIONS = (A, B)
WIRE = (Path(__file__).parents[2] / "sync" / "WIRE.md").read_text(encoding="utf-8")
ORDER = 2**252 + 27742317777372353535851937790883648493

increments = st.fixed_dictionaries({A.name: st.integers(0, 7), B.name: st.integers(0, 3)})


@settings(max_examples=10, deadline=None)
@given(st.lists(increments, min_size=1, max_size=4))
def test_the_sum_of_steps_opens_as_the_sum_of_counts(steps: list[dict[str, int]]) -> None:
    point, opening, total = NOTHING, ZERO, dict.fromkeys((A.name, B.name), 0)
    for number, counts in enumerate(steps):
        made = commit(str(number).encode(), DIMENSIONS, counts)
        assert check(str(number).encode(), DIMENSIONS, made.proof) == made.point
        point, opening = product(point, made.point), sum_of(opening, made.opening)
        total = {name: total[name] + counts[name] for name in total}
    assert opened(total, opening) == point
    for name in total:
        assert opened({**total, name: total[name] + 1}, opening) != point
    assert opened({A.name: total[B.name] + 9, B.name: total[A.name]}, opening) != point


def test_a_step_fits_every_choice_of_counts() -> None:
    """For each n there is an r with point = r·H + n·G: what is left is a multiple of H, as every
    point of the group is. The point alone says nothing of n, to however much computing."""
    made = commit(b"", (A,), {A.name: 3})
    for count in (0, 1, 7):
        assumed = opened({A.name: count}, ZERO)
        assert crypto_core_ed25519_is_valid_point(product(made.point, _negative(assumed)))


def _negative(point: bytes) -> bytes:
    """The same point with the other sign of x."""
    return point if point == NOTHING else point[:31] + bytes([point[31] ^ 0x80])


def test_nothing_is_taken_back() -> None:
    for wrong in (-1, 8):
        with pytest.raises(ValueError, match="does not fit"):
            commit(b"", DIMENSIONS, {A.name: wrong})
    # A bit that is -1 or 2: the points are right ones, and no proof fits them.
    made = commit(b"", (A,), {A.name: 1})
    for point in (_negative(generator(A.name)), product(generator(A.name), generator(A.name))):
        with pytest.raises(NoProof, match="not proved to be 0 or 1"):
            check(b"", (A,), point + made.proof[32:])


def test_a_proof_holds_in_its_own_place_only() -> None:
    proof = commit(b"step 1", DIMENSIONS, {A.name: 5, B.name: 2}).proof
    renamed = (Dimension("score pm 5 1", 3), B)
    first, second = proof[:BIT_BYTES], proof[BIT_BYTES : 2 * BIT_BYTES]
    for context, dimensions, shown in (
        (b"step 2", DIMENSIONS, proof),
        (b"step 1", renamed, proof),
        (b"step 1", (Dimension(A.name, 2), Dimension(B.name, 3)), proof),
        (b"step 1", DIMENSIONS, second + first + proof[2 * BIT_BYTES :]),
    ):
        with pytest.raises(NoProof):
            check(context, dimensions, shown)


@pytest.mark.parametrize(
    "point",
    [
        NOTHING,
        bytes(32),
        b"\xff" * 32,
        b"\xec" + b"\xff" * 30 + b"\x7f",  # of order two
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        b"\x02" + bytes(31),  # not on the curve
    ],
)
def test_what_is_no_point_of_the_group_is_refused(point: bytes) -> None:
    proof = commit(b"", (A,), {}).proof
    with pytest.raises(NoProof):
        check(b"", (A,), point + proof[32:])


@pytest.mark.parametrize("place", [1, 2, 3, 4])
@pytest.mark.parametrize("scalar", [ZERO, ORDER.to_bytes(32, "little"), b"\xff" * 32])
def test_what_is_no_scalar_of_the_group_is_refused(place: int, scalar: bytes) -> None:
    proof = commit(b"", (A,), {}).proof
    with pytest.raises(NoProof):
        check(b"", (A,), proof[: 32 * place] + scalar + proof[32 * place + 32 :])


def test_a_proof_of_another_length_is_refused() -> None:
    proof = commit(b"", DIMENSIONS, {}).proof
    for shown in (proof[:-1], proof + b"x", b"", proof[BIT_BYTES:]):
        with pytest.raises(NoProof):
            check(b"", DIMENSIONS, shown)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5 * BIT_BYTES - 1), st.integers(1, 255))
def test_a_changed_byte_proves_nothing(place: int, flip: int) -> None:
    with pytest.raises(NoProof):
        check(b"", DIMENSIONS, PROOF[:place] + bytes([PROOF[place] ^ flip]) + PROOF[place + 1 :])


PROOF = commit(b"", DIMENSIONS, {A.name: 5, B.name: 1}).proof


def test_an_opening_that_can_not_be_is_refused() -> None:
    for opening in (b"", b"x" * 31, ORDER.to_bytes(32, "little")):
        with pytest.raises(NoProof):
            opened({}, opening)
    assert opened({}, ZERO) == NOTHING


def test_nothing_looks_like_something() -> None:
    nothing, something = (commit(b"", DIMENSIONS, {A.name: n}) for n in (0, 6))
    assert len(nothing.proof) == len(something.proof)
    again = commit(b"", DIMENSIONS, {})
    assert again.proof != nothing.proof, "the same counts never look the same"


def test_the_known_answers_of_the_document() -> None:
    names = re.findall(
        r"^    ((?:score|channel|outcome) .*?)  +([0-9a-f]{64})$", WIRE, re.MULTILINE
    )
    assert len(names) == 3
    for name, point in names:
        assert generator(name).hex() == point
    [point] = re.findall(r"^    point +([0-9a-f]{64})$", WIRE, re.MULTILINE)
    counts = {"score am 5 1": 2, "channel touch": 2}
    assert opened(counts, (7).to_bytes(32, "little")).hex() == point
