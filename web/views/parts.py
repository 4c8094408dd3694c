"""Parts: which part of a long list is shown, and the way to its neighbours."""

from dataclasses import dataclass
from typing import TypeVar

from web.templating import Page

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows `first` to `last` of `total`, counted from 1; both are 0 where there is no row."""

    first: int
    last: int
    total: int
    before: str  # address, or "" at the beginning
    after: str

    def of(self, rows: tuple[T, ...]) -> tuple[T, ...]:
        """Return the rows that are shown."""
        return rows[max(self.first - 1, 0) : self.last]


def part_of(page: Page, name: str, number: int, total: int, size: int) -> Part:
    """Return part `number`, counted from 1 and called `name` in the query; the last if beyond."""
    parts = max(-(-total // size), 1)
    number = min(max(number, 1), parts)
    before = page.with_query(**{name: str(number - 1)}) if number > 1 else ""
    after = page.with_query(**{name: str(number + 1)}) if number < parts else ""
    first = (number - 1) * size + 1 if total else 0
    return Part(
        first=first, last=min(number * size, total), total=total, before=before, after=after
    )
