"""A year of believable data in an empty central, so that every page and paper can be looked at.

It comes in as from terminals: day reports, one transaction each. Nothing here is real.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.businessday import FISCAL_YEAR_STARTS
from kiosk.domain.people import RosterEntry
from kiosk.domain.rating import Channel, Half, Outcome
from kiosk.domain.rosterplan import Answer, Word
from kiosk.domain.scale import FaceOrder
from kiosk.domain.wording import DEFAULT_REASONS
from kiosk.officerid import new_officer_id
from sync.central import itafile
from sync.central.demomachines import seed_machines
from sync.central.demonotifications import tell_of_the_week, tell_of_today
from sync.central.demoobjections import seed_objections
from sync.central.period import before, round_of
from sync.central.sitesettings import NamedService
from sync.central.usecases.accounts import add_account, all_accounts, new_password
from sync.central.usecases.central import Central
from sync.central.usecases.improvements import Improvement, ImprovementStatus, save_improvement
from sync.central.usecases.ita import import_ita_round
from sync.central.usecases.office_settings import read_settings, save_settings
from sync.central.usecases.people import change_roster
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.questionnaire import OnlineAnswer, import_answers
from sync.central.usecases.sites import is_empty
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import enrol_terminal, invite_terminal
from sync.central.usecases.tickets import Ticket, import_tickets
from sync.central.viewer import ROLES, Viewer
from sync.messages import (
    DayReport,
    Enrol,
    GapCount,
    LineCount,
    OutcomeCount,
    ReasonCount,
    SheetSeal,
)
from sync.signing import public_text

Section = tuple[str, int, tuple[str, ...]]
"""Its name, how many officers it has, and their services."""
SECTIONS: tuple[Section, ...] = (
    ("ฝ่ายทะเบียน", 14, ("id-card", "household", "civil")),
    ("ฝ่ายรายได้", 8, ("land-tax", "sign-tax")),
    ("ฝ่ายปกครอง", 6, ("general",)),
    ("ฝ่ายพัฒนาชุมชนและสวัสดิการสังคม", 7, ("elderly", "disabled", "child")),
    ("ฝ่ายโยธา", 5, ("building",)),
    ("ฝ่ายสิ่งแวดล้อมและสุขาภิบาล", 5, ("licence",)),
    ("ฝ่ายการคลัง", 3, ("payment",)),
    ("ฝ่ายเทศกิจ", 2, ("market",)),
)
_FIRST = (
    "สมหญิง",
    "กตัญญู",
    "ปิ่นเกล้า",
    "น้ำผึ้ง",
    "ญาณวุฒิ",
    "สิทธิ์",
    "ปัญญ์ชลี",
    "พันธุ์ทิพย์",
    "ศุภกร",
    "อรุณี",
    "ชัยวัฒน์",
    "มาลัย",
    "ธนพล",
    "จิราภรณ์",
    "วิไลวรรณ",
    "ประเสริฐ",
    "กมลชนก",
    "ณัฐวุฒิ",
    "สุภาพร",
    "ฟ้าใส",
)
_LAST = (
    "ใจดี",
    "วงศ์สวัสดิ์",
    "ศรีสุข",
    "ทองคำ",
    "บุญมี",
    "แสงจันทร์",
    "รักษ์ไทย",
    "พูลทรัพย์",
    "เพิ่มพูน",
    "ตั้งมั่น",
    "เรืองศรี",
    "ปั้นเหน่ง",
    "สุขสันต์",
    "วรรณวิจิตร",
    "เลิศสกุล",
)
_POSITIONS = ("เจ้าพนักงานปกครอง", "เจ้าพนักงานธุรการ", "นักวิชาการ", "ลูกจ้างประจำ")
_REASONS = tuple(reason.id for reason in DEFAULT_REASONS)
_COMMENTS = (
    "รอนานมากในช่วงเช้า อยากให้เปิดช่องเพิ่ม",
    "เจ้าหน้าที่อธิบายขั้นตอนชัดเจน ขอบคุณค่ะ",
    "เก้าอี้ไม่พอสำหรับผู้สูงอายุ",
    "ป้ายบอกทางไปห้องทะเบียนหายาก",
    "ทำบัตรประชาชนเสร็จเร็วกว่าที่คิด",
    "เอกสารที่ต้องใช้ควรบอกไว้ในเว็บไซต์ให้ครบ",
    "น้ำดื่มหมดช่วงบ่าย",
    "The officer helped me in English, thank you.",
    "ควรมีที่จอดรถสำหรับผู้พิการมากกว่านี้",
    "ระบบคิวเรียกข้ามไปสองคิว",
    "พูดจาสุภาพดีมาก",
    "ขอให้เปิดบริการพักเที่ยง",
)
_DONE, _OPEN = ImprovementStatus.DONE, ImprovementStatus.OPEN
_IMPROVEMENTS = (
    ("รอนานในช่วงเช้าวันจันทร์", "เปิดช่องบริการเพิ่ม ๒ ช่อง ๐๘.๐๐–๑๐.๐๐ น.", "ฝ่ายทะเบียน", -40, _DONE),
    ("เก้าอี้ไม่พอสำหรับผู้สูงอายุ", "จัดเก้าอี้เพิ่ม ๒๐ ตัว และช่องทางด่วนผู้สูงอายุ", "ฝ่ายปกครอง", -12, _DONE),
    ("คำแนะนำเรื่องเอกสารไม่ชัดเจน", "ทำแผ่นพับรายการเอกสาร ๑๐ งานบริการ", "ฝ่ายทะเบียน", 14, _OPEN),
    ("ป้ายบอกทางหายาก", "", "ฝ่ายโยธา", 30, _OPEN),
)  # fmt: skip
_SERVICES = tuple(
    NamedService(*parts)
    for parts in (
        ("id-card", "บัตรประจำตัวประชาชน", "Identity cards"),
        ("household", "ทะเบียนบ้าน", "House registration"),
        ("civil", "ทะเบียนครอบครัวและชื่อบุคคล", "Civil registration"),
        ("land-tax", "ภาษีที่ดินและสิ่งปลูกสร้าง", "Land and building tax"),
        ("sign-tax", "ภาษีป้าย", "Sign tax"),
        ("general", "งานทั่วไป", "General"),
        ("elderly", "เบี้ยยังชีพผู้สูงอายุ", "Old-age allowance"),
        ("disabled", "สวัสดิการคนพิการ", "Disability welfare"),
        ("child", "เงินอุดหนุนเด็กแรกเกิด", "Child grant"),
        ("building", "ขออนุญาตก่อสร้าง", "Building permits"),
        ("licence", "ใบอนุญาตด้านสาธารณสุข", "Health licences"),
        ("payment", "รับชำระเงิน", "Payments"),
        ("market", "จุดผ่อนผันและการค้า", "Street trade"),
    )
)
_ANSWERS = 420
"""To the online questionnaire."""
DAYS, TERMINALS = 365, 24
_DIRECTOR, _IT = "ผู้อำนวยการเขต", "ผู้ดูแลระบบ"


class NotEmpty(Exception):
    """This central has real data; a demonstration would mix with it."""


@dataclass(frozen=True, slots=True)
class _Server:
    """How an officer of the demonstration serves: shares of the five levels, ratings a day."""

    officer: RosterEntry
    services: tuple[str, ...]
    shares: tuple[float, ...]
    pace: float
    terminal: str


def seed(
    central: Central,
    now: datetime,
    say: Callable[[int, int], None],
    days: int = DAYS,
    seed: int = 2567,
    *,
    sections: Sequence[Section] = SECTIONS,
    terminals: int = TERMINALS,
) -> tuple[tuple[str, str], ...]:
    """Fill `central` up to yesterday; accounts with their first passwords. `say` gets days done
    and in all. Fewer `sections` and `terminals` make a smaller office. NotEmpty when there are
    officers or reports already."""
    if not is_empty(central):
        raise NotEmpty(f"{central.site}: has officers or reports; seed a fresh --data folder")
    random = Random(seed)  # noqa: S311  (believable, not secret)
    today = now.date()
    servers = _servers(random, sections, terminals)
    # Two who share a name are two people.
    answers = {server.officer.number: Answer(Word.NEW) for server in servers}
    entries = tuple(server.officer for server in servers)
    change_roster(central, entries, answers, "demonstration", now)
    names = sorted({s.terminal for s in servers}, key=lambda name: (len(name), name))
    first = today - timedelta(days=days)
    begun = datetime.combine(first, time(8), UTC)
    for terminal in names:
        code = invite_terminal(central, terminal, _counter_of(terminal), begun)
        enrol_terminal(central, Enrol(code, public_text(Ed25519PrivateKey.generate())), begun)
    for done in range(days):
        day = first + timedelta(days=done)
        if day.weekday() < 5:
            _day(central, random, servers, names, day, 1 + 0.10 * done / max(1, days))
        if day.weekday() == 6:  # as it would have been: a quarter's tables wait for no late block
            publish_due(central, day + timedelta(days=1))
        say(done + 1, days)
    _office(central, random, now)
    publish_due(central, today)
    waits, upheld, *_ = (server.officer for server in servers)
    seed_objections(central, waits, upheld, today, now)
    accounts = _accounts(central, servers, now)
    it, director = (
        Viewer(account=id_, name=name, site=central.site, roles=frozenset({ROLES[id_]}))
        for id_, name in (("it", _IT), ("director", _DIRECTOR))
    )
    tell_of_the_week(central, it, director, now)
    seed_machines(central, names, now)
    tell_of_today(central, it, now)
    return accounts


def _servers(random: Random, sections: Sequence[Section], terminals: int) -> list[_Server]:
    servers: list[_Server] = []
    for section, size, services in sections:
        for _ in range(size):
            number = f"{101 + len(servers)}"
            name = _name(random, {server.officer.name for server in servers})
            position, id_ = random.choice(_POSITIONS), new_officer_id()
            officer = RosterEntry.parse(number, name, position, section, id_)
            good = random.betavariate(9, 2)
            shares = (0.02, 0.04, 0.12 + 0.3 * (1 - good), 0.36, 0.46 * good)
            pace = random.choice((0.6, 3.0, 6.0, 9.0)) if section != "ฝ่ายทะเบียน" else 9.0
            servers.append(
                _Server(
                    officer=officer,
                    services=services,
                    shares=shares,
                    pace=pace,
                    terminal=f"counter-{1 + len(servers) % terminals}",
                )
            )
    return servers


def _name(random: Random, others: Collection[str]) -> str:
    """One that nobody else has: who looks around would take two people for one."""
    first, last = random.choice(_FIRST), _LAST.index(random.choice(_LAST))
    while (name := f"{first} {_LAST[last]}") in others:
        last = (last + 1) % len(_LAST)
    return name


def _day(
    central: Central,
    random: Random,
    servers: list[_Server],
    terminals: list[str],
    day: date,
    better: float,
) -> None:
    at = datetime.combine(day, time(20, 0), UTC)
    tickets = []
    for terminal in terminals:
        report = _report(central.site, random, servers, terminal, day, better)
        if report is None:
            continue
        take_day_report(central, terminal, report, report.to_bytes(), at)
        n = sum(sheet.n for sheet in report.sheets)
        served = round(n * random.uniform(1.6, 3.2)) + 2
        tickets.append(Ticket(date=day, counter=_counter_of(terminal), n=served))
    import_tickets(central, tickets)


def _counter_of(terminal: str) -> str:
    return terminal.removeprefix("counter-")


def _offers(random: Random, officer: str, answered: int) -> list[OutcomeCount]:
    """What became of the offers on a day with so many answers: every other counter has a queue."""
    lapsed = round(answered * random.uniform(0.3, 1.1))
    skipped = round(answered * random.uniform(0.05, 0.2))
    counts = {
        Outcome.OFFERED: answered + lapsed + skipped,
        Outcome.ANSWERED: answered,
        Outcome.SKIPPED: skipped,
        Outcome.NOT_OFFERED: random.choice((0, 0, 1, 2)),
    }
    return [OutcomeCount(officer, outcome, k) for outcome, k in counts.items() if k]


def _other_presses(random: Random, officer: str) -> list[OutcomeCount]:
    """Now and then somebody presses again, or presses much at once."""
    often = {Outcome.SUPPRESSED: (0.1, 3), Outcome.BURST: (0.03, 2)}
    return [
        OutcomeCount(officer, outcome, random.randint(1, most))
        for outcome, (share, most) in often.items()
        if random.random() < share
    ]


@dataclass(slots=True)
class _Counts:
    """What one terminal counts on one day."""

    lines: dict[tuple[str, str, Half, Channel], list[int]] = field(default_factory=dict)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    outcomes: list[OutcomeCount] = field(default_factory=list)
    n: Counter[str] = field(default_factory=Counter)
    """Ratings by officer."""
    gaps: list[GapCount] = field(default_factory=list)


def _report(
    site: str, random: Random, servers: list[_Server], terminal: str, day: date, better: float
) -> DayReport | None:
    """A terminal's day; None when nobody was rated."""
    counter = _counter_of(terminal)
    has_queue = int(counter) % 2 == 1
    counts = _Counts()
    for server in servers:
        if server.terminal != terminal or random.random() < 0.08:
            continue
        officer = str(server.officer.id)
        _rate(random, server, better, counts)
        if counts.n[officer]:
            counts.outcomes += _other_presses(random, officer)
        counts.gaps.append(GapCount(officer, "paused-minutes", random.randint(30, 75)))
        if has_queue:
            counts.outcomes += _offers(random, officer, counts.n[officer])
    rated = {officer: n for officer, n in counts.n.items() if n}
    if not rated:
        return None
    gaps = [*counts.gaps, GapCount(officer="", kind="duty-paused", n=random.randint(1, 3))]
    gaps.append(GapCount(officer="", kind="no-duty-minutes", n=random.randint(0, 20)))
    if random.random() < 0.02:
        gaps.append(GapCount(officer="", kind="panel-down-minutes", n=random.randint(3, 90)))
    return DayReport(
        site=site,
        terminal=terminal,
        date=day,
        revision=1,
        lines=tuple(
            LineCount(officer=o, service=s, counter=counter, half=h, channel=c, n=tuple(n))
            for (o, s, h, c), n in counts.lines.items()
        ),
        outcomes=tuple(counts.outcomes),
        reasons=tuple(ReasonCount(o, reason, n) for (o, reason), n in counts.reasons.items()),
        sheets=tuple(
            SheetSeal(officer=o, n=n, seal=secrets.token_hex(32), steps=0, opening="")
            for o, n in rated.items()
        ),
        gaps=tuple(gaps),
        orders=(FaceOrder.BEST_FIRST,),
    )


