"""Setting up from the terminal: members, the brand, accounts, tokens."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from bot.team import profiles
from handlers.cli import importing, leaving, rules
from handlers.cli.asking import upload
from handlers.cli.painting import console, local_time, table
from handlers.cli.profiling import profile_options, profile_rows, profiled
from handlers.cli.talk import (
    Line,
    Refused,
    as_json,
    at_terminal,
    brand_id,
    clean,
    command,
    group,
    line,
    part,
    show_json,
    somebody_decides,
    sure,
    yes_option,
)


@group("list")
def members() -> None:
    """Who works here, and what they may do."""


@members.command("list")
@as_json
@command
async def list_members(json_: bool) -> None:
    """Everybody, with their roles."""
    async with line() as opened:
        found = await opened.get("/members")
        if json_:
            show_json(found)
            return
        names = await _brand_names(opened)
        rows = []
        for each in found["items"]:
            roles = "; ".join(f"{names.get(brand, brand)}: {', '.join(held)}" for brand, held in each["roles"].items())
            away = f"until {local_time(each['away_until'])}" if each["away_until"] else ""
            rows.append((each["id"], each["name"], roles, away))
        console().print(table(("id", "name", "roles", "away"), rows))


@members.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, default=("requester",), help="requester, approver, client or owner.")
@click.option("--brand", default="", help="In which brand, by name or id; needed when there are several.")
@as_json
@command
async def add_member(name: str, roles: tuple[str, ...], brand: str, json_: bool) -> None:
    """Somebody new: admind members add "Ana Roth" --role approver"""
    async with line() as opened:
        body = {"name": name, "roles": list(roles), "brand": await brand_id(opened, brand)}
        made = await opened.send("POST", "/members", body, as_="owner")
        if json_:
            show_json(made)
            return
        click.echo(clean(f"{made['name']} is {made['id']}, {', '.join(roles)}."))
        click.echo(f"A token in their name: admind tokens create --member {made['id']} --scope read,propose,decide")


@members.command("roles")
@click.argument("member")
@click.argument("roles", nargs=-1)
@click.option("--brand", default="", help="In which brand, by name or id; needed when there are several.")
@as_json
@command
async def set_roles(member: str, roles: tuple[str, ...], brand: str, json_: bool) -> None:
    """Replace a member's roles; without any, they lose access to the brand."""
    async with line() as opened:
        body = {"roles": list(roles), "brand": await brand_id(opened, brand)}
        made = await opened.send("PUT", f"/members/{part(member)}/roles", body, as_="owner")
        show_json(made) if json_ else click.echo(
            clean(f"{made['name']} is now: {', '.join(roles) or 'without access'}.")
        )


@members.command("away")
@click.argument("member")
@click.argument("until", required=False, default="")
@click.option("--delegate", default="", help="Who decides meanwhile (member id).")
@as_json
@command
async def away(member: str, until: str, delegate: str, json_: bool) -> None:
    """A member is away until a date (2026-12-24); without a date: back."""
    async with line() as opened:
        body = {"until": _end_of(until, opened), "delegate": delegate}
        made = await opened.send("PUT", f"/members/{part(member)}/away", body, as_="owner")
        show_json(made) if json_ else click.echo("Noted." if until else "Welcome back.")


@members.command("erase")
@click.argument("member")
@yes_option
@as_json
@command
async def erase(member: str, yes: bool, json_: bool) -> None:
    """Forget who a member was. What they decided stays as a fact without a name; the audit still verifies."""
    async with line() as opened:
        sure(f"Erase {member} for good? This cannot be undone.", yes)
        await opened.send("DELETE", f"/members/{part(member)}", as_="owner")
        show_json({"id": member, "erased": True}) if json_ else click.echo("Erased.")


@click.group(invoke_without_command=True)
@click.option("--name", default=None, help="What it is called.")
@click.option("--voice", default=None, help="How it speaks, in your own words.")
@click.option("--language", default=None, help="Of its posts, e.g. en or de.")
@click.option("--colour", "palette", multiple=True, help="#rrggbb, the leading one first.")
@click.option("--logo", type=click.Path(exists=True, dir_okay=False), default=None, help="PNG, JPEG or WebP.")
@click.option("--approvals", type=int, default=None, help="How many people must approve.")
@click.option(
    "--self-approval",
    type=click.Choice(["auto", "allowed", "denied"]),
    default=None,
    help="May people approve what they asked for?",
)
@click.option(
    "--ai-pictures", type=click.Choice(["label", "none"]), default=None, help="Label pictures that a model made?"
)
@click.option(
    "--ai-text",
    type=click.Choice(["label", "reviewed"]),
    default=None,
    help="Label a model's words, or is review enough?",
)
@click.option(
    "--missing-ad", type=click.Choice(["block", "warn"]), default=None, help="When an ad no longer says that it is one."
)
@click.option("--digest/--no-digest", default=None, help="A summary of the week, each Monday at nine.")
@click.option("--avoid", "avoid_words", multiple=True, help="A word that it never uses.")
@click.option(
    "--fact", "facts", multiple=True, help="Something true of it; after a bar what proves it: 'TEXT | PROOF'."
)
@profile_options
@click.option("--brand", "--id", "which", default="", help="Which brand, by name or id, when there are several.")
@click.option("--add", default="", help="Make a further brand of this name, with a feed of its own.")
@as_json
@click.pass_context
def brand(ctx: click.Context, /, **given: Any) -> None:
    """Your brand: without options, what it is now."""
    if ctx.invoked_subcommand is None:
        _brand(**given)


