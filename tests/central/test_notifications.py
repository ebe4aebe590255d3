"""What people are told, once each: alarms that begin and end, sheets, and what became of them."""

import asyncio
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from sync.central.cli import app
from sync.central.logbook import Kind, read_told, told
from sync.central.notifications.delivery import deliver, look_and_deliver
from sync.central.notifying import GIVES_UP, TOPICS, Phase, Transport, topics_for
from sync.central.store.improvements import Improvement
from sync.central.store.notifications import (
    Notification,
    NotificationState,
    StoredTransport,
)
from sync.central.transports import BadTransport, MailSettings, WebhookSettings, parse
from sync.central.usecases.accounts import disable_account
from sync.central.usecases.central import Central
from sync.central.usecases.improvements import save_improvement
from sync.central.usecases.notifications import (
    LISTED,
    claim_next,
    drop_notification,
    read_notifications,
    retry_all_failed,
    settle,
)
from sync.central.usecases.sites import add_site, find_site
from sync.central.usecases.subscriptions import begin_subscription
from sync.central.usecases.terminals import find_terminal, quarantine_terminal
from sync.central.usecases.transports import (
    SecretLost,
    read_transports,
    save_transport,
    secret_of,
)
from sync.central.usecases.upkeep import troubles
from sync.central.usecases.watching import MOST_NAMED, watch
from sync.central.viewer import ROLES, NotYours
from tests.support.central import (
    DIRECTOR,
    IT,
    enrolled,
    logged,
    made_central,
    person,
    release,
    signed_in,
)
from tests.support.certificates import Authority
from tests.support.hellos import made_hello
from tests.support.mail_server import MailHandler, mail_server
from tests.support.subscribers import with_account
from tests.support.terminal_requests import greet_terminal

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""Ten in the morning in Bangkok, on a working day."""
KEY = "whsec_" + "QUFB" * 10
MINUTE = timedelta(minutes=1)
SECTION = "ฝ่ายทะเบียน"


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MailHandler, MailSettings]]:
    folder = tmp_path_factory.mktemp("mail")
    authority = Authority.new("authority of the office")
    now = datetime.now(UTC)
    day = timedelta(days=1)
    chain = authority.issue("localhost", now - day, now + day, folder / "localhost.pem")
    pem = Path(authority.write(folder / "authority.pem")).read_text("ascii")
    with mail_server(chain) as (handler, port):
        yield (
            handler,
            MailSettings(
                host="localhost", sender="report@dindaeng.example", port=port, authority=pem
            ),
        )


@pytest.fixture
def letters(mail: tuple[MailHandler, MailSettings], central: Central) -> MailHandler:
    handler, settings = mail
    handler.letters.clear()
    handler.refused.clear()
    save_transport(central, IT, Transport.MAIL, settings, "", MONDAY)
    return handler


def seen_at(central: Central, moment: datetime, free: int = 9000) -> None:
    with central.store.transaction(central.site) as t:
        t.terminals._set("counter-1", seen=moment, free=free)


def subjects(handler: MailHandler) -> list[tuple[str, str]]:
    """Who got what."""
    return [(to.partition("@")[0], str(letter["Subject"])) for to, letter in handler.letters]


def alarm(central: Central, recipient: str = "it1", moment: datetime = MONDAY) -> Notification:
    one = Notification(
        id=f"n-{recipient}",
        transport=Transport.MAIL,
        recipient=recipient,
        topic="quarantine",
        phase=Phase.BEGAN,
        what=told("quarantine", terminal="counter-1", why="fork"),
        created=moment,
        due=moment,
    )
    with central.store.transaction(central.site) as t:
        t.notifications.add([one])
    return one


def state_of(central: Central, one: Notification) -> Notification:
    return next(row for row in read_notifications(central) if row.id == one.id)


def test_an_alarm_is_told_once_and_so_is_its_end(central: Central, letters: MailHandler) -> None:
    with_account(central, "it1", "it")
    with_account(central, "boss", "director", topics="-weekly -monthly")
    enrolled(central)
    quarantine_terminal(central, IT, "counter-1", "x", MONDAY)
    for minutes in (0, 2, 4):
        look_and_deliver(central, MONDAY + minutes * MINUTE)
    began = "Alarm: a terminal is in quarantine"
    assert sorted(subjects(letters)) == [("boss", began), ("it1", began)]
    letters.letters.clear()
    assert release(central, "counter-1")
    for minutes in (6, 8):
        look_and_deliver(central, MONDAY + minutes * MINUTE)
    assert sorted(subjects(letters)) == [
        ("boss", "Over: a terminal is in quarantine"),
        ("it1", "Over: a terminal is in quarantine"),
    ]


def test_a_silent_terminal_stays_silent_over_night_and_speaks_once(
    central: Central, letters: MailHandler
) -> None:
    with_account(central, "it1", "it")
    enrolled(central)
    seen_at(central, MONDAY - 51 * MINUTE)
    for later in (0, 2, 600, 1440):  # minutes: the evening, and the next morning
        look_and_deliver(central, MONDAY + later * MINUTE)
    assert subjects(letters) == [("it1", "Alarm: a terminal is silent")]
    seen_at(central, MONDAY + 1441 * MINUTE)
    look_and_deliver(central, MONDAY + 1442 * MINUTE)
    assert subjects(letters)[1:] == [("it1", "Over: a terminal is silent")]
    body = letters.letters[0][1].get_body(("plain",))
    assert body is not None
    assert "counter-1" in body.get_content()
    assert "counter-1" not in str(letters.letters[0][1]["Subject"])


def test_what_a_message_does_not_name_it_counts(central: Central, letters: MailHandler) -> None:
    with_account(central, "it1", "it")
    names = [f"counter-{number}" for number in range(10, 12 + MOST_NAMED)]
    for name in names:
        enrolled(central, name, name)
        quarantine_terminal(central, IT, name, "x", MONDAY)
    look_and_deliver(central, MONDAY)
    [(_, letter)] = letters.letters
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().count("counter-") == MOST_NAMED
    assert "And 2 more: the page lists all" in plain.get_content()


def test_a_full_disk_does_not_flutter(central: Central, letters: MailHandler) -> None:
    with_account(central, "it1", "it")
    enrolled(central)
    for minutes, free in enumerate((499, 510, 599, 600, 550)):
        seen_at(central, MONDAY + minutes * MINUTE, free)
        look_and_deliver(central, MONDAY + minutes * MINUTE)
    assert [subject for _, subject in subjects(letters)] == [
        "Alarm: a terminal's disk is nearly full",
        "Over: a terminal's disk is nearly full",
    ]


def test_a_machine_that_needs_care_is_told_by_part_and_a_restart_ends_nothing(
    central: Central, letters: MailHandler
) -> None:
    with_account(central, "it1", "it")
    enrolled(central)
    known = find_terminal(central, "counter-1")
    assert known is not None
    ends = int((MONDAY + timedelta(days=20)).timestamp())
    said: tuple[dict[str, str | int], ...] = (
        {"time_sync": "off", "certificate_end": ends},
        {"time_sync": ""},  # just switched on, on a stick
        {"time_sync": "on", "certificate_end": ends - 30 * 86_400},  # it became worse: no news
        {"time_sync": "on", "certificate_end": ends + 300 * 86_400},
    )
    for minutes, words in enumerate(said):
        greet_terminal(
            central, known.terminal, made_hello(f"{minutes}", free=9000, **words), MONDAY
        )
        look_and_deliver(central, MONDAY + minutes * MINUTE)
    texts = [letter.get_body(("plain",)) for _, letter in letters.letters]
    bodies = [text.get_content() for text in texts if text is not None]
    assert [subject for _, subject in subjects(letters)] == [
        "Alarm: a terminal's machine needs care",
        "Over: a terminal's machine needs care",
        "Over: a terminal's machine needs care",
    ]
    assert ["ends in 20 days" in body for body in bodies] == [True, False, True]
    assert ["Nothing sets the clock" in body for body in bodies] == [True, True, False]


def test_an_overdue_improvement_is_told_without_what_citizens_said(
    central: Central, letters: MailHandler
) -> None:
    with_account(central, "desk", "complaints")
    line = Improvement(id="a" * 16, said="คุณสมหญิงพูดไม่ดี", due=date(2026, 11, 20))
    save_improvement(central, DIRECTOR, line, MONDAY)
    look_and_deliver(central, MONDAY)
    assert subjects(letters) == [("desk", "Alarm: an improvement is overdue")]
    assert "สมหญิง" not in letters.letters[0][1].as_string()


def test_each_sheet_goes_to_who_may_open_its_page(central: Central, letters: MailHandler) -> None:
    with_account(central, "boss", "director")
    with_account(central, "head", "section-head", section=SECTION)
    with_account(central, "person", "hr", topics="-weekly")
    with_account(central, "clerk", "it")
    with_account(central, "desk", "complaints")
    look_and_deliver(central, MONDAY)
    look_and_deliver(central, MONDAY + 2 * MINUTE)
    files = sorted(
        (to.partition("@")[0], str(file.get_filename()))
        for to, letter in letters.letters
        for file in letter.iter_attachments()
    )
    assert files == [
        ("boss", "meeting-dindaeng-2569-10.pdf"),
        ("boss", "weekly-dindaeng-2569-11-23.pdf"),
        ("head", "section-2569-10.pdf"),
        ("head", "weekly-dindaeng-2569-11-23.pdf"),
        ("person", "meeting-dindaeng-2569-10.pdf"),
    ]
    assert all(
        file.get_content().startswith(b"%PDF")
        for _, letter in letters.letters
        for file in letter.iter_attachments()
    )


@pytest.mark.parametrize("role", ROLES)
def test_of_a_topic_is_told_who_has_its_right(role: str) -> None:
    """The table by hand: what the office wants."""
    fleet, run = {"quarantine", "alarm", "parked"}, {"silent", "disk", "machine", "care"}
    sheets = {"weekly", "monthly"}
    expected = {
        "officer": set(),
        "section-head": {"overdue", *sheets},
        "director": {*fleet, "overdue", *sheets},
        "hr": sheets,
        "complaints": {"overdue"},
        "audit": fleet,
        "it": fleet | run,
    }
    topics = {topic.id for topic in topics_for(person("x", role), "dindaeng")}
    assert topics == expected[role]
    own = replace(person("x", "officer"), officer="101")
    assert {topic.id for topic in topics_for(own, "dindaeng")} == {"own"}
    assert not topics_for(person("x", role), "elsewhere")


def test_who_lost_the_right_meanwhile_gets_nothing(central: Central, letters: MailHandler) -> None:
    with_account(central, "it1", "it")
    with_account(central, "gone", "it")
    waiting, other = alarm(central, "it1"), alarm(central, "gone")
    disable_account(central, "t", central.site, "gone", MONDAY)
    deliver(central, MONDAY)
    assert subjects(letters) == [("it1", "Alarm: a terminal is in quarantine")]
    assert state_of(central, waiting).state is NotificationState.SENT
    assert state_of(central, other).state is NotificationState.DROPPED


def test_a_refused_recipient_does_not_stop_the_others(
    central: Central, letters: MailHandler
) -> None:
    for name in ("a1", "b2", "c3"):
        with_account(central, name, "it")
    rows = [alarm(central, name) for name in ("a1", "b2", "c3")]
    letters.refused = {"a1@dindaeng.example": "550 no", "b2@dindaeng.example": "451 later"}
    deliver(central, MONDAY)
    states = [state_of(central, row).state for row in rows]
    assert states == [NotificationState.FAILED, NotificationState.WAITING, NotificationState.SENT]
    assert [one.key for one in troubles(central, MONDAY) if one.key == "notifications_failed"]
    letters.refused.clear()
    deliver(central, MONDAY + MINUTE)
    assert len(letters.letters) == 1, "it is too early"
    deliver(central, MONDAY + 3 * MINUTE)
    assert [to for to, _ in subjects(letters)] == ["c3", "b2"]


def test_who_is_killed_in_a_try_sends_the_same_again_and_only_later(
    central: Central, letters: MailHandler
) -> None:
    with_account(central, "it1", "it")
    one = alarm(central)
    assert claim_next(central, MONDAY) is not None, "and then the power goes"
    assert deliver(central, MONDAY + MINUTE) == 0
    assert deliver(central, MONDAY + 3 * MINUTE) == 1
    assert letters.letters[0][1]["Message-ID"] == f"<{one.id}@dindaeng.example>"
    assert deliver(central, MONDAY + 60 * MINUTE) == 0


def test_of_two_processes_one_sends(central: Central) -> None:
    one = alarm(central)
    with central.store.transaction(central.site) as t:
        assert t.notifications.claim(one, MONDAY)
    with central.store.transaction(central.site) as t:
        assert not t.notifications.claim(one, MONDAY)


def test_two_hosts_whose_clocks_differ_by_seconds_do_not_both_send(central: Central) -> None:
    alarm(central)
    moment = MONDAY
    for _ in range(9):
        one = claim_next(central, moment)
        assert one is not None
        settle(central, one, NotificationState.WAITING, told("slow"), moment)
        moment += timedelta(hours=3)
    assert claim_next(central, moment + timedelta(seconds=5)) is not None
    assert claim_next(central, moment) is None, "the other host is at it"


class SlowServer(MailHandler):
    """Thinks about the first letter until `go`."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.came = threading.Event(), threading.Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.came.set()
        await asyncio.to_thread(self.go.wait)
        return await super().handle_DATA(server, session, envelope)


