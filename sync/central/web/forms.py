"""The forms that people send, from our own pages alone."""

import logging
import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from kiosk.domain.dates import day_in
from kiosk.domain.people import tidied
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError

MAX_FORM, MAX_UPLOAD = 512 * 1024, 8 * 1024 * 1024
"""Bytes of a form's body, without and with a file."""
MAX_FIELDS = 1000
"""Of a form: the ITA rows alone are 150, of four fields each."""
_NUMBER = re.compile("-?[0-9]{1,9}")
"""What fits each database's integers."""
_LOG = logging.getLogger("kiosk.central")
_NEVER = re.compile("[\x00\ud800-\udfff]")
"""What no database takes, wherever it stands in a form."""


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """A form as it came, from our own page."""

    values: dict[str, str]
    several: dict[str, tuple[str, ...]]
    """Every value of each field: those of ticked boxes."""
    file: Upload | None = None

    def text(self, name: str, longest: int = 2000) -> str:
        """One field, outer spaces gone; PageError when it is longer than fits."""
        value = self.values.get(name, "").replace("\r\n", "\n").strip()
        if len(value) > longest:
            raise PageError(400, "text_too_long")
        return value

    def prose(self, name: str, longest: int) -> str:
        """One field of running text, without what no page or paper can show."""
        return tidied(self.text(name, longest)).strip()

    def number(self, name: str) -> int:
        value = self.text(name, 12)
        if not _NUMBER.fullmatch(value):
            raise PageError(400, "no_number")
        return int(value)

    def day(self, name: str) -> date | None:
        value = self.text(name, 60)
        try:
            return day_in(value) if value else None
        except ValueError:
            raise PageError(400, "no_day") from None


async def posted(request: Request) -> Posted:
    """The form in a request; PageError when it is too big, or comes from somebody else's page."""
    _refuse_foreign(request)
    limit = MAX_UPLOAD if "multipart" in request.headers.get("content-type", "") else MAX_FORM
    length = request.headers.get("content-length", "")
    if not _NUMBER.fullmatch(length) or int(length) > limit:
        raise PageError(413, "too_big")
    values: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    file = None
    try:
        async with request.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_FORM) as form:
            for name, value in form.multi_items():
                if not isinstance(value, UploadFile):
                    values[name] = value
                    several.setdefault(name, []).append(value)
                elif value.filename:
                    file = Upload(value.filename, await value.read())
    except (HTTPException, MultiPartException, ValueError):
        raise PageError(400, "bad_form") from None
    texts = [file.name] if file else []
    for name, of_field in several.items():
        texts += [name, *of_field]
    if any(_NEVER.search(text) for text in texts):
        raise PageError(400, "bad_form")
    tuples = {name: tuple(of_field) for name, of_field in several.items()}
    return Posted(values=values, several=tuples, file=file)


def _refuse_foreign(request: Request) -> None:
    """A form of another site must not act for who is signed in here. Browsers say whose it is:
    by Sec-Fetch-Site on TLS and this machine, else by Origin. Own is the address that was asked,
    and that of the settings, which a proxy may have exchanged for ours."""
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        if fetched not in ("same-origin", "none"):
            raise PageError(403, "foreign_form")
        return
    origin = request.headers.get("origin", "")
    place = origin.split("://", 1)[-1]
    settings = parts_of(request).central.settings
    if origin and place not in (request.url.netloc, urlsplit(settings.url).netloc):
        _LOG.warning(
            "a form from %.100r was refused: this report was asked as %.100r, and its url is %s; "
            "correct url in central.toml, and behind a proxy start with --behind-proxy",
            origin,
            request.url.netloc,
            settings.url,
        )
        raise PageError(403, "foreign_address", address=place[:100])


Form = Annotated[Posted, Depends(posted)]
