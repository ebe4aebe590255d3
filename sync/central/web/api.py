"""The terminals' door (WIRE.md): signed requests in, signed answers out, never a traceback."""

from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Header, Request, Response

from kiosk.clock import SystemClock
from sync.central.usecases import intake
from sync.central.usecases.central import Central
from sync.central.usecases.intake import RequestRefused, Signed
from sync.central.usecases.sites import find_site
from sync.central.usecases.terminal_requests import TerminalRequest, terminal_request
from sync.central.usecases.terminals import NoSuchCode, enrol_at_any_site
from sync.central.web import shapes
from sync.central.web.batching import Batches
from sync.messages import (
    Answer,
    Enrol,
    ErrorLine,
    Heads,
    HeadsAnswer,
    Hello,
    IssuedPins,
    PinStatus,
    Receipt,
    Welcome,
)
from sync.protocol import MAX_BODY, etag
from sync.signing import SIGNATURE_HEADER, sign_answer

MAX_ID = 32
"""Characters of a site's id."""
RETRY_SECONDS = 60
"""How long who is asked to come later is asked to wait."""
MAX_ENROL_TRIES = 20
"""A minute: 50 bits can't be guessed at that pace in ten minutes."""

Now = Callable[[], datetime]
Elsewhere = Callable[..., Awaitable[Any]]
"""Runs a function that waits for the database where it holds nobody else up."""
T = TypeVar("T")


def utc_now() -> datetime:
    return SystemClock().now().wall.astimezone(UTC)


class _Enrolments:
    """How many codes were tried in the last minute."""

    def __init__(self) -> None:
        self._tries: deque[datetime] = deque()

    def count(self, now: datetime) -> None:
        while self._tries and (now - self._tries[0]).total_seconds() > 60:
            self._tries.popleft()
        if len(self._tries) >= MAX_ENROL_TRIES:
            raise RequestRefused(429, "too many codes tried; wait a minute")
        self._tries.append(now)


def _signed(request: Request, nonce: str, signature: str, body: bytes = b"") -> Signed:
    site, terminal = request.path_params["site"], request.path_params["terminal"]
    return Signed(
        site=site,
        terminal=terminal,
        method=request.method,
        path=request.url.path,
        nonce=nonce,
        signature=signature,
        body=body,
    )


class _Door:
    """Checks who asks, and signs what is answered."""

    def __init__(self, central: Central, now: Now) -> None:
        self.central, self.now = central, now
        self._sites: dict[str, Central] = {}

    def signed(self, of: "Signed", do: Callable[[TerminalRequest], T], *, in_run: bool = True) -> T:
        """What `do` makes of a request that its terminal signed, within its open run, in one
        transaction. Unknown site or terminal and wrongly signed look the same."""
        central = self._site(of.site)
        if central is None:
            raise RequestRefused(401, "unknown terminal or bad signature")
        with terminal_request(central, of.terminal) as asked:
            of.proven(asked.terminal if asked else None, self.now(), in_run=in_run)
            if asked is None:
                raise AssertionError("proven refuses who is unknown")
            return do(asked)

    def _site(self, site: str) -> Central | None:
        """The central of a site; found ones are remembered."""
        if site not in self._sites and len(site) <= MAX_ID:
            found = find_site(self.central, site)
            if found is not None:
                self._sites[site] = found
        return self._sites.get(site)

    def answer(
        self,
        request: Request,
        nonce: str,
        body: bytes,
        status: int = 200,
        tag: str = "",
        media: str = "application/json",
    ) -> Response:
        signature = sign_answer(self.central.key, status, request.url.path, nonce, body)
        headers = {SIGNATURE_HEADER: signature}
        if tag:
            headers["ETag"] = tag
        return Response(body, status, headers, media if body else None)


