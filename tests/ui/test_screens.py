"""How every screen looks: nothing cut, targets large enough, words complete in every language."""

import ast
import re
from collections.abc import Iterator
from math import hypot
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, qGray
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kiosk.domain.wording import MAX_SCREEN_TEXT
from ui import theme
from ui.samples import LONG, SIZES, samples
from ui.screens.base import StillScreen
from ui.screens.ready import ReadyScreen
from ui.text import MissingWord, Words, languages
from ui.view import ReadyView, ReasonsView, View
from ui.widgets.breaks import places
from ui.widgets.pictures import decode_photo
from ui.widgets.tap import Tap
from ui.widgets.text import Laid, TextBox, fit, paint
from ui.window import TerminalWindow

LEAST_TARGET_MM = 12.7
"""VVSG 2.0, 7.2-I."""
LEAST_GAP_MM = 2.54
SCREENS = (
    ((1024, 600), 7.0),
    ((1280, 800), 7.0),
    ((1280, 800), 10.1),
    ((1920, 1080), 15.6),
    ((1080, 1920), 15.6),
)
"""Pixels and diagonal in inches: the smallest we stand for, and the usual."""


WORDS = re.findall(
    r"\S+",
    """
กดปุ่ม กรุงเทพมหานคร การประเมิน การให้บริการ กำลังให้บริการ กิริยาวาจา ขอบคุณ ขออภัย ขัดข้อง ข้อมูล
ความคิดเห็น ความพึงพอใจ ความเห็น คำตอบ คำแนะนำ เครื่องประเมิน เครือข่าย จองคิว จุดบริการ เจ้าหน้าที่
เจ้าพนักงาน ช่องบริการ ชั่วคราว ชัดเจน ดินแดง ตรวจสอบ ติดต่อ ถูกต้อง ทดสอบ ทะเบียน ทุจริต ที่นั่ง
ธันวาคม น้อยที่สุด บัตรคิว บัตรประชาชน บันทึก บำรุงรักษา ปฏิบัติงาน ประจำ ประชาชน ประเมิน ปรับปรุง
ปานกลาง ปุ่มกด ผู้ดูแลระบบ ผู้สูงอายุ แผงปุ่มกด พร้อมใช้ พฤศจิกายน พึงพอใจ พื้นที่ มากที่สุด
ไม่เป็นธรรม ไม่สุภาพ เมนู ยุ่งยาก รหัส รอนาน ระบบ รายการ รายงาน รายชื่อ ร้องเรียน เรียบร้อย โปรแกรม
ลงชื่อ ลงทะเบียน ล่าสุด วันจันทร์ วันพ่อแห่งชาติ วันเสาร์ วินาที เวลาทำการ ส่วนกลาง สถานที่ สะดวก
สักครู่ สำนักงานเขต สำเร็จ สำหรับ สิ่งที่ สุภาพ เสียหาย แสดงความคิดเห็น หน้าจอ หมายเลข หยุดทำการ
ให้บริการ ออนไลน์ อีกครั้ง เอกสาร
""",
)
"""As a dictionary has them: of our screens, none may end a line inside one."""


def split_words(laid: Laid) -> list[str]:
    """The words inside which a line ends."""
    text, lines = laid.layout.text(), range(1, laid.layout.lineCount())
    if not lines:
        return []
    ends = [laid.layout.lineAt(line).textStart() for line in lines]
    return [
        word
        for word in WORDS
        for found in re.finditer(word, text)
        if any(found.start() < end < found.end() for end in ends)
    ]


@pytest.fixture(params=[1.0, 1.5], ids=["text-100", "text-150"])
def text_scale(request: pytest.FixtureRequest) -> Iterator[float]:
    theme.set_text_scale(request.param)
    yield request.param
    theme.set_text_scale(1.0)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("language", languages())
def test_no_word_is_cut_at_any_size(
    window: TerminalWindow, size: tuple[int, int], language: str, text_scale: float
) -> None:
    window.resize(*size)
    window.show()
    for name, view in samples(language):
        window.show_view(view)
        screen = window.screen_shown
        page = screen.drawn if isinstance(screen, StillScreen) else screen
        assert page is not None
        for box in page.findChildren(TextBox):
            if box.isVisibleTo(page) and box._text:
                laid = box.laid()
                where = f"{name}: {box._text}"
                assert not split_words(laid), where
                assert laid.widest <= box.width() + 0.5, where
                assert laid.height <= box.height() + 0.5, where
                assert window.rect().contains(box.mapTo(window, QPoint(0, 0))), where
        for tap in page.findChildren(Tap):
            if tap.isVisibleTo(page) and (words := tap.words()) is not None:
                laid, room = words
                where = f"{name}: {tap.text()}"
                assert not split_words(laid), where
                assert laid.widest <= room.width() + 0.5, where
                assert laid.height <= room.height() + 0.5, where
                assert not laid.splits_a_word(), where


