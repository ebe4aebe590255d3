"""How a notification leaves the house: to real servers, which refuse, hang and lie."""

import json
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from sync.central.notifications.composing import Composed, File
from sync.central.notifications.line import LineService
from sync.central.notifications.mail import MailServer
from sync.central.notifications.posting import Line
from sync.central.notifications.sending import NotSent
from sync.central.notifications.webhook import Told, Webhook, WebhookBody, signature
from sync.central.notifying import Encryption, Transport, may_carry_figures
from sync.central.transports import BadTransport, MailSettings, read, webhook_key
from tests.support.certificates import Authority
from tests.support.mail_server import MailHandler, mail_server
from tests.support.proxy import office_proxy
from tests.support.tls_server import QuietHandler, TlsServer

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ID = "0b5d7c9e-1111-5222-8333-444455556666"
KEY = "whsec_" + "QUFB" * 10
SHEET = File("meeting.pdf", b"%PDF-1.7 figures")
WORDS = Composed(
    subject="แจ้งเตือน: เครื่องประเมินขาดการติดต่อ",
    lines=("เรื่องต่อไปนี้", "ทำอย่างไร"),
    things=("<script>ดินแดง\r\nBcc: x@y.z",),
    link="https://report.example/fleet/dindaeng",
    language="th",
    footer=("สำนักงานเขตดินแดง",),
)
WITH_SHEET = Composed(
    **{**{name: getattr(WORDS, name) for name in WORDS.__slots__}, "files": (SHEET,)}
)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.new("authority of the office")


