"""Routes: a file per place in the menu."""

from web.routes import admin, landing, login, overview

ROUTERS = (
    login.router,
    overview.router,
    landing.router,
    admin.router,
)