@pytest.fixture(params=[False, True], ids=["", "low"])
def low_reach(request: pytest.FixtureRequest) -> Iterator[bool]:
    theme.set_low_reach(request.param)
    yield request.param
    theme.set_low_reach(False)


@pytest.mark.parametrize(("size", "inches"), SCREENS)
@pytest.mark.parametrize("language", ["th", "my"])
def test_every_target_is_large_enough_and_apart(
    window: TerminalWindow, size: tuple[int, int], inches: float, language: str, low_reach: bool
) -> None:
    window.resize(*size)
    window.show()
    per_mm = hypot(*size) / (inches * 25.4)
    for name, view in samples(language):
        window.show_view(view)
        taps = [tap for tap in window.findChildren(Tap) if tap.isVisible()]
        for tap in taps:
            where = f"{name}: {tap.accessibleName()}"
            assert min(tap.width(), tap.height()) >= LEAST_TARGET_MM * per_mm - 1, where
            mine = QRect(tap.mapTo(window, QPoint(0, 0)), tap.size())
            assert window.rect().contains(mine), where
            apart = round(LEAST_GAP_MM * per_mm - 1)
            around = mine.adjusted(-apart, -apart, apart, apart)
            for other in taps:
                if other is not tap:
                    theirs = QRect(other.mapTo(window, QPoint(0, 0)), other.size())
                    assert not around.intersects(theirs), f"{where} by {other.accessibleName()}"


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("language", ["th", "my"])
def test_low_reach_keeps_all_that_a_citizen_presses_in_the_lower_half(
    window: TerminalWindow, size: tuple[int, int], language: str, text_scale: float
) -> None:
    theme.set_low_reach(True)
    window.resize(*size)
    window.show()
    for name, view in samples(language):
        if isinstance(view, ReadyView | ReasonsView):
            window.show_view(view)
            for tap in window.findChildren(Tap):
                if tap.isVisible():
                    top = tap.mapTo(window, QPoint(0, 0)).y()
                    assert top >= size[1] // 2, f"{name}: {tap.accessibleName()}"
                    words = tap.words()
                    assert words is None or words[0].height <= words[1].height() + 0.5, name
    theme.set_low_reach(False)


LONG_QUESTIONS = (
    "ท่านพึงพอใจต่อการให้บริการของเจ้าหน้าที่ ขั้นตอน และระยะเวลาเพียงใด " * 3,
    "How satisfied are you with the officer, the steps and the time it took? " * 3,
)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("text", LONG_QUESTIONS, ids=["th", "en"])
def test_the_longest_question_an_office_may_write_is_shown_whole(
    window: TerminalWindow, size: tuple[int, int], text: str, text_scale: float
) -> None:
    window.resize(*size)
    window.show()
    question = text[:MAX_SCREEN_TEXT].strip()
    ready = dict(samples("th"))["ready"]
    assert isinstance(ready, ReadyView)
    window.show_view(ready._replace(question=question))
    box = next(box for box in window.findChildren(TextBox) if box._text == question)
    assert box.laid().height <= box.height() + 0.5


def test_thai_breaks_between_words_and_marks_need_no_more_than_the_line(qtbot: QtBot) -> None:
    text = "ท่านพึงพอใจต่อการให้บริการของเจ้าหน้าที่เพียงใด"
    laid = fit(text, 40, "Bold", QRectF(0, 0, 500, 200), wrap=True)
    starts = [laid.layout.lineAt(i).textStart() for i in range(1, laid.layout.lineCount())]
    assert starts, "it must wrap"
    words = re.findall(r"ท่าน|พึงพอใจ|ต่อ|การ|ให้|บริการ|ของ|เจ้าหน้าที่|เพียง|ใด", text)
    borders = {sum(len(w) for w in words[:i]) for i in range(len(words))}
    assert set(starts) <= borders


