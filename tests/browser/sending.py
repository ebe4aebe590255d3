"""Sends each form of the report from a browser, as it stands; what is empty and must not be is
filled from the tables here."""

import io
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, Response
from playwright.sync_api import TimeoutError as OutOfTime

from kiosk.speech import RATE
from tests.browser.office import PUBLIC, Office
from tests.browser.sitemap import Form
from tests.support.authenticator import Authenticator
from tests.support.central import NOON
from tests.support.voices import spoken

NEW_PASSWORD = "ตลาดนัดสวนจตุจักรวันเสาร์ 77"
ROSTER = "number,name,position,section\n902,สมศักดิ์ ดีงาม,,ฝ่ายโยธา\n"
SIGNS_IN = "director"
"""The account of who is not signed in yet."""
_EMPTY = "input:required:not([type=hidden]), textarea:required, select:required"


def a_jpeg() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(picture, "JPEG")
    return picture.getvalue()


def a_recording() -> bytes:
    """What a telephone recorded."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(spoken().tobytes())
    return sound.getvalue()


@dataclass(frozen=True, slots=True)
class Hand:
    """Who sends: the reader's password, and the page that is looked at."""

    password: str
    page: Page


Value = str | Callable[[Hand], str]
WORDS: Mapping[str, Value] = {
    "/sign-in account": SIGNS_IN,
    "address": "https://hooks.example.go.th/kiosk",
    "account": "newcomer",
    "after": "๕",
    "again": NEW_PASSWORD,
    "caption": "ประชุมหัวหน้าฝ่าย",
    "code": lambda hand: Authenticator(hand.page.content()).code(NOON),
    "counter": "9",
    "host": "mail.example.go.th",
    "name": "สมศรี มีสุข",
    "new": NEW_PASSWORD,
    "note": "ตรวจแล้ว",
    "number": "901",
    "old": lambda hand: hand.password,
    "password": lambda hand: hand.password,
    "recipients": "U" + "4af4980629" * 3 + "ab",
    "reason": "ย้ายเครื่องแม่ข่าย",
    "said": "เก้าอี้ไม่พอ",
    "sender": "report@example.go.th",
    "sender_name": "สำนักงานเขตดินแดง",
    "terminal": "counter-9",
    "to": "it@example.go.th",
    "words": "ตรวจสอบแล้ว เป็นไปตามที่แจ้ง",
}
"""What a person types into an empty field that must be filled, by its name;
where one name means several things, with its form's route."""
TYPED = {
    "/holidays/{site}": {"days": "2026-12-10 วันรัฐธรรมนูญ"},
    "/notifications/{site}": {"secret": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"},
}
"""What a person types though the field may be empty: the form says nothing without it."""
Bytes = Callable[[Hand], bytes]
FILES: Mapping[str, tuple[str, str, Bytes]] = {
    "/ita/{site}/pictures": ("ก.jpg", "image/jpeg", lambda _: a_jpeg()),
    "/recordings/{site}/{language}/{prompt}": ("ก.wav", "audio/wav", lambda _: a_recording()),
    "/roster/{site}": ("ก.csv", "text/csv", lambda _: ROSTER.encode()),
    "/roster/{site}/{officer}": ("ก.jpg", "image/jpeg", lambda _: a_jpeg()),
    "/settings/{site}": (
        "settings.json",
        "application/json",
        lambda hand: hand.page.request.get("/settings/dindaeng/document").body(),
    ),
}
"""What a person chooses from the machine, by the route: name, kind, bytes."""
TICKED = {
    "/accounts/{site}": "[name=roles][value=director]",
    "/pins/{site}": "[type=checkbox][name=officers]",
    "/officer-accounts/{site}": "[type=checkbox][name=officers]",
}
"""What is ticked though a browser would send it empty."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a form. `fault`: why it was turned away, or nothing."""

    fault: str = ""
    html: str = ""
    """The page that answers; "" where it is a file."""
    path: str = ""


def send_here(office: Office, page: Page, reader: str, form: Form) -> Sent:
    """Send a form of the page that is open."""
    page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true; })")
    of_page = page.locator("form[method=post]").nth(form.place)
    account = SIGNS_IN if reader == PUBLIC else reader
    hand = Hand(office.account_of(account).password, page)
    if missing := _fill(of_page, form.action, hand):
        return Sent(f"nobody has said what to type into {missing}")
    try:
        with page.expect_response(_ends) as answer:
            of_page.locator("button").nth(form.button).click()
    except OutOfTime:
        invalid = of_page.locator(":invalid").evaluate_all("of => of.map(one => one.name)")
        return Sent(f"the browser sent nothing; it wants {invalid}")
    return _sent(page, answer.value)


def _ends(answer: Response) -> bool:
    """Whether this is what the window shows in the end, and not the way there."""
    return answer.request.is_navigation_request() and answer.status != 303


def _sent(page: Page, answer: Response) -> Sent:
    if answer.status >= 400:
        page.wait_for_load_state()
        alerts = page.locator("[role=alert], main").first.inner_text()
        return Sent(f"{answer.status} {alerts[:300]}")
    if not (answer.header_value("content-type") or "").startswith("text/html"):
        return Sent()
    path = "/" + answer.url.split("/", 3)[-1]
    return Sent(html=answer.text(), path=path)


def _fill(form: Locator, action: str, hand: Hand) -> str:
    """Fill what must not be empty; the name of a field that nobody has described."""
    for field in form.locator(_EMPTY).all():
        if not _filled(form, field, action, hand):
            return f"{action} {field.get_attribute('name')}"
    for name, words in TYPED.get(action, {}).items():
        for field in form.locator(f"[name={name}]:visible").all():
            field.fill(words)
    if box := TICKED.get(action):
        of_many = form.locator(box)
        if of_many.count():
            of_many.first.check()
    return ""


def _filled(form: Locator, field: Locator, action: str, hand: Hand) -> bool:
    """Whether the field holds something now."""
    kind, name = field.get_attribute("type"), field.get_attribute("name") or ""
    if kind in ("radio", "checkbox"):
        if not form.locator(f"[name='{name}']:checked").count():
            field.check(force=True)
    elif kind == "file":
        if action not in FILES:
            return False
        file, of_kind, made = FILES[action]
        field.set_input_files(FilePayload(name=file, mimeType=of_kind, buffer=made(hand)))
    elif field.input_value():
        return True
    elif field.locator("option").count():
        # The last: the first may ask for more.
        field.select_option(index=field.locator("option").count() - 1)
    else:
        value = WORDS.get(f"{action} {name}", WORDS.get(name))
        if value is None:
            return False
        field.fill(value if isinstance(value, str) else value(hand))
    return True
