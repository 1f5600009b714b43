"""What there is: drafts, posts, the next days, and what AdMind had to tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click
from rich.text import Text

from bot.insights.costs import what_it_took
from bot.insights.saying import followed, how_it_did, ordered
from bot.views import DraftView, UsageView
from handlers.chat.claiming import lines_of
from handlers.cli.asking import show_draft, show_wordings
from handlers.cli.painting import card, console, local_time, shown, state, table
from handlers.cli.talk import as_json, at_terminal, clean, command, line, part, show_json, somebody_decides


@click.group(invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="Decided ones too.")
@as_json
@click.pass_context
def drafts(ctx: click.Context, every: bool, json_: bool) -> None:
    """Drafts that wait for people."""
    if ctx.invoked_subcommand is None:
        _drafts(every, json_)


@drafts.command("erase")
@click.argument("draft")
@as_json
@command
async def erase(draft: str, json_: bool) -> None:
    """Forget a decided draft: its words, its posts, its drawn pictures, and what the audit quotes of it."""
    async with line() as opened:
        somebody_decides(opened)
        found = await opened.get(f"/drafts/{part(draft)}")
        if not json_:
            console().print(clean(f"{found['title']} · {_where(found)} · {found['status']}"), markup=False)
        await at_terminal("Erase this draft for good? This cannot be undone.", opened)
        done = await opened.send("DELETE", f"/drafts/{part(draft)}", as_="decider")
        show_json({"id": draft, "erased": True}) if json_ else click.echo(clean(done["sentence"]))


@command
async def _drafts(every: bool, json_: bool) -> None:
    async with line() as opened:
        found = await opened.every("/drafts", status="" if every else "open")
        if json_:
            show_json(found)
            return
        if not found["items"]:
            click.echo('Nothing waits. Ask for something: admind ask "Tell people about …"')
            return
        rows = [
            (d["id"], state(d["status"]), local_time(d["due"], d["zone"]), _where(d), d["title"])
            for d in found["items"]
        ]
        console().print(table(("id", "status", "when", "where", "title"), rows))


@click.command()
@click.argument("draft")
@click.option("--diff", "older", type=int, default=None, help="What changed since this revision.")
@as_json
@command
async def show(draft: str, older: int | None, json_: bool) -> None:
    """One draft in full: text of every account, findings, decisions, history."""
    async with line() as opened:
        if older is not None:
            changes = await opened.get(f"/drafts/{part(draft)}/diff", older=older)
            show_json(changes) if json_ else _differences(changes)
            return
        found = await opened.get(f"/drafts/{part(draft)}")
        if json_:
            show_json(found)
            return
        await show_draft(opened, draft)
        _in_full(found)


def _differences(found: dict[str, Any]) -> None:
    """Added words green and underlined, removed ones red and struck through: colour is never the only sign."""
    styles = {"kept": "", "added": "green underline", "removed": "red strike"}
    for each in found["items"]:
        text = Text()
        for piece in each["pieces"]:
            text.append(shown(piece["text"]).plain, style=styles[piece["kind"]])
        console().print(
            shown(f"\n{each['account_name']}", "bold"),
            text,
            *[shown(said, "italic") for said in each["also"]],
            sep="\n",
        )
    if not any(each["changed"] for each in found["items"]):
        click.echo("Nothing changed.")


def _in_full(found: dict[str, Any]) -> None:
    out = console()
    for version in found["versions"]:
        limit = f"/{version['limit']}" if version["limit"] else ""
        head = f"{version['account_name']} · {version['length']}{limit} {version['unit']} · {version['account']}"
        out.print(shown(f"\n{head}", "bold"))
        out.print(shown(version["text"]))
        for each in version["links"]:
            out.print(shown(f"{each['shown']} leads to {each['destination']}"))
        if version["disclosure"]:
            said = {"paid_partnership": "a paid partnership", "ai_generated": "made with AI"}
            with_ = f" with {found['partner']}" if found["partner"] else ""
            marks = [said[flag] + (with_ if flag == "paid_partnership" else "") for flag in version["disclosure"]]
            out.print(shown(f"Says of itself: {', '.join(marks)}", "dim"))
        if version["missing"]:
            out.print(shown(version["missing"], "yellow"))
    show_wordings(found)
    for decision in found["decisions"]:
        taken_back = " (taken back)" if decision["withdrawn_at"] else ""
        why = f": {decision['reason']}" if decision["reason"] else ""
        line_ = (
            f"{local_time(decision['at'], found['zone'])}  {decision['member']}: {decision['verdict']}{taken_back}{why}"
        )
        out.print(shown(line_, "dim"))
    for mark in found["history"]:
        out.print(shown(f"{local_time(mark['at'], found['zone'])}  {mark['by']}: {mark['why']}", "dim"))
    for source in found["sources"]:
        when, address = local_time(source["read_at"], found["zone"]), source["address"] or source["url"]
        line_ = f"Source: {source['title'] or address} ({address}), read at {when}"
        line_ = f"Not read: {address}, {when}. {source['problem']}" if source["problem"] else line_
        out.print(shown(line_, "dim"))
    for claim in lines_of(DraftView(**found), found["zone"]):
        out.print(shown(f"Claims {claim}", "dim"))
    made = found["made_with"]
    out.print(shown(f"\nWritten with {made['model']}  {' '.join(made['prompts'])}", "dim"))
    if made["usage"]:
        out.print(shown(f"It took {what_it_took(UsageView(**made['usage']))}", "dim"))


@click.command()
@click.option("--status", default="", help="scheduled, published, failed, unknown, missed, paused, …")
@as_json
@command
async def posts(status: str, json_: bool) -> None:
    """Posts on their way and those that went out, latest first."""
    async with line() as opened:
        found = await opened.every("/posts", status=status)
        if json_:
            show_json(found)
            return
        if not found["items"]:
            click.echo("No posts yet. An approved draft becomes one.")
            return
        rows = [_post_row(post) for post in found["items"]]
        console().print(table(("id", "status", "when", "where", "title", ""), rows))


def _post_row(post: dict[str, Any]) -> tuple[str | Text, ...]:
    receipt = post["receipt"]
    more = receipt["url"] if receipt else post["problem"] or ""
    if clicks := post.get("clicks"):
        more += "\n" + followed(clicks["valid"], clicks["all"], clicks["bots"])
        if orders := ordered(clicks["orders"], clicks["amounts"], clicks["pixel_orders"]):
            more += "\n" + orders
    if numbers := post.get("numbers"):
        more += "\n" + how_it_did(numbers["counts"], datetime.fromisoformat(numbers["at"]), datetime.now(UTC))
    return post["id"], state(post["status"]), local_time(post["due"]), post["account_name"], post["title"], more


@click.command()
@as_json
@command
async def notices(json_: bool) -> None:
    """What AdMind had to tell: cards, receipts, failures, questions."""
    async with line() as opened:
        found = await opened.get("/notices", limit=20)
        if json_:
            show_json(found)
            return
        for notice in reversed(found["items"]):
            console().print(card(notice["card"], draft=notice["card"].get("draft", "")))


def _where(draft: dict[str, Any]) -> str:
    return ", ".join(version["account_name"] for version in draft["versions"])
