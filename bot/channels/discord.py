"""Discord: a room of a server, through a bot of yours (https://docs.discord.com/developers/resources/message).

With `enforce_nonce` the same nonce by the same bot makes one message "in the past few minutes"; what that means in
minutes is documented nowhere, so AdMind relies on two. Discord keeps no nonce with a message that is read later
(https://github.com/Rapptz/discord.py/issues/2451): a doubt is looked into by the bot's own messages, words and time.

In an announcement room a message may also be passed on to the servers that follow it (`crosspost`): a second call,
which is done again under the same nonce when it is in doubt, and which makes no second message.

Account options: `room` (its number or address); `crosspost` "yes"; `server` for a server that speaks the same API.
Secret: `bot_token`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.channels.answers import KEPT, ask
from bot.channels.base import (
    Absent,
    Account,
    AttemptKey,
    CannotTell,
    ChannelRefused,
    Door,
    Found,
    Introduction,
    Lookup,
    OutcomeUnknown,
    ProvenNotSent,
    Receipt,
)
from bot.channels.discord_api import (
    MAY,
    Api,
    alts_of,
    code_of,
    face_of,
    id_at,
    id_in,
    judged,
    made_at,
    receipt_of,
    server_of,
)
from bot.channels.discord_members import members_of
from bot.channels.discord_posts import CAPABILITIES, DiscordPosts, message_in
from bot.channels.discord_text import plain
from bot.channels.handed import Carries, no_words
from bot.errors import AdMindError, BadInput
from storage.sealed import SealedPayload

KEY_LIFE = timedelta(minutes=2)
CLOCK_SLACK = timedelta(minutes=2)  # how far Discord's clock may be from ours when a post is looked for by time
PAGE, MOST_PAGES = 50, 6  # a page stays far below what the safe client reads
ROOMS = (0, 5, 10, 11, 12)  # text, announcement, and threads of them
ANNOUNCEMENT, CROSSPOSTED, ALREADY_CROSSPOSTED = 5, 1 << 0, 40033
_ROOM = re.compile(r"(?:https?://[^/]+/channels/[0-9]{5,20}/)?([0-9]{5,20})/?")


class Discord(DiscordPosts):
    """Adapter of Discord's API, for a bot in a room."""

    capabilities = dataclasses.replace(CAPABILITIES, key_life=KEY_LIFE)
    sealed_options = ("crosspost",)

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By words and time, among the bot's own messages since shortly before the first attempt."""
        try:
            api = await _api(door, payload.server)
            mine, whole = await _since(api, payload, key.first_at - CLOCK_SLACK)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        same = [each for each in mine if _says(each, payload)]
        if len(same) > 1:
            return CannotTell("Several posts with these words stand there.")
        receipt = receipt_of(same[0], payload.destination, door) if same else None
        if receipt is None:
            return Absent() if whole else CannotTell("Too many posts stand there since then.")
        if _crossposts(payload.extra) and not _flags(same[0]) & CROSSPOSTED:
            return CannotTell("It stands in the room, but was not passed on to the servers that follow it.")
        return Found(receipt)

    async def delete(self, receipt: Receipt, door: Door) -> None:
        room, message = message_in(receipt)
        await (await _api(door, door.account.server)).delete(f"/channels/{room}/messages/{message}")

    async def followers(self, account: Account, door: Door) -> int | None:
        """The server's members, where everybody there sees the room: `discord_members`."""
        return await members_of(await _api(door, account.server), account.destination)

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """The room, the bot's picture, and the last that it said there."""
        try:
            api = await _api(door, account.server)
            me = await _me(api)
            found = await api.list(f"/channels/{account.destination}/messages", limit=str(PAGE))
        except (AdMindError, ValueError):
            return Introduction(name=account.handle, last_post=None)
        mine = [each for each in found if _author(each) == account.remote_id and id_in(each.get("id"))]
        last = mine[0] if mine else {}
        return Introduction(
            name=f"{account.handle} · {str(me.get('username') or '')[:80]}",
            avatar=face_of(account, me.get("avatar")),
            last_post=plain(str(last.get("content") or ""))[:500],
            last_at=made_at(last["id"]) if last else None,
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Which bot it is, and in which room.

        Raises BadInput for options that cannot work, ChannelRefused (`unauthorized` when it does not see the room).
        """
        origin = server_of(account.options.get("server", "").strip())
        named = _ROOM.fullmatch(account.options.get("room", "").strip())
        if account.options.get("crosspost", "no") not in ("yes", "no"):
            raise BadInput("The option crosspost is either yes or no.")
        if named is None:
            raise BadInput(
                "That is no room of Discord.", kept="Nothing changed.", do_next="Press it, and choose Copy Link."
            )
        api = await _api(door, origin)
        me = await _me(api)
        room = await api.read(f"/channels/{named[1]}")
        guild, kind = id_in(room.get("guild_id")), room.get("type")
        if id_in(room.get("id")) != named[1] or not guild or kind not in ROOMS:
            raise BadInput("Nothing can be posted to that room.", do_next="Choose a text room or a thread of a server.")
        if _crossposts(account.options) and kind != ANNOUNCEMENT:
            raise BadInput("Only an announcement room passes posts on.", do_next="Leave the option crosspost out.")
        return account.changed(
            remote_id=str(me["id"]),
            server=origin,
            destination=named[1],
            handle=f"#{str(room.get('name') or '')[:79]}",
            page=f"{origin}/channels/{guild}/{named[1]}",
            options={**account.options, "room": named[1], "guild": guild},
        )

    async def _approved(self, payload: SealedPayload, door: Door) -> Api:
        api = await _api(door, payload.server)
        if (await _me(api))["id"] != payload.remote_id:
            raise ChannelRefused(
                f"The access to {api.name} is for another bot than when the post was approved.",
                code="other_account",
                kept=KEPT,
                do_next="Connect the account again.",
            )
        return api

    async def _post(
        self, api: Api, payload: SealedPayload, pictures: Sequence[bytes], key: AttemptKey
    ) -> dict[str, Any]:
        path = f"/channels/{payload.destination}/messages"
        # 25 characters at most: 100 of the key's 128 bits.
        said = await api.publish(path, payload, pictures, {"nonce": key.key[:25], "enforce_nonce": True})
        if _crossposts(payload.extra) and id_in(said.get("id")):
            await _crosspost(api, payload, f"{path}/{said['id']}/crosspost")
        return said

    async def _message(self, receipt: Receipt, door: Door) -> dict[str, Any] | None:
        room, message = message_in(receipt)
        return await (await _api(door, door.account.server)).message(f"/channels/{room}/messages/{message}")


async def _api(door: Door, origin: str) -> Api:
    """Raises ChannelRefused without a token."""
    return Api(door, f"{origin}/api/v10", (await door.secret("bot_token")).strip())


async def _me(api: Api) -> dict[str, Any]:
    """Who the token is for. Raises ChannelRefused, ProvenNotSent."""
    try:
        me = await api.read("/users/@me")
    except ChannelRefused as refused:
        if refused.code != "unauthorized":
            raise
        raise ChannelRefused(
            f"Discord does not know the bot of {api.name} by this token.",
            code="unauthorized",
            kept=KEPT,
            do_next="Reset the token under Bot in Discord's developer portal, and connect it again.",
        ) from refused
    if not id_in(me.get("id")):
        raise ProvenNotSent(f"{api.name} does not say whose token it is.", kept=KEPT)
    return me


async def _crosspost(api: Api, payload: SealedPayload, path: str) -> None:
    """Pass on what stands there by now: whatever goes wrong leaves the whole in doubt. Raises OutcomeUnknown."""
    try:
        await api.door.check()
        carries = Carries(payload, lambda _: {}, no_words)
        answer = await ask(lambda: api.call("POST", path, carries=carries), api.name)
        if code_of(answer) != ALREADY_CROSSPOSTED:
            judged(answer, api.door)
    except (ChannelRefused, ProvenNotSent) as error:
        raise OutcomeUnknown(
            f"It stands in {api.name}, but was not passed on to the servers that follow it.", do_next=MAY
        ) from error


async def _since(api: Api, payload: SealedPayload, since: datetime) -> tuple[list[dict[str, Any]], bool]:
    """The bot's messages in the room since then, and whether these are all."""
    after, mine = id_at(since), list[dict[str, Any]]()
    for _ in range(MOST_PAGES):
        page = await api.list(f"/channels/{payload.destination}/messages", limit=str(PAGE), after=after)
        mine += [each for each in page if _author(each) == payload.remote_id and not each.get("webhook_id")]
        if len(page) < PAGE:
            return mine, True
        after = max((id_in(each.get("id")) for each in page), key=lambda found: int(found or 0))
    return mine, False


def _says(message: dict[str, Any], payload: SealedPayload) -> bool:
    part = payload.parts[0]
    alts = tuple(medium.alt.strip() for medium in part.media)
    return plain(str(message.get("content") or "")) == part.text and alts_of(message) == alts


def _author(message: dict[str, Any]) -> str:
    author = message.get("author")
    return id_in(author.get("id")) if isinstance(author, dict) else ""


def _flags(message: dict[str, Any]) -> int:
    flags = message.get("flags")
    return flags if type(flags) is int else 0


def _crossposts(options: Mapping[str, str]) -> bool:
    return options.get("crosspost") == "yes"