def test_a_line_ends_by_sense_and_a_number_stays_with_what_it_counts(qtbot: QtBot) -> None:
    text = "เพิ่มที่นั่ง ๒๐ ที่ และช่องบริการสำหรับผู้สูงอายุ"
    ends = set()
    for width in range(260, 700, 10):
        layout = Laid(text, 30, "Regular", width, wrap=True).layout
        starts = [layout.lineAt(line).textStart() for line in range(1, layout.lineCount())]
        ends |= {text[start:].split(" ")[0] for start in starts}
    assert ends == {"และช่องบริการสำหรับผู้สูงอายุ", "สำหรับผู้สูงอายุ"}


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("ประภัสสร ณ ระนอง", {"ณ ระนอง"}),
        ("กดซ้ำ ๆ ต่าง ๆ กัน", {"ต่าง ๆ กัน", "กัน"}),
        ("บัตร ทะเบียน ฯลฯ", {"ทะเบียน ฯลฯ"}),
        ("เลขที่ ๑๒/๓", set()),
    ],
)
def test_no_line_begins_with_a_sign_of_repetition_or_parts_a_surname(
    text: str, begins: set[str], qtbot: QtBot
) -> None:
    lines = {text[start:] for start in places(text).good}
    assert begins <= lines
    assert not {line for line in lines if line.startswith(("ๆ", "ฯ", "ล", "ระนอง", "๓"))}


@pytest.mark.parametrize("width", [60, 120, 200, 400])
def test_signs_that_count_as_two_letters_stand_in_any_text(width: int, qtbot: QtBot) -> None:
    for text in ("\U0001f600" * 9 + " ยินดีต้อนรับผู้สูงอายุ \U0001f600 12 คน", "\U0001f600" * 30 + " ก"):
        for names in (False, True):
            laid = fit(text, 30, "Bold", QRectF(0, 0, width, 900), wrap=True, names=names)
            assert laid.layout.text().replace("\u2028", " ") == text


