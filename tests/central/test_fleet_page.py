"""The fleet page: how terminals are, alarms, one officer in two places; never a score."""

import re
from datetime import timedelta

from msgspec.structs import replace

from kiosk.domain.rating import FLAGS
from sync.central.demomachines import seed_machines
from sync.central.usecases.central import Central
from sync.central.usecases.terminals import find_terminal
from sync.central.viewer import ROLES
from sync.messages import OutcomeCount, PanelState
from tests.support.central import NIGHT as NOW
from tests.support.central import enrolled, release, signed_in, take
from tests.support.day_reports import day_report
from tests.support.hellos import made_hello
from tests.support.terminal_requests import greet_terminal


def page(central: Central, lang: str = "th") -> str:
    client = signed_in(central, ROLES["it"], now=NOW)
    got = client.get(f"/fleet/{central.site}?lang={lang}")
    assert got.status_code == 200
    return got.text


def test_without_an_account_the_page_asks_to_sign_in(central: Central) -> None:
    got = signed_in(central, now=NOW).get(f"/fleet/{central.site}")
    assert (got.status_code, got.headers["Location"]) == (303, "/sign-in?next=%2Ffleet%2Fdindaeng")


def test_an_empty_fleet_says_how_to_begin(central: Central) -> None:
    shown = page(central)
    assert "kiosk-central enrol" in shown
    assert "เพิ่มเครื่องประเมิน" in shown


def test_a_terminal_that_went_back_in_time_raises_an_alarm_with_the_remedy(
    central: Central,
) -> None:
    enrolled(central)
    take(central, day_report(1, counts=(0, 0, 0, 0, 9)))
    take(central, day_report(2, counts=(0, 0, 0, 0, 1)))
    for lang, words in (("th", "ข้อมูลย้อนหลัง"), ("en", "went back in time")):
        shown = page(central, lang)
        assert words in shown
        assert "kiosk-central terminals compare counter-1" in shown
        assert "9 ratings" not in shown, "a day's count is the audit role's"
    release(central, "counter-1", "เปลี่ยนดิสก์ <b>")
    shown = page(central)
    assert "it, d: เปลี่ยนดิสก์ &lt;b&gt;" in shown
    assert 'class="alarm"' not in shown


def test_a_lost_panel_and_a_full_disk_stand_out(central: Central) -> None:
    enrolled(central)
    known = find_terminal(central, "counter-1")
    assert known is not None
    cases: tuple[tuple[PanelState, int, tuple[str, ...], bool], ...] = (
        ("up", 40_960, ("Panel working", "40.0 GiB free"), False),
        ("down", 300, ("Panel not working", "0.3 GiB free"), True),
        ("", 40_960, ("No panel",), False),
    )
    for panel, free, words, alarmed in cases:
        hello = made_hello(
            nonce=f"n {panel} {free}",
            software="kiosk 1",
            clock=int(NOW.timestamp()),
            free=free,
            panel=panel,
        )
        greet_terminal(central, known.terminal, hello, NOW)
        shown = page(central, "en")
        assert all(word in shown for word in words)
        assert ('class="few"' in shown) == alarmed


def test_one_officer_at_two_terminals_is_named_without_a_score(central: Central) -> None:
    for name in ("counter-1", "counter-2"):
        enrolled(central, name)
        take(central, day_report(terminal=name, counts=(7, 0, 0, 0, 77)))
    shown = page(central, "en")
    assert re.search(r"101 · 23 Nov 2026, morning · counter-1, counter-2", shown)
    assert "77" not in shown
    assert "84" not in shown


def test_signs_of_unusual_pressing_come_with_the_step_to_take(central: Central) -> None:
    enrolled(central)
    assert "kiosk panel monitor" not in page(central)
    signs = tuple(OutcomeCount(officer="101", outcome=flag, n=4) for flag in FLAGS)
    take(central, replace(day_report(counts=(0, 0, 0, 0, 9)), outcomes=signs))
    shown = page(central, "en")
    assert "counter-1: 8 times" in shown
    assert "kiosk panel monitor" in shown
    assert "tell the auditor" in shown


def test_the_demonstrations_terminals_have_a_life(central: Central) -> None:
    terminals = [f"counter-{n}" for n in range(1, 7)]
    for terminal in terminals:
        enrolled(central, terminal, terminal.removeprefix("counter-"))
    seed_machines(central, terminals, NOW)
    known = [find_terminal(central, terminal) for terminal in terminals]
    seen = [one.seen for one in known if one and one.seen]
    assert len(seen) == len(terminals)
    assert [NOW - at > timedelta(hours=12) for at in seen].count(True) == 1, "one is silent"
    assert [one.panel for one in known if one].count("down") == 1
    shown = page(central)
    assert shown.count("สำรองข้อมูลเมื่อ") == len(terminals)
    assert shown.count('<span class="few">แผงปุ่มกดขัดข้อง') == 1
    assert "counter-4 – เครื่องประเมินต้องได้รับการดูแล" in shown, "its copy is old"
    assert "ยังไม่เคย" not in shown
