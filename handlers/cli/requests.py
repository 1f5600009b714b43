"""What was asked: how it stands, and once more what a model's provider failed."""

from __future__ import annotations

import click

from handlers.cli.asking import follow, tell
from handlers.cli.painting import console, local_time, state, table
from handlers.cli.talk import as_json, clean, command, group, line, part, show_json


@group("list")
def requests() -> None:
    """What you asked, and what can be tried again."""


@requests.command("list")
@as_json
@command
async def _list(json_: bool) -> None:
    """The latest, oldest first."""
    async with line() as opened:
        found = await opened.get("/requests")
        if json_:
            show_json(found)
            return
        if not found["items"]:
            click.echo('Nothing was asked yet: admind ask "Tell people about …"')
            return
        rows = [
            (each["id"], state(each["status"]), local_time(each["created_at"]), clean(each["text"])[:60])
            for each in found["items"]
        ]
        console().print(table(("id", "status", "when", "text"), rows))
        if any(each["again"] for each in found["items"]):
            click.echo("Try a failed one again: admind requests retry ID")


@requests.command("retry")
@click.argument("request")
@as_json
@command
async def _retry(request: str, json_: bool) -> None:
    """Try a kept request again, after the model's provider failed it."""
    async with line(publish_hint=not json_) as opened:
        await opened.send("POST", f"/requests/{part(request)}/retry")
        done = await follow(opened, request, quiet=json_)
        if json_:
            show_json(done)
        else:
            await tell(opened, done)
        if done["status"] == "failed":
            raise SystemExit(1)
