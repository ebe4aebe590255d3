"""The first look at central: every certificate, clock and address that can be wrong, on a real
TLS socket, and the one line that names it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from kiosk.domain.refusal import Refusal
from sync.fingerprint import fingerprint_in
from sync.firstlook import Invitation, Network, central_address, look, plain_code
from tests.support.certificates import Authority
from tests.support.tls_server import QuietHandler, TlsServer

CODE, DIGEST = "7KX2M-9QPRT", "3f" * 32
THROUGH_THAI = "้ะะยซฝฝๅ/ึใจใจใๅซต ึษ)/?ขต๐ญฑธ"
"""What X made of "http://127.0.0.1:9 7KX2M-9QPRT" from a scanner, with the layout "th"."""
WHOLE = Invitation("https://c.example", CODE, DIGEST)
DAY = timedelta(days=1)


class Central(TlsServer):
    """A server with one certificate, whose clock is `skew` away."""

    def __init__(self, certificate: Path, skew: timedelta = timedelta()) -> None:
        class Answer(QuietHandler):
            def do_GET(self) -> None:
                self.send_response_only(200)
                self.send_header("Date", format_datetime(datetime.now(UTC) + skew, usegmt=True))
                self.end_headers()

        super().__init__(certificate, Answer)


def seen(central: Central, fingerprint: str = "", ca: str = "") -> str:
    """The certificate to believe, or the key of what is wrong."""
    try:
        return look(central.url, Network(ca), fingerprint, datetime.now(UTC))
    except Refusal as refusal:
        return refusal.key


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Path]:
    return Authority.new("office"), tmp_path_factory.mktemp("tls")


@pytest.fixture
def central(
    office: tuple[Authority, Path], request: pytest.FixtureRequest
) -> Iterator[tuple[Central, Path]]:
    name, begins, ends, skew = request.param
    authority, folder = office
    now = datetime.now(UTC)
    file = authority.issue(name, now + begins * DAY, now + ends * DAY, folder / "server.pem")
    central = Central(file, timedelta(hours=skew))
    yield central, file
    central.stop()


@pytest.mark.parametrize("central", [("localhost", -1, 9, 0)], indirect=True)
def test_an_unknown_certificate_is_believed_only_by_its_own_fingerprint(
    central: tuple[Central, Path], office: tuple[Authority, Path], tmp_path: Path
) -> None:
    server, file = central
    digest = fingerprint_in(file)
    assert seen(server) == "certificate_unknown"
    assert seen(server, DIGEST) == "certificate_other"
    certificate = seen(server, digest)
    assert certificate.startswith("-----BEGIN CERTIFICATE-----")
    pinned = tmp_path / "pinned.pem"
    pinned.write_text(certificate)
    assert seen(server, ca=str(pinned)) == ""
    assert seen(server, ca=office[0].write(tmp_path / "ca.pem")) == ""


@pytest.mark.parametrize(
    ("central", "key"),
    [
        (("other.example", -1, 9, 0), "certificate_name"),
        (("localhost", -9, -1, 0), "certificate_time"),
        (("localhost", 1, 9, 0), "certificate_time"),
        (("localhost", -1, 9, 7), "clocks_differ"),
        (("localhost", -1, 9, -24 * 365), "clocks_differ"),
    ],
    indirect=["central"],
)
def test_what_else_is_wrong_with_a_certificate_goes_before_its_fingerprint(
    central: tuple[Central, Path], key: str
) -> None:
    server, file = central
    assert seen(server, fingerprint_in(file)) == key


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" report.example.go.th ", "https://report.example.go.th"),
        ("https://report.example.go.th/fleet/dindaeng", "https://report.example.go.th"),
        ("https://https://report.example.go.th", "https://report.example.go.th"),
        ("https://https.example.go.th", "https://https.example.go.th"),
        ("https:/report.example.go.th", "https://report.example.go.th"),
        ("https:report.example.go.th:8443", "https://report.example.go.th:8443"),
        ("https:///report.example.go.th", "https://report.example.go.th"),
        ("https:/http:/127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("https:/10.1.2.3", "https://10.1.2.3"),
        ("https:8443", "https://https:8443"),
        ("report.example.go.th:8443", "https://report.example.go.th:8443"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://report.example.go.th", "address_not_https"),
        ("ftp://report.example.go.th", "address_form"),
        ("https://", "address_form"),
        ("https:", "address_form"),
        ("https://report:port", "address_form"),
        ("https://ก.ไทย", "address_form"),
        ("https://clerk@report.example.go.th", "address_form"),
    ],
)
def test_an_address_is_taken_as_it_was_meant_or_refused_by_name(typed: str, meant: str) -> None:
    try:
        address = central_address(typed)
    except Refusal as refusal:
        address = refusal.key
    assert address == meant


@pytest.mark.parametrize(
    ("scanned", "invitation"),
    [
        (f"https://c.example {CODE}", Invitation("https://c.example", CODE)),
        (
            f"https://https://c.example {CODE} {DIGEST}",
            Invitation("https://c.example", CODE, DIGEST),
        ),
        (f"https://c.example {CODE.lower()}", Invitation("https://c.example", CODE)),
        (f"https://c.example {CODE}".upper(), Invitation("https://c.example", CODE)),
        (THROUGH_THAI, Invitation("http://127.0.0.1:9", "7KX2M-9QPRT")),
        ("https://c.example", None),
        (f"https://c.example {CODE} 3f3f", None),
        (f"http://c.example {CODE}", None),
        ("", None),
        ("ไทย " * 40, None),
    ],
)
def test_a_scanned_text_is_an_invitation_or_nothing(
    scanned: str, invitation: Invitation | None
) -> None:
    assert Invitation.read(scanned) == invitation


def test_a_code_is_read_however_it_is_typed() -> None:
    assert {plain_code(text) for text in ("7kx2m9qprt", "7KX2M 9QPRT", CODE)} == {CODE}
