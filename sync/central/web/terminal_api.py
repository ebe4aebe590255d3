"""The terminals' API (WIRE.md): signed requests in, signed answers out, never a traceback."""

import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from kiosk.clock import SystemClock
from kiosk.domain.people import IDENTIFIER
from sync.central.reports.gate import own_results
from sync.central.usecases import intake
from sync.central.usecases.central import Central, once_more
from sync.central.usecases.intake import RequestRefused, Signed
from sync.central.usecases.sites import find_site
from sync.central.usecases.terminal_requests import TerminalRequest, terminal_request
from sync.central.usecases.terminals import NoSuchCode, enrol_at_any_site
from sync.central.usecases.witness import Points, prove_steps
from sync.central.web.batching import Batches
from sync.central.web.openapi import (
    SIGNATURE_SCHEME,
    answers,
    refuses,
    signs,
    signs_file,
    signs_nothing,
    takes,
)
from sync.central.web.parts import MinuteLimits, network_of
from sync.messages import (
    Answer,
    DayReport,
    Enrol,
    Enrolled,
    ErrorLine,
    Heads,
    HeadsAnswer,
    Hello,
    IssuedPins,
    Late,
    LogsAnswer,
    NewKey,
    NotMine,
    Outbox,
    OwnResults,
    Photos,
    PinStatus,
    Receipt,
    Recordings,
    Roster,
    SeenLogs,
    Step,
    StoredDays,
    UpdateState,
    WantedRelease,
    Welcome,
)
from sync.protocol import MAX_BODY, BadMessage, etag
from sync.signing import NONCE_HEADER, SIGNATURE_HEADER, BadSignature, sign_answer

RETRY_SECONDS = 60
"""How long who is asked to come later is asked to wait."""
MAX_ENROL_TRIES = 20
"""A minute, from one network, and of codes that begin alike: others go on."""
_NONCE_LENGTH = 64
"""Characters, at most."""
_CODE_BEGINS = 5
"""Signs of a code: half of it, which says nothing of the rest."""

_LOG = logging.getLogger("kiosk.central.sync")
Now = Callable[[], datetime]
Elsewhere = Callable[..., Awaitable[Any]]
"""Runs a function that waits for the database where it holds nobody else up."""
T = TypeVar("T")


def utc_now() -> datetime:
    return SystemClock().now().wall.astimezone(UTC)


class EarlierKey(RequestRefused):
    """Signed with the key that the terminal had before."""

    def __init__(self) -> None:
        super().__init__(
            403,
            "this terminal's key was renewed: if nobody renewed it here, somebody else has a copy "
            "of this machine; ask IT",
        )


