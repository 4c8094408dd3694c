"""示例成长基金: an invented fund in which every act between partners is seen once.

Its partners, terms and money are 示例; it stands outside the funds that were published.
"""

from dataclasses import replace
from datetime import date
from functools import partial

from portfolio import (
    commitment_changes,
    commitments,
    equalisation,
    expenses,
    management_fees,
    terms,
    transfers,
)
from portfolio.commitments import PartnerKind
from portfolio.funds import Fund, FundKind
from portfolio.ledger import Moment
from portfolio.term_sheet import FeeBasis, FundClass, FundLevel, Recycling, Terms
from valuation.periods import Quarter, quarters_between
from web.demo import fund_books as books
from web.demo.fund_books import Investor
from web.demo.people import organisation
from web.demo.plans import FEN_A_WAN, yi
from web.demo.timeline import Scene, Timeline

CODE = "SLCZ"
BEGAN, SECOND, PAID = date(2024, 3, 15), date(2024, 10, 18), date(2024, 10, 31)
TRANSFERRED, RELEASED = date(2025, 9, 26), date(2026, 3, 30)
FIRST_FEE, LAST_FEE = Quarter(2024, 2), Quarter(2026, 2)
OF_GROWTH = Terms(
    commitment_period_ends_on=date(2028, 3, 14),
    term_ends_on=date(2031, 3, 14),
    later_fee_basis=FeeBasis.INVESTED_COST,
    later_fee_rate=0.015,
    recycling=Recycling.CAPITAL,
    recycling_limit=0.2,
    organisation_cap_fen=yi(0.02) * FEN_A_WAN,
    equalisation_rate=0.06,
    default_rate=0.12,
    default_grace_days=10,
    default_dilution=0.2,
    fund_class=FundClass.VENTURE,
    level=FundLevel.DISTRICT,
    legal_basis_on=date(2023, 5, 19),
)
LIKE_HONGTAI = Terms(
    commitment_period_ends_on=date(2028, 10, 24),
    term_ends_on=date(2031, 10, 24),
    later_fee_rate=0.015,
    gp_commitment_share=0.02,
    equalisation_rate=0.06,
    default_rate=0.12,
    default_grace_days=10,
    default_dilution=0.2,
    fund_class=FundClass.INDUSTRIAL,
    level=FundLevel.DISTRICT,
)
LIKE_MOTHER = Terms(
    fee_rate=0.001,
    later_fee_rate=0.001,
    preferred_return=0.06,
    carried_interest=0.1,
    fund_class=FundClass.INDUSTRIAL,
    level=FundLevel.MUNICIPAL,
    nesting_limit=2,
    reinvestment_multiple=1.2,
)


def agree(timeline: Timeline, fund: str, on: date, of: Terms, reason: str) -> None:
    """Plan a version of a fund's terms."""

    def record(scene: Scene) -> None:
        terms.agree(
            scene.work,
            scene.actor("manager1"),
            fund_id=scene["fund", fund],
            terms=of,
            valid_from=on,
            reason=reason,
            is_demo=True,
        )

    timeline.on(on, record)


def stage(timeline: Timeline) -> None:
    """Plan the terms of the other funds, and the invented fund from its first closing on."""
    agree(timeline, "CQMF", date(2023, 5, 19), LIKE_MOTHER, "合伙协议（示例）")
    agree(timeline, "HT", date(2023, 10, 25), LIKE_HONGTAI, "合伙协议（示例）")
    fund = Fund(
        code=CODE,
        name="示例成长基金",
        name_en="Example Growth Fund",
        kind=FundKind.SUB.value,
        announced_on=BEGAN,
        inception_on=BEGAN,
        investment_period_ends_on=OF_GROWTH.commitment_period_ends_on,
        ends_on=OF_GROWTH.term_ends_on,
        is_demo=True,
    )
    books.found(
        timeline,
        BEGAN,
        fund,
        [
            Investor(code="LP1", name="示例出资人 甲", wan=yi(6), on=BEGAN),
            Investor(code="LP2", name="示例出资人 乙", wan=yi(3), on=BEGAN),
            Investor(code="GP", name="示例管理人", wan=yi(0.1), on=BEGAN, kind=PartnerKind.GP),
            Investor(code="LP3", name="示例出资人 丙", wan=yi(3), on=SECOND),
        ],
    )
    agree(timeline, CODE, BEGAN, OF_GROWTH, "合伙协议（示例）")
    agree(
        timeline,
        CODE,
        date(2026, 1, 5),
        replace(OF_GROWTH, fee_rate=0.018, carried_interest=0.15),
        "补充协议一（示例）",
    )
    books.call(timeline, CODE, date(2024, 4, 30), yi(1.82))
    timeline.on(PAID, equalise)
    books.call(timeline, CODE, date(2025, 6, 16), yi(2.42))
    for quarter in quarters_between(FIRST_FEE, LAST_FEE):
        timeline.on(quarter.end, partial(accrue, quarter=quarter))
    timeline.on(TRANSFERRED, transfer)
    timeline.on(RELEASED, release)


def equalise(scene: Scene) -> None:
    """Share the first call anew, and charge the fee of the quarters before."""
    equalisation.equalise(
        scene.work,
        scene.actor("manager1"),
        fund_id=scene["fund", CODE],
        closed_on=SECOND,
        paid_on=PAID,
    )
    for quarter in (Quarter(2024, 2), Quarter(2024, 3)):
        accrue(scene, quarter, booked_on=PAID)


def accrue(scene: Scene, quarter: Quarter, booked_on: date | None = None) -> None:
    """Book a quarter's fee and pay what is owed."""
    work, manager, fund_id = scene.work, scene.actor("manager1"), scene["fund", CODE]
    management_fees.accrue(work, manager, fund_id=fund_id, quarter=quarter, booked_on=booked_on)
    for owed in expenses.expenses(work, Moment(as_of=date.max), fund_id):
        if owed.owed_fen > 0:
            expenses.pay(work, manager, owed.id, paid_on=booked_on or quarter.end)


def transfer(scene: Scene) -> None:
    """Let a new partner take a third of the second one's interest over."""
    work, manager, fund_id = scene.work, scene.actor("manager1"), scene["fund", CODE]
    giver = next(
        one
        for one in commitments.shares(work, fund_id, on=TRANSFERRED)
        if commitments.partner(work, one.partner_id).code == "LP2"
    )
    taker = commitments.admit(
        work,
        manager,
        fund_id=fund_id,
        code="LP4",
        name="示例出资人 丁",
        kind=PartnerKind.LP,
        committed_fen=0,
        effective_date=TRANSFERRED,
        organisation_id=organisation(scene, "示例出资人 丁", is_demo=True),
        by_transfer=True,
        is_demo=True,
    )
    transfers.transfer(
        work,
        manager,
        giver_id=giver.partner_id,
        taker_id=taker.id,
        committed_fen=yi(1) * FEN_A_WAN,
        effective_date=TRANSFERRED,
        memo="份额转让（示例）",
    )


def release(scene: Scene) -> None:
    """Release the third partner from a part of what was not called."""
    work, fund_id = scene.work, scene["fund", CODE]
    third = next(
        one.partner_id
        for one in commitments.shares(work, fund_id, on=RELEASED)
        if commitments.partner(work, one.partner_id).code == "LP3"
    )
    commitment_changes.release(
        work,
        scene.actor("manager1"),
        third,
        amount_fen=yi(0.5) * FEN_A_WAN,
        effective_date=RELEASED,
        memo="合伙人会议决议（示例）",
    )
