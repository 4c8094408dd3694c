"""Routes: a file per place in the menu."""

from web.routes import admin, figures, landing, login, overview

ROUTERS = (
    login.router,
    overview.router,
    landing.router,
    figures.router,
    admin.router,
)
