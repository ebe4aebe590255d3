"""Design effects, the variance between officers, and who differs: against values worked by hand."""

from dataclasses import dataclass
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.clusters import USUAL_WEIGHT, Effect, design_effect, effect
from sync.central.comparing import (
    Finding,
    Ratings,
    Round,
    Standing,
    between_officers,
    compare,
    discoveries,
)


@dataclass(frozen=True)
class Some:
    """Blocks of (n, satisfied)."""

    each: tuple[tuple[int, int], ...]

    @property
    def blocks(self) -> int:
        return len(self.each)

    @property
    def n(self) -> int:
        return sum(n for n, _ in self.each)

    @property
    def satisfied(self) -> int:
        return sum(k for _, k in self.each)

    @property
    def nn(self) -> int:
        return sum(n * n for n, _ in self.each)

    @property
    def nk(self) -> int:
        return sum(n * k for n, k in self.each)

    @property
    def kk(self) -> int:
        return sum(k * k for _, k in self.each)


def test_a_design_effect_is_the_spread_of_blocks_over_that_of_single_ratings() -> None:
    # Residuals 2, -2 of a rate of .8: 2/1 * 8 over 20 * .16.
    uneven, even = effect([Some(((10, 10), (10, 6)))]), effect([Some(((10, 8), (10, 8)))])
    assert uneven.ratio == pytest.approx(16 / 3.2)
    assert even.ratio == pytest.approx(0)
    assert (uneven.freedom, even.freedom) == (1, 1)


def test_rates_that_differ_between_officers_are_no_spread_of_days() -> None:
    same = Some(((10, 8),) * 5)
    worse = Some(((10, 4),) * 5)
    assert effect([same, worse]).ratio == pytest.approx(0)


def test_one_block_or_one_answer_alone_tells_nothing() -> None:
    assert effect([Some(((10, 8),)), Some(((10, 10), (12, 12)))]) == Effect()
    assert design_effect(Effect(), 1.7) == 1.7


def test_a_design_effect_does_not_tell_how_many_differ_where_a_bound_is_shown() -> None:
    calm = Some(((20, 12), (20, 16), (20, 14)))
    bounds = [Some(((10, 10 - few),) + ((10, 10),) * 5) for few in (0, 1, 2)]
    bounds += [Some(((10, few),) + ((10, 0),) * 5) for few in (0, 1, 2)]
    assert {effect([one]) for one in bounds} == {Effect()}
    assert {effect([one, calm]) for one in bounds} == {effect([calm])}


@given(st.floats(0, 10), st.integers(0, 100), st.floats(1, 5))
def test_a_design_effect_lies_between_the_own_and_the_usual_and_never_below_one(
    ratio: float, freedom: int, usual: float
) -> None:
    one = design_effect(Effect(ratio, freedom), usual)
    assert one >= 1
    assert min(ratio, usual) - 1e-9 <= one <= max(ratio, usual, 1) + 1e-9


def test_the_own_and_the_usual_weigh_as_they_are_known() -> None:
    assert design_effect(Effect(4.0, USUAL_WEIGHT), 2.0) == pytest.approx(3.0)


def test_the_variance_between_officers_is_none_where_chance_explains_all() -> None:
    assert between_officers([(1.0, 0.01), (-1.0, 0.01), (0.5, 0.01), (-0.5, 0.01)]) == 0


def test_the_variance_between_officers_agrees_with_the_formula() -> None:
    """DerSimonian and Laird: (I phi - (I - 1)) / (sum w - sum w^2 / sum w), all of one weight. The
    ends count as the ones next to them."""
    scores = [(z, 0.0004) for z in (3.0, -3.0, 2.0, -2.0)]
    assert between_officers(scores) == pytest.approx((16 - 3) / (4 / 0.0004 - 1 / 0.0004))


def test_one_who_differs_does_not_widen_the_spread_of_all() -> None:
    usual = [(z, 0.0004) for z in (0.5, -0.5, 0.8, -0.8, 0.1, -0.2, 1.0, -1.0, 0.3)]
    assert between_officers([*usual, (30.0, 0.0004)]) == 0


def test_discoveries_are_those_of_benjamini_and_hochbergs_own_example() -> None:
    """Their table of 1995: of fifteen, four are rejected at 5 %."""
    chances = (
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
    )  # fmt: skip
    by_name = {f"{place:02}": chance for place, chance in enumerate(chances)}
    assert sorted(discoveries(by_name)) == ["00", "01", "02", "03"]
    assert not discoveries({"a": 0.2, "b": 0.06})


