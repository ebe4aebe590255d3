"""An office's recording of a prompt: any file a telephone makes, decoded and made even.

The decoder reads bytes that a stranger may have written, so it runs in a process of its own, with
little memory and time; it is given the format that the first bytes show, and so opens no list of
other files.
"""

import io
import resource
import subprocess
import sys
from array import array
from threading import Lock

from kiosk.speech import LONGEST_SECONDS, RATE, BadRecording, made_even, wave_file

MOST_SECONDS = 4 * LONGEST_SECONDS
"""Of a recording with the silence around its voice; what comes after is not read."""
DECODING_SECONDS = 20
MAX_MEMORY = 1 << 30
"""Bytes of the decoder's address space: its libraries take a third of that."""
_IN_TURN = Lock()
"""One decoder at a time: on a small server two would be felt by terminals."""


def prompt_file(data: bytes) -> bytes:
    """The WAV file that a terminal plays, from a recording in one of FORMATS; BadRecording."""
    return wave_file(made_even(decoded(data)))


def decoded(data: bytes) -> "array[int]":
    """The samples of a recording: one channel, RATE a second, at most MOST_SECONDS."""
    if _format(data) is None:
        raise BadRecording("recording_unreadable")
    command = [sys.executable, "-m", "sync.central.recordings"]
    with _IN_TURN:
        try:
            done = subprocess.run(  # noqa: S603 - this very module
                command, input=data, capture_output=True, timeout=DECODING_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise BadRecording("recording_unreadable") from None
    if done.returncode or len(done.stdout) % 2:
        raise BadRecording("recording_unreadable")
    return array("h", done.stdout)


def _format(data: bytes) -> str | None:
    """FFmpeg's name of the container that begins so."""
    begin = data[:16]
    if begin[:4] == b"RIFF" and begin[8:12] == b"WAVE":
        return "wav"
    if begin[4:8] == b"ftyp":
        return "mov"
    if begin[:2] in (b"\xff\xf1", b"\xff\xf9"):
        return "aac"
    if begin[:3] == b"ID3" or (begin[:1] == b"\xff" and begin[1:2] >= b"\xe0"):
        return "mp3"
    starts = {b"OggS": "ogg", b"fLaC": "flac", b"\x1a\x45\xdf\xa3": "matroska"}
    return starts.get(begin[:4])


def _decode(data: bytes) -> bytes:
    """In the process of its own: the samples' bytes."""
    import av

    samples = bytearray()
    most = 2 * RATE * MOST_SECONDS
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(io.BytesIO(data), "r", format=_format(data)) as container:
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                samples += bytes(part.planes[0])[: 2 * part.samples]
            if len(samples) >= most:
                break
    for part in resampler.resample(None):
        samples += bytes(part.planes[0])[: 2 * part.samples]
    return bytes(samples[:most])


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (DECODING_SECONDS, DECODING_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.stdout.buffer.write(_decode(sys.stdin.buffer.read()))
