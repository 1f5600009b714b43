"""Discord: a room of a server, through a webhook of that room: no bot, no permissions, one address that is the secret.

https://docs.discord.com/developers/resources/webhook#execute-webhook: with `wait` Discord answers once the message is
saved, and with the message. A webhook takes no nonce (https://github.com/discord/discord-api-docs/pull/6647) and reads
nothing but messages whose number is known, so after an unclear end a person is asked, always.

Account options: `thread` (number or address of a thread in that room). Secret: `webhook_url`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

from bot.channels.answers import KEPT
from bot.channels.base import (
    Account,
    AttemptKey,
    CannotTell,
    ChannelRefused,
    Door,
    Introduction,
    Lookup,
    ProvenNotSent,
    Receipt,
)
from bot.channels.discord_api import Api, face_of, id_in, server_of
from bot.channels.discord_posts import CAPABILITIES, DiscordPosts, message_in
from bot.errors import AdMindError, BadInput
from storage.sealed import SealedPayload

INCOMING = 1
_PATH = re.compile(r"(https?://[^/?#]+)/api(?:/v[0-9]{1,2})?/webhooks/([0-9]{5,20})/([A-Za-z0-9_-]{20,200})/?")
_THREAD = re.compile(r"(?:https?://[^/]+/channels/[0-9]{5,20}/)?([0-9]{5,20})/?")


class DiscordWebhook(DiscordPosts):
    """Adapter of Discord's webhooks."""

    capabilities = dataclasses.replace(CAPABILITIES, channel="discord_webhook", title="Discord webhook")

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        return CannotTell("Discord lets no webhook read what stands in its room.")

    async def delete(self, receipt: Receipt, door: Door) -> None:
        api, _ = await _api(door)
        await api.delete(f"/messages/{message_in(receipt)[1]}", **_thread(door.account))

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """The webhook's name and picture: it reads no posts."""
        try:
            hook = await _hook(door)
        except AdMindError:
            return Introduction(last_post=None)
        return Introduction(
            name=str(hook.get("name") or "")[:200],
            avatar=face_of(account, hook.get("avatar")),
            last_post=None,
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Which webhook it is, and of which room.

        Raises BadInput for an address or thread that is none, ChannelRefused (`unauthorized` when it was deleted).
        """
        given = account.options.get("thread", "").strip()
        named = _THREAD.fullmatch(given)
        if given and named is None:
            raise BadInput("That is no thread of Discord.", kept="Nothing changed.", do_next="Leave it empty.")
        _, origin = await _api(door)
        hook = await _hook(door)
        room, guild = id_in(hook.get("channel_id")), id_in(hook.get("guild_id"))
        if not room or hook.get("type") != INCOMING:
            raise BadInput("That webhook takes no posts.", do_next="Make one in Discord: Integrations, Webhooks.")
        thread = named[1] if named else ""
        return account.changed(
            remote_id=str(hook["id"]),
            server=origin,
            destination=thread or room,
            handle=str(hook.get("name") or "")[:80],
            page=f"{origin}/channels/{guild}/{thread or room}" if guild else "",
            options={**account.options, "thread": thread, "room": room, "guild": guild},
        )

    async def _approved(self, payload: SealedPayload, door: Door) -> Api:
        """Also asked: the room, for whoever runs the server can move a webhook to another one."""
        api, origin = await _api(door)
        hook = await _hook(door)
        place = (origin, hook.get("id"), id_in(hook.get("channel_id")))
        if place != (payload.server, payload.remote_id, door.account.options.get("room")):
            raise ChannelRefused(
                f"The webhook of {api.name} leads to another room than when the post was approved.",
                code="other_account",
                kept=KEPT,
                do_next="Move it back in Discord, or connect it again.",
            )
        return api

    async def _post(
        self, api: Api, payload: SealedPayload, pictures: Sequence[bytes], key: AttemptKey
    ) -> dict[str, Any]:
        return await api.publish("", payload, pictures, {}, wait="true", **_thread(api.door.account))

    async def _message(self, receipt: Receipt, door: Door) -> dict[str, Any] | None:
        api, _ = await _api(door)
        return await api.message(f"/messages/{message_in(receipt)[1]}", **_thread(door.account))


async def _api(door: Door) -> tuple[Api, str]:
    """Calls below the webhook's address, and its origin. Raises ChannelRefused for an address that is none."""
    found = _PATH.fullmatch((await door.secret("webhook_url")).strip())
    if found is None:
        raise ChannelRefused(
            "That is no address of a webhook of Discord.",
            code="unauthorized",
            kept=KEPT,
            do_next="Copy it in Discord: Integrations, Webhooks, Copy Webhook URL.",
        )
    origin = server_of(found[1])
    return Api(door, f"{origin}/api/v10/webhooks/{found[2]}/{found[3]}"), origin


async def _hook(door: Door) -> dict[str, Any]:
    """What Discord says of it. Raises ChannelRefused (`unauthorized` when it was deleted), ProvenNotSent."""
    api, _ = await _api(door)
    hook = await api.read("")
    if not id_in(hook.get("id")):
        raise ProvenNotSent(f"{api.name} does not say which webhook it is.", kept=KEPT)
    return hook


def _thread(account: Account) -> dict[str, str]:
    thread = account.options.get("thread", "")
    return {"thread_id": thread} if thread else {}