async def read_body(request: Request) -> bytes:
    """The body, refused as soon as it is longer than MAX_BODY."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise RequestRefused(413, f"a body has at most {MAX_BODY} bytes")
    return bytes(body)


Signature = Annotated[str, Header(alias="Kiosk-Signature", max_length=200)]
Nonce = Annotated[str, Header(alias="Kiosk-Nonce", max_length=64)]
_AT = "/v1/sites/{site}/terminals/{terminal}"


def routes(central: Central, now: Now, elsewhere: Elsewhere) -> APIRouter:
    """The door's routes on `central`."""
    router = APIRouter()
    door = _Door(central, now)
    enrolments = _Enrolments()
    greetings: Batches[tuple[Signed, Hello], Welcome] = Batches(
        lambda calls: intake.greet(central.store, calls, now(), central.run), elsewhere
    )
    reports: Batches[Signed, Receipt] = Batches(
        lambda calls: intake.take_days(central.store, calls, now()), elsewhere
    )

    @router.post("/v1/enrol", openapi_extra=shapes.body(shapes.ENROL))
    async def enrol(request: Request) -> Response:
        """Use a one-time code."""
        enrolments.count(now())
        message = Enrol.parse(await read_body(request))
        try:
            enrolled = await elsewhere(enrol_at_any_site, central, message, now())
        except NoSuchCode as error:
            raise RequestRefused(403, str(error)) from None
        return Response(enrolled.to_bytes(), media_type="application/json")

    @router.post(f"{_AT}/hello", openapi_extra=shapes.body(shapes.HELLO))
    async def hello(
        request: Request, site: str, terminal: str, signature: Signature = ""
    ) -> Response:
        """Open a run: a fresh nonce and the journal head last acknowledged."""
        body = await read_body(request)
        message = Hello.parse(body)
        of = _signed(request, message.nonce, signature, body)

        def greet(asked: TerminalRequest) -> Welcome:
            return asked.greet(message, now())

        welcome = await greetings.ask((of, message), len(body))
        if welcome is None:
            welcome = await elsewhere(door.signed, of, greet, in_run=False)
        return door.answer(request, message.nonce, welcome.to_bytes())

    @router.put(f"{_AT}/heads", openapi_extra=shapes.body(shapes.HEADS))
    async def heads(
        request: Request, site: str, terminal: str, signature: Signature = "", nonce: Nonce = ""
    ) -> Response:
        """Show that the journal goes on from the one central has seen."""
        body = await read_body(request)

        def judge(asked: TerminalRequest) -> Answer:
            return asked.judge(Heads.parse(body), now())

        of = _signed(request, nonce, signature, body)
        answer = await elsewhere(door.signed, of, judge)
        status = 200 if answer is Answer.STORED else 409
        return door.answer(request, nonce, HeadsAnswer(answer).to_bytes(), status)

    @router.get(f"{_AT}/roster")
    async def roster(
        request: Request,
        site: str,
        terminal: str,
        signature: Signature = "",
        nonce: Nonce = "",
        if_none_match: Annotated[str, Header(max_length=200)] = "",
    ) -> Response:
        """The officers who may sign on, and the office's wording."""
        of = _signed(request, nonce, signature)
        body = (await elsewhere(door.signed, of, TerminalRequest.roster)).to_bytes()
        tag = etag(body)
        if if_none_match == tag:
            return door.answer(request, nonce, b"", 304, tag)
        return door.answer(request, nonce, body, tag=tag)

    @router.put(f"{_AT}/pins", openapi_extra=shapes.body(shapes.PINS))
    async def pins(
        request: Request, site: str, terminal: str, signature: Signature = "", nonce: Nonce = ""
    ) -> Response:
        """What checks the PINs that central issued, sealed to the terminal's key."""
        body = await read_body(request)

        def issued(asked: TerminalRequest) -> IssuedPins:
            if asked.terminal.quarantined:
                raise RequestRefused(409, "this terminal is in quarantine and gets no PINs")
            return asked.pins(PinStatus.parse(body))

        of = _signed(request, nonce, signature, body)
        answer = await elsewhere(door.signed, of, issued)
        return door.answer(request, nonce, answer.to_bytes())

    @router.get(f"{_AT}/photos")
    async def photos(
        request: Request, site: str, terminal: str, signature: Signature = "", nonce: Nonce = ""
    ) -> Response:
        """Whose photos there are, with their digests."""
        of = _signed(request, nonce, signature)
        found = await elsewhere(door.signed, of, TerminalRequest.photos)
        return door.answer(request, nonce, found.to_bytes())

    @router.get(f"{_AT}/photos/{{officer}}")
    async def photo(
        request: Request,
        site: str,
        terminal: str,
        officer: str,
        signature: Signature = "",
        nonce: Nonce = "",
    ) -> Response:
        """One officer's photo, a JPEG; 404, signed, without one."""
        of = _signed(request, nonce, signature)
        jpeg = await elsewhere(door.signed, of, lambda asked: asked.photo(officer))
        return door.answer(request, nonce, jpeg or b"", 200 if jpeg else 404, media="image/jpeg")

    @router.get(f"{_AT}/days")
    async def held(
        request: Request, site: str, terminal: str, signature: Signature = "", nonce: Nonce = ""
    ) -> Response:
        """Which of its day reports central has."""
        of = _signed(request, nonce, signature)
        held = await elsewhere(door.signed, of, lambda asked: asked.held(now()))
        return door.answer(request, nonce, held.to_bytes())

    @router.put(f"{_AT}/days/{{day}}", openapi_extra=shapes.body(shapes.DAY))
    async def day(
        request: Request,
        site: str,
        terminal: str,
        day: str,
        signature: Signature = "",
        nonce: Nonce = "",
    ) -> Response:
        """Take one day report; the answer is a receipt."""
        body = await read_body(request)

        of = _signed(request, nonce, signature, body)

        def take(asked: TerminalRequest) -> Receipt:
            return asked.take_day(of.day_report(now()), body, now())

        receipt = await reports.ask(of, len(body))
        if receipt is None:
            receipt = await elsewhere(door.signed, of, take)
        statuses = {Answer.STORED: 201, Answer.ALREADY_HAVE: 200}
        return door.answer(request, nonce, receipt.to_bytes(), statuses.get(receipt.answer, 409))

    return router


def error_response(status: int, text: str) -> Response:
    """One line of JSON; never signed: it promises nothing."""
    later = {"Retry-After": str(RETRY_SECONDS)} if status in (429, 503) else None
    return Response(ErrorLine(text).to_bytes(), status, later, media_type="application/json")
