"""`admind brand import`: a homepage and past posts propose a profile; a person takes it, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from bot.team.profiles import samples
from handlers.cli.painting import console, table
from handlers.cli.talk import (
    Line,
    Refused,
    as_json,
    at_a_terminal,
    busy,
    clean,
    command,
    line,
    one_brand,
    part,
    show_json,
)

PARTS: Final = {
    "name": "name",
    "language": "language of its posts",
    "voice": "voice",
    "adjectives": "adjectives",
    "audiences": "audiences",
    "facts": "facts",
    "palette": "colours",
    "logo": "logo",
    "font": "font",
    "hashtags": "hashtags on every post",
    "samples": "posts that sound right",
}


@click.command(name="import")
@click.argument("url", required=False, default="")
@click.option(
    "--posts",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Past posts in a text file, apart by lines of three dashes.",
)
@click.option("--take", default="", help="all, or parts by name: facts,palette. Without it you are asked for each.")
@click.option("--throw-away", is_flag=True, help="Throw what waits away.")
@click.option("--brand", "which", default="", help="Which brand, by name or id, when there are several.")
@as_json
@command
async def import_(url: str, file: Path | None, take: str, throw_away: bool, which: str, json_: bool) -> None:
    """Propose a profile from a homepage and past posts: admind brand import https://velo.example

    Nothing of the brand changes before you say so. Without URL: what waits from before.
    """
    wanted = _parts(take)
    async with line() as opened:
        brand = await one_brand(opened, which)
        base = f"/brands/{part(brand)}/import"
        if throw_away:
            await opened.send("DELETE", base, as_="owner")
            show_json({"brand": brand, "thrown_away": True}) if json_ else click.echo("Thrown away.")
            return
        found = await _found(opened, base, url, file)
        if not json_:
            _show(found)
        there = [each["part"] for each in found["parts"]]
        if not wanted and at_a_terminal() and not json_:
            wanted = [each for each in there if click.confirm(f"Take {PARTS[each]}?", default=False, err=True)]
        wanted = [each for each in there if each in wanted] if wanted != ["all"] else there
        if not wanted:
            if json_:
                show_json(found)
            else:
                click.echo("Nothing was taken. It waits for two weeks: admind brand import --take all, or parts.")
            return
        changed = await opened.send("POST", f"{base}/take", {"parts": wanted}, as_="owner")
        show_json(changed) if json_ else click.echo(f"Taken: {', '.join(PARTS[each] for each in wanted)}.")


async def _found(opened: Line, base: str, url: str, file: Path | None) -> Mapping[str, Any]:
    if url or file is not None:
        if not url:
            raise Refused("Name the homepage too. Nothing changed.")
        posts = samples(file.read_text(encoding="utf-8", errors="replace")) if file is not None else ()
        with busy("Reading the website"):
            made: Mapping[str, Any] = await opened.send("POST", base, {"url": url, "posts": list(posts)}, as_="owner")
        return made
    items = (await opened.send("GET", base, as_="owner"))["items"]
    if not items:
        raise Refused("Nothing waits. Name a homepage: admind brand import https://velo.example")
    waiting: Mapping[str, Any] = items[0]
    return waiting


def _show(found: Mapping[str, Any]) -> None:
    read = [page["address"] for page in found["pages"] if not page["problem"]]
    click.echo(clean(f"Read: {', '.join(read)}; {found['posts_read']} past posts."))
    for page in found["pages"]:
        if page["problem"]:
            click.echo(clean(f"Not read: {page['address']}. {page['problem']}"))
    if not found["parts"]:
        click.echo("It proposes nothing that the brand does not have.")
        return
    rows = [
        (
            PARTS[each["part"]],
            "\n".join(_short(each["part"], each["old"])),
            "\n".join(f"+ {said}" if each["adds"] else said for said in _short(each["part"], each["new"])),
        )
        for each in found["parts"]
    ]
    console().print(table(("", "now", "proposed"), rows))


def _short(name: str, lines: list[str]) -> list[str]:
    """As a terminal shows it: a logo has no words."""
    return ["a picture"] * len(lines) if name == "logo" else [clean(said) for said in lines]


def _parts(take: str) -> list[str]:
    """Raises Refused for a part that is none."""
    wanted = [each.strip().casefold() for each in take.split(",") if each.strip()]
    wrong = next((each for each in wanted if each not in PARTS and each != "all"), "")
    if wrong:
        raise Refused(f"There is no part {clean(wrong)!r}. Parts: all, {', '.join(PARTS)}. Nothing changed.")
    return ["all"] if "all" in wanted else wanted


COMMANDS: Final = (import_,)
