"""The audible guide's voice, from the page to a terminal's folder, over real HTTP on loopback."""

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from kiosk.domain.prompts import LANGUAGES
from kiosk.speech import MAX_BYTES, made_even, samples_of, wave_file
from kiosk.store.outbox import Delivery
from sync import exchange
from sync.central.logbook import Kind
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.office_settings import read_settings, save_settings
from sync.central.viewer import ROLES, Viewer
from sync.protocol import digest
from tests.support.central import logged, signed_in
from tests.support.central_server import Kept, Server
from tests.support.voices import spoken

RECORDED = wave_file(spoken())
NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


@pytest.fixture
def it(server: Server) -> TestClient:
    return signed_in(server.central, ROLES["it"], now=NOW)


def upload(client: TestClient, prompt: str, data: bytes = RECORDED, language: str = "th") -> int:
    path = f"/recordings/dindaeng/{language}/{prompt}"
    return client.post(
        path, files={"file": ("voice.wav", data)}, follow_redirects=False
    ).status_code


def test_a_recording_is_taken_heard_counted_logged_and_removed(
    it: TestClient,
) -> None:
    before = it.get("/recordings/dindaeng").text
    assert "ขาด ๒๕ ข้อความ" in before
    assert "รอนาน" in before
    assert "ปุ่มที่ ๓" in before
    in_english = it.get("/recordings/dindaeng?lang=en").text
    assert "ปุ่มที่ ๓" in in_english, "what to read aloud is in the language it is heard in"
    assert "25 lines missing" in in_english
    it.get("/recordings/dindaeng?lang=th")
    assert upload(it, "reason-wait") == 303
    after = it.get("/recordings/dindaeng").text
    assert "ขาด ๒๔ ข้อความ" in after
    assert '<audio controls preload="none" src="/recordings/dindaeng/th/reason-wait.wav">' in after
    heard = it.get("/recordings/dindaeng/th/reason-wait.wav")
    assert heard.headers["Content-Type"] == "audio/wav"
    assert samples_of(heard.content) == made_even(samples_of(RECORDED))
    assert "media-src 'self'" in heard.headers["Content-Security-Policy"]
    with zipfile.ZipFile(BytesIO(it.get("/recordings/dindaeng/all.zip").content)) as archive:
        assert archive.namelist() == ["th/reason-wait.wav"]
    assert "reason-wait" in it.get("/changes/dindaeng").text
    it.post("/recordings/dindaeng/th/reason-wait", data={"do": "remove"})
    assert it.get("/recordings/dindaeng/th/reason-wait.wav").status_code == 404


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no sound at all", "อ่านไฟล์เสียงนี้ไม่ได้"),
        (wave_file(spoken(level=0.0001, noise=0.0)), "ไม่ได้ยินเสียงพูด"),
        (b"", "โปรดเลือกไฟล์เสียง"),
    ],
    ids=["garbage", "silence", "nothing"],
)
def test_what_is_not_taken_is_said_at_its_line_and_the_older_one_stays(
    it: TestClient, data: bytes, said: str
) -> None:
    upload(it, "thanks")
    files = {"file": ("voice.wav", data)} if data else None
    got = it.post("/recordings/dindaeng/th/thanks", files=files, data={"x": "1"})
    assert got.status_code == 400
    assert said in got.text
    assert it.get("/recordings/dindaeng/th/thanks.wav").status_code == 200


def test_no_other_prompt_can_be_given(it: TestClient) -> None:
    for where in ("th/reason-none", "xx/thanks", "th/scale4-1", "th/%2e%2e"):
        got = it.post(f"/recordings/dindaeng/{where}", files={"file": ("voice.wav", RECORDED)})
        assert got.status_code == 404, where


def test_what_nobody_recorded_is_not_removed_and_no_log_says_so(
    it: TestClient, server: Server
) -> None:
    before = logged(server.central, Kind.CHANGE)
    for where in ("th/thanks", "xx/thanks", f"th/{'z' * 5000}"):
        got = it.post(f"/recordings/dindaeng/{where}", data={"do": "remove"})
        assert got.status_code == 404, where
    assert logged(server.central, Kind.CHANGE) == before