for _command in (*leaving.COMMANDS, *importing.COMMANDS, *rules.COMMANDS):
    brand.add_command(_command)


@command
async def _brand(which: str, add: str, logo: str | None, json_: bool, **changes: Any) -> None:
    async with line() as opened:
        if add:
            which = str((await opened.send("POST", "/brands", {"name": add}, as_="owner"))["id"])
        every = (await opened.get("/brands"))["items"]
        which = await brand_id(opened, which) or (every[0]["id"] if every else "")
        found = next((each for each in every if each["id"] == which), None)
        if found is None:
            raise Refused("There is no brand yet.")
        wanted = {name: list(v) if isinstance(v, tuple) else v for name, v in changes.items() if v not in (None, ())}
        wanted = profiled(wanted, found["profile"])
        if logo is not None:
            wanted["logo"] = await upload(opened, Path(logo), brand=which)
        if wanted:
            found = await opened.send("PATCH", f"/brands/{found['id']}", wanted, as_="owner")
        if json_:
            show_json(found)
            return
        if len(every) > 1 and not which:
            click.echo("Others, to be named with --brand: " + ", ".join(clean(each["name"]) for each in every[1:]))
        rows = [*((key, value) for key, value in found.items() if key != "profile"), *profile_rows(found["profile"])]
        console().print(table(("", ""), [(key.replace("_", " "), _said(value)) for key, value in rows if value != []]))


@group("list")
def accounts() -> None:
    """Where posts go."""


@accounts.command("list")
@as_json
@command
async def list_accounts(json_: bool) -> None:
    """Every account with its health."""
    async with line() as opened:
        found = await opened.get("/accounts")
        if json_:
            show_json(found)
            return
        rows = [
            (
                each["id"],
                each["channel"],
                each["name"],
                "closed" if each["closed"] else each["health"],
                each["reason"] or "",
            )
            for each in found["items"]
        ]
        console().print(table(("id", "channel", "name", "health", ""), rows))


@accounts.command("add")
@click.argument("channel")
@click.argument("name")
@click.option("--option", "options", multiple=True, help="key=value, e.g. url=https://example.com/hook")
@click.option("--secret", "secrets", multiple=True, help="Name of a secret; you are asked for its value.")
@click.option("--brand", default="", help="Of which brand, by name or id; needed when there are several.")
@yes_option
@as_json
@command
async def add_account(
    channel: str, name: str, options: tuple[str, ...], secrets: tuple[str, ...], brand: str, yes: bool, json_: bool
) -> None:
    """Connect a place: admind accounts add webhook "Our site" --option url=https://… --secret signing_key"""
    if wrong := [option for option in options if "=" not in option]:
        raise Refused(f"Write --option as key=value, not {wrong[0]!r}. Nothing changed.")
    pairs = dict(option.partition("=")[::2] for option in options)
    given = {each.partition("=")[0]: each.partition("=")[2] or getpass.getpass(f"{each}: ") for each in secrets}
    async with line() as opened:
        body = {"channel": channel, "name": name, "options": pairs, "secrets": given}
        body["brand"] = await brand_id(opened, brand)
        tried = await opened.send("POST", "/accounts/try", body, as_="owner")
        if not json_:
            console().print(table(("", ""), _whose(tried)))
        given_back = {"tried": tried["tried"], "brand": body["brand"]}
        try:
            sure(f"Is this the one, and shall it post for {clean(tried['brand'])}?", yes)
        except Refused:
            await opened.send("POST", "/accounts/decline", given_back, as_="owner")
            raise
        made = await opened.send("POST", "/accounts", given_back, as_="owner")
        show_json(made) if json_ else click.echo(clean(f"{made['name']} is connected: {made['id']}."))


@accounts.command("rules")
@click.argument("account")
@click.option("--approvals", type=int, default=None, help="Approvals of the team.")
@click.option("--client-approvals", type=int, default=None, help="Then of the client.")
@click.option("--self-approval", type=click.Choice(["auto", "allowed", "denied"]), default=None)
@as_json
@command
async def account_rules(account: str, json_: bool, **rules: Any) -> None:
    """Ask more for one account than for the brand; without options: as the brand. The stricter of both holds."""
    async with line() as opened:
        wanted = {name: value for name, value in rules.items() if value is not None}
        changed = await opened.send("PUT", f"/accounts/{part(account)}/rules", wanted, as_="owner")
        if json_:
            show_json(changed)
        else:
            said = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in (changed["rules"] or {}).items())
            click.echo(clean(f"{changed['name']}: {said or 'as the brand'}."))


