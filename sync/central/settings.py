"""Central's settings (central.toml in its data folder) and its secrets, mode 0600."""

import difflib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kiosk.domain.people import BadPerson, identifier, plain
from kiosk.domain.wording import MAX_ADDRESS, MAX_SCREEN_TEXT
from kiosk.files import lent_to_root, write_whole
from kiosk.language import in_english

FILE_NAME = "central.toml"
_NEEDED = ("site", "name", "database", "url")
_IDENTITY = ("identity_issuer", "identity_client")
_LONGEST = {
    "question_th": MAX_SCREEN_TEXT,
    "question_en": MAX_SCREEN_TEXT,
    "comment_url": MAX_ADDRESS,
}
_KEYS = (*_NEEDED, *_LONGEST, *_IDENTITY)


class SettingsError(Exception):
    """A setting or secret that can't be used; one line naming the file, the key, the remedy."""


@dataclass(frozen=True, slots=True)
class CentralSettings:
    folder: Path
    site: str
    name: str
    database: str
    url: str
    """The address terminals use; printed by `enrol`."""
    question_th: str = ""
    question_en: str = ""
    comment_url: str = ""
    identity_issuer: str = ""
    """The OpenID Connect provider; empty: passwords only."""
    identity_client: str = ""


def check(site: str, name: str, database: str, url: str) -> None:
    """SettingsError when one of these can't be written; asked before anything is made."""
    values = {"site": site, "name": name, "database": database, "url": url}
    _checked("init", values)


def write(folder: Path, site: str, name: str, database: str, url: str) -> None:
    """Make the data folder, its settings and its secrets. What is there already stays."""
    check(site, name, database, url)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / FILE_NAME
    if path.exists():
        raise SettingsError(f"{folder}: is set up already")
    text = (
        "# The central report's settings.\n"
        f"site = {_quoted(site)}\n"
        f"name = {_quoted(name)}\n"
        f"database = {_quoted(database)}\n"
        f"url = {_quoted(url)}\n"
        "\n# Sent to every terminal; left empty, the terminal's own words hold.\n"
        'question_th = ""\nquestion_en = ""\ncomment_url = ""\n'
        "\n# The office's OpenID Connect provider; its secret: identity.secret, mode 0600.\n"
        'identity_issuer = ""\nidentity_client = ""\n'
    )
    for file, data in (
        ("central.key", _new_key()),
        (FILE_NAME, text.encode()),
    ):
        if not (folder / file).exists():
            write_whole(folder / file, data)


def change_database(folder: Path, database: str) -> None:
    """Name another database in the settings; the rest stays as it is."""
    path = folder / FILE_NAME
    kept = [
        f"database = {_quoted(database)}" if line.partition("=")[0].strip() == "database" else line
        for line in path.read_text("utf-8").splitlines()
    ]
    write_whole(path, ("\n".join(kept) + "\n").encode())
    load(folder)


def load(folder: Path) -> CentralSettings:
    """The settings; SettingsError when they are missing or wrong."""
    path = folder / FILE_NAME
    if name := lent_to_root(folder):
        raise SettingsError(f"{folder}: belongs to {name}; begin with `runuser -u {name} --`")
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: not found; run `kiosk-central init`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: can't be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from None
    return CentralSettings(folder=folder, **_checked(path, values))


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The key that signs receipts and answers."""
    try:
        key = load_pem_private_key(_read_private(folder / "central.key"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError(
            f"{folder / 'central.key'}: is no private key; put the copy from the backup back"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{folder / 'central.key'}: is not an Ed25519 key")
    return key


def _checked(source: Path | str, values: dict[str, Any]) -> dict[str, str]:
    """All values as texts; SettingsError names `source`, the key and the remedy."""
    for key, value in values.items():
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, 1)
            remedy = f"did you mean {near[0]}?" if near else "remove it"
            raise SettingsError(f"{source}: {key}: unknown setting; {remedy}")
        if not isinstance(value, str):
            raise SettingsError(f"{source}: {key} = {value!r}: write a text in quotes")
        if any(ord(char) < 0x20 for char in value):
            raise SettingsError(f"{source}: {key}: has a control character; write one plain line")
    for key in _NEEDED:
        if not values.get(key):
            raise SettingsError(f'{source}: {key}: missing; write {key} = "…"')
    for key, longest in _LONGEST.items():
        if len(values.get(key, "")) > longest:
            raise SettingsError(f"{source}: {key}: more than {longest} characters; shorten it")
    if values.get("identity_issuer"):
        if not _is_address(values["identity_issuer"]):
            raise SettingsError(f"{source}: identity_issuer: write https://name")
        if not values.get("identity_client"):
            raise SettingsError(f"{source}: identity_client: missing; the provider gave it to you")
    try:
        identifier("site", values["site"])
        plain("name", values["name"])
    except BadPerson as error:
        raise SettingsError(f"{source}: {in_english(error)}") from None
    if not _is_address(values["url"]):
        raise SettingsError(f"{source}: url = {values['url'][:60]!r}: write https://name")
    return {key: str(value) for key, value in values.items()}


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _new_key() -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _read_private(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"{path}: others can read it; run `chmod 600 {path}`")
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
