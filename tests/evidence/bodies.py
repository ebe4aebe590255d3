"""Bodies at central's door: what schemathesis makes of its OpenAPI description, and messages that
were right until something was done to them, signed before or after.

Nothing unsigned may be taken, nothing may make central stumble (5xx), and it must not grow.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from sync.central.usecases.verification import first_disagreement
from sync.messages import Head
from sync.protocol import MAX_BODY
from sync.signing import NONCE_HEADER, SIGNATURE_HEADER, sign_request
from tests.evidence.door import AT, Door, Sent
from tests.evidence.drawn import drawn_bodies
from tests.evidence.figure import Figure, Measured, Run, collect_seldom
from tests.support.central import NIGHT as NOW
from tests.support.central import release
from tests.support.day_reports import day_report
from tests.support.terminal_requests import made_heads

MOST_GROWTH_MB = 40.0
OPENAPI_SHARE = 20
"""One in so many bodies is schemathesis's: it makes them slowly."""


def mutated(door: Door, random: Random) -> Sent:
    """A right message, and something done to it."""
    name, body = random.choice(
        (
            ("heads", made_heads(Head(random.randint(0, 9), "a" * 64)).to_bytes()),
            ("days/2026-11-23", day_report(random.randint(1, 9)).to_bytes()),
            ("days/2026-11-23", day_report(random.randint(1, 9)).to_bytes()),
        )
    )
    signed_first = random.random() < 0.5
    path, method, nonce = f"{AT}/{name}", "PUT", door.nonce
    signature = sign_request(door.key, method, path, nonce, body)
    change = random.choice(CHANGES)
    right, body = body, change(body, random)
    if not signed_first:
        signature = sign_request(door.key, method, path, nonce, body)
    changed = signed_first and body != right  # two flips may undo each other
    headers = {NONCE_HEADER: nonce, SIGNATURE_HEADER: signature}
    what = f"{name} {change.__name__.strip('_')}, {'then changed' if signed_first else 'signed'}"
    turned = random.random()
    if turned < 0.1:
        headers[NONCE_HEADER] = random.choice(("", "x" * 64, "0" * 32))
        changed = True
    elif turned < 0.2:
        path, changed = path.replace("counter-1", random.choice(("counter-2", "%2e", "ก"))), True
    elif turned < 0.3:
        headers.pop(SIGNATURE_HEADER)
        changed = True
    return Sent(what=what, method=method, path=path, body=body, headers=headers, signed=not changed)


def _flip(body: bytes, random: Random) -> bytes:
    data = bytearray(body)
    for _ in range(random.randint(1, 4)):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)


def _cut(body: bytes, random: Random) -> bytes:
    return body[: random.randrange(len(body))]


def _written(message: Any, random: Random) -> bytes:
    """A changed message, mostly in canonical bytes: more than the spelling is to be judged."""
    separators = (",", ":") if random.random() < 0.8 else None
    text = json.dumps(message, sort_keys=True, ensure_ascii=False, separators=separators)
    return text.encode("utf-8", "surrogatepass")


def _value(body: bytes, random: Random) -> bytes:
    """Another value somewhere in the message."""
    strange: tuple[Any, ...] = (
        None, True, -1, 2**63, 10**400, 1.5, "", "\x00", "ก" * 300, [], {}, [[]], "\ud800",
        "2026-02-30", {"a": {"b": []}}, [[[[[[]]]]]],
    )  # fmt: skip
    message = json.loads(body)
    place: Any = message
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return body + b" "
        key = random.choice(keys)
        if random.random() < 0.5 and isinstance(place[key], dict | list):
            place = place[key]
            continue
        place[key] = random.choice(strange)
        return _written(message, random)


def _keys(body: bytes, random: Random) -> bytes:
    """A field gone, unknown or twice."""
    message = json.loads(body)
    name = random.choice(list(message))
    way = random.randrange(3)
    if way == 0:
        del message[name]
    elif way == 1:
        message[name + "x"] = message[name]
    written = _written(message, random)
    return written[:-1] + f',"{name}":1}}'.encode() if way == 2 else written


def _not_json(_body: bytes, random: Random) -> bytes:
    return random.choice(
        (
            b"",
            b"NaN",
            b"[" * 100_000,
            b'{"v":' * 5_000,
            b"\xff\xfe\x00",
            b'{"v":Infinity}',
            b'{"v":1' + b"0" * 5_000 + b"}",
            random.randbytes(random.randint(1, 2000)),
        )
    )


def _huge(body: bytes, random: Random) -> bytes:
    return body + b" " * (MAX_BODY - len(body) + random.randint(1, 3))


CHANGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_flip, _flip, _cut, _value, _value, _value, _value, _keys, _keys, _not_json),
    *(_flip, _flip, _cut, _value, _value, _value, _value, _keys, _keys, _huge),
)


def fuzz_bodies(given_: Run) -> Measured:
    """`given_.size` bodies."""
    random = Random(given_.seed)
    door = Door(given_.folder)
    failures: list[str] = []
    for _ in range(200):  # what is made once is made before the memory is looked at
        door.send(mutated(door, random))
    collect_seldom()
    before = _resident_mb()
    count = given_.size - given_.size // OPENAPI_SHARE
    failures += _mutants(door, random, range(count))
    grown = _resident_mb() - before
    if grown > MOST_GROWTH_MB:
        failures.append(f"grew by {grown:.0f} MB")
    made, from_openapi = drawn_bodies(door, given_.size // OPENAPI_SHARE, given_.seed)
    failures += from_openapi
    rest = range(count, given_.size - made)  # schemathesis may have found fewer that differ
    failures += _mutants(door, random, rest)
    count += len(rest)
    if wrong := first_disagreement(door.central):
        failures.append(f"afterwards: {wrong}")
    door.close()
    text = f"{count + made:,} bodies: {len(failures)} wrong, {grown:+.0f} MB"
    return Measured(text, tuple(failures))


def _mutants(door: Door, random: Random, numbers: range) -> Iterator[str]:
    """What is wrong with the answers to so many mutated messages."""
    for number in numbers:
        if number % 50 == 0:
            release(door.central, "counter-1", "goes on", NOW)
        if wrong := door.send(mutated(door, random)):
            yield f"body {number}: {wrong}"


def _resident_mb() -> float:
    text = Path("/proc/self/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


FIGURE = Figure(
    name="sync bodies fuzzed into central",
    target="0 crashes, 0 unsigned, bounded",
    quick=2_500,
    full=1_000_000,
    measure=fuzz_bodies,
)
