"""One person under several names, from the terminal."""

from __future__ import annotations

from urllib.parse import quote

import click

from handlers.cli.painting import console, table
from handlers.cli.talk import as_json, clean, command, group, line, part, show_json, sure, yes_option


@group("list")
def names() -> None:
    """Who is who: names of one person in several places."""


@names.command("list")
@as_json
@command
async def list_names(json_: bool) -> None:
    """Everybody's names, whom they may be besides, and links that wait for an owner."""
    async with line() as opened:
        found = await opened.send("GET", "/names", as_="owner")
        if json_:
            show_json(found)
            return
        rows = []
        for each in found["people"]:
            known = "; ".join(
                name["words"] + (f" (linked: {name['id']})" if name["linked"] else "") for name in each["names"]
            )
            rows.append((each["id"], each["name"], known, ", ".join(each["maybe"])))
        console().print(table(("id", "name", "known in", "may be one person with"), rows))
        for each in found["waiting"]:
            click.echo(clean(f"{each['one']} and {each['other']} say that they are one person: {each['id']}"))


@names.command("link")
@click.argument("code", required=False, default="")
@yes_option
@as_json
@command
async def link(code: str, yes: bool, json_: bool) -> None:
    """Make a code for your other name; with CODE: say yes to one, once you have seen whose it is."""
    async with line() as opened:
        if not code:
            made = await opened.send("POST", "/names/codes", as_="owner")
            if json_:
                show_json(made)
                return
            click.echo(f"Where you have your other name, within ten minutes, say: /admind link {made['code']}")
            click.echo(f"Then come back: admind names link {made['code']}")
            return
        offer = await opened.send("POST", "/names/look", {"code": code}, as_="owner")
        sure(clean(f"Are you {offer['name']} ({offer['place']})? Both names are one person from then on."), yes)
        done = await opened.send("POST", "/names/agree", {"code": code}, as_="owner")
        show_json(done) if json_ else click.echo(clean(done["said"]))


@names.command("allow")
@click.argument("link_id")
@click.option("--no", is_flag=True, help="Refuse it.")
@as_json
@command
async def allow(link_id: str, no: bool, json_: bool) -> None:
    """An owner's word on a link that would give somebody more rights."""
    async with line() as opened:
        done = await opened.send("POST", f"/names/{part(link_id)}/allow", {"yes": not no}, as_="owner")
        show_json(done) if json_ else click.echo(clean(done["said"]))


@names.command("unlink")
@click.argument("member")
@click.argument("name")
@as_json
@command
async def unlink(member: str, name: str, json_: bool) -> None:
    """Take a linked name off a member again, as `admind names` shows it."""
    async with line() as opened:
        done = await opened.send("DELETE", f"/members/{part(member)}/names?name={quote(name, safe='')}", as_="owner")
        show_json(done) if json_ else click.echo(clean(done["said"]))


@names.command("distinct")
@click.argument("member")
@click.option("--no", is_flag=True, help="Take that back.")
@as_json
@command
async def distinct(member: str, no: bool, json_: bool) -> None:
    """Say that a member is a person of their own, and nobody else's second name."""
    async with line() as opened:
        done = await opened.send("PUT", f"/members/{part(member)}/distinct", {"yes": not no}, as_="owner")
        show_json(done) if json_ else click.echo(clean(done["said"]))
