"""What lies on a stick: whole and known, or one clear refusal; never a traceback."""

import json
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync.bundle import Homeward, Outward, Reply, Request, box_of
from sync.protocol import BadMessage
from sync.sealing import sealing_text

BOX = box_of(Ed25519PrivateKey.from_private_bytes(bytes(32)))
TEXT = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc"]), max_size=40)
BODY = TEXT.map(str.encode)
REQUESTS = st.lists(
    st.builds(Request, st.sampled_from(["GET", "PUT", "POST"]), TEXT, TEXT, TEXT, BODY, TEXT)
).map(tuple)
REPLIES = st.lists(
    st.builds(Reply, st.just("PUT"), TEXT, TEXT, st.integers(100, 599), TEXT, BODY)
).map(tuple)


@given(REQUESTS, st.booleans())
def test_what_a_terminal_gives_comes_out_as_it_went_in(
    requests: tuple[Request, ...], sealed: bool
) -> None:
    given_ = Outward("dindaeng", "counter-1", requests)
    assert Outward.unsealed(given_.sealed(sealing_text(BOX) if sealed else ""), BOX) == given_


@given(REPLIES)
def test_what_central_gives_comes_out_as_it_went_in(replies: tuple[Reply, ...]) -> None:
    home = Homeward(
        site="dindaeng",
        terminal="counter-1",
        box=sealing_text(BOX),
        box_signature="signature",
        replies=replies,
    )
    assert Homeward.parse(home.to_bytes()) == home


def test_another_central_can_not_open_it() -> None:
    other = box_of(Ed25519PrivateKey.generate())
    sealed = Outward("dindaeng", "counter-1", ()).sealed(sealing_text(BOX))
    with pytest.raises(BadMessage, match="another central"):
        Outward.unsealed(sealed, other)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


ROWS = st.lists(st.lists(JSON, min_size=6, max_size=6), max_size=3) | JSON


@given(ROWS, JSON)
def test_nonsense_in_the_right_places_is_refused_by_name(rows: object, site: object) -> None:
    head = {"v": 1, "site": site, "terminal": "t"}
    with suppress(BadMessage):
        Outward.unsealed(json.dumps({**head, "requests": rows}).encode(), BOX)
    with suppress(BadMessage):
        home = {**head, "site": "dindaeng", "box": "", "box_signature": "", "replies": rows}
        Homeward.parse(json.dumps(home).encode())


@given(st.binary(max_size=200))
def test_bytes_of_anything_else_are_refused_by_name(found: bytes) -> None:
    for read in (Homeward.parse, lambda got: Outward.unsealed(got, BOX)):
        for body in (found, b"kiosk-sealed-1\n" + found):
            with pytest.raises(BadMessage):
                read(body)
