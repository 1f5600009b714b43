"""How many follow an account: told by whoever tells it, and missing, never zero, wherever it is not told."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from bot.channels.base import ChannelRefused, Followed, ProvenNotSent
from bot.channels.linkedin import LinkedIn
from bot.channels.linkedin_numbers import OWN_FOLLOWERS
from bot.channels.platform import LINKEDIN
from bot.channels.rehearsed import rehearsed
from tests.bot.channels import test_discord, test_facebook, test_linkedin, test_threads
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.test_ended_access import ENDS
from tests.bot.channels.test_limits import CHANNELS, TABLES
from tests.bot.channels.test_strict_servers import WIRES, Wire

# Who tells nobody: WordPress and webhooks know no followers, Forem lists them by name alone, and feeds have readers.
SILENT = {"feed", "webhook", "discord_webhook", "wordpress", "devto"}
# What depends on the account: a person's posts at LinkedIn, a bot that is AdMind's alone at Telegram.
ALSO = {"linkedin": {"reach", "reactions"}, "telegram": {"reactions"}}
TELLING = [wire for wire in WIRES if wire.name not in SILENT]


def test_the_channels_that_tell_are_these() -> None:
    assert {name for name, channel in CHANNELS.items() if not isinstance(channel, Followed)} == SILENT
    assert {name for name, channel in CHANNELS.items() if channel.capabilities.followers_price} == {"x"}


def test_the_table_says_who_tells_what() -> None:
    said: dict[str, tuple[str, str]] = {}
    part = TABLES.read_text(encoding="utf-8").partition("## Who tells numbers\n")[2].partition("\n## ")[0]
    for line in part.splitlines():
        if found := re.fullmatch(r"\| .+ \(`([a-z_]+)`\) \| (.+) \| (.+) \|", line):
            said[found[1]] = (found[2], found[3])
    assert set(said) == set(CHANNELS)
    for name, (posts, followers) in said.items():
        can = CHANNELS[name].capabilities
        counted = {each for each in re.findall(r"[a-z]+(?: [a-z]+)*", posts.partition(":")[0]) if posts != "none"}
        assert counted == {each.replace("_", " ") for each in can.metrics} | ALSO.get(name, set()), name
        assert followers.startswith("none") == (name in SILENT), name


@pytest.mark.parametrize("wire", TELLING, ids=lambda wire: wire.name)
async def test_followers_are_told_and_what_is_not_told_is_missing(wire: Wire) -> None:
    async with wire.open() as bench:
        channel = bench.channel
        assert isinstance(channel, Followed)
        assert await channel.followers(bench.account, bench.door()) == 1204
        bench.server.followers = 0
        assert await channel.followers(bench.account, bench.door()) == 0, "a new account has none"
        for nonsense in (None, -1, "1204", True):
            bench.server.followers = nonsense
            assert await channel.followers(bench.account, bench.door()) is None, nonsense
        if wire.name != "bluesky":  # its profiles are read without an access
            ENDS[wire.name](bench.server)
            with pytest.raises(ChannelRefused) as refused:
                await channel.followers(bench.account, bench.door())
            assert refused.value.code == "unauthorized"
        await bench.server.stop()
        with pytest.raises(ProvenNotSent):
            await channel.followers(bench.account, bench.door())


async def test_an_access_without_the_permission_is_told_apart() -> None:
    async with test_threads.open_bench() as bench:
        for granted in bench.server.tokens.values():
            granted.scopes -= {"threads_manage_insights"}
        await lacks_permission(bench)
    async with test_facebook.open_bench() as bench:
        for granted in bench.server.tokens.values():
            granted.scopes -= {"pages_read_engagement"}
        await lacks_permission(bench)
    async with test_linkedin.as_page() as bench:
        bench.server.tokens[bench.token].scope = "openid profile w_organization_social"
        await lacks_permission(bench)
    async with test_linkedin.as_person() as bench:
        bench.channel = asking(bench)
        await lacks_permission(bench)


async def lacks_permission(bench: Any) -> None:
    with pytest.raises(ChannelRefused) as refused:
        await bench.channel.followers(bench.account, bench.door())
    assert refused.value.code == "unauthorized"


def asking(bench: test_linkedin.LinkedInBench) -> LinkedIn:
    """The adapter of an app that has the permission, whatever the access was given."""
    here = bench.server.origin
    return LinkedIn(dataclasses.replace(LINKEDIN, api=here, web=here, scope=f"{LINKEDIN.scope} {OWN_FOLLOWERS}"))


async def test_of_a_person_at_linkedin_followers_are_told_where_app_and_access_may_ask() -> None:
    async with test_linkedin.opened({}, f"openid profile w_member_social {OWN_FOLLOWERS}") as bench:
        bench.server.seen.clear()
        assert await bench.channel.followers(bench.account, bench.door()) is None and not bench.server.seen
        channel = asking(bench)
        assert await channel.followers(bench.account, bench.door()) == 1204
        bench.server.followers = None
        assert await channel.followers(bench.account, bench.door()) is None


async def test_of_a_room_that_not_everybody_sees_nobody_can_tell() -> None:
    async with test_discord.open_bench() as bench:
        channel = bench.channel
        assert isinstance(channel, Followed)
        for hidden, everybody, kind in ((True, True, 0), (False, False, 0), (False, True, 11)):
            bench.server.hidden, bench.server.open, bench.server.kind = hidden, everybody, kind
            assert await channel.followers(bench.account, bench.door()) is None
        bench.server.open, bench.server.hidden, bench.server.kind = True, False, 5
        assert await channel.followers(bench.account, bench.door()) == 1204


async def test_recipients_are_counted_where_their_list_is_kept_here() -> None:
    """No network is used: the door has none."""
    channel = CHANNELS["email"]
    assert isinstance(channel, Followed)
    for recipients, count in (("aa,bb,cc", 3), ("", None)):
        account = blank_account("email", options={"recipients": recipients} if recipients else {"to": "l@velo.example"})
        assert await channel.followers(account, door_for(account)) == count


async def test_a_rehearsal_asks_nobody() -> None:
    for name, channel in rehearsed(CHANNELS).items():
        if isinstance(channel, Followed) and not channel.capabilities.own:
            account = blank_account(name)
            assert await channel.followers(account, door_for(account)) is None