@pytest.mark.parametrize("word", ["ใบอนุญาต", "ไทย", "โปรดรอ", "ปิ่น"])
def test_a_word_at_the_left_edge_loses_none_of_its_ink(word: str, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(440, 160)
    words = TextBox(parent, weight="Bold", align=Qt.AlignmentFlag.AlignLeft, wrap=False)
    words.setGeometry(20, 20, 400, 120)
    words.say(word, 60)
    unclipped = QImage(parent.size(), QImage.Format.Format_RGB32)
    unclipped.fill(parent.grab().toImage().pixel(0, 0))
    painter = QPainter(unclipped)
    paint(painter, words.laid(), QRectF(words.geometry()), theme.INK, Qt.AlignmentFlag.AlignLeft)
    painter.end()
    assert dark_pixels(parent.grab().toImage()) == dark_pixels(unclipped) > 0


def dark_pixels(picture: QImage) -> int:
    places = ((x, y) for x in range(picture.width()) for y in range(picture.height()))
    return sum(qGray(picture.pixel(x, y)) < 128 for x, y in places)


@pytest.mark.parametrize("levels", [3, 4, 5])
def test_upright_a_face_has_a_field_of_220_pixels(window: TerminalWindow, levels: int) -> None:
    window.resize(1080, 1920)
    window.show()
    named = {3: "ready-three-levels", 4: "ready-four-levels", 5: "ready-long-name-no-panel"}
    window.show_view(dict(samples("th"))[named[levels]])
    screen = window.screen_shown
    assert isinstance(screen, ReadyScreen)
    fields = [face for face in screen.faces if face.isVisible()]
    assert len(fields) == levels
    assert min(face.height() for face in fields) >= 220


@pytest.mark.parametrize(
    ("size", "language"), [(SIZES[0], "th"), (SIZES[0], "en"), (SIZES[-1], "th")]
)
def test_large_words_are_larger(
    window: TerminalWindow, size: tuple[int, int], language: str
) -> None:
    """On the whole, and Thai faces' words by themselves. A word that fills its place stays as it
    is, and gives a step at most to its neighbours."""
    window.resize(*size)
    window.show()
    for name, view in samples(language):
        if name.startswith("service-menu"):
            continue  # as full as it can be, and read by a technician
        usual = shown_sizes(window, view, 1.0)
        large = shown_sizes(window, view, 1.5)
        theme.set_text_scale(1.0)
        ratios = {words: large[words] / usual[words] for words in usual.keys() & large.keys()}
        ratios = {words: ratio for words, ratio in ratios.items() if LONG.position not in words}
        least = min(ratios, key=lambda words: ratios[words])
        assert ratios[least] >= 0.87, (name, least)
        assert sum(ratios.values()) / len(ratios) >= 1.07, (name, ratios)
        if isinstance(view, ReadyView) and language == "th":
            faces = {label.word for label in view.faces}
            assert min(ratios[word] for word in faces) >= 1.12, (name, ratios)


def shown_sizes(window: TerminalWindow, view: View, scale: float) -> dict[str, float]:
    """The pixels of each text on the screen."""
    theme.set_text_scale(scale)
    window.show_view(view)
    window.resize(window.size() + QSize(1, 0))  # lay out anew, whatever stood there
    window.resize(window.size() - QSize(1, 0))
    screen = window.screen_shown
    page = screen.drawn if isinstance(screen, StillScreen) else screen
    assert page is not None
    boxes = [box for box in page.findChildren(TextBox) if box.isVisibleTo(page) and box._text]
    taps = [tap for tap in page.findChildren(Tap) if tap.isVisibleTo(page)]
    spoken = {tap.text(): words[0].pixels for tap in taps if (words := tap.words()) is not None}
    return {box._text: box.laid().pixels for box in boxes} | spoken


def test_a_surname_is_not_split_and_stands_on_its_own_line_before_it_gets_small(
    qtbot: QtBot,
) -> None:
    name = "นางสาวปัณณภัสร์ วรรณวิจิตรเลิศสกุล"
    laid = fit(name, 40, "SemiBold", QRectF(0, 0, 400, 150), wrap=True, names=True)
    starts = [laid.layout.lineAt(i).textStart() for i in range(laid.layout.lineCount())]
    assert starts == [0, name.index(" ") + 1]
    assert laid.pixels > 35


def ready_screen(window: TerminalWindow) -> ReadyScreen:
    window.resize(1280, 800)
    window.show()
    window.show_view(next(v for _, v in samples("th") if isinstance(v, ReadyView)))
    assert isinstance(window.screen_shown, ReadyScreen)
    return window.screen_shown


def test_a_face_acts_on_release_and_dragging_off_cancels(
    window: TerminalWindow, qtbot: QtBot
) -> None:
    face = ready_screen(window).faces[0]
    pressed: list[int] = []
    window.score_pressed.connect(pressed.append)
    middle = face.rect().center()
    QTest.mousePress(face, Qt.MouseButton.LeftButton, pos=middle)
    assert pressed == []
    QTest.mouseMove(face, QPoint(-200, -200))
    QTest.mouseRelease(face, Qt.MouseButton.LeftButton, pos=QPoint(-200, -200))
    assert pressed == []
    QTest.mouseClick(face, Qt.MouseButton.LeftButton)
    assert pressed == [5]


def test_a_finger_resting_elsewhere_does_not_swallow_a_tap(
    window: TerminalWindow, qtbot: QtBot
) -> None:
    screen = ready_screen(window)
    pressed: list[int] = []
    window.score_pressed.connect(pressed.append)
    device = QTest.createTouchDevice()
    resting = window.rect().center() + QPoint(0, -150)
    face = screen.faces[1]
    finger = face.mapTo(window, face.rect().center())
    QTest.touchEvent(window, device).press(0, resting, window).commit()
    QTest.touchEvent(window, device).stationary(0).press(1, finger, window).commit()
    QTest.touchEvent(window, device).stationary(0).release(1, finger, window).commit()
    QTest.touchEvent(window, device).release(0, resting, window).commit()
    assert pressed == [4]


def test_showing_views_again_and_again_makes_no_new_widgets(window: TerminalWindow) -> None:
    window.resize(1024, 600)
    window.show()
    views = [view for _, view in samples("th")]
    for view in views:
        window.show_view(view)
    before = len(window.findChildren(QWidget))
    for _ in range(30):
        for view in views:
            window.show_view(view)
    assert len(window.findChildren(QWidget)) == before


def test_a_view_is_told_when_it_is_painted(window: TerminalWindow, qtbot: QtBot) -> None:
    window.resize(1024, 600)
    window.show()
    reasons = next(view for _, view in samples("th") if isinstance(view, ReasonsView))
    with qtbot.waitSignal(window.painted, timeout=3000):
        window.show_view(reasons)


def test_closing_the_window_asks_and_does_not_close(window: TerminalWindow, qtbot: QtBot) -> None:
    window.show()
    with qtbot.waitSignal(window.close_asked, timeout=1000):
        window.close()
    assert window.isVisible()


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n" + b"0" * 50, b"GIF89a"])
def test_what_is_no_photo_becomes_initials(data: bytes) -> None:
    assert decode_photo(data) is None


def test_every_word_that_the_program_asks_for_exists() -> None:
    used = set()
    for path in Path("ui").rglob("*.py"):
        used |= set(re.findall(r'say\(\s*"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8")))
    assert used
    assert used <= Words.load("th").by_key.keys()
    with pytest.raises(MissingWord):
        Words.load("th").get("no.such")


def test_no_public_word_stands_outside_the_texts() -> None:
    """Thai in code: only in samples, the trial's people, name titles, an example of --help."""
    allowed = {"samples.py", "stage.py", "names.py", "window.py", "officers.py"}
    for path in Path("ui").rglob("*.py"):
        if path.name in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search("[\u0e00-\u0e7f]", node.value), path
