"""`admind brand rules`: what people's own edits have in common, shown, accepted and declined."""

from __future__ import annotations

from typing import Any, Final

import click

from handlers.cli.talk import (
    as_json,
    at_terminal,
    clean,
    command,
    line,
    one_brand,
    part,
    show_json,
    somebody_decides,
)

STATES: Final = {"proposed": "waits for your word", "accepted": "accepted", "declined": "declined"}
SHOWN: Final = 3  # pieces of evidence a rule


@click.command()
@click.option("--accept", default="", metavar="RULE", help="Make it part of the profile.")
@click.option("--as", "wording", default="", help="In these words, where it is a line of the profile.")
@click.option("--decline", default="", metavar="RULE", help="Not used, and not proposed again; or taken back.")
@click.option("--reconsider", default="", metavar="RULE", help="Propose one again that was declined.")
@click.option("--brand", "which", default="", help="Which brand, by name or id, when there are several.")
@as_json
@command
async def rules(accept: str, wording: str, decline: str, reconsider: str, which: str, json_: bool) -> None:
    """Rules that your own edits show, with what shows them. None is used before somebody accepts it."""
    async with line() as opened:
        base = f"/brands/{part(await one_brand(opened, which))}/rules"
        asked = [("accept", accept), ("decline", decline), ("reconsider", reconsider)]
        verb, rule = next(((verb, rule) for verb, rule in asked if rule), ("", ""))
        if not verb:
            found = await opened.get(base)
            show_json(found) if json_ else _show(found["items"])
            return
        somebody_decides(opened)
        await at_terminal(f"{verb.title()} this rule?", opened)
        body = {"line": wording} if verb == "accept" else None
        done = await opened.send("POST", f"{base}/{part(rule)}/{verb}", body, as_="decider")
        show_json(done) if json_ else click.echo(clean(f"{done['said']} {STATES[done['state']].capitalize()}."))


def _show(found: list[dict[str, Any]]) -> None:
    if not found:
        click.echo("No rule yet: at least three edits by hand, of two drafts, must have something in common.")
    for each in found:
        click.secho(clean(f"{each['id']}  {each['said']}"), bold=True, nl=False)
        of = "clicks of {} impressions, {} posts" if each["kind"] == "tested" else "of {} edits, {} drafts"
        click.echo(f"  {each['edits']} {of.format(each['chances'], each['drafts'])}; {STATES[each['state']]}")
        click.echo(clean(f"    becomes: {each['becomes']}"))
        for said in each["evidence"][:SHOWN]:
            click.echo(clean(f"    {said['title']}: “{said['before']}” → “{said['after'] or '—'}”"))


COMMANDS: Final = (rules,)
