"""A telephone's recording becomes a prompt; no file makes central stumble."""

import io
from array import array

import av
import pytest

from kiosk.speech import RATE, TARGET_DB, BadRecording, loudness_db, samples_of, wave_file
from sync.central.recordings import MOST_SECONDS, decoded, prompt_file
from tests.support.voices import spoken

TELEPHONES = [
    ("mp4", "aac", 48_000, "stereo"),
    ("mp3", "libmp3lame", 44_100, "mono"),
    ("ogg", "libopus", 48_000, "mono"),
    ("webm", "libopus", 48_000, "mono"),
    ("flac", "flac", 44_100, "stereo"),
    ("adts", "aac", 44_100, "mono"),
    ("wav", "pcm_s16le", 16_000, "stereo"),
]


def recorded(samples: "array[int]", container: str, codec: str, rate: int, layout: str) -> bytes:
    """The samples as such a telephone stores them."""
    file = io.BytesIO()
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
    frame.planes[0].update(samples.tobytes())
    frame.sample_rate = RATE
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        size = stream.codec_context.frame_size or 1024
        resampler = av.AudioResampler(stream.format, layout, rate, frame_size=size)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("telephone", TELEPHONES, ids=lambda made: f"{made[0]}-{made[1]}")
def test_what_a_telephone_records_is_trimmed_and_made_even(
    telephone: tuple[str, str, int, str],
) -> None:
    even = samples_of(prompt_file(recorded(spoken(seconds=1.0, level=0.04), *telephone)))
    assert 0.9 < len(even) / RATE < 1.5
    assert loudness_db(even[len(even) // 4 : 3 * len(even) // 4]) == pytest.approx(TARGET_DB, abs=2)


def test_of_a_long_file_only_the_beginning_is_decoded() -> None:
    hours = wave_file(array("h", bytes(2 * RATE * 3 * MOST_SECONDS)))
    assert len(decoded(hours)) == RATE * MOST_SECONDS


VIDEO_LIST = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"OggS" + bytes(200),
        b"\x1a\x45\xdf\xa3" + b"\xff" * 500,
        b"\x00\x00\x00\x20ftypM4A " + b"\xff" * 500,
        b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + b"\xff\xfb\x90" * 100,
        VIDEO_LIST,
        "สวัสดี".encode() * 50,
        recorded(spoken(), "mp4", "aac", 48_000, "mono")[:2000],
    ],
    ids=["nothing", "wav", "ogg", "webm", "m4a", "mp3", "list", "text", "cut"],
)
def test_what_is_no_whole_recording_is_refused(file: bytes) -> None:
    with pytest.raises(BadRecording) as caught:
        prompt_file(file)
    assert caught.value.key in ("recording_unreadable", "recording_silent")
