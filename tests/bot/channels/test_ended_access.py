"""When an access ends, everything that an adapter does says so: nothing is sent, and nothing is taken for gone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from bot.channels.base import CannotTell, ChannelRefused, Found, Introduces, Live, ProvenNotSent
from bot.errors import AdMindError
from tests.bot.channels import test_mastodon
from tests.bot.channels.contract import KEY, OTHER_KEY, attempt
from tests.bot.channels.test_strict_servers import WIRES, Wire


def forgets(server: Any) -> None:
    server.tokens.clear()


def another(name: str, value: str) -> Callable[[Any], None]:
    return lambda server: setattr(server, name, value)


def app_password(server: Any) -> None:
    server.lapse()
    server.refresh.clear()
    for person in server.people.values():
        person.password = "another"


def hook(server: Any) -> None:
    server.hook_gone = True


ENDS: dict[str, Callable[[Any], None]] = {
    **dict.fromkeys(("mastodon", "linkedin", "x", "threads", "facebook", "instagram", "pinterest"), forgets),
    **dict.fromkeys(("telegram", "discord", "slack"), another("token", "another")),
    "bluesky": app_password,
    "discord_webhook": hook,
    "wordpress": another("password", "another"),
    "ghost": another("secret", "ff" * 32),
    "devto": another("key", "another"),
}


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
async def test_an_access_that_ended_sends_nothing_and_loses_nothing(wire: Wire) -> None:
    async with wire.open() as bench:
        channel, payload = bench.channel, bench.sealed("Neu: alle Velos.\n\nAb heute.")
        receipt = await channel.send(payload, KEY, bench.door())
        ENDS[wire.name](bench.server)
        before = list(await bench.standing())

        other = bench.sealed("Neu: alle Helme.\n\nAb morgen.")
        outcome = await attempt(bench, other)
        assert isinstance(outcome, ChannelRefused | ProvenNotSent), outcome
        assert isinstance(outcome, ProvenNotSent) or outcome.code == "unauthorized"
        found = await channel.look_up(other, OTHER_KEY, bench.door())
        if wire.name != "bluesky":  # a public repository is read without an access: what is not there is not there
            assert isinstance(found, CannotTell), "what may not be read is not absent"
        with suppress(AdMindError):
            live = await channel.read_back(receipt, bench.door())
            reads = channel.capabilities_for(bench.account).reads_back
            assert isinstance(live, Live | CannotTell) or not reads, "what may not be read is not gone"
        with suppress(ChannelRefused):
            assert not isinstance(await channel.look_up(payload, KEY, bench.door()), Found) or wire.name == "bluesky"
        if channel.capabilities_for(bench.account).deletes:
            with pytest.raises(AdMindError):
                await channel.delete(receipt, bench.door())
        with suppress(ChannelRefused, ProvenNotSent):
            public = ("bluesky", "wordpress", "mastodon")  # there they are for everybody
            assert not await channel.metrics(receipt, bench.door()) or wire.name in public
        if isinstance(channel, Introduces):
            await channel.introduce(bench.account, bench.door())  # shows less, and never fails
        with pytest.raises(AdMindError):
            await channel.connect(bench.account, bench.door())
        assert list(await bench.standing()) == before


async def test_posts_for_followers_are_not_taken_for_gone_by_a_stranger() -> None:
    async with test_mastodon.open_bench({"visibility": "private"}) as bench:
        receipt = await bench.send()
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Found)
        assert isinstance(await bench.channel.read_back(receipt, bench.door()), Live)
        forgets(bench.server)
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), CannotTell)
        with pytest.raises(ChannelRefused):
            await bench.channel.read_back(receipt, bench.door())
