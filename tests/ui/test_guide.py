"""The audible guide: a blind citizen hears the question, which button is which, and the thanks."""

import os
import shutil
import stat
import wave
from array import array
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from kiosk.domain.encounter import Fate, Phase, Served
from kiosk.domain.rating import Channel
from kiosk.settings.reading import parse
from tests.support.counter import Counter, pass_time, service_menu, sign_on
from ui.cli import app
from ui.guide import Guide
from ui.outputs import card_of, outputs
from ui.press_sound import PressSound
from ui.sounds import OWN, UNHEARD, Shelf, prompts
from ui.text import Words
from ui.view import MenuView

SPEAKING = '[sound]\nguide = true\nvolume = 70\n[screen]\nlanguage = "en"\nask_reasons = "low"\n'
PLAYER = """#!/bin/sh
echo "$(basename "$0") $*" >> "$HEARD"
case "$*" in
    *Gone*) echo "aplay: main:831: audio open error: No such device" >&2; exit 1 ;;
    *Headset*Master*) exit 1 ;;
esac
[ -n "$HOLD" ] && exec sleep "$HOLD"
exit 0
"""


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the program's log has of sounds."""
    ours = ("kiosk.guide", "kiosk.sound")
    return [record.getMessage() for record in caplog.records if record.name in ours]


class Ear:
    """Stands where the player and the mixer are looked for, and writes down what it is given."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "heard"
        folder.mkdir()
        for name in ("aplay", "amixer"):
            program = folder / name
            program.write_text(PLAYER)
            program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []

    def prompts(self) -> list[list[str]]:
        """What was said each time, by prompts' names."""
        lines = [line for line in self.lines() if line.startswith("aplay ")]
        played = [line.split()[2:] for line in lines if not line.endswith("/dev/null")]
        return [[Path(name).stem for name in names] for names in played]