def an_office(*, mixed: tuple[int, int], n: int = 400) -> dict[str, Round]:
    """Ten officers of service a at 90 %, ten of b at 80 %, and one of both whose rate is 85 %."""
    calm = Effect(1.0, 25)
    office = {f"a{i}": Round({"a": Ratings(n, n * 9 // 10)}, calm) for i in range(10)}
    office |= {f"b{i}": Round({"b": Ratings(n, n * 8 // 10)}, calm) for i in range(10)}
    a, b = mixed
    office["both"] = Round({"a": Ratings(a, a * 9 // 10), "b": Ratings(b, b * 8 // 10)}, calm)
    return office


def test_an_officer_stands_beside_what_the_own_mix_lets_expect() -> None:
    found = compare(an_office(mixed=(100, 300)))
    assert {one.standing for one in found.values()} == {Standing.WITHIN}
    both = found["both"]
    assert both.rate == pytest.approx(0.825)
    assert both.expected == pytest.approx(0.825)
    # Chance within the services, and what the others' rates are uncertain by.
    variance = (100 * 0.09 + 300 * 0.16 + 100**2 * 0.09 / 4000 + 300**2 * 0.16 / 4000) / 400**2
    assert both.spread == pytest.approx(sqrt(variance))


def test_unequal_days_make_the_same_difference_no_finding() -> None:
    office = an_office(mixed=(200, 200))
    low = {"a": Ratings(400, 320)}
    calm = compare(office | {"low": Round(low, Effect(1.0, 25))})
    assert calm["low"].standing is Standing.BELOW
    uneven = {name: Round(one.services, Effect(4.0, 25)) for name, one in office.items()}
    wide = compare(uneven | {"low": Round(low, Effect(4.0, 25))})
    assert wide["low"].standing is not Standing.BELOW


def test_four_points_are_no_finding_however_many_ratings_show_them() -> None:
    office = an_office(mixed=(0, 200_000), n=200_000)
    office["low"] = Round({"a": Ratings(200_000, 172_000)}, Effect(1.0, 25))
    assert compare(office)["low"].standing is Standing.WITHIN


def test_where_nearly_all_agree_a_comparison_tells_a_bound() -> None:
    office = an_office(mixed=(200, 200))
    rates = set()
    for few in (0, 1, 2):
        high = Round({"b": Ratings(300, 300 - few)}, Effect(1.0, 25))
        one = compare(office | {"high": high})["high"]
        assert (one.standing, one.bound) == (Standing.ABOVE, "at least")
        rates.add(one.rate)
    assert rates == {0.99}


def test_a_verdict_on_a_bound_is_the_same_for_all_that_it_stands_for() -> None:
    """Of 100, the band ends between 97 and 100."""
    office = an_office(mixed=(0, 0), n=4000)
    for k in range(80, 96):
        a = {name: Round({"a": Ratings(4000, 40 * k)}, Effect(1.0, 25)) for name in office}
        told = set()
        for few in (0, 1, 2):
            high = Round({"a": Ratings(100, 100 - few)}, Effect(1.0, 25))
            told.add(compare(a | {"high": high})["high"])
        assert len(told) == 1


def test_what_a_comparison_leaves_out_is_ten_ratings_or_more() -> None:
    """The result of all ratings stands beside it: less it is that of three people."""
    office = an_office(mixed=(200, 100))
    services = dict(office["both"].services)
    office["both"] = Round(services | {"rare": Ratings(3, 0)}, Effect(1.0, 25))
    assert compare(office)["both"].n == 200
    office["both"] = Round(services | {"rare": Ratings(10, 0)}, Effect(1.0, 25))
    assert compare(office)["both"].n == 300


def test_one_colleague_who_does_nearly_all_of_a_service_is_not_what_is_usual() -> None:
    office = an_office(mixed=(200, 200))
    calm = Effect(1.0, 25)
    office |= {name: Round({"c": Ratings(150, 140)}, calm) for name in ("c1", "c2")}
    office["c3"] = Round({"c": Ratings(3000, 1800)}, calm)
    found = compare(office)
    assert {found[name].standing for name in ("c1", "c2")} == {Standing.ALONE}
    assert found["c3"].standing is Standing.BELOW


def test_what_a_head_subtracts_from_what_is_usual_is_nobodys_alone() -> None:
    """Two of section one and a single other do service c. The head reads what is expected of both,
    and their results: whatever the other's rate is, both read the same."""
    told = []
    for satisfied in (0, 300):
        office = an_office(mixed=(200, 200))
        calm = Effect(1.0, 25)
        for name, of_c in (("c1", 270), ("c2", 240), ("c3", 210)):
            office[name] = Round({"c": Ratings(300, of_c)}, calm, "one")
        office["c4"] = Round({"c": Ratings(300, satisfied)}, calm, "two")
        found = compare(office)
        told.append([(found[name].n, found[name].expected) for name in ("c1", "c2", "c3")])
        assert found["c4"].standing.compared
    assert told == [[(300, 0.75), (300, 0.8), (300, 0.85)]] * 2
    office["c5"] = Round({"c": Ratings(300, 150)}, calm, None)
    assert compare(office)["c1"].expected == (240 + 210 + 300 + 150) / 1200


def test_few_blocks_tell_a_comparison_no_effect_of_their_own() -> None:
    office = an_office(mixed=(0, 0))
    spreads = []
    for ratio in (1.0, 4.0):
        few = Round({"a": Ratings(400, 360)}, Effect(ratio, 3))
        spreads.append(compare(office | {"few": few})["few"].spread)
    # The ones of all together still tell what is usual.
    assert spreads[0] == pytest.approx(spreads[1], rel=0.01)


def test_of_few_officers_nobody_is_compared() -> None:
    two = dict(list(an_office(mixed=(0, 0)).items())[:4])
    assert {one.standing for one in compare(two).values()} == {Standing.FEW_OFFICERS}


@pytest.mark.parametrize(("sampling", "rate"), [(0.02, 0.75), (0.0001, 0.7), (0.2, 0.8)])
def test_an_adjusted_value_lies_the_nearer_to_the_others_the_less_is_known(
    sampling: float, rate: float
) -> None:
    """Half way where chance and what differs between officers are alike."""
    one = Finding(
        standing=Standing.WITHIN,
        n=100,
        rate=0.7,
        expected=0.8,
        spread=sqrt(sampling**2 + 0.02**2),
        between=0.02,
    )
    assert one.adjusted.rate == pytest.approx(rate, abs=0.002)
    interval = one.adjusted.interval
    assert interval.low < one.adjusted.rate < interval.high
    assert interval.high - interval.low < 2 * 1.96 * sampling


def test_officers_who_seem_all_equal_are_not_all_sure() -> None:
    one = Finding(standing=Standing.WITHIN, n=100, rate=0.7, expected=0.8, spread=0.03)
    assert one.adjusted.rate == pytest.approx(0.79)
    assert one.adjusted.interval.high - one.adjusted.interval.low > 0.03
