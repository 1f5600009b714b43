"""What a draft claims, and what that rests on: shown, given evidence for, or taken on."""

from __future__ import annotations

from typing import Any

import click

from handlers.cli.painting import console, local_time
from handlers.cli.talk import Line, as_json, at_terminal, clean, command, line, part, show_json, somebody_decides


@click.command()
@click.argument("draft")
@click.argument("claim", default="")
@click.argument("words", nargs=-1)
@click.option("--link", default="", help="A page that says it; with WORDS: the sentence there that does.")
@as_json
@command
async def evidence(draft: str, claim: str, words: tuple[str, ...], link: str, json_: bool) -> None:
    """What a draft claims; with CLAIM and WORDS or --link: evidence for it.

    CLAIM is its id, or its words as they stand in the text: admind evidence DRAFT 20% our price list of 1 November.
    """
    async with line() as opened:
        if not claim:
            found = await opened.get(f"/drafts/{part(draft)}")
            show_json(found["claims"]) if json_ else _listed(found)
            return
        somebody_decides(opened)
        body = {"claim": claim, "text": " ".join(words), "link": link}
        await _settled(opened, draft, "evidence", body, json_)


@click.command("take-on")
@click.argument("draft")
@click.argument("claim")
@click.option("--reason", required=True, help="Why; it is kept.")
@as_json
@command
async def take_on(draft: str, claim: str, reason: str, json_: bool) -> None:
    """As an owner, answer for a claim without evidence."""
    async with line() as opened:
        somebody_decides(opened)
        await at_terminal(f"Take on “{clean(claim)}” yourself?", opened)
        await _settled(opened, draft, "taken-on", {"claim": claim, "reason": reason}, json_)


async def _settled(opened: Line, draft: str, action: str, body: object, json_: bool) -> None:
    done = await opened.send("POST", f"/drafts/{part(draft)}/{action}", body, as_="decider")
    if json_:
        show_json(done)
        return
    _listed(done["draft"])
    click.echo(clean(done["sentence"]))


def _listed(draft: dict[str, Any]) -> None:
    """A line for each claim, those without evidence first."""
    told = set[str]()
    for claim in sorted(draft["claims"], key=lambda each: each["support"] is not None):
        said = f"“{claim['text']}” – {_step(claim['support'])}{_rests_on(claim['support'])}     {claim['id']}"
        if said not in told:
            told.add(said)
            console().print(clean(said), markup=False)
    if not draft["claims"]:
        click.echo("This draft claims nothing that needs evidence.")


def _step(support: dict[str, Any] | None) -> str:
    """How it was worked out: "2 × €40 = €80, "."""
    return f"{support['worked']}, " if support and support.get("worked") else ""


def _rests_on(support: dict[str, Any] | None) -> str:
    if support is None:
        return "no evidence"
    if support["where"] == "brief":
        return "from the brief"
    if support["where"] == "fact":
        return "a fact of the brand"
    if support["where"] == "campaign":
        return f"a key message of the campaign: “{support['sentence']}”"
    by = f" by {support['by']}" if support["by"] else ""
    if support["where"] == "source":
        read = local_time(support["read_at"]) if support["read_at"] else ""
        return f"{support['url']}, read {read}{by}: “{support['sentence']}”"
    return f"{'taken on' if support['taken_on'] else 'given'}{by}: “{support['sentence']}”"
