"""Central's settings (central.toml in its data folder) and its secrets, mode 0600."""

import os
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kiosk.domain.kinds import (
    BackupKey,
    Identifier,
    Name,
    ScreenText,
    Text,
    WebAddress,
    Whole,
)
from kiosk.domain.refusal import Refusal
from kiosk.domain.wording import MAX_ADDRESS, MAX_SCREEN_TEXT
from kiosk.files import lent_to_root, write_whole
from kiosk.tomlfile import default_text, tables
from kiosk.tomlfile.tables import SettingsError, WrongSetting
from sync.central.environment import settings_in

FILE_NAME = "central.toml"
_SQLITE = "sqlite:///"
OWN_DATABASE = f"{_SQLITE}central.db"
"""The address of SQLite in the data folder, wherever that is: a copied folder has its own."""


class CentralSettings(NamedTuple):
    """Everything in central.toml. Empty words: each terminal's own."""

    site: Annotated[str, Identifier(), "the office's id"]
    name: Annotated[str, Name(), "the office's name"]
    database: Annotated[
        str, Text(least=1), "its address: sqlite:///FILE (in this folder) or postgresql://..."
    ]
    url: Annotated[
        str, WebAddress(MAX_ADDRESS, needed=True, whole=True), "the address terminals use"
    ]
    moves_to: Annotated[
        str,
        WebAddress(MAX_ADDRESS, whole=True),
        "the address that takes the place of url: terminals try it at night; empty: none",
    ] = ""
    question_th: Annotated[
        str, ScreenText(MAX_SCREEN_TEXT, least=0), "sent to every terminal; empty: its own"
    ] = ""
    question_en: Annotated[str, ScreenText(MAX_SCREEN_TEXT, least=0), "the same in English"] = ""
    comment_url: Annotated[
        str, WebAddress(MAX_ADDRESS), "of the code on the thank-you screen; empty: its own"
    ] = ""
    identity_issuer: Annotated[
        str,
        WebAddress(MAX_ADDRESS),
        "the OpenID Connect provider, its secret in identity.secret, mode 0600; empty: passwords",
    ] = ""
    identity_ca: Annotated[
        str,
        Text(),
        "the file of the provider's own certificate authority (PEM); empty: the machine's",
    ] = ""
    zone: Annotated[
        str, Text(), 'the time zone of pages, papers and commands; "": the machine\'s'
    ] = "Asia/Bangkok"
    backups: Annotated[
        str,
        Text(),
        "the folder of each night's backup (central-DATE.zip), best another machine's; empty: none",
    ] = ""
    backup_key: Annotated[
        str,
        BackupKey(),
        "the public half of the office's key, by `kiosk-central backup-key new`; empty: not sealed",
    ] = ""
    backup_command: Annotated[
        str,
        Text(),
        'takes each night\'s backup away, such as "rsync {file} backup@host:kiosk/"; empty: none',
    ] = ""
    proxy: Annotated[
        str,
        Text(),
        "the office's HTTP proxy, for LINE and webhooks: http://NAME:PORT; empty: HTTPS_PROXY",
    ] = ""
    disk_reserve: Annotated[int, Whole(100, 1_000_000), "MiB to stay free; less is an alarm"] = 2000
    identity_client: Annotated[str, Text(), "what the provider knows this report as"] = ""
    security_contact: Annotated[
        str, Text(), "whom to tell of a weakness (security.txt): an address of mail or of a page"
    ] = ""
    connections: Annotated[
        int, Whole(2, 500), "to PostgreSQL, at most, of each process that serves"
    ] = 15
    prepare_threshold: Annotated[
        int,
        Whole(0, 1000),
        "uses of a statement until PostgreSQL prepares it; 0: never, as PgBouncer may need",
    ] = 5
    folder: Path = Path()
    """Where the file lies."""

    @property
    def backups_folder(self) -> Path:
        return self.folder / self.backups


def check(site: str, name: str, database: str, url: str) -> CentralSettings:
    """The settings that `init` writes; SettingsError when one of the values can't be used."""
    values = {"site": site, "name": name, "database": database, "url": url}
    return _settings(values, Path("init"))


def write(folder: Path, site: str, name: str, database: str, url: str) -> None:
    """Make the data folder, its settings and its secrets. What is there already stays."""
    settings = check(site, name, database, url)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / FILE_NAME
    if path.exists():
        raise SettingsError(f"{folder}: is set up already")
    text = "# The central report's settings.\n" + default_text.text(
        CentralSettings, settings._asdict()
    )
    for file, data in (("central.key", _new_key()), (FILE_NAME, text.encode())):
        if not (folder / file).exists():
            write_whole(folder / file, data)


def change_database(folder: Path, database: str) -> None:
    """Name another database in the settings; the rest stays as it is."""
    change(folder, "database", database)


def change(folder: Path, name: str, value: str) -> None:
    """Give one setting another value; the rest stays as it is. SettingsError."""
    from kiosk.tomlfile import editing

    path = folder / FILE_NAME
    file = editing.read(path)
    document = editing.parsed(file.text)
    document[name] = value
    editing.write(path, file._replace(text=document.as_string()))
    load(folder)


def load(folder: Path) -> CentralSettings:
    """The settings; SettingsError when they are missing or wrong."""
    path = folder / FILE_NAME
    if name := lent_to_root(folder):
        raise SettingsError(f"{folder}: belongs to {name}; begin with `runuser -u {name} --`")
    text = tables.text_of(path, init="kiosk-central init")
    values = tables.tables(text, path)
    settings = _settings(values, path, text)
    if variables := settings_in(os.environ, CentralSettings):
        settings = _settings(values | variables, Path(f"{path} and KIOSK_CENTRAL_…"))
    return settings._replace(folder=folder, database=located(folder, settings.database))


def located(folder: Path, database: str) -> str:
    """A database's address from anywhere: a file without a path is in the data folder."""
    if not database.startswith(_SQLITE):
        return database
    return f"{_SQLITE}{(folder / database.removeprefix(_SQLITE)).absolute()}"


def _settings(values: dict[str, Any], path: Path, text: str = "") -> CentralSettings:
    try:
        settings = tables.table(CentralSettings, values)
        if settings.identity_issuer and not settings.identity_client:
            raise WrongSetting("identity_client", Refusal("client_missing"))
    except WrongSetting as error:
        raise tables.wrong_setting(error, path, text) from None
    return settings


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The key that signs receipts and answers."""
    try:
        key = load_pem_private_key(read_private(folder / "central.key"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError(
            f"{folder / 'central.key'}: is no private key; put the copy from the backup back"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{folder / 'central.key'}: is not an Ed25519 key")
    return key


def _new_key() -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_private(path: Path) -> bytes:
    """A secret in a file; SettingsError where others can read it too."""
    try:
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"{path}: others can read it; run `chmod 600 {path}`")
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
