"""Links, from the terminal: how a brand has them counted, and its short ones."""

from __future__ import annotations

from pathlib import Path

import click

from bot.insights.saying import followed
from bot.links.qr import qr
from handlers.cli.painting import console, table
from handlers.cli.talk import (
    Refused,
    as_json,
    brand_id,
    brand_option,
    clean,
    command,
    group,
    line,
    one_brand,
    part,
    show_json,
)


@group("list")
def links() -> None:
    """Links of posts: parameters, short links, where they lead."""


@links.command("list")
@brand_option
@as_json
@command
async def list_links(brand: str, json_: bool) -> None:
    """Short links of approved posts, the newest first."""
    async with line() as opened:
        found = await opened.get(f"/links?brand={part(await brand_id(opened, brand))}" if brand else "/links")
        if json_:
            show_json(found)
            return
        if not found["items"]:
            click.echo("No short link yet: `admind links rules` turns them on; each leads once its post is approved.")
            return
        rows = [
            (
                clean(each["url"]),
                each["state"],
                followed(each["clicks"]["valid"], each["clicks"]["all"], each["clicks"]["bots"]),
                clean(each["destination"]),
            )
            for each in found["items"]
        ]
        console().print(table(("link", "", "", "leads to"), rows))


@links.command("rules")
@brand_option
@click.option("--utm", default=None, help="Template: utm_source={channel}&utm_medium=social; '' for none.")
@click.option("--host", "hosts", multiple=True, help="Only links to this site; again for more; '' for all.")
@click.option("--short/--no-short", default=None, help="Make links short.")
@click.option("--click-ids/--no-click-ids", default=None, help="A click takes a token along, to tie an order to it.")
@click.option("--pixel/--no-pixel", default=None, help="Take orders from a pixel, too, which nobody signs.")
@click.option("--account", "accounts", multiple=True, help="ACCOUNT=TEMPLATE for one account; none for without.")
@click.option("--campaign", "campaigns", multiple=True, help="CAMPAIGN=TEMPLATE for one campaign, likewise.")
@as_json
@command
async def rules(
    brand: str,
    utm: str | None,
    hosts: tuple[str, ...],
    short: bool | None,
    click_ids: bool | None,
    pixel: bool | None,
    accounts: tuple[str, ...],
    campaigns: tuple[str, ...],
    json_: bool,
) -> None:
    """How a brand has its links counted; with options, change it for what is drafted from now on."""
    body: dict[str, object] = {"utm": utm, "short": short, "click_ids": click_ids, "pixel": pixel}
    if hosts:
        body["hosts"] = [each for each in hosts if each]
    for option, given in (("account", accounts), ("campaign", campaigns)):
        pairs = [each.partition("=") for each in given]
        if any(not equals for _, equals, _ in pairs):
            raise Refused(f"Write --{option} NAME=TEMPLATE, e.g. --{option} 'Velo X=utm_source=x'. Nothing changed.")
        if pairs:
            body[f"{option}s"] = {name: text for name, _, text in pairs}
    wanted = {name: value for name, value in body.items() if value is not None}
    async with line() as opened:
        where = f"/brands/{part(await one_brand(opened, brand))}/linking"
        found = await opened.send("PATCH", where, wanted, as_="owner") if wanted else await opened.get(where)
        if json_:
            show_json(found)
            return
        click.echo(f"parameters: {clean(found['utm']) or 'none'}")
        for account, text in found["accounts"].items():
            click.echo(f"  {account}: {clean(text)}")
        for campaign, text in found["campaigns"].items():
            click.echo(f"  campaign {clean(campaign)}: {clean(text)}")
        click.echo(f"sites: {clean(', '.join(found['hosts'])) or 'all'}")
        click.echo(
            f"short: {'yes' if found['short'] else 'no'}" + (f", {found['base_url']}" if found["base_url"] else "")
        )
        click.echo(f"click numbers: {'yes' if found['click_ids'] else 'no'}")


@links.command("order-key")
@brand_option
@as_json
@command
async def order_key(brand: str, json_: bool) -> None:
    """A key with which the brand's shop signs its orders; shown once, the one before is no good any more."""
    async with line() as opened:
        found = await opened.send("POST", f"/brands/{part(await one_brand(opened, brand))}/order-key", as_="owner")
        show_json(found) if json_ else click.echo(f"{found['key']}\n{found['url']}")


@links.command("end")
@click.argument("code")
@click.option("--undo", is_flag=True, help="Let it lead again.")
@as_json
@command
async def end(code: str, undo: bool, json_: bool) -> None:
    """Let a short link (its code or address) lead nowhere any more."""
    async with line() as opened:
        where = f"/links/{part(code.rpartition('/')[2])}/end"
        found = await opened.send("DELETE" if undo else "POST", where, as_="owner")
        show_json(found) if json_ else click.echo(clean(f"{found['url']}: {found['state']}"))


@links.command("qr")
@click.argument("code")
@click.option(
    "--to", "file", type=click.Path(dir_okay=False, path_type=Path), default=None, help="An .svg or .png that is new."
)
@as_json
@command
async def qr_code(code: str, file: Path | None, json_: bool) -> None:
    """A short link (its code or address) as a QR code: admind links qr CODE --to poster.svg"""
    async with line() as opened:
        found = await opened.get(f"/links/{part(code.rpartition('/')[2])}")
    out = (file or Path(f"{found['code']}.svg")).absolute()
    form = out.suffix.casefold().removeprefix(".")
    if form not in ("svg", "png"):
        raise Refused("Name a file that ends in .svg or .png. Nothing was written.")
    try:
        with out.open("xb") as kept:
            kept.write(qr(found["url"], "png" if form == "png" else "svg"))
    except FileExistsError as error:
        raise Refused("There is already a file of this name. It was left as it is.") from error
    except OSError as error:
        raise Refused("The file cannot be written there. Check the folder's rights and the disk's room.") from error
    show_json({"path": str(out), "url": found["url"]}) if json_ else click.echo(f"{out}: {clean(found['url'])}")
