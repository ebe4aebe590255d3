"""The `kiosk-central` command: everything an IT clerk does with the central report."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kiosk.clock import ClockImplausible, SystemClock, require_plausible
from kiosk.domain.refusal import Refusal, excerpt
from kiosk.language import counted
from sync.central.language import in_english
from sync.central.usecases.accounts import add_account, disable_account, new_password, roles_of
from sync.central.usecases.audit import read_tally
from sync.central.usecases.people import all_officers, import_officers, retire_officer
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.sites import add_site, all_sites, find_site
from sync.central.usecases.terminals import (
    all_terminals,
    find_terminal,
    invite_terminal,
    read_fleet,
    release_terminal,
)
from sync.central.usecases.tickets import import_tickets
from sync.central.usecases.verification import first_disagreement

if TYPE_CHECKING:
    from sync.central.usecases.central import Central

WRONG, USAGE, NOT_NOW = 1, 2, 3
_EPILOG = (
    "Exit codes: 0 done; 1 something is wrong that a person must look at; "
    "2 bad use or bad settings; 3 not now (disk, database, network): try again."
)

app = typer.Typer(
    name="kiosk-central",
    help="The central report: set it up, serve it, enrol terminals, keep the roster.\n\n"
    "Start with `kiosk-central init`, then `serve`, then `enrol` for each terminal.",
    epilog=_EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
officers_app = typer.Typer(help="The roster that terminals receive.", no_args_is_help=True)
terminals_app = typer.Typer(help="The terminals of this site.", no_args_is_help=True)
tickets_app = typer.Typer(help="Tickets of the queue system.", no_args_is_help=True)
app.add_typer(officers_app, name="officers")
app.add_typer(terminals_app, name="terminals")
accounts_app = typer.Typer(help="Who may sign in to the report.", no_args_is_help=True)
sites_app = typer.Typer(help="The offices in this central.", no_args_is_help=True)
app.add_typer(tickets_app, name="tickets")
app.add_typer(accounts_app, name="accounts")
app.add_typer(sites_app, name="sites")


Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")]
TlsCert = Annotated[Path | None, typer.Option(help="Certificate chain, PEM.")]
TlsKey = Annotated[Path | None, typer.Option(help="Its private key, PEM.")]


class _Chosen:
    path = Path()
    site = ""


@app.callback()
def _options(
    data: Annotated[
        Path | None,
        typer.Option(help="The data folder.", envvar="KIOSK_CENTRAL_DATA", show_default=False),
    ] = None,
    site: Annotated[
        str, typer.Option(help="Which office, where there are several.", show_default=False)
    ] = "",
) -> None:
    _Chosen.site = site
    root = os.geteuid() == 0
    default = Path("/var/lib/kiosk-central" if root else "~/.local/share/kiosk-central")
    _Chosen.path = data or default.expanduser()


@app.command()
def init(
    site: Annotated[str, typer.Option(help="Short id of the office.")] = "dindaeng",
    name: Annotated[str, typer.Option(help="The office's name on the report.")] = (
        "สำนักงานเขตดินแดง"
    ),
    database: Annotated[
        str, typer.Option(help="postgresql+psycopg://…; empty: SQLite in the data folder.")
    ] = "",
    url: Annotated[str, typer.Option(help="The address terminals will use.")] = (
        "http://127.0.0.1:8765"
    ),
) -> None:
    """Make the data folder, the keys and the database.

    Example: kiosk-central init --site dindaeng --url https://report.example.go.th
    """
    from kiosk.tomlfile.tables import SettingsError
    from sync.central import settings
    from sync.central.store.engine import CentralStore
    from sync.central.viewer import ROLES

    folder, now = _Chosen.path, _now()
    with _errors():
        if (folder / settings.FILE_NAME).exists():
            raise SettingsError(f"{folder}: is set up already")
        target = database or f"sqlite:///{(folder / 'central.db').absolute()}"
        settings.check(site, name, target, url)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        store = CentralStore.create(target)
        with store.transaction(site) as t:
            t.people.put_site(name)
        store.close()
        settings.write(folder, site, name, target, url)
    typer.echo(f"Made {folder} for {site} ({name}).")
    with _open() as central, _errors():
        password = add_account(central, "init", "it", "IT", (ROLES["it"],), now)
    typer.echo(f"First account: it, first password {password}")
    typer.echo("Next: kiosk-central officers import FILE.csv, then kiosk-central serve")
    typer.echo("To read scores: kiosk-central accounts add NAME --role director")


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8765,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
) -> None:
    """Serve terminals and the report.

    Beyond this machine only with TLS: give --tls-cert and --tls-key, or put a proxy in front.
    """
    from sync.central.serving import ServeError, serve_until_ended

    _require_tls(host, tls_cert, tls_key)
    _now()  # not on a day that can't be
    with _open() as central, _errors():
        try:
            serve_until_ended(central, host, port, tls_cert, tls_key, typer.echo)
        except ServeError as error:
            _fail(str(error), NOT_NOW)


@app.command()
def autostart(
    host: Host = "127.0.0.1",
    port: Port = 8765,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
) -> None:
    """Print a systemd unit that serves the report from the machine's start on.

    Example: runuser -u kiosk-central -- kiosk-central autostart --port 8765 > FILE.service
    """
    import sys

    from kiosk.files import owner
    from sync.central.autostart import unit
    from sync.central.settings import load

    _require_tls(host, tls_cert, tls_key)
    options = ["--host", host, "--port", str(port)]
    if tls_cert and tls_key:
        options += ["--tls-cert", str(tls_cert.absolute()), "--tls-key", str(tls_key.absolute())]
    folder = _Chosen.path.absolute()
    with _errors():
        load(folder)
        whose = owner(folder)
    program = Path(sys.argv[0]).absolute()
    typer.echo(unit(program, folder, whose, options), nl=False)


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
        _fail(f"{folder}: no such folder (is the stick in?)", USAGE)
    with _open() as central, _errors():
        found = visit(central, folder)
    if not found:
        _fail(f"{folder}: nothing from a terminal; run `kiosk stick` there first", USAGE)
    for one in found:
        answers = counted(one.answered, "answer", "answers")
        typer.echo(f"{one.file}: {one.trouble or one.refused or answers}")
    if any(one.trouble or one.refused for one in found):
        _fail("not everything was taken; what was not stays due there", WRONG)


@app.command()
def enrol(
    terminal: Annotated[str, typer.Option(help="Its id, such as counter-1.")],
    counter: Annotated[str, typer.Option(help="The counter where it stands.")],
) -> None:
    """Print a one-time code (10 minutes) for one terminal, and the line to type there.

    Example: kiosk-central enrol --terminal counter-1 --counter 1
    """
    from kiosk.domain.people import BadPerson

    with _open() as central, _errors():
        known = find_terminal(central, terminal)
        try:
            code = invite_terminal(central, terminal, counter, _now())
        except BadPerson as error:
            _fail(in_english(error), USAGE)
    if known is not None:
        typer.echo(f"{terminal} is enrolled already: using this code replaces its key.")
    typer.echo(f"Code: {code}   (works once, for 10 minutes)")
    typer.echo(f"On the terminal: kiosk enrol {central.settings.url} {code}")


@officers_app.command("import")
def officers_import(
    file: Annotated[Path, typer.Argument(help="CSV UTF-8: number,name,position,section")],
) -> None:
    """Add or renew officers from a CSV file: all of them, or none when a line is wrong."""
    from kiosk.domain.rostercsv import BadRoster, parse
    from sync.central.store.people import NumberTaken

    try:
        officers = parse(file.read_bytes())
    except OSError as error:
        _fail(f"{file}: {error.strerror}", USAGE)
    except BadRoster as error:
        for problem in error.problems:
            typer.echo(f"{file}: {in_english(problem)}", err=True)
        _fail(f"{file}: nothing was imported; correct the lines above", USAGE)
    with _open() as central, _errors():
        try:
            import_officers(central, officers)
        except NumberTaken as error:
            for problem in error.problems:
                typer.echo(f"{file}: {in_english(problem)}", err=True)
            _fail(f"{file}: nothing was imported; correct the officers above", USAGE)
    imported = counted(len(officers), "officer", "officers")
    typer.echo(f"Imported {imported}; terminals receive them at their next sync.")


@officers_app.command("list")
def officers_list() -> None:
    """List the roster."""
    with _open() as central, _errors():
        officers = all_officers(central)
    for officer in officers:
        gone = "  (retired)" if officer.retired else ""
        typer.echo(f"{officer.number}\t{officer.name}\t{officer.position}\t{officer.section}{gone}")
    if not officers:
        typer.echo("No officers yet. Import them: kiosk-central officers import FILE.csv")


@officers_app.command("retire")
def officers_retire(number: Annotated[str, typer.Argument(help="The officer's number.")]) -> None:
    """Take an officer off the roster; results stay."""
    with _open() as central, _errors():
        if not retire_officer(central, number):
            _fail(in_english(Refusal("no_such_officer", number=excerpt(number))), USAGE)
    typer.echo(f"Retired {number}; terminals learn it at their next sync.")


@terminals_app.command("list")
def terminals_list() -> None:
    """List terminals: state, counter, last seen, version."""
    with _open() as central, _errors():
        known = all_terminals(central)
    for t in known:
        seen = t.seen.astimezone().isoformat(" ", "minutes") if t.seen else "never"
        typer.echo(f"{t.terminal}\t{t.state}\tcounter {t.counter}\tseen {seen}\t{t.software}")
    if not known:
        typer.echo("No terminals yet: kiosk-central enrol --terminal ID --counter C")


@terminals_app.command("compare")
def terminals_compare(
    terminal: Annotated[str, typer.Argument(help="The terminal's id.")],
) -> None:
    """Show what central has seen of a terminal, its alarms, and its parked reports.

    Example: kiosk-central terminals compare counter-1
    """
    with _open() as central, _errors():
        fleet = read_fleet(central, _now().date())
    known = next((t for t in fleet.terminals if t.terminal == terminal), None)
    if known is None:
        _fail(f"no terminal is called {terminal[:40]!r}; see kiosk-central terminals list", USAGE)
    typer.echo(f"{terminal}: {known.state}, journal seen up to entry {known.head.seq}")
    for alarm in (a for a in fleet.alarms if a.terminal == terminal):
        at = alarm.at.astimezone().isoformat(" ", "minutes")
        done = f"; settled by {alarm.settled_by}: {alarm.note}" if alarm.settled else ""
        typer.echo(f"{at}  {alarm.kind}: {alarm.detail}{done}")
    for kept in (a for a in fleet.parked if a.terminal == terminal):
        taken = "none" if kept.taken_n is None else counted(kept.taken_n, "rating", "ratings")
        parked = counted(kept.n, "rating", "ratings")
        typer.echo(f"{kept.date}  parked ({kept.answer}): {parked}; taken: {taken}")


@terminals_app.command("release")
def terminals_release(
    terminal: Annotated[str, typer.Argument(help="The terminal's id.")],
    reason: Annotated[str, typer.Option(help="What the comparison showed; stored.")],
    by: Annotated[str, typer.Option(help="Who compared; empty: who is logged in.")] = "",
) -> None:
    """Let a terminal out of quarantine once a person has compared both sides.

    Central takes the terminal's journal from where it now is; parked reports stay parked.

    Example: kiosk-central terminals release counter-1 --reason "disk replaced, backup put back"
    """
    if not reason.strip():
        _fail("--reason: say what was found; it is kept", USAGE)
    with _open() as central, _errors():
        if not release_terminal(central, terminal, by or _login(), reason.strip(), _now()):
            _fail(f"{terminal}: is not in quarantine and has no open alarm", USAGE)
    typer.echo(f"Released {terminal}; its reports come with its next sync.")


@tickets_app.command("import")
def tickets_import(
    file: Annotated[Path, typer.Argument(help="CSV UTF-8: date,counter,tickets")],
) -> None:
    """Tell how many citizens each counter served, from the queue system: all lines or none.

    Days with more ratings than tickets stand on the fleet page.
    """
    from sync.central.ticketcsv import BadTickets, parse

    try:
        rows = parse(file.read_bytes())
    except OSError as error:
        _fail(f"{file}: {error.strerror}", USAGE)
    except BadTickets as error:
        for problem in error.problems:
            typer.echo(f"{file}: {in_english(problem)}", err=True)
        _fail(f"{file}: nothing was imported; correct the lines above", USAGE)
    with _open() as central, _errors():
        count = import_tickets(central, rows)
    typer.echo(f"Imported {counted(count, 'counter-day', 'counter-days')}.")


@app.command()
def tally(
    day: Annotated[str, typer.Option("--date", help="YYYY-MM-DD; empty: today.")] = "",
    reader: Annotated[str, typer.Option(help="Who reads; written into the log.")] = "",
) -> None:
    """Print one day's raw counts per officer: for the audit role. Every read is logged."""
    from sync.central.reports.daytally import lines

    wanted = _day("--date", day) or _now().date()
    with _open() as central, _errors():
        found = read_tally(central, wanted, reader or _login(), _now())[0]
    for line in lines(found, wanted):
        typer.echo(line)


