"""Pictures that were stored with what a telephone wrote into them leave without it."""

import hashlib
import io

from PIL import Image

from sync.central.plainjpeg import without_metadata
from sync.central.usecases.central import Central
from tests.support.builders import an_officer
from tests.support.central import NOON, put_on_roster

GPS = 0x8825
LATITUDE = {1: "N", 2: (13.0, 45.0, 10.0), 3: "E", 4: (100.0, 33.0, 9.0)}


def of_a_telephone(**how: object) -> bytes:
    """A JPEG with a place, a camera and a comment."""
    exif = Image.Exif()
    exif[0x0110] = "Telephone 9"
    exif.get_ifd(GPS).update(LATITUDE)
    jpeg = io.BytesIO()
    gradient = Image.linear_gradient("L").convert("RGB")
    gradient.save(jpeg, "JPEG", exif=exif, comment="นางสาวมาลัย", **how)
    return jpeg.getvalue()


def assert_plain(jpeg: bytes, before: bytes) -> None:
    with Image.open(io.BytesIO(jpeg)) as shown, Image.open(io.BytesIO(before)) as stored:
        assert stored.getexif().get_ifd(GPS), "it was there"
        assert not shown.getexif()
        assert "comment" not in shown.info
        assert shown.tobytes() == stored.tobytes(), "each pixel as it was"
    assert b"Telephone" not in jpeg


def test_an_officers_photo_leaves_without_its_place_and_terminals_fetch_it_anew(
    central: Central,
) -> None:
    put_on_roster(central, (an_officer("101", "มาลัย ใจดี"),))
    stored = of_a_telephone()
    with central.store.transaction(central.site) as t:
        t.photos.put("101", stored)
    with central.store.read(central.site) as t:
        shown, digests = t.photos.of("101"), dict(t.photos.digests())
    assert shown
    assert_plain(shown, stored)
    assert digests == {"101": hashlib.sha256(shown).hexdigest()}


def test_a_picture_of_the_ita_report_leaves_without_its_place(central: Central) -> None:
    stored = of_a_telephone(progressive=True)
    with central.store.transaction(central.site) as t:
        t.ita_pictures.add(
            2027, 1, code="I2", caption="", words="ประชุม", jpeg=stored, size=(256, 256), now=NOON
        )
    with central.store.read(central.site) as t:
        [(picture, of_round)] = t.ita_pictures.jpegs(2027, 1).items()
        alone = t.ita_pictures.jpeg(picture)
    assert of_round == alone
    assert_plain(of_round, stored)


def test_what_is_plain_or_broken_stays_as_it_is() -> None:
    plain = without_metadata(of_a_telephone())
    for jpeg in (plain, plain[:200], b"", b"\x89PNG", b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\0\4ab"):
        assert without_metadata(jpeg) == jpeg
