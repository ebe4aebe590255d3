"""The seal against LtHash written out plainly: lanes of 16 bits, summed each for itself."""

import hashlib
from datetime import date
from itertools import repeat

from kiosk.domain.people import CounterId, OfficerId, ServiceId
from kiosk.domain.rating import Channel, Half, Outcome, Rating, RatingId, ReasonId
from kiosk.domain.scale import Score
from kiosk.domain.seal import LANES, STATE_BYTES, Seal, outcome_entry, rating_entry, reason_entry

ID = bytes(range(16))
DAY, WHO = date(2026, 11, 23), OfficerId("101")


def plain_lanes(entry: bytes) -> list[int]:
    state = hashlib.shake_128(b"kiosk sheet 1\x00" + entry).digest(2048)
    return [int.from_bytes(state[i : i + 2], "little") for i in range(0, 2048, 2)]


def plain_state(entries: list[bytes], times: int = 1) -> bytes:
    lanes = [sum(column) * times for column in zip(*map(plain_lanes, entries), strict=True)]
    return b"".join((lane % 65_536).to_bytes(2, "little") for lane in lanes)


def test_the_state_is_the_lane_wise_sum() -> None:
    assert (LANES, STATE_BYTES) == (1024, 2048)
    entries = [bytes([n]) * n for n in range(20)]
    assert Seal.of(entries) == Seal(20, plain_state(entries))
    one_by_one = Seal()
    for entry in entries:
        one_by_one = one_by_one.add(entry)
    assert one_by_one == Seal.of(entries)
    assert Seal.of(entries[:7]).merge(Seal.of(entries[7:])) == one_by_one


def test_sums_that_outgrow_their_lanes_stay_in_them() -> None:
    assert Seal.of(repeat(b"x", 70_000)) == Seal(70_000, plain_state([b"x"], 70_000))


def test_an_empty_seal_is_all_zeros() -> None:
    assert Seal() == Seal.of([]) == Seal(0, bytes(2048))


def test_the_digest_is_over_count_and_state() -> None:
    seal = Seal.of([b"a", b"b"])
    count = (2).to_bytes(8, "big")
    assert seal.digest == hashlib.sha256(count + seal.state).hexdigest()
    assert seal.digest != Seal(3, seal.state).digest


def lengths(*fields: bytes) -> bytes:
    return b"".join(bytes([0, len(f)]) + f for f in fields)


def test_entries_are_every_field_with_its_length() -> None:
    rating = Rating(
        id=RatingId(ID),
        business_date=DAY,
        half=Half.AFTERNOON,
        officer=WHO,
        service=ServiceId("s"),
        counter=CounterId("7"),
        score=Score(2),
        levels=4,
        channel=Channel.PANEL,
    )
    fields = (ID, b"2026-11-23", b"pm", b"101", b"s", b"7", b"2", b"4", b"panel")
    assert rating_entry(rating) == lengths(b"rating", *fields)
    outcome = outcome_entry(ID, DAY, WHO, Outcome.SUPPRESSED)
    assert outcome == lengths(b"outcome", ID, b"2026-11-23", b"101", b"suppressed")
    reason = reason_entry(RatingId(ID), DAY, WHO, ReasonId("wait"))
    assert reason == lengths(b"reason", ID, b"2026-11-23", b"101", b"wait")