@app.command()
def publish() -> None:
    """Close the blocks that can be closed: whole weeks with ten ratings or more.

    The report does this by itself when it is opened; doing it again adds nothing. Every office's,
    or with --site one's.
    """
    today = _now().date()
    with _open() as home, _errors():
        added = sum(publish_due(central, today) for central in _offices(home))
    published = f"Published {counted(added, 'new block', 'new blocks')}."
    typer.echo(published if added else "No new block can be closed yet.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not be there yet.")],
) -> None:
    """Write everything, also the keys, into one file that either database can be restored from.

    Keep it where only IT reads it. Example: kiosk-central backup /backup/central-2026-11-23.zip
    """
    from sync.central.usecases import backup as backups

    with _open() as central, _errors():
        try:
            rows = backups.write(central.store, _Chosen.path, file, _told)
        except FileExistsError:
            _fail(f"{file}: is there already; name another file", USAGE)
        backups.check(file)
    typer.echo(f"Wrote {counted(rows, 'row', 'rows')} to {file} and read it back.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    database: Annotated[
        str, typer.Option(help="Another database than the one in the backup's settings.")
    ] = "",
) -> None:
    """Put a backup into an empty data folder and an empty database, then verify it.

    To move to PostgreSQL: back up, then restore with --database postgresql+psycopg://…
    """
    from sync.central import settings
    from sync.central.store.engine import CentralStore
    from sync.central.usecases import backup as backups

    folder = _Chosen.path
    if (folder / settings.FILE_NAME).exists():
        _fail(f"{folder}: is set up already; name an empty --data folder", USAGE)
    with _errors():
        try:
            backups.restore_files(file, folder)
            kept = settings.load(folder)
            own = kept.database.startswith("sqlite:///")
            target = database or (f"sqlite:///{(folder / 'central.db').absolute()}" if own else "")
            if target:
                settings.change_database(folder, target)
            store = CentralStore.create(target or kept.database)
            try:
                rows = backups.restore_rows(file, store, _told)
            finally:
                store.close()
        except backups.BadBackup as error:
            (folder / settings.FILE_NAME).unlink(missing_ok=True)
            _fail(str(error), WRONG)
    with _open() as home, _errors():
        _fail_where_wrong(home)
    typer.echo(f"Put back {counted(rows, 'row', 'rows')}; all agrees.")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; made when missing.")],
    period: Annotated[str, typer.Option(help="fy2027, fy2027-1, fy2027-q1 or 2026-11.")] = "",
) -> None:
    """Write what is for everybody: open data in three formats, and the infographic.

    Example, each quarter: kiosk-central export /srv/www/open-data --period fy2027-q1
    """
    from kiosk.files import write_whole
    from sync.central import period as periods
    from sync.central.papers import posters, statistics
    from sync.central.reports import gate
    from sync.central.viewer import PUBLIC

    now = _now()
    today = now.date()
    with _open() as central, _errors():
        with central.store.transaction(central.site) as t:
            starts = t.office.settings().settings.fiscal_year_starts
        try:
            span = periods.parse(period, starts) if period else periods.year_of(today, starts)
        except periods.NoSuchPeriod as error:
            _fail(in_english(error), USAGE)
        publish_due(central, today)
        office = gate.office(central, PUBLIC, span, today)
        rows = statistics.rows(central.site, office, gate.cuts(central, PUBLIC, span, today))
        with central.store.transaction(central.site) as t:
            log = t.office.improvements()
        name = f"{central.site}-{span.code}"
        made = {
            f"statistics-{name}.csv": statistics.as_csv(rows),
            f"statistics-{name}.json": statistics.as_json(rows, office, now),
            f"statistics-{name}.xlsx": statistics.as_xlsx(rows, office, now),
            f"infographic-{name}.png": posters.infographic_png(office, log),
            f"infographic-{name}.pdf": posters.infographic_pdf(office, log, now),
        }
        folder.mkdir(parents=True, exist_ok=True)
        for file, data in made.items():
            write_whole(folder / file, data)
            (folder / file).chmod(0o644)
            typer.echo(str(folder / file))


