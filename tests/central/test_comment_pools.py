"""What the office makes of citizens' comments: of a pool as a whole, by name, without a time."""

import csv
import io
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from sync.central.schema import pool_reviews
from sync.central.usecases.central import Central
from sync.central.usecases.comments import (
    EditedMeanwhile,
    NoSuchPool,
    PoolReview,
    PoolStatus,
    Theme,
    comment_pools,
    count_pools,
    review_pool,
)
from sync.central.usecases.questionnaire import OnlineAnswer, import_answers
from sync.central.viewer import ROLES, NotYours, Viewer
from tests.support.central import signed_in

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
COMPLAINTS = Viewer(
    account="c", name="สมศรี", site="dindaeng", roles=frozenset({ROLES["complaints"]})
)
PAGE = "/comments/dindaeng"


@pytest.fixture
def office(central: Central) -> Central:
    """Two closed pools of ten, and nine comments that wait."""
    for pool in (1, 2):
        _write(central, [f"=ชุด {pool} ข้อ {n}" for n in range(10)])
        with central.store.transaction(central.site) as t:
            assert t.questionnaire.close_pool(NOW.date()) == 10
    _write(central, ["ยังรออยู่"] * 9)
    return central


@pytest.fixture
def desk(office: Central) -> TestClient:
    return signed_in(office, ROLES["complaints"], now=NOW)


def _write(central: Central, words: list[str]) -> None:
    import_answers(central, [_answer(text) for text in words])


def _answer(words: str) -> OnlineAnswer:
    return OnlineAnswer(day=NOW.date(), levels=5, score=3, reasons=(), language="th", comment=words)


def test_a_pool_has_a_status_themes_and_a_history_by_person(
    office: Central, desk: TestClient
) -> None:
    assert "รับเรื่องใหม่ ๒" in desk.get(PAGE).text
    form = {"pool": "2", "version": "0", "status": "looking", "themes": ["waiting", "place"]}
    assert desk.post(f"{PAGE}/pool", data=form).headers["location"] == f"{PAGE}#pool-2"
    assert desk.post(f"{PAGE}/pool", data=form).status_code == 303, "sent twice: the same"
    later = PoolReview(pool=2, status=PoolStatus.DONE, themes=(Theme.WAITING,), version=1)
    review_pool(office, COMPLAINTS, later)
    newest, _first = comment_pools(office)
    assert (newest.number, newest.review.status, newest.review.author) == (2, "done", "สมศรี")
    assert [one.themes for one in newest.earlier] == [(Theme.WAITING, Theme.PLACE)]
    page = desk.get(f"{PAGE}?lang=en").text
    assert "dealt with 1</a>" in page
    assert "new 1</a>" in page
    assert "waiting and speed 1</a>" in page
    assert "Last saved by สมศรี" in page
    assert "being looked at · waiting and speed · place and equipment" in page


def test_who_saves_second_sees_the_first_and_keeps_the_own_choice(
    office: Central, desk: TestClient
) -> None:
    review_pool(office, COMPLAINTS, PoolReview(pool=1, status=PoolStatus.PASSED_ON))
    form = {"pool": "1", "version": "0", "status": "noted", "themes": ["praise"]}
    crossed = desk.post(f"{PAGE}/pool", data=form)
    assert crossed.status_code == 409
    assert 'value="noted" selected' in crossed.text
    assert 'value="praise" checked' in crossed.text
    assert "ส่งหน่วยงานที่เกี่ยวข้องแล้ว ๑" in crossed.text
    with pytest.raises(EditedMeanwhile):
        review_pool(office, COMPLAINTS, PoolReview(pool=1, status=PoolStatus.NOTED))


def test_only_a_closed_pool_is_marked_and_only_by_the_complaints_desk(
    office: Central, desk: TestClient
) -> None:
    director = Viewer(site="dindaeng", roles=frozenset({ROLES["director"]}))
    with pytest.raises(NotYours):
        review_pool(office, director, PoolReview(pool=1))
    for waiting_or_unknown in (0, 3, -1):
        with pytest.raises(NoSuchPool):
            review_pool(office, COMPLAINTS, PoolReview(pool=waiting_or_unknown))
    right = {"pool": "1", "version": "0", "status": "done"}
    wrong = ({"pool": "9"}, {"pool": "x"}, {"status": ""}, {"themes": "ก"}, {"version": "-5"})
    answers = [desk.post(f"{PAGE}/pool", data={**right, **change}) for change in wrong]
    assert [answer.status_code for answer in answers] == [404, 400, 400, 400, 409]
    assert count_pools(comment_pools(office)).by_status[PoolStatus.NEW] == 2


def test_page_and_file_are_narrowed_alike_and_have_no_time(
    office: Central, desk: TestClient
) -> None:
    review_pool(
        office,
        COMPLAINTS,
        PoolReview(pool=1, status=PoolStatus.DONE, themes=(Theme.FEES, Theme.ONLINE)),
    )

    def listed(query: str) -> list[list[str]]:
        page = desk.get(f"{PAGE}?{query}").text
        file = desk.get(f"{PAGE}/comments.csv?{query}").content.decode("utf-8-sig")
        _head, *rows = csv.reader(io.StringIO(file))
        assert page.count('<p class="text"') == len(rows)
        assert all(f"{row[4][1:]}</p>" in page for row in rows)
        return rows

    assert len(listed("")) == 20, "what waits for a tenth is in neither"
    assert {row[0] for row in listed("theme=fees&status=done")} == {"1"}
    assert listed("theme=fees&status=new") == listed("status=nonsense") == []
    assert len(listed("find=ข้อ ๗")) == 2
    [row] = listed("find=ข้อ ๗&theme=online")
    expected = ["1", "ดำเนินการแล้ว", "ค่าธรรมเนียม, บริการออนไลน์", "สมศรี", "'=ชุด 1 ข้อ 7"]
    assert row == expected, "no cell begins a formula"
    assert "2026" not in desk.get(f"{PAGE}?lang=en").text
    assert "๒๕๖๙" not in desk.get(PAGE).text
    names = {column.name for column in pool_reviews.columns}
    assert names == {"site", "pool", "version", "author", "status", "themes"}