def _rate(random: Random, server: _Server, better: float, counts: _Counts) -> None:
    """One officer's citizens of a day rate."""
    officer = str(server.officer.id)
    shares = [*server.shares[:3], server.shares[3] * better, server.shares[4] * better]
    citizens = max(0, round(random.gauss(server.pace, server.pace**0.5)))
    for score in random.choices(range(1, 6), shares, k=citizens):
        half = random.choice((Half.MORNING, Half.MORNING, Half.AFTERNOON))
        channel = random.choice((Channel.TOUCH, Channel.PANEL, Channel.PANEL))
        key = (officer, random.choice(server.services), half, channel)
        counts.lines.setdefault(key, [0] * 5)[score - 1] += 1
        counts.n[officer] += 1
        if score <= 2 and random.random() < 0.6:
            [reason] = random.choices(_REASONS, (9, 4, 5, 4, 1, 3))
            counts.reasons[officer, reason] += 1


def _office(central: Central, random: Random, now: datetime) -> None:
    """What people write, and what comes in online."""
    today = now.date()
    import_answers(central, [_answer(random, today, number) for number in range(_ANSWERS)])
    director = Viewer(account="demonstration", name=_DIRECTOR, site=central.site)
    for citizens_said, done, whom, due, status in _IMPROVEMENTS:
        improvement = Improvement(
            id=secrets.token_hex(8),
            said=citizens_said,
            done=done,
            whom=whom,
            due=today + timedelta(days=due),
            status=status,
        )
        save_improvement(central, director, improvement, now)
    running = round_of(today, FISCAL_YEAR_STARTS)
    import_ita_round(central, director, before(running).code, itafile.read(itafile.shipped()), now)
    stored = read_settings(central)
    url = "https://report.example.go.th/f/{token}"
    # Nothing here is anybody's: whoever looks around needs no telephone.
    settings = stored.settings._replace(
        office_en="Din Daeng District Office",
        comment_url=url,
        services=_SERVICES,
        second_factor=False,
    )
    save_settings(central, director, stored.version, settings, now)


