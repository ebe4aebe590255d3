"""The rig of a clerk sees a roster that is keyed by number, or that forgets a name."""

from pathlib import Path

import pytest

from kiosk.domain.people import Officer
from sync.central.store.people import People
from sync.central.usecases.people import put_officers
from tests.evidence.clerks import DEEDS, Clerk, first_wrong
from tests.support.builders import an_officer


class KeyedByNumber(Clerk):
    """Writes lines as they come, each under its number."""

    def bring_lines(self, people: tuple[Officer, ...]) -> None:
        entry = self._entry(self.random.choice(("007", "12")), people)
        with self.central.store.transaction(self.central.site) as t:
            put_officers(t, (an_officer(entry.number, entry.name),), None)


def test_a_clerk_brings_no_rating_under_another_name(tmp_path: Path) -> None:
    assert first_wrong(tmp_path, 11, DEEDS) is None


def test_a_roster_that_is_keyed_by_number_is_reported(tmp_path: Path) -> None:
    wrong = first_wrong(tmp_path, 11, DEEDS, KeyedByNumber)
    assert wrong is not None
    assert "stand under" in wrong


def test_a_name_that_is_forgotten_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(People, "put_former_name", lambda *_: None)
    assert "stand under" in (first_wrong(tmp_path, 11, DEEDS) or "")
