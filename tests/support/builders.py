"""Values for tests, made in one place; and a clock that tests move by hand."""

import secrets
from datetime import date, datetime, timedelta, timezone

from kiosk.domain.duty import Duty, Moment
from kiosk.domain.encounter import Asking
from kiosk.domain.people import CounterId, Officer, OfficerId, ServiceId
from kiosk.domain.rating import Channel, Half, Rating, RatingId, ReasonId
from kiosk.domain.scale import Score

BANGKOK = timezone(timedelta(hours=7))
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=BANGKOK)
PEPPER = b"p" * 32


def an_officer(
    number: str, name: str, position: str = "", section: str = "", id: str = ""
) -> Officer:
    """An officer whose id is fixed: the number, where no other is given."""
    return Officer.parse(number, name, position, section, id=id or number)


SOMYING = an_officer("101", "นางสาวสมหญิง ใจดี", "เจ้าพนักงานปกครองชำนาญงาน", "ฝ่ายทะเบียน")
PRASIT = an_officer("102", "นายประสิทธิ์ ญาณวุฒิ", "เจ้าพนักงานธุรการ", "ฝ่ายทะเบียน")


class FakeClock:
    """Both clocks, moved only by `pass_seconds` and `set_wall`."""

    def __init__(self, wall: datetime = MORNING, boot: float = 1000.0) -> None:
        self.wall, self.boot = wall, boot

    def now(self) -> Moment:
        return Moment(self.wall, self.boot)

    def pass_seconds(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.boot += seconds

    def set_wall(self, wall: datetime) -> None:
        self.wall = wall


def moment(seconds: float = 0.0, wall: datetime = MORNING) -> Moment:
    return Moment(wall + timedelta(seconds=seconds), 1000.0 + seconds)


def rating_id() -> RatingId:
    return RatingId(secrets.token_bytes(16))


def duty_of(officer: Officer = SOMYING, counter: str = "1") -> Duty:
    return Duty(officer.id, ServiceId("general"), CounterId(counter))


TODAY = MORNING.date()


def rating(
    score: int = 5, officer: Officer = SOMYING, day: date = TODAY, half: Half = Half.MORNING
) -> Rating:
    return Rating(
        id=rating_id(),
        business_date=day,
        half=half,
        officer=OfficerId(officer.id),
        service=ServiceId("general"),
        counter=CounterId("1"),
        score=Score(score),
        levels=5,
        channel=Channel.TOUCH,
    )


def asking(rated: Rating, *ticked: str) -> Asking:
    """The page of reasons after `rated`, with these ticked."""
    names = tuple(ReasonId(name) for name in ticked)
    return Asking(rating=rated.id, officer=rated.officer, day=rated.business_date, ticked=names)
