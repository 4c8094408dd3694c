"""Routes: a file per place in the menu."""

from web.routes import admin, deal_acts, deals, figures, landing, login, overview, reports

ROUTERS = (
    login.router,
    overview.router,
    landing.router,
    figures.router,
    admin.router,
    deals.router,
    deal_acts.router,
    reports.router,
)
