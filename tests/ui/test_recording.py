"""A clerk gives the guide its voice: line by line with a microphone, or from a stick."""

import os
import pty
import select
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.datafolder import DataFolder
from kiosk.domain.prompts import LANGUAGES, prompt_names
from kiosk.speech import samples_of, wave_file
from sync.central.language import words as central_words
from tests.support.voices import spoken
from ui import recorder
from ui.cli import app
from ui.recorder import bar
from ui.sounds import USUAL_REASONS, prompts
from ui.text import Words, languages

MICROPHONE = """#!/bin/sh
case "$*" in *Gone*) echo "arecord: main:831: audio open error: No such device" >&2; exit 1 ;; esac
cat "$VOICE"
case "$*" in *Pulled*) echo "arecord: pcm_read:2221: read error: No such device" >&2; exit 1 ;; esac
"""
PLAYER = '#!/bin/sh\necho "$*" >> "$PLAYED"\n'
SECONDS = 30
OWN_WORDS = ("thanks", "reasons", "next", "choose", "done", "chosen", "not", "no")
"""How the prompts begin whose words no office sets."""


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    return folder


class Clerk:
    """Reads what the command says on a terminal of its own, and types."""

    def __init__(self, screen: int) -> None:
        self._screen, self.seen = screen, ""

    def until(self, words: str) -> None:
        """Read on until the words stand there; what was read before them is spent."""
        while words not in self.seen:
            ready, _, _ = select.select([self._screen], [], [], SECONDS)
            assert ready, f"{words!r} never came: {self.seen!r}"
            self.seen += os.read(self._screen, 4096).decode(errors="replace")
        self.seen = self.seen.partition(words)[2]

    def type(self, line: str = "") -> None:
        os.write(self._screen, f"{line}\n".encode())


