"""Words about the house that only one person may read, or that a person's own word must be behind."""

from __future__ import annotations

from bot.errors import BadInput
from bot.publishing.pause import say_scope
from bot.words import retold, told
from handlers.slack.people import Visitor
from handlers.slack.slack import Slack


async def studio(slack: Slack, visitor: Visitor) -> str:
    """A link that signs in, good once."""
    address = await studio_link(slack, visitor)
    return told(
        "Your way into the studio, good once and for 15 minutes. Keep it to yourself: {address}", address=address
    )


async def studio_link(slack: Slack, visitor: Visitor) -> str:
    admind = slack.admind
    code = await admind.sign_in.link(visitor.workspace, visitor.member.id, surface="slack")
    return f"{admind.settings.base_url.rstrip('/')}/studio/in/{code}"


async def resume(slack: Slack, visitor: Visitor, scope: str, channel: str) -> str:
    """Lets posts go out again. Raises BadInput, NotAllowed."""
    room = await slack.admind.homes.room("slack", visitor.who.team, channel)
    brand = room.brand if room else await slack.admind.looking.home_brand(visitor.workspace, visitor.member.id)
    words = scope.strip()
    named = {"": f"brand:{brand}", "brand": f"brand:{brand}", "everything": "workspace", "all": "workspace"}
    kind, _, value = words.partition(" ")
    wanted = named.get(words.casefold(), f"{kind.casefold()}:{value.strip()}" if value else words)
    lifted = await slack.admind.pausing.resume(
        visitor.workspace, wanted, visitor.member, slack.admind.clock.now(), surface="slack"
    )
    return told("Posts go out again: {what}.", what=await scope_name(slack, visitor, lifted.scope))


async def scope_name(slack: Slack, visitor: Visitor, scope: str) -> str:
    """What was paused, as people call it."""
    kind, _, value = scope.partition(":")
    looking, by = slack.admind.looking, (visitor.workspace, visitor.member.id)
    named: dict[str, str] = {}
    if kind == "brand":
        named = {each.id: each.name for each in (await looking.brands(*by)).items}
    elif kind == "account":
        named = {each.id: each.name for each in (await looking.accounts(*by)).items}
    return named.get(value) or retold(say_scope(scope))


async def reconnect(slack: Slack, visitor: Visitor, account: str) -> str:
    """Where an account is logged in again. Raises NotFound."""
    found = await slack.admind.looking.account_record(visitor.workspace, visitor.member.id, account)
    return told(
        "Connect {account} again in the studio, under Settings, Accounts. What failed is sent once you press “Try "
        "again” on its message. Your way in, good once and for 15 minutes: {address}",
        account=found.name,
        address=await studio_link(slack, visitor),
    )


async def code(slack: Slack, visitor: Visitor) -> str:
    """Raises NotAllowed."""
    made = await slack.admind.homes.join_code(visitor.workspace, visitor.member)
    return told("In the other Slack workspace, an owner says within ten minutes: /admind join {code}", code=made)


async def join(slack: Slack, visitor: Visitor, given: str) -> str:
    """Raises BadInput, NotAllowed."""
    if not given.strip():
        raise BadInput(told("Which code? Write /admind join and the code."), kept=told("Nothing changed."))
    await slack.admind.homes.join("slack", visitor.who.team, given.strip(), visitor.who)
    slack.teams.forget(visitor.who.team)
    slack.people.forget(visitor.who.team)
    return told("Done: this Slack workspace works with the other one now.")
