"""The calendar in the terminal: what is planned, files in and out, and the address for calendar programs."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import click

from handlers.cli.painting import console, inline_picture, local_time, shown, state, table
from handlers.cli.talk import (
    Line,
    Refused,
    account_names,
    as_json,
    at_a_terminal,
    at_terminal,
    brand_id,
    brand_option,
    clean,
    command,
    line,
    one_brand,
    part,
    show_json,
)

KINDS: Final = {".json": "application/json"}


class Calendar(click.Group):
    """`admind calendar next week` is as good as `admind calendar show next week`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = {*self.commands, "--help", "-h"}
        return super().parse_args(ctx, args if args and args[0] in known else ["show", *args])


@click.group(cls=Calendar)
def calendar() -> None:
    """What goes out, by day: admind calendar [week|month|next week|March]"""


@calendar.command("show")
@click.argument("period", nargs=-1)
@click.option("--ics", is_flag=True, help="Print it for calendar programs (RFC 5545).")
@click.option("--account", default="", help="Only this account's, by name or id.")
@click.option("--channel", default="", help="Only this channel's, such as linkedin.")
@click.option("--campaign", default="", help="Only this campaign's.")
@click.option("--pillar", default="", help="Only what serves this pillar of the plan.")
@click.option("--audience", default="", help="Only what addresses this audience.")
@click.option("--form", default="", help="Only this kind of post, such as tip.")
@click.option("--state", "status", default="", help="Only this state: open, planned, out, trouble, empty …")
@brand_option
@as_json
@command
async def show_calendar(period: tuple[str, ...], ics: bool, brand: str, json_: bool, **only: str) -> None:
    """What is planned, as a picture where the terminal can, and in words."""
    async with line() as opened:
        if ics:
            click.echo(await opened.raw("/calendar.ics"), nl=False)
            return
        which = await brand_id(opened, brand) if brand else ""
        span = await opened.get("/calendar/span", period=" ".join(period))
        days = {"from": span["from"], "until": span["until"], "brand": which}
        names = await account_names(opened)
        narrowed = _narrowed(only, names)
        found = await _every(opened, days | narrowed)
        if json_:
            show_json(found)
            return
        query = "&".join(f"{name}={part(str(value))}" for name, value in days.items() if value)
        if sys.stdout.isatty() and not narrowed:
            await _draw(opened, f"/calendar/picture?{query}")
        _show(found, names)