def test_every_language_of_the_screens_has_its_page(it: TestClient) -> None:
    for language in LANGUAGES:
        assert it.get(f"/recordings/dindaeng?language={language}").status_code == 200
    assert it.get("/recordings/dindaeng?language=xx").status_code == 404


def test_a_recording_of_an_earlier_question_is_heard_no_more(
    it: TestClient, server: Server, kept: Kept, tmp_path: Path
) -> None:
    upload(it, "question")
    upload(it, "thanks")
    assert sync(kept, tmp_path / "voice") == 2
    settings = read_settings(server.central).settings
    asked = settings._replace(question_th="ท่านพอใจหรือไม่")
    with server.central.store.transaction("dindaeng") as t:
        t.settings.append(t.settings.newest().version, asked, "test", NOW)
    assert 'src="/recordings/dindaeng/th/question.wav"' not in it.get("/recordings/dindaeng").text
    assert sync(kept, tmp_path / "voice") == 1
    assert [path.name for path in tmp_path.glob("voice/*/*")] == ["thanks.wav"]
    upload(it, "question")
    assert sync(kept, tmp_path / "voice") == 1


def put(server: Server, prompt: str, wave: bytes | None) -> None:
    with server.central.store.transaction("dindaeng") as t:
        if wave is None:
            t.recordings.remove("th", prompt)
        else:
            t.recordings.put("th", prompt, wave, "")


def sync(kept: Kept, folder: Path) -> int:
    return exchange.sync(kept.store, kept.clock, kept.key, recordings=folder).recordings


def test_recordings_go_down_once_are_replaced_and_are_taken_away(
    kept: Kept, server: Server, tmp_path: Path
) -> None:
    folder = tmp_path / "voice"
    one, other = wave_file(spoken()), wave_file(spoken(seconds=0.5))
    put(server, "thanks", one)
    put(server, "next", one)
    assert sync(kept, folder) == 2
    assert (folder / "th" / "thanks.wav").read_bytes() == one
    assert sync(kept, folder) == 0
    put(server, "thanks", other)
    put(server, "next", None)
    assert sync(kept, folder) == 2
    assert [path.name for path in folder.glob("*/*")] == ["thanks.wav"]
    (folder / "th" / "thanks.wav").write_bytes(b"damaged")
    assert sync(kept, folder) == 1
    assert digest((folder / "th" / "thanks.wav").read_bytes()) == digest(other)
    assert kept.sync().recordings == 0, "who has no folder for them asks for none"


@pytest.mark.parametrize("wrong", [b"RIFF" + bytes(50), bytes(MAX_BYTES + 2), b"ID3"])
def test_what_is_no_prompt_is_not_taken_from_central_either(
    kept: Kept, server: Server, tmp_path: Path, wrong: bytes
) -> None:
    put(server, "thanks", wrong)
    kept.rate(5)
    kept.close()
    assert sync(kept, tmp_path / "voice") == 0
    assert kept.states() == [Delivery.RECEIPTED]
    assert not [*tmp_path.glob("voice/*/*")]


def test_an_office_with_three_levels_misses_three_buttons(it: TestClient, server: Server) -> None:
    three = SiteSettings(level_words_th=("ก", "ข", "ค"), level_words_en=("A", "B", "C"))
    save_settings(server.central, Viewer(account="it"), None, three, NOW)
    shown = it.get("/recordings/dindaeng?lang=en").text
    assert "21 lines missing" in shown
    assert "ปุ่มที่ ๓" in shown
    assert "ปุ่มที่ ๔" not in shown


def test_a_folder_that_can_not_be_written_stops_nothing_else(
    kept: Kept, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "voice").write_text("a file where the folder should be")
    put(server, "thanks", RECORDED)
    said: list[str] = []
    synced = exchange.sync(
        kept.store, kept.clock, kept.key, progress=said.append, recordings=tmp_path / "voice"
    )
    assert synced.recordings == 0
    assert "voice" in said[-1]


def test_a_file_that_can_not_be_written_stops_no_other(
    kept: Kept, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "voice" / "th" / "next.wav").mkdir(parents=True)
    (tmp_path / "voice" / "th" / "gone.wav").mkdir()
    put(server, "next", RECORDED)
    put(server, "thanks", RECORDED)
    assert sync(kept, tmp_path / "voice") == 1
    assert (tmp_path / "voice" / "th" / "thanks.wav").read_bytes() == RECORDED
