"""The rule that the report had before fails the figure; and the rig's worlds are what they say."""

from random import Random
from statistics import mean

import pytest

from sync.central.clusters import effect
from tests.evidence.equal_officers import (
    RATES,
    WORLDS,
    World,
    accused_by_99,
    draw_half,
    live,
)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_plain_99_per_cent_interval_accuses_the_innocent(world: World) -> None:
    outcome = live(world, 16, seed=16, accuse=accused_by_99)
    assert any("accused" in failure for failure in outcome.failures(16))


def test_days_and_services_are_as_unequal_as_the_world_says() -> None:
    random = Random(16)
    effects = []
    for world in (WORLDS[0], WORLDS[2]):
        halves = [draw_half(random, world, 10) for _ in range(40)]
        effects.append(effect(halves).ratio)
        rate = sum(half.satisfied for half in halves) / sum(half.n for half in halves)
        assert rate == pytest.approx(RATES["b"], abs=0.02)
    independent, clustered = effects
    assert independent == pytest.approx(1, abs=0.1)
    # 1 + rho times one less than what a rating's day has on average: 10, and one more by chance.
    assert clustered == pytest.approx(1 + 0.1 * 10, abs=0.3)
    mixed = [draw_half(random, WORLDS[3], 10).mean for _ in range(60)]
    assert max(mixed) - min(mixed) > 0.03
    assert mean(mixed) == pytest.approx(0.85, abs=0.01)
