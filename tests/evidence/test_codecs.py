"""The noise rig sees a phantom where a line without checks lets one through."""

from random import Random

from hardware.catalogue import FAMILIES, family_named
from tests.evidence import codecs


def test_noise_that_is_a_frame_is_seen_as_a_phantom() -> None:
    line = codecs.Line(family_named("single-byte"), Random(1))
    line._noise = codecs.lone_byte
    assert any(line.noise() for _ in range(100))


def test_a_press_without_its_pause_is_seen_as_lost() -> None:
    line = codecs.Line(family_named("single-byte"), Random(1))
    line._alone = 0.0
    assert [] in [line.press(1) for _ in range(5)]


def test_every_family_is_fuzzed() -> None:
    assert set(codecs.NOISES) == {family.name for family in FAMILIES}


def test_a_press_in_noise_comes_out_once() -> None:
    for family in FAMILIES:
        line = codecs.Line(family, Random(7))
        assert [line.press(1), line.press(2)] == [[1], [2]], family.name