def _told(table: str, rows: int) -> None:
    typer.echo(f"{table:<16} {counted(rows, 'row', 'rows')}", err=True)


@app.command()
def verify() -> None:
    """Recompute every day report's digest and rows; name the first thing that is wrong.

    Every office's, or with --site one's.
    """
    with _open() as home, _errors():
        _fail_where_wrong(home)
    typer.echo("All agrees.")


@accounts_app.command("add")
def accounts_add(
    account: Annotated[str, typer.Argument(help="What is typed to sign in.")],
    role: Annotated[
        list[str],
        typer.Option(help="officer, section-head, director, hr, complaints, audit or it; repeat."),
    ],
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    officer: Annotated[str, typer.Option(help="With role officer: the officer's id.")] = "",
    section: Annotated[str, typer.Option(help="With role section-head: which section.")] = "",
    subject: Annotated[str, typer.Option(help="OpenID subject, instead of a password.")] = "",
    city: Annotated[bool, typer.Option(help="For all offices of this central.")] = False,
) -> None:
    """Make an account, or renew one, and print its first password once.

    Example: kiosk-central accounts add somchai --name "สมชาย ใจดี" --role director
    """
    from kiosk.domain.people import BadPerson

    try:
        roles = roles_of(role)
    except BadPerson as error:
        _fail(f"--role: {in_english(error)}", USAGE)
    with _open() as central, _errors():
        try:
            password = add_account(
                central,
                _login(),
                account,
                name or account,
                roles,
                _now(),
                officer=officer,
                section=section,
                subject=subject,
                city=city,
            )
        except BadPerson as error:
            _fail(in_english(error), USAGE)
    if password:
        typer.echo(f"First password of {account}: {password}   (to be changed at first sign-in)")
    else:
        typer.echo(f"{account} signs in with the office's own account.")


