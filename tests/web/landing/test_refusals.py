"""What the office may not do by mistake is refused on the page, with what to do instead."""

import re
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import col

from dealflow import dispatch
from dealflow.observed import Observation
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Database
from tests.web.conftest import hidden_fields
from tests.web.deals.town import SIGNED, Desk, Town

MARCH = date(2024, 3, 15)


@pytest.fixture
def sealed(database: Database, town: Town, officer: Actor) -> Town:
    """The half month up to 15 March 2024 is sealed; the contract was signed in January."""
    with database.writing(at=datetime(2024, 3, 16, 2, tzinfo=UTC)) as work:
        dispatch.seal(work, officer, as_of=MARCH)
    return town


def observe(office: Desk, town: Town, on: str, **more: str):
    path = f"/deals/{town.project_id}/conditions/{town.condition_id}/observations"
    return office.send(path, file="evidence", value="3", observed_on=on, **more)


def words(html: str) -> str:
    """The sentences of the page, without its tags."""
    return re.sub(r"<[^>]+>", "", html)


def test_an_observation_before_the_signing_is_refused_with_its_remedy(
    sealed: Town, office: Desk
) -> None:
    answer = observe(office, sealed, "2024-01-05")
    assert answer.status_code == 422
    assert f"2024-01-05 早于协议签署日 {SIGNED}。" in words(answer.text)
    assert "请核对证据上的日期。" in words(answer.text)


def test_who_uploaded_it_does_not_verify_it(database: Database, sealed: Town, office: Desk) -> None:
    assert observe(office, sealed, "2024-04-02").status_code == 303
    assert "须由第二人核验" in office.see(f"/deals/{sealed.project_id}", tab="conditions")
    with database.reading() as work:
        own = work.scalar(sa.select(col(Observation.id)))
    answer = office.send(f"/deals/{sealed.project_id}/observations/{own}/check", accepted="true")
    assert answer.status_code == 422
    assert "这条记录由您本人录入。" in words(answer.text)
    assert "请由同事核验。" in words(answer.text)


def test_a_half_month_is_not_sealed_twice(sealed: Town, office: Desk) -> None:
    answer = office.send("/dispatch/seal", as_of=str(MARCH))
    assert answer.status_code == 422
    assert "截至 2024-03-15 的半月已关闭" in words(answer.text)
    assert "不得重复封存；此后补录显示为重述。" in words(answer.text)


def test_a_day_of_a_sealed_half_month_needs_its_reason(sealed: Town, office: Desk) -> None:
    answer = observe(office, sealed, "2024-03-01")
    assert answer.status_code == 422
    assert "2024-03-01 所在半月已封存。" in words(answer.text)
    assert "请在备注中说明补报原因" in words(answer.text)
    assert observe(office, sealed, "2024-03-01", note="3 月单据 4 月才到").status_code == 303


def arrive(office: Desk, town: Town, on: str, **more: str):
    path = f"/deals/{town.project_id}/arrivals"
    return office.send(path, file="evidence", amount="5", kind="fixed_assets", on=on, **more)


def move(office: Desk, town: Town, on: str, **more: str):
    base = f"/deals/{town.project_id}"
    version = int(hidden_fields(office.see(f"{base}/move"))["version"])
    sent = {"to": "registered", "on": on, **more}
    return office.send(f"{base}/stage", file="evidence", version=version, **sent)


@pytest.mark.parametrize("act", [arrive, move])
def test_money_and_stages_of_a_sealed_half_month_need_their_reason_too(
    sealed: Town, office: Desk, act
) -> None:
    answer = act(office, sealed, "2024-03-01")
    assert answer.status_code == 422
    assert "2024-03-01 所在半月已封存。" in words(answer.text)
    assert act(office, sealed, "2024-03-01", note="3 月单据 4 月才到").status_code == 303
