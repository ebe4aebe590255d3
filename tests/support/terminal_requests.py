"""One request of a terminal, as central answers it inside a transaction of its own."""

from datetime import UTC, datetime

from msgspec import structs

from sync.central.greetings import Words
from sync.central.ingest import StepKey
from sync.central.usecases.central import Central
from sync.central.usecases.terminal_requests import terminal_request
from sync.central.usecases.terminals import enrol_terminal, find_terminal, invite_terminal
from sync.central.usecases.witness import prove_steps
from sync.messages import Answer, Enrol, Head, Heads, HeadsAnswer, Hello, Roster, Step, Welcome
from tests.support.day_reports import key_text

_NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def terminal_roster(central: Central) -> Roster:
    """The officers and words that a terminal receives; one is enrolled where there is none."""
    if find_terminal(central, "counter-1") is None:
        code = invite_terminal(central, "counter-1", "1", _NOW)
        enrol_terminal(central, Enrol(code, key_text()), _NOW)
    with terminal_request(central, "counter-1") as request:
        assert request is not None
        return request.roster()


def greet_terminal(central: Central, terminal: str, hello: Hello, now: datetime) -> Welcome:
    """Open a run of a terminal."""
    with terminal_request(central, terminal) as request:
        assert request is not None
        words = Words.at(central.key, now)
        welcome = request.greet(structs.replace(hello, window=words.now), now)
    assert isinstance(welcome, Welcome)
    return welcome


def judge_terminal(central: Central, terminal: str, heads: Heads, now: datetime) -> Answer:
    """Take a terminal's heads, its steps proved first."""
    points: dict[StepKey, bytes] = {}
    while True:
        with terminal_request(central, terminal) as request:
            assert request is not None
            judged = request.judge(heads, points, now)
        if isinstance(judged, HeadsAnswer):
            return judged.answer
        points = prove_steps(central.site, terminal, judged)


def made_heads(now: Head, at_last: str = "", *steps: Step) -> Heads:
    """What a terminal says of its journal, with steps of its open sheets."""
    return Heads(now=now, at_last=at_last, steps=steps, answers=())
