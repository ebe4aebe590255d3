"""Today's program goes on from what every released version left, with unsent days."""

import re
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import kiosk
from kiosk.store.journal import Kind
from kiosk.store.outbox import Delivery
from kiosk.store.verify import Verified, verify
from sync import exchange, messages
from sync.central.usecases.installation import open_central
from sync.central.usecases.verification import first_disagreement
from sync.closing import close_days
from sync.keyfile import read_key
from tests.support.builders import FakeClock
from tests.support.central_server import Server
from tests.upgrade.freeze import FOLDER, MONTHS, UNSENT, Frozen, days, make, pack, unpack

CHANGELOG = Path("CHANGELOG.md").read_text("utf-8")
HEADINGS = re.findall(r"^## (\d+\.\d+\.\d+) \((unreleased|\d{4}-\d{2}-\d{2})\)$", CHANGELOG, re.M)
RELEASED = tuple(version for version, day in HEADINGS if day != "unreleased")
TODAY = "today's"


@pytest.fixture(scope="module")
def frozen_today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This version's own, so that the machinery is tried before anything is released."""
    file = tmp_path_factory.mktemp("frozen") / "today.zip"
    pack(make(tmp_path_factory.mktemp("today")), file)
    return file


@pytest.fixture(params=[*RELEASED, TODAY])
def frozen(request: pytest.FixtureRequest, frozen_today: Path, tmp_path: Path) -> Frozen:
    name = request.param
    return unpack(frozen_today if name == TODAY else FOLDER / f"{name}.zip", tmp_path / "frozen")


def test_both_sides_go_on_and_every_unsent_day_arrives_once(frozen: Frozen) -> None:
    clock = FakeClock(days()[-1] + timedelta(hours=9))
    store, terminal = frozen.terminal.open_verified(clock)
    before = terminal.status()
    assert (before.due, before.parked) == (UNSENT, 0)
    with open_central(frozen.central, migrating=lambda _: None) as central:
        server = Server(central)
        server.now = clock.wall
        with store.transaction() as t:
            enrolment = t.state.enrolment()
            assert enrolment is not None
            t.state.put_enrolment(replace(enrolment, url=server.url))
            t.witness(clock.now(), Kind.ENROLLED, {"terminal": enrolment.terminal})
        close_days(store, clock, today=True)
        key = read_key(frozen.terminal.key_file)
        synced = exchange.sync(store, clock, key)
        again = exchange.sync(store, clock, key)
        server.stop()
        assert (synced.sent, synced.parked, again.sent) == (UNSENT + 1, (), 0)
        assert first_disagreement(central) is None
        with central.store.read(central.site) as t:
            assert len(t.days.newest_days()) == 1
    with store.read() as snapshot:
        assert [p.state for p in snapshot.outbox.everything()] == [Delivery.RECEIPTED] * MONTHS
        assert snapshot.ratings.count() == MONTHS * 10
    assert isinstance(verify(store), Verified)
    store.close()


def test_its_messages_and_settings_are_still_read(frozen: Frozen) -> None:
    bodies = sorted(frozen.wire.glob("*.json"))
    assert bodies
    for path in bodies:
        kind = getattr(messages, path.stem.partition("-")[2])
        assert kind.parse(path.read_bytes()).to_bytes() == path.read_bytes(), path.name
    settings = frozen.terminal.settings()
    assert settings.office.counter


def test_version_changelog_and_tags_agree() -> None:
    assert HEADINGS[0][0] == kiosk.__version__, "the top of CHANGELOG.md is this version's part"
    numbers = [tuple(map(int, version.split("."))) for version, _ in HEADINGS]
    assert numbers == sorted(numbers, reverse=True)
    assert all(day == "unreleased" for _, day in HEADINGS[:1]) or RELEASED[0] == HEADINGS[0][0]
    assert [day for _, day in HEADINGS[1:]].count("unreleased") == 0
    listed = subprocess.run(["git", "tag", "--list", "v*"], capture_output=True, text=True)
    assert {tag[1:] for tag in listed.stdout.split()} <= set(RELEASED)


def parts() -> dict[str, str]:
    """What CHANGELOG.md says of each version."""
    texts = re.split(r"^## .*$", CHANGELOG, flags=re.M)[1:]
    return dict(zip((version for version, _ in HEADINGS), texts, strict=True))


def test_each_version_says_what_to_do_before_it() -> None:
    for version, text in parts().items():
        first, _, rest = text.strip().partition("\n")
        named = first if version in RELEASED else f"{first}\n{rest}"
        assert "### Before you update" in named, f"{version}: it stands first"


def test_every_released_version_has_its_frozen_file() -> None:
    stored = {path.stem for path in FOLDER.glob("*.zip")}
    assert stored == set(RELEASED), "run `python -m tests.upgrade.freeze` on the release's commit"
