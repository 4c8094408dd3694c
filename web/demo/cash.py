"""Cash: the funds' bank accounts and statements, and one line of credit; all of it invented.

The statements are written from the books, as a bank would have printed them, and taken in by the
same commands as any other; one line of them is in no entry, so that the page has a difference.
"""

import csv
import io
from datetime import date
from functools import partial

from dealflow import workbooks
from portfolio import bank, bank_booking, facility_acts
from portfolio.facility import Use
from portfolio.ledger import Moment
from web import bank_sheet
from web.demo import hongtai, xinwei
from web.demo.plans import FEN_A_WAN, yi
from web.demo.published import TODAY
from web.demo.timeline import Scene, Timeline
from web.views.fund_words import entry_name

HEADINGS = ("交易日期", "收入金额（元）", "支出金额（元）", "对方户名", "摘要", "余额（元）")
ACCOUNTS = (  # numbers that no bank gives out
    (hongtai.CODE, "示例银行重庆分行", "0000-0000-0000-1001", date(2023, 10, 25)),
    (xinwei.CODE, "示例银行渝北支行", "0000-0000-0000-2002", date(2017, 10, 31)),
    (hongtai.MOTHER, "示例银行重庆分行", "0000-0000-0000-3003", date(2023, 10, 25)),
)
BANK_FEE_FEN = 86_00  # what the bank took and nobody has booked
LINE, DRAWN, REPAID = "认缴信贷一号（示例）", date(2024, 2, 21), date(2024, 3, 21)


def stage(timeline: Timeline) -> None:
    """Plan the accounts, the line and, on the last day, the statements."""
    for fund, name, number, since in ACCOUNTS:
        timeline.on(since, partial(_account, fund=fund, bank_name=name, number=number, on=since))
    timeline.on(DRAWN, _draw)
    timeline.on(REPAID, _repay)
    for fund, *_ in ACCOUNTS:
        timeline.on(TODAY, partial(_statement, fund=fund, with_fee=fund == xinwei.CODE))


def _account(scene: Scene, *, fund: str, bank_name: str, number: str, on: date) -> None:
    fund_id = scene["fund", fund]
    bank.open_account(
        scene.work,
        scene.actor("manager1"),
        fund_id=fund_id,
        holder="示例募集专户",
        bank=bank_name,
        number=number,
        effective_date=on,
        is_demo=True,
    )


def _draw(scene: Scene) -> None:
    line = facility_acts.open_(
        scene.work,
        scene.actor("manager1"),
        fund_id=scene["fund", xinwei.CODE],
        name=LINE,
        lender="示例银行渝北支行",
        limit_fen=yi(0.50) * FEN_A_WAN,
        rate_ppm=38_500,
        day_basis=360,
        opened_on=DRAWN,
        matures_on=date(2025, 2, 20),
        is_demo=True,
    )
    scene.ids["facility", LINE] = line.id
    facility_acts.draw(
        scene.work,
        scene.actor("manager1"),
        line.id,
        on=DRAWN,
        amount_fen=yi(0.30) * FEN_A_WAN,
        use=Use.INVESTMENTS,
    )


def _repay(scene: Scene) -> None:
    """Repay from the call that had arrived the day before, and pay the interest."""
    line, manager = scene["facility", LINE], scene.actor("manager1")
    facility_acts.repay(scene.work, manager, line, on=REPAID, amount_fen=yi(0.30) * FEN_A_WAN)
    facility_acts.accrue(scene.work, manager, line, until=REPAID, paid_on=REPAID)


def _statement(scene: Scene, *, fund: str, with_fee: bool) -> None:
    fund_id, manager = scene["fund", fund], scene.actor("manager1")
    content = _printed(scene, fund_id, with_fee=with_fee)
    made = bank_booking.upload(
        scene.work,
        manager,
        scene.store,
        fund_id=fund_id,
        name=f"{fund}-账户流水（示例）.csv",
        content=content,
        is_demo=True,
    )
    read = bank_sheet.read(workbooks.read(content))
    bank_booking.confirm(
        scene.work,
        manager,
        fund_id,
        made.id,
        version=made.version,
        rows=read.rows,
        choices={},
        closes_on=TODAY,
    )


def _printed(scene: Scene, fund_id: str, *, with_fee: bool) -> bytes:
    """Return the list of the account as a bank would have printed it."""
    lines: list[tuple[date, int, str, str]] = []
    for entry in bank_booking.entries(scene.work, Moment(as_of=TODAY), fund_id):
        name = str(entry_name(entry.tag))
        memo = entry.memo or MEMOS.get(name, name)
        for who, fen in entry.parts or (("", entry.open_fen),):
            lines.append((entry.on, fen, who, memo))
    if with_fee:
        lines.append((TODAY, -BANK_FEE_FEN, "示例银行渝北支行", "账户管理费"))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    balance = 0
    for on, fen, who, memo in lines:
        balance += fen
        sides = (_yuan(fen), "") if fen > 0 else ("", _yuan(-fen))
        writer.writerow((on.isoformat(), *sides, who, memo, _yuan(balance)))
    return out.getvalue().encode("utf-8-sig")


MEMOS = {
    "Contribution received": "出资款",
    "Distribution paid": "分配款",
    "Tranche paid": "投资款",
    "Exit": "退出款",
    "Payable paid": "费用",
    "Income received": "收益",
    "Credit line drawn": "放款",
    "Credit line repaid": "还款",
}


def _yuan(fen: int) -> str:
    whole, part = divmod(fen, 100)
    return f"{whole}.{part:02d}"
