"""`admind ask`: a request in plain words, its progress, the reply and the draft cards."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
from rich.text import Text

from handlers.cli.painting import card, console, inline_picture, shown
from handlers.cli.talk import Line, Refused, as_json, at_a_terminal, brand_id, clean, command, line, part, show_json

CONTINUES_SECONDS = 30 * 60
LAST = "terminal.json"
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option(
    "--image", "images", type=click.Path(exists=True, dir_okay=False), multiple=True, help="Your own picture."
)
@click.option(
    "--file", "files", type=click.Path(exists=True, dir_okay=False), multiple=True, help="A text file or PDF about it."
)
@click.option("--new", "fresh", is_flag=True, help="Begin a new conversation.")
@click.option("--brand", default="", help="For which brand, by name or id, when there are several.")
@as_json
@command
async def ask(
    text: tuple[str, ...], images: tuple[str, ...], files: tuple[str, ...], fresh: bool, brand: str, json_: bool
) -> None:
    """Ask for posts in plain words.

    For example: admind ask "Announce our spring sale: 20% off all bikes until 31 May, details at
    https://example.com/sale. Feed, tomorrow 9am, with an image."
    """
    async with line(publish_hint=not json_) as opened:
        body: dict[str, Any] = {"text": " ".join(text), "conversation": "" if fresh else _last(opened)}
        if brand:
            body["brand"] = await brand_id(opened, brand)
        body["images"] = [await upload(opened, Path(path), brand=str(body.get("brand", ""))) for path in images]
        body["documents"] = [await document(opened, Path(path), brand=str(body.get("brand", ""))) for path in files]
        accepted = await opened.send("POST", "/requests", body)
        _remember(opened, accepted["conversation"])
        done = await follow(opened, accepted["id"], quiet=json_)
        if json_:
            drafts = [await opened.get(f"/drafts/{part(draft)}") for draft in done["drafts"]]
            show_json({**done, "conversation": accepted["conversation"], "cards": drafts})
        else:
            await tell(opened, done)
        if done["status"] == "failed":
            raise SystemExit(1)


KEPT = (
    "AdMind broke off, but what you asked is kept: it goes on as soon as its database answers. "
    "Look at `admind drafts` in a moment, and whether `admind doctor` finds something."
)


async def follow(opened: Line, request: str, *, quiet: bool) -> dict[str, Any]:
    """Wait for a request to be done, telling how it goes."""
    from rich.status import Status

    status = Status("Reading", console=console(stderr=True))
    if not quiet:
        status.start()
    kind = ""
    try:
        async with opened.stream(f"/requests/{request}/events", lost=KEPT) as response:
            async for text in response.aiter_lines():
                if text.startswith("data:") and not quiet:
                    told = str(json.loads(text[5:]).get("text", "")) if kind == "progress" else ""
                    status.update(Text(clean(told)) if told else "Working")
                elif text.startswith("event:"):
                    kind = text[6:].strip()
    finally:
        status.stop()
    found: dict[str, Any] = await opened.get(f"/requests/{request}")
    return found


async def tell(opened: Line, done: dict[str, Any]) -> None:
    """The reply, then a card for each draft, with the other wordings that there are to choose from."""
    out = console()
    out.print()
    out.print(clean(done.get("reply") or ""), markup=False)
    for draft in done["drafts"]:
        await show_draft(opened, draft)
        show_wordings(await opened.get(f"/drafts/{part(draft)}"))


def show_wordings(draft: dict[str, Any]) -> None:
    """The wordings beside the present one, numbered as "use the second one" counts them."""
    ideas = draft.get("ideas") or []
    if any(ideas[:1]):
        console().print(shown(f"\nIdea: {ideas[0]}"))
    for number, option in enumerate(draft["options"], 2):
        idea = ideas[number - 1] if len(ideas) >= number else ""
        head = f"\nWording {number}" + (f", idea: {idea}" if idea else "")
        console().print(shown(head, "bold"), *[shown(text) for text in option.values()], sep="\n")


async def show_draft(opened: Line, draft: str, *, hint: bool = True) -> None:
    """One draft's card with its picture: drawn where the terminal can, else as a file. `hint`: what one can do next."""
    found = await opened.get(f"/drafts/{part(draft)}/card")
    path: Path | None = None
    if found.get("picture"):
        sha256, mime = found["picture"]["sha256"], found["picture"]["mime"]
        data = await opened.raw(f"/media/{sha256}")
        folder = opened.settings.data_dir / "pictures"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = (folder / f"{draft}.{EXTENSIONS.get(mime, 'bin')}").absolute()
        path.write_bytes(data)
        drawn = inline_picture(data)
        if drawn:
            click.echo(drawn)
    console().print(card(found, picture=path, draft=draft))
    if hint and at_a_terminal() and any(button["label"].startswith("Approve") for button in found.get("buttons", [])):
        click.secho(f'  admind approve {draft}    admind revise {draft} "shorter"    admind edit {draft}', dim=True)


async def upload(opened: Line, path: Path, *, brand: str = "") -> str:
    """Put a picture into the library; its sha256. Raises Refused."""
    kind = {".png": "image/png", ".webp": "image/webp"}.get(path.suffix.lower(), "image/jpeg")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path.name} cannot be read. Nothing was asked.") from error
    return str((await opened.put_file("/media" + (f"?brand={brand}" if brand else ""), data, kind))["sha256"])


async def document(opened: Line, path: Path, *, brand: str = "") -> str:
    """Put a text file or a PDF there to be written from; its sha256. Raises Refused."""
    kind = {".pdf": "application/pdf", ".md": "text/markdown", ".txt": "text/plain"}.get(path.suffix.lower())
    if kind is None:
        raise Refused(f"{path.name}: I read text files (.txt, .md) and PDFs. Nothing was asked.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path.name} cannot be read. Nothing was asked.") from error
    query = f"?name={quote(path.name)}" + (f"&brand={brand}" if brand else "")
    return str((await opened.put_file(f"/documents{query}", data, kind))["sha256"])


def _last(opened: Line) -> str:
    try:
        kept = json.loads((opened.settings.data_dir / LAST).read_text(encoding="utf-8"))
        return str(kept["conversation"]) if time.time() - kept["at"] < CONTINUES_SECONDS else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _remember(opened: Line, conversation: str) -> None:
    path = opened.settings.data_dir / LAST
    path.write_text(json.dumps({"conversation": conversation, "at": time.time()}), encoding="utf-8")
    path.chmod(0o600)
