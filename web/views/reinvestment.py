"""返投: what a fund owes the district, what is counted, and one version of the rules by another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import dossier, reinvestment, reinvestment_rules, reinvestment_verdict
from dealflow.reinvestment import Obligation
from dealflow.reinvestment_rules import Basis, Decision, Form, Policy, Recognised, Recognition
from dealflow.reinvestment_verdict import Change, Milestone, Standing, Verdict, compared
from portfolio import capital, funds
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.ledger import Moment
from web.formats import Reader
from web.templating import Page
from web.views.condition_form import percent
from web.views.tips import Tip

Choice = tuple[str, str]
PPM = 1_000_000
FORMS: Mapping[Form, Message] = {
    Form.DIRECT: say("Direct investment here"),
    Form.MOVED_IN: say("Investee moves in"),
    Form.SUBSIDIARY: say("Investee opens a subsidiary here"),
    Form.FOLLOW_ON: say("Another fund of the manager follows"),
    Form.ACQUIRED: say("Local company acquired"),
    Form.INTRODUCED: say("Project introduced"),
    Form.CO_INVESTOR: say("Co-investor brought in"),
    Form.MANAGER_HERE: say("Manager settles here"),
}
BASES: Mapping[Basis, Message] = {
    Basis.INVESTED: say("invested"),
    Basis.LANDED: say("landed"),
    Basis.HIGHER: say("the higher of both"),
    Basis.LOWER: say("the lower of both"),
}
DECISIONS: Mapping[Decision, tuple[Message, str]] = {
    Decision.OPEN: (say("To decide"), "warn"),
    Decision.ACCEPTED: (say("Accepted"), "ok"),
    Decision.REJECTED: (say("Rejected"), ""),
    Decision.TAKEN_BACK: (say("Taken back"), "hold"),
}
STANDINGS: Mapping[Standing, tuple[Message, str]] = {
    Standing.MET: (say("Met"), "ok"),
    Standing.OPEN: (say("Open"), "todo"),
    Standing.MISSED: (say("Missed"), "risk"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One claim: what it counts, why, and what this reader may do."""

    line: Recognised
    form: Message
    basis: Message | None
    decision: Message
    decision_kind: str
    claimed_by: str
    may_decide: bool
    may_take_back: bool
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneRow:
    """A dated share of the duty."""

    at: Milestone
    share: str
    standing: Message
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule of a version in words."""

    rule: Recognition
    form: Message
    basis: Message
    times: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """One version of the policy."""

    policy: Policy
    rules: tuple[RuleLine, ...]
    is_in_force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The verdict by another version, claim by claim."""

    verdict: Verdict
    changes: tuple[Change, ...]
    delta_fen: int
    flips: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinvestmentPage:
    """All that reinvestment/page.html may use."""

    template: ClassVar[str] = "reinvestment/page.html"
    fund: Fund | None
    funds: tuple[tuple[str, str, bool], ...]  # code, name, owes something
    owed: Obligation | None
    multiple: str
    verdict: Verdict | None
    share: float | None
    claims: tuple[ClaimRow, ...]
    milestones: tuple[MilestoneRow, ...]
    policies: tuple[PolicyLine, ...]
    other: Comparison | None
    forms: tuple[Choice, ...]
    bases: tuple[Choice, ...]
    partners: tuple[Choice, ...]
    policy_codes: tuple[str, ...]
    tips: Mapping[str, Tip]
    may_edit: bool
    has_demo: bool


