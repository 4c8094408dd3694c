"""Acts on the map itself: a segment is found by its address, and leaves the map."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import chain_firms, chains
from dealflow.chains import Segment
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- commands
def take_off(
    work: Work, actor: Actor, segment_id: str, *, version: int, on: date, reason: str
) -> Segment:
    """Take a segment off the map from a day on; older days and versions go on showing it.

    errors  projects stand there; no reason
    """
    actor.must(Duty.EDIT_DEALS)
    segment = work.session.get(Segment, segment_id)
    if segment is None:
        raise NotFoundError
    places = chain_firms.places(work, work.today(), segment.chain_id)
    if projects := sum(len(p.project_ids) for p in places if p.segment_id == segment_id):
        raise DomainError(
            "{n} projects stand in {segment}.",
            "Give them another segment first.",
            n=projects,
            segment=segment.name,
        )
    if not reason.strip():
        raise DomainError("A new version of the map needs its reason.", "Say it in one sentence.")
    facts = {"retired_on": on}
    return chains.change_segment(
        work, actor, segment_id, version=version, facts=facts, on=on, reason=reason
    )


# ---- reads
def segment_of(work: Work, slug: str, segment_id: str) -> Segment:
    """Return a segment of the chain at that address or answer like one that is not there."""
    chain = chains.by_slug(work, slug)
    row = work.session.get(Segment, segment_id)
    if row is None or row.chain_id != chain.id:
        raise NotFoundError
    return row


def last_order(work: Work, chain_id: str) -> int:
    """Return the last place of the map that is taken; -1 where the map is empty."""
    taken = sa.select(sa.func.max(col(Segment.order))).where(col(Segment.chain_id) == chain_id)
    last = work.scalar(taken)
    return -1 if last is None else int(last)
