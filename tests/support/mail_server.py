"""A mail server on this machine, as an office has one: with TLS from the start, STARTTLS, or in the
open; what it took is in `letters`."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class MailHandler:
    """Takes everything but for who is in `refused`, each with the server's answer."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self.refused: dict[str, str] = {}
        self.logins: list[tuple[str, str]] = []

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's own)
        self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  (aiosmtpd's own)
        self, _server: SMTP, _session: Any, envelope: Any
    ) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.extend((to, letter) for to in envelope.rcpt_tos)
        return "250 taken"

    def login(
        self, _server: Any, _session: Any, _envelope: Any, _way: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"right password", handled=False)


@contextmanager
def mail_server(
    chain: Path | None,
    *,
    from_the_start: bool = True,
    handler: MailHandler | None = None,
    without: str = "",
) -> Iterator[tuple[MailHandler, int]]:
    """What it took, and its port on localhost. `chain`: certificate and key; None: in the open.
    `without`: a way to sign in that it does not know."""
    handler, port, ended = handler or MailHandler(), Future[int](), Future[None]()
    context = None
    if chain is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
    later = None if from_the_start else context

    def protocol() -> SMTP:
        return SMTP(
            handler,
            hostname="localhost",
            tls_context=later,
            require_starttls=later is not None,
            authenticator=handler.login,
            auth_require_tls=False,
            auth_exclude_mechanism=[without],
        )

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        implicit = context if from_the_start else None
        async with await loop.create_server(protocol, "127.0.0.1", 0, ssl=implicit) as server:
            port.set_result(server.sockets[0].getsockname()[1])
            await asyncio.wrap_future(ended)

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    try:
        yield handler, port.result()
    finally:
        ended.set_result(None)
        thread.join()
