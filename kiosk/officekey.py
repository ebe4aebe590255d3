"""Copies that only the office's key opens, in the age format (age-encryption.org/v1).

The key is made once, printed once, and stored nowhere here: who takes this machine, or the disk
with the copies, reads none of them. Its public half seals. Other programs read the format too: the
office needs none of ours to open a copy.
"""

import io
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

import pyrage

_SECRET = re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}")
_BEGINS = b"age-encryption.org/v1\n"
NOT_SEALED = "is not sealed to any key; leave --key out if you know who wrote it"


class NotOpened(Exception):
    """A copy that this key does not open, or that is damaged; one line."""


class NoKey(Exception):
    """A text that holds no key; one line."""


def new_key() -> tuple[str, str]:
    """A secret key and its public half."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def is_sealed(file: BinaryIO) -> bool:
    """Whether a file is sealed to a key; read from its beginning, and left there."""
    begins = file.read(len(_BEGINS)) == _BEGINS
    file.seek(0)
    return begins


def secret_in(text: str) -> str:
    """The secret key in what somebody stored of it, whatever stands around, also in groups or over
    several lines as one types from paper; NoKey."""
    key = _SECRET.search("".join(text.upper().split()))
    if key is None:
        raise NoKey("holds no key; it begins with AGE-SECRET-KEY-1")
    return key[0]


def seal_file(source: BinaryIO, target: BinaryIO, public: str) -> None:
    """Write `source` into `target` so that only the key opens it. OSError."""
    try:
        pyrage.encrypt_io(source, target, [pyrage.x25519.Recipient.from_str(public)])
    except (OSError, pyrage.EncryptError) as error:
        raise _of_the_disk(error) or OSError(str(error)) from None


@contextmanager
def sealing(target: BinaryIO, public: str) -> Iterator[BinaryIO]:
    """What is written into the file that this gives comes into `target` sealed, piece by piece. It
    is whole only after the block. OSError."""
    reading, writing = os.pipe()
    errors: list[BaseException] = []

    def seal() -> None:
        with os.fdopen(reading, "rb") as source:
            try:
                seal_file(source, target, public)
            except BaseException as error:  # noqa: BLE001  (raised again below: nothing passes for whole)
                errors.append(error)

    thread = threading.Thread(target=seal, name="sealing")
    thread.start()
    pipe = os.fdopen(writing, "wb")
    try:
        yield cast("BinaryIO", _Stream(pipe))
        pipe.close()
    except BrokenPipeError:
        pass  # the other side ended first: its own error says why
    finally:
        with suppress(BrokenPipeError):
            pipe.close()
        thread.join()
    if errors:
        raise errors[0]


class _Stream(io.RawIOBase):
    """A pipe to write into; zipfile asks a file where it stands, and a pipe can't say."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # the stub wants Any buffer
        return self._pipe.write(data)

    def flush(self) -> None:
        self._pipe.flush()


def open_sealed(source: BinaryIO, target: BinaryIO, secret: str) -> None:
    """Write what `source` has sealed into `target`, and go back to its beginning. NotOpened:
    nothing of `target` is to be believed."""
    try:
        identity = pyrage.x25519.Identity.from_str(secret)
    except pyrage.IdentityError:
        raise NotOpened("the key is mistyped") from None
    try:
        pyrage.decrypt_io(source, target, [identity])
    except pyrage.DecryptError as error:
        if of_disk := _of_the_disk(error):
            raise of_disk from None
        if "No matching keys" in str(error):
            raise NotOpened("is sealed to another key") from None
        raise NotOpened(f"is damaged or cut off ({error})") from None
    except OSError as error:
        if of_disk := _of_the_disk(error):
            raise of_disk from None
        raise NotOpened(f"is damaged or cut off ({error})") from None
    target.seek(0)


def _of_the_disk(error: Exception) -> OSError | None:
    """pyrage makes a text of what a file raised; None: it was none of a file's."""
    number = re.search(r"\[Errno (\d+)\]", str(error))
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else None