@accounts_app.command("list")
def accounts_list() -> None:
    """List accounts, their roles, and whether they are disabled."""
    with _open() as central, _errors(), central.store.transaction(central.site) as t:
        found = t.accounts.all()
    for one in found:
        gone = "  (disabled)" if one.disabled else ""
        roles = " ".join(sorted(role.id for role in one.roles))
        typer.echo(f"{one.account}\t{roles}\t{one.name}{gone}")
    if not found:
        typer.echo("No accounts yet: kiosk-central accounts add NAME --role director")


@accounts_app.command("disable")
def accounts_disable(account: Annotated[str, typer.Argument(help="The account.")]) -> None:
    """Let an account sign in no more; its sessions end at once."""

    with _open() as central, _errors():
        if not disable_account(central, _login(), central.site, account, _now()):
            _fail(f"no account is called {account[:40]!r}", USAGE)
    typer.echo(f"Disabled {account}.")


@accounts_app.command("password")
def accounts_password(account: Annotated[str, typer.Argument(help="The account.")]) -> None:
    """Print a new first password for an account whose own is forgotten."""

    with _open() as central, _errors():
        now = _now()
        password = new_password(central, _login(), central.site, account, now)
    if password is None:
        _fail(f"no account is called {account[:40]!r}", USAGE)
    typer.echo(f"First password of {account}: {password}   (to be changed at first sign-in)")


