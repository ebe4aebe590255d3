"""What may be done with a result: each condition alone keeps it out, in whole numbers."""

from dataclasses import replace
from typing import Any

import pytest

from sync.central import sitesettings
from sync.central.appraising import Evidence, Rule, State, Verdict, appraise
from sync.central.comparing import Standing
from sync.central.conditionwords import condition_words
from sync.central.language import tables
from sync.central.reports.gate import NotCompared
from sync.central.sitesettings import BadSettings, SiteSettings

GOOD = Evidence(
    n=300,
    effective=300,
    answered=300,
    served=600,
    flagged=6,
    days_over=0,
    closed=True,
    objected=False,
    whole=True,
)
OFFICE = SiteSettings()


def test_everything_met_may_enter_an_appraisal() -> None:
    assert appraise(GOOD, OFFICE).verdict is Verdict.MAY


@pytest.mark.parametrize(
    ("rule", "worse", "verdict"),
    [
        (Rule.RATINGS, {"effective": 290}, Verdict.TALK),
        (Rule.RATINGS, {"effective": 100}, Verdict.TALK),
        (Rule.RATINGS, {"effective": 90}, Verdict.NOT),
        (Rule.RESPONSE, {"served": 601}, Verdict.TALK),
        (Rule.RESPONSE, {"served": 1500}, Verdict.TALK),
        (Rule.RESPONSE, {"served": 1501}, Verdict.NOT),
        (Rule.ROUND, {"closed": False}, Verdict.TALK),
        (Rule.OBJECTIONS, {"objected": True}, Verdict.NOT),
        (Rule.TICKETS, {"days_over": 1}, Verdict.TALK),
        (Rule.FLAGS, {"flagged": 7}, Verdict.TALK),
        (Rule.WHOLE, {"whole": False}, Verdict.NOT),
    ],
)
def test_each_condition_alone_keeps_a_result_out_and_is_told(
    rule: Rule, worse: dict[str, Any], verdict: Verdict
) -> None:
    outcome = appraise(replace(GOOD, **worse), OFFICE)
    assert outcome.verdict is verdict
    assert [one.rule for one in outcome.conditions if one.state is not State.MET] == [rule]


def test_a_response_that_nobody_knows_is_no_low_one() -> None:
    outcome = appraise(replace(GOOD, answered=0, served=0), OFFICE)
    assert outcome.verdict is Verdict.NOT
    [unknown] = [one for one in outcome.conditions if one.state is not State.MET]
    assert (unknown.rule, unknown.state, unknown.value) == (Rule.RESPONSE, State.UNKNOWN, None)


def test_where_there_are_no_tickets_that_is_said_and_keeps_nobody_out() -> None:
    outcome = appraise(replace(GOOD, days_over=None), OFFICE)
    assert outcome.verdict is Verdict.MAY
    [unknown] = [one for one in outcome.conditions if one.state is not State.MET]
    assert (unknown.rule, unknown.state, unknown.value) == (Rule.TICKETS, State.UNKNOWN, None)


@pytest.mark.parametrize(("answered", "served", "met"), [(39, 79, False), (40, 80, True)])
def test_a_share_that_rounds_up_to_the_threshold_does_not_reach_it(
    answered: int, served: int, met: bool
) -> None:
    outcome = appraise(replace(GOOD, answered=answered, served=served), OFFICE)
    assert (outcome.verdict is Verdict.MAY) is met


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_condition_has_words(language: str) -> None:
    for evidence in (GOOD, replace(GOOD, served=0), replace(GOOD, days_over=None)):
        for condition in appraise(evidence, OFFICE).conditions:
            assert condition_words(language, condition)
    values = (*Verdict, *State)
    assert set(values) <= tables(language)["appraising"].keys()
    assert {*Standing, *NotCompared} <= tables(language)["comparison"].keys()


@pytest.mark.parametrize("lower", [{"appraisal_from": 299}, {"appraisal_response": 49}])
def test_an_office_asks_for_less_only_with_a_reason(lower: dict[str, object]) -> None:
    for reason in ("", " ", "\u200b\u2060"):
        with pytest.raises(BadSettings, match="reason"):
            sitesettings.read({**lower, "appraisal_reason": reason})
    settings = sitesettings.read({**lower, "appraisal_reason": "ช่องบริการใหม่"})
    assert settings.asks_less
    assert not SiteSettings().asks_less


@pytest.mark.parametrize("lowest", [{"appraisal_from": 99}, {"appraisal_response": 19}])
def test_no_reason_takes_an_office_below_what_a_talk_needs(lowest: dict[str, object]) -> None:
    with pytest.raises(BadSettings, match="wrong"):
        sitesettings.read({**lowest, "appraisal_reason": "ช่องบริการใหม่"})
