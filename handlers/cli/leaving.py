"""A brand leaves: everything of it in one file to take along, then everything of it erased, after seven days."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from handlers.cli.painting import console, local_time, table
from handlers.cli.talk import (
    Refused,
    as_json,
    at_a_terminal,
    brand_id,
    busy,
    clean,
    command,
    line,
    part,
    show_json,
    sure,
    yes_option,
)


@click.command()
@click.argument("brand")
@click.option(
    "--to", "file", type=click.Path(dir_okay=False, path_type=Path), default=None, help="A zip file that is not there."
)
@yes_option
@as_json
@command
async def export(brand: str, file: Path | None, yes: bool, json_: bool) -> None:
    """Everything of BRAND (name or id) in one zip that people can read: admind brand export Velo --to velo.zip"""
    async with line() as opened:
        which = await brand_id(opened, brand)
        out = (file or Path(f"{which}-{datetime.now(UTC):%Y-%m-%d}.zip")).absolute()
        sure(f"Write everything of {clean(brand)}, in clear, into {out}?", yes)
        with busy("Gathering everything"):
            made = await opened.send("POST", f"/brands/{part(which)}/export", {"path": str(out)}, as_="owner")
        show_json(made) if json_ else click.echo(f"{made['path']}, {made['bytes'] / 1e6:.1f} MB")


@click.command()
@click.argument("brand")
@click.option("--name", default="", help="Its name once more, where nobody can be asked.")
@click.option("--links", type=click.Choice(["end", "keep"]), default="end", help="Its short links end, or lead on.")
@as_json
@command
async def erase(brand: str, name: str, links: str, json_: bool) -> None:
    """Erase BRAND (name or id) in seven days. Nothing of it goes out from now on; until then `brand keep` undoes it.

    Takes access back, AdMind's own messages out of the chats, and everything out of storage and backups that are
    restored later. Export it first. With --links keep its short links lead on: where each leads is all that is left.
    """
    async with line() as opened:
        which = await brand_id(opened, brand)
        if not name:
            if not at_a_terminal():
                raise Refused(
                    "This asks for the brand's name, and nobody sits here: say --name. Nothing changed.", code=3
                )
            click.echo(
                "Nothing of it goes out from now on. In seven days everything of it is erased for good.", err=True
            )
            name = click.prompt("Type the brand's name", err=True)
        asked = await opened.send("POST", f"/brands/{part(which)}/erasure", {"name": name, "links": links}, as_="owner")
        show_json(asked) if json_ else click.echo(
            f"It is erased on {local_time(asked['ends_at'])}. Until then: admind brand keep {which}"
        )


@click.command()
@click.argument("brand")
@as_json
@command
async def keep(brand: str, json_: bool) -> None:
    """Keep BRAND after all: everything as before. What fell due meanwhile waits for your word."""
    async with line() as opened:
        which = await brand_id(opened, brand)
        kept = await opened.send("DELETE", f"/brands/{part(which)}/erasure", as_="owner")
        show_json(kept) if json_ else click.echo("It stays: everything is as before.")


@click.command()
@click.option("--throw-away", "read", default="", help="The list of this brand (id), once you have read it.")
@as_json
@command
async def leaving(read: str, json_: bool) -> None:
    """Brands that leave, and what others still hold of those that are gone."""
    async with line() as opened:
        if read:
            await opened.send("DELETE", f"/leavings/{part(read)}", as_="owner")
            show_json({"brand": read, "thrown_away": True}) if json_ else click.echo("Thrown away.")
            return
        found = await opened.send("GET", "/leavings", as_="owner")
        if json_:
            show_json(found)
            return
        for each in found["items"]:
            until = f", can be kept until {local_time(each['ends_at'])}" if each["state"] == "cooling" else ""
            click.echo(f"{each['brand']}: {STATES.get(each['state'], each['state'])}{until}")
        rows = [
            (each["brand"], KINDS.get(left["kind"], left["kind"]), left["where"], left["what"], left["url"])
            for each in found["items"]
            for left in each["leftovers"]
        ]
        if rows:
            console().print(table(("brand", "others hold", "where", "", "address"), rows))


STATES: Final = {"cooling": "leaves", "kept": "stays", "going": "is being erased", "gone": "erased"}
KINDS: Final = {
    "post": "a post",
    "receiver": "what a webhook received",
    "access": "a key that was given by hand",
    "message": "messages of AdMind",
    "pictures": "the place of pictures, which ended with AdMind's addresses",
    "link": "a short link that leads on",
}
COMMANDS: Final = (export, erase, keep, leaving)