class TerminalApi:
    """What the routes work on: central and its clock, and the two requests that are answered in
    groups. Checks who asks, and signs what is answered."""

    def __init__(self, central: Central, now: Now, elsewhere: Elsewhere) -> None:
        self.central, self.now, self.elsewhere = central, now, elsewhere
        self.enrolments = MinuteLimits(MAX_ENROL_TRIES)
        self.greetings: Batches[tuple[Signed, Hello], Welcome | Late] = Batches(
            self._greet, elsewhere, lambda call: call[0].site, central.store.writers
        )
        self.reports: Batches[Signed, Receipt] = Batches(
            self._take_days, elsewhere, lambda call: call.site, central.store.writers
        )
        self._sites: dict[str, Central] = {}
        self._proving: set[tuple[str, str]] = set()

    @contextmanager
    def proving(self, signed: Signed) -> Iterator[None]:
        """Check proofs of one request of a terminal at a time: they take what a hundred other
        requests take, and one key is not to load central."""
        self.refuse_while_proving(signed.site, signed.terminal)
        self._proving.add((signed.site, signed.terminal))
        try:
            yield
        finally:
            self._proving.discard((signed.site, signed.terminal))

    def refuse_while_proving(self, site: str, terminal: str) -> None:
        """RequestRefused while proofs of this terminal are checked."""
        if (site, terminal) in self._proving:
            raise RequestRefused(503, "an earlier request of this terminal is being checked")

    async def ask(
        self, signed: Signed, do: Callable[[TerminalRequest], T], *, in_run: bool = True
    ) -> T:
        """What `do` makes of a request that its terminal signed, within its open run, in one
        transaction. RequestRefused: unknown site or terminal and wrongly signed look the same."""
        answer: T = await self.elsewhere(once_more, partial(self._ask, signed, do, in_run))
        return answer

    def answer(
        self,
        signed: Signed,
        body: bytes,
        status: int = 200,
        tag: str = "",
        media: str = "application/json",
    ) -> Response:
        """A signed answer to a request."""
        signature = sign_answer(self.central.key, status, signed.path, signed.nonce, body)
        headers = {SIGNATURE_HEADER: signature}
        if tag:
            headers["ETag"] = tag
        return Response(body, status, headers, media if body else None)

    def _ask(self, signed: Signed, do: Callable[[TerminalRequest], T], in_run: bool) -> T:
        central = self._at(signed.site)
        if central is None:
            raise RequestRefused(401, "unknown terminal or bad signature")
        with terminal_request(central, signed.terminal) as asked:
            if asked is not None and asked.earlier_key_of(signed):
                raise EarlierKey
            signed.proven(asked.terminal if asked else None, self.now(), in_run=in_run)
            if asked is None:
                raise AssertionError("proven refuses who is unknown")
            with signed.refusals():
                answer = do(asked)
            if signed.is_by(asked.terminal.next_key):
                asked.renew_key(self.now())
            return answer

    def greet_by_earlier_key(self, signed: Signed, hello: Hello) -> Late | None:
        """What is said to who greets with the key that a terminal had before."""
        central = self._at(signed.site)
        if central is None:
            return None
        with terminal_request(central, signed.terminal) as asked:
            return asked.greet_by_earlier_key(hello, self.now()) if asked is not None else None

    def _at(self, site: str) -> Central | None:
        """The central of a site. Those that exist are remembered."""
        if site not in self._sites and IDENTIFIER.fullmatch(site):
            central = find_site(self.central, site)
            if central is not None:
                self._sites[site] = central
        return self._sites.get(site)

    def _greet(
        self, calls: Sequence[tuple[Signed, Hello]]
    ) -> list[Welcome | Late | Exception | None]:
        return once_more(partial(intake.greet, self.central, calls, self.now()))

    def _take_days(self, calls: Sequence[Signed]) -> list[Receipt | Exception | None]:
        return once_more(partial(intake.take_days, self.central.store, calls, self.now()))


async def terminal_api(request: Request) -> TerminalApi:
    api: TerminalApi = request.app.state.terminal_api
    return api


async def read_body(request: Request) -> bytes:
    """The body, refused as soon as it is longer than MAX_BODY."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise RequestRefused(413, f"a body has at most {MAX_BODY} bytes")
    return bytes(body)


Api = Annotated[TerminalApi, Depends(terminal_api)]
Body = Annotated[bytes, Depends(read_body)]
Signature = Annotated[str | None, Security(SIGNATURE_SCHEME)]
Nonce = Annotated[str, Header(alias=NONCE_HEADER, max_length=_NONCE_LENGTH)]


async def signed_request(
    request: Request,
    site: str,
    terminal: str,
    signature: Signature = None,
    nonce: Nonce = "",
) -> Signed:
    """The request as its signature covers it. Nothing is proven yet."""
    # Asked directly: a dependency of a dependency costs as much as a signature.
    api = await terminal_api(request)
    api.refuse_while_proving(site, terminal)
    body = await read_body(request)
    return Signed(
        site=site,
        terminal=terminal,
        method=request.method,
        path=request.scope["path"],
        nonce=nonce,
        signature=signature or "",
        body=body,
    )


SignedRequest = Annotated[Signed, Depends(signed_request)]


class OftenAsked(APIRoute):
    """A route that FastAPI describes and that answers by itself, from what `signed_request` asks:
    to find that out anew for each request would take longer than all its signatures."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive)
        signature, nonce = (request.headers.get(x, "") for x in (SIGNATURE_HEADER, NONCE_HEADER))
        if len(nonce) > _NONCE_LENGTH:
            raise RequestValidationError(())
        api, path = await terminal_api(request), dict(request.path_params)
        site, terminal = path.pop("site"), path.pop("terminal")
        signed = await signed_request(request, site, terminal, signature, nonce)
        answer: Response = await self.endpoint(api, signed, **path)
        await answer(scope, receive, send)


