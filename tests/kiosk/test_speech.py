"""A recording becomes a prompt: trimmed, as loud as the others, or refused with what to do."""

from array import array

import pytest

from kiosk.speech import (
    MOST_PEAK_DB,
    RATE,
    TARGET_DB,
    BadRecording,
    loudness_db,
    made_even,
    samples_of,
    wave_file,
)
from tests.support.voices import spoken


@pytest.mark.parametrize("level", [0.01, 0.05, 0.3])
def test_soft_and_loud_voices_come_out_equally_loud(level: float) -> None:
    even = made_even(spoken(level=level))
    middle = even[len(even) // 4 : 3 * len(even) // 4]
    assert loudness_db(middle) == pytest.approx(TARGET_DB, abs=1.5)
    assert max(map(abs, even)) <= 32_767 * 10 ** (MOST_PEAK_DB / 20) + 1


def test_the_silence_around_a_voice_is_cut_off() -> None:
    even = made_even(spoken(seconds=1.0, silence=3.0))
    assert 1.0 <= len(even) / RATE <= 1.3
    assert even[0] == even[-1] == 0


def test_what_is_made_even_twice_stays_as_it_is() -> None:
    once = made_even(spoken(level=0.03))
    twice = made_even(once)
    assert abs(loudness_db(twice) - loudness_db(once)) < 0.5
    assert abs(len(twice) - len(once)) < RATE // 10


@pytest.mark.parametrize(
    ("samples", "refused"),
    [
        (array("h"), "recording_silent"),
        (array("h", bytes(2 * RATE)), "recording_silent"),
        (spoken(level=0.001, noise=0.0001), "recording_silent"),
        (spoken(seconds=0.1), "recording_short"),
        (spoken(seconds=16.0), "recording_long"),
        (spoken(level=0.02, noise=0.02), "recording_noisy"),
        (spoken(level=0.0, noise=0.2), "recording_noisy"),
        (spoken(level=3.0), "recording_clipped"),
    ],
    ids=["nothing", "zeros", "far", "a click", "a speech", "a street", "a fan", "too near"],
)
def test_what_nobody_could_follow_is_refused_with_what_to_do(
    samples: "array[int]", refused: str
) -> None:
    with pytest.raises(BadRecording) as caught:
        made_even(samples)
    assert caught.value.key == refused


def test_a_prompt_is_a_wave_file_and_is_read_back() -> None:
    even = made_even(spoken())
    assert samples_of(wave_file(even)) == even


@pytest.mark.parametrize(
    "file", [b"", b"RIFF", b"RIFF\x00\x00\x00\x00WAVEfmt ", b"ID3" + bytes(99)]
)
def test_no_wave_file_is_refused(file: bytes) -> None:
    with pytest.raises(BadRecording) as caught:
        samples_of(file)
    assert caught.value.key == "recording_other_wav"
