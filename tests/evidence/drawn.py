"""Requests that schemathesis draws from central's OpenAPI description.

Most go out as they were drawn and may not be taken. A message also goes out as its terminal would
send it: signed, and true to where it goes. Of each message some must then be taken, or the rig
proves nothing.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.result import Ok

from sync.central.greetings import Words
from sync.central.web.parts import MinuteLimits
from sync.central.web.terminal_api import MAX_ENROL_TRIES, TerminalApi
from sync.messages.values import MAX_COUNT
from sync.sealing import sealing_text
from sync.signing import public_text
from tests.evidence.door import AT, Door
from tests.support.central import NIGHT as NOW

LEAST_FOR_PROOF = 30
"""Draws of each message from which on some must have been taken, with every shape of it."""
_TERMINAL = "/v1/sites/{site}/terminals/{terminal}"

Drawn = dict[str, Any]


@dataclass
class Draws:
    """What came of the requests that were drawn."""

    door: Door
    requests: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    shapes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def drawn_bodies(door: Door, size: int, of_seed: int) -> tuple[int, list[str]]:
    """Some `size` requests, shared by the operations; how many there were, and what was wrong. Half
    of them are messages."""
    schema = schemathesis.openapi.from_dict(door.app.openapi())
    schema.app = door.app
    operations: list[Any] = [r.ok() for r in schema.get_all_operations() if isinstance(r, Ok)]
    draws = Draws(door=door)
    each = max(1, size // 2 // len(operations))
    of_a_message = max(1, size // 2 // len(_AS_SENT))
    for operation in operations:
        _draw(operation, each, of_seed, lambda case: _send_as_drawn(draws, case))
        if (operation.method, operation.path) in _AS_SENT:
            _draw(operation, of_a_message, of_seed, lambda case: _send_as_a_terminal(draws, case))
    if of_a_message >= LEAST_FOR_PROOF:
        draws.failures += _unproven(draws)
    return draws.requests, draws.failures


def _draw(operation: Any, examples: int, of_seed: int, send: Callable[[Any], None]) -> None:
    @seed(of_seed)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        send(case)

    one()


def _send_as_drawn(draws: Draws, case: Any) -> None:
    answer = case.call(headers={name: str(value) for name, value in (case.headers or {}).items()})
    draws.requests += 1
    path, status = case.operation.path, answer.status_code
    if status >= 500 or (status < 300 and path != "/healthz"):
        draws.failures.append(f"{case.method} {path}: {status}")
    if path.startswith("/v1/") and str(status) not in _described_statuses(case):
        draws.failures.append(f"{case.method} {path}: {status} is not described")


def _send_as_a_terminal(draws: Draws, case: Any) -> None:
    if not isinstance(case.body, dict):
        return
    key = case.operation.method, case.operation.path
    message, path = _AS_SENT[key](draws.door, dict(case.body))
    draws.shapes.update(_shapes(message))
    # The one spelling of it, as every terminal writes it.
    body = msgspec.json.encode(message, order="sorted")
    nonce = message["nonce"] if path.endswith("hello") else draws.door.nonce
    headers = draws.door.signature(case.method, path, nonce, body)
    status, answer = draws.door.ask(case.method, path, body, headers)
    draws.requests += 1
    name = case.operation.path.rpartition("/")[2]
    if status < 300:
        draws.taken[name] += 1
    if str(status) not in _described_statuses(case):
        draws.failures.append(f"{case.method} {path}: {status} {answer[:80]!r} is not described")


def _described_statuses(case: Any) -> set[str]:
    return set(case.operation.definition.raw["responses"])


def _enrol(door: Door, drawn: Drawn) -> tuple[Drawn, str]:
    # More than a few codes in a minute would be refused.
    api: TerminalApi = door.app.state.terminal_api
    api.enrolments = MinuteLimits(MAX_ENROL_TRIES)
    key = public_text(Ed25519PrivateKey.generate())
    return {**drawn, "code": door.code(), "public_key": key}, "/v1/enrol"


def _hello(door: Door, drawn: Drawn) -> tuple[Drawn, str]:
    """With central's word of these minutes, without which no run is opened."""
    door.enrol()
    return {**drawn, "window": Words.at(door.central.key, NOW).now}, f"{AT}/hello"


