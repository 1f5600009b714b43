"""Slack: a room of a workspace, through an app of yours (https://docs.slack.dev/reference/methods/chat.postMessage).

Slack has no key that makes one message of two requests. Each message bears the post's key in its metadata
(https://docs.slack.dev/messaging/message-metadata), which only apps can see, so a doubt is looked into by key in the
room's history. That a message shows there at once is documented nowhere: when it is not found, a person is asked.

Account options: `room` (its id or address); `server` for a proxy. Secret: `bot_token`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.answers import KEPT, count_of
from bot.channels.base import (
    Absent,
    Account,
    AttemptKey,
    CannotTell,
    Capabilities,
    ChannelRefused,
    Content,
    Door,
    Found,
    Introduction,
    Live,
    Lookup,
    Measure,
    OutcomeUnknown,
    Pace,
    Problem,
    ProvenNotSent,
    Receipt,
)
from bot.channels.content import link_in, sealed
from bot.channels.limits import problems
from bot.channels.mastodon_server import origin_of
from bot.channels.slack_api import (
    INVITE,
    SERVER,
    Api,
    blocks_of,
    file_in,
    files_of,
    key_of,
    room_in,
    stamp_in,
)
from bot.channels.slack_showing import address_of
from bot.channels.slack_text import MOST, length, shown
from bot.channels.slack_upload import upload
from bot.errors import AdMindError, BadInput
from storage.sealed import Part, SealedPayload

GATHER_SECONDS = 40  # of the deadline, for pictures; the rest is for the post
ADDRESS_SECONDS = 5  # for the post's address, once it is out
CLOCK_SLACK = timedelta(minutes=2)  # how far Slack's clock may be from ours when a post is looked for by time
PAGE, MOST_PAGES = 50, 6  # a page stays far below what the safe client reads
_ROOM = re.compile(r"(?:https?://[^/]+/archives/)?([CG][A-Z0-9]{8,20})/?")


class Slack:
    """Adapter of Slack's Web API, for a bot in a room."""

    capabilities = Capabilities(
        channel="slack",
        title="Slack",
        text_limit=MOST,  # `slack_text`
        unit="characters",
        form="chat message",
        images_max=10,  # ours; a message has 50 blocks: https://docs.slack.dev/reference/block-kit/blocks
        # png, jpg, jpeg and gif: https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object
        image_mimes=("image/jpeg", "image/png"),
        image_max_bytes=10_000_000,  # ours: documented nowhere for pictures in a message
        image_max_pixels=(4096, 4096),
        image_ratio=(0.2, 5.0),
        picture_size=(1200, 675),
        alt_limit=2000,  # https://docs.slack.dev/reference/block-kit/blocks/image-block
        hashtags="none",  # Slack makes nothing of them
        deletes=True,
        access_ends=True,
        reads_back=True,
        metrics=("reactions", "replies"),
        settle=timedelta(seconds=60),  # documented nowhere
        deadline=timedelta(seconds=60),
        # https://docs.slack.dev/apis/web-api/rate-limits (2026), "Posting messages": one a second in a room.
        pace=Pace(gap=timedelta(seconds=1)),
    )

    def capabilities_for(self, account: Account) -> Capabilities:
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        """As it is written there, escapes included: never less than Slack counts."""
        return Measure(length(text), MOST, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        text, links = link_in(content)
        return sealed(
            content,
            account,
            self.capabilities.channel,
            parts=(Part(text=text.strip(), media=content.media),),
            links=links,
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        found = problems(payload, self.capabilities, lambda text: self.measure(text, account))
        if any(not medium.alt.strip() for medium in payload.parts[0].media):
            found += (Problem("no_alt", "Slack takes no picture without an alt text.", "Say what it shows."),)
        return found

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await Api.of(door, payload.server)
                await _same_account(api, payload)
                files = [await upload(api, medium) for medium in payload.parts[0].media]
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} did not take the pictures in time.", kept=KEPT) from error
        said = await api.publish(payload, files, key.key)
        stamp = stamp_in(said.get("ts"))
        if not stamp or said.get("channel") != payload.destination:
            raise OutcomeUnknown(f"{door.account.name} said yes, but not to which post.")
        return await _receipt(api, payload.destination, stamp, files)

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By key, in the room's history since shortly before the first attempt."""
        try:
            api = await Api.of(door, payload.server)
            ours, whole = await _by_key(api, payload.destination, key)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        if ours is None:
            return Absent() if whole else CannotTell("Too many posts stand there since then.")
        return Found(await _receipt(api, payload.destination, stamp_in(ours.get("ts")), files_of(ours)))

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        api = await Api.of(door, door.account.server)
        message = await _message(api, receipt)
        if message is None:
            return None
        alts = tuple(str(each.get("alt_text") or "").strip() for each in blocks_of(message, "image"))
        files = files_of(message) if len(files_of(message)) == len(alts) else []
        pictures = tuple([await address_of(api, file) for file in files])
        return Live(text=shown(blocks_of(message)), alts=alts, url=receipt.url, pictures=pictures)

    async def picture(self, address: str, most_bytes: int, door: Door) -> bytes | None:
        return await (await Api.of(door, door.account.server)).shown(address, most_bytes)

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """The message, then the files of its pictures: those would stay with the bot."""
        api = await Api.of(door, door.account.server)
        room, stamp, files = _parts(receipt)
        await api.delete("chat.delete", {"channel": room, "ts": stamp})
        for file in files:
            await api.delete("files.delete", {"file": file})

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        message = await _message(await Api.of(door, door.account.server), receipt)
        if message is None:
            return {}
        found = message.get("reactions")
        reactions = [each.get("count") for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        replies = message.get("reply_count")
        return {
            "reactions": sum(count for count in reactions if type(count) is int and count > 0),
            "replies": replies if type(replies) is int and replies > 0 else 0,
        }

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def followers(self, account: Account, door: Door) -> int | None:
        """The room's members, bots with them: https://docs.slack.dev/reference/methods/conversations.info
        (`include_num_members`; scopes `channels:read`, `groups:read`).
        """
        api = await Api.of(door, account.server)
        room = (await api.read("conversations.info", channel=account.destination, include_num_members="true")).get(
            "channel"
        )
        return count_of(room.get("num_members")) if isinstance(room, dict) else None

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """The room and workspace, and the last that the bot said there, with the picture that it wore."""
        try:
            api = await Api.of(door, account.server)
            found = await api.read("conversations.history", channel=account.destination, limit=str(PAGE))
        except AdMindError:
            return Introduction(name=account.handle, last_post=None)
        user = account.remote_id.partition(":")[2]
        last = next(
            (each for each in _messages(found) if each.get("user") == user and blocks_of(each, "rich_text")), {}
        )
        return Introduction(
            name=f"{account.handle} · {account.options.get('team', '')}",
            avatar=_icon(last),
            last_post=shown(blocks_of(last))[:500],
            last_at=_at(stamp_in(last.get("ts"))),
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Which bot it is, in which workspace and room, and whether it is in there.

        Raises BadInput for options that cannot work, ChannelRefused (`unauthorized` when it is not in the room).
        """
        origin = origin_of(account.options.get("server", "").strip() or SERVER)
        named = _ROOM.fullmatch(account.options.get("room", "").strip())
        if named is None:
            raise BadInput(
                "That is no room of Slack.", kept="Nothing changed.", do_next="Press its name, and copy its link."
            )
        api = await Api.of(door, origin)
        me = await _me(api)
        room = (await api.read("conversations.info", channel=named[1])).get("channel")
        if not isinstance(room, dict) or room_in(room.get("id")) != named[1] or not room.get("is_member"):
            raise ChannelRefused(
                f"The bot is not in the room of {account.name}.",
                code="unauthorized",
                kept="Nothing changed.",
                do_next=INVITE,
            )
        if room.get("is_archived"):
            raise BadInput("That room is archived.", do_next="Unarchive it in Slack, or choose another room.")
        address = str(me.get("url") or "").rstrip("/")
        return account.changed(
            remote_id=f"{me['team_id']}:{me['user_id']}",
            server=origin,
            destination=named[1],
            handle=f"#{str(room.get('name') or '')[:79]}",
            page=f"{address}/archives/{named[1]}" if address.startswith("https://") else "",
            options={**account.options, "room": named[1], "team": str(me.get("team") or "")[:80]},
        )


async def _me(api: Api) -> dict[str, Any]:
    """Who the token is for. Raises ChannelRefused, ProvenNotSent."""
    me = await api.read("auth.test")
    if not me.get("team_id") or not me.get("user_id"):
        raise ProvenNotSent(f"{api.name} does not say whose token it is.", kept=KEPT)
    return me


async def _same_account(api: Api, payload: SealedPayload) -> None:
    me = await _me(api)
    if f"{me['team_id']}:{me['user_id']}" != payload.remote_id:
        raise ChannelRefused(
            f"The access to {api.name} is for another bot than when the post was approved.",
            code="other_account",
            kept=KEPT,
            do_next="Connect the account again.",
        )


async def _receipt(api: Api, room: str, stamp: str, files: list[str]) -> Receipt:
    """`remote_id` names the message and its files, so that all can be deleted from it alone. Never raises: it is out,
    and an address that cannot be had is only missing.
    """
    try:
        async with asyncio.timeout(ADDRESS_SECONDS):
            found = (await api.read("chat.getPermalink", channel=room, message_ts=stamp)).get("permalink")
    except Exception:
        found = ""
    url = found if isinstance(found, str) and found.startswith("https://") else api.door.account.page
    return Receipt(":".join((room, stamp, ",".join(files))), url, _at(stamp) or api.door.now())


async def _by_key(api: Api, room: str, key: AttemptKey) -> tuple[dict[str, Any] | None, bool]:
    """The message with this key, and whether all since the first attempt were looked at."""
    oldest = f"{(key.first_at - CLOCK_SLACK).timestamp():.6f}"
    asked = {"channel": room, "oldest": oldest, "include_all_metadata": "true", "limit": str(PAGE)}
    for _ in range(MOST_PAGES):
        said = await api.read("conversations.history", **asked)
        for message in _messages(said):
            if key_of(message) == key.key and stamp_in(message.get("ts")):
                return message, True
        following = said.get("response_metadata")
        cursor = following.get("next_cursor") if isinstance(following, dict) else ""
        if not cursor:
            return None, not said.get("has_more")
        asked["cursor"] = str(cursor)
    return None, False


async def _message(api: Api, receipt: Receipt) -> dict[str, Any] | None:
    """What stands there; None when it does not."""
    room, stamp, _ = _parts(receipt)
    asked = {"channel": room, "oldest": stamp, "latest": stamp, "inclusive": "true", "limit": "1"}
    found = _messages(await api.read("conversations.history", **asked))
    return next((each for each in found if each.get("ts") == stamp), None)


def _icon(message: dict[str, Any]) -> str:
    """The address of the bot's picture, which a message carries (`bot_profile` of the Web API's messages)."""
    profile = message.get("bot_profile")
    icons = profile.get("icons") if isinstance(profile, dict) else None
    found = icons.get("image_72") if isinstance(icons, dict) else None
    return found[:2000] if isinstance(found, str) else ""


def _messages(said: dict[str, Any]) -> list[dict[str, Any]]:
    """Raises ValueError when the answer has none: silence is not absence."""
    found = said.get("messages")
    if not isinstance(found, list):
        raise ValueError("messages")
    return [each for each in found if isinstance(each, dict)]


def _parts(receipt: Receipt) -> tuple[str, str, list[str]]:
    room, _, rest = receipt.remote_id.partition(":")
    stamp, _, files = rest.partition(":")
    return room_in(room), stamp_in(stamp), [file for file in files.split(",") if file_in(file)]


def _at(stamp: str) -> datetime | None:
    return datetime.fromtimestamp(float(stamp), UTC) if stamp else None