def _narrowed(only: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    """What was asked for alone, as REST takes it. Raises Refused for an account that there is not."""
    found = {"state" if name == "status" else name: value for name, value in only.items() if value}
    wanted = found.get("account", "").casefold()
    if wanted:
        fits = [each for each, name in names.items() if wanted in (each.casefold(), name.casefold())]
        if len(fits) != 1:
            there = ", ".join(sorted(names.values())) or "none"
            raise Refused(f"There is no one account {clean(only['account'])!r}. There are: {clean(there)}.")
        found["account"] = fits[0]
    return found


async def _every(opened: Line, days: dict[str, Any]) -> dict[str, Any]:
    """All of the span, with clashes and gaps."""
    found: dict[str, Any] = await opened.get("/calendar", **days, limit=1000)
    following = found["next"]
    while following:
        more = await opened.get("/calendar", **days, limit=1000, after=following)
        found["items"] += more["items"]
        following = more["next"]
    return {**found, "next": None}


async def _draw(opened: Line, path: str) -> None:
    """The picture where the terminal draws, and else where it lies."""
    data, folder = await opened.raw(path), opened.settings.data_dir / "pictures"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = (folder / "calendar.png").absolute()
    file.write_bytes(data)
    click.echo(inline_picture(data) or f"As a picture: {file}")


def _show(found: dict[str, Any], names: dict[str, str]) -> None:
    out, zone = console(), found["zone"]
    if not found["items"]:
        click.echo("Nothing is planned yet.")
    for day, items in groupby(found["items"], key=lambda each: local_time(each["at"], zone).rsplit(",", 1)[0]):
        out.print(shown(f"\n{day}", "bold"))
        rows = [
            (
                local_time(each["at"], zone).rsplit(", ", 1)[1],
                state(each["state"]),
                ", ".join(names.get(account, "") for account in each["accounts"]),
                clean(each["title"]) + (" · clashes" if each["clash"] else ""),
            )
            for each in items
        ]
        out.print(table(("", "", "", ""), rows))
    for gap in found["gaps"][:10]:
        click.echo(clean(f"Nothing for {names.get(gap['account'], '')} from {gap['first']} to {gap['last']}."))


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Take it in without asking when nothing is wrong.")
@click.option("--brand", default="", help="For which brand, by name or id, when there are several.")
@as_json
@command
async def import_calendar(file: Path, yes: bool, brand: str, json_: bool) -> None:
    """Drafts to approve from a CSV or JSON file: looked at first, then taken in whole or not at all.

    Columns: date, time, zone, accounts, text or topic, picture, link, hashtags, campaign, pillar.
    """
    data, kind = file.read_bytes(), KINDS.get(file.suffix.lower(), "text/csv")
    async with line() as opened:
        base = f"/calendar/import?brand={part(await one_brand(opened, brand))}&dry_run="
        found = await opened.put_file(f"{base}true", data, kind)
        if not json_:
            _tell(found)
        if found["faults"]:
            if json_:
                show_json(found)
                raise SystemExit(1)
            raise Refused(f"{len({each['line'] for each in found['faults']})} rows are wrong. Nothing was imported.")
        if found["new"] and not yes:
            if json_ or not at_a_terminal():
                if json_:
                    show_json(found)
                else:
                    click.echo("Nothing was imported yet. To take it in: --yes")
                return
            await at_terminal(f"Make {found['new']} drafts that wait for approval?", opened)
        if found["new"]:
            found = await opened.put_file(f"{base}false", data, kind)
        if json_:
            show_json(found)
        elif found["taken"]:
            click.echo(f"Taken in: {found['taken']['rows']} rows become drafts now. Nothing goes out unapproved.")
            if not opened.running:
                click.echo("AdMind makes them when it runs: admind run")
        else:
            click.echo("There is nothing new in it.")


def _tell(found: dict[str, Any]) -> None:
    for each in found["faults"]:
        click.echo(clean(f"line {each['line']}, {each['column']}: {each['problem']}"))
    if found["unread"]:
        click.echo(clean(f"Columns that mean nothing here: {', '.join(found['unread'])}."))
    if found["read_as"]:
        click.echo(f"The file was read as {found['read_as']}: look at its umlauts.")
    click.echo(f"{found['rows']} rows: {found['new']} new, {found['already']} there already.")


@calendar.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), default=None, help="First day; today unless given.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day after the last.")
@brand_option
@as_json
@command
async def export_calendar(file: Path, first: datetime | None, until: datetime | None, brand: str, json_: bool) -> None:
    """Write drafts and posts into a file (.csv or .json) that can be imported again."""
    format_ = "json" if file.suffix.lower() == ".json" else "csv"
    async with line() as opened:
        query = f"?format={format_}&brand={part(await brand_id(opened, brand)) if brand else ''}"
        begin = first.date() if first else None
        end = until.date() if until else begin + timedelta(days=90) if begin else None
        query += f"&from={begin}" if begin else ""
        query += f"&until={end}" if end else ""
        data = await opened.raw(f"/calendar/export{query}")
        file.write_bytes(data)
        if json_:
            show_json({"file": str(file), "format": format_, "bytes": len(data)})
        else:
            click.echo(f"Written: {file}")


@calendar.command("subscribe")
@click.option("--renew", is_flag=True, help="Another address; the one before opens nothing any more.")
@click.option("--off", is_flag=True, help="Its address opens nothing any more.")
@brand_option
@as_json
@command
async def subscribe(renew: bool, off: bool, brand: str, json_: bool) -> None:
    """The brand's calendar for calendar programs: its address, which whoever has it can read."""
    async with line() as opened:
        path = f"/calendar/feed?brand={part(await one_brand(opened, brand))}"
        if off:
            found = await opened.send("DELETE", path, as_="owner")
        else:
            found = await opened.send("GET", path, as_="owner")
            if renew or not found["on"]:
                found = await opened.send("POST", path, as_="owner")
        if json_:
            show_json(found)
        else:
            click.echo(found["url"] or "It is off: its address opens nothing any more.")
