"""Views of every screen with hard words in them: for the gallery and the tests of the screens."""

from collections.abc import Iterator
from dataclasses import replace

from kiosk.domain.wording import DEFAULT_REASONS, Improvement, Wording
from kiosk.settings.reading import parse
from ui.failures import NOT_NOW
from ui.qr import qr_matrix
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
    words = Words.load(language)
    say = words.get
    settings = parse("")
    back, erase = say("common.back"), say("common.erase")
    builder = ViewBuilder(settings, words, Wording(improvements=IMPROVEMENTS), ())
    frame = Frame(builder.frame.office, say("frame.counter", counter="12"))
    choices = tuple(Choice(code, Words.load(code).name, code == language) for code in languages())

    def ready(card: OfficerCard, levels: int, note: str) -> ReadyView:
        faces = tuple(
            FaceLabel(score, levels, say(f"scale{levels}.{score}"))
            for score in range(levels, 0, -1)
        )
        return ReadyView(
            frame=frame,
            officer=card,
            question=builder.question(),
            faces=faces,
            note=note,
            languages=choices,
            staff=say("ready.staff"),
        )

    reasons = tuple(
        Choice(r.id, builder.reason(r), r.id in ("wait", "unfair")) for r in DEFAULT_REASONS
    )
    closed = ClosedView(
        frame=frame,
        title=say("closed.title"),
        subtitle=say("closed.subtitle", opens="08:00", closes="16:30"),
        sign_on=say("closed.sign_on"),
    )
    thai = language == "th"
    links = (
        LinkCode("จองคิวออนไลน์" if thai else "Book a queue", qr_matrix("https://example.go.th/q")),
        LinkCode("ร้องเรียนการทุจริต" if thai else "Report corruption", qr_matrix("https://e.go.th/c")),
    )
    told = builder.board(())[0]
    yield "closed", closed
    yield "closed-improvements", closed._replace(notice=told, links=links)
    yield "closed-notice", closed._replace(notice=NOTICE)
    yield "closed-codes", closed._replace(links=links)
    yield (
        "sign-on",
        SignOnView(
            frame=frame,
            title=say("sign_on.title"),
            hint=say("sign_on.hint"),
            officers=CARDS,
            typed="1",
            back=say("common.back"),
            pages=(say("common.earlier"), say("common.later")),
            erase=say("common.erase"),
        ),
    )
    yield (
        "pin",
        PinView(
            frame=frame,
            title=say("pin.title"),
            who=LONG,
            digits=4,
            message=say("pin.wait", seconds=15),
            locked=False,
            back=back,
            erase=erase,
        ),
    )
    yield "ready", ready(CARDS[0], 5, "")
    yield "ready-long-name-no-panel", ready(LONG, 5, say("ready.panel_down"))
    waiting = WaitingView(
        frame=frame,
        officer=LONG,
        title=say("waiting.title"),
        subtitle=say("waiting.subtitle"),
        staff=say("ready.staff"),
    )
    yield "waiting", waiting
    offered = ready(CARDS[0], 5, "")._replace(staff="", skip=say("ready.skip"))
    yield "offered", offered
    closes = say("ready.closes", seconds=10)
    yield "offered-time-ends", offered._replace(note=closes, more=say("reasons.more_time"))
    yield "ready-four-levels", ready(CARDS[1], 4, "")
    yield "ready-three-levels", ready(CARDS[1], 3, "")
    yield (
        "reasons",
        ReasonsView(
            frame=frame,
            title=say("reasons.title"),
            hint=say("reasons.hint"),
            reasons=reasons,
            done=say("reasons.done"),
        ),
    )
    yield (
        "reasons-time-ends",
        ReasonsView(
            frame=frame,
            title=say("reasons.title"),
            hint=say("reasons.hint"),
            reasons=reasons,
            done=say("reasons.done"),
            warning=say("reasons.still_there", seconds=10),
            more=say("reasons.more_time"),
        ),
    )
    keys = ((1, "reasons.next"), (3, "reasons.choose"), (5, "reasons.done"))
    yield (
        "reasons-by-buttons",
        ReasonsView(
            frame=frame,
            title=say("reasons.title"),
            hint=say("reasons.hint"),
            reasons=reasons,
            done=say("reasons.done"),
            pointed="unclear",
            keys=tuple(FaceLabel(score, 5, say(word)) for score, word in keys),
        ),
    )
    thanks = ThanksView(
        frame=frame,
        title=say("thanks.title"),
        subtitle=say("thanks.subtitle"),
        comment=say("thanks.comment"),
        qr=qr_matrix("https://example.go.th/comment/12345"),
    )
    yield "thanks", thanks
    yield "thanks-without-code", thanks._replace(qr=())
    paused = PausedView(
        frame=frame,
        title=say("paused.title"),
        subtitle=say("paused.subtitle"),
        resume=say("paused.resume"),
    )
    yield "paused", paused
    yield "paused-improvements", paused._replace(notice=told, links=links[:1])
    yield (
        "out-of-service",
        OutOfServiceView(
            frame=frame,
            title=say("out_of_service.title"),
            subtitle=say("out_of_service.subtitle"),
            detail="/var/lib/kiosk/kiosk.db: database or disk is full",
        ),
    )
    yield (
        "duty-menu",
        MenuView(
            frame=frame,
            title=say("duty.title"),
            rows=((say("duty.officer"), LONG.name), (say("duty.counter"), "12")),
            actions=tuple(
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
    facts = ServiceFacts(
        last_sync="2026-11-22 20:30", enrolled=True, due=0, free_mib=48_912, version="0.1.0"
    )
    offline = "https://report.example.go.th: no route to host. What is due stays due"
    by_stick = parse('[office]\ncounter = "12"\n[sync]\nstick = "/media/usb"\n')
    staff = ViewBuilder(by_stick, words, Wording(), ())
    yield "service-menu", staff.service_menu(facts, panel, testing=False)
    sending = replace(facts, queue="", guide="", due=12, sending=Sending("stick"))
    yield "service-menu-sends", staff.service_menu(sending, panel, testing=False)
    failed = replace(sending, sending=Sending("sync", NOT_NOW, offline))
    yield "service-menu-not-sent", staff.service_menu(failed, panel, testing=False)
