"""Officers' photos, from the roster page to a terminal's file, over real HTTP on loopback."""

import hashlib
import io
from dataclasses import replace

import httpx2 as httpx
import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication

from kiosk.store.journal import Kind
from kiosk.store.verify import Verified, verify
from sync import exchange, run
from sync.central.photos import portrait
from sync.central.usecases.people import retire_officer
from sync.central.usecases.terminal_requests import terminal_request
from sync.client import Unreachable
from sync.messages import PhotoDigest, Photos
from sync.protocol import BadMessage
from tests.support.builders import PRASIT, SOMYING, an_officer
from tests.support.central import put_on_roster
from tests.support.central_server import Kept, Server
from tests.support.network import Overheard
from ui.widgets.pictures import decode_photo


def picture(colour: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (400, 600), colour).save(made, "PNG")
    return portrait(made.getvalue())


def put(server: Server, officer: str, jpeg: bytes | None) -> None:
    with server.central.store.transaction("dindaeng") as t:
        if jpeg is None:
            t.photos.remove(officer)
        else:
            t.photos.put(officer, jpeg)


def photo(kept: Kept, number: str = "101") -> bytes | None:
    found = kept.terminal.by_number(number)
    assert found is not None
    return found.photo


@pytest.fixture(autouse=True)
def roster(server: Server) -> None:
    put_on_roster(server.central, (SOMYING, PRASIT))


def test_a_photo_comes_once_is_replaced_and_is_removed(kept: Kept, server: Server) -> None:
    teal, red = picture("teal"), picture("red")
    put(server, "101", teal)
    assert kept.sync().photos == 1
    assert photo(kept) == teal
    network = Overheard()
    again = exchange.sync(kept.store, kept.clock, kept.key, transport=network)
    assert again.photos == 0
    assert teal not in network.bytes
    put(server, "101", red)
    assert kept.sync().photos == 1
    assert photo(kept) == red
    with kept.store.transaction() as t:
        newest = t.journal.last(Kind.ROSTER_CHANGED)
    assert newest is not None
    assert '"photo":"101"' in newest.detail
    assert isinstance(verify(kept.store), Verified)
    put(server, "101", None)
    assert kept.sync().photos == 1
    assert photo(kept) is None
    assert isinstance(verify(kept.store), Verified)


def test_a_renewed_roster_keeps_the_photo_and_who_left_has_none_given(
    kept: Kept, server: Server
) -> None:
    teal = picture("teal")
    for number in ("101", "102"):
        put(server, number, teal)
    assert kept.sync().photos == 2
    put_on_roster(server.central, (an_officer("101", "นางสาวสมหญิง รักดี"),))
    retire_officer(server.central, "102")
    assert kept.sync().photos == 0
    assert photo(kept) == teal
    with terminal_request(server.central, "counter-1") as asked:
        assert asked is not None
        assert [photo.officer for photo in asked.photos().photos] == ["101"]
        assert asked.photo("102") is None


def test_photos_of_officers_added_on_the_terminal_stay(kept: Kept, server: Server) -> None:
    kept.terminal.add_officers([replace(an_officer("900", "ของเครื่อง"), photo=picture("red"))])
    assert kept.sync().photos == 0
    assert photo(kept, "900") == picture("red")


def test_a_photo_that_changes_while_it_is_fetched_comes_the_next_time(
    kept: Kept, server: Server
) -> None:
    class Late(Overheard):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/photos/101"):
                put(server, "101", None)
            return super().handle_request(request)

    put(server, "101", picture("teal"))
    result = exchange.sync(kept.store, kept.clock, kept.key, transport=Late())
    assert (result.photos, photo(kept)) == (0, None)
    put(server, "101", picture("red"))
    assert kept.sync().photos == 1


def test_photos_that_came_before_the_network_went_stay(kept: Kept, server: Server) -> None:
    class Cut(Overheard):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if "/photos/" in request.url.path and not request.url.path.endswith("/101"):
                raise httpx.ConnectError("no network", request=request)
            return super().handle_request(request)

    put_on_roster(server.central, (SOMYING, PRASIT, an_officer("103", "สมชาย ใจดี")))
    for number in ("101", "102", "103"):
        put(server, number, picture("teal"))
    with pytest.raises(Unreachable):
        exchange.sync(kept.store, kept.clock, kept.key, transport=Cut())
    assert [photo(kept, number) is None for number in ("101", "102", "103")] == [False, True, True]
    assert isinstance(verify(kept.store), Verified)
    assert kept.sync().photos == 2


@pytest.mark.parametrize("wrong", [b"GIF89a" + b"x" * 200, b"\xff\xd8\xff" + b"x" * run.MAX_PHOTO])
def test_what_is_no_fitting_jpeg_is_not_taken_and_the_days_have_gone(
    kept: Kept, server: Server, wrong: bytes
) -> None:
    put(server, "101", wrong)
    kept.rate(5)
    kept.close()
    [left] = kept.sync().left
    assert "photo of นางสาวสมหญิง" in left
    assert [state.value for state in kept.states()] == ["receipted"]
    assert photo(kept) is None


def test_the_screens_can_show_what_central_keeps(qapp: QGuiApplication) -> None:
    image = decode_photo(picture("teal"))
    assert image is not None
    assert image.width() == image.height()


def test_the_list_comes_back_from_its_bytes_and_a_double_is_refused() -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    first, second = PhotoDigest("101", digest), PhotoDigest("102", digest)
    photos = Photos((first, second))
    assert Photos.parse(photos.to_bytes()) == photos
    with pytest.raises(BadMessage, match="twice"):
        Photos.parse(Photos((first, first)).to_bytes())
    with pytest.raises(BadMessage, match="hex"):
        Photos.parse(Photos((PhotoDigest("101", "no digest"),)).to_bytes())
