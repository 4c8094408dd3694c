"""The command `lianji demo`: a full house to look at, in one step."""

from typing import Annotated

import typer

from migrations import upgrade
from web.cli import app, opened, settings
from web.commands.service import run_server


@app.command()
def demo(
    serve: Annotated[bool, typer.Option(help="Serve the pages afterwards.")] = True,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Load the demo once, print its logins and serve it; what you change in it is kept."""
    from web import demo as story

    with opened(may_be_new=True) as (database, store):
        upgrade.to_newest(database)
        with database.reading() as work:
            is_loaded = story.is_loaded(work)
        if not is_loaded:
            typer.echo("正在写入演示数据，约需半分钟…  Loading the demo, about half a minute…")
            story.load(database, store)
    width = max(len(login.login) for login in story.LOGINS)
    typer.echo(f"http://{host}:{port}/")
    for login in story.LOGINS:
        typer.echo(f"  {login.login:<{width}}  {login.name}")
    typer.echo(f"密码 Password: {story.PASSWORD}")
    if serve:
        run_server(settings(), host=host, port=port)
