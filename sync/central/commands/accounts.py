"""Commands about accounts: who may sign in to the report."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.domain.refusal import Refusal, excerpt
from kiosk.language import counted
from kiosk.printed import AsJson, print_rows
from sync.central.commands.context import USAGE, fail, login, now, opened, write_private
from sync.central.commands.rows import AccountRow
from sync.central.language import in_english
from sync.central.viewer import CITY, ROLES

if TYPE_CHECKING:
    from sync.central.usecases.officer_accounts import OfficersAccount

app = typer.Typer(help="Who may sign in to the report.", no_args_is_help=True)

_NEEDS_OFFICER = " or ".join(role.id for role in ROLES.values() if role.needs_officer)
_NEEDS_SECTION = " or ".join(role.id for role in ROLES.values() if role.needs_section)

_Account = Annotated[str, typer.Argument(help="The account.")]
_City = Annotated[bool, typer.Option(help="One of the city's own, which opens all offices.")]


@app.command()
def add(
    account: Annotated[str, typer.Argument(help="What is typed to sign in.")],
    role: Annotated[list[str], typer.Option(help=f"One of {', '.join(ROLES)}; repeat.")],
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    officer: Annotated[
        str, typer.Option(help=f"With role {_NEEDS_OFFICER}: the officer's number.")
    ] = "",
    section: Annotated[str, typer.Option(help=f"With role {_NEEDS_SECTION}: which section.")] = "",
    subject: Annotated[str, typer.Option(help="OpenID subject, instead of a password.")] = "",
    city: Annotated[bool, typer.Option(help="For all offices of this central.")] = False,
) -> None:
    """Make an account, and print its first password once.

    Example: kiosk-central accounts add somchai --name "สมชาย ใจดี" --role director
    """
    from kiosk.domain.people import BadPerson
    from sync.central.usecases.accounts import add_account, off_roster, roles_of
    from sync.central.usecases.people import officer_with

    try:
        roles = roles_of(role)
    except BadPerson as error:
        fail(f"--role: {in_english(error)}", USAGE)
    with opened() as central:
        person = officer_with(central, officer) if officer else None
        if officer and person is None:
            fail(in_english(Refusal("no_such_officer", number=excerpt(officer))), USAGE)
        try:
            password = add_account(
                central,
                login(),
                account,
                name or account,
                roles,
                now(),
                officer=str(person.id) if person else "",
                section=section,
                subject=subject,
                city=city,
            )
        except BadPerson as error:
            fail(in_english(error), USAGE)
        unknown = off_roster(central, str(person.id) if person else "", section)
    if password:
        _say_password(account, password)
    else:
        typer.echo(f"{account} signs in with the office's own account.")
    for problem in unknown:
        typer.echo(f"Beware: {in_english(problem)}", err=True)


@app.command()
def edit(
    account: _Account,
    role: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(ROLES)}; repeat.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The person's name.")] = None,
    officer: Annotated[
        str | None, typer.Option(help=f"With role {_NEEDS_OFFICER}: the officer's number.")
    ] = None,
    section: Annotated[
        str | None, typer.Option(help=f"With role {_NEEDS_SECTION}: which section.")
    ] = None,
    subject: Annotated[
        str | None, typer.Option(help="OpenID subject, instead of a password.")
    ] = None,
    city: _City = False,
) -> None:
    """Change what is said here of an account; all else stays, also whether it is disabled.

    Example: kiosk-central accounts edit somchai --role director --role hr
    """
    from kiosk.domain.people import BadPerson
    from sync.central.usecases import accounts as usecase
    from sync.central.usecases.people import officer_with
    from sync.central.usecases.sites import city_of

    with opened() as central, _unknown_named():
        of_city = city_of(central) if city else central
        stored = {one.account: one for one in usecase.all_accounts(of_city)}.get(account)
        if stored is None:
            raise BadPerson("no_account", account=excerpt(account))
        details = usecase.details_of(stored)
        if role:
            details = replace(details, roles=frozenset(usecase.roles_of(role)))
        if officer is not None:
            person = officer_with(central, officer) if officer else None
            if officer and person is None:
                fail(in_english(Refusal("no_such_officer", number=excerpt(officer))), USAGE)
            details = replace(details, officer=str(person.id) if person else "")
        details = replace(
            details,
            name=details.name if name is None else name,
            section=details.section if section is None else section,
            subject=details.subject if subject is None else subject,
        )
        first = usecase.edit_account(central, login(), of_city.site, account, None, details, now())
    typer.echo(f"Changed {account}.")
    if first:
        _say_password(account, first)


@app.command("list")
def list_accounts(city: _City = False, as_json: AsJson = False) -> None:
    """List accounts, their roles, and whether they are disabled."""
    from sync.central.usecases.accounts import all_accounts
    from sync.central.usecases.sites import city_of

    with opened() as central:
        accounts = all_accounts(city_of(central) if city else central)
    rows = [
        AccountRow(
            account=one.account,
            roles=tuple(sorted(role.id for role in one.roles)),
            name=one.name,
            state="disabled" if one.disabled else "active",
        )
        for one in accounts
    ]
    print_rows(rows, as_json, "No accounts yet: kiosk-central accounts add NAME --role director")


@app.command()
def disable(account: _Account, city: _City = False) -> None:
    """Let an account sign in no more; its sessions end at once."""
    from sync.central.usecases.accounts import disable_account

    with opened() as central, _unknown_named():
        disable_account(central, login(), CITY if city else central.site, account, now())
    typer.echo(f"Disabled {account}.")


@app.command()
def password(account: _Account, city: _City = False) -> None:
    """Print a new first password for an account whose own is forgotten."""
    from sync.central.usecases.accounts import new_password

    with opened() as central, _unknown_named():
        first = new_password(central, login(), CITY if city else central.site, account, now())
    _say_password(account, first)


@app.command()
def letters(
    file: Annotated[Path, typer.Argument(help="The PDF to write; one that is there stays.")],
    section: Annotated[str, typer.Option(help="Of this section alone.")] = "",
    again: Annotated[
        list[str], typer.Option(help="The number of an officer whose letter was lost; repeat.")
    ] = [],  # noqa: B006  (typer makes a new list)
    unused: Annotated[
        bool, typer.Option("--unused", help="For each whose first password nobody has used.")
    ] = False,
) -> None:
    """Make an account for each officer who has none, and letters with the first passwords.

    With --again or --unused: new first passwords for accounts that are there.
    """
    from sync.central.papers.account_letters import account_letters_pdf
    from sync.central.usecases import officer_accounts as usecase

    with opened() as central:
        moment = now()
        rows = usecase.read_officers_accounts(central)
        try:
            if again or unused:
                renewed = _officers_to_renew(rows, again)
                drafts = usecase.draft_renewed(central, renewed[: usecase.MOST_LETTERS], moment)
            else:
                drafts = usecase.draft_missing(central, section or None, moment)
            if not drafts.letters:
                typer.echo("None of these officers lacks an account; no letter was made.")
                return
            pdf = account_letters_pdf(drafts, central.settings.name, central.settings.url, moment)
            # The letters first: an account whose password nobody has is of no use.
            write_private(file, pdf)
            try:
                usecase.save_drafts(central, login(), drafts, moment)
            except BaseException:
                file.unlink(missing_ok=True)
                raise
        except usecase.EditedMeanwhile:
            fail(
                "an account or the roster changed meanwhile, or an officer has no account that a "
                "letter can renew; nothing was saved",
                USAGE,
            )
    number_of = counted(len(drafts.letters), "letter", "letters")
    typer.echo(f"{file}: {number_of}, with passwords that stand nowhere else. Print, seal, delete.")


@app.command()
def enable(account: _Account, city: _City = False) -> None:
    """Let a disabled account sign in again, with the password it had."""
    from sync.central.usecases.accounts import enable_account

    with opened() as central, _unknown_named():
        enable_account(central, login(), CITY if city else central.site, account, now())
    typer.echo(f"Enabled {account}.")


@app.command("reset-second-factor")
def reset_second_factor(account: _Account, city: _City = False) -> None:
    """Forget the second factor of an account whose owner has lost it; another is set at the next
    sign-in."""
    from sync.central.usecases.second_factors import reset_factor

    with opened() as central, _unknown_named():
        site = CITY if city else central.site
        if not reset_factor(central, login(), site, account, now()):
            fail(f"{account[:40]!r} has no second factor", USAGE)
    typer.echo(f"Reset the second factor of {account}.")


def _officers_to_renew(rows: "Iterable[OfficersAccount]", numbers: list[str]) -> list[str]:
    """The ids of the officers with these numbers; without numbers, of those whose first password
    nobody has used."""
    if not numbers:
        return [str(row.officer.id) for row in rows if row.unused]
    by_number = {row.officer.number: str(row.officer.id) for row in rows}
    unknown = sorted(set(numbers) - by_number.keys())
    if unknown:
        fail(in_english(Refusal("no_such_officer", number=excerpt(unknown[0]))), USAGE)
    return sorted({by_number[number] for number in numbers})


def _say_password(account: str, first: str) -> None:
    typer.echo(f"First password of {account}: {first}   (to be changed at first sign-in)")


@contextmanager
def _unknown_named() -> Iterator[None]:
    """An account that is nobody's ends the command in one line."""
    from kiosk.domain.people import BadPerson

    try:
        yield
    except BadPerson as error:
        fail(in_english(error), USAGE)
