"""`admind report`: how posts did, in words here, and as a picture, PDF or CSV."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import click

from bot.insights.amounts import title
from bot.insights.summary import Summary
from bot.insights.telling import headline, sentences
from bot.words import words
from handlers.cli.talk import as_json, brand_id, command, line, show_json

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
        chosen = await brand_id(opened, brand)
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


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help="Bring them in; without it the file is only looked at.")
@click.option("--brand", default="", help="Name of the brand; yours where none is named.")
@as_json
@command
async def numbers(file: Path, write: bool, brand: str, json_: bool) -> None:
    """Bring in numbers that no channel tells: columns post, read_at, and one for each number, such as views.

    A file with a line that is wrong changes nothing.
    """
    async with line() as opened:
        asked = urlencode({"brand": await brand_id(opened, brand), "write": str(write).lower()})
        found = await opened.put_file(f"/numbers?{asked}", file.read_bytes(), "text/csv")
    if json_:
        show_json(found)
    else:
        for each in found["problems"]:
            click.echo(f"line {each['line']}: {each['what']}" if each["line"] else each["what"])
        if found["more_problems"]:
            click.echo(f"… and {found['more_problems']} more.")
        held = f"{found['readings']} readings of {found['posts']} posts"
        if found["written"]:
            click.echo(f"Brought in: {held}.")
        elif found["problems"]:
            click.echo("Nothing was changed.")
        else:
            click.echo(f"The file is right: {held}. Bring them in with --write.")
    if found["problems"]:
        raise SystemExit(1)
