"""Words about the house that only one person may read, or that a person's own word must be behind."""

from __future__ import annotations

from bot.bootstrap import AdMind
from bot.publishing.pause import say_scope
from bot.words import reader, retold, told, words
from handlers.chat.visiting import Visitor


async def studio(admind: AdMind, visitor: Visitor) -> str:
    """A link that signs in, good once."""
    address = await studio_link(admind, visitor)
    return told(
        "Your way into the studio, good once and for 15 minutes. Keep it to yourself: {address}", address=address
    )


async def studio_link(admind: AdMind, visitor: Visitor, page: str = "") -> str:
    """Signs in, and leads to this page of the studio."""
    code = await admind.sign_in.link(visitor.workspace, visitor.member.id, surface=visitor.surface)
    return f"{admind.settings.base_url.rstrip('/')}/studio/in/{code}" + (f"?page={page}" if page else "")


async def resume(admind: AdMind, visitor: Visitor, scope: str, channel: str) -> str:
    """Lets posts go out again. Raises BadInput, NotAllowed."""
    room = await admind.homes.room(visitor.surface, visitor.who.team, channel)
    brand = room.brand if room else await admind.looking.home_brand(visitor.workspace, visitor.member.id)
    words = scope.strip()
    named = {"": f"brand:{brand}", "brand": f"brand:{brand}", "everything": "workspace", "all": "workspace"}
    kind, _, value = words.partition(" ")
    wanted = named.get(words.casefold(), f"{kind.casefold()}:{value.strip()}" if value else words)
    lifted = await admind.pausing.resume(
        visitor.workspace, wanted, visitor.member, admind.clock.now(), surface=visitor.surface
    )
    return told("Posts go out again: {what}.", what=await scope_name(admind, visitor, lifted.scope))


async def flow(admind: AdMind, visitor: Visitor, verb: str, brand: str) -> str:
    """Stop all that the brand would send, let it go on, or keep a brand that leaves. Raises NotAllowed, BadInput."""
    if verb == "stay":
        await admind.farewells.undo(visitor.workspace, visitor.member.id, brand, surface=visitor.surface)
        return told("It stays: everything is as before.")
    scope, now, surface = f"brand:{brand}", admind.clock.now(), visitor.surface
    if verb == "resume":
        lifted = await admind.pausing.resume(visitor.workspace, scope, visitor.member, now, surface=surface)
        return told("Posts go out again: {what}.", what=await scope_name(admind, visitor, lifted.scope))
    stopped = await admind.stopping.stop(visitor.workspace, scope, visitor.member, "", now, surface)
    if not stopped.held:
        return told("Stopped. Nothing was scheduled, and nothing goes out from now on.")
    return words(reader()).many(
        "Stopped: {count} scheduled post waits until somebody lets it go on.",
        "Stopped: {count} scheduled posts wait until somebody lets them go on.",
        len(stopped.held),
    )


async def scope_name(admind: AdMind, visitor: Visitor, scope: str) -> str:
    """What was paused, as people call it."""
    kind, _, value = scope.partition(":")
    looking, by = admind.looking, (visitor.workspace, visitor.member.id)
    named: dict[str, str] = {}
    if kind == "brand":
        named = {each.id: each.name for each in (await looking.brands(*by)).items}
    elif kind == "account":
        named = {each.id: each.name for each in (await looking.accounts(*by)).items}
    return named.get(value) or retold(say_scope(scope))


async def reconnect(admind: AdMind, visitor: Visitor, account: str) -> str:
    """Where an account is logged in again. Raises NotFound."""
    found = await admind.looking.account_record(visitor.workspace, visitor.member.id, account)
    return told(
        "Connect {account} again in the studio, under Settings, Accounts. What failed is sent once you press “Try "
        "again” on its message. Your way in, good once and for 15 minutes: {address}",
        account=found.name,
        address=await studio_link(admind, visitor, "settings/accounts"),
    )


async def whose(admind: AdMind, visitor: Visitor, waiting: str) -> str:
    """Where an owner sees an account that waits for their word. Raises NotFound, NotAllowed."""
    found = await admind.waiting.look(visitor.workspace, waiting, visitor.member)
    return told(
        "{account} waits in the studio, under Settings, Accounts: there you see whose it is, and say yes or no. Your "
        "way in, good once and for 15 minutes: {address}",
        account=found.account.name,
        address=await studio_link(admind, visitor, f"settings/accounts/waiting/{found.id}"),
    )


async def release(admind: AdMind, visitor: Visitor, account: str) -> str:
    """Send all that waited for an account. Raises NotFound, NotAllowed, BadInput."""
    return await admind.lapses.release(visitor.workspace, account, visitor.member.id, visitor.surface)