@accounts.command("release")
@click.argument("account")
@as_json
@command
async def release_account(account: str, json_: bool) -> None:
    """Send now all that waited while the account could not be used. Connect it again first."""
    async with line(publish_hint=not json_) as opened:
        somebody_decides(opened)
        await at_terminal("Send all that waited for this account now?", opened)
        done = await opened.send("POST", f"/accounts/{part(account)}/release", as_="decider")
        show_json(done) if json_ else click.echo(clean(done["sentence"]))


@accounts.command("close")
@click.argument("account")
@yes_option
@as_json
@command
async def close_account(account: str, yes: bool, json_: bool) -> None:
    """Disconnect: nothing is sent there any more, its secrets are gone."""
    async with line() as opened:
        sure("Disconnect this account?", yes)
        closed = await opened.send("DELETE", f"/accounts/{part(account)}", as_="owner")
        show_json(closed) if json_ else click.echo("Disconnected.")


@group("list")
def tokens() -> None:
    """Keys for programs."""


@tokens.command("list")
@as_json
@command
async def list_tokens(json_: bool) -> None:
    """Every token that is good, without its secret."""
    async with line() as opened:
        found = await opened.send("GET", "/tokens", as_="owner")
        if json_:
            show_json(found)
            return
        names = await _brand_names(opened)
        rows = [
            (
                each["id"],
                each["name"],
                ", ".join(each["scopes"]),
                ", ".join(names.get(brand, brand) for brand in each["brands"]) or "all brands",
                local_time(each["created_at"]),
            )
            for each in found["items"]
        ]
        console().print(table(("id", "name", "may", "in", "since"), rows))


@tokens.command("create")
@click.option("--scope", "scopes", default="read", help="read, propose and decide, comma-separated.")
@click.option("--name", default="", help="What it is for.")
@click.option("--days", type=int, default=None, help="How long it is good.")
@click.option("--member", default="", help="In whose name it acts (member id); unset: yours.")
@click.option("--brand", "brands", multiple=True, help="The only brand it reaches, by name or id; may be repeated.")
@as_json
@command
async def create_token(
    scopes: str, name: str, days: int | None, member: str, brands: tuple[str, ...], json_: bool
) -> None:
    """Make a token; it is shown once. With `decide` a program may approve in your name: the audit says so."""
    async with line() as opened:
        wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
        if not wanted or set(wanted) - {"read", "propose", "decide"}:
            raise Refused("Scopes are read, propose and decide, comma-separated. No token was made.")
        body = {"name": name, "scopes": wanted, "days": days, "member": member}
        body["brands"] = [await brand_id(opened, brand) for brand in brands]
        made = await opened.send("POST", "/tokens", body, as_="owner")
        if json_:
            show_json({"token": made["token"], "id": made["id"], "scopes": made["scopes"]})
        else:
            click.echo(made["token"])
            click.secho("Keep it safe: it is not shown again.", dim=True, err=True)


@tokens.command("revoke")
@click.argument("token")
@as_json
@command
async def revoke_token(token: str, json_: bool) -> None:
    """Make a token useless at once; TOKEN is its id."""
    async with line() as opened:
        await opened.send("DELETE", f"/tokens/{part(token)}", as_="owner")
        show_json({"id": token, "revoked": True}) if json_ else click.echo("Revoked.")


async def _brand_names(opened: Line) -> dict[str, str]:
    return {brand["id"]: brand["name"] for brand in (await opened.get("/brands"))["items"]}


def _whose(tried: dict[str, Any]) -> list[tuple[str, str]]:
    """What answered, for whoever says yes."""
    last = tried["last_post"] and f"{clean(tried['last_post'])[:200]}"
    at = local_time(tried["last_at"]) if tried["last_at"] else ""
    rows = [
        ("channel", tried["channel"]),
        ("will be called", clean(tried["name"])),
        ("name there", clean(" ".join(each for each in (tried["called_there"], tried["handle"]) if each))),
        ("place", clean(tried["page"] or tried["server"] or "")),
        ("last post", f"{last} ({at})" if last and at else last or "none that can be read"),
        ("brand", clean(tried["brand"])),
        ("", "connected already: its access is renewed" if tried["known"] else ""),
    ]
    return [(name, said) for name, said in rows if said]


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(
            profiles.fact_line(profiles.Fact(**each)) if isinstance(each, dict) else str(each) for each in value
        )
    return str(value)


def _end_of(day: str, opened: Line) -> str | None:
    """The end of that day in the team's zone, as an ISO instant."""
    if not day:
        return None
    zone = ZoneInfo(opened.settings.timezone) if opened.settings.timezone else None
    try:
        local = datetime.combine(datetime.fromisoformat(day).date(), time(23, 59), tzinfo=zone)
    except ValueError as error:
        raise Refused("Write the date like 2026-12-24. Nothing changed.") from error
    return local.astimezone(UTC).isoformat()