@contextmanager
def recording(data: DataFolder, tmp_path: Path, *words: str) -> Iterator[Clerk]:
    """`kiosk sounds record`, with a microphone and a player that are programs of ours."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("arecord", MICROPHONE), ("aplay", PLAYER)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (tmp_path / "voice").write_bytes(spoken(level=0.03).tobytes())
    environment = os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "VOICE": str(tmp_path / "voice"),
        "PLAYED": str(tmp_path / "played"),
    }
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ui", "--data", str(data.path), "sounds", "record", *words]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    try:
        yield Clerk(ours)
        process.wait(SECONDS)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_a_line_is_recorded_heard_again_and_kept(data: DataFolder, tmp_path: Path) -> None:
    with recording(data, tmp_path, "th") as clerk:
        clerk.until("1 of ")
        clerk.until("ท่านพึงพอใจ")
        clerk.until("Press Enter and read")
        clerk.type()
        clerk.until("Was it good?")
        clerk.type("p")
        clerk.until("Was it good?")
        clerk.type("n")
        clerk.until("Was it good?")
        assert not [*data.sounds.glob("*/[!.]*")]  # only what somebody agreed to
        clerk.type()
        clerk.until("2 of ")
        clerk.until("Press Enter and read")
        clerk.type("s")
        clerk.until("3 of ")
        clerk.until("Press Enter and read")
        clerk.type("u")
        clerk.until("2 of ")
        clerk.until("Press Enter and read")
        clerk.type("q")
        clerk.until("1 stored in")
    kept = [*data.sounds.glob("*/*")]
    assert [path.name for path in kept] == ["question.wav"]
    assert 1.0 < len(samples_of(kept[0].read_bytes())) / 22_050 < 1.4
    assert len((tmp_path / "played").read_text().splitlines()) == 3


def test_what_can_not_be_followed_is_said_and_asked_again(data: DataFolder, tmp_path: Path) -> None:
    with recording(data, tmp_path, "th") as clerk:
        clerk.until("Press Enter and read")
        (tmp_path / "voice").write_bytes(spoken(level=3.0).tobytes())
        clerk.type()
        clerk.until("Not stored: the voice is distorted; hold the microphone farther away")
        clerk.until("Press Enter and read")
        clerk.type("q")
        clerk.until("0 stored in")
    assert not [*data.sounds.glob("*/*")]


def test_no_microphone_is_one_line(data: DataFolder, tmp_path: Path) -> None:
    with recording(data, tmp_path, "th", "--microphone", "plughw:CARD=Gone") as clerk:
        clerk.until("Press Enter and read")
        clerk.type()
        clerk.until("kiosk: plughw:CARD=Gone: No such device")


def test_a_microphone_pulled_in_the_middle_keeps_no_half_of_a_line(
    data: DataFolder, tmp_path: Path
) -> None:
    with recording(data, tmp_path, "th", "--microphone", "plughw:CARD=Pulled") as clerk:
        clerk.until("Press Enter and read")
        clerk.type()
        clerk.until("kiosk: plughw:CARD=Pulled: No such device")
    assert not [*data.sounds.glob("*/*")]


def test_a_folder_that_can_not_be_made_is_one_line(data: DataFolder) -> None:
    data.sounds.mkdir(exist_ok=True)
    (data.sounds / "lo").write_text("a file where the folder should be")
    done = CliRunner().invoke(app, ["--data", str(data.path), "sounds", "record", "lo"], input="\n")
    assert done.exit_code == 3
    assert done.output.splitlines()[-1].startswith(f"kiosk: {data.sounds / 'lo'}: ")


def test_a_player_that_hangs_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "aplay").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "aplay").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(recorder, "PLAYING_SECONDS", 0.1)
    assert recorder.play("voice.wav", "") == "aplay does not end: is the usual output in use?"


def take(data: DataFolder, source: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["--data", str(data.path), "sounds", "take", str(source)])
    return done.exit_code, done.output


def test_the_file_of_the_report_is_taken_from_a_stick(data: DataFolder, tmp_path: Path) -> None:
    file = tmp_path / "recordings.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("th/thanks.wav", wave_file(spoken(level=0.02)))
        archive.writestr("th/next.wav", b"RIFF, and then nothing")
        archive.writestr("../../th/../evil.wav", wave_file(spoken()))
        archive.writestr("/etc/xx/choose.wav", wave_file(spoken()))
        archive.writestr("en/question.wav", wave_file(spoken()))
    code, said = take(data, file)
    assert code == 1
    assert "2 recordings taken" in said
    assert "th/next.wav: this is no WAV of one channel, 16 bits and 22050 Hz" in said
    taken = sorted(str(path.relative_to(data.sounds)) for path in data.sounds.glob("*/*"))
    assert taken == ["en/question.wav", "th/thanks.wav"]
    folder = tmp_path / "stick"
    (folder / "th").mkdir(parents=True)
    (folder / "th" / "done.wav").write_bytes(wave_file(spoken()))
    assert take(data, folder) == (0, f"1 recording taken into {data.sounds}\n")


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_what_can_not_be_taken_is_named_and_the_rest_is(
    data: DataFolder, tmp_path: Path, packing: int
) -> None:
    file = tmp_path / "recordings.zip"
    with zipfile.ZipFile(file, "w", packing) as archive:
        archive.writestr("th/next.wav", wave_file(spoken()))
        archive.writestr("th/holiday.wav", wave_file(spoken()))
        archive.writestr("th/choose.wav", bytes(2_000_000))
        archive.writestr("th/done.wav", wave_file(spoken()))
    damaged = bytearray(file.read_bytes())
    damaged[60:200] = b"\xff" * 140
    file.write_bytes(damaged)
    code, said = take(data, file)
    assert code == 1
    assert "1 recording taken" in said
    assert "th/next.wav: this is no WAV" in said
    assert "th/holiday.wav: the guide has no line of this name" in said
    assert "th/choose.wav: " in said
    assert [path.name for path in data.sounds.glob("*/*")] == ["done.wav"]


@pytest.mark.parametrize("made", ["nothing", "garbage", "an empty folder"])
def test_what_is_no_file_of_recordings_is_one_line(
    data: DataFolder, tmp_path: Path, made: str
) -> None:
    source = tmp_path / "source"
    if made == "garbage":
        source.write_bytes(b"PK\x03\x04" + bytes(100))
    elif made == "an empty folder":
        source.mkdir()
    code, said = take(data, source)
    assert code in (2, 3)
    assert said.splitlines()[-1].startswith(f"kiosk: {source}: ")


def test_the_page_of_the_report_and_the_terminal_ask_for_the_same_words() -> None:
    assert set(LANGUAGES) == set(languages())
    for code in ("th", "en"):
        ours = {prompt.name: prompt.words for prompt in prompts(Words.load(code), 5)}
        theirs = central_words(code)
        assert tuple(ours) == prompt_names(5, 5, USUAL_REASONS)
        of_their_own = [name for name in ours if name.partition("-")[0] in OWN_WORDS]
        assert len(of_their_own) == 8
        for name in of_their_own:
            assert theirs.get(f"prompt.{name.replace('-', '_')}") == ours[name], name
        assert theirs.get("prompt.button", button=3) == ours["button-3"]


def test_a_level_is_a_bar() -> None:
    assert bar(0.0) == "█" * 20
    assert bar(-96.0) == "·" * 20
    assert bar(-30.0) == "█" * 10 + "·" * 10