often = APIRouter(prefix="/v1", tags=["terminals"], route_class=OftenAsked)
"""What all terminals ask within some minutes."""
router = APIRouter(prefix="/v1", tags=["terminals"])
_TERMINAL = "/sites/{site}/terminals/{terminal}"
_PIECE_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}")
_REFUSALS = refuses(400, 401, 403, 413, 503)


@often.put(
    f"{_TERMINAL}/days/{{day}}",
    openapi_extra=takes(DayReport),
    responses={
        **signs(201, Receipt, "Stored."),
        **signs(200, Receipt, "Central had exactly this report."),
        **signs(409, Receipt, "Stale, conflict, rollback, fork or quarantined."),
        **_REFUSALS,
    },
)
async def put_day(api: Api, signed: SignedRequest, day: str) -> Response:
    """Take one day report; the answer is a receipt."""
    receipt = await api.reports.ask(signed, len(signed.body))
    if receipt is None:
        receipt = await api.ask(signed, lambda asked: _take_day(asked, signed, api.now()))
    status = {Answer.STORED: 201, Answer.ALREADY_HAVE: 200}.get(receipt.answer, 409)
    _LOG.log(
        logging.INFO if status != 409 else logging.WARNING,
        "day report %s of %s/%s revision %d: %s",
        *(receipt.date, signed.site, signed.terminal, receipt.revision, receipt.answer.value),
    )
    return api.answer(signed, receipt.to_bytes(), status)


def _take_day(asked: TerminalRequest, signed: Signed, now: datetime) -> Receipt:
    return asked.take_day(signed.day_report(now), signed.body, now)


@often.post(
    f"{_TERMINAL}/hello",
    openapi_extra=takes(Hello),
    responses={
        **signs(200, Welcome, "The run is open."),
        **signs(409, Late, "No run was opened: say hello again, with this word."),
        **_REFUSALS,
    },
)
async def say_hello(api: Api, signed: SignedRequest) -> Response:
    """Open a run: a fresh nonce and the journal head last acknowledged."""
    hello = Hello.parse(signed.body)
    signed = replace(signed, nonce=hello.nonce)
    answer = await api.greetings.ask((signed, hello), len(signed.body))
    if answer is None:
        answer = await _greet_alone(api, signed, hello)
    return api.answer(signed, answer.to_bytes(), 409 if isinstance(answer, Late) else 200)


async def _greet_alone(api: TerminalApi, signed: Signed, hello: Hello) -> Welcome | Late:
    try:
        return await api.ask(signed, lambda asked: asked.greet(hello, api.now()), in_run=False)
    except EarlierKey:
        late: Late | None = await api.elsewhere(api.greet_by_earlier_key, signed, hello)
        if late is None:
            raise
        return late


@router.post(
    "/enrol",
    openapi_extra=takes(Enrol),
    responses={
        **answers(200, Enrolled, "Who the terminal now is. Not signed: trust is TLS's here."),
        **refuses(400, 403, 413, 429, 503),
    },
)
async def enrol(request: Request, api: Api, body: Body) -> Response:
    """Use a one-time code."""
    source = network_of(request.client.host if request.client else "")
    if not api.enrolments.allows(f"from {source}", api.now()):
        raise RequestRefused(429, "too many codes tried from your network; wait a minute")
    message = Enrol.parse(body)
    if not api.enrolments.allows(f"code {message.code[:_CODE_BEGINS]}", api.now()):
        raise RequestRefused(429, "this code was tried too often; wait a minute")
    try:
        enrolled = await api.elsewhere(enrol_at_any_site, api.central, message, api.now())
    except NoSuchCode as error:
        raise RequestRefused(403, str(error)) from None
    _LOG.info("enrolled %s/%s", enrolled.site, enrolled.terminal)
    return Response(enrolled.to_bytes(), media_type="application/json")


