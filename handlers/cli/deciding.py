"""What people decide: approve, reject, hold, withdraw; cancel, resolve, take down; pause and resume."""

from __future__ import annotations

from typing import Any

import click

from handlers.cli.asking import show_draft
from handlers.cli.painting import console, local_time
from handlers.cli.talk import Line, as_json, at_terminal, clean, command, line, part, show_json, somebody_decides

ASKED = {
    "approve": "Approve exactly this?",
    "reject": "Reject this draft?",
    "hold": "Put this draft on hold?",
    "changes": "Ask for these changes?",
    "withdraw": "Take back your decision on this draft?",
}


async def _decide(opened: Line, draft: str, verdict: str, reason: str, accounts: tuple[str, ...], json_: bool) -> None:
    """Show the draft, ask at the terminal, and decide on exactly the digest that was shown."""
    somebody_decides(opened)
    found = await opened.get(f"/drafts/{part(draft)}")
    if not opened.token and not json_:
        await show_draft(opened, draft, hint=False)
    await at_terminal(ASKED[verdict], opened)
    body = {"verdict": verdict, "digest": found["digest"], "reason": reason, "accounts": list(accounts)}
    done = await opened.send("POST", f"/drafts/{part(draft)}/decisions", body, as_="decider")
    if json_:
        show_json(done)
    else:
        click.secho(clean(done["sentence"]), fg="green" if done["draft"]["status"] == "approved" else None)


def _command(verdict: str, help_text: str, *, reason_needed: bool = False) -> click.Command:
    @command
    async def decide(draft: str, reason: str, accounts: tuple[str, ...], json_: bool) -> None:
        async with line(publish_hint=not json_) as opened:
            await _decide(opened, draft, verdict, reason, accounts, json_)

    found: Any = as_json(decide)
    found = click.option("--account", "accounts", multiple=True, help="Only this account's version.")(found)
    found = click.option("--reason", default="", required=reason_needed, help="Why; others read it.")(found)
    found = click.argument("draft")(found)
    made: click.Command = click.command(verdict, help=help_text)(found)
    return made


approve = _command("approve", "Approve a draft, byte for byte as it is shown: it goes out at its time.")
reject = _command("reject", "Reject a draft.")
hold = _command("hold", "Put a draft on hold; what was scheduled waits.")
changes = _command("changes", "Ask for changes; the reason is carried out as an instruction.", reason_needed=True)
withdraw = _command("withdraw", "Take back what you decided, until sending begins.")


@click.command()
@click.argument("post")
@as_json
@command
async def cancel(post: str, json_: bool) -> None:
    """Keep a post from going out."""
    await _on_post(post, "cancel", None, "Cancel this post?", json_)


@click.command()
@click.argument("post")
@click.argument("what", type=click.Choice(["live", "send"]))
@click.option("--url", default="", help="Where it stands, if you know.")
@as_json
@command
async def resolve(post: str, what: str, url: str, json_: bool) -> None:
    """Say what became of a post: `live`, it stands there; `send`, it does not, send it now."""
    question = "Is it really live?" if what == "live" else "Send it now?"
    await _on_post(post, "resolutions", {"resolution": what, "url": url}, question, json_)


@click.command("take-down")
@click.argument("post")
@as_json
@command
async def take_down(post: str, json_: bool) -> None:
    """Delete a published post from its channel."""
    await _on_post(post, "take-down", None, "Take this post down?", json_)


async def _on_post(post: str, action: str, body: object, question: str, json_: bool) -> None:
    async with line(publish_hint=not json_) as opened:
        somebody_decides(opened)
        found = await opened.get(f"/posts/{part(post)}")
        if not json_:
            title, account, due = found["title"], found["account_name"], local_time(found["due"])
            console().print(clean(f"{title} · {account} · {due} · {found['status']}"), markup=False)
        await at_terminal(question, opened)
        done = await opened.send("POST", f"/posts/{part(post)}/{action}", body, as_="decider")
        show_json(done) if json_ else click.echo(clean(done["sentence"]))


@click.command()
@click.argument("scope", default="workspace")
@click.option("--reason", default="", help="Why; others read it.")
@as_json
@command
async def pause(scope: str, reason: str, json_: bool) -> None:
    """STOP: nothing of SCOPE goes out that was not handed over. Without SCOPE: everything.

    SCOPE is workspace, brand:ID, account:ID, campaign:NAME or topic:WORDS.
    """
    async with line() as opened:
        done = await opened.send("POST", "/pause", {"scope": scope, "reason": reason}, as_="decider")
        if json_:
            show_json(done)
            return
        again = "admind resume" if scope == "workspace" else f"admind resume {scope}"
        held = len(done["held"])
        click.secho(f"Stopped: {done['scope']}. {held} scheduled post{'s wait' if held != 1 else ' waits'}.", bold=True)
        for post in done["near"]:
            click.echo(
                f"  not stopped, please look: {post['title']} · {post['account_name']}     admind cancel {post['id']}"
            )
        click.echo(f"`{again}` lets it go on.")


@click.command()
@click.argument("scope", default="workspace")
@as_json
@command
async def resume(scope: str, json_: bool) -> None:
    """Let posts of SCOPE go out again; those that fell due meanwhile wait for your word."""
    async with line() as opened:
        await at_terminal("Let posts go out again?", opened)
        done = await opened.send("POST", "/resume", {"scope": scope}, as_="decider")
        if json_:
            show_json(done)
            return
        click.echo(f"Posts go out again: {scope}.")
        for post in done["waiting"]:
            waits = f"  waits: {post['title']} · {post['account_name']} · {local_time(post['due'])}"
            console().print(clean(waits), markup=False)
            console().print(f"    admind resolve {post['id']} send     admind cancel {post['id']}", markup=False)
