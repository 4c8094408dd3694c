"""Routes: a file per place in the menu."""

from web.routes import admin, login

ROUTERS = (
    login.router,
    admin.router,
)