@pytest.fixture(scope="module")
def chain(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    day = timedelta(days=1)
    now = datetime.now(UTC)
    return authority.issue(
        "localhost", now - day, now + day, tmp_path_factory.mktemp("tls") / "localhost.pem"
    )


@pytest.fixture(scope="module")
def pem(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    return Path(authority.write(path)).read_text("ascii")


def settings(port: int, pem: str = "", encryption: str = "tls", user: str = "") -> MailSettings:
    return MailSettings(
        host="localhost",
        sender="report@dindaeng.example",
        port=port,
        encryption=encryption,
        user=user,
        authority=pem,
    )


def server(of: MailSettings, secret: str = "", longest: float = 20) -> MailServer:
    return MailServer(settings=of, secret=secret, here="report.example", step=5, longest=longest)


def test_figures_leave_the_house_by_mail_over_tls_alone() -> None:
    allowed = {
        (transport, encryption)
        for transport, encryption in product(Transport, Encryption)
        if may_carry_figures(transport, encryption)
    }
    assert allowed == {
        (Transport.MAIL, Encryption.TLS),
        (Transport.MAIL, Encryption.STARTTLS),
    }


@pytest.mark.parametrize("encryption", ["tls", "starttls"])
def test_a_mail_arrives_with_its_sheet_over_a_checked_line(
    chain: Path, pem: str, encryption: str
) -> None:
    with mail_server(chain, from_the_start=encryption == "tls") as (handler, port):
        of = settings(port, pem, encryption, "report")
        sent = server(of, "right password").send("d@dindaeng.example", ID, WITH_SHEET, NOW)
    assert (sent.code, sent.words) == (250, "taken")
    assert handler.logins == [("report", "right password")]
    [(to, letter)] = handler.letters
    assert to == "d@dindaeng.example"
    assert letter["Subject"] == WORDS.subject
    assert letter["Message-ID"] == f"<{ID}@dindaeng.example>"
    assert letter["Bcc"] is None
    assert letter["Date"].datetime == NOW
    plain, html = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert WORDS.link in plain.get_content()
    assert "<script>" not in html.get_content()
    [sheet] = letter.iter_attachments()
    assert sheet.get_filename() == "meeting.pdf"
    assert sheet.get_content() == SHEET.data


def test_without_tls_a_link_goes_and_a_figure_never() -> None:
    with mail_server(None) as (handler, port):
        of = settings(port, encryption="none")
        server(of).send("d@dindaeng.example", ID, WORDS, NOW)
        with pytest.raises(NotSent) as refused:
            server(of).send("d@dindaeng.example", ID, WITH_SHEET, NOW)
    assert (refused.value.key, refused.value.again) == ("no_tls", False)
    assert len(handler.letters) == 1
    with pytest.raises(BadTransport, match="password_in_the_open"):
        read(Transport.MAIL, {**settings(25, encryption="none")._asdict(), "user": "report"})


def test_a_server_that_takes_starttls_away_gets_nothing(pem: str) -> None:
    with mail_server(None) as (handler, port), pytest.raises(NotSent) as refused:
        server(settings(port, pem, "starttls")).send("d@x.example", ID, WORDS, NOW)
    assert refused.value.key == "no_tls"
    assert not handler.letters


def test_a_certificate_of_a_stranger_or_of_another_name_gets_nothing(
    authority: Authority, chain: Path, pem: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    day = timedelta(days=1)
    other = authority.issue("mail.example", now - day, now + day, tmp_path / "other.pem")
    for served, trusted_ in ((chain, ""), (other, pem)):
        with mail_server(served) as (handler, port), pytest.raises(NotSent) as refused:
            server(settings(port, trusted_)).send("d@x.example", ID, WORDS, NOW)
        assert (refused.value.key, refused.value.all_of_it) == ("certificate", True)
        assert not handler.letters


def test_a_wrong_password_is_said_and_not_repeated(chain: Path, pem: str) -> None:
    with mail_server(chain) as (_, port), pytest.raises(NotSent) as refused:
        server(settings(port, pem, user="report"), "my secret").send("d@x.example", ID, WORDS, NOW)
    assert refused.value.key == "login"
    assert refused.value.code == 535
    assert "my secret" not in refused.value.words


@pytest.mark.parametrize(
    ("answer", "key", "again"),
    [("550 no such box", "recipient", False), ("451 come later", "later", True)],
)
def test_a_refused_recipient_is_that_ones_matter(
    chain: Path, pem: str, answer: str, key: str, again: bool
) -> None:
    with mail_server(chain) as (handler, port):
        handler.refused["gone@x.example"] = answer
        with pytest.raises(NotSent) as refused:
            server(settings(port, pem)).send("gone@x.example", ID, WORDS, NOW)
    assert (refused.value.key, refused.value.again, refused.value.all_of_it) == (key, again, False)
    assert refused.value.words == answer[4:]


@contextmanager
def talking(answer: bytes, pause: float = 0.0) -> Iterator[int]:
    """A server that says one thing to whoever comes: letter by letter where there is a pause."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            line, _ = listener.accept()
            with line:
                try:
                    for letter in answer.splitlines(keepends=True) if not pause else answer:
                        line.sendall(letter if isinstance(letter, bytes) else bytes([letter]))
                        if ended.wait(pause):
                            return
                except OSError:
                    return

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        ended.set()
        thread.join()


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xfe\x00" * 50 + b"\r\n", b""]
)
def test_garbage_in_place_of_a_mail_server_is_named(answer: bytes) -> None:
    with talking(answer) as port, pytest.raises(NotSent) as refused:
        server(settings(port, encryption="none")).send("d@x.example", ID, WORDS, NOW)
    assert refused.value.key in ("garbage", "slow")
    assert refused.value.all_of_it
    assert refused.value.words.isprintable()


def test_a_server_that_drips_is_hung_up_on() -> None:
    with talking(b"220 " + b"x" * 400, 0.05) as port, pytest.raises(NotSent) as refused:
        server(settings(port, encryption="none"), longest=0.3).send("d@x.example", ID, WORDS, NOW)
    assert refused.value.key in ("slow", "unreachable", "garbage")
    assert refused.value.again


def test_a_server_that_never_ends_an_answer_fills_no_memory() -> None:
    endless = b"220-" + b"x" * 2000 + b"\r\n"
    with talking(endless * 5000) as port, pytest.raises(NotSent) as refused:
        server(settings(port, encryption="none")).send("d@x.example", ID, WORDS, NOW)
    assert (refused.value.key, refused.value.words) == ("garbage", "too much")


class Repeating(MailHandler):
    """Says again what it was told to sign in, as some servers do."""

    def login(self, server: Any, session: Any, envelope: Any, way: str, login: Any) -> AuthResult:
        said = b64encode(b"\0" + login.login + b"\0" + login.password)
        if way == "LOGIN":
            said = b64encode(login.password) + b" " + login.password
        return AuthResult(success=False, handled=False, message=f"535 what is {said.decode()}?")


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN"])
def test_a_password_that_a_server_repeats_is_shown_in_no_form(way: str) -> None:
    other = "LOGIN" if way == "PLAIN" else "PLAIN"
    password = "correct horse"
    with mail_server(None, handler=Repeating(), without=other) as (_, port):
        of = settings(port, encryption="none", user="report")
        with pytest.raises(NotSent) as refused:
            server(of, password).send("d@x.example", ID, WORDS, NOW)
    assert refused.value.key == "login"
    assert refused.value.words in ("what is …?", "what is … …?")


def test_no_server_at_all_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSent) as refused:
        server(settings(port, encryption="none")).send("d@x.example", ID, WORDS, NOW)
    assert (refused.value.key, refused.value.again) == ("unreachable", True)


class Receiver(QuietHandler):
    """Keeps what was posted, and answers with the next of `answers`."""

    posted: list[tuple[str, dict[str, str], bytes]] = []  # noqa: RUF012  (made anew by each test)
    answers: list[tuple[int, bytes]] = []  # noqa: RUF012  (the same)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.posted.append((self.path, headers, body))
        status, text = self.answers.pop(0) if self.answers else (200, b"{}")
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "https://localhost:1/elsewhere")
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture
def receiver() -> type[Receiver]:
    fields: dict[str, object] = {"posted": [], "answers": []}
    return type("OneReceiver", (Receiver,), fields)


def test_line_is_told_under_a_retry_key_and_what_it_took_before_is_sent(
    chain: Path, pem: str, receiver: type[Receiver]
) -> None:
    receiver.answers = [
        (200, b"{}"),
        (409, b'{"message":"accepted before"}'),
        (429, b'{"message":"You have reached your monthly limit."}'),
        (401, b'{"message":"Authentication failed my token"}'),
        (400, b"<html>"),
        (500, b"[" * 9000),
    ]
    outcomes, words = [], list[str]()
    with TlsServer(chain, receiver) as url:
        service = LineService(Line(address=url + "/v2/bot/message/push", authority=pem), "my token")
        for _ in range(6):
            try:
                outcomes.append(("sent", service.send("U" + "0" * 32, ID, "ข้อความ").code))
            except NotSent as error:
                outcomes.append((error.key, error.again))
                words.append(error.words)
    assert outcomes == [
        *(("sent", 200), ("sent", 409), ("quota", True)),
        *(("token", True), ("recipient", False), ("later", True)),
    ]
    assert not any("my token" in said for said in words)
    path, headers, body = receiver.posted[0]
    assert path == "/v2/bot/message/push"
    assert headers["authorization"] == "Bearer my token"
    assert {posted[1]["x-line-retry-key"] for posted in receiver.posted} == {ID}
    assert json.loads(body) == {
        "to": "U" + "0" * 32,
        "messages": [{"type": "text", "text": "ข้อความ"}],
    }


def test_a_webhook_is_signed_follows_no_redirect_and_shows_nothing_of_the_answer(
    chain: Path, pem: str, receiver: type[Receiver]
) -> None:
    receiver.answers = [(204, b""), (302, b"secret of another machine"), (410, b"")]
    told = Told(site="dindaeng", topic="silent", text="x", link="https://r.example/")
    body = WebhookBody(type="silent.began", timestamp=NOW.isoformat(), data=told)
    with TlsServer(chain, receiver) as url:
        hook = Webhook(Line(address=url + "/hook?a=1", authority=pem), KEY)
        assert hook.send(ID, body, NOW).code == 204
        for code, again in ((302, True), (410, False)):
            with pytest.raises(NotSent) as refused:
                hook.send(ID, body, NOW)
            assert (refused.value.code, refused.value.again) == (code, again)
            assert refused.value.words == ""
    path, headers, posted = receiver.posted[0]
    assert path == "/hook?a=1"
    assert headers["webhook-id"] == ID
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert headers["webhook-signature"] == signature(KEY, ID, headers["webhook-timestamp"], posted)
    assert json.loads(posted)["data"]["topic"] == "silent"


def test_what_speaks_no_http_is_not_repeated_either(chain: Path, pem: str) -> None:
    """An address may be another machine's: what that one says is for nobody here to read."""

    class Postbox(QuietHandler):
        def handle(self) -> None:
            self.raw_requestline = self.rfile.readline()
            self.parse_request()
            self.rfile.read(int(self.headers["Content-Length"]))
            self.wfile.write(b"* OK imap.internal, version 1.2\r\n")

    told = Told(site="dindaeng", topic="silent", text="x", link="https://r.example/")
    body = WebhookBody(type="silent.began", timestamp=NOW.isoformat(), data=told)
    with TlsServer(chain, Postbox) as url, pytest.raises(NotSent) as refused:
        Webhook(Line(address=url, authority=pem), KEY).send(ID, body, NOW)
    assert (refused.value.key, refused.value.words) == ("garbage", "BadStatusLine")


def test_a_signature_is_the_one_of_the_standard() -> None:
    """The example of Standard Webhooks' own libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    body = b'{"test": 2432232314}'
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert made == expected


@pytest.mark.parametrize("key", ["", "whsec_", "AAAA", "whsec_not base64!", "QUFB" * 40])
def test_a_key_that_is_too_short_or_none_is_refused(key: str) -> None:
    with pytest.raises(BadTransport):
        webhook_key(key)


def test_the_offices_proxy_is_gone_through(
    chain: Path, pem: str, receiver: type[Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.proxies.proxy_bypass", lambda _host: False)
    with TlsServer(chain, receiver) as url, office_proxy("clerk:p@ss") as (port, proxy):
        through = Line(address=url, authority=pem, proxy=f"http://clerk:p%40ss@localhost:{port}")
        assert through.post(b"x", {})[0] == 200
        with pytest.raises(NotSent) as refused:
            Line(address=url, authority=pem, proxy=f"http://nobody@localhost:{port}").post(b"x", {})
        assert proxy.stdout is not None
        assert "known" in proxy.stdout.readline()
    assert refused.value.key == "proxy"
    assert len(receiver.posted) == 1
    for way in ("socks5://x", f"https://localhost:{url.rpartition(':')[2]}"):
        with pytest.raises(NotSent, match="proxy"):
            Line(address=url, authority=pem, proxy=way).post(b"x", {})
