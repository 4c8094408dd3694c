"""Routes: a file per place in the menu."""

from web.routes import (
    admin,
    agreement_acts,
    agreements,
    appraisals,
    data,
    deal_acts,
    deals,
    export,
    figures,
    fund_acts,
    fund_book_acts,
    funds,
    investments,
    landing,
    login,
    overview,
    reports,
)

ROUTERS = (
    login.router,
    overview.router,
    landing.router,
    figures.router,
    admin.router,
    deals.router,
    deal_acts.router,
    agreements.router,
    agreement_acts.router,
    funds.router,
    fund_acts.router,
    fund_book_acts.router,
    appraisals.router,  # before the acts that any word may name
    investments.router,
    data.router,
    export.router,
    reports.router,
)