@often.put(
    f"{_TERMINAL}/heads",
    openapi_extra=takes(Heads),
    responses={
        **signs(200, HeadsAnswer, "The journal goes on from the one central has seen; waiting."),
        **signs(409, HeadsAnswer, "Rollback, fork or quarantined."),
        **_REFUSALS,
    },
)
async def put_heads(api: Api, signed: SignedRequest) -> Response:
    """Show that the journal goes on from the one central has seen."""
    answer = await api.ask(signed, lambda asked: _judge(asked, signed, {}, api.now()))
    if not isinstance(answer, HeadsAnswer):
        with signed.refusals(), api.proving(signed):
            points = await api.elsewhere(prove_steps, signed.site, signed.terminal, answer)
        answer = await api.ask(signed, lambda asked: _judge(asked, signed, points, api.now()))
    if not isinstance(answer, HeadsAnswer):
        raise RequestRefused(503, "another request of this terminal came in between")
    status = 200 if answer.answer in (Answer.STORED, Answer.WAITING) else 409
    level = logging.DEBUG if status == 200 else logging.WARNING
    _LOG.log(level, "heads of %s/%s: %s", signed.site, signed.terminal, answer.answer.value)
    return api.answer(signed, answer.to_bytes(), status)


def _judge(
    asked: TerminalRequest, signed: Signed, points: Points, now: datetime
) -> HeadsAnswer | tuple[Step, ...]:
    return asked.judge(Heads.parse(signed.body), points, now)


@router.put(
    f"{_TERMINAL}/logs",
    openapi_extra=takes(SeenLogs),
    responses={**signs(200, LogsAnswer, "How each log goes on."), **_REFUSALS},
)
async def put_logs(api: Api, signed: SignedRequest) -> Response:
    """How central's own logs go on from what the terminal has seen of them."""
    answer = await api.ask(
        signed, lambda asked: asked.prove_logs(SeenLogs.parse(signed.body), api.now())
    )
    return api.answer(signed, answer.to_bytes())


