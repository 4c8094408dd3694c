"""Postings: the lines of a transaction, how a total is shared, and how one book follows another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from portfolio.accounts import AccountCode, Line
from portfolio.commitments import Share
from portfolio.kernel.errors import DomainError
from valuation.money import split_fen

LEAST_LINES = 2


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One line of a transaction: debit positive, credit negative, in fen."""

    account: AccountCode
    amount_fen: int
    partner_id: str | None = None  # given if and only if the account is partners' capital
    line: Line | None = None
    investment_id: str | None = None
    purpose: str = ""  # transaction type of the ILPA Performance Template


# ---- rules
def balanced(postings: Sequence[Posting]) -> None:
    """Stop on our own mistake: a command that builds an unbalanced transaction is a fault."""
    assert len(postings) >= LEAST_LINES, "a transaction has at least two postings"
    assert sum(posting.amount_fen for posting in postings) == 0, "postings do not sum to zero"
    for posting in postings:
        on_capital = posting.account is AccountCode.PARTNERS_CAPITAL
        assert on_capital == (posting.partner_id is not None and posting.line is not None)


def to_partners(
    total_fen: int, line: Line, by: Sequence[Share], *, purpose: str = ""
) -> list[Posting]:
    """Split a gain (positive) or cost (negative) over the partners by commitment, to the fen.

    Capital is a credit, so a gain is posted as a negative amount.
    """
    parts = split_fen(total_fen, [share.committed_fen for share in by])
    return [
        Posting(
            account=AccountCode.PARTNERS_CAPITAL,
            amount_fen=-part,
            partner_id=share.partner_id,
            line=line,
            purpose=purpose,
        )
        for share, part in zip(by, parts, strict=True)
        if part
    ]


def mirrored(posting: Posting, *, holding_id: str | None, by: Sequence[Share]) -> list[Posting]:
    """Return what a posting to a fund-partner's account means in that fund's own books.

    A contribution moves its cash into the holding, a distribution moves it back (a realised part
    leaves the unrealised gain and appears as realised), and everything else changes the holding's
    value and, by the same amount, its own partners' unrealised gain. So the carrying value equals
    the capital account at every moment (DOMAIN.md §2, invariant 5).
    """
    if holding_id is None:
        raise DomainError(
            "A partner of this fund is itself a fund, and its books have no holding for it yet.",
            "Record the holding in the books of that fund first, then book this again.",
        )
    gain = -posting.amount_fen
    cost, unrealised = AccountCode.INVESTMENTS_COST, AccountCode.INVESTMENTS_UNREALISED

    def held(account: AccountCode, amount_fen: int) -> Posting:
        return Posting(account=account, amount_fen=amount_fen, investment_id=holding_id)

    if posting.line is Line.CONTRIBUTIONS:
        return [
            held(cost, gain),
            Posting(account=AccountCode.CASH, amount_fen=-gain, purpose=posting.purpose),
        ]
    if posting.line is Line.DISTRIBUTIONS:
        cash = Posting(account=AccountCode.CASH, amount_fen=-gain, purpose=posting.purpose)
        if posting.purpose.endswith(("return_of_capital", "return_of_fees")):
            return [held(cost, gain), cash]
        moved = to_partners(-gain, Line.REALISED_GAIN, by)
        moved += to_partners(gain, Line.UNREALISED_GAIN, by)
        return [held(unrealised, gain), cash, *moved]
    return [held(unrealised, gain), *to_partners(gain, Line.UNREALISED_GAIN, by)]


def merged(postings: Iterable[Posting]) -> list[Posting]:
    """Add up postings that differ in nothing but their amount."""
    sums: dict[Posting, int] = {}
    for posting in postings:
        key = replace(posting, amount_fen=0)
        sums[key] = sums.get(key, 0) + posting.amount_fen
    return [replace(key, amount_fen=amount) for key, amount in sums.items() if amount]
