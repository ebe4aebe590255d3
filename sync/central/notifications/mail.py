"""By mail: SMTP with TLS from the start, with STARTTLS, or in the open (RFC 5321, 3207, 8314).

The standard library speaks all of it; aiosmtplib would be one more thing to keep up.
"""

import smtplib
import socket
import ssl
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from sync.central.notifications.composing import Composed
from sync.central.notifications.sending import (
    LONGEST_SECONDS,
    STEP_SECONDS,
    NotSent,
    Sent,
    ended_after,
    fault_of,
    readable_words,
    secured,
    trusted,
)
from sync.central.notifying import Encryption
from sync.central.transports import MailSettings

MOST_SAID = 100_000
"""Bytes that a server says to one message."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The office's mail server. `here`: how this machine calls itself."""

    settings: MailSettings
    secret: str
    here: str
    step: float = STEP_SECONDS
    longest: float = LONGEST_SECONDS

    def send(self, to: str, id: str, composed: Composed, now: datetime) -> Sent:
        """NotSent. With figures only where the way is encrypted."""
        message = built(self.settings, to, id, self.here, composed, now)
        smtp = _Smtp(timeout=self.step, local_hostname=self.here)
        try:
            with ended_after(self.longest, smtp):
                try:
                    return self._send(smtp, to, message, needs_tls=bool(composed.files))
                finally:
                    smtp.close()  # without waiting for a goodbye
        except smtplib.SMTPException as error:
            raise self._judged(error) from None
        except OSError as error:
            raise fault_of(error) from None
        except (ValueError, UnicodeError, IndexError) as error:
            raise NotSent("garbage", words=str(error), all_of_it=True) from None

    def _send(self, smtp: "_Smtp", to: str, message: EmailMessage, *, needs_tls: bool) -> Sent:
        settings = self.settings
        if settings.encryption == Encryption.TLS:
            smtp.context = trusted(settings.authority)
        code, words = smtp.connect(settings.host, settings.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        if settings.encryption == Encryption.STARTTLS:
            smtp.ehlo_or_helo_if_needed()
            if not smtp.has_extn("starttls"):
                raise NotSent("no_tls", all_of_it=True)
            smtp.change_to_tls(settings.host, trusted(settings.authority))
        if needs_tls and not isinstance(smtp.sock, ssl.SSLSocket):
            raise NotSent("no_tls", again=False)
        if settings.user:
            smtp.login(settings.user, self.secret)
        smtp.send_message(message, settings.sender, [to])
        code, words = smtp.answer
        return Sent(code, readable_words(words.decode("utf-8", "replace")))

    def _judged(self, error: smtplib.SMTPException) -> NotSent:
        """What a server's refusal means; 5xx is its last word (RFC 5321, 4.2.1)."""
        code, words = _code_and_words(error)
        for form in self._forms_of_secret():
            words = words.replace(form, "…")
        is_final = code >= 500
        match error:
            case smtplib.SMTPAuthenticationError() | smtplib.SMTPNotSupportedError():
                return NotSent("login", code=code, words=words, all_of_it=True)
            case smtplib.SMTPRecipientsRefused():
                key = "recipient" if is_final else "later"
                return NotSent(key, code=code, words=words, again=not is_final)
            case smtplib.SMTPSenderRefused():
                return NotSent("sender", code=code, words=words, all_of_it=True)
            case smtplib.SMTPDataError():
                key = "refused" if is_final else "later"
                return NotSent(key, code=code, words=words, again=not is_final)
            case smtplib.SMTPServerDisconnected():
                return NotSent("slow", words=words, all_of_it=True)
        return NotSent("garbage", code=code, words=words, all_of_it=True)

    def _forms_of_secret(self) -> list[str]:
        """As it stands in what is said to sign in (RFC 4616, and LOGIN): some servers repeat it."""
        if not self.secret:
            return []
        plain = f"\0{self.settings.user}\0{self.secret}"
        coded = [b64encode(form.encode()).decode() for form in (plain, self.secret)]
        return [*coded, self.secret]


class _Answers:
    """What a server says, up to so much: `smtplib` gathers the lines of an answer without end."""

    def __init__(self, lines: Any) -> None:
        self._lines, self._left = lines, MOST_SAID

    def readline(self, most: int) -> bytes:
        line: bytes = self._lines.readline(most)
        self._left -= len(line)
        if self._left < 0:
            raise ValueError("too much")
        return line

    def close(self) -> None:
        self._lines.close()


class _Smtp(smtplib.SMTP):
    """Has its socket before the handshake, so that it can be ended in it; and remembers what the
    server said to the whole message."""

    context: ssl.SSLContext | None = None
    answer: tuple[int, bytes] = (0, b"")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = self.sock = socket.create_connection((host, port), timeout)
        if self.context is None:
            return line
        return self._secured(line, host, self.context)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Answers(self.sock.makefile("rb"))
        return super().getreply()

    def change_to_tls(self, host: str, context: ssl.SSLContext) -> None:
        """As `starttls` does; what the server said before counts no more (RFC 3207, 4.2)."""
        code, words = self.docmd("STARTTLS")
        if code != 220 or self.sock is None:
            raise smtplib.SMTPResponseException(code, words)
        self._secured(self.sock, host, context)
        self.file = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.answer = super().data(msg)
        return self.answer

    def _secured(self, line: socket.socket, host: str, context: ssl.SSLContext) -> socket.socket:
        tls = secured(line, context, host)
        self.sock = tls
        tls.do_handshake()
        return tls


def built(
    settings: MailSettings, to: str, id: str, here: str, composed: Composed, now: datetime
) -> EmailMessage:
    """The message, plain and as HTML. A line end in a header is refused by `email` itself."""
    message = EmailMessage(policy.SMTP)
    message["Subject"] = composed.subject
    message["From"] = Address(settings.sender_name, addr_spec=settings.sender)
    message["To"] = Address(addr_spec=to)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{id}@{settings.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = composed.language
    message.set_content(composed.text, cte="base64")
    message.add_alternative(composed.html, subtype="html", cte="base64")
    for file in composed.files:
        message.add_attachment(file.data, maintype="application", subtype="pdf", filename=file.name)
    return message


def _code_and_words(error: smtplib.SMTPException) -> tuple[int, str]:
    code, words = 0, str(error).encode()
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, answer = error.smtp_code, error.smtp_error
        words = answer.encode() if isinstance(answer, str) else answer
    return code, words.decode("utf-8", "replace")
