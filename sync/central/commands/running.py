"""Commands that set a central up and run it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from kiosk.language import counted
from kiosk.loglines import VARIABLE, LogLevel, log_while_running
from sync.central.commands.context import (
    NOT_NOW,
    USAGE,
    WRONG,
    data_folder,
    errors,
    fail,
    now,
    opened,
)
from sync.central.commands.migration import say_migrating
from sync.central.environment import variable

app = typer.Typer()

_OWN_LOGIN = "`useradd --system kiosk-central`, `chown -R kiosk-central: FOLDER`"
_HTTPS = "https:// alone: 443"
Host = Annotated[
    str,
    typer.Option(
        help="Address to listen on; 0.0.0.0: every one of this machine.",
        envvar=variable("host"),
    ),
]
Port = Annotated[
    int,
    typer.Option(
        min=0,
        max=65535,
        help=f"As in the address of `init`; {_HTTPS}. 0: any free port.",
        envvar=[variable("port"), "PORT"],
    ),
]
TlsCert = Annotated[
    Path | None,
    typer.Option(
        help="Certificate chain, PEM. With --behind-proxy and without --tls-key: the one that the "
        "proxy shows, to be named at terminals and watched.",
        envvar=variable("tls-cert"),
    ),
]
TlsKey = Annotated[
    Path | None, typer.Option(help="Its private key, PEM.", envvar=variable("tls-key"))
]
BehindProxy = Annotated[
    str,
    typer.Option(
        help="Addresses or networks of proxies, with commas between: what these say of who asks "
        "(X-Forwarded-For, -Proto, -Host) is believed.",
        envvar=variable("behind-proxy"),
    ),
]
InsecureHttp = Annotated[
    bool,
    typer.Option(
        "--insecure-http",
        help="Serve beyond this machine without TLS: everybody on the way reads passwords.",
        envvar=variable("insecure-http"),
    ),
]
NumberOfWorkers = Annotated[
    int,
    typer.Option(min=1, max=64, help="Processes that answer.", envvar=variable("workers")),
]


@app.command()
def init(
    site: Annotated[
        str, typer.Option(help="Short id of the office.", envvar=variable("site"))
    ] = "dindaeng",
    name: Annotated[
        str, typer.Option(help="The office's name on the report.", envvar=variable("name"))
    ] = "สำนักงานเขตดินแดง",
    database: Annotated[
        str,
        typer.Option(
            help="postgresql+psycopg://…; empty: SQLite in the data folder.",
            envvar=variable("database"),
        ),
    ] = "",
    url: Annotated[
        str, typer.Option(help="The address terminals will use.", envvar=variable("url"))
    ] = "http://127.0.0.1:8765",
    served: Annotated[
        bool, typer.Option("--served", help="Something else serves it, as the packages do.")
    ] = False,
) -> None:
    """Make the data folder, the keys and the database.

    Example: kiosk-central init --site dindaeng --url https://report.example.go.th
    """
    from sync.central.usecases.accounts import add_account
    from sync.central.usecases.installation import set_up
    from sync.central.viewer import ROLES

    made_at = now()
    with errors():
        set_up(data_folder(), site, name, database, url)
    typer.echo(f"Made {data_folder()} for {site} ({name}).")
    with opened() as central:
        password = add_account(central, "init", "it", "IT", (ROLES["it"],), made_at)
    typer.echo(f"First account: it, first password {password}")
    then = "" if served else ", then kiosk-central serve"
    typer.echo(f"Next: kiosk-central officers import FILE.csv{then}")
    typer.echo("To read scores: kiosk-central accounts add NAME --role director")


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8765,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    behind_proxy: BehindProxy = "",
    insecure_http: InsecureHttp = False,
    workers: NumberOfWorkers = 1,
    log_level: Annotated[
        LogLevel, typer.Option(help="What is said on standard error.", envvar=VARIABLE)
    ] = LogLevel.INFO,
) -> None:
    """Serve terminals and the report.

    Beyond this machine only with TLS: give --tls-cert and --tls-key, or put a proxy in front and
    name it (--behind-proxy). Each setting of central.toml can stand in the environment too, such as
    KIOSK_CENTRAL_DATABASE.

    Example: kiosk-central serve --host 0.0.0.0 --port 443 --tls-cert cert.pem --tls-key key.pem
    """
    _require_tls(host, tls_cert, tls_key, behind_proxy, insecure_http)
    log_while_running(log_level)
    now()  # not on a day that can't be
    with shared_figures(workers):
        from sync.central.serving import ServeError, Service, serve_until_ended
        from sync.central.web.proxies import networks

        try:
            proxies = networks(behind_proxy)
        except ValueError as error:
            fail(f"--behind-proxy: {error}", USAGE)
        service = Service(
            host=host,
            port=port,
            tls_cert=tls_cert,
            tls_key=tls_key,
            proxies=proxies,
            workers=workers,
            beyond_this_machine=bool(behind_proxy) or not _loopback(host),
        )
        with opened(migrating=say_migrating([])) as central:
            try:
                serve_until_ended(central, service, typer.echo)
            except ServeError as error:
                fail(str(error), NOT_NOW)


@contextmanager
def shared_figures(workers: int) -> Iterator[None]:
    """Where several processes keep their figures, so that each can sum them. The library looks for
    the place when it is imported."""
    if workers == 1:
        yield
        return
    with TemporaryDirectory(prefix="kiosk-central-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


@app.command()
def autostart(
    host: Host = "127.0.0.1",
    port: Port = 8765,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    behind_proxy: BehindProxy = "",
    insecure_http: InsecureHttp = False,
    workers: NumberOfWorkers = 1,
) -> None:
    """Print a systemd unit that serves the report from the machine's start on.

    Needs a data folder that belongs to a login name of central's own.

    Example: runuser -u kiosk-central -- kiosk-central autostart >
    /etc/systemd/system/kiosk-central.service
    """
    from kiosk.files import owner
    from sync.central.autostart import unit
    from sync.central.settings import load

    _require_tls(host, tls_cert, tls_key, behind_proxy, insecure_http)
    options = ["--host", host]
    if behind_proxy:
        options += ["--behind-proxy", behind_proxy]
    if insecure_http:
        options += ["--insecure-http"]
    if workers > 1:
        options += ["--workers", str(workers)]
    if tls_cert:
        options += ["--tls-cert", str(tls_cert.absolute())]
    if tls_key:
        options += ["--tls-key", str(tls_key.absolute())]
    folder = data_folder().absolute()
    with errors():
        settings = load(folder)
        user = owner(folder)
    if user == "root":
        remedy = f"give it to a login name of its own: {_OWN_LOGIN}"
        fail(f"{folder}: belongs to root; {remedy}", USAGE)
    program = Path(sys.argv[0]).absolute()
    backups = settings.backups_folder.absolute() if settings.backups else None
    typer.echo(unit(program, folder, user, port, options, backups), nl=False)


@app.command()
def stick(
    folder: Annotated[Path, typer.Argument(help="Where the stick is, such as /media/usb.")],
) -> None:
    """Take what terminals without a network put on a stick, and leave central's answers.

    One stick serves any number of terminals: `kiosk stick FOLDER` at each, then here, then round
    again.

    Example: kiosk-central stick /media/usb
    """
    from sync.central.stick import visit

    if not folder.is_dir():
        fail(f"{folder}: no such folder (is the stick in?)", USAGE)
    with opened() as central:
        visits = visit(central, folder)
    if not visits:
        fail(f"{folder}: nothing from a terminal; run `kiosk stick` there first", USAGE)
    for one in visits:
        answers = counted(one.answered, "answer", "answers")
        typer.echo(f"{one.file}: {one.trouble or one.refused or answers}")
    if any(one.answered for one in visits):
        typer.echo(f"Next: carry it back, and run there: kiosk stick {folder}")
    if any(one.trouble or one.refused for one in visits):
        fail("not everything was taken; what was not stays due there", WRONG)


@app.command("seed-demo")
def seed_demo(
    days: Annotated[int, typer.Option(min=1, max=800, help="How many days back.")] = 365,
) -> None:
    """Fill a fresh central with a year of invented data for 50 officers, to look at every page.

    Example: kiosk-central --data /tmp/demo init && kiosk-central --data /tmp/demo seed-demo
    """
    from sync.central.demo import NotEmpty, seed

    with opened() as central, typer.progressbar(length=days, label="Inventing days") as bar:
        try:
            accounts = seed(central, now(), lambda done, _all: bar.update(done - bar.pos), days)
        except NotEmpty as error:
            fail(str(error), USAGE)
    for account, password in accounts:
        typer.echo(f"{account:<12} first password {password}")
    typer.echo("Next: kiosk-central serve, and sign in as one of them")


def _require_tls(
    host: str, cert: Path | None, key: Path | None, proxy: str, insecure: bool
) -> None:
    """Beyond this machine without TLS only where somebody has named a proxy, or the danger. A
    proxy's certificate needs no key here."""
    if (key and not cert) or (cert and not key and not proxy):
        fail("--tls-cert and --tls-key go together", USAGE)
    if cert is None and not _loopback(host) and not proxy and not insecure:
        ways = "behind a proxy with TLS --behind-proxy ADDRESS, without TLS --insecure-http"
        fail(f"{host} is beyond this machine: give --tls-cert and --tls-key; {ways}", USAGE)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
