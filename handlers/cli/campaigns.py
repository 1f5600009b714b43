"""Campaigns, from the terminal."""

from __future__ import annotations

from typing import Any

import click

from handlers.cli.painting import console, table
from handlers.cli.talk import (
    account_names,
    as_json,
    brand_id,
    brand_option,
    clean,
    command,
    group,
    line,
    part,
    show_json,
)


@group("list")
def campaigns() -> None:
    """Campaigns: an arc of posts up to a launch, drafted in time, always for approval."""


@campaigns.command("list")
@brand_option
@as_json
@command
async def list_campaigns(brand: str, json_: bool) -> None:
    """Every campaign with its days and how it stands."""
    async with line() as opened:
        found = await opened.get(f"/campaigns?brand={part(await brand_id(opened, brand))}" if brand else "/campaigns")
        if json_:
            show_json(found)
            return
        if not found["items"]:
            click.echo('There is no campaign yet: admind ask "Launch the Gravel 2 on 15 March, goal pre-orders"')
            return
        rows = [
            (each["id"], clean(each["name"]), each["status"], f"{each['first']} – {each['last']}", _money(each))
            for each in found["items"]
        ]
        console().print(table(("id", "campaign", "", "days", "models"), rows))


@campaigns.command("new")
@click.argument("words", nargs=-1, required=True)
@click.option("--language", type=click.Choice(["en", "de"]), default="en", help="In which the words are.")
@click.option("--brand", default="", help="For which brand, by name or id; needed when there are several.")
@as_json
@command
async def new(words: tuple[str, ...], language: str, brand: str, json_: bool) -> None:
    """Propose one: admind campaigns new "Launch X on 15 March, three weeks of build-up, goal pre-orders" """
    async with line() as opened:
        body = {"words": " ".join(words), "language": language, "brand": await brand_id(opened, brand)}
        made = await opened.send("POST", "/campaigns", body)
        await _print(opened, made, json_)
        if not json_:
            click.echo(f"Nothing is drafted before you start it: admind campaigns start {made['id']}")


@campaigns.command("show")
@click.argument("campaign")
@as_json
@command
async def show(campaign: str, json_: bool) -> None:
    """Its timeline."""
    async with line() as opened:
        await _print(opened, await opened.get(f"/campaigns/{part(campaign)}"), json_)


@campaigns.command("change")
@click.argument("campaign")
@click.argument("words", nargs=-1, required=True)
@click.option("--language", type=click.Choice(["en", "de"]), default="en", help="In which the words are.")
@as_json
@command
async def change(campaign: str, words: tuple[str, ...], language: str, json_: bool) -> None:
    """Change it in words: admind campaigns change cp_… "move the launch to 22 March" """
    async with line() as opened:
        body = {"words": " ".join(words), "language": language}
        await _print(opened, await opened.send("POST", f"/campaigns/{part(campaign)}/changes", body), json_)


def _act(name: str, help_: str, body: dict[str, Any] | None = None) -> None:
    @campaigns.command(name, help=help_)
    @click.argument("campaign")
    @as_json
    @command
    async def act(campaign: str, json_: bool) -> None:
        async with line() as opened:
            done = await opened.send("POST", f"/campaigns/{part(campaign)}/{name}", body or {}, as_="owner")
            await _print(opened, done, json_)


_act("start", "Say yes to it: its posts become slots of the plan.")
_act("pause", "Nothing of it goes out and nothing is drafted, until `admind resume`.")
_act("end", "Nothing more is drafted for it; what waits or is approved stays.")


async def _print(opened: Any, found: dict[str, Any], json_: bool) -> None:
    if json_:
        show_json(found)
        return
    names = await account_names(opened)
    click.echo(clean(f"{found['name']}  {found['id']}  {found['status']}  {found['first']} – {found['last']}"))
    rows = [
        (
            each["id"],
            each["at"].replace("T", " "),
            each["stage"],
            ", ".join(clean(names.get(account, account)) for account in each["accounts"]),
            clean(each["topic"]),
            each["state"],
        )
        for each in found["posts"]
    ]
    console().print(table(("post", "when", "", "accounts", "what", ""), rows))


def _money(each: dict[str, Any]) -> str:
    spent = f"${each['spent']}" if each["spent"] else ""
    return f"{spent} of ${each['budget']}" if each["budget"] else spent
