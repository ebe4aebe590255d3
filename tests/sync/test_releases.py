"""What a terminal refuses as a release: everything that its publisher did not sign for it, now."""

import hashlib
import io
import lzma
import platform
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from kiosk.releases import Releases
from sync.messages import Manifest, NextPublisher
from sync.publisher import followed, hand_over
from sync.releasefile import BadRelease, signed
from sync.signing import public_text
from sync.updating import install_file

RUNNING = "1.2.0"
KEY = Ed25519PrivateKey.generate()
STRANGER = Ed25519PrivateKey.generate()
Entries = list[tuple[tarfile.TarInfo, bytes]]


def plain(name: str, content: bytes = b"x") -> tuple[tarfile.TarInfo, bytes]:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    return entry, content


def odd(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry, b""


def archive(entries: Entries) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for entry, content in entries:
            tar.addfile(entry, io.BytesIO(content))
    return lzma.compress(out.getvalue(), preset=0)


GOOD = archive([plain("bin/kiosk", b"print()\n"), plain("lib/a.py")])


def manifest(payload: bytes = GOOD, **changes: object) -> Manifest:
    whole = Manifest(
        name="kiosk-terminal",
        version="1.3.0",
        commit="3e2cbda",
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        machine=platform.machine(),
        payload=hashlib.sha256(payload).hexdigest(),
        size=len(payload),
        unpacked=1000,
        files=5,
    )
    return replace(whole, **changes)


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    (tmp_path / "terminal").mkdir()
    return Releases(tmp_path / "terminal/releases")


def install(releases: Releases, content: bytes, running: str = RUNNING) -> str:
    """What installing this file gives; BadRelease."""
    file = releases.folder.parent / "stick.kiosk-release"
    file.write_bytes(content)
    return install_file(file, public_text(KEY), releases, running)


def test_a_release_of_the_publisher_is_installed_whole(releases: Releases) -> None:
    assert install(releases, signed(manifest(), KEY) + GOOD) == "1.3.0"
    assert releases.ready(RUNNING) == "1.3.0"
    home = releases.folder / "1.3.0"
    assert (home / "bin/kiosk").read_bytes() == b"print()\n"
    assert (home / "bin/python").resolve() == Path(sys.executable).resolve()
    assert sorted(path.name for path in releases.folder.iterdir()) == ["1.3.0", "incoming"]
    assert not list(releases.incoming.iterdir())


def _replayed_signature() -> bytes:
    lines = signed(manifest(), KEY).split(b"\n")
    return b"\n".join([*lines[:2], manifest(version="9.0.0").to_bytes(), b""]) + GOOD


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "another key": (lambda: signed(manifest(), STRANGER) + GOOD, "not signed by the publisher"),
    "a signature of another manifest": (_replayed_signature, "not signed by the publisher"),
    "no signature": (lambda: b"kiosk-release-1\n\n{}\n" + GOOD, "signature is damaged"),
    "another file": (lambda: b"#!/bin/sh\n" + GOOD, "is no release"),
    "nothing": (lambda: b"", "is no release"),
    "an older version": (lambda: signed(manifest(version="1.1.9"), KEY) + GOOD, "was here"),
    "the same version": (lambda: signed(manifest(version=RUNNING), KEY) + GOOD, "was here"),
    "a version that is none": (
        lambda: signed(manifest(version="../../1"), KEY) + GOOD,
        "manifest can't be read: version",
    ),
    "another program": (
        lambda: signed(manifest(name="kiosk-central"), KEY) + GOOD,
        "manifest can't be read: name",
    ),
    "another machine": (lambda: signed(manifest(machine="riscv64"), KEY) + GOOD, "for riscv64"),
    "another Python": (lambda: signed(manifest(python="3.14"), KEY) + GOOD, "for Python 3.14"),
    "cut off": (lambda: (signed(manifest(), KEY) + GOOD)[:-1], "bytes, and"),
    "longer than signed": (lambda: signed(manifest(), KEY) + GOOD + b"x", "bytes, and"),
    "a changed byte": (
        lambda: signed(manifest(), KEY) + GOOD[:-1] + bytes([GOOD[-1] ^ 1]),
        "not what was signed",
    ),
    "no archive": (lambda: _signed_payload(b"x" * 99), "archive is damaged"),
    "a name that leads up": (lambda: _signed([plain("a/../../b")]), "leads out of it"),
    "an absolute name": (lambda: _signed([plain("/b")]), "leads out of it"),
    "a link": (lambda: _signed([odd("a", tarfile.SYMTYPE, "/etc")]), "no plain file"),
    "a hard link": (lambda: _signed([odd("a", tarfile.LNKTYPE, "/etc/passwd")]), "no plain"),
    "a device": (lambda: _signed([odd("a", tarfile.CHRTYPE)]), "no plain file"),
    "more bytes than said": (lambda: _signed([plain("a", b"0" * 2000)]), "more than its"),
    "more files than said": (lambda: _signed([plain(f"f{n}") for n in range(6)]), "more than"),
}


