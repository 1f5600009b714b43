"""Watched feeds, from the terminal."""

from __future__ import annotations

import click

from handlers.cli.painting import console, local_time, table
from handlers.cli.talk import as_json, brand_id, brand_option, clean, command, group, line, part, show_json


@group("list")
def feeds() -> None:
    """Feeds that become drafts: each new entry, always for approval."""


@feeds.command("list")
@brand_option
@as_json
@command
async def list_feeds(brand: str, json_: bool) -> None:
    """Every feed with when it was last read."""
    async with line() as opened:
        found = await opened.get(f"/feeds?brand={part(await brand_id(opened, brand))}" if brand else "/feeds")
        if json_:
            show_json(found)
            return
        if not found["items"]:
            click.echo("No feed is watched yet: admind feeds add https://velo.example/feed.xml")
            return
        rows = [
            (
                each["id"],
                clean(each["url"]),
                local_time(each["read_at"]) if each["read_at"] else "",
                each["problem"] or "",
            )
            for each in found["items"]
        ]
        console().print(table(("id", "feed", "read", ""), rows))


@feeds.command("add")
@click.argument("url")
@click.option("--account", "accounts", multiple=True, help="For this account, by name or id; again for more.")
@click.option("--brand", default="", help="For which brand, by name or id; needed when there are several.")
@as_json
@command
async def add_feed(url: str, accounts: tuple[str, ...], brand: str, json_: bool) -> None:
    """Watch a feed: admind feeds add https://example.com/feed.xml --account "Our page" """
    async with line() as opened:
        body = {"url": url, "accounts": list(accounts), "brand": await brand_id(opened, brand)}
        made = await opened.send("POST", "/feeds", body, as_="owner")
        if json_:
            show_json(made)
            return
        click.echo(clean(f"{made['url']} is watched: {made['id']}. Each new entry becomes a draft for approval."))
        if made["leads_to"]:
            click.echo(clean(f"Its entries stand on {made['leads_to']}; entries on other sites are left out."))


@feeds.command("remove")
@click.argument("feed")
@as_json
@command
async def remove_feed(feed: str, json_: bool) -> None:
    """Watch it no more; the drafts that it became stay."""
    async with line() as opened:
        gone = await opened.send("DELETE", f"/feeds/{part(feed)}", as_="owner")
        show_json(gone) if json_ else click.echo(clean(f"{gone['url']} is not watched any more."))
