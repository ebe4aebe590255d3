"""The page on which IT sets by what people are told, tries it, and sees what became of it; and
each account's own page: where it is told, and of what."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.refusal import Refusal
from kiosk.tomlfile.tables import settings_of
from sync.central import transports
from sync.central.language import LANGUAGES
from sync.central.notifications.composing import thing_words
from sync.central.notifications.delivery import (
    answer_of,
    answer_words,
    send_proof,
    server_words,
    try_out,
)
from sync.central.notifications.sending import NotSent
from sync.central.notifying import FOR_ALL, KEPT_DAYS, Encryption, Transport
from sync.central.transports import AnySettings, MailAddress
from sync.central.usecases.central import Central
from sync.central.usecases.notifications import (
    NotificationState,
    drop_notification,
    note_trial,
    read_notifications,
    retry_notification,
)
from sync.central.usecases.subscriptions import (
    begin_subscription,
    choose_topics,
    end_subscription,
    prove_address,
    read_subscription,
)
from sync.central.usecases.transports import (
    SetTransport,
    drop_transport,
    read_transports,
    save_transport,
)
from sync.central.viewer import NotYours, Right, Viewer
from sync.central.web.dependencies import (
    Administrator,
    CurrentTime,
    Reader,
    SignedIn,
    office_of,
)
from sync.central.web.forms import Form, Posted
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError, language_of, page

router = APIRouter(include_in_schema=False)

_TEXTS: dict[Transport, tuple[str, ...]] = {
    Transport.MAIL: ("host", "sender", "encryption", "user", "sender_name"),
    Transport.LINE: ("address", "language"),
    Transport.WEBHOOK: ("address", "language"),
}


@router.get("/notifications/{site}")
def notifications_page(request: Request, reader: Administrator) -> Response:
    return _page(request, reader)


@router.post("/notifications/{site}")
def post_notifications(
    request: Request, site: str, form: Form, reader: Administrator, now: CurrentTime
) -> Response:
    """Set, try or remove a transport; try a message again, or drop it."""
    central, viewer = reader.central, reader.viewer
    match form.text("do", 20):
        case "save":
            transport = _transport(form)
            try:
                settings = _settings(form, transport)
                secret = form.values.get("secret", "")
                save_transport(central, viewer, transport, settings, secret, now)
            except Refusal as problem:
                typed = {**form.values, "left_out": "\n".join(_left_out(form))}
                return _page(request, reader, problem, transport, typed)
        case "remove":
            drop_transport(central, viewer, _transport(form), now)
        case "try":
            return _tried(request, reader, form, _transport(form))
        case "again":
            if not retry_notification(central, viewer, form.text("id", 40), now):
                raise PageError(404, "no_page")
        case "drop":
            if not drop_notification(central, viewer, form.text("id", 40), now):
                raise PageError(404, "no_page")
        case _:
            raise PageError(400, "bad_form")
    return RedirectResponse(f"/notifications/{site}?saved", 303)


@router.get("/my-notifications")
def own_page(request: Request, viewer: SignedIn) -> Response:
    return _own_page(request, viewer)


@router.post("/my-notifications")
def post_own(request: Request, form: Form, viewer: SignedIn, now: CurrentTime) -> Response:
    """Another address, the code that proves it, of what to be told, or the end of all."""
    central = _own_office(request, viewer)
    language = language_of(request)
    try:
        match form.text("do", 20):
            case "address":
                mail = MailAddress().read(form.text("mail", 300))
                code = begin_subscription(central, viewer, mail, language, now)
                send_proof(central, mail, code, language, now)
            case "prove":
                prove_address(central, viewer, form.text("code", 20), now)
            case "topics":
                chosen = frozenset(form.several.get("topic", ()))
                tongue = form.text("language", 5)
                if tongue not in LANGUAGES:
                    raise PageError(400, "bad_form")
                choose_topics(central, viewer, chosen, tongue)
            case "end":
                end_subscription(central, viewer)
            case _:
                raise PageError(400, "bad_form")
    except NotSent as error:
        return _own_page(request, viewer, unsent=answer_of(error))
    except PageError:
        raise
    except Refusal as problem:
        return _own_page(request, viewer, problem)
    return RedirectResponse("/my-notifications", 303)


def _own_office(request: Request, viewer: Viewer) -> Central:
    """Where the account is. The city's read fifty offices: nothing is sent to them. NotYours."""
    if viewer.of_city:
        raise NotYours(Right.OFFICE)
    return office_of(request, viewer.site)