@sites_app.command("add")
def sites_add(
    site: Annotated[str, typer.Argument(help="Short id of the office.")],
    name: Annotated[str, typer.Argument(help="Its name on the report.")],
) -> None:
    """Add an office to this central, or rename one.

    Example: kiosk-central sites add huaikhwang "สำนักงานเขตห้วยขวาง"
    """
    from kiosk.domain.people import BadPerson

    with _open() as central, _errors():
        try:
            add_site(central, site, name)
        except BadPerson as error:
            _fail(in_english(error), USAGE)
    typer.echo(f"{site}: {name}. Work on it with: kiosk-central --site {site} …")


@sites_app.command("list")
def sites_list() -> None:
    """List the offices."""
    with _open() as central, _errors():
        for site, name in all_sites(central):
            typer.echo(f"{site}\t{name}")


@app.command("seed-demo")
def seed_demo(
    days: Annotated[int, typer.Option(min=1, max=800, help="How many days back.")] = 365,
) -> None:
    """Fill a fresh central with a year of invented data for 50 officers, to look at every page.

    Example: kiosk-central --data /tmp/demo init && kiosk-central --data /tmp/demo seed-demo
    """
    from sync.central.demo import NotEmpty, seed

    with _open() as central, _errors():
        with typer.progressbar(length=days, label="Inventing days") as bar:

            def told(done: int, _all: int) -> None:
                bar.update(done - bar.pos)

            try:
                made = seed(central, _now().date(), told, days)
            except NotEmpty as error:
                _fail(str(error), USAGE)
        for account, password in made:
            typer.echo(f"{account:<12} first password {password}")
    typer.echo("Next: kiosk-central serve, and sign in as one of them")