def _signed_payload(payload: bytes) -> bytes:
    return signed(manifest(payload), KEY) + payload


def _signed(entries: Entries) -> bytes:
    """The publisher itself signed it: also then nothing leaves its folder."""
    return _signed_payload(archive(entries))


@pytest.mark.parametrize("name", list(REFUSED))
def test_whatever_else_is_refused_in_one_line(releases: Releases, name: str) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(BadRelease, match=reason) as refused:
        install(releases, make())
    assert "\n" not in str(refused.value)
    assert releases.installed() == ()
    assert releases.ready(RUNNING) == ""


def test_what_could_not_be_written_whole_takes_no_disk(releases: Releases) -> None:
    for _ in range(2):
        with pytest.raises(FileExistsError):  # as where the disk is full
            install(releases, _signed([plain("a"), plain("a/b")]))
        assert [path.name for path in releases.folder.iterdir()] == ["incoming"]
        assert not list(releases.incoming.iterdir())


def test_an_old_release_stays_out_after_a_newer_one_proved_itself(releases: Releases) -> None:
    install(releases, signed(manifest(version="1.4.0"), KEY) + GOOD)
    releases.switch("1.4.0")
    releases.prove()
    releases.go_back("by hand")
    with pytest.raises(BadRelease, match=r"1\.4\.0 was here already"):
        install(releases, signed(manifest(version="1.3.0"), KEY) + GOOD)
    with pytest.raises(BadRelease, match="was here already"):
        install(releases, signed(manifest(version="1.4.0", commit="0000000"), KEY) + GOOD)
    assert install(releases, signed(manifest(version="1.4.1"), KEY) + GOOD) == "1.4.1"


def test_a_release_that_was_given_up_is_not_tried_again(releases: Releases) -> None:
    content = signed(manifest(), KEY) + GOOD
    install(releases, content)
    releases.switch("1.3.0")
    assert releases.on_trial() == "1.3.0"
    assert releases.go_back("showed no screen") == ""
    assert releases.current() == ""
    assert releases.ready(RUNNING) == ""


def test_a_key_leads_to_the_next_only_by_its_own_signature() -> None:
    second, third = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    steps = (hand_over(KEY, public_text(second)), hand_over(second, public_text(third)))
    assert followed(public_text(KEY), steps) == public_text(third)
    assert followed(public_text(second), steps) == public_text(third)
    assert followed(public_text(STRANGER), steps) == public_text(STRANGER)
    forged = NextPublisher(public_key=public_text(STRANGER), proof=steps[0].proof)
    assert followed(public_text(KEY), (forged,)) == public_text(KEY)
    by_stranger = hand_over(STRANGER, public_text(STRANGER))
    assert followed(public_text(KEY), (by_stranger,)) == public_text(KEY)
