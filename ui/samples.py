"""Views of every screen with hard words in them: for the gallery and the tests of the screens."""

from collections.abc import Iterator
from dataclasses import replace

from kiosk.config import DEFAULT_REASONS, parse
from kiosk.domain.wording import SentWording
from ui.failures import NOT_NOW
from ui.qr import qr_matrix
from ui.show import PanelState, Sending, ServiceFacts, Shower
from ui.text import Words, languages
from ui.view import (
    Choice,
    ClosedView,
    FaceLabel,
    Frame,
    LinkCode,
    MenuView,
    NoticeCard,
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

TOLD = (("ที่นั่งรอไม่พอ ผู้สูงอายุต้องยืนรอนาน", "เพิ่มที่นั่ง ๒๐ ที่ และช่องบริการสำหรับผู้สูงอายุ"),)
NOTICE = NoticeCard(
    "หยุดทำการวันพ่อแห่งชาติ",
    "สำนักงานเขตหยุดให้บริการวันเสาร์ที่ ๕ ธันวาคม ๒๕๖๙\n"
    "ขอมีบัตรประชาชนได้ที่จุดบริการด่วนมหานคร ทุกวัน ๑๐.๐๐–๑๙.๐๐ น.",
)
SIZES = ((1024, 600), (1280, 800), (1920, 1080), (1080, 1920))
LONG = OfficerCard(
    "107",
    "107",
    "นางสาวปัณณภัสร์ วรรณวิจิตรเลิศสกุล",
    "เจ้าพนักงานปกครองชำนาญการพิเศษ (งานทะเบียนราษฎร)",
    "ปว",
)
CARDS = (
    OfficerCard("101", "101", "นายปิ่นเกล้า กตัญญู", "เจ้าพนักงานปกครอง", "ปก"),
    OfficerCard("102", "102", "นางน้ำผึ้ง ญาณวุฒิ", "เจ้าพนักงานธุรการ", "นญ"),
    LONG,
    *(
        OfficerCard(str(n), str(n), f"นายสิทธิ์ พันธุ์ศุกร์ที่ {n}", "เจ้าพนักงานการเงินและบัญชี", "สพ")
        for n in range(108, 120)
    ),
)


def samples(language: str) -> Iterator[tuple[str, View]]:
    """Every screen by name, as a citizen or an officer may meet it."""
    words = Words.load(language)
    say = words.get
    settings = parse("")
    back, erase = say("common.back"), say("common.erase")
    shower = Shower(settings, words, SentWording(told=TOLD), ())
    frame = Frame(shower.frame.office, say("frame.counter", counter="12"))
    choices = tuple(Choice(code, Words.load(code).name, code == language) for code in languages())

    def ready(card: OfficerCard, levels: int, note: str) -> ReadyView:
        faces = tuple(
            FaceLabel(score, levels, say(f"scale{levels}.{score}"))
            for score in range(levels, 0, -1)
        )
        return ReadyView(frame, card, shower.question(), faces, note, choices, say("ready.staff"))

    reasons = tuple(
        Choice(r.id, shower.reason(r), r.id in ("wait", "unfair")) for r in DEFAULT_REASONS
    )
    closed = ClosedView(
        frame,
        say("closed.title"),
        say("closed.subtitle", opens="08:00", closes="16:30"),
        say("closed.sign_on"),
    )
    thai = language == "th"
    links = (
        LinkCode("จองคิวออนไลน์" if thai else "Book a queue", qr_matrix("https://example.go.th/q")),
        LinkCode("ร้องเรียนการทุจริต" if thai else "Report corruption", qr_matrix("https://e.go.th/c")),
    )
    told = shower.board(())[0]
    yield "closed", closed
    yield "closed-told", closed._replace(notice=told, links=links)
    yield "closed-notice", closed._replace(notice=NOTICE)
    yield "closed-codes", closed._replace(links=links)
    yield (
        "sign-on",
        SignOnView(
            frame,
            say("sign_on.title"),
            say("sign_on.hint"),
            CARDS,
            "1",
            say("common.back"),
            (say("common.earlier"), say("common.later")),
            say("common.erase"),
        ),
    )
    yield (
        "pin",
        PinView(
            frame,
            say("pin.title"),
            LONG,
            4,
            say("pin.wait", seconds=15),
            False,
            back,
            erase,
        ),
    )
    yield "ready", ready(CARDS[0], 5, "")
    yield "ready-long-name-no-panel", ready(LONG, 5, say("ready.panel_down"))
    waiting = (say("waiting.title"), say("waiting.subtitle"), say("ready.staff"))
    yield "waiting", WaitingView(frame, LONG, *waiting)
    offered = ready(CARDS[0], 5, "")._replace(staff="", skip=say("ready.skip"))
    yield "offered", offered
    closes = say("ready.closes", seconds=10)
    yield "offered-time-ends", offered._replace(note=closes, more=say("reasons.more_time"))
    yield "ready-four-levels", ready(CARDS[1], 4, "")
    yield "ready-three-levels", ready(CARDS[1], 3, "")
    yield (
        "reasons",
        ReasonsView(frame, say("reasons.title"), say("reasons.hint"), reasons, say("reasons.done")),
    )
    yield (
        "reasons-time-ends",
        ReasonsView(
            frame,
            say("reasons.title"),
            say("reasons.hint"),
            reasons,
            say("reasons.done"),
            say("reasons.still_there", seconds=10),
            say("reasons.more_time"),
        ),
    )
    keys = ((1, "reasons.next"), (3, "reasons.choose"), (5, "reasons.done"))
    yield (
        "reasons-by-buttons",
        ReasonsView(
            frame,
            say("reasons.title"),
            say("reasons.hint"),
            reasons,
            say("reasons.done"),
            pointed="unclear",
            keys=tuple(FaceLabel(score, 5, say(word)) for score, word in keys),
        ),
    )
    thanks = (say("thanks.title"), say("thanks.subtitle"), say("thanks.comment"))
    yield "thanks", ThanksView(frame, *thanks, qr_matrix("https://example.go.th/comment/12345"))
    yield "thanks-without-code", ThanksView(frame, *thanks, ())
    paused = PausedView(frame, say("paused.title"), say("paused.subtitle"), say("paused.resume"))
    yield "paused", paused
    yield "paused-told", paused._replace(notice=told, links=links[:1])
    yield (
        "out-of-service",
        OutOfServiceView(
            frame,
            say("out_of_service.title"),
            say("out_of_service.subtitle"),
            "/var/lib/kiosk/kiosk.db: database or disk is full",
        ),
    )
    yield (
        "duty-menu",
        MenuView(
            frame,
            say("duty.title"),
            ((say("duty.officer"), LONG.name), (say("duty.counter"), "12")),
            tuple(
                Choice(key, say(name))
                for key, name in (
                    ("pause", "duty.pause"),
                    ("hand-over", "duty.hand_over"),
                    ("sign-off", "duty.sign_off"),
                    ("back", "common.back"),
                )
            ),
        ),
    )
    panel = PanelState(wanted=True, up=True, device="DD-07", last_button=3)
    facts = ServiceFacts("2026-11-22 20:30", True, 0, 48_912, "0.1.0")
    offline = "https://report.example.go.th: no route to host. What is due stays due"
    by_stick = parse('[office]\ncounter = "12"\n[sync]\nstick = "/media/usb"\n')
    staff = Shower(by_stick, words, SentWording(), ())
    yield "service-menu", staff.service_menu(facts, panel, testing=False)
    sending = replace(facts, queue="", guide="", due=12, sending=Sending("stick"))
    yield "service-menu-sends", staff.service_menu(sending, panel, testing=False)
    failed = replace(sending, sending=Sending("sync", NOT_NOW, offline))
    yield "service-menu-not-sent", staff.service_menu(failed, panel, testing=False)
