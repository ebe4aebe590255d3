"""Objections in tests: an office with two weeks of one officer's results, and people who decide."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from httpx2 import Response
from sqlalchemy import delete
from starlette.testclient import TestClient

from sync.central.objecting import Deed, Objection, Step
from sync.central.schema import objection_blocks, objection_steps, objections
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.sign_in import sign_in_as
from sync.central.viewer import CITY, ROLES
from sync.central.web.app import create_app
from sync.central.web.dependencies import COOKIE
from tests.support.builders import an_officer
from tests.support.central import SITE, begin_terminal, put_on_roster, take
from tests.support.day_reports import day_report, key_text

REGISTRY = "ฝ่ายทะเบียน"
WEEKS = {date(2026, 9, 7): (3, 3, 4, 10, 20), date(2026, 9, 14): (12, 3, 3, 3, 3)}
"""Of the round to the end of September: 75 % of 40, and 25 % of 24."""
PERIOD = "fy2026-2"


def objected(central: Central, officer: str, now: datetime) -> Objection:
    """An objection to an officer's first block, as it stands after it was filed."""
    step = Step(deed=Deed.FILED, at=now, who=f"{SITE}/{officer}", name="ผู้โต้แย้ง", words="ระบบคิวเสีย")
    step = replace(step, until=now.date())
    with central.store.transaction(central.site) as t:
        objection = Objection(
            case=t.objections.next_case(),
            officer=officer,
            period="",
            blocks=((5, 1),),
            steps=(step,),
        )
        t.objections.add(objection)
    return objection


@dataclass
class Office:
    """One office over time. `now`: what its clock says."""

    central: Central
    now: datetime

    def __post_init__(self) -> None:
        self.app = create_app(self.central, lambda: self.now)

    def with_results(self) -> "Office":
        """Officer 101 of the registry has two published weeks, and a colleague."""
        somying = an_officer("101", "สมหญิง ใจดี", section=REGISTRY, position="เจ้าพนักงานปกครอง")
        put_on_roster(self.central, (somying, an_officer("102", "กตัญญู ทองคำ", section=REGISTRY)))
        with self.central.store.transaction(self.central.site) as t:
            begin_terminal(t, "counter-1", "1", key_text())
        for day, counts in WEEKS.items():
            take(self.central, day_report(1, day, "counter-1", counts))
        publish_due(self.central, date(2026, 9, 21))
        return self

    def has_account(
        self, account: str, name: str, *roles: str, officer: str = "", section: str = ""
    ) -> None:
        chosen, city = [ROLES[role] for role in roles], account.startswith("city")
        add_account(
            self.central,
            "test",
            account,
            name,
            chosen,
            self.now,
            officer=officer,
            section=section,
            city=city,
            subject=account,
        )

    def as_(self, account: str) -> TestClient:
        """Signed in anew, at the clock of now."""
        site = CITY if account.startswith("city") else SITE
        token = sign_in_as(self.central, site, account, self.now).token
        client = TestClient(self.app, follow_redirects=False)
        client.cookies.set(COOKIE, f"{'~' if site == CITY else site}.{token}")
        return client

    def post(self, account: str, path: str, **fields: str) -> Response:
        return self.as_(account).post(path, data=fields)

    def read(self, account: str, path: str, **query: str) -> str:
        answer = self.as_(account).get(path, params=query)
        assert answer.status_code == 200, (account, path, answer.status_code)
        return answer.text

    def objection(self, case: int = 1) -> Objection:
        with self.central.store.read(self.central.site) as t:
            objection = t.objections.get(case)
        assert objection is not None
        return objection

    def forget_objections(self) -> None:
        """As if nobody had objected."""
        with self.central.store.transaction(self.central.site) as t:
            for table in (objections, objection_blocks, objection_steps):
                t.objections._connection.execute(delete(table))

    # --- deeds ---------------------------------------------------------------------------------

    def object(self, words: str = "ระบบคิวเสีย", **changed: str) -> Response:
        """Officer 101 objects to the second week."""
        fields: Mapping[str, str] = {"do": "object", "blocks": "5.2", "words": words, **changed}
        return self.post("own", f"/officer/{SITE}/101?period={PERIOD}", **fields)

    def own(self, do: str, case: int = 1, **fields: str) -> Response:
        return self.post("own", f"/officer/{SITE}/101", do=do, case=str(case), **fields)

    def decide(self, account: str, verdict: str, **changed: str) -> Response:
        """Somebody decides on what the page shows now."""
        fields = {
            "verdict": verdict,
            "ground": "technical-fault" if verdict == "upheld" else "",
            "words": f"ตรวจแล้วโดย {account}",
            "shown": self.objection().digest,
            **changed,
        }
        return self.post(account, f"/objections/{SITE}/1", **fields)
