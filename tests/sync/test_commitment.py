"""Commitments: what they bind to, what they hide, and what is no proof."""

import re
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_core_ed25519_is_valid_point

from sync.commitment import (
    NOTHING,
    ORDER,
    ZERO,
    Dimension,
    NoProof,
    _challenge,
    _sum,
    bit_generator,
    check,
    commit,
    generator,
    opened,
    product,
    sum_of,
)
from sync.messages import Heads
from sync.steps import checked

A, B = Dimension("rating am 5 1 general 1 touch", 3), Dimension("reason wait", 2)
DIMENSIONS = (A, B)
WIRE = (Path(__file__).parents[2] / "sync" / "WIRE.md").read_text(encoding="utf-8")
PARTS = 6 + 5 + 3
"""Points; a number for each bit, and those of the random parts."""

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
    # Of -1, and of bits that are 2 or -1 and make a number that fits: a prover who answers as
    # honestly as that allows.
    for digits in ((-1, 0, 0), (2, 0, 0), (-1, 1, 0), (0, 2, -1)):
        made = forge(digits)
        with pytest.raises(NoProof, match="not proved to fit"):
            check(b"", (A,), made)
    assert check(b"", (A,), forge((1, 0, 1))), "the forger's sums are right where bits are bits"


def forge(digits: tuple[int, ...]) -> bytes:
    """The proof of `commit` for digits that need not be bits."""
    random = Random(5)
    r = [random.randrange(1, ORDER) for _ in range(6)]
    a = [random.randrange(1, ORDER) for _ in digits]
    g = [bit_generator(place) for place in range(len(digits))]
    made = [sum(n << place for place, n in enumerate(numbers)) for numbers in (digits, a)]
    points = (
        _sum(r[0], [(made[0], generator(A.name))]),
        _sum(r[1], list(zip(digits, g, strict=True))),
        _sum(r[2], list(zip(a, g, strict=True))),
        _sum(r[3], [(n - 2 * n * digit, p) for n, digit, p in zip(a, digits, g, strict=True)]),
        _sum(r[4], [(-n * n, p) for n, p in zip(a, g, strict=True)]),
        _sum(r[5], [(made[1], generator(A.name))]),
    )
    x = _challenge(b"", (A,), points)
    answers = [digit * x + n for digit, n in zip(digits, a, strict=True)]
    answers += [r[1] * x + r[2], r[3] * x + r[4], r[0] * x + r[5]]
    return b"".join(points) + b"".join((n % ORDER).to_bytes(32, "little") for n in answers)


def test_increments_are_what_their_bits_make() -> None:
    """A prover whose bits are right, and who commits to another number beside them."""
    proof = commit(b"", (A,), {A.name: 1}).proof
    other = commit(b"", (A,), {A.name: 7})
    with pytest.raises(NoProof):
        check(b"", (A,), other.point + proof[32:])


def test_two_dimensions_do_not_stand_for_each_other() -> None:
    made = commit(b"", DIMENSIONS, {A.name: 2, B.name: 1})
    assert opened({A.name: 1, B.name: 2}, made.opening) != made.point


def test_making_takes_as_many_steps_for_nothing_as_for_much() -> None:
    """The time between two requests does not tell how much came: nothing is left out for a 0."""
    calls = []
    for counts in ({}, {A.name: 7, B.name: 3}):
        called: Counter[str] = Counter()
        sys.setprofile(partial(_note, called))
        try:
            commit(b"", DIMENSIONS, counts)
        finally:
            sys.setprofile(None)
        calls.append(called)
    assert calls[0] == calls[1]


def _note(called: Counter[str], frame: FrameType, event: str, _argument: object) -> None:
    name = frame.f_code.co_name.replace("25519_sub", "25519_add")  # which take as long
    if event == "call" and name.startswith("crypto_"):
        called[name] += 1


def test_a_proof_holds_in_its_own_place_only() -> None:
    proof = commit(b"step 1", DIMENSIONS, {A.name: 5, B.name: 2}).proof
    renamed = (Dimension("rating pm 5 1 general 1 touch", 3), B)
    first, second = proof[6 * 32 : 7 * 32], proof[7 * 32 : 8 * 32]
    for context, dimensions, shown in (
        (b"step 2", DIMENSIONS, proof),
        (b"step 1", renamed, proof),
        (b"step 1", (Dimension(A.name, 2), Dimension(B.name, 3)), proof),
        (b"step 1", DIMENSIONS, proof[: 6 * 32] + second + first + proof[8 * 32 :]),
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
    for place in range(6):
        with pytest.raises(NoProof):
            check(b"", (A,), proof[: 32 * place] + point + proof[32 * place + 32 :])


@pytest.mark.parametrize("place", [6, 8, 9, 10, 11])
@pytest.mark.parametrize("scalar", [ZERO, ORDER.to_bytes(32, "little"), b"\xff" * 32])
def test_what_is_no_scalar_of_the_group_is_refused(place: int, scalar: bytes) -> None:
    proof = commit(b"", (A,), {}).proof
    with pytest.raises(NoProof):
        check(b"", (A,), proof[: 32 * place] + scalar + proof[32 * place + 32 :])


def test_a_proof_of_another_length_is_refused() -> None:
    proof = commit(b"", DIMENSIONS, {}).proof
    for shown in (proof[:-1], proof + b"x", b"", proof[32:]):
        with pytest.raises(NoProof):
            check(b"", DIMENSIONS, shown)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 32 * PARTS - 1), st.integers(1, 255))
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
        r"^    ((?:rating|reason|outcome|bit) .*?)  +([0-9a-f]{64})$", WIRE, re.MULTILINE
    )
    assert len(names) == 4
    for name, point in names:
        made = bit_generator(int(name[4:])) if name.startswith("bit") else generator(name)
        assert made.hex() == point
    [point] = re.findall(r"^    point +([0-9a-f]{64})$", WIRE, re.MULTILINE)
    counts = {A.name: 2, B.name: 2}
    assert opened(counts, (7).to_bytes(32, "little")).hex() == point


def test_the_step_of_the_document_proves_its_point() -> None:
    [heads] = re.findall(r"^\{.*\"outcome late\".*\}$", WIRE, re.MULTILINE)
    [step] = Heads.parse(heads.encode()).steps
    assert checked("dindaeng", "counter-1", step).hex() in WIRE
    with pytest.raises(NoProof):
        checked("dindaeng", "counter-2", step)