def _day(option: str, text: str) -> date | None:
    """The date in `text`, None when it is empty; a wrong one ends the command."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if text else None  # noqa: DTZ007  (a date)
    except ValueError:
        _fail(f"{option} {text[:40]!r}: write YYYY-MM-DD", USAGE)


def _now() -> datetime:
    """What the clock shows, or the end: a block that was closed on a wrong day stays closed."""
    now = SystemClock().now()
    try:
        require_plausible(now)
    except ClockImplausible as error:
        _fail(str(error), WRONG)
    return now.wall


def _login() -> str:
    """Who runs this command, for the log of reads."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _require_tls(host: str, cert: Path | None, key: Path | None) -> None:
    if (cert is None) != (key is None):
        _fail("--tls-cert and --tls-key go together", USAGE)
    if cert is None and not _loopback(host):
        _fail(f"{host} is beyond this machine: give --tls-cert and --tls-key", USAGE)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _open() -> "Iterator[Central]":
    from sync.central.settings import load, signing_key
    from sync.central.store.engine import CentralStore
    from sync.central.usecases.central import Central

    with _errors():
        settings = load(_Chosen.path)
        key = signing_key(_Chosen.path)
        store = CentralStore.open(settings.database)
    try:
        home = Central(store, settings, key)
        central = find_site(home, _Chosen.site) if _Chosen.site else home
        if central is None:
            _fail(
                f"--site {_Chosen.site[:40]!r}: no such office; see kiosk-central sites list", USAGE
            )
        yield central
    finally:
        store.close()


def _offices(home: "Central") -> "Iterator[Central]":
    """The office that --site names; every office where none is named."""
    for site, _name in all_sites(home):
        central = find_site(home, site) if not _Chosen.site or site == _Chosen.site else None
        if central is not None:
            yield central


def _fail_where_wrong(home: "Central") -> None:
    for central in _offices(home):
        if wrong := first_disagreement(central):
            _fail(f"{central.site}: {wrong}", WRONG)


@contextmanager
def _errors() -> Iterator[None]:
    from kiosk.tomlfile.tables import SettingsError
    from sync.central.store.engine import DatabaseDown, DatabaseError

    try:
        yield
    except DatabaseDown as error:
        _fail(str(error), NOT_NOW)
    except (SettingsError, DatabaseError) as error:
        _fail(str(error), USAGE)
    except OSError as error:
        _fail(f"{error.filename or _Chosen.path}: {error.strerror}", NOT_NOW)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(f"kiosk-central: {message}", err=True)
    raise typer.Exit(code)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
