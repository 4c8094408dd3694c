"""Clause reading: proposed conditions from the words of an agreement, for a person to confirm.

Deterministic, by the words of clause_words.py. What the text does not say in one exact way is
asked: nothing is filled in by likelihood.
"""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from dealflow import clause_words as words
from dealflow.terms import MONEY, THOUSANDTHS, YES_NO, Consequence, Metric, Operator

FEN_A_YUAN = 100
SENTENCE = re.compile(r"[。；;\n]")
PAUSE = "\x1f"  # stands for the full-width comma, which NFKC would turn into that of 2,000
NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十百\d]+条|\d+(?:\.\d+)*[.、)]|\([一二三四五六七八九十\d]+\))\s*"
)
FRAGMENT = re.compile(PAUSE + r"|,(?!\d{3})")


# ---- facts
class Ask(StrEnum):
    """What the text leaves open."""

    METRIC = "metric"
    OPERATOR = "operator"
    THRESHOLD = "threshold"
    DUE = "due"
    TRANCHE = "tranche"
    RATE = "rate"
    CURE = "cure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A condition as far as it could be read; `asks` names what a person has to say."""

    passage: str
    name: str
    metric: Metric | None = None
    operator: Operator | None = None
    threshold: int | None = None  # the metric's smallest unit
    unit: str = ""
    due_on: date | None = None
    period_from: date | None = None
    cure_days: int = 0
    consequence: Consequence = Consequence.NONE
    tranche_no: int | None = None
    rate_ppm: int | None = None
    asks: frozenset[Ask] = frozenset()


@dataclass(slots=True)
class _Sentence:
    """What is gathered while a sentence is read."""

    text: str
    signed_on: date
    found: list[Proposal] = field(default_factory=list)
    days: list[date] = field(default_factory=list)


# ---- rules
def read(text: str, signed_on: date) -> list[Proposal]:
    """Return the conditions a clause names, in the order of the text.

    A sentence that names a consequence and nothing to measure belongs to the conditions before it.
    """
    found: list[Proposal] = []
    for sentence in SENTENCE.split(unicodedata.normalize("NFKC", text.replace("，", PAUSE))):
        plain = sentence.strip()
        if not plain:
            continue
        own = _sentence(plain, signed_on)
        hangs = consequence(plain)
        if not own and hangs is not None and found:
            open_ones = [one for one in found if one.consequence is Consequence.NONE]
            for one in open_ones:
                found[found.index(one)] = _with_consequence(one, plain)
        else:
            found += [_with_consequence(one, plain) for one in own]
    return [_asked(one) for one in found]


def consequence(text: str) -> Consequence | None:
    """Return what hangs on it, None where the text names nothing or several things."""
    found = [one for pattern, one in words.CONSEQUENCES if pattern.search(text)]
    return found[0] if len(set(found)) == 1 else None


def _sentence(text: str, signed_on: date) -> list[Proposal]:
    at = _Sentence(text, signed_on)
    for fragment in FRAGMENT.split(text):
        days = words.days(fragment, signed_on)
        at.days += days
        metrics = [words.METRIC_WORDS[m[0]] for m in words.BY_LENGTH.finditer(fragment)]
        if metrics and not _hangs_only(fragment):
            at.found.append(_fragment(fragment.strip(), metrics, at))
        elif at.found and at.found[-1].threshold is None:
            at.found[-1] = _valued(at.found[-1], fragment)
    return [_dated(one, at) for one in at.found]


def _hangs_only(fragment: str) -> bool:
    """Tell a fragment that names a consequence only, as 退还税收奖励 does."""
    return consequence(fragment) is not None and not any(words.quantities(fragment))


def _fragment(fragment: str, metrics: list[Metric], at: _Sentence) -> Proposal:
    metric = metrics[0] if len(set(metrics)) == 1 else None
    own = Proposal(
        passage=at.text.replace(PAUSE, "，"), name=NUMBERED.sub("", fragment)[:60], metric=metric
    )
    if metric is None and len(set(metrics)) > 1 and set(metrics) & YES_NO:
        # "设立法人主体，注册资本…" in one breath: the number belongs to what can be counted
        counted = [one for one in metrics if one not in YES_NO]
        metric = counted[0] if len(set(counted)) == 1 else None
        own = replace(own, metric=metric)
    return _valued(own, fragment)


def _valued(one: Proposal, fragment: str) -> Proposal:
    """Read comparison and value of a fragment; a vague word leaves the value open."""
    if one.metric in YES_NO:
        return replace(one, operator=Operator.AT_LEAST, threshold=THOUSANDTHS)
    operator = words.operator(fragment) or one.operator
    if one.metric is None or words.VAGUE.search(fragment):
        return replace(one, operator=operator)
    fits = [q for q in words.quantities(fragment) if q.unit in words.UNITS_OF[one.metric]]
    if len(fits) != 1:
        return replace(one, operator=operator)
    scale = FEN_A_YUAN if one.metric in MONEY else THOUSANDTHS
    value = fits[0].value * scale
    if value.denominator != 1:
        return replace(one, operator=operator)
    unit = fits[0].unit if one.metric is Metric.CAPACITY else ""
    return replace(one, operator=operator, threshold=int(value), unit=unit)


def _dated(one: Proposal, at: _Sentence) -> Proposal:
    own = words.days(one.name, at.signed_on)
    days = own or at.days
    if one.metric in words.YEARLY and (year := words.period(one.name) or words.period(at.text)):
        return replace(one, period_from=max(year[0], at.signed_on), due_on=year[1])
    return replace(one, due_on=days[0] if len(set(days)) == 1 else None)


def _with_consequence(one: Proposal, text: str) -> Proposal:
    hangs = consequence(text)
    cure = words.CURE.search(text)
    asks = set(one.asks)
    if cure is not None:
        count = words.whole(cure[1])
        if cure[2] in {"日", "天"} and count is not None:
            one = replace(one, cure_days=count)
        else:  # a month and a working day are no exact number of days
            asks.add(Ask.CURE)
    if hangs is None:
        return replace(one, asks=frozenset(asks))
    rate_ppm = tranche_no = None
    if hangs in {Consequence.BUY_BACK, Consequence.CLAW_BACK}:
        rate_ppm = _ppm(words.RATE.search(text))
    if hangs is Consequence.STEP_DOWN:
        rate_ppm = _ppm(words.SHARE.search(text))
    if hangs in {Consequence.BUY_BACK, Consequence.STEP_DOWN} and rate_ppm is None:
        asks.add(Ask.RATE)
    if hangs is Consequence.GATES_TRANCHE:
        named = {1 if m[0] == "首期" else words.whole(m[1]) for m in words.TRANCHE.finditer(text)}
        tranche_no = named.pop() if len(named) == 1 else None
        asks.add(Ask.TRANCHE)  # which row of the books it is, a person says
    return replace(
        one,
        consequence=hangs,
        rate_ppm=rate_ppm,
        tranche_no=tranche_no,
        asks=frozenset(asks),
    )


def _ppm(found: re.Match[str] | None) -> int | None:
    return round(float(found[1]) * 10_000) if found else None


def _asked(one: Proposal) -> Proposal:
    missing = {
        Ask.METRIC: one.metric is None,
        Ask.OPERATOR: one.operator is None,
        Ask.THRESHOLD: one.threshold is None,
        Ask.DUE: one.due_on is None,
    }
    return replace(one, asks=one.asks | {ask for ask, is_missing in missing.items() if is_missing})
