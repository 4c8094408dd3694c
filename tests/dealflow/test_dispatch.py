"""A half month is sealed once, compared with another, and never changed by what comes later."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from dealflow import amendments, blockers, dispatch, frozen, landings, projects, restatement
from dealflow.blockers import BlockerKind
from dealflow.frozen import Aspect, Change, ChangeKind
from dealflow.stages import Stage
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotAllowedError
from tests.dealflow.district import YI, District

S19, S20 = date(2023, 10, 15), date(2023, 10, 31)
AFTER_S19 = datetime(2023, 10, 16, 1, 30, tzinfo=UTC)
AFTER_S20 = datetime(2023, 11, 1, 1, 30, tzinfo=UTC)


@pytest.fixture
def in_october(work: Work, district: District) -> District:
    """The clock stands at the morning of 16 October 2023."""
    work.recorded_at = AFTER_S19
    return district


def by_kind(work: Work) -> dict[ChangeKind, list[Change]]:
    found: dict[ChangeKind, list[Change]] = {}
    for change in frozen.compare(dispatch.content(work, S19), dispatch.content(work, S20)):
        found.setdefault(change.kind, []).append(change)
    return found


# ---- sealing
def test_a_sealed_half_month_carries_its_hash_and_is_anchored_in_the_audit_trail(
    work: Work, officer: Actor, in_october: District
) -> None:
    in_october.sign(in_october.project(), date(2023, 10, 2), YI)
    assert not dispatch.is_sealed(work, S19)
    assert dispatch.to_seal(work, work.today()) == S19
    sealed = dispatch.seal(work, officer, as_of=S19)
    assert (sealed.seq, sealed.label, sealed.as_of) == (1, "S19", S19)
    assert dispatch.is_sealed(work, S19)
    assert dispatch.to_seal(work, work.today()) is None
    (half,) = [dispatch.content(work, S19)]
    assert frozen.sha256_of(frozen.text_of(half)) == sealed.sha256
    line = work.rows(sa.select(audit.AuditLine).where(audit.AuditLine.seq == sealed.audit_seq))
    assert sealed.sha256 in line[0][0].after
    assert dispatch.verify(work) == []


def test_no_half_month_is_sealed_twice_early_or_across_its_end(
    work: Work, officer: Actor, manager: Actor, in_october: District
) -> None:
    with pytest.raises(NotAllowedError):
        dispatch.seal(work, manager, as_of=S19)
    with pytest.raises(DomainError, match=r"does not end a half month.*2023-10-15"):
        dispatch.seal(work, officer, as_of=date(2023, 10, 14))
    with pytest.raises(DomainError, match="is not over yet"):
        dispatch.seal(work, officer, as_of=S20)
    dispatch.seal(work, officer, as_of=S19)
    for day in (S19, date(2023, 9, 30)):
        with pytest.raises(DomainError, match=r"is closed: S19.*restated"):
            dispatch.seal(work, officer, as_of=day)


def test_the_database_refuses_to_change_or_delete_a_sealed_half_month(
    work: Work, officer: Actor, in_october: District
) -> None:
    dispatch.seal(work, officer, as_of=S19)
    with pytest.raises(DBAPIError, match="append-only"):
        work.session.execute(sa.text("UPDATE dispatch_snapshot SET content = '{}'"))


# ---- comparing
def test_two_half_months_say_what_is_new_moved_changed_slipped_and_withdrawn(
    work: Work, officer: Actor, in_october: District
) -> None:
    moved, paid, raised, slow, gone = (
        in_october.project(name, planned_investment_fen=5 * YI) for name in "推资变延撤"
    )
    for project in (moved, paid, slow):
        due = date(2023, 10, 28) if project is slow else None
        in_october.sign(project, date(2023, 10, 5), 3 * YI, start_due_on=due)
    in_october.reach(gone, Stage.IN_TALKS, date(2023, 10, 3))
    in_october.reach(raised, Stage.IN_TALKS, date(2023, 10, 3))
    dispatch.seal(work, officer, as_of=S19)
    work.recorded_at = AFTER_S20
    in_october.reach(moved, Stage.STARTED, date(2023, 10, 20), note="取得施工许可证")
    in_october.verified(paid, date(2023, 10, 21), YI)
    on = {"effective_on": date(2023, 10, 22), "reason": "补充协议"}
    version = projects.get(work, raised.id).version
    amendments.set_planned(*(work, officer, raised.id), planned_fen=6 * YI, version=version, **on)
    amendments.set_unit(
        *(work, officer, raised.id), unit_id=in_october.unit_ids["U2"], version=version + 1, **on
    )
    in_october.reach(gone, Stage.TERMINATED, date(2023, 10, 25), note="企业战略调整")
    new = in_october.project("新", first_heard_on=date(2023, 10, 24))
    dispatch.seal(work, officer, as_of=S20)

    found = by_kind(work)
    assert [change.name for change in found[ChangeKind.NEW]] == [new.name]
    assert {change.name: (change.was, change.now) for change in found[ChangeKind.MOVED]} == {
        "推": ("formal", "started"),
        "资": ("formal", "funded"),
    }
    reasons = [change.reason for change in found[ChangeKind.MOVED] if change.name == "推"]
    assert reasons == ["取得施工许可证"]
    assert {(c.aspect, c.was, c.now) for c in found[ChangeKind.CHANGED]} == {
        (Aspect.PLANNED, 5 * YI, 6 * YI),
        (Aspect.UNIT, "单位U1", "单位U2"),
    }
    assert [(c.name, c.was) for c in found[ChangeKind.SLIPPED]] == [("延", date(2023, 10, 28))]
    (left,) = found[ChangeKind.WITHDRAWN]
    assert (left.name, left.reason, left.unit) == ("撤", "企业战略调整", "单位U1")


def test_a_project_stalls_in_the_half_month_in_which_its_thirtieth_day_passes(
    work: Work, officer: Actor, in_october: District
) -> None:
    quiet, long_quiet = in_october.project("静"), in_october.project("久静")
    in_october.reach(quiet, Stage.IN_TALKS, date(2023, 9, 20))
    in_october.reach(long_quiet, Stage.IN_TALKS, date(2023, 3, 1))
    dispatch.seal(work, officer, as_of=S19)
    work.recorded_at = AFTER_S20
    dispatch.seal(work, officer, as_of=S20)
    (stalled,) = by_kind(work)[ChangeKind.STALLED]
    assert (stalled.name, stalled.now) == ("静", date(2023, 9, 20))


def test_the_measures_shift_by_what_came_between(
    work: Work, officer: Actor, in_october: District
) -> None:
    in_october.sign(in_october.project(), date(2023, 10, 5), 3 * YI)
    dispatch.seal(work, officer, as_of=S19)
    work.recorded_at = AFTER_S20
    in_october.sign(in_october.project(), date(2023, 10, 20), 2 * YI)
    dispatch.seal(work, officer, as_of=S20)
    shifts = frozen.shifts(dispatch.content(work, S19), dispatch.content(work, S20))
    contracted = shifts["contract_amount"]
    assert (contracted.was, contracted.now, contracted.difference) == (3 * YI, 5 * YI, 2 * YI)
    assert shifts["leverage_fund"].difference is None


# ---- restated
def test_a_back_dated_entry_shows_as_restated_and_leaves_the_sealed_half_alone(
    work: Work, officer: Actor, in_october: District
) -> None:
    project = in_october.project("补")
    in_october.sign(project, date(2023, 10, 5), 3 * YI)
    sealed = dispatch.seal(work, officer, as_of=S19)
    assert not restatement.restated(work, sealed)
    work.recorded_at = AFTER_S20
    in_october.verified(project, date(2023, 10, 12), YI)

    restated = restatement.restated(work, sealed)
    money = next(shift for shift in restated.measures if shift.code == "money_in_place")
    assert (money.was, money.now, money.difference) == (0, YI, YI)
    assert [(c.name, c.was, c.now) for c in restated.projects] == [("补", "formal", "funded")]
    (entry,) = restated.entries
    assert (entry.kind, entry.on, entry.recorded_at) == ("arrival", date(2023, 10, 12), AFTER_S20)
    assert dispatch.sealed(work)[0].sha256 == sealed.sha256
    kept = {one.code: one.value for one in dispatch.content(work, S19).measures}
    assert kept["money_in_place"] == 0


def test_taking_back_an_entry_of_a_sealed_half_month_is_a_restatement_too(
    work: Work, officer: Actor, in_october: District
) -> None:
    project = in_october.project()
    in_october.sign(project, date(2023, 10, 5), 3 * YI)
    arrival = in_october.verified(project, date(2023, 10, 6), YI)
    sealed = dispatch.seal(work, officer, as_of=S19)
    work.recorded_at += timedelta(days=3)
    landings.void(work, officer, arrival.id, reason="重复登记")
    changed = {
        shift.code: shift.difference for shift in restatement.restated(work, sealed).measures
    }
    assert changed["money_in_place"] == -YI


def test_what_comes_after_a_sealed_half_month_does_not_restate_it(
    work: Work, officer: Actor, in_october: District
) -> None:
    gone = in_october.project("撤")
    in_october.reach(gone, Stage.TERMINATED, date(2023, 10, 10), note="不来了")
    sealed = dispatch.seal(work, officer, as_of=S19)
    work.recorded_at = AFTER_S20
    late = in_october.project(first_heard_on=date(2023, 10, 18))
    in_october.sign(late, date(2023, 10, 20), 2 * YI)
    assert not restatement.restated(work, sealed)


# ---- blockers and action items
def test_a_blocker_stands_from_its_day_until_the_day_it_is_cleared(
    work: Work, officer: Actor, in_october: District
) -> None:
    project = in_october.project("缺地")
    raised = blockers.raise_blocker(
        work,
        officer,
        project.id,
        kind=BlockerKind.LAND,
        text="缺用地指标",
        on=date(2023, 10, 2),
    )
    blockers.clear_blocker(work, officer, raised.id, on=date(2023, 10, 10), how="已供地")
    assert [one.text for one in blockers.blockers(work, date(2023, 10, 9))] == ["缺用地指标"]
    assert blockers.blockers(work, date(2023, 10, 10)) == []
    with pytest.raises(DomainError, match="has ended already"):
        blockers.clear_blocker(work, officer, raised.id, on=date(2023, 10, 11), how="已供地")


def test_an_action_item_has_a_unit_a_deadline_and_an_end(
    work: Work, officer: Actor, in_october: District
) -> None:
    unit_id = in_october.unit_ids["U2"]
    with pytest.raises(DomainError, match="before it is given"):
        blockers.assign(
            work,
            officer,
            text="协调用电",
            unit_id=unit_id,
            raised_on=S19,
            due_on=date(2023, 10, 14),
        )
    item = blockers.assign(
        work, officer, text="协调用电", unit_id=unit_id, raised_on=S19, due_on=date(2023, 10, 20)
    )
    (open_,) = blockers.actions(work, S20)
    assert open_.is_overdue(S20)
    work.recorded_at = AFTER_S20
    blockers.finish(work, officer, item.id, on=date(2023, 10, 30), how="已送电")
    assert blockers.actions(work, S20) == []
    (done,) = blockers.actions(work, S20, done_since=S19)
    assert done.done_on == date(2023, 10, 30)
