"""Currency: the books of this version are kept in yuan, and nothing else is let in unseen."""

from portfolio.kernel.errors import DomainError

CNY = "CNY"


def refuse_other(code: str) -> None:
    """Refuse a currency that is not the yuan; an empty code means the yuan."""
    if code.strip().upper() not in {"", CNY}:
        raise DomainError(
            "The books are kept in CNY; {currency} is another currency.",
            "Convert the amounts to yuan first, and keep the rate with the papers.",
            currency=code.strip()[:20],
        )