@pytest.fixture
def ear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear = Ear(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("HEARD", str(ear.path))
    monkeypatch.setenv("HOLD", "")
    return ear


@pytest.fixture
def speaking(counter: Counter, ear: Ear) -> Counter:
    use(counter, SPEAKING + '[panel]\nport = "/dev/null"\nbuttons = [5, 4, 3, 2, 1, 0]\n')
    return counter


def use(counter: Counter, settings: str) -> None:
    counter.running.stop()
    counter.settings = parse(settings)
    counter.running = counter.open()


QUESTION = ["question", *(x for n in range(1, 6) for x in (f"button-{n}", f"scale5-{6 - n}"))]


def test_the_button_without_a_score_says_the_question_and_which_button_is_which(
    speaking: Counter, ear: Ear, qtbot: QtBot
) -> None:
    sign_on(speaking)
    assert speaking.running.presenter.panels.pressed(6, None)
    qtbot.waitUntil(lambda: ear.prompts() == [QUESTION])
    qtbot.waitUntil(lambda: "amixer -q sset Master 70%" in ear.lines())


def test_after_every_score_the_very_same_is_said_at_once(
    speaking: Counter, ear: Ear, qtbot: QtBot
) -> None:
    sign_on(speaking)
    for button in range(1, 6):
        speaking.running.presenter.panels.pressed(button, None)
        qtbot.waitUntil(lambda: len(ear.prompts()) == button)  # noqa: B023
        speaking.clock.pass_seconds(1)
        speaking.running.presenter.citizen.give_reasons()
        pass_time(speaking, 30)
    assert ear.prompts() == [["thanks"]] * 5


LEADS = ["button-1", "done", *(x for n in (2, 3, 4) for x in (f"button-{n}", "choose"))]
INTRODUCED = ["reasons", *LEADS, "button-5", "next"]


def test_the_reasons_are_heard_one_by_one(speaking: Counter, ear: Ear, qtbot: QtBot) -> None:
    sign_on(speaking)
    presenter = speaking.running.presenter
    presenter.panels.pressed(5, None)
    pass_time(speaking, 2)
    for count, button in enumerate((5, 5, 3), start=1):
        qtbot.waitUntil(lambda: len(ear.prompts()) == count)  # noqa: B023
        presenter.panels.pressed(button, None)
    heard = [
        ["thanks"],
        [*INTRODUCED, "reason-wait", "not-chosen"],
        ["reason-manner", "not-chosen"],
        ["reason-manner", "chosen"],
    ]
    qtbot.waitUntil(lambda: ear.prompts() == heard)
    assert {name for names in heard for name in names} <= {p.stem for p in (OWN / "en").iterdir()}


def test_asked_after_every_score_the_way_through_the_reasons_is_said_at_once(
    speaking: Counter, ear: Ear, qtbot: QtBot
) -> None:
    asking = SPEAKING.replace('"low"', '"always"')
    use(speaking, asking + '[panel]\nport = "/dev/null"\nbuttons = [5, 4, 3, 2, 1, 0]\n')
    sign_on(speaking)
    for count, button in enumerate((1, 5), start=1):
        speaking.running.presenter.panels.pressed(button, None)
        qtbot.waitUntil(lambda: len(ear.prompts()) == count)  # noqa: B023
        pass_time(speaking, 60)
        pass_time(speaking, 60)
    assert ear.prompts() == [["thanks", *INTRODUCED]] * 2


def test_an_offered_question_is_said_by_itself(speaking: Counter, ear: Ear, qtbot: QtBot) -> None:
    use(speaking, SPEAKING + '[offer]\nmode = "offered"\n[panel]\nport = "/dev/null"\n')
    sign_on(speaking)
    speaking.running.presenter.queue.take(Served())
    qtbot.waitUntil(lambda: ear.prompts() == [QUESTION])
    speaking.clock.pass_seconds(20)
    speaking.running.presenter.queue.take(Served())
    qtbot.waitUntil(lambda: ear.prompts() == [QUESTION, QUESTION])


def test_what_is_said_is_cut_off_by_the_next_and_holds_up_no_press(
    speaking: Counter, ear: Ear, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLD", "600")
    sign_on(speaking)
    speaking.running.presenter.panels.pressed(6, None)
    qtbot.waitUntil(lambda: ear.prompts() == [QUESTION])
    speaking.running.presenter.panels.pressed(1, None)
    assert speaking.running.presenter.state.phase is Phase.THANKS
    qtbot.waitUntil(lambda: ear.prompts() == [QUESTION, ["thanks"]])


def test_it_is_heard_by_the_output_that_the_settings_name(
    counter: Counter, ear: Ear, qtbot: QtBot
) -> None:
    headset = SPEAKING.replace("[screen]", 'output = "plughw:CARD=Headset,DEV=0"\n[screen]')
    use(counter, headset + '[offer]\nmode = "offered"\n')
    qtbot.waitUntil(lambda: "amixer -q -c Headset sset PCM 70%" in ear.lines())
    sign_on(counter)
    counter.running.presenter.queue.take(Served())
    question = str(OWN / "en" / "question.wav")
    command = f"aplay -q -D plughw:CARD=Headset,DEV=0 {question}"
    qtbot.waitUntil(lambda: command in ear.lines())
    pass_time(counter, 31)  # the question goes first
    assert ("Audible guide", "Ready") in menu_rows(counter)


def test_an_output_that_is_not_there_is_named_at_the_start_and_the_terminal_goes_on(
    counter: Counter, ear: Ear, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    use(counter, SPEAKING.replace("[screen]", 'output = "plughw:CARD=Gone,DEV=0"\n[screen]'))
    qtbot.waitUntil(lambda: len(said(caplog)) == 1)
    assert said(caplog) == [
        "plughw:CARD=Gone,DEV=0 can't be played on (No such device); see `kiosk sounds outputs`"
    ]
    told_at_the_menu = [value for _, value in menu_rows(counter)]
    assert any("plughw:CARD=Gone,DEV=0" in value for value in told_at_the_menu)
    sign_on(counter)
    assert counter.running.presenter.citizen.press(5, Channel.PANEL) is Fate.KEPT
    assert counter.running.presenter.state.phase is Phase.THANKS


def menu_rows(counter: Counter) -> tuple[tuple[str, str], ...]:
    """What the service menu says; it is left again."""
    service_menu(counter)
    view = counter.running.presenter.view()
    assert isinstance(view, MenuView)
    counter.running.presenter.staff.back()
    return view.rows


CARDS = """\
 0 [PCH            ]: HDA-Intel - HDA Intel PCH
                      HDA Intel PCH at 0xf7f10000 irq 32
 2 [Headset        ]: USB-Audio - USB Headset
                      Maker USB Headset at usb-0000:00:14.0-2, full speed
"""
WAYS = """\
00-00: ALC257 Analog : ALC257 Analog : playback 1 : capture 1
00-03: HDMI 0 : HDMI 0 : playback 1
00-06: ALC257 Alt : ALC257 Alt : capture 1
02-00: USB Audio : USB Audio : playback 1 : capture 1
"""


def test_the_machines_outputs_are_listed_as_the_player_calls_them(tmp_path: Path) -> None:
    assert outputs(tmp_path) == ()
    (tmp_path / "cards").write_text(CARDS)
    (tmp_path / "pcm").write_text(WAYS)
    assert outputs(tmp_path) == (
        ("plughw:CARD=PCH,DEV=0", "HDA Intel PCH: ALC257 Analog"),
        ("plughw:CARD=PCH,DEV=3", "HDA Intel PCH: HDMI 0"),
        ("plughw:CARD=Headset,DEV=0", "USB Headset: USB Audio"),
    )
    assert [card_of(name) for name in ("", "pipewire", "hw:1,0")] == ["", "", "1"]


def test_nothing_is_said_where_nobody_asked_for_it(
    counter: Counter, ear: Ear, qtbot: QtBot
) -> None:
    sign_on(counter)
    counter.running.presenter.citizen.press(5, Channel.TOUCH)
    assert counter.running.guide is None
    assert ear.lines() == []


def test_a_recording_found_missing_by_a_press_is_told_when_the_program_ends(
    tmp_path: Path, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    guide = Guide(Shelf([tmp_path / "none"]), 80)
    guide.say("th", ("thanks",))
    assert said(caplog) == []
    guide.stop()
    assert said(caplog) == ["th/thanks.wav is missing; see `kiosk sounds list`"]


def test_a_missing_recording_is_told_once_and_nothing_is_said_by_halves(
    tmp_path: Path, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    guide = Guide(Shelf([tmp_path / "none"]), 80)
    for _ in range(2):
        guide.say("th", ("question", "thanks"))
    guide.stop()
    assert said(caplog) == ["th/question.wav is missing; see `kiosk sounds list`"]
    assert ear.prompts() == []


def test_where_a_language_has_no_prompts_another_says_so_and_speaks(
    tmp_path: Path, ear: Ear, qtbot: QtBot
) -> None:
    guide = Guide(Shelf([tmp_path / "none"]), 80, instead=("th", "en"))
    said = [
        ("km", ("question", "button-1"), ["no-voice", "question", "button-1"]),
        ("km", ("thanks",), ["thanks"]),
        ("km", ("question",), ["no-voice", "question"]),
        ("en", ("question",), ["question"]),
        ("lo", ("thanks",), ["no-voice", "thanks"]),
    ]
    for count, (language, names, _) in enumerate(said, start=1):
        guide.say(language, names)
        qtbot.waitUntil(lambda: len(ear.prompts()) == count)  # noqa: B023
    guide.stop()
    assert ear.prompts() == [heard for _, _, heard in said]


def test_a_machine_without_a_player_says_so_once_and_goes_on(
    speaking: Counter,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sign_on(speaking)
    speaking.running.presenter.panels.pressed(1, None)
    qtbot.waitUntil(lambda: "install the package alsa-utils" in "".join(said(caplog)))
    assert speaking.running.presenter.state.phase is Phase.THANKS


def test_the_offices_own_recording_goes_before_ours_and_garbage_is_none(tmp_path: Path) -> None:
    shelf = Shelf([tmp_path])
    assert shelf.file("en", "thanks") == OWN / "en" / "thanks.wav"
    (tmp_path / "en").mkdir()
    own = tmp_path / "en" / "thanks.wav"
    own.write_bytes(b"not a sound at all, but long enough to be taken for one")
    assert shelf.file("en", "thanks") == OWN / "en" / "thanks.wav"
    own.write_bytes((OWN / "en" / "question.wav").read_bytes())
    assert shelf.file("en", "thanks") == own
    assert Shelf([tmp_path / "here", tmp_path]).file("en", "thanks") == own, "as central sent it"
    own.write_bytes(b"RIFF....WAVE" + bytes(3 << 20))
    assert shelf.file("en", "thanks") == OWN / "en" / "thanks.wav"


def test_the_command_says_what_to_record(counter: Counter) -> None:
    run, data = CliRunner(), ["--data", str(counter.folder.path), "sounds", "list"]
    english = run.invoke(app, [*data, "en"])
    assert english.exit_code == 0
    assert "question.wav" in english.output
    thai = run.invoke(app, data)
    assert thai.exit_code == 1
    assert "button-1.wav\tmissing\tปุ่มที่ ๑" in thai.output
    assert run.invoke(app, [*data, "xx"]).exit_code == 2


@pytest.mark.parametrize("language", ["en", *UNHEARD])
def test_every_prompt_of_ours_is_there_as_loud_and_not_too_long(language: str) -> None:
    names = {p.name for n in (5, 4, 3) for p in prompts(Words.load(language), n, 8)}
    files = list((OWN / language).glob("*.wav"))
    assert {path.stem for path in files} == names
    assert sum(path.stat().st_size for path in files) < 1_100_000
    for path in files:
        with wave.open(str(path)) as sound:
            seconds = sound.getnframes() / sound.getframerate()
            samples = array("h", sound.readframes(sound.getnframes()))
        assert 0.3 < seconds < 7, path
        assert 12_000 < max(map(abs, samples)) < 32_767, path


def test_prompts_that_no_speaker_heard_are_called_so_until_the_office_records_its_own(
    counter: Counter,
) -> None:
    data = ["--data", str(counter.folder.path), "sounds", "list"]
    assert "no speaker has heard" not in CliRunner().invoke(app, [*data, "en"]).output
    assert "no speaker has heard" in CliRunner().invoke(app, [*data, "zh"]).output
    shutil.copytree(OWN / "zh", counter.folder.sounds / "zh")
    assert "no speaker has heard" not in CliRunner().invoke(app, [*data, "zh"]).output


def test_a_terminal_without_a_panel_names_no_buttons(
    speaking: Counter, ear: Ear, qtbot: QtBot
) -> None:
    use(speaking, SPEAKING + '[offer]\nmode = "offered"\n')
    sign_on(speaking)
    speaking.running.presenter.queue.take(Served())
    qtbot.waitUntil(lambda: ear.prompts() == [["question"]])


def test_what_the_office_says_in_other_words_is_not_said_in_ours(
    counter: Counter, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    scale = '[scale]\nwords_en = ["No", "Slightly", "Fair", "Good", "Yes"]\n'
    own = '[question]\nen = "Did we do well?"\n' + scale
    counter.folder.settings_file.write_text(SPEAKING + own, "utf-8")
    data = ["--data", str(counter.folder.path), "sounds", "list", "en"]
    result = CliRunner().invoke(app, data)
    assert "question.wav\tmissing\tDid we do well?" in result.output
    assert "scale5-1.wav\tmissing\tNo" in result.output
    assert "scale5-2.wav\tmissing" not in result.output, "the same word as ours"
    use(counter, SPEAKING + own + '[offer]\nmode = "offered"\n')
    sign_on(counter)
    counter.running.presenter.queue.take(Served())
    assert "en/question.wav is missing" in said(caplog)[0]
    assert ear.prompts() == []


def test_a_stored_rating_sounds_softly_and_the_same_whatever_its_score(
    counter: Counter, ear: Ear, qtbot: QtBot
) -> None:
    use(counter, '[screen]\nask_reasons = "never"\n')
    assert counter.running.press_sound is None, "this machine has no output"
    sound = PressSound("plughw:CARD=Hall,DEV=0")
    counter.running.presenter.spoken.connect(sound.hear)
    counter.running.presenter.citizen.touch(5)  # nobody is signed on: not kept, not heard
    sign_on(counter)
    line = f"aplay -q -D plughw:CARD=Hall,DEV=0 {OWN / 'press.wav'}"
    for times, score in enumerate((5, 1), start=1):
        counter.running.presenter.citizen.touch(score)
        counter.running.presenter.citizen.touch(score)  # within the lock: not kept
        pass_time(counter, 60)
        qtbot.waitUntil(lambda: not sound.plays)
        assert ear.lines() == [line] * times
    sound.stop()


def test_a_sound_that_cannot_be_played_is_reported_once_and_stops_no_press(
    counter: Counter, ear: Ear, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    sound = PressSound("Gone")
    sound.hear("th", ("thanks",))
    qtbot.waitUntil(lambda: sound._is_broken)
    sound.hear("th", ("thanks",))
    assert len(ear.lines()) == 1
    assert said(caplog) == [], "a line's time would be a press's"
    sound.stop()
    assert len([line for line in said(caplog) if line.startswith("no sound after a press")]) == 1


def test_the_sound_of_a_press_is_far_softer_than_a_prompt() -> None:
    with wave.open(str(OWN / "press.wav"), "rb") as file:
        samples = array("h", file.readframes(file.getnframes()))
        assert file.getnframes() / file.getframerate() < 0.3
    assert 2_000 < max(samples) < 10_000
