"""The terminal as citizens and officers meet it: real widgets, real file, a clock moved by hand."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAccessible, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Fate, Phase
from kiosk.domain.rating import Channel, Outcome
from kiosk.settings.reading import parse
from kiosk.store.journal import Kind
from kiosk.store.state import Mark
from kiosk.store.verify import Verified, verify
from tests.support.builders import MORNING, PRASIT, TODAY, duty_of
from tests.support.counter import (
    Counter,
    click,
    pass_time,
    pin_screen,
    press_face,
    ready,
    service_menu,
    shown,
    sign_on,
    staff_menu,
    tally,
    tile,
    type_pin,
)
from tests.support.faults import disk_full_beyond
from ui.app import Program
from ui.citizen_turn import LEFT_ALONE, SLIP
from ui.screens.message import MessageScreen
from ui.screens.pin import PinScreen
from ui.screens.ready import ReadyScreen
from ui.screens.reasons import ReasonsScreen
from ui.screens.sign_on import SignOnScreen
from ui.screens.thanks import ThanksScreen
from ui.view import ClosedView, OutOfServiceView, PinView, SignOnView
from ui.window import TerminalWindow

PAUSE, HAND_OVER, SIGN_OFF = 0, 1, 2


def test_an_officer_signs_on_by_number_and_pin_and_is_shown(counter: Counter) -> None:
    sign_on(counter)
    assert ready(counter).plate.name._text == "นางสาวสมหญิง ใจดี"


def test_a_wrong_pin_is_told_and_the_right_one_still_works(counter: Counter) -> None:
    sign_on_wrong = counter.pins | {"101": "000000"}
    right, counter.pins = counter.pins["101"], sign_on_wrong
    sign_on(counter)
    assert pin_screen(counter)._message._text == "รหัสไม่ถูกต้อง"
    type_pin(counter, right)
    ready(counter)


def test_five_wrong_pins_make_even_the_right_one_wait(counter: Counter) -> None:
    right = counter.pins["101"]
    counter.pins["101"] = "000000"
    sign_on(counter)
    for _ in range(4):
        type_pin(counter, "000000")
    type_pin(counter, right)
    assert "15" in pin_screen(counter)._message._text
    counter.clock.pass_seconds(16)
    type_pin(counter, right)
    ready(counter)


def test_a_touch_is_kept_thanked_and_the_terminal_is_ready_again(counter: Counter) -> None:
    sign_on(counter)
    press_face(counter, 5)
    shown(counter, ThanksScreen)
    assert tally(counter).n == 1
    pass_time(counter, 6)
    ready(counter)


def test_the_second_of_a_double_tap_on_a_face_chooses_no_reason(counter: Counter) -> None:
    sign_on(counter)
    press_face(counter, 1)
    reasons = shown(counter, ReasonsScreen)
    assert isinstance(reasons, ReasonsScreen)
    counter.clock.pass_seconds(0.3)
    click(reasons.tiles[5])
    assert not reasons.tiles[5].chosen
    click(reasons.done_tile)
    shown(counter, ReasonsScreen)


def test_a_low_score_may_give_reasons(counter: Counter) -> None:
    sign_on(counter)
    press_face(counter, 1)
    reasons = shown(counter, ReasonsScreen)
    assert isinstance(reasons, ReasonsScreen)
    counter.clock.pass_seconds(1)
    click(reasons.tiles[0])
    click(reasons.tiles[4])
    click(reasons.done_tile)
    shown(counter, ThanksScreen)
    assert {str(reason) for _, reason in tally(counter).reasons} == {"wait", "unfair"}


def test_the_next_citizen_rates_though_the_reasons_of_the_one_before_stand(
    counter: Counter,
) -> None:
    sign_on(counter)
    press_face(counter, 1)
    pass_time(counter, SLIP)
    reasons = shown(counter, ReasonsScreen)
    assert isinstance(reasons, ReasonsScreen)
    click(reasons.tiles[0])
    pass_time(counter, LEFT_ALONE - 0.1)
    assert not reasons.next_tile.isVisible()
    pass_time(counter, 0.1)
    click(reasons.next_tile)
    shown(counter, ReasonsScreen)  # it has only just come under the finger
    pass_time(counter, SLIP)
    click(reasons.next_tile)
    press_face(counter, 5)  # the second of a double tap
    assert tally(counter).n == 1
    pass_time(counter, SLIP)
    press_face(counter, 5)
    shown(counter, ThanksScreen)
    counts = tally(counter)
    assert (counts.n, counts.reasons.total(), sum(counts.outcomes.values())) == (2, 1, 1)


def test_the_second_of_a_double_tap_on_done_does_not_end_the_thanks(counter: Counter) -> None:
    sign_on(counter)
    press_face(counter, 1)
    pass_time(counter, counter.settings.times.lock)
    reasons = shown(counter, ReasonsScreen)
    assert isinstance(reasons, ReasonsScreen)
    click(reasons.done_tile)
    click(shown(counter, ThanksScreen))
    pass_time(counter, SLIP)
    click(shown(counter, ThanksScreen))
    ready(counter)


def test_reasons_not_given_time_out(counter: Counter) -> None:
    sign_on(counter)
    press_face(counter, 2)
    pass_time(counter, 21)
    shown(counter, ThanksScreen)
    pass_time(counter, 6)
    ready(counter)


def test_the_thanks_are_pixel_identical_for_every_score(counter: Counter, qtbot: QtBot) -> None:
    sign_on(counter)
    pictures: list[QImage] = []
    for score in (1, 2, 3, 4, 5):
        press_face(counter, score)
        counter.clock.pass_seconds(1)
        if isinstance(counter.window.screen_shown, ReasonsScreen):
            click(counter.window.screen_shown.done_tile)
        shown(counter, ThanksScreen)
        pictures.append(counter.window.grab().toImage())
        pass_time(counter, 10)
    assert all(picture == pictures[0] for picture in pictures)


def test_asked_for_reasons_after_every_score_no_screen_tells_which(
    folder: DataFolder, counter: Counter, qtbot: QtBot
) -> None:
    """From the release on: the same screens, for the same time, and the same picture of each."""
    counter.running.stop()
    asking = parse('[screen]\nask_reasons = "always"\n')
    watched = Counter(folder, asking, qtbot)
    watched.pins = counter.pins
    sign_on(watched)
    turns = []
    for score in (1, 2, 3, 4, 5):
        press_face(watched, score)
        pictures = [watched.window.grab().toImage()]
        for _ in range(30):
            pass_time(watched, 1)
            pictures.append(watched.window.grab().toImage())
        turns.append(pictures)
    assert all(turn == turns[0] for turn in turns)
    counter.running = watched.running


def test_a_keyboard_pad_rates_by_the_same_path(counter: Counter) -> None:
    sign_on(counter)
    QTest.keyClick(counter.window, Qt.Key.Key_B)
    shown(counter, ThanksScreen)
    [(line, score)] = tally(counter).scores
    assert (line.channel, score) == ("keyboard", 4)


def test_where_the_settings_name_no_key_no_key_rates(counter: Counter) -> None:
    """Whoever plugs a keypad in rates nothing with it."""
    counter.settings = counter.settings._replace(keys={})
    counter.crash_and_start()
    sign_on(counter)
    for key in (Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_1, Qt.Key.Key_5, Qt.Key.Key_Enter):
        QTest.keyClick(counter.window, key)
        QTest.keyClick(counter.window, key, Qt.KeyboardModifier.KeypadModifier)
    assert tally(counter).n == 0
    ready(counter)


def test_a_held_key_does_not_repeat(counter: Counter) -> None:
    sign_on(counter)
    for repeat in (False, True, True):
        event = QKeyEvent(
            QEvent.Type.KeyPress,
            Qt.Key.Key_A,
            Qt.KeyboardModifier.NoModifier,
            "a",
            autorep=repeat,
        )
        QApplication.sendEvent(counter.window, event)
    assert tally(counter).n == 1
    assert not tally(counter).outcomes


def test_a_second_press_in_the_lock_is_counted_not_scored(counter: Counter) -> None:
    sign_on(counter)
    press_face(counter, 5)
    QTest.keyClick(counter.window, Qt.Key.Key_E)
    assert tally(counter).n == 1
    assert dict(tally(counter).outcomes) == {("101", Outcome.SUPPRESSED): 1}


def test_a_pause_shows_and_the_officer_comes_back(counter: Counter) -> None:
    sign_on(counter)
    staff_menu(counter, "101", PAUSE)
    shown(counter, MessageScreen)
    assert counter.running.presenter.state.paused
    sign_on(counter)
    ready(counter)
    assert tally(counter).n == 0


def test_a_hand_over_goes_to_the_next_officer(counter: Counter) -> None:
    sign_on(counter)
    staff_menu(counter, "101", HAND_OVER)
    screen = shown(counter, SignOnScreen)
    assert isinstance(screen, SignOnScreen)
    click(next(row for row in screen.rows if row.officer == "102"))
    type_pin(counter, counter.pins["102"])
    pass_time(counter, counter.settings.times.grace)
    press_face(counter, 5)
    [(line, _)] = tally(counter).scores
    assert line.officer == "102"


def hand_over(counter: Counter) -> None:
    click(ready(counter).staff_tile)
    click(pin_screen(counter).change_tile)
    screen = shown(counter, SignOnScreen)
    assert isinstance(screen, SignOnScreen)
    click(next(row for row in screen.rows if row.officer == "102"))
    type_pin(counter, counter.pins["102"])


def test_after_a_hand_over_the_screen_names_whom_the_next_press_rates(counter: Counter) -> None:
    sign_on(counter)
    hand_over(counter)
    assert ready(counter).plate.name._text == "นางสาวสมหญิง ใจดี"
    assert "ประสิทธิ์" in ready(counter)._note._text
    counter.crash_and_start()
    assert ready(counter).plate.name._text == "นางสาวสมหญิง ใจดี"
    press_face(counter, 5)
    pass_time(counter, counter.settings.times.thanks)
    assert ready(counter).plate.name._text == "นายประสิทธิ์ ญาณวุฒิ"
    assert ready(counter)._note._text == ""
    press_face(counter, 4)
    rated = [(line.officer, score) for line, score in tally(counter).scores]
    assert rated == [("101", 5), ("102", 4)]
    assert isinstance(verify(counter.running.store), Verified)


def test_the_name_changes_by_itself_when_the_grace_of_a_hand_over_ends(counter: Counter) -> None:
    sign_on(counter)
    hand_over(counter)
    assert counter.running.presenter._phase_timer.isActive()
    pass_time(counter, counter.settings.times.grace - 0.001)
    assert ready(counter).plate.name._text == "นางสาวสมหญิง ใจดี"
    pass_time(counter, 0.001)
    assert ready(counter).plate.name._text == "นายประสิทธิ์ ญาณวุฒิ"


def test_a_citizen_can_not_open_the_officers_menu_without_the_pin(counter: Counter) -> None:
    sign_on(counter)
    click(ready(counter).staff_tile)
    type_pin(counter, "123123")
    pin_screen(counter)
    click(pin_screen(counter).back_tile)
    ready(counter)


def test_closing_time_is_told_before_it_comes(counter: Counter) -> None:
    sign_on(counter)
    for minute, told in ((24, ""), (26, "ช่องบริการนี้จะปิดเวลา ๑๖.๓๐ น.")):
        counter.clock.set_wall(MORNING.replace(hour=16, minute=minute))
        counter.running.presenter.clock.look()
        assert ready(counter)._note._text == told


def soon_before_closing_time(counter: Counter) -> None:
    counter.clock.set_wall(MORNING.replace(hour=16, minute=20))
    counter.running.presenter.clock.look()


def closing_time_passes(counter: Counter) -> None:
    pass_time(counter, 600)
    assert counter.running.presenter.state.duty is None


def test_after_closing_time_whoever_stands_there_still_rates_by_touch(counter: Counter) -> None:
    soon_before_closing_time(counter)
    sign_on(counter)
    closing_time_passes(counter)
    assert "ท่านยังประเมิน" in ready(counter)._note._text
    press_face(counter, 5)
    shown(counter, ThanksScreen)
    assert tally(counter).n == 1
    pass_time(counter, 6)
    ready(counter)
    pass_time(counter, 45)
    assert ready(counter)._note._text == "หน้านี้จะปิดใน ๙ วินาที"
    pass_time(counter, 9)
    shown(counter, MessageScreen)
    assert counter.running.presenter.citizen.press(5, Channel.PANEL) is Fate.COUNTED
    assert tally(counter).n == 1


def test_after_closing_time_the_next_officer_signs_on_at_once(counter: Counter) -> None:
    soon_before_closing_time(counter)
    sign_on(counter)
    closing_time_passes(counter)
    click(ready(counter).staff_tile)
    screen = shown(counter, SignOnScreen)
    assert isinstance(screen, SignOnScreen)
    click(next(row for row in screen.rows if row.officer == "102"))
    type_pin(counter, counter.pins["102"])
    assert counter.running.presenter.state.duty == duty_of(PRASIT)
    pass_time(counter, 61)
    assert ready(counter).plate.name._text == PRASIT.name
    assert ready(counter)._note._text == ""
    ready(counter)


@pytest.mark.parametrize("entry", [PAUSE, SIGN_OFF])
def test_after_a_pause_or_a_sign_off_the_last_citizen_rates_by_touch(
    counter: Counter, entry: int
) -> None:
    sign_on(counter)
    staff_menu(counter, "101", entry)
    message = shown(counter, MessageScreen)
    assert isinstance(message, MessageScreen)
    click(message.rate_tile)
    click(dict(ready(counter).languages)["zh"])  # the second of a double tap
    assert "พึงพอใจ" in ready(counter)._question._text
    counter.clock.pass_seconds(1)
    press_face(counter, 2)
    assert tally(counter).n == 1
    pass_time(counter, 60)
    pass_time(counter, 6)
    shown(counter, MessageScreen)
    assert not message.rate_tile.isVisible()
    counter.running.presenter.citizen.ask_to_rate()
    shown(counter, MessageScreen)


def test_an_officer_comes_back_from_a_pause_that_a_citizen_rates_in(counter: Counter) -> None:
    sign_on(counter)
    staff_menu(counter, "101", PAUSE)
    message = shown(counter, MessageScreen)
    assert isinstance(message, MessageScreen)
    click(message.rate_tile)
    click(ready(counter).staff_tile)
    screen = shown(counter, SignOnScreen)
    assert isinstance(screen, SignOnScreen)
    click(next(row for row in screen.rows if row.officer == "101"))
    type_pin(counter, counter.pins["101"])
    assert counter.running.presenter.state.serves
    pass_time(counter, 120)
    ready(counter)


def test_a_paused_duty_that_closing_time_ends_leaves_no_question(counter: Counter) -> None:
    soon_before_closing_time(counter)
    sign_on(counter)
    staff_menu(counter, "101", PAUSE)
    closing_time_passes(counter)
    shown(counter, MessageScreen)


def test_a_duty_left_alone_ends_and_the_next_press_is_nobodys(counter: Counter) -> None:
    sign_on(counter)
    pass_time(counter, counter.settings.rules.idle)
    counter.running.presenter.clock.look()
    shown(counter, MessageScreen)
    counter.running.presenter.citizen.press(1, Channel.PANEL)
    assert tally(counter).n == 0


def test_when_a_duty_left_alone_ends_does_not_tell_when_its_last_citizen_pressed(
    counter: Counter,
) -> None:
    sign_on(counter)
    counter.clock.set_wall(MORNING.replace(hour=9, minute=7))
    counter.running.presenter.clock.look()
    press_face(counter, 5)
    for _ in range(97):
        pass_time(counter, 60)
        assert counter.running.presenter.state.duty is not None
    pass_time(counter, 60)
    assert counter.clock.wall.minute == 45
    assert counter.running.presenter.state.duty is None


def test_an_officer_may_sign_on_early_and_stay_late(counter: Counter) -> None:
    counter.clock.set_wall(MORNING.replace(hour=7, minute=40))
    counter.running.presenter.clock.look()
    sign_on(counter)
    pass_time(counter, 3600)
    ready(counter)
    counter.clock.set_wall(MORNING.replace(hour=16, minute=31))
    counter.running.presenter.clock.look()
    sign_on(counter)
    pass_time(counter, 1800)
    ready(counter)


def test_a_duty_does_not_outlive_midnight(counter: Counter) -> None:
    counter.clock.set_wall(MORNING.replace(hour=23, minute=50))
    counter.running.presenter.clock.look()
    sign_on(counter)
    pass_time(counter, 1200)
    assert counter.running.presenter.state.duty is None
    pass_time(counter, counter.settings.times.grace)
    shown(counter, MessageScreen)


def test_a_jump_of_the_wall_clock_is_in_the_journal(counter: Counter) -> None:
    counter.clock.set_wall(MORNING.replace(hour=11))
    counter.running.presenter.clock.look()
    with counter.running.store.transaction() as t:
        happened = t.journal.of_day(MORNING.date())
    assert [what.kind for what in happened].count(Kind.CLOCK_JUMPED) == 1


def test_the_language_returns_after_each_citizen(counter: Counter) -> None:
    sign_on(counter)
    tiles = dict(ready(counter).languages)
    click(tiles["en"])
    assert "satisfied" in ready(counter)._question._text
    press_face(counter, 5)
    pass_time(counter, 6)
    assert "พึงพอใจ" in ready(counter)._question._text


def test_a_program_that_died_on_duty_comes_back_on_duty(counter: Counter) -> None:
    sign_on(counter)
    press_face(counter, 5)
    counter.crash_and_start()
    assert counter.running.presenter.state.phase is Phase.READY
    assert tally(counter).n == 1


def test_a_duty_left_from_yesterday_is_ended_as_interrupted(counter: Counter) -> None:
    sign_on(counter)
    counter.clock.pass_seconds(24 * 3600)
    counter.crash_and_start()
    assert counter.running.presenter.state.phase is Phase.CLOSED


def test_the_panel_test_scores_nothing(counter: Counter) -> None:
    sign_on(counter)
    click(service_menu(counter).tiles[0])
    mark = Mark(device="p", boot="b", seq=1)
    assert counter.running.presenter.panels.pressed(3, mark) is Fate.COUNTED
    assert dict(tally(counter).outcomes) == {("101", Outcome.TESTED): 1}
    assert tally(counter).n == 0


def test_the_service_menu_can_end_the_program(counter: Counter, qtbot: QtBot) -> None:
    menu = service_menu(counter)
    with qtbot.waitSignal(counter.running.presenter.staff.exit_asked, timeout=1000):
        click(tile(menu, "ปิดโปรแกรม"))


def test_the_hidden_corner_needs_a_long_press(counter: Counter, qtbot: QtBot) -> None:
    click(counter.window.corner)
    shown(counter, MessageScreen)
    QTest.mousePress(counter.window.corner, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(counter.window.service_asked, timeout=5000):
        pass


def test_when_the_disk_fails_nobody_is_thanked_and_it_heals(counter: Counter) -> None:
    sign_on(counter)
    counter.running.store.checkpoint()
    with disk_full_beyond(4096):
        press_face(counter, 5)
        assert counter.running.presenter.state.phase is Phase.OUT_OF_SERVICE
        fate = counter.running.presenter.panels.pressed(1, Mark(device="p", boot="b", seq=1))
        assert fate is Fate.LOST
    counter.clock.pass_seconds(180)
    counter.running.presenter.try_repair()
    with counter.running.store.transaction() as t:
        (since, out, _), (until, again, _) = t.journal.of_day(TODAY)[-2:]
    assert (out, again) == (Kind.OUT_OF_SERVICE, Kind.STORE_REOPENED)
    assert (until - since).total_seconds() == 180
    again_sent = Mark(device="p", boot="b", seq=1)
    assert counter.running.presenter.panels.pressed(1, again_sent) is Fate.KEPT
    assert tally(counter).n == 1


@pytest.fixture
def program(counter: Counter, window: TerminalWindow) -> Iterator[Program]:
    """The whole program in place of what runs at the counter, in the window."""
    counter.running.stop()
    former = counter.window
    yield Program(counter.folder, counter.settings, window, counter.clock)
    counter.window = former
    counter.running = counter.open()


def test_a_start_that_failed_and_is_tried_again_takes_each_tap_once(
    counter: Counter, program: Program, window: TerminalWindow
) -> None:
    window.resize(1280, 800)
    window.show()
    good = counter.folder.database.read_bytes()
    counter.folder.database.write_bytes(b"garbage" * 999)
    program.load()
    assert isinstance(window.screen_shown, MessageScreen)
    assert program.end() == 3
    assert not [timer for timer in program.findChildren(QTimer) if timer.isActive()]
    counter.folder.database.write_bytes(good)
    program.load()
    running = program._running
    assert running is not None
    counter.running, counter.window = running, window
    sign_on(counter)
    press_face(counter, 5)
    assert tally(counter).n == 1
    assert not tally(counter).outcomes
    assert program.end() == 0
    assert not [timer for timer in program.findChildren(QTimer) if timer.isActive()]


def test_while_the_office_is_open_the_journal_knows_that_the_terminal_runs(
    counter: Counter, program: Program
) -> None:
    program.load()
    morning = counter.clock.wall
    for hour in (9, 15, 17):
        counter.clock.set_wall(morning.replace(hour=hour))
        program._beat()
    running = program._running
    assert running is not None
    with running.store.transaction() as t:
        hours = [at.hour for at, kind, _ in t.journal.of_day(TODAY) if kind is Kind.RUNNING]
    assert hours == [9, 15]
    assert program.end() == 0
    counter.clock.set_wall(morning)


def test_a_damaged_file_is_said_on_the_screen_and_no_new_one_takes_its_place(
    counter: Counter,
    program: Program,
    window: TerminalWindow,
    caplog: pytest.LogCaptureFixture,
) -> None:
    good = counter.folder.database.read_bytes()
    torn = bytearray(good)
    torn[3 * 4096 : 9 * 4096] = bytes(6 * 4096)
    counter.folder.database.write_bytes(torn)
    for _ in range(2):  # it is tried again by itself
        program.load()
        view = window._view
        assert isinstance(view, OutOfServiceView)
        assert "ระบบเก็บไฟล์เดิมไว้แล้ว" in view.remedy
        aside = counter.folder.damaged_folder()
        assert aside is not None
        assert str(aside) in caplog.text
        assert (aside / "kiosk.db").read_bytes() == torn
        assert not counter.folder.database.exists()
    assert program.end() == 3
    counter.folder.database.write_bytes(good)


def test_staff_pages_over_the_faces_are_in_the_journal_and_end_whatever_is_touched(
    counter: Counter,
) -> None:
    sign_on(counter)
    staff = counter.running.presenter.staff
    click(ready(counter).staff_tile)
    staff._bound.timeout.emit()
    shown(counter, ReadyScreen)
    staff_menu(counter, "101", PAUSE)
    sign_on(counter)
    with counter.running.store.transaction() as t:
        entries = t.journal.of_day(TODAY)
    kinds = (Kind.FACES_COVERED, Kind.FACES_FREE)
    covers = [(what.kind, what.officer) for what in entries if what.kind in kinds]
    assert covers == [(kind, "101") for kind in kinds] * 2
    assert not staff._bound.isActive()


def test_a_touch_does_not_keep_a_staff_page_over_the_faces_for_ever(counter: Counter) -> None:
    sign_on(counter)
    staff = counter.running.presenter.staff
    click(ready(counter).staff_tile)
    remaining = staff._bound.remainingTime()
    for digit in "123":
        click(pin_screen(counter).pad.tiles[digit])
    assert 0 < staff._bound.remainingTime() <= remaining


def test_the_journal_says_nothing_of_a_press_while_a_staff_page_stands(counter: Counter) -> None:
    sign_on(counter)
    click(ready(counter).staff_tile)
    with counter.running.store.transaction() as t:
        before = t.journal.head()
    assert counter.running.presenter.citizen.press(5, Channel.PANEL) is Fate.KEPT
    shown(counter, ThanksScreen)
    pass_time(counter, 6)
    assert shown(counter, PinScreen), "it returns"
    with counter.running.store.transaction() as t:
        assert t.journal.head() == before


def test_a_colleague_signs_on_while_another_is_on_duty(counter: Counter) -> None:
    sign_on(counter)
    click(ready(counter).staff_tile)
    click(pin_screen(counter).change_tile)
    screen = shown(counter, SignOnScreen)
    assert isinstance(screen, SignOnScreen)
    for digit in "102":
        click(screen.pad.tiles[digit])
    type_pin(counter, counter.pins["102"])
    ready(counter)
    assert counter.running.presenter.state.duty == duty_of(PRASIT)
    with counter.running.store.transaction() as t:
        ended = t.journal.last(Kind.DUTY_ENDED)
    assert ended is not None
    assert "handed-over" in ended.detail


def test_a_number_that_is_nobodys_is_told(counter: Counter) -> None:
    presenter = counter.running.presenter
    presenter.staff.message_acted()
    for digit in "19":
        presenter.staff.type_digit(digit)
    view = presenter.view()
    assert isinstance(view, SignOnView)
    assert (view.typed, view.hint) == ("", presenter.session.builder.say("sign_on.unknown"))
    presenter.staff.type_digit("1")
    view = presenter.view()
    assert isinstance(view, SignOnView)
    assert view.hint == presenter.session.builder.say("sign_on.hint")


def test_the_wait_after_wrong_pins_counts_down(counter: Counter) -> None:
    presenter = counter.running.presenter
    presenter.staff.choose_officer("101")
    wrong = "000000" if counter.pins["101"] != "000000" else "111111"
    for _ in range(6):
        for digit in wrong:
            presenter.staff.type_digit(digit)
    told = []
    for _ in range(2):
        view = presenter.view()
        assert isinstance(view, PinView)
        told.append(view.message)
        counter.clock.pass_seconds(3)
    say = presenter.session.builder.staff_say
    assert told == [say("pin.wait", seconds=15), say("pin.wait", seconds=12)]
    counter.clock.pass_seconds(10)
    presenter.staff._second.timeout.emit()
    view = presenter.view()
    assert isinstance(view, PinView)
    assert view.message == ""


def test_closed_for_the_day_and_nobody_signed_on_are_two_texts(counter: Counter) -> None:
    presenter = counter.running.presenter
    say = presenter.session.builder.say
    view = presenter.view()
    assert isinstance(view, ClosedView)
    assert view.title == say("closed.nobody")
    pass_time(counter, 8 * 3600)
    later = counter.window._view
    assert isinstance(later, ClosedView)
    assert later.title == say("closed.title")


def test_a_clock_that_jumps_over_midnight_is_not_closing_time(counter: Counter) -> None:
    sign_on(counter)
    counter.clock.set_wall(counter.clock.wall + timedelta(days=1))
    counter.running.presenter.clock.look()
    with counter.running.store.transaction() as t:
        ended = t.journal.last(Kind.DUTY_ENDED)
    assert ended is not None
    assert "clock-jumped" in ended.detail


def test_a_press_right_after_a_jump_over_days_rates_nobody_of_the_day_before(
    counter: Counter,
) -> None:
    sign_on(counter)
    counter.clock.set_wall(counter.clock.wall + timedelta(days=2))
    assert counter.running.presenter.citizen.press(5, Channel.PANEL) is Fate.COUNTED
    assert counter.running.presenter.state.duty is None
    with counter.running.store.transaction() as t:
        assert not [day for day in t.ratings.days() if t.ratings.tally(day).scores]


@pytest.mark.parametrize(("hours", "resumed"), [(0.4, True), (6, False)])
def test_after_a_long_power_cut_the_duty_needs_a_pin(
    counter: Counter, hours: float, resumed: bool
) -> None:
    sign_on(counter)
    counter.clock.pass_seconds(hours * 3600)
    counter.crash_and_start()
    assert (counter.running.presenter.state.duty is not None) is resumed
    with counter.running.store.transaction() as t:
        ended = t.journal.last(Kind.DUTY_ENDED)
    assert resumed or (ended is not None and "interrupted" in ended.detail)


def test_power_cuts_every_ten_minutes_leave_the_officer_on_duty(counter: Counter) -> None:
    sign_on(counter)
    for _ in range(9):
        counter.clock.pass_seconds(600)
        counter.crash_and_start()
    assert counter.running.presenter.state.phase is Phase.READY


def test_a_language_goes_back_after_a_minute_without_a_touch(counter: Counter) -> None:
    sign_on(counter)
    presenter = counter.running.presenter
    presenter.citizen.choose_language("en")
    assert presenter._language_timer.isActive()
    presenter.citizen.touch(1)
    presenter._language_timer.timeout.emit()
    assert presenter.session.builder.language == "en", "a turn has its time"
    pass_time(counter, 30)
    pass_time(counter, 30)
    presenter.citizen.choose_language("en")
    presenter._language_timer.timeout.emit()
    assert presenter.session.builder.language == "th"
    assert not presenter._language_timer.isActive()


def test_a_screen_reader_meets_a_password_where_the_pin_is_typed(counter: Counter) -> None:
    sign_on(counter)
    click(ready(counter).staff_tile)
    field = counter.window.focusWidget()
    met = QAccessible.queryAccessibleInterface(field)
    assert met.state().passwordEdit
    QTest.keyClicks(field, "12")
    assert "1" not in met.text(QAccessible.Text.Value)
    view = counter.running.presenter.view()
    assert isinstance(view, PinView)
    assert view.digits == 2


def test_ticked_reasons_survive_the_death_of_the_program(counter: Counter) -> None:
    sign_on(counter)
    counter.running.presenter.citizen.touch(1)
    counter.clock.pass_seconds(1)
    counter.running.presenter.citizen.toggle_reason("wait")
    counter.crash_and_start()
    assert {str(reason) for _, reason in tally(counter).reasons} == {"wait"}
    counter.crash_and_start()
    assert tally(counter).reasons.total() == 1


def test_a_panel_that_is_missing_at_start_is_down_from_the_start(counter: Counter) -> None:
    counter.running.stop()
    counter.settings = parse('[panel]\nport = "/dev/nothing-there"\n')
    counter.running = counter.open()
    with counter.running.store.transaction() as t:
        assert t.journal.last(Kind.PANEL_UP, Kind.PANEL_DOWN) is not None


def test_each_start_says_in_which_order_the_faces_stand(counter: Counter) -> None:
    sign_on(counter)
    assert [face.score for face in ready(counter).faces] == [5, 4, 3, 2, 1]
    today = counter.clock.wall.date()
    with counter.running.store.read() as snapshot:
        assert snapshot.journal.face_orders(today, with_before=True) == {"best-first"}
    counter.running.stop()
    counter.settings = parse("[scale]\nbest_first = false\n")
    counter.running = counter.open()
    assert [face.score for face in ready(counter).faces] == [1, 2, 3, 4, 5]
    with counter.running.store.read() as snapshot:
        assert snapshot.journal.face_orders(today, with_before=False) == {
            "best-first",
            "worst-first",
        }
