"""Channels that take a post and send it nowhere, for rehearsals.

Each is the real adapter, with its limits, its counting and its exact payloads; only what would speak to the platform
is another. It keeps to the same contract: the check comes right before the send, the key names the post, and what was
sent is found again under it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from bot.channels.base import (
    Absent,
    Account,
    AttemptKey,
    Capabilities,
    Channel,
    ChannelRefused,
    Comments,
    Door,
    Found,
    Live,
    Lookup,
    Receipt,
    SealedPayload,
)


class _Rehearsed:
    """What stands in for the calls of an adapter that need its platform."""

    capabilities: Capabilities
    _taken: dict[str, Receipt]

    def capabilities_for(self, account: Account) -> Capabilities:
        return _without_platform(super().capabilities_for(account))  # type: ignore[misc]

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        await door.check()
        return self._taken.setdefault(key.key, Receipt(remote_id=key.key, url="", at=door.now()))

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        found = self._taken.get(key.key)
        return Found(found) if found is not None else Absent()

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        return None

    async def delete(self, receipt: Receipt, door: Door) -> None:
        self._taken.pop(receipt.remote_id, None)

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        return {}

    async def followers(self, account: Account, door: Door) -> None:
        """A rehearsal asks no platform anything."""

    async def connect(self, account: Account, door: Door) -> Account:
        raise ChannelRefused("Nothing is connected in a rehearsal.", code="rehearsal", kept="Nothing was changed.")


class _RehearsedComments(_Rehearsed):
    async def comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Receipt:
        return await self.send(payload, key, door)

    async def look_up_comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Lookup:
        return await self.look_up(payload, key, door)

    async def read_comment(self, post: Receipt, comment: str, door: Door) -> str | None:
        return None


def rehearsed(channels: Mapping[str, Channel]) -> Mapping[str, Channel]:
    """The same adapters without their platforms; what is AdMind's own, such as the feed, is kept as it is."""
    return {name: each if each.capabilities.own else _rehearsed(each) for name, each in channels.items()}


def _rehearsed(channel: Channel) -> Channel:
    kind = type(channel)
    instead = _RehearsedComments if isinstance(channel, Comments) else _Rehearsed
    made: Any = object.__new__(type(f"Rehearsed{kind.__name__}", (instead, kind), {}))
    made.__dict__.update(vars(channel))
    made.capabilities = _without_platform(channel.capabilities)
    made._taken = {}
    return cast(Channel, made)


def _without_platform(capabilities: Capabilities) -> Capabilities:
    """Nothing is read there: not the post, not its numbers, not whether the access still holds."""
    return replace(capabilities, reads_back=False, metrics=(), access_ends=False)
