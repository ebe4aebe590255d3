"""The door's rig sees what must not happen."""

from pathlib import Path
from random import Random

import pytest

from sync.central.usecases.terminal_requests import TerminalRequest
from tests.evidence.bodies import mutated
from tests.evidence.caller import ask_app
from tests.evidence.door import AT, Door, Sent
from tests.evidence.drawn import drawn_bodies


def test_a_taken_request_that_should_have_been_refused_is_reported(tmp_path: Path) -> None:
    door = Door(tmp_path)
    sent = Sent(
        what="open to all", method="GET", path="/healthz", body=b"", headers={}, signed=False
    )
    assert "without a signature" in (door.send(sent) or "")
    door.close()


def test_a_stumble_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door(tmp_path)
    monkeypatch.setattr(TerminalRequest, "take_day", None)  # a bug, made on purpose
    found = [door.send(mutated(door, Random(n))) for n in range(200)]
    assert any("500" in wrong for wrong in found if wrong)
    door.close()


def test_a_body_that_breaks_off_is_no_bug_in_the_log(tmp_path: Path) -> None:
    door = Door(tmp_path)
    status, _, _ = ask_app(door.app, "POST", f"{AT}/hello", b'{"nonce":', {}, cut=3)
    assert status == 400
    door.close()


def test_a_right_request_is_taken(tmp_path: Path) -> None:
    door = Door(tmp_path)
    assert door.ask("GET", f"{AT}/roster", b"", {})[0] == 401
    assert door.nonce
    door.close()


def test_of_each_message_that_is_drawn_some_are_taken(tmp_path: Path) -> None:
    door = Door(tmp_path)
    requests, failures = drawn_bodies(door, 150, 7)
    assert failures == []
    assert requests > 75
    door.close()
