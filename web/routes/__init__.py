"""Routes: a file per place in the menu."""

from web.routes import login

ROUTERS = (login.router,)
