"""What `kiosk-central check` looks at: the machine, the database, the address that terminals and
browsers use, its certificate, and the age of the backups.
"""

import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from kiosk import release
from kiosk.checking import (
    Line,
    certificate_line,
    clock_line,
    disk_line,
    failure,
    fine,
    sqlite_line,
    time_sync,
    time_sync_line,
    warning,
)
from kiosk.clock import clock_state
from kiosk.language import counted
from kiosk.tomlfile.tables import SettingsError
from sync.central import settings as central_settings
from sync.central.carewords import care_words
from sync.central.settings import CentralSettings
from sync.central.usecases.central import HEAD, Central, DatabaseError
from sync.central.usecases.distributing import Laid, laid
from sync.central.usecases.installation import NoSuchSite, open_central
from sync.central.usecases.old_backups import newest_backup
from sync.central.usecases.terminals import all_terminals
from sync.central.usecases.upkeep import troubles

PATIENCE = 5.0
"""Seconds to wait for an answer at the own address."""
BACKUP_OLD, BACKUP_MISSED = 2, 7
"""Days: one night may fail; after a week nobody looks."""
_SEEN_ABOVE = ("backup_off", "disk_low")
"""Troubles that have a line of their own."""
_RENEW = "put the renewed certificate and key in their place; no restart is needed"


def central_lines(folder: Path, now: datetime) -> Iterator[Line]:
    """Everything, whatever is wrong with the rest. Writes nothing."""
    yield clock_line(now)
    yield time_sync_line(time_sync(clock_state()))
    try:
        settings = central_settings.load(folder)
    except SettingsError as error:
        yield failure("settings", str(error), "kiosk-central init, or correct the line")
        return
    yield fine("settings", "can be used")
    yield disk_line(folder)
    if settings.database.startswith("sqlite"):
        yield _sqlite_line()
    yield backup_line(settings, now.date())
    yield from address_lines(settings.url, now)
    try:
        with open_central(folder) as central:
            yield database_line(settings)
            if (tables := laid(central)) is not None:
                yield distribution_line(tables)
            yield from care_lines(central, now)
            yield from name_lines(settings, central)
            yield versions_line(release.version(), _software(central))
    except (DatabaseError, SettingsError, NoSuchSite) as error:
        says, _, remedy = str(error).rpartition("; ")
        yield failure("database", says or remedy, remedy)


def database_line(settings: CentralSettings) -> Line:
    """Of one that was opened: another encoding than UTF-8 is refused there."""
    kind = "SQLite" if settings.database.startswith("sqlite") else "PostgreSQL"
    return fine("database", f"{kind}, UTF-8, schema {HEAD}, answers")


def distribution_line(tables: Laid) -> Line:
    """Of a database with Citus. One that is distributed in part fails: Citus refuses some of what
    a page asks of both kinds of table."""
    if tables.otherwise:
        says = f"apart, or not by the office's id: {', '.join(tables.otherwise)}"
        remedy = "run undistribute_table() on each in psql, then kiosk-central distribute"
        return failure("distribution", says, remedy)
    if tables.whole and tables.distributed:
        says = f"incomplete; not distributed: {', '.join(tables.whole)}"
        return failure("distribution", says, "kiosk-central distribute")
    if tables.whole:
        says = "this PostgreSQL has Citus, and no table is distributed"
        return warning("distribution", says, "kiosk-central distribute")
    return fine("distribution", "every table, by the office's id")


def care_lines(central: Central, now: datetime) -> Iterator[Line]:
    """What the program's own record says of its nights: a copy that lies in the folder may be
    another's, or of half a night."""
    for trouble in troubles(central, now):
        if trouble.key not in _SEEN_ABOVE:
            kind = failure if trouble.urgent else warning
            about = trouble.key.partition("_")[0]
            yield kind(about, care_words("en", trouble), "the fleet page says it too; sync/CARE.md")