def _answer(random: Random, today: date, number: int) -> OnlineAnswer:
    """An answer to the online questionnaire; every ninth has a comment."""
    day = today - timedelta(days=random.randint(1, 360))
    score = random.choices(range(1, 6), (6, 8, 16, 35, 35))[0]
    reasons = (random.choice(_REASONS),) if score < 3 else ()
    comment = random.choice(_COMMENTS) if number % 9 == 0 else ""
    return OnlineAnswer(
        day=day, levels=5, score=score, reasons=reasons, language="th", comment=comment
    )


def _accounts(
    central: Central, servers: list[_Server], now: datetime
) -> tuple[tuple[str, str], ...]:
    """An account of each role, and its first password; where there is one, such as the first
    account of a new report, only the password is new."""
    first = servers[0].officer
    names = {
        "director": _DIRECTOR,
        "hr": "งานบุคคล",
        "section-head": "หัวหน้าฝ่ายทะเบียน",
        "officer": first.name,
        "complaints": "รับเรื่องร้องเรียน",
        "audit": "ผู้ตรวจสอบ",
        "it": _IT,
    }
    before = {one.account for one in all_accounts(central)}
    accounts = []
    for id_, name in names.items():
        role = ROLES[id_]
        account = "head" if role.needs_section else id_
        if account in before:
            password = new_password(central, "demonstration", central.site, account, now)
            accounts.append((account, password))
            continue
        password = add_account(
            central,
            "demonstration",
            account,
            name,
            (role,),
            now,
            officer=str(first.id) if role.needs_officer else "",
            section=first.section if role.needs_section else "",
        )
        accounts.append((account, password))
    return tuple(accounts)
