"""The prompts that central has, as files on the terminal: fetched, replaced, taken away.

They lie apart from those that somebody put on this terminal by hand, which go before them.
"""

from collections.abc import Callable
from errno import EDQUOT, ENOSPC, EROFS
from functools import partial
from pathlib import Path

import httpx2 as httpx

from kiosk.files import read_found, write_whole
from kiosk.speech import MAX_BYTES, BadRecording, samples_of
from sync.client import SyncFailed
from sync.connection import Connection
from sync.incoming import parsed
from sync.messages import Recordings
from sync.protocol import digest

Attempt = Callable[[str, Callable[[], bool]], bool | None]
"""Does one part of a run, by name; None where it was refused or got lost."""


def take_recordings(connection: Connection, folder: Path, attempt: Attempt) -> int:
    """Have in `folder` (LANGUAGE/PROMPT.wav) what central has; how many changed. A file that can't
    be written, or is none, is said and left for the next time: it stops nothing else."""
    answer = connection.ask("GET", "recordings")
    digests = {
        f"{row.language}/{row.prompt}": row.digest
        for row in parsed(Recordings.parse, answer.body).recordings
    }
    here = _digests(folder)
    troubles: set[str] = set()
    changed = 0
    for name in sorted(here.keys() | digests.keys()):
        try:
            if name not in digests:
                _path(folder, name).unlink(missing_ok=True)
                changed += 1
            elif here.get(name) != digests[name]:
                fetch = partial(_fetch, connection, folder, name, digests[name])
                changed += bool(attempt(f"recording {name}", fetch))
        except OSError as error:
            trouble = f"recordings: {error.filename or folder}: {error.strerror}"
            if trouble not in troubles:
                connection.progress(trouble)
            troubles.add(trouble)
            if error.errno in _WHOLE_FOLDER:
                break
    return changed


_WHOLE_FOLDER = (ENOSPC, EDQUOT, EROFS)
"""What stands in the way of every further file too."""


def _fetch(connection: Connection, folder: Path, name: str, expected: str) -> bool:
    """Put one prompt into the folder; whether it is there now."""
    answer = connection.ask("GET", f"recordings/{name}", expected=(200, 404))
    if answer.status != httpx.codes.OK or digest(answer.body) != expected:
        connection.progress(f"recording {name}: changed meanwhile; next time")
        return False
    if not _is_prompt(answer.body):
        raise SyncFailed(f"central's recording {name} is no WAV file of a fitting size")
    path = _path(folder, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, answer.body)
    return True


def _is_prompt(wave: bytes) -> bool:
    try:
        return len(wave) <= MAX_BYTES and bool(samples_of(wave))
    except BadRecording:
        return False


def _digests(folder: Path) -> dict[str, str]:
    """What lies there, by LANGUAGE/PROMPT; "" for a file that can't be read."""
    return {f"{path.parent.name}/{path.stem}": _digest(path) for path in folder.glob("*/*.wav")}


def _digest(path: Path) -> str:
    try:
        return digest(read_found(path, MAX_BYTES + 1))
    except OSError:
        return ""


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.wav"