def name_lines(settings: CentralSettings, central: Central) -> Iterator[Line]:
    """Where the office is called otherwise in central.toml than in the database."""
    with central.store.read(settings.site) as t:
        name = t.people.site_name()
    if name not in (None, settings.name):
        says = f"pages say {name}, central.toml says {settings.name}"
        remedy = f'kiosk-central sites rename {settings.site} "…", or correct the name in the file'
        yield warning("name", says, remedy)


def backup_line(settings: CentralSettings, today: date) -> Line:
    if not settings.backups:
        remedy = "name their folder in central.toml: backups = … ; kiosk-central backup makes one"
        return warning("backup", "no folder is named, so nobody sees how old the newest is", remedy)
    folder = settings.backups_folder
    remedy = f"kiosk-central backup {folder}/central-{today}.zip, and see to the timer that does it"
    try:
        newest = newest_backup(folder, today)
    except OSError as error:
        return failure("backup", f"{folder}: {error.strerror}", "see that the folder is there")
    if newest is None:
        return failure("backup", f"none in {folder}", remedy)
    age = (today - newest).days
    says = f"the newest is of {newest}, {counted(age, 'day', 'days')} old"
    if age <= BACKUP_OLD:
        return fine("backup", says)
    return (failure if age > BACKUP_MISSED else warning)("backup", says, remedy)


def address_lines(url: str, now: datetime) -> Iterator[Line]:
    """Whether this report is reached where the settings say, by a certificate of that name."""
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    try:
        with socket.create_connection((host, port), PATIENCE) as line:
            certificate = _certificate(line) if is_tls else b""
    except OSError as error:
        remedy = (
            f"serve it at the port of its address: kiosk-central serve --port {port} …; "
            "systemctl status kiosk-central; or correct url in central.toml"
        )
        yield failure("address", f"{url}: {error.strerror or error}", remedy)
        return
    if is_tls:
        yield _name_line(url, host, port, certificate)
        end = x509.load_der_x509_certificate(certificate).not_valid_after_utc
        yield certificate_line(end, now, _RENEW)
    elif _is_loopback(host):
        yield fine("address", f"{url} answers, for this machine alone")
    else:
        remedy = "serve with --tls-cert and --tls-key, and write https:// as url in central.toml"
        yield failure("address", f"{url}: anybody on the way reads and changes it", remedy)


def versions_line(own: str, others: Counter[str]) -> Line:
    """`others`: how many active terminals have which version."""
    total = counted(others.total(), "terminal", "terminals")
    different = others.total() - others[own]
    if not different:
        return fine("version", f"{own}, as on {total}" if others else own)
    named = ", ".join(f"{count} with {version}" for version, count in sorted(others.items()))
    remedy = "install the same release on the terminals"
    return warning("version", f"{own} here; of {total}: {named}", remedy)


def _software(central: Central) -> Counter[str]:
    active = (one for one in all_terminals(central) if one.software)
    return Counter(one.software.removeprefix("kiosk ") for one in active)


def _certificate(line: socket.socket) -> bytes:
    """What is shown to a caller, as DER, whoever made it. OSError where none is."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(line) as tls:
        return tls.getpeercert(binary_form=True) or b""


def _name_line(url: str, host: str, port: int, certificate: bytes) -> Line:
    """Whether the certificate is one of that name; who made it, each terminal asks itself."""
    context = ssl.create_default_context(cadata=certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        with (
            socket.create_connection((host, port), PATIENCE) as line,
            context.wrap_socket(line, server_hostname=host),
        ):
            return fine("address", f"{url} answers, with a certificate of that name")
    except ssl.SSLCertVerificationError as error:
        remedy = f"get a certificate for {host}, or write its name as url in central.toml"
        return failure("address", f"{url}: {error.verify_message}", remedy)
    except OSError as error:
        return failure("address", f"{url}: {error}", "systemctl status kiosk-central")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sqlite_line() -> Line:
    import pysqlite3.dbapi2 as sqlite

    return sqlite_line(sqlite.sqlite_version_info)
