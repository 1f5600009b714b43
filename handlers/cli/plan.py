"""The editorial plan, from the terminal."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import click

from handlers.cli.painting import console, local_time, table
from handlers.cli.talk import (
    Line,
    account_names,
    as_json,
    at_a_terminal,
    brand_id,
    brand_option,
    clean,
    command,
    group,
    line,
    part,
    show_json,
    sure,
    yes_option,
)

STATES = {
    "planned": "to come",
    "drafted": "waiting for approval",
    "drafting": "being drafted",
    "expired": "not approved in time",
    "skipped": "left out",
}


@group("show")
def plan() -> None:
    """The editorial plan: slots that come again, drafted in time, always for approval."""


@plan.command("show")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 60), help="How far to look ahead.")
@brand_option
@as_json
@command
async def show(days: int, brand: str, json_: bool) -> None:
    """The coming slots, and the recurring ones that they come of."""
    from datetime import UTC, datetime, timedelta

    async with line() as opened:
        query = await _query(opened, brand)
        end = datetime.now(UTC) + timedelta(days=days)
        span = urlencode({"end": end.isoformat()})
        found = await opened.get(f"/plan{query}")
        places = (await opened.get(f"/plan/slots{query}{'&' if query else '?'}{span}"))["items"]
        if json_:
            show_json({"plan": found, "slots": places})
            return
        names = await account_names(opened)
        if not (found["recurring"] or places):
            click.echo('Nothing is planned yet: admind plan add "LinkedIn Mon and Wed 9:00 tip"')
            return
        rows = [
            (each["id"], _names(each["accounts"], names), f"{each['often']}, {each['times']}", _what(each))
            for each in found["recurring"]
        ]
        console().print(table(("recurring", "accounts", "when", "what"), rows))
        coming = [
            (
                each["id"],
                local_time(each["due"], found["zone"]),
                _names(each["accounts"], names),
                clean(each["title"] or each["topic"] or _what(each)),
                STATES.get(each["state"], each["state"]) + (f": {clean(each['problem'])}" if each["problem"] else ""),
            )
            for each in places
        ]
        console().print(table(("slot", "when", "accounts", "what", ""), coming))


@plan.command("add")
@click.argument("words", nargs=-1, required=True)
@click.option("--language", type=click.Choice(["en", "de"]), default="en", help="In which the words are.")
@brand_option
@yes_option
@as_json
@command
async def add(words: tuple[str, ...], language: str, brand: str, yes: bool, json_: bool) -> None:
    """Plan slots in words: admind plan add "LinkedIn Mon and Wed 9:00 tip; Bluesky daily between 8 and 10" """
    async with line() as opened:
        body = {"words": " ".join(words), "language": language, "brand": await brand_id(opened, brand)}
        read = (await opened.send("POST", "/plan/read", body))["items"]
        if not json_:
            for each in read:
                what = " about ".join(part for part in (each["form"], each["pillar"]) if part) or each["fill"]
                click.echo(clean(f"• {', '.join(each['accounts'])} · {each['often']}, {each['at']} · {what}"))
        if not yes and at_a_terminal():
            sure(f"Plan {'this slot' if len(read) == 1 else f'these {len(read)} slots'}?", yes)
        made = await opened.send("POST", "/plan/recurring", body)
        show_json(made) if json_ else click.echo("Planned. Drafts come for approval in time; `admind plan` shows them.")


@plan.command("remove")
@click.argument("slot")
@brand_option
@as_json
@command
async def remove(slot: str, brand: str, json_: bool) -> None:
    """A recurring or a single slot leaves the plan; drafts that stand in it stay."""
    async with line() as opened:
        _told(await opened.send("DELETE", f"/plan/slots/{part(slot)}{await _query(opened, brand)}"), json_, "Removed.")


@plan.command("skip")
@click.argument("slot")
@click.option("--back", is_flag=True, help="Take it back in.")
@brand_option
@as_json
@command
async def skip(slot: str, back: bool, brand: str, json_: bool) -> None:
    """Leave one slot out, by its name in `admind plan`."""
    async with line() as opened:
        what = "take-back" if back else "skip"
        found = await opened.send("POST", f"/plan/slots/{part(slot)}/{what}{await _query(opened, brand)}")
        _told(found, json_, "It is back." if back else "It is left out.")


@plan.command("move")
@click.argument("slot")
@click.argument("when")
@brand_option
@as_json
@command
async def move(slot: str, when: str, brand: str, json_: bool) -> None:
    """Put one slot at another time: admind plan move rc_abc-20261201 "Tuesday 10:00" """
    async with line() as opened:
        path = f"/plan/slots/{part(slot)}/time{await _query(opened, brand)}"
        _told(await opened.send("PUT", path, {"when": when}), json_, "Moved.")


@plan.command("pause")
@click.option("--from", "first", required=True, help="The first day, YYYY-MM-DD.")
@click.option("--to", "last", default=None, help="The last day; without it until `admind plan go-on`.")
@click.option("--slot", default="", help="Only this recurring slot.")
@click.option("--why", default="", help="The reason.")
@brand_option
@as_json
@command
async def pause(first: str, last: str | None, slot: str, why: str, brand: str, json_: bool) -> None:
    """Nothing is planned in these days."""
    async with line() as opened:
        body = {"first": first, "last": last, "slot": slot, "why": why}
        _told(await opened.send("POST", f"/plan/pause{await _query(opened, brand)}", body), json_, "Paused.")


@plan.command("go-on")
@click.option("--slot", default="", help="Only this recurring slot.")
@brand_option
@as_json
@command
async def go_on(slot: str, brand: str, json_: bool) -> None:
    """End the plan's pauses."""
    async with line() as opened:
        query = await _query(opened, brand, slot=slot)
        _told(await opened.send("POST", f"/plan/go-on{query}"), json_, "The plan goes on.")


@plan.command("fill")
@click.argument("slots", nargs=-1)
@brand_option
@as_json
@command
async def fill(slots: tuple[str, ...], brand: str, json_: bool) -> None:
    """Draft empty slots anew: these, or all of the coming days."""
    async with line() as opened:
        found = await opened.send("POST", f"/plan/fill{await _query(opened, brand)}", {"slots": list(slots)})
        _told(found, json_, f"{found['filled']} being filled.")


async def _query(opened: Line, brand: str, **more: str) -> str:
    given = {"brand": await brand_id(opened, brand) if brand else "", **more}
    said = urlencode({name: value for name, value in given.items() if value})
    return f"?{said}" if said else ""


def _told(found: Any, json_: bool, sentence: str) -> None:
    show_json(found) if json_ else click.echo(sentence)


def _names(accounts: list[str], names: dict[str, str]) -> str:
    return clean(", ".join(names.get(each, each) for each in accounts))


def _what(each: dict[str, Any]) -> str:
    what = " about ".join(part for part in (each["form"], each["pillar"]) if part)
    return clean(what or {"queue": "from the queue", "evergreen": "evergreen"}.get(each["fill"], ""))
