"""Views of every screen with hard words in them: for the gallery and the tests of the screens."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time

from kiosk import __version__
from kiosk.domain.ownresult import OwnResult
from kiosk.domain.people import Officer, OfficerId
from kiosk.domain.refusal import Refusal
from kiosk.domain.wording import DEFAULT_REASONS, Improvement, Wording
from kiosk.settings.reading import parse
from ui.dates import date_words, hours_words, now_words, opening_words
from ui.dialogs import PanelWizard, SetupStage
from ui.failures import NOT_NOW
from ui.qr import qr_matrix
from ui.text import Words, languages
from ui.view import (
    Choice,
    ClosedView,
    FaceLabel,
    Frame,
    LinkCode,
    NoticeCard,
    Now,
    OfficerCard,
    OutOfServiceView,
    PausedView,
    PinView,
    ReadyView,
    ReasonsView,
    SignOnView,
    ThanksView,
    View,
    WaitingView,
)
from ui.view_builder import PanelState, Sending, ServiceFacts, ViewBuilder

IMPROVEMENTS = (
    Improvement(
        said="ที่นั่งรอไม่พอ ผู้สูงอายุต้องยืนรอนาน",
        done="เพิ่มที่นั่ง ๒๐ ที่ และช่องบริการสำหรับผู้สูงอายุ",
    ),
)
NOTICE = NoticeCard(
    "หยุดทำการวันพ่อแห่งชาติ",
    "สำนักงานเขตหยุดให้บริการวันเสาร์ที่ ๕ ธันวาคม ๒๕๖๙\n"
    "ขอมีบัตรประชาชนได้ที่จุดบริการด่วนมหานคร ทุกวัน ๑๐.๐๐–๑๙.๐๐ น.",
)
SIZES = ((1024, 600), (1280, 800), (1920, 1080), (1080, 1920))
SATURDAY = datetime(2026, 11, 28, 18, 5, tzinfo=UTC)
LONG = OfficerCard(
    id="107",
    number="107",
    name="นางสาวปัณณภัสร์ วรรณวิจิตรเลิศสกุล",
    position="เจ้าพนักงานปกครองชำนาญการพิเศษ (งานทะเบียนราษฎร)",
    initials="ปว",
)
CARDS = (
    OfficerCard(
        id="101", number="101", name="นายปิ่นเกล้า กตัญญู", position="เจ้าพนักงานปกครอง", initials="ปก"
    ),
    OfficerCard(
        id="102", number="102", name="นางน้ำผึ้ง ญาณวุฒิ", position="เจ้าพนักงานธุรการ", initials="นญ"
    ),
    LONG,
    *(
        OfficerCard(
            id=str(n),
            number=str(n),
            name=f"นายสิทธิ์ พันธุ์ศุกร์ที่ {n}",
            position="เจ้าพนักงานการเงินและบัญชี",
            initials="สพ",
        )
        for n in range(108, 120)
    ),
)


def samples(language: str) -> Iterator[tuple[str, View]]:
    """Every screen by name, as a citizen or an officer may meet it."""
    pages = _Pages(language)
    yield from pages.closed()
    yield from pages.signing_on()
    yield from pages.ready()
    yield from pages.reasons()
    yield from pages.thanks()
    yield from pages.paused()
    yield from pages.menus()


class _Pages:
    """The sample pages in one language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._words = Words.load(language)
        self._say = self._words.get
        wording = Wording(improvements=IMPROVEMENTS)
        self._builder = ViewBuilder(parse(""), self._words, wording, ())
        counter = self._say("frame.counter", counter="12")
        self._frame = Frame(self._builder.frame.office, counter)
        settings = parse('[office]\ncounter = "12"\n[sync]\nstick = "/media/usb"\n')
        self._menu_builder = ViewBuilder(settings, self._words, Wording(), ())
        self._staff_frame = self._menu_builder.staff_frame
        time_now = now_words(self._words, SATURDAY.time())
        today = date_words(self._words, SATURDAY.date())
        self._now = Now(hour=SATURDAY.hour, minute=SATURDAY.minute, time=time_now, date=today)
        self._improvement = self._builder.board(())[0]

    def closed(self) -> Iterator[tuple[str, View]]:
        say = self._say
        opening = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
        closed = ClosedView(
            frame=self._frame,
            title=say("closed.title"),
            subtitle=opening_words(self._words, opening, SATURDAY.date()),
            sign_on=say("closed.sign_on"),
            hours=hours_words(self._words, opening.time(), time(16, 30)),
            now=self._now,
        )
        links = self._links()
        yield "starting", closed._replace(subtitle=say("paused.subtitle"), sign_on="", now=None)
        yield "closed", closed
        yield (
            "closed-nobody",
            closed._replace(title=say("closed.nobody"), subtitle=say("paused.subtitle")),
        )
        yield "closed-improvements", closed._replace(notice=self._improvement, links=links)
        yield "closed-notice", closed._replace(notice=NOTICE)
        yield "closed-codes", closed._replace(links=links)

    def signing_on(self) -> Iterator[tuple[str, View]]:
        say = self._menu_builder.staff_say
        sign_on = SignOnView(
            frame=self._staff_frame,
            title=say("sign_on.title"),
            hint=say("sign_on.hint"),
            officers=CARDS,
            typed="1",
            back=say("common.back"),
            pages=(say("common.earlier"), say("common.later")),
            erase=say("common.erase"),
            numerals=tuple(str(n) for n in range(len(CARDS) + 1)),
            letters=("ก", "ญ", "น", "ป", "พ", "ว", "ศ", "ส"),
            by_name=say("sign_on.by_name"),
            by_number=say("sign_on.by_number"),
        )
        pin = PinView(
            frame=self._staff_frame,
            title=say("pin.title"),
            who=LONG,
            digits=4,
            message=say("pin.wait", seconds=15),
            locked=False,
            back=say("common.back"),
            erase=say("common.erase"),
        )
        yield "sign-on", sign_on
        yield "pin", pin
        yield "pin-on-duty", pin._replace(change=say("pin.change"), message="")

    def ready(self) -> Iterator[tuple[str, View]]:
        say = self._say
        waiting = WaitingView(
            frame=self._frame,
            officer=LONG._replace(number=self._words.written(LONG.number)),
            title=say("waiting.title"),
            subtitle=say("waiting.subtitle"),
            staff=say("ready.staff"),
        )
        offered = self._ready_view(CARDS[0], 5)._replace(staff="", skip=say("ready.skip"))
        time_ends = offered._replace(
            note=say("ready.closes", seconds=10), more=say("reasons.more_time")
        )
        panel_down = say("ready.panel_down")
        yield "ready", self._ready_view(CARDS[0], 5)
        yield "ready-long-name-no-panel", self._ready_view(LONG, 5)._replace(note=panel_down)
        follows = say("ready.follows", name=LONG.name)
        yield "ready-hand-over", self._ready_view(CARDS[0], 5)._replace(note=follows)
        yield "waiting", waiting
        yield "offered", offered
        yield "offered-time-ends", time_ends
        yield "ready-four-levels", self._ready_view(CARDS[1], 4)
        yield "ready-three-levels", self._ready_view(CARDS[1], 3)

    def reasons(self) -> Iterator[tuple[str, View]]:
        say = self._say
        choices = tuple(
            Choice(reason.id, self._builder.reason(reason), reason.id in ("wait", "unfair"))
            for reason in DEFAULT_REASONS
        )
        reasons = ReasonsView(
            frame=self._frame,
            title=say("reasons.title"),
            hint=say("reasons.hint"),
            reasons=choices,
            done=say("reasons.done"),
        )
        time_ends = reasons._replace(
            warning=say("reasons.still_there", seconds=10),
            more=say("reasons.more_time"),
            asks_next=say("reasons.asks_next"),
        )
        keys = ((1, "reasons.next"), (3, "reasons.choose"), (5, "reasons.done"))
        labels = tuple(FaceLabel(score, 5, say(word)) for score, word in keys)
        yield "reasons", reasons
        yield "reasons-time-ends", time_ends
        yield "reasons-by-buttons", reasons._replace(pointed="unclear", keys=labels)

    def thanks(self) -> Iterator[tuple[str, View]]:
        say = self._say
        thanks = ThanksView(
            frame=self._frame,
            title=say("thanks.title"),
            subtitle=say("thanks.subtitle"),
            comment=say("thanks.comment", seconds=20),
            qr=qr_matrix("https://example.go.th/comment/12345"),
        )
        yield "thanks", thanks
        yield "thanks-without-code", thanks._replace(qr=())

    def paused(self) -> Iterator[tuple[str, View]]:
        say = self._say
        paused = PausedView(
            frame=self._frame,
            title=say("paused.title"),
            subtitle=say("paused.subtitle"),
            resume=say("paused.resume"),
            now=self._now,
        )
        out_of_service = OutOfServiceView(
            frame=self._frame,
            title=say("out_of_service.title"),
            subtitle=say("out_of_service.subtitle"),
            for_staff=say("trouble.for_staff"),
            remedy=say("trouble.failed"),
        )
        one_link = self._links()[:1]
        yield "paused", paused
        yield "paused-improvements", paused._replace(notice=self._improvement, links=one_link)
        yield "out-of-service", out_of_service

    def menus(self) -> Iterator[tuple[str, View]]:
        officer = Officer(
            id=OfficerId(LONG.id), number=LONG.number, name=LONG.name, position=LONG.position
        )
        own = OwnResult(
            first_day=date(2026, 4, 1),
            last_day=date(2026, 9, 30),
            n=412,
            bound="",
            rate=913,
            low=883,
            high=936,
            places=1,
            response=61,
            weeks_objected=2,
        )
        yield "own-round", self._menu_builder.own_round(officer, own)
        hidden = own._replace(bound="hidden", n=0, rate=0, low=0, high=0)
        yield "own-round-hidden", self._menu_builder.own_round(officer, hidden)
        began = SATURDAY.replace(hour=8, minute=2)
        menu = self._menu_builder.duty_menu(officer, began, has_result=True)
        yield "duty-menu-with-result", menu
        yield "duty-menu", self._menu_builder.duty_menu(officer, SATURDAY.replace(hour=8, minute=2))
        facts = ServiceFacts(
            last_sync=SATURDAY, enrolled=True, due=0, free_mib=48_912, version=__version__
        )
        sending = replace(facts, queue=(), guide=(), due=12, sending=Sending("stick"))
        offline = "https://report.example.go.th: no route to host. What is due stays due"
        not_sent = replace(sending, sending=Sending("sync", NOT_NOW, offline))
        yield "service-menu", self._service_menu(facts)
        yield "service-menu-sends", self._service_menu(sending)
        yield "service-menu-not-sent", self._service_menu(not_sent)
        foreign = replace(facts, foreign_days=(date(2026, 11, 20), date(2026, 11, 21)))
        yield "service-menu-not-mine", self._service_menu(foreign)
        yield "service-menu-off-duty", self._service_menu(replace(facts, may_set_up=True))
        port = "/dev/serial/by-id/usb-FTDI_TTL232R-3V3_FT1-if00-port0"
        pressing = PanelWizard(
            stage=SetupStage.PRESS, place=2, time=2, ports=(port,), profile="hex-frame"
        )
        failed = PanelWizard(
            stage=SetupStage.FAILED, remark=Refusal("buttons_alike"), ports=(port,)
        )
        yield "panel-setup", self._menu_builder.panel_setup(pressing)
        yield "panel-setup-failed", self._menu_builder.panel_setup(failed)

    def _service_menu(self, facts: ServiceFacts) -> View:
        panel = PanelState(wanted=True, up=True, device="DD-07", last_button=3)
        return self._menu_builder.service_menu(facts, panel, testing=False)

    def _ready_view(self, card: OfficerCard, levels: int) -> ReadyView:
        faces = tuple(
            FaceLabel(score, levels, self._say(f"scale{levels}.{score}"))
            for score in range(levels, 0, -1)
        )
        choices = tuple(
            Choice(code, Words.load(code).name, code == self._language) for code in languages()
        )
        return ReadyView(
            frame=self._frame,
            officer=card._replace(number=self._words.written(card.number)),
            question=self._builder.question(),
            faces=faces,
            note="",
            languages=choices,
            staff=self._say("ready.staff"),
            private=self._say("ready.private"),
        )

    def _links(self) -> tuple[LinkCode, ...]:
        is_thai = self._language == "th"
        queue = "จองคิวออนไลน์" if is_thai else "Book a queue"
        corruption = "ร้องเรียนการทุจริต" if is_thai else "Report corruption"
        return (
            LinkCode(queue, qr_matrix("https://example.go.th/q")),
            LinkCode(corruption, qr_matrix("https://e.go.th/c")),
        )
