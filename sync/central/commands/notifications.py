"""Commands about notifications: what waits, what failed, and a message to try them."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kiosk.printed import AsJson, print_rows
from sync.central.commands.context import USAGE, WRONG, fail, login, now, opened
from sync.central.commands.rows import NotificationRow

if TYPE_CHECKING:
    from sync.central.usecases.central import Central
    from sync.central.viewer import Viewer

app = typer.Typer(help="What the report tells people outside its pages.", no_args_is_help=True)


@app.command("list")
def list_notifications(as_json: AsJson = False) -> None:
    """Show the outbox: what failed first, then what waits. Shows no score.

    Example: kiosk-central notifications list
    """
    from sync.central.notifications.delivery import answer_words, server_words
    from sync.central.usecases.notifications import read_notifications

    with opened() as central:
        rows = tuple(
            NotificationRow(
                id=one.id,
                state=one.state.value,
                topic=one.topic,
                transport=one.transport.value,
                to=one.recipient,
                made=one.created.astimezone().isoformat(timespec="minutes"),
                tries=one.tries,
                answer=f"{answer_words('en', one.answer)} {server_words(one.answer)}".strip(),
            )
            for one in read_notifications(central)
        )
    print_rows(rows, as_json, "Nothing was sent yet, and nothing waits.")


@app.command()
def retry(
    id: Annotated[str, typer.Argument(help="As the list has it; empty: all that failed.")] = "",
) -> None:
    """Try what failed, or waits, as if it were new: the server sends it within two minutes.

    Example: kiosk-central notifications retry
    """
    from sync.central.usecases.notifications import retry_all_failed, retry_notification

    moment = now()
    with opened() as central:
        viewer = _administrator(central)
        if id:
            done = int(retry_notification(central, viewer, id, moment))
        else:
            done = retry_all_failed(central, viewer, moment)
    if id and not done:
        fail(f"{id[:40]!r}: nothing waits or failed under this id", USAGE)
    typer.echo(f"To be tried again: {done}")


@app.command("test")
def send_trial(
    transport: Annotated[Literal["mail", "line", "webhook"], typer.Argument(help="By what.")],
    to: Annotated[str, typer.Option(help="Of mail: the address.")] = "",
) -> None:
    """Send a message now, by what is set on the page of notifications, and show the answer.

    Example: kiosk-central notifications test mail --to me@example.go.th
    """
    from kiosk.domain.refusal import Refusal
    from sync.central.language import in_english
    from sync.central.notifications.delivery import answer_of, answer_words, server_words, try_out
    from sync.central.notifications.sending import NotSent
    from sync.central.notifying import Transport
    from sync.central.transports import MailAddress
    from sync.central.usecases.notifications import note_trial

    chosen, moment = Transport(transport), now()
    if chosen is Transport.MAIL:
        try:
            to = MailAddress().read(to)
        except Refusal as problem:
            fail(f"--to: {in_english(problem)}", USAGE)
    with opened() as central:
        note_trial(central, _administrator(central), chosen, moment)
        try:
            answer = answer_of(try_out(central, chosen, to, moment))
        except NotSent as error:
            answer = answer_of(error)
            fail(f"{answer_words('en', answer)} {server_words(answer)}".strip(), WRONG)
    typer.echo(f"{answer_words('en', answer)} {server_words(answer)}".strip())


def _administrator(central: "Central") -> "Viewer":
    """Whoever may run this command may do what an administrator may."""
    from sync.central.viewer import ROLES, Viewer

    name = login()
    return Viewer(account=name, name=name, site=central.site, roles=frozenset({ROLES["it"]}))
