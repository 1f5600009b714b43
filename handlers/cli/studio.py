"""`admind studio`: a one-time link into the studio."""

from __future__ import annotations

import click

from handlers.cli.talk import Refused, as_json, clean, command, line, show_json


@click.command()
@click.option("--member", default="", help="For somebody else: their id from `admind members`.")
@as_json
@command
async def studio(member: str, json_: bool) -> None:
    """A link that opens the studio in a browser, good once and for 15 minutes."""
    async with line() as opened:
        if not opened.running:
            raise Refused("The studio is a page of the running AdMind, and none runs here. Start it with `admind run`.")
        made = await opened.send("POST", "/sign-in-links", {"member": member}, as_="owner")
        settings = opened.settings
        shared = settings.public_url if settings.public_port is None else ""
        made["url"] = (shared or str(opened.client.base_url)).rstrip("/") + made.pop("path")
        if json_:
            show_json(made)
            return
        click.echo(clean(f"The studio, for {made['member']} (good once, for 15 minutes):"))
        click.echo(f"  {made['url']}")
