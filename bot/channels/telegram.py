"""Telegram: a channel or group, through a bot of yours (https://core.telegram.org/bots/api).

The Bot API has no key that makes one message of two requests, and no way to read what stands in a chat: after an
unclear end a person is asked, always. Text goes out as plain text; Telegram itself makes links of addresses, mentions
and hashtags.

A bot has one stream of updates, which whoever reads it takes from all others: reactions are counted only where a person
said that the bot is AdMind's alone.

Account options: `chat` (@name or number); `server` for a Bot API server of your own; `reactions` "yes" (the bot is
AdMind's alone). Secret: `bot_token`.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.answers import count_of, document, path_on
from bot.channels.base import (
    Account,
    AttemptKey,
    CannotTell,
    Capabilities,
    ChannelRefused,
    Content,
    Door,
    Introduction,
    Live,
    Lookup,
    Measure,
    OutcomeUnknown,
    Pace,
    Problem,
    ProvenNotSent,
    Receipt,
    Window,
)
from bot.channels.content import link_in, sealed
from bot.channels.handed import Carries
from bot.channels.limits import problems
from bot.channels.mastodon_server import origin_of
from bot.channels.telegram_api import KEPT, Api, chat_in, request_of
from bot.errors import BadInput
from storage.sealed import Part, SealedPayload

SERVER = "https://api.telegram.org"
WEB = "https://t.me"
GATHER_SECONDS = 10
MOST_TEXT, MOST_CAPTION = 4096, 1024  # sendMessage, sendPhoto: "characters after entities parsing"
MAY_POST = ("creator", "administrator", "member")


class Telegram:
    """Adapter of the Telegram Bot API."""

    capabilities = Capabilities(
        channel="telegram",
        title="Telegram",
        text_limit=MOST_TEXT,
        unit="characters",
        form="chat message",
        images_max=10,  # sendMediaGroup: 2 to 10
        image_mimes=("image/jpeg", "image/png", "image/webp"),
        # sendPhoto: at most 10 MB, width and height together at most 10000, one at most 20 times the other.
        image_max_bytes=10_000_000,
        image_max_pixels=(5000, 5000),
        image_ratio=(0.05, 20.0),
        picture_size=(1280, 720),
        hashtags="few",
        deletes=True,  # within 48 hours: deleteMessage
        access_ends=True,
        settle=timedelta(seconds=60),
        deadline=timedelta(seconds=30),
        # https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this (2026): one message a second
        # in a chat, 20 a minute in a group; each picture of an album is a message.
        pace=Pace(
            gap=timedelta(seconds=1),
            windows=(Window(20, timedelta(minutes=1)), Window(20, timedelta(minutes=1), "pictures")),
        ),
    )

    def capabilities_for(self, account: Account) -> Capabilities:
        counts = ("reactions",) if account.options.get("reactions") == "yes" else ()
        return dataclasses.replace(self.capabilities, metrics=counts)

    def measure(self, text: str, account: Account) -> Measure:
        """In UTF-16 code units, as the API counts entities: never less than it counts characters."""
        return Measure(units(text.strip()), MOST_TEXT, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        text, links = link_in(content)
        return sealed(
            content,
            account,
            self.capabilities.channel,
            # It has no alt text there: what is not sent is not approved.
            parts=(Part(text=text.strip(), media=tuple(m.model_copy(update={"alt": ""}) for m in content.media)),),
            links=links,
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        found = problems(payload, self.capabilities, lambda text: self.measure(text, account))
        part = payload.parts[0]
        used = units(part.text)
        if part.media and MOST_CAPTION < used <= MOST_TEXT:
            reason = f"Telegram takes {MOST_CAPTION} characters beside a picture; this has {used}."
            found += (Problem("too_long", reason, f"Shorten it by {used - MOST_CAPTION}, or leave the picture out."),)
        return found

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await Api.of(door, payload.server)
                pictures = [await door.blob(medium.sha256) for medium in payload.parts[0].media]
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} could not be prepared in time.", kept=KEPT) from error
        if api.bot != payload.remote_id:
            raise ChannelRefused(
                f"The access to {api.name} is for another bot than when the post was approved.",
                code="other_account",
                kept=KEPT,
                do_next="Connect the account again.",
            )
        name, body = request_of(payload, pictures)
        carries = Carries(payload, lambda approved: request_of(approved.payload, approved.pictures())[1])
        said = document(await api.write(name, **body, carries=carries)) or {}
        receipt = _receipt(said.get("result"), payload, door)
        if receipt is None:
            raise OutcomeUnknown(f"{door.account.name} said yes, but not to which post.")
        return receipt

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        return CannotTell("Telegram lets no bot read what stands there.")

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        return None

    def post_at(self, address: str, account: Account) -> str | None:
        """`t.me/velo/7` of a public chat, `t.me/c/1234567890/7` of any."""
        names = [account.handle.removeprefix("@").lower()] if account.handle.startswith("@") else []
        if account.destination.startswith("-100"):
            names.append(f"c/{account.destination.removeprefix('-100')}")
        path = (path_on(address, WEB) or "").strip("/").lower().removeprefix("s/")
        chat, _, number = path.rpartition("/")
        fits = chat in names and number.isascii() and number.isdigit() and 0 < len(number) < 12
        return f"{account.destination}:{int(number)}" if fits else None

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """Each message of an album; what is gone already is what was asked for."""
        api = await Api.of(door, door.account.server)
        chat, _, numbers = receipt.remote_id.partition(":")
        for number in numbers.split(","):
            await api.delete(chat, int(number))

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """What the latest updates say of it; Telegram keeps them for a day, the newest hundred are asked for."""
        if door.account.options.get("reactions") != "yes":
            return {}
        chat, _, numbers = receipt.remote_id.partition(":")
        counted = await (await Api.of(door, door.account.server)).reactions(chat)
        found = [counted[int(number)] for number in numbers.split(",") if int(number) in counted]
        return {"reactions": sum(found)} if found else {}

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def followers(self, account: Account, door: Door) -> int | None:
        """A channel's subscribers or a group's members: https://core.telegram.org/bots/api#getchatmembercount."""
        api = await Api.of(door, account.server)
        return count_of(await api.result("getChatMemberCount", {"chat_id": account.destination}))

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """The chat's title and picture; bots cannot read its posts."""
        try:
            api = await Api.of(door, account.server)
            chat = await api.read("getChat", {"chat_id": account.destination})
        except (ChannelRefused, ProvenNotSent):
            return Introduction(last_post=None)
        return Introduction(
            name=str(chat.get("title") or "")[:200], avatar=await api.picture(chat.get("photo")), last_post=None
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Which bot it is, in which chat, and whether it may post there.

        Raises BadInput for options that cannot work, ChannelRefused (`unauthorized` when the bot may not).
        """
        if account.options.get("reactions", "") not in ("", "yes"):
            raise BadInput("The option reactions is yes, or left out.")
        origin = origin_of(account.options.get("server") or SERVER)
        wanted = account.destination or chat_in(account.options.get("chat", ""))
        api = await Api.of(door, origin)
        me = await api.read("getMe", {})
        chat = await api.read("getChat", {"chat_id": wanted})
        where = str(chat.get("id") or "")
        mine = await api.read("getChatMember", {"chat_id": where, "user_id": me.get("id")})
        may = mine.get("status") in MAY_POST and (chat.get("type") != "channel" or mine.get("can_post_messages"))
        if not may or not where:
            raise ChannelRefused(
                f"The bot may not post to {account.name}.",
                code="unauthorized",
                kept="Nothing changed.",
                do_next="Make it an administrator there that may post messages.",
            )
        public = chat.get("username")
        return account.changed(
            remote_id=str(me.get("id")),
            server=origin,
            destination=where,
            handle=f"@{public}"[:100] if isinstance(public, str) and public else str(chat.get("title") or "")[:80],
            options={**account.options, "chat": account.options.get("chat", "").strip()},
        )


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _receipt(result: object, payload: SealedPayload, door: Door) -> Receipt | None:
    """Of a message, or of an album's messages; None when the answer does not say which they are."""
    messages = [each for each in (result if isinstance(result, list) else [result]) if isinstance(each, dict)]
    numbers = [each.get("message_id") for each in messages]
    wanted = max(1, len(payload.parts[0].media))
    if len(numbers) != wanted or not all(type(number) is int and number > 0 for number in numbers):
        return None
    first: dict[str, Any] = messages[0]
    sent = first.get("date")
    at = datetime.fromtimestamp(sent, UTC) if type(sent) is int and 0 < sent < 2**33 else door.now()
    place = f"{payload.destination}:{','.join(map(str, numbers))}"
    return Receipt(place, _address(first.get("chat"), payload.destination, int(str(numbers[0]))), at)


def _address(chat: object, destination: str, number: int) -> str:
    public = chat.get("username") if isinstance(chat, dict) else None
    if isinstance(public, str) and public.isascii() and public.replace("_", "").isalnum():
        return f"https://t.me/{public}/{number}"
    return f"https://t.me/c/{destination.removeprefix('-100')}/{number}" if destination.startswith("-100") else ""
