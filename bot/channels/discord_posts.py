"""What a room of Discord takes, whether a bot posts there or a webhook: the same text, pictures, counting and bytes."""

from __future__ import annotations

import asyncio
import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.channels.answers import KEPT, count_of
from bot.channels.base import (
    Account,
    AttemptKey,
    CannotTell,
    Capabilities,
    Content,
    Door,
    Live,
    Measure,
    OutcomeUnknown,
    Pace,
    Problem,
    ProvenNotSent,
    Receipt,
    Window,
)
from bot.channels.content import link_in, sealed
from bot.channels.discord_api import Api, id_in, live_of, reactions_of, receipt_of
from bot.channels.discord_text import MOST, length
from bot.channels.limits import problems
from storage.sealed import Part, SealedPayload

GATHER_SECONDS = 10  # of the deadline, for pictures and for asking who we are; the rest is for the post
# https://docs.discord.com/developers/resources/message#create-message and …/resources/webhook#execute-webhook. Sizes:
# …/reference#uploading-files; it said 10 MiB a file for years and says 20 by now, so the smaller one holds. Alt texts
# and ten pictures: MessageAttachmentRequest in https://github.com/discord/discord-api-spec.
CAPABILITIES = Capabilities(
    channel="discord",
    title="Discord",
    text_limit=MOST,
    unit="characters",
    form="chat message",
    images_max=10,
    image_mimes=("image/jpeg", "image/png", "image/webp"),
    image_max_bytes=10 * 1024 * 1024,
    image_max_pixels=(4096, 4096),
    image_ratio=(0.3, 4.0),
    picture_size=(1200, 675),
    alt_limit=1024,
    hashtags="none",  # Discord makes nothing of them
    deletes=True,
    access_ends=True,
    reads_back=True,
    metrics=("reactions", "replies"),
    settle=timedelta(seconds=30),  # documented nowhere
    deadline=timedelta(seconds=30),
    # https://docs.discord.com/developers/topics/rate-limits (2026) gives no numbers and points to the headers of each
    # answer; these say five in two seconds, a room or a webhook. The gap is ours.
    pace=Pace(gap=timedelta(seconds=1), windows=(Window(5, timedelta(seconds=2)),)),
)


class DiscordPosts(ABC):
    """Half an adapter: what needs to know nothing of who posts."""

    capabilities: Capabilities
    sealed_options: tuple[str, ...] = ()  # those of the account that change what is sent

    def capabilities_for(self, account: Account) -> Capabilities:
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        """Code points as it is written there, escapes included."""
        return Measure(length(text), MOST, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        text, links = link_in(content)
        return sealed(
            content,
            account,
            self.capabilities.channel,
            parts=(Part(text=text.strip(), media=content.media),),  # Discord strips it too
            links=links,
            extra={name: account.options[name] for name in self.sealed_options if account.options.get(name)},
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        return problems(payload, self.capabilities, lambda text: self.measure(text, account))

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await self._approved(payload, door)
                pictures = [await door.blob(medium.sha256) for medium in payload.parts[0].media]
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} could not be prepared in time.", kept=KEPT) from error
        said = await self._post(api, payload, pictures, key)
        receipt = receipt_of(said, payload.destination, door)
        if receipt is None:
            raise OutcomeUnknown(f"{door.account.name} said yes, but not to which post.")
        return dataclasses.replace(receipt, at=door.now())

    async def read_back(self, receipt: Receipt, door: Door) -> Live | CannotTell | None:
        message = await self._message(receipt, door)
        if message is not None and not id_in(message.get("id")):
            return CannotTell(f"{door.account.name} did not answer properly.")
        return live_of(message, receipt.url) if message is not None else None

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """Replies are those in the message's own thread, where it has one: others are told nowhere.

        https://docs.discord.com/developers/resources/message#message-object
        """
        message = await self._message(receipt, door)
        if message is None:
            return {}
        thread = message.get("thread")
        replies = count_of(thread.get("message_count")) if isinstance(thread, dict) else None
        return {"reactions": reactions_of(message)} | ({} if replies is None else {"replies": replies})

    def price(self, payload: SealedPayload) -> str:
        return ""

    @abstractmethod
    async def _approved(self, payload: SealedPayload, door: Door) -> Api:
        """The access, asked whether it is still the one that was approved. Raises ChannelRefused, ProvenNotSent."""

    @abstractmethod
    async def _post(
        self, api: Api, payload: SealedPayload, pictures: Sequence[bytes], key: AttemptKey
    ) -> dict[str, Any]:
        """The message as the answer tells it. Raises as `Channel.send` does."""

    @abstractmethod
    async def _message(self, receipt: Receipt, door: Door) -> dict[str, Any] | None:
        """What stands there; None when it does not."""


def message_in(receipt: Receipt) -> tuple[str, str]:
    """Room and message of a receipt; empty for what names none."""
    room, _, message = receipt.remote_id.partition(":")
    return id_in(room), id_in(message)
