"""While nobody is being served: the office's notices, codes, and what it did."""

import os
import struct
import zlib
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from kiosk.domain.rating import Channel, Outcome
from kiosk.domain.wording import Improvement, Wording
from kiosk.settings.reading import parse
from kiosk.store.journal import Kind
from kiosk.tomlfile.tables import SettingsError
from tests.support.counter import Counter, shown, sign_on, tally
from ui.cli import app
from ui.notices import BadNotice, NoticeFolder, notice_of
from ui.screens.message import MessageScreen
from ui.view import ClosedView, NoticeCard


def picture(path: Path, width: int = 60, height: int = 40) -> None:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#0F3B45"))
    assert image.save(str(path))


def bomb(path: Path, side: int) -> None:
    """A PNG of a few bytes that says it has side × side pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def test_a_text_has_a_heading_and_words_and_marks_stay(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\ufeffหยุดทำการ\n\n- วันเสาร์ที่ ๕\n- วันอาทิตย์\n", "utf-8")
    assert NoticeFolder(tmp_path).read() == (NoticeCard("หยุดทำการ", "- วันเสาร์ที่ ๕\n- วันอาทิตย์"),)


def test_pictures_and_texts_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    picture(tmp_path / "2.png")
    picture(tmp_path / "3.jpg")
    (tmp_path / "1.txt").write_text("ก", "utf-8")
    first, second, third = NoticeFolder(tmp_path).read()
    assert (first.heading, second.heading, third.heading) == ("ก", "", "")
    assert second.picture.startswith(b"\x89PNG")
    assert third.picture.startswith(b"\xff\xd8")


def test_more_files_than_are_shown_are_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(40):
        (tmp_path / f"{number:02}.txt").write_text(str(number), "utf-8")
    folder = NoticeFolder(tmp_path)
    assert len(folder.read()) == 30
    line = f"{tmp_path}/30.txt: and all after it: only 30 files are shown"
    assert caplog.messages == [line]
    caplog.clear()
    folder.read()
    assert caplog.messages == [], "told once"
    assert folder.look()[-1] == ("30.txt", "and all after it: only 30 files are shown")


def test_no_folder_is_no_notice(tmp_path: Path) -> None:
    assert NoticeFolder(tmp_path / "none").read() == ()


@pytest.fixture
def bad(tmp_path: Path) -> dict[str, str]:
    """Files that can't be shown, and a word of why."""
    (tmp_path / "script.svg").write_text("<svg><script>alert(1)</script></svg>")
    (tmp_path / "disguised.png").write_text("<svg><script>alert(1)</script></svg>")
    bomb(tmp_path / "bomb.png", 60_000)
    (tmp_path / "torn.png").write_bytes((tmp_path / "bomb.png").read_bytes()[:30])
    (tmp_path / "large.jpg").write_bytes(bytes((4 << 20) + 1))
    (tmp_path / "thai874.txt").write_bytes("ปิด".encode("cp874"))
    (tmp_path / "bidi.txt").write_text("ปิด\u202eทำการ", "utf-8")
    (tmp_path / "marks.txt").write_text("ก" + "\u0e49" * 500, "utf-8")
    (tmp_path / "long.txt").write_text("หัวข้อ\n" + "ก" * 301, "utf-8")
    (tmp_path / "empty.txt").write_text("\n \n", "utf-8")
    (tmp_path / "secret.txt").symlink_to("/etc/hostname")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    return {
        "script.svg": "neither .txt, .png nor .jpg",
        "disguised.png": "no PNG or JPEG",
        "bomb.png": "pixels a side",
        "torn.png": "damaged",
        "large.jpg": "larger than 4096 KiB",
        "thai874.txt": "UTF-8",
        "bidi.txt": "U+202E",
        "marks.txt": "combining marks",
        "long.txt": "too long for a screen",
        "empty.txt": "is empty",
        "secret.txt": "can't be read",
        "folder.txt": "can't be read",
        "pipe.txt": "no plain file",
    }


def test_each_bad_file_is_left_out_and_named_with_its_reason(
    tmp_path: Path, bad: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "good.txt").write_text("ดี", "utf-8")
    folder = NoticeFolder(tmp_path)
    assert [card.heading for card in folder.read()] == ["ดี"]
    errors = list(caplog.messages)
    for name, why in bad.items():
        assert any(f"/{name}: " in line and why in line for line in errors), (name, errors)
    assert len(errors) == len(bad)
    caplog.clear()
    folder.read()
    assert caplog.messages == [], "told once"


def test_a_file_that_was_put_right_is_shown_without_a_restart(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff")
    folder = NoticeFolder(tmp_path)
    assert folder.read() == ()
    (tmp_path / "a.txt").write_text("เปิดทำการ", "utf-8")
    assert [card.heading for card in folder.read()] == ["เปิดทำการ"]
    (tmp_path / "a.txt").unlink()
    assert folder.read() == ()


def test_a_picture_cut_short_is_refused(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", 600, 400)
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:60])
    with pytest.raises(BadNotice, match="damaged"):
        notice_of(tmp_path / "a.png")


# --- on the screen --------------------------------------------------------------------------


