"""`admind report`: how posts did, in words here, and as a picture, PDF or CSV."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import click

from bot.insights.amounts import title
from bot.insights.summary import Summary
from bot.insights.telling import headline, sentences
from bot.words import words
from handlers.cli.talk import as_json, command, line, show_json

KINDS = (".png", ".pdf", ".csv")


@click.command()
@click.argument("what", nargs=-1)
@click.option("--brand", default="", help="Name of the brand; yours where none is named.")
@click.option(
    "--to", "files", multiple=True, type=click.Path(dir_okay=False, path_type=Path), help="A .png, .pdf or .csv file."
)
@click.option("--dark", is_flag=True, help="Of the picture.")
@as_json
@command
async def report(what: tuple[str, ...], brand: str, files: tuple[Path, ...], dark: bool, json_: bool) -> None:
    """How posts did: `last week`, `november`, `campaign NAME`, `account NAME`; the last seven days without any."""
    if wrong := [each.name for each in files if each.suffix.lower() not in KINDS]:
        raise click.UsageError(f"{wrong[0]}: the file's name must end with .png, .pdf or .csv.")
    said = " ".join(what)
    async with line() as opened:
        chosen = ""
        if brand:
            brands = (await opened.get("/brands"))["items"]
            chosen = next((e["id"] for e in brands if brand.casefold() in (e["name"].casefold(), e["id"])), "")
            if not chosen:
                raise click.UsageError(f"There is no brand {brand!r} for you here.")
        found = await opened.get("/report", what=said, brand=chosen)
        for each in files:
            asked = urlencode({"what": said, "brand": chosen, "dark": str(dark).lower()})
            each.write_bytes(await opened.raw(f"/report{each.suffix.lower()}?{asked}"))
    if json_:
        show_json(found)
        return
    summary, book = Summary.model_validate(found), words("en")
    click.echo(f"{title(book, summary)} · {headline(book, summary)}")
    for sentence in sentences(book, summary):
        click.echo(sentence)
    for path in files:
        click.echo(f"Written: {path}")