@router.get(
    f"{_TERMINAL}/roster",
    responses={
        **signs(200, Roster, "Officers and wording.", etag=True),
        **signs_nothing(304, "The terminal has this roster.", etag=True),
        **_REFUSALS,
    },
)
async def get_roster(
    api: Api,
    signed: SignedRequest,
    if_none_match: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """The officers who may sign on, and the office's wording."""
    roster = await api.ask(signed, TerminalRequest.roster)
    body = roster.to_bytes()
    tag = etag(body)
    if if_none_match == tag:
        return api.answer(signed, b"", 304, tag)
    return api.answer(signed, body, tag=tag)


@router.put(
    f"{_TERMINAL}/pins",
    openapi_extra=takes(PinStatus),
    responses={
        **signs(200, IssuedPins, "Every officer with a PIN from central."),
        **refuses(409),
        **_REFUSALS,
    },
)
async def put_pins(api: Api, signed: SignedRequest) -> Response:
    """What checks the PINs that central issued, sealed to the terminal's key."""
    issued = await api.ask(signed, lambda asked: _issued_pins(asked, signed.body))
    return api.answer(signed, issued.to_bytes())


def _issued_pins(asked: TerminalRequest, body: bytes) -> IssuedPins:
    _require_heads(asked)
    return asked.pins(PinStatus.parse(body))


def _require_heads(asked: TerminalRequest) -> None:
    """RequestRefused unless this run has shown, by its heads, that it has the terminal's journal:
    a copied key alone gets no PIN and no photo."""
    terminal = asked.terminal
    if terminal.waiting:
        raise RequestRefused(409, "another person has not confirmed this machine yet")
    if terminal.quarantined:
        raise RequestRefused(409, "this terminal is in quarantine")
    if not terminal.nonce or terminal.shown != terminal.nonce:
        raise RequestRefused(409, "show the journal's head first")


@router.put(
    f"{_TERMINAL}/key",
    status_code=204,
    openapi_extra=takes(NewKey),
    responses={
        **signs_nothing(204, "The next request signed with this key ends the one before."),
        **refuses(409),
        **_REFUSALS,
    },
)
async def put_key(api: Api, signed: SignedRequest) -> Response:
    """Name the key that the terminal goes on with. What was witnessed before stays."""
    await api.ask(signed, lambda asked: _put_next_key(asked, signed))
    return api.answer(signed, b"", 204)


def _put_next_key(asked: TerminalRequest, signed: Signed) -> None:
    _require_heads(asked)
    try:
        asked.put_next_key(NewKey.parse(signed.body), signed.path, signed.nonce)
    except BadSignature as error:
        raise BadMessage(f"proof: {error}") from None


@router.get(
    f"{_TERMINAL}/own-results",
    responses={
        **signs(200, OwnResults, "What each officer may read of the own last closed round."),
        **refuses(409),
        **_REFUSALS,
    },
)
async def get_own_results(api: Api, signed: SignedRequest) -> Response:
    """Published figures of the last closed round, for whoever shows the officer's PIN."""
    today = api.now().astimezone().date()
    results = await api.ask(signed, lambda asked: _own_results(asked, today))
    return api.answer(signed, results.to_bytes())


def _own_results(asked: TerminalRequest, today: date) -> OwnResults:
    _require_heads(asked)
    return own_results(asked.t, asked.t.settings.newest().settings, today)


@router.get(
    f"{_TERMINAL}/photos",
    responses={**signs(200, Photos, "Whose photos there are."), **refuses(409), **_REFUSALS},
)
async def get_photos(api: Api, signed: SignedRequest) -> Response:
    """Whose photos there are, with their digests."""
    photos = await api.ask(signed, _photos)
    return api.answer(signed, photos.to_bytes())


@router.get(
    f"{_TERMINAL}/photos/{{officer}}",
    responses={
        **signs_file(200, "image/jpeg", "A photo of at most 128 KiB."),
        **signs_nothing(404, "This officer has no photo, or is not on the roster."),
        **refuses(409),
        **_REFUSALS,
    },
)
async def get_photo(api: Api, signed: SignedRequest, officer: str) -> Response:
    """One officer's photo, a JPEG; 404, signed, without one."""
    jpeg = await api.ask(signed, lambda asked: _photo(asked, officer))
    return api.answer(signed, jpeg or b"", 200 if jpeg else 404, media="image/jpeg")


def _photos(asked: TerminalRequest) -> Photos:
    _require_heads(asked)
    return asked.photos()


def _photo(asked: TerminalRequest, officer: str) -> bytes | None:
    _require_heads(asked)
    return asked.photo(officer)


@router.get(
    f"{_TERMINAL}/recordings",
    responses={
        **signs(200, Recordings, "Which prompts the office recorded."),
        **refuses(409),
        **_REFUSALS,
    },
)
async def get_recordings(api: Api, signed: SignedRequest) -> Response:
    """Which prompts of the audible guide there are as the office recorded them."""
    recordings = await api.ask(signed, _recordings)
    return api.answer(signed, recordings.to_bytes())


@router.get(
    f"{_TERMINAL}/recordings/{{language}}/{{prompt}}",
    responses={
        **signs_file(200, "audio/wav", "A prompt of at most 16 seconds."),
        **signs_nothing(404, "The office has not recorded this prompt."),
        **refuses(409),
        **_REFUSALS,
    },
)
async def get_recording(api: Api, signed: SignedRequest, language: str, prompt: str) -> Response:
    """One prompt, a WAV file; 404, signed, where there is none."""
    wave = await api.ask(signed, lambda asked: _recording(asked, language, prompt))
    return api.answer(signed, wave or b"", 200 if wave else 404, media="audio/wav")


def _recordings(asked: TerminalRequest) -> Recordings:
    _require_heads(asked)
    return asked.recordings()


def _recording(asked: TerminalRequest, language: str, prompt: str) -> bytes | None:
    _require_heads(asked)
    return asked.recording(language, prompt)


@router.put(
    f"{_TERMINAL}/update",
    openapi_extra=takes(UpdateState),
    responses={
        **signs(200, WantedRelease, "The release that the terminal is to run, or none."),
        **refuses(409),
        **_REFUSALS,
    },
)
async def put_update(api: Api, signed: SignedRequest) -> Response:
    """How the terminal stands to releases of its program; which one it is to run."""
    release = await api.ask(signed, lambda asked: _wanted(asked, signed.body, api.now()))
    return api.answer(signed, release.to_bytes())


def _wanted(asked: TerminalRequest, body: bytes, now: datetime) -> WantedRelease:
    _require_heads(asked)
    return asked.wanted_release(UpdateState.parse(body), now)


@router.get(
    f"{_TERMINAL}/release/{{digest}}/{{piece}}",
    responses={
        **signs_file(200, "application/octet-stream", "512 KiB of the file; the last: fewer."),
        **signs_nothing(404, "There is no such release here, or no such piece."),
        **refuses(409),
        **_REFUSALS,
    },
)
async def get_release_piece(api: Api, signed: SignedRequest, digest: str, piece: str) -> Response:
    """One piece of a release's file, the first is 0; 404, signed, without one."""
    number = int(piece) if _PIECE_NUMBER.fullmatch(piece) else -1
    content = await api.ask(signed, lambda asked: _piece(asked, digest, number))
    media = "application/octet-stream"
    return api.answer(signed, content, 200 if content else 404, media=media)


def _piece(asked: TerminalRequest, digest: str, number: int) -> bytes:
    _require_heads(asked)
    return asked.release_piece(digest, number) if number >= 0 else b""


@router.get(
    f"{_TERMINAL}/days",
    responses={
        **signs(200, StoredDays, "The newest report of each day.", etag=True),
        **signs_nothing(304, "The list is the one of this entity tag.", etag=True),
        **_REFUSALS,
    },
)
async def get_days(
    api: Api,
    signed: SignedRequest,
    if_none_match: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """Which of its day reports central has."""
    stored = await api.ask(signed, lambda asked: asked.stored_days(api.now()))
    body = stored.to_bytes()
    tag = etag(body)
    if if_none_match == tag:
        return api.answer(signed, b"", 304, tag)
    return api.answer(signed, body, tag=tag)


@router.put(
    f"{_TERMINAL}/not-mine",
    status_code=204,
    openapi_extra=takes(NotMine),
    responses={**signs_nothing(204, "A person looks."), **_REFUSALS},
)
async def put_not_mine(api: Api, signed: SignedRequest) -> Response:
    """Days that central has under the terminal's name and the terminal never made."""
    await api.ask(signed, lambda asked: asked.not_mine(NotMine.parse(signed.body), api.now()))
    return api.answer(signed, b"", 204)


@router.put(
    f"{_TERMINAL}/outbox",
    status_code=204,
    openapi_extra=takes(Outbox),
    responses={**signs_nothing(204, "The fleet page shows it."), **_REFUSALS},
)
async def put_outbox(api: Api, signed: SignedRequest) -> Response:
    """Which day reports the terminal holds back, and why."""
    await api.ask(signed, lambda asked: asked.put_outbox(Outbox.parse(signed.body), api.now()))
    return api.answer(signed, b"", 204)


def error_response(status: int, text: str) -> Response:
    """One line of JSON, unsigned: nobody knows who asked."""
    later = {"Retry-After": str(RETRY_SECONDS)} if status in (429, 503) else None
    return Response(ErrorLine(text).to_bytes(), status, later, media_type="application/json")