def _tried(request: Request, reader: Reader, form: Posted, transport: Transport) -> Response:
    now = parts_of(request).now()
    to = ""
    if transport is Transport.MAIL:
        try:
            to = MailAddress().read(form.text("to", 300))
        except Refusal as problem:
            return _page(request, reader, problem, transport)
    note_trial(reader.central, reader.viewer, transport, now)
    try:
        outcome: Any = try_out(reader.central, transport, to, now)
    except NotSent as error:
        outcome = error
    return _page(
        request,
        reader,
        tried=transport,
        went=not isinstance(outcome, NotSent),
        outcome=answer_of(outcome),
    )


def _transport(form: Posted) -> Transport:
    try:
        return Transport(form.text("transport", 10))
    except ValueError:
        raise PageError(400, "bad_form") from None


def _settings(form: Posted, transport: Transport) -> AnySettings:
    values: dict[str, Any] = {name: form.text(name, 300) for name in _TEXTS[transport]}
    values["authority"] = form.text("authority", transports.MAX_PEM)
    values["on"] = form.text("on", 10) == "yes"
    if transport is Transport.MAIL:
        values["port"] = form.number("port")
    else:
        values["left_out"] = _left_out(form)
    if transport is Transport.LINE:
        values["recipients"] = form.text("recipients", 1000).split()
    return transports.read(transport, values)


def _left_out(form: Posted) -> list[str]:
    """The topics whose boxes are not ticked."""
    ticked = form.several.get("topics", ())
    return [topic.id for topic in FOR_ALL if topic.id not in ticked]


def _page(
    request: Request,
    reader: Reader,
    problem: Refusal | None = None,
    of: Transport | None = None,
    typed: Mapping[str, str] | None = None,
    *,
    tried: Transport | None = None,
    went: bool = False,
    outcome: str = "",
) -> Response:
    """`of`: the transport whose form comes back with what was typed; never the secret."""
    language = language_of(request)
    set_up = read_transports(reader.central)
    return page(
        request,
        "notifications.html",
        reader.viewer,
        reader.central,
        400 if problem else 200,
        set_up=set_up,
        fields={
            one: _fields(one, set_up.get(one), typed if one is of else None) for one in Transport
        },
        opened={one for one in (of, tried) if one},
        lines=read_notifications(reader.central),
        STATES=NotificationState,
        encryptions=[one.value for one in Encryption],
        transports=[one.value for one in Transport],
        topics=[topic.id for topic in FOR_ALL],
        kept_days=KEPT_DAYS,
        problem=problem,
        tried=tried.value if tried else "",
        went=went,
        outcome=outcome,
        answer_words=lambda answer: answer_words(language, answer),
        server_words=server_words,
        thing_words=lambda topic, what: thing_words(language, topic, what),
        saved="saved" in request.query_params,
    )


def _fields(
    transport: Transport, one: SetTransport | None, typed: Mapping[str, str] | None
) -> dict[str, str]:
    """What stands in a transport's form: what was typed where it comes back, else what is stored,
    else what is usual. The secret never."""
    fields = {}
    for setting in settings_of(transports.DEFINITIONS[transport]):
        value = getattr(one.settings, setting.key) if one else setting.default
        text = "" if value is None else _field_text(value)
        fields[setting.key] = text if typed is None else typed.get(setting.key, "")
    return fields


def _field_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def _own_page(
    request: Request, viewer: Viewer, problem: Refusal | None = None, unsent: str = ""
) -> Response:
    """`unsent`: why the code has not gone."""
    central = _own_office(request, viewer)
    language = language_of(request)
    mail = read_transports(central).get(Transport.MAIL)
    return page(
        request,
        "my_notifications.html",
        viewer,
        central,
        400 if problem or unsent else 200,
        own=read_subscription(central, viewer),
        has_server=mail is not None and mail.settings.on,
        problem=problem,
        unsent=answer_words(language, unsent),
        server=server_words(unsent),
    )
