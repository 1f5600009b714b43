"""Changing a draft: by hand, by instruction, to another time."""

from __future__ import annotations

import click

from handlers.cli.asking import show_draft
from handlers.cli.talk import As, Line, Refused, as_json, at_a_terminal, clean, command, line, part, show_json


@click.command()
@click.argument("draft")
@click.option("--account", default="", help="Whose version; needed when there are several.")
@click.option("--text", default=None, help="The new text; without it your editor opens.")
@as_json
@command
async def edit(draft: str, account: str, text: str | None, json_: bool) -> None:
    """Change a draft's text by hand: it is kept byte for byte, no model between."""
    async with line() as opened:
        found = await opened.get(f"/drafts/{part(draft)}")
        wanted = [v for v in found["versions"] if account in ("", v["account"], v["account_name"])]
        if len(wanted) != 1:
            names = ", ".join(version["account_name"] for version in found["versions"])
            raise Refused(clean(f"Which version: {names}? Name it with --account. Nothing changed."))
        if text is None:
            text = click.edit(wanted[0]["text"])
            if text is None or text.rstrip("\n") == wanted[0]["text"]:
                raise Refused("You changed nothing, so nothing was changed.")
            text = text.rstrip("\n")
        changed = await opened.send(
            "PATCH", f"/drafts/{part(draft)}/versions/{wanted[0]['account']}", {"text": text}, as_=_who()
        )
        await _told(opened, changed, json_)


@click.command()
@click.argument("draft")
@click.argument("instruction", nargs=-1, required=True)
@as_json
@command
async def revise(draft: str, instruction: tuple[str, ...], json_: bool) -> None:
    """Let AdMind reword a draft: admind revise DRAFT shorter, without the hashtag."""
    async with line() as opened:
        body = {"instruction": " ".join(instruction)}
        changed = await opened.send("POST", f"/drafts/{part(draft)}/revisions", body, as_=_who())
        await _told(opened, changed, json_)


@click.command()
@click.argument("draft")
@click.argument("when", nargs=-1, required=True)
@as_json
@command
async def reschedule(draft: str, when: tuple[str, ...], json_: bool) -> None:
    """Move a draft to another time: admind reschedule DRAFT Friday 3pm."""
    async with line(publish_hint=not json_) as opened:
        body = {"when": " ".join(when)}
        changed = await opened.send("POST", f"/drafts/{part(draft)}/schedule", body, as_=_who())
        await _told(opened, changed, json_)


async def _told(opened: Line, changed: dict[str, object], json_: bool) -> None:
    if json_:
        show_json(changed)
    else:
        await show_draft(opened, str(changed["id"]))


def _who() -> As:
    """The person where one sits; elsewhere a program, whose changes approve nothing."""
    return "decider" if at_a_terminal() else "program"
