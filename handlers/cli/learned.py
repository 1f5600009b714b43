"""`admind advise`, `admind best-time`, `admind experiments`: what past posts teach."""

from __future__ import annotations

from typing import Any, Literal

import click

from bot.conversation.learned import pattern_lines, tip_title
from bot.insights.best_time import Effect, Pattern
from bot.words import words
from bot.workflow.advising import Tip
from handlers.cli.painting import console, table
from handlers.cli.talk import (
    account_names,
    as_json,
    at_terminal,
    brand_id,
    brand_option,
    clean,
    command,
    group,
    line,
    part,
    show_json,
    somebody_decides,
)


@click.command("advise")
@click.option("--count", type=click.IntRange(1, 12), default=3, show_default=True)
@brand_option
@as_json
@command
async def advise(count: int, brand: str, json_: bool) -> None:
    """What to post next: from what posts brought, whom they left out, and open slots. Each point with its numbers."""
    async with line() as opened:
        which = await brand_id(opened, brand)
        found = await opened.get("/advice", brand=which, count=str(count))
        if json_:
            show_json(found)
            return
        names = await account_names(opened)
        zone = (await opened.get("/plan", brand=which))["zone"]
    for number, each in enumerate(found["items"], 1):
        tip = Tip.model_validate(each)
        click.secho(clean(f"{number}. {tip_title(words('en'), tip, names, zone)}"), bold=True)
        for reason in tip.reasons:
            click.echo(clean(f"   {reason}"))
        for proof in tip.evidence:
            click.echo(clean(f"   “{proof.title}” {proof.draft} {proof.url}"))


@click.command("best-time")
@brand_option
@as_json
@command
async def best_time(brand: str, json_: bool) -> None:
    """When and in which form posts of each account do better, as far as that is known."""
    async with line() as opened:
        found = await opened.get("/best-time", brand=await brand_id(opened, brand))
        if json_:
            show_json(found)
            return
        names = await account_names(opened)
    for each in found["items"]:
        effects = tuple(Effect(**effect) for effect in each["effects"])
        known = Pattern(each["posts"], each["usable"], each["better"], effects)
        for said in pattern_lines(words("en"), names.get(each["account"], each["account"]), known):
            click.echo(clean(said))


@group("show")
def experiments() -> None:
    """Variants of posts or slots, tried until one is the best; what is found waits as a rule of the brand."""


@experiments.command("show")
@brand_option
@as_json
@command
async def show(brand: str, json_: bool) -> None:
    """How each stands, with its probabilities."""
    async with line() as opened:
        found = await opened.get("/experiments", brand=await brand_id(opened, brand))
    if json_:
        show_json(found)
        return
    for each in found["items"]:
        _show(each)
    offer = found["offer"]
    enough = "There is enough data" if offer["may"] else "There is not enough data"
    numbers = f"{offer['posts']} posts with short links, {offer['impressions']} impressions in 90 days"
    click.echo(f"{enough} for an experiment: {numbers}.")


@experiments.command("start")
@click.argument("name")
@click.option("--variant", "variants", multiple=True, required=True, metavar="NAME[: LINE]", help="Two to six of them.")
@click.option("--over", type=click.Choice(["posts", "slots"]), default="posts", show_default=True)
@brand_option
@as_json
@command
async def start(name: str, variants: tuple[str, ...], over: Literal["posts", "slots"], brand: str, json_: bool) -> None:
    """Start one: `--variant "question: Begin with a question."`; of slots a variant is a form."""
    arms = [{"name": called.strip(), "line": said.strip()} for called, _, said in (v.partition(":") for v in variants)]
    async with line() as opened:
        somebody_decides(opened)
        await at_terminal(f"Start the experiment {name!r}?", opened)
        body = {"name": name, "over": over, "arms": arms, "brand": await brand_id(opened, brand)}
        made = await opened.send("POST", "/experiments", body, as_="decider")
    show_json(made) if json_ else _show(made)


@experiments.command("stop")
@click.argument("experiment")
@as_json
@command
async def stop(experiment: str, json_: bool) -> None:
    """End one, undecided."""
    async with line() as opened:
        somebody_decides(opened)
        await at_terminal("Stop this experiment?", opened)
        done = await opened.send("POST", f"/experiments/{part(experiment)}/stop", None, as_="decider")
    show_json(done) if json_ else _show(done)


@experiments.command("draw")
@click.argument("experiment")
@click.argument("draft")
@as_json
@command
async def draw(experiment: str, draft: str, json_: bool) -> None:
    """Draw a variant for a draft and rewrite it by that; it waits for approval as before."""
    async with line() as opened:
        done = await opened.send("POST", f"/experiments/{part(experiment)}/draw", {"draft": draft})
    if json_:
        show_json(done)
        return
    likely = ", ".join(f"{arm} {100 * chance:.0f} %" for arm, chance in done["chances"].items())
    click.echo(clean(f"{draft} is “{done['arm']}” ({likely})."))


def _show(each: dict[str, Any]) -> None:
    click.secho(clean(f"{each['id']}  {each['name']}: {each['state']}"), bold=True)
    rows = [
        (
            clean(arm["arm"]), str(arm["posts"]), str(arm["impressions"]), str(arm["clicks"]), str(arm["raw"]),
            f"{100 * arm['rate']:.2f} %", f"{100 * arm['chance']:.0f} %",
        )
        for arm in each["arms"]
    ]  # fmt: skip
    console().print(table(("variant", "posts", "impressions", "clicks", "with bots", "rate", "best"), rows))
    click.echo(clean(f"Best: {each['best']}, expected loss {100 * each['loss']:.1f} %."))
    if each["with_bots"]:
        click.echo(clean(f"If bots counted, {each['with_bots']} would look best."))
