"""What the audible guide says, as the office recorded it."""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime

from kiosk.domain.prompts import LANGUAGES, prompt_names
from kiosk.domain.wording import DEFAULT_QUESTION, Bilingual
from sync.central.logbook import told
from sync.central.recordings import prompt_file
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.store.recordings import Recorded
from sync.central.usecases.audit import write_change
from sync.central.usecases.central import Central
from sync.central.viewer import Viewer


class NoSuchPrompt(LookupError):
    """The guide says nothing of this name, or not in this language."""


@dataclass(frozen=True, slots=True)
class RecordingsPage:
    """The prompts of one language, in the order in which somebody reads them aloud."""

    prompts: tuple[str, ...]
    recorded: frozenset[str]
    own_words: dict[str, Bilingual]
    """What the office itself words, by prompt."""
    missing: dict[str, int]
    """How many prompts have no recording, by language."""


def read_recordings(central: Central, language: str) -> RecordingsPage:
    """NoSuchPrompt for a language that no screen has."""
    with central.store.read(central.site) as t:
        settings = t.settings.newest().settings
        recorded = current_recordings(t, settings).keys()
    prompts = _prompts(settings)
    missing = {
        code: sum((code, prompt) not in recorded for prompt in prompts) for code in LANGUAGES
    }
    if language not in missing:
        raise NoSuchPrompt(language)
    return RecordingsPage(
        prompts=prompts,
        recorded=frozenset(prompt for code, prompt in recorded if code == language),
        own_words=_own_words(settings),
        missing=missing,
    )


def save_recording(
    central: Central, viewer: Viewer, language: str, prompt: str, file: bytes, now: datetime
) -> None:
    """Make a recording even and keep it in place of any other. NoSuchPrompt; BadRecording."""
    words = _read_aloud(_settings_with(central, language, prompt), language, prompt)
    wave = prompt_file(file)
    with central.store.transaction(central.site) as t:
        t.recordings.put(language, prompt, wave, words)
        write_change(t, viewer, told("recording", language=language, prompt=prompt), now)


def remove_recording(
    central: Central, viewer: Viewer, language: str, prompt: str, now: datetime
) -> None:
    """NoSuchPrompt where there is no such recording: nothing is logged that nobody did."""
    with central.store.transaction(central.site) as t:
        if t.recordings.of(language, prompt) is None:
            raise NoSuchPrompt(f"{language}/{prompt}")
        t.recordings.remove(language, prompt)
        write_change(t, viewer, told("recording_removed", language=language, prompt=prompt), now)


def read_recording(central: Central, language: str, prompt: str) -> bytes | None:
    with central.store.read(central.site) as t:
        return t.recordings.of(language, prompt)


def all_recordings(central: Central) -> bytes:
    """Every recording in one ZIP file, as `kiosk sounds take` reads it."""
    file = io.BytesIO()
    with central.store.read(central.site) as t, zipfile.ZipFile(file, "w") as archive:
        for language, prompt in current_recordings(t, t.settings.newest().settings):
            wave = t.recordings.of(language, prompt)
            if wave is not None:
                archive.writestr(f"{language}/{prompt}.wav", wave)
    return file.getvalue()


def current_recordings(t: Transaction, settings: SiteSettings) -> dict[tuple[str, str], Recorded]:
    """Those that say what the office says now, by language and prompt: one of an earlier question
    would answer another."""
    return {
        (language, prompt): recorded
        for (language, prompt), recorded in t.recordings.all().items()
        if recorded.words == _read_aloud(settings, language, prompt)
    }


def _read_aloud(settings: SiteSettings, language: str, prompt: str) -> str:
    """The office's own words for a prompt; what a translation is made of where it writes none in
    that language; "" where the words are the program's."""
    own = _own_words(settings).get(prompt)
    if own is None:
        return ""
    return {"th": own.th, "en": own.en}.get(language, f"{own.th} | {own.en}")


def _settings_with(central: Central, language: str, prompt: str) -> SiteSettings:
    """The settings now; NoSuchPrompt where they have no such prompt."""
    with central.store.read(central.site) as t:
        settings = t.settings.newest().settings
    if language not in LANGUAGES or prompt not in _prompts(settings):
        raise NoSuchPrompt(f"{language}/{prompt}")
    return settings


def _prompts(settings: SiteSettings) -> tuple[str, ...]:
    """Those of a terminal whose panel has a button for each level, which is the usual one."""
    reasons = (str(reason.id) for reason in settings.reasons)
    levels = len(settings.level_words)
    return prompt_names(levels, levels, reasons)


def _own_words(settings: SiteSettings) -> dict[str, Bilingual]:
    levels = settings.level_words
    question = Bilingual(
        th=settings.question_th or DEFAULT_QUESTION.th,
        en=settings.question_en or DEFAULT_QUESTION.en,
    )
    return {
        "question": question,
        **{f"scale{len(levels)}-{score}": word for score, word in enumerate(levels, start=1)},
        **{f"reason-{reason.id}": reason.words for reason in settings.reasons},
    }
