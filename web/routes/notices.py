"""Notices of a call or a distribution: one partner's file, or all in one archive."""
# ruff: noqa: FAST003 - `code` is read by the dependency Fund

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from portfolio import notices
from portfolio.kernel.errors import NotFoundError
from portfolio.notices import Notice
from web import exports
from web.deps import Me, Reading, Seen
from web.reports import notice_files
from web.reports.notice_files import Kind
from web.routes.funds import Fund

router = APIRouter()


@router.get("/funds/{code}/calls/{call_id}/notices.zip")
def call_notices(work: Reading, me: Me, page: Seen, fund: Fund, call_id: UUID) -> Response:
    """Send all notices of a call that the reader may see."""
    found = notices.of_call(work, me, fund.fund.id, str(call_id))
    return _packed(found, page.lang)


@router.get("/funds/{code}/distributions/{distribution_id}/notices.zip")
def distribution_notices(
    work: Reading, me: Me, page: Seen, fund: Fund, distribution_id: UUID
) -> Response:
    """Send all notices of a distribution that the reader may see."""
    found = notices.of_distribution(work, me, fund.fund.id, str(distribution_id))
    return _packed(found, page.lang)


@router.get("/funds/{code}/calls/{call_id}/notices/{partner_code}/{kind}")
def call_notice(
    work: Reading, me: Me, page: Seen, fund: Fund, call_id: UUID, partner_code: str, kind: Kind
) -> Response:
    """Send one partner's notice of a call."""
    return _one(notices.of_call(work, me, fund.fund.id, str(call_id)), partner_code, kind, page)


@router.get("/funds/{code}/distributions/{distribution_id}/notices/{partner_code}/{kind}")
def distribution_notice(
    work: Reading,
    me: Me,
    page: Seen,
    fund: Fund,
    distribution_id: UUID,
    partner_code: str,
    kind: Kind,
) -> Response:
    """Send one partner's notice of a distribution."""
    found = notices.of_distribution(work, me, fund.fund.id, str(distribution_id))
    return _one(found, partner_code, kind, page)


def _one(found: list[Notice], partner_code: str, kind: Kind, page: Seen) -> Response:
    """Answer with the notice of one partner; another's is not there for an LP."""
    for notice in found:
        if notice.partner_code == partner_code:
            content = notice_files.make(notice, kind, page.lang)
            return exports.download(
                notice_files.name_of(notice, kind), content, notice_files.MEDIA[kind]
            )
    raise NotFoundError


def _packed(found: list[Notice], lang: str) -> Response:
    content = notice_files.archive(found, "en" if lang == "en" else "zh")
    name = found[0].reference.rpartition("-")[0]
    return exports.download(
        f"{notice_files.UNSAFE.sub('_', name)}.zip", content, notice_files.ZIP_TYPE
    )