# ---- builders
def reinvestment_page(
    work: Work, actor: Actor, page: Page, *, code: str, version: int | None, with_demo: bool
) -> ReinvestmentPage:
    """Build the page of one fund; without a code, of the first that owes something."""
    every = funds.listed(work, actor, with_demo=with_demo)
    owing = {fund.id: reinvestment.obligation(work, fund.id, page.as_of) for fund in every}
    fund = next((one for one in every if one.code == code), None)
    if code and fund is None:
        raise NotFoundError
    fund = fund or next((one for one in every if owing[one.id]), every[0] if every else None)
    owed = owing[fund.id] if fund else None
    verdict = reinvestment_verdict.verdict(work, page.as_of, owed) if owed else None
    policies = reinvestment_rules.versions(work)
    reader, now = page.reader, not page.is_past
    return ReinvestmentPage(
        fund=fund,
        funds=tuple((one.code, one.name, owing[one.id] is not None) for one in every),
        owed=owed,
        multiple=f"{owed.multiple_ppm / PPM:g}" if owed else "",
        verdict=verdict,
        share=verdict.recognised_fen / verdict.required_fen
        if verdict and verdict.required_fen
        else None,
        claims=_claims(work, actor, verdict, now=now) if verdict else (),
        milestones=tuple(_milestone(one) for one in verdict.milestones) if verdict else (),
        policies=tuple(
            _policy(one, verdict)
            for one in policies
            if owed is None or one.code == owed.policy_code
        ),
        other=_comparison(work, page.as_of, owed, verdict, version) if owed and verdict else None,
        forms=tuple((form.value, reader.say(word)) for form, word in FORMS.items()),
        bases=tuple((basis.value, reader.say(word)) for basis, word in BASES.items()),
        partners=_partners(work, page, actor, fund) if fund else (),
        policy_codes=tuple(dict.fromkeys(one.code for one in policies)),
        tips=_tips(reader, owed, verdict) if owed and verdict else {},
        may_edit=now and actor.may(Duty.EDIT_DEALS),
        has_demo=owed is not None and owed.is_demo,
    )


def _partners(work: Work, page: Page, actor: Actor, fund: Fund) -> tuple[Choice, ...]:
    accounts = capital.accounts(work, Moment(as_of=page.as_of), fund.id, actor).accounts
    return tuple((one.partner_id, one.name) for one in accounts)


def _claims(work: Work, actor: Actor, verdict: Verdict, *, now: bool) -> tuple[ClaimRow, ...]:
    names = dossier.names(work, {line.claim.claimed_by for line in verdict.lines})
    checks = now and actor.may(Duty.VERIFY_EVIDENCE)
    return tuple(
        ClaimRow(
            line=line,
            form=FORMS[line.claim.form],
            basis=BASES[line.rule.basis] if line.rule else None,
            decision=DECISIONS[line.claim.decision][0],
            decision_kind=DECISIONS[line.claim.decision][1],
            claimed_by=names.get(line.claim.claimed_by, ""),
            may_decide=checks
            and line.claim.decision is Decision.OPEN
            and line.claim.claimed_by != actor.id,
            may_take_back=checks
            and line.claim.decision is Decision.ACCEPTED
            and line.claim.left_on is None,
            waits=line.claim.decision is Decision.OPEN,
        )
        for line in reversed(verdict.lines)
    )


def _milestone(at: Milestone) -> MilestoneRow:
    word, kind = STANDINGS[at.standing]
    return MilestoneRow(at=at, share=percent(at.share_ppm), standing=word, kind=kind)


def _policy(policy: Policy, verdict: Verdict | None) -> PolicyLine:
    return PolicyLine(
        policy=policy,
        rules=tuple(
            RuleLine(
                rule=rule,
                form=FORMS[rule.form],
                basis=BASES[rule.basis],
                times=f"{rule.multiplier_ppm / PPM:g}",
            )
            for rule in policy.rules
        ),
        is_in_force=verdict is not None
        and (policy.code, policy.version) == (verdict.policy.code, verdict.policy.version),
    )


def _comparison(
    work: Work, as_of: date, owed: Obligation, mine: Verdict, version: int | None
) -> Comparison | None:
    if version is None or version == mine.policy.version:
        return None
    other = reinvestment_verdict.verdict(work, as_of, owed, version=version)
    return Comparison(
        verdict=other,
        changes=tuple(reversed(compared(mine, other))),
        delta_fen=other.recognised_fen - mine.recognised_fen,
        flips=other.is_met is not mine.is_met,
    )


def _tips(reader: Reader, owed: Obligation, at: Verdict) -> dict[str, Tip]:
    counted: Sequence[Recognised] = [line for line in at.lines if line.amount_fen]
    mark = "demo" if owed.is_demo else "computed"
    basis = f"{at.policy.code} v{at.policy.version}"
    return {
        "required": Tip(
            title=reader.say("Required"),
            formula=reader.say(
                say("Multiple × what {partner} has paid in", partner=owed.partner_name)
            ),
            inputs=f"{owed.multiple_ppm / PPM:g} × {reader.amount(at.contribution_fen)}"
            f" = {reader.amount(at.required_fen)}",
            provenance=mark,
        ),
        "recognised": Tip(
            title=reader.say("Recognised"),
            formula=reader.say("Accepted claims by the version in force"),
            inputs=f"Σ {len(counted)} = {reader.amount(at.recognised_fen)}",
            basis=basis,
            provenance=mark,
            rows_href="#h-claims",
        ),
    }