@pytest.fixture
def board(counter: Counter) -> Counter:
    """A closed counter with two notices and a code."""
    counter.folder.notices.mkdir()
    (counter.folder.notices / "1.txt").write_text("หนึ่ง", "utf-8")
    (counter.folder.notices / "2.txt").write_text("สอง", "utf-8")
    counter.running.stop()
    link = '[[notices.links]]\nth="จองคิว"\nen="Book"\nurl="https://example.org/q"\n'
    counter.settings = parse(link)
    counter.running = counter.open()
    return counter


def view(counter: Counter) -> ClosedView:
    now = counter.running.presenter.view()
    assert isinstance(now, ClosedView)
    return now


def heading(counter: Counter) -> str:
    notice = view(counter).notice
    return notice.heading if notice else ""


def test_notices_take_turns_with_codes_and_hours_beside_them(board: Counter) -> None:
    assert heading(board) == "หนึ่ง"
    board.running.presenter.notices.turn()
    assert heading(board) == "สอง"
    board.running.presenter.notices.turn()
    assert heading(board) == "หนึ่ง"
    assert [link.title for link in view(board).links] == ["จองคิว"]
    assert len(view(board).links[0].qr) > 20
    board.clock.set_wall(board.clock.wall.replace(hour=20))
    assert "๐๘.๐๐" in view(board).subtitle


def test_outside_the_hours_nothing_moves_so_that_the_screen_may_dim(board: Counter) -> None:
    board.clock.set_wall(board.clock.wall.replace(hour=20))
    for _ in range(3):
        board.running.presenter.notices.turn()
    assert heading(board) == "หนึ่ง"


def test_an_officer_who_signs_on_is_not_in_their_way_and_the_question_has_none(
    board: Counter,
) -> None:
    board.running.presenter.staff.message_acted()
    before = board.running.presenter.view()
    board.running.presenter.notices.turn()
    assert board.running.presenter.view() == before
    board.running.presenter.staff.back()
    sign_on(board)
    before = board.running.presenter.view()
    board.running.presenter.notices.turn()
    assert board.running.presenter.view() == before


def test_a_press_on_a_closed_counter_is_still_nobodys(board: Counter) -> None:
    board.running.presenter.citizen.press(5, Channel.PANEL)
    assert dict(tally(board).outcomes) == {("", Outcome.IGNORED): 1}


def test_the_sign_on_button_stays_whole_beside_a_picture(board: Counter, qtbot: QtBot) -> None:
    picture(board.folder.notices / "0.png", 1600, 900)
    board.running.presenter.notices.turn()
    board.running.presenter.notices.turn()
    screen = shown(board, MessageScreen)
    assert isinstance(screen, MessageScreen)
    for size in ((1024, 600), (1080, 1920)):
        board.window.resize(*size)
        card = screen._board.geometry()
        assert card.isValid()
        assert not card.intersects(screen.action.geometry())
        assert screen.rect().contains(card)


def test_what_central_sent_is_shown_after_the_offices_own(board: Counter) -> None:
    with board.running.store.transaction() as t:
        t.state.put_wording(Wording(improvements=(Improvement("รอนาน", "เพิ่มช่องบริการ"),)), "etag")
        t.witness(board.clock.now(), Kind.ROSTER_CHANGED)
    board.running.presenter.renew_words()
    for _ in range(2):
        board.running.presenter.notices.turn()
    notice = view(board).notice
    assert notice is not None
    assert notice.heading == "ท่านบอก เราทำ"
    assert notice.body == "ท่านบอก: “รอนาน”\nเราทำ: เพิ่มช่องบริการ"


def test_wrong_links_are_refused_by_name() -> None:
    for text, why in (
        ('[[notices.links]]\nth="ก"\nen="a"\n', "notices.links.url: missing"),
        ('[[notices.links]]\nth="ก"\nen="a"\nurl="javascript:alert(1)"\n', "https://"),
        ('[[notices.links]]\nth="ก"\nen="a"\nurl=""\n', "write an address that starts with https"),
        ('[[notices.links]]\nth="ก"\nen="a"\nurl="https://a"\n' * 4, "write 0 to 3"),
        ("[notices]\nseconds = 1\n", "from 3 to 600"),
    ):
        with pytest.raises(SettingsError, match=why):
            parse(text)


def test_the_command_lists_them_and_fails_by_the_bad_one(counter: Counter) -> None:
    run = CliRunner()
    data = ["--data", str(counter.folder.path), "notices"]
    assert "No notices. Put texts" in run.invoke(app, data).output
    counter.folder.notices.mkdir()
    (counter.folder.notices / "a.txt").write_text("ปิด", "utf-8")
    assert run.invoke(app, data).output == "a.txt\tshown\n"
    (counter.folder.notices / "b.gif").write_bytes(b"GIF89a")
    result = run.invoke(app, data)
    assert result.exit_code == 2
    assert "b.gif\tis neither" in result.output
    with counter.running.store.transaction() as t:
        t.state.put_wording(Wording(improvements=(Improvement("รอนาน", "เพิ่มช่องบริการ"),)), "etag")
        t.witness(counter.clock.now(), Kind.ROSTER_CHANGED)
    assert "รอนาน → เพิ่มช่องบริการ\tshown, from central" in run.invoke(app, data).output