def _heads(door: Door, drawn: Drawn) -> tuple[Drawn, str]:
    """The first heads of a terminal may be any: later ones must go on from them."""
    door.enrol()
    door.hello()
    # A step that is drawn proves nothing, and is not to be taken.
    return {**drawn, "steps": []}, f"{AT}/heads"


def _pins(door: Door, drawn: Drawn) -> tuple[Drawn, str]:
    door.enrol()
    door.hello()
    door.heads()
    pins = {pin[0]: pin for pin in drawn["pins"]}
    key = sealing_text(X25519PrivateKey.generate())
    return {**drawn, "key": key, "pins": list(pins.values())}, f"{AT}/pins"


def _day(door: Door, drawn: Drawn) -> tuple[Drawn, str]:
    """A report of this terminal, of a day that was, whose sheets are those of its lines."""
    door.enrol()
    door.hello()
    day = (NOW.date() - timedelta(days=drawn["revision"] % 300)).isoformat()
    lines = {(*line[:5], len(line[5])): line for line in drawn["lines"]}
    ratings: Counter[str] = Counter()
    for line in lines.values():
        ratings[line[0]] += sum(line[5])
    seals = {sheet[0]: sheet[2] for sheet in drawn["sheets"]}
    officers = {*ratings, *seals}
    whole = {
        **drawn,
        "site": "dindaeng",
        "terminal": "counter-1",
        "date": day,
        "lines": list(lines.values()),
        "outcomes": list({(row[0], row[1]): row for row in drawn["outcomes"]}.values()),
        "reasons": list({(row[0], row[1]): row for row in drawn["reasons"]}.values()),
        "sheets": [[o, ratings[o], seals.get(o, "0" * 64), 0, ""] for o in sorted(officers)],
        "gaps": list({(row[0], row[1]): row for row in drawn["gaps"]}.values()),
    }
    return whole, f"{AT}/days/{day}"


_AS_SENT: dict[tuple[str, str], Callable[[Door, Drawn], tuple[Drawn, str]]] = {
    ("post", "/v1/enrol"): _enrol,
    ("post", f"{_TERMINAL}/hello"): _hello,
    ("put", f"{_TERMINAL}/heads"): _heads,
    ("put", f"{_TERMINAL}/pins"): _pins,
    ("put", f"{_TERMINAL}/days/{{day}}"): _day,
}

_SHAPES: dict[str, Callable[[Drawn], bool]] = {
    "a clock": lambda m: m.get("clock", 0) > MAX_COUNT,
    "a first head": lambda m: m.get("now") == [0, ""],
    "a head": lambda m: "now" in m and m["now"][0] > 0 and m["now"][1] != "",
    "nobody's sheet": lambda m: any(sheet[0] == "" for sheet in m.get("sheets", ())),
    "somebody's sheet": lambda m: any(sheet[0] != "" for sheet in m.get("sheets", ())),
    "an id with a dot": lambda m: any("." in str(sheet) for sheet in m.get("sheets", ())),
    "the time of a PIN": lambda m: any(pin[1] > MAX_COUNT for pin in m.get("pins", ())),
    "lines": lambda m: bool(m.get("lines")),
}


def _shapes(message: Drawn) -> list[str]:
    return [name for name, has in _SHAPES.items() if has(message)]


def _unproven(draws: Draws) -> list[str]:
    """What was never taken, or never drawn."""
    messages = [path.rpartition("/")[2] for _, path in _AS_SENT]
    never_taken = [f"no {name} was taken" for name in messages if not draws.taken[name]]
    never_drawn = [f"{name} was never drawn" for name in _SHAPES if not draws.shapes[name]]
    return never_taken + never_drawn