def test_an_office_that_waited_for_others_in_a_look_claims_from_when_it_sends(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process looks twenty minutes after this one began, while this one is sending."""
    with_account(central, "it1", "it")
    one = alarm(central)
    minutes = iter((0.0, 1200.0))
    monkeypatch.setattr(
        "sync.central.notifications.delivery.monotonic", lambda: next(minutes, 1200.0)
    )
    slow = SlowServer()
    with mail_server(None, handler=slow) as (_, port):
        settings = MailSettings(host="127.0.0.1", sender="r@x.example", port=port)
        open_line = settings._replace(encryption="none")
        save_transport(central, IT, Transport.MAIL, open_line, "", MONDAY)
        look = threading.Thread(target=look_and_deliver, args=(central, MONDAY), daemon=True)
        look.start()
        assert slow.came.wait(20)
        assert deliver(central, MONDAY + 20 * MINUTE + timedelta(seconds=5)) == 0
        slow.go.set()
        look.join()
    assert state_of(central, one).tries == 1
    assert [to for to, _ in subjects(slow)] == ["it1"]


def test_nobody_hears_that_an_alarm_is_over_before_they_hear_of_it(
    central: Central, letters: MailHandler
) -> None:
    with_account(central, "it1", "it", topics="-silent -weekly -monthly")
    enrolled(central)
    letters.refused = {"it1@dindaeng.example": "451 busy"}
    seen_at(central, MONDAY, free=10)
    for minutes in range(0, 12, 2):
        look_and_deliver(central, MONDAY + minutes * MINUTE)
    letters.refused.clear()
    seen_at(central, MONDAY + 12 * MINUTE, free=9000)
    for minutes in range(12, 60, 2):
        look_and_deliver(central, MONDAY + minutes * MINUTE)
    assert [subject for _, subject in subjects(letters)] == [
        "Alarm: a terminal's disk is nearly full",
        "Over: a terminal's disk is nearly full",
    ]


def test_what_failed_is_shown_first_and_all_of_it_is_tried_again_at_once(
    central: Central, client: TestClient, tmp_path: Path
) -> None:
    failed = [alarm(central, f"f{n}", MONDAY - MINUTE) for n in range(LISTED + 1)]
    for one in failed:
        settle(central, one, NotificationState.FAILED, told("quota", code=429, words=""), MONDAY)
    for n in range(9):
        alarm(central, f"w{n}", MONDAY)
    page = client.get("/notifications/dindaeng?lang=en").text
    assert page.count('<span class="few">') == LISTED
    assert retry_all_failed(central, IT, MONDAY) == LISTED + 1
    with pytest.raises(NotYours):
        retry_all_failed(central, DIRECTOR, MONDAY)
    assert state_of(central, failed[0]).state is NotificationState.WAITING


class HangsUp(MailHandler):
    """Ends the line as soon as somebody is named; counts how often."""

    asked = 0

    async def handle_RCPT(self, server: Any, *_: Any) -> str:  # noqa: N802  (aiosmtpd's own)
        self.asked += 1
        server.transport.close()
        return "421 no"


def test_a_server_that_answers_one_office_nothing_is_not_waited_for_by_the_next(
    central: Central,
) -> None:
    add_site(central, "elsewhere", "สำนักงานเขตอื่น")
    other = find_site(central, "elsewhere")
    assert other is not None
    with mail_server(None, handler=HangsUp()) as (handler, port):
        assert isinstance(handler, HangsUp)
        settings = MailSettings(host="127.0.0.1", sender="r@x.example", port=port)
        for office in (central, other):
            it = replace(IT, site=office.site)
            with_account(office, "it1", "it", topics="-weekly -monthly")
            open_line = settings._replace(encryption="none")
            save_transport(office, it, Transport.MAIL, open_line, "", MONDAY)
            alarm(office)
        look_and_deliver(central, MONDAY)
        assert handler.asked == 1
        look_and_deliver(central, MONDAY + MINUTE)
        assert handler.asked == 2, "in the next look the other office asks it"


def test_a_server_that_is_away_is_asked_once_a_pass_and_given_up_after_days(
    central: Central,
) -> None:
    for name in ("a1", "b2"):
        with_account(central, name, "it")
    rows = [alarm(central, name) for name in ("a1", "b2")]
    away = MailSettings(host="127.0.0.1", sender="r@x.example", port=1, encryption="none")
    save_transport(central, IT, Transport.MAIL, away, "", MONDAY)
    deliver(central, MONDAY)
    assert sorted(state_of(central, row).tries for row in rows) == [0, 1]
    moment = MONDAY
    for _ in range(12):
        moment += timedelta(hours=10)
        deliver(central, moment)
    assert moment - MONDAY > GIVES_UP[Transport.MAIL]
    assert {state_of(central, row).state for row in rows} == {NotificationState.FAILED}


def test_a_try_that_a_wrong_clock_put_off_is_made_now(
    central: Central, letters: MailHandler
) -> None:
    with_account(central, "it1", "it")
    alarm(central)
    claim_next(central, MONDAY + timedelta(days=4000))
    assert deliver(central, MONDAY + MINUTE) == 1


def test_nothing_is_remembered_where_nothing_is_set(central: Central) -> None:
    enrolled(central)
    quarantine_terminal(central, IT, "counter-1", "x", MONDAY)
    watch(central, central, MONDAY)
    with central.store.read(central.site) as t:
        assert not t.spells.all()
    hook = WebhookSettings(address="https://localhost:1/hook")
    save_transport(central, IT, Transport.WEBHOOK, hook, KEY, MONDAY)
    watch(central, central, MONDAY)
    topics = {one.topic for one in read_notifications(central)}
    assert topics >= {"quarantine", "weekly", "monthly"}
    assert "own" not in topics


def test_what_line_or_a_webhook_is_told_of_is_chosen_on_the_page(central: Central) -> None:
    enrolled(central)
    quarantine_terminal(central, IT, "counter-1", "x", MONDAY)
    it = signed_in(central, ROLES["it"], now=MONDAY)
    page = "/notifications/dindaeng"
    form = {"do": "save", "transport": "webhook", "address": "https://localhost:1/hook"}
    form |= {"language": "th", "secret": KEY, "on": "yes"}
    refused = it.post(page, data=form)
    assert refused.status_code == 400
    assert "โปรดเลือกอย่างน้อยหนึ่งเรื่อง" in refused.text
    assert it.post(page, data={**form, "topics": ["weekly", "overdue"]}).status_code == 303
    ticked = set(re.findall(r'value="(\w+)" checked', it.get(page).text.split('id="webhook"')[1]))
    assert ticked == {"weekly", "overdue", "yes"}
    watch(central, central, MONDAY)
    assert {one.topic for one in read_notifications(central)} == {"weekly"}
    before = parse(Transport.WEBHOOK, '{"address": "https://localhost:1/hook"}')
    assert before == WebhookSettings(address="https://localhost:1/hook"), "told of everything"


def test_an_office_tells_its_own_and_not_another_offices(central: Central) -> None:
    add_site(central, "elsewhere", "สำนักงานเขตอื่น")
    enrolled(central)
    quarantine_terminal(central, IT, "counter-1", "x", MONDAY)
    hook = WebhookSettings(address="https://localhost:1/hook")
    save_transport(central, IT, Transport.WEBHOOK, hook, KEY, MONDAY)
    look_and_deliver(central, MONDAY)
    with central.store.read("elsewhere") as t:
        assert not t.notifications.newest(9)


def test_one_office_that_cannot_be_read_keeps_no_other_from_being_told(
    central: Central, letters: MailHandler
) -> None:
    garbage = StoredTransport(
        transport=Transport.MAIL, body="no settings", secret="", at=MONDAY, author="x"
    )
    for place in ("aaa", "zzz"):
        add_site(central, place, f"สำนักงาน {place}")
        with central.store.transaction(place) as t:
            t.transports.put(garbage)
    with_account(central, "it1", "it")
    alarm(central)
    look_and_deliver(central, MONDAY)
    assert subjects(letters) == [("it1", "Alarm: a terminal is in quarantine")]


def test_a_secret_is_in_no_row_log_or_page_and_follows_no_other_server(central: Central) -> None:
    of = MailSettings(host="mail.example", sender="r@x.example", user="report")
    save_transport(central, IT, Transport.MAIL, of, "correct horse", MONDAY)
    with central.store.read(central.site) as t:
        row = t.transports.all()[Transport.MAIL]
    assert "horse" not in row.body + row.secret
    assert "horse" not in "".join(note.what for note in logged(central, Kind.CHANGE))
    set_up = read_transports(central)[Transport.MAIL]
    assert secret_of(central, set_up) == "correct horse"
    client = signed_in(central, ROLES["it"], now=MONDAY)
    assert "horse" not in client.get("/notifications/dindaeng").text
    with pytest.raises(BadTransport, match="secret_again"):
        save_transport(central, IT, Transport.MAIL, of._replace(host="evil.example"), "", MONDAY)
    other = made_central(central.store, central.settings.folder)
    with pytest.raises(SecretLost):
        secret_of(other, set_up)


@pytest.fixture
def client(central: Central) -> TestClient:
    return signed_in(central, ROLES["it"], now=MONDAY)


def test_an_address_is_proved_before_anything_goes_there(
    central: Central, letters: MailHandler, client: TestClient
) -> None:
    form = {"do": "address", "mail": "me@dindaeng.example"}
    assert client.post("/my-notifications?lang=en", data=form).status_code == 303
    again = client.post("/my-notifications", data=form)
    assert again.status_code == 400, "a minute between two codes"
    body = letters.letters[0][1].get_body(("plain",))
    assert body is not None
    code = body.get_content().partition("The code is ")[2][:6]
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert client.post("/my-notifications", data={"do": "prove", "code": wrong}).status_code == 400
    alarm(central, "it")
    deliver(central, MONDAY)
    assert len(letters.letters) == 1
    assert client.post("/my-notifications", data={"do": "prove", "code": code}).status_code == 303
    alarm(central, "it", MONDAY)
    page = client.get("/my-notifications").text
    assert "me@dindaeng.example" in page
    assert 'value="care" checked' in page
    client.post("/my-notifications", data={"do": "topics", "topic": "disk", "language": "th"})
    page = client.get("/my-notifications").text
    assert 'value="disk" checked' in page
    assert 'value="care" checked' not in page
    client.post("/my-notifications", data={"do": "end"})
    assert "me@dindaeng.example" not in client.get("/my-notifications").text


def test_a_code_is_guessed_five_times_at_most(
    central: Central, letters: MailHandler, client: TestClient
) -> None:
    client.post("/my-notifications?lang=en", data={"do": "address", "mail": "me@x.example"})
    body = letters.letters[0][1].get_body(("plain",))
    assert body is not None
    code = body.get_content().partition("The code is ")[2][:6]
    for _ in range(5):
        client.post("/my-notifications", data={"do": "prove", "code": "x"})
    assert client.post("/my-notifications", data={"do": "prove", "code": code}).status_code == 400


def test_nobodys_post_box_is_filled_by_removing_the_address_between_two_codes(
    central: Central, letters: MailHandler, client: TestClient
) -> None:
    form = {"do": "address", "mail": "victim@x.example"}
    assert client.post("/my-notifications", data=form).status_code == 303
    assert client.post("/my-notifications", data={"do": "end"}).status_code == 303
    assert "victim@x.example" not in client.get("/my-notifications").text
    assert client.post("/my-notifications", data=form).status_code == 400
    assert len(letters.letters) == 1


def test_a_clock_that_was_a_year_ahead_keeps_nobody_from_another_code(
    central: Central, letters: MailHandler
) -> None:
    with_account(central, "it1", "it")
    own = person("it1", "it")
    begin_subscription(central, own, "a@x.example", "th", MONDAY + timedelta(days=365))
    assert begin_subscription(central, own, "b@x.example", "th", MONDAY)


def test_the_page_sets_tries_and_lists(
    central: Central, mail: tuple[MailHandler, MailSettings], client: TestClient
) -> None:
    handler, of = mail
    handler.letters.clear()
    path = "/notifications/dindaeng?lang=en"
    fields = {name: str(value) for name, value in of._asdict().items()}
    form = {"do": "save", "transport": "mail", **fields, "on": "yes"}
    bad = client.post(path, data={**form, "host": "a b"})
    assert bad.status_code == 400
    assert 'value="a b"' in bad.text, "what was typed is still there"
    assert client.post(path, data=form).status_code == 303
    to = {"do": "try", "transport": "mail", "to": "me@dindaeng.example"}
    assert "The trial message has gone." in client.post(path, data=to).text
    handler.refused["me@dindaeng.example"] = "550 <b>no such box</b>"
    refused = client.post(path, data=to).text
    assert "550 &lt;b&gt;no such box&lt;/b&gt;" in refused
    assert [letter["Subject"] for _, letter in handler.letters] == [
        "ข้อความทดลองจากระบบประเมินความพึงพอใจ"
    ]
    one = alarm(central, "nobody")
    deliver(central, MONDAY)
    assert "nothing was sent" in client.get(path).text
    failing = {"id": one.id, "transport": "mail"}
    assert client.post(path, data={**failing, "do": "again"}).status_code == 404, "it was dropped"
    waiting = alarm(central, "it")
    assert client.post(path, data={"id": waiting.id, "do": "drop"}).status_code == 303
    assert state_of(central, waiting).state is NotificationState.DROPPED
    assert client.post(path, data={"do": "remove", "transport": "mail"}).status_code == 303
    assert not read_transports(central)


def test_each_topic_has_who_finds_it() -> None:
    source = Path("sync/central/usecases/watching.py").read_text("utf-8")
    assert [topic for topic in TOPICS if f'"{topic}"' not in source] == []


def test_the_command_lists_tries_and_begins_again(tmp_path: Path) -> None:
    run = CliRunner()
    data = ["--data", str(tmp_path / "c")]
    assert run.invoke(app, [*data, "init"]).exit_code == 0
    listed = run.invoke(app, [*data, "notifications", "list", "--json"])
    assert listed.stdout.strip() == "[]"
    nothing = run.invoke(app, [*data, "notifications", "retry", "none"])
    assert nothing.exit_code == 2
    tried = run.invoke(app, [*data, "notifications", "test", "mail", "--to", "me@x.example"])
    assert tried.exit_code == 1
    assert "not set" in tried.stderr


def test_a_clock_ahead_for_one_look_neither_ends_nor_gives_up_anything(
    central: Central, letters: MailHandler
) -> None:
    with_account(central, "it1", "it")
    enrolled(central)
    seen_at(central, MONDAY)
    look_and_deliver(central, MONDAY + timedelta(days=364))
    seen_at(central, MONDAY + 10 * MINUTE)
    look_and_deliver(central, MONDAY + 11 * MINUTE)
    assert subjects(letters) == [
        ("it1", "Alarm: a terminal is silent"),
        ("it1", "Over: a terminal is silent"),
    ]
    letters.refused = {"it1@dindaeng.example": "451 later"}
    one = alarm(central)
    deliver(central, MONDAY + 12 * MINUTE)
    deliver(central, MONDAY + timedelta(days=400))
    letters.refused.clear()
    deliver(central, MONDAY + 20 * MINUTE)
    assert state_of(central, one).state is NotificationState.SENT


def test_what_is_dropped_while_it_is_tried_stays_dropped(central: Central) -> None:
    with_account(central, "it1", "it")
    alarm(central)
    one = claim_next(central, MONDAY)
    assert one is not None
    assert drop_notification(central, IT, one.id, MONDAY)
    settle(central, one, NotificationState.WAITING, told("slow"), MONDAY)
    assert state_of(central, one).state is NotificationState.DROPPED


def test_a_message_that_cannot_be_made_stops_no_other(
    central: Central, letters: MailHandler
) -> None:
    with_account(central, "it1", "it")
    with_account(central, "boss", "director")
    broken = replace(
        alarm(central, "boss"),
        id="broken",
        topic="monthly",
        phase=Phase.SHEET,
        what=told("monthly", period="no period"),
        due=MONDAY - MINUTE,
    )
    with central.store.transaction(central.site) as t:
        t.notifications.add([broken])
    alarm(central, "it1")
    look_and_deliver(central, MONDAY)
    assert ("it1", "Alarm: a terminal is in quarantine") in subjects(letters)
    assert read_told(state_of(central, broken).answer)[0] == "not_made"
    for hours in range(1, 5):
        deliver(central, MONDAY + timedelta(hours=hours))
    assert state_of(central, broken).state is NotificationState.FAILED, "the next of its topic goes"
