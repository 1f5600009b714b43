"""Owners and the doctor are warned before a platform ends the version of its API that AdMind speaks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.platform import FACEBOOK, LINKEDIN
from bot.channels.registry import Platforms, build_channels
from bot.channels.versions import Versioned, VersionEnd
from bot.clock import MovableClock
from bot.workflow.api_versions import ApiVersions
from storage.accounts import Account
from storage.commit import Change, commit
from storage.feed import FeedStore
from storage.record import new_id
from storage.redis import Database
from storage.team import Role
from tests.world import World, world_on

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ENDS = datetime(2029, 5, 1, tzinfo=UTC)  # a Tuesday
PLATFORMS = Platforms(linkedin=replace(LINKEDIN, version="202805"), facebook=replace(FACEBOOK, version="v99.0"))


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    clock = MovableClock()
    clock.move_to(ENDS - 70 * DAY)
    channels = build_channels(FeedStore(database), base_url="http://localhost:8484", platforms=PLATFORMS)
    async with world_on(database, tmp_path / "data", clock=clock, channels=channels) as found:
        yield found


def versions(world: World) -> ApiVersions:
    return ApiVersions(world.database, channels=world.channels, board=world.board, clock=world.clock)


async def connected(world: World, channel: str, *, closed: bool = False) -> Account:
    account = Account(
        id=new_id("a"),
        workspace=world.ws,
        brand=world.brand.id,
        channel=channel,
        name=f"Velo on {channel}",
        created_at=world.clock.now(),
        closed_at=world.clock.now() if closed else None,
    )
    change = Change(world.ws)
    world.people.store.accounts.put(change, account, account.id, ver=None, at=1.0)
    await commit(world.database, change)
    return account


async def told(world: World) -> list[tuple[str, str]]:
    found = [item for item in await world.notices() if "ends what AdMind speaks" in str(item.card["title"])]
    return [(item.room, str(item.card["notes"])) for item in found]


async def test_owners_of_accounts_there_are_told_60_14_and_1_days_ahead_in_working_hours_once_each(
    world: World,
) -> None:
    await world.member("Tom", Role.requester)
    await connected(world, "facebook"), await connected(world, "linkedin", closed=True)
    await connected(world, "linkedin")
    # At the end is a Tuesday; in Zürich people work from eight to seven.
    for at, count in (
        (ENDS - 61 * DAY + 9 * HOUR, 0),
        (ENDS - 60 * DAY + HOUR, 0),  # in the night
        (ENDS - 60 * DAY + 9 * HOUR, 1),
        (ENDS - 20 * DAY + 9 * HOUR, 1),
        (ENDS - 14 * DAY + 9 * HOUR, 2),
        (ENDS - 9 * DAY + 9 * HOUR, 2),  # a Sunday
        (ENDS - DAY + 9 * HOUR, 3),
        (ENDS + 9 * HOUR, 3),
    ):
        world.clock.move_to(at)
        for _ in range(2):
            await versions(world).warn_all([world.ws])
        assert len(await told(world)) == count, at
    assert {room for room, _ in await told(world)} == {f"member:{world.owner.id}"}
    assert all("Velo on linkedin" in notes and "ADMIND_LINKEDIN_VERSION" in notes for _, notes in await told(world))
    assert not any("facebook" in notes for _, notes in await told(world)), "no end of that version is named"


async def test_the_doctor_says_it_to_whose_brands_have_an_account_there(world: World) -> None:
    assert await versions(world).look(world.owner) == []
    await connected(world, "linkedin")
    stranger = world.owner.changed(roles={})
    states = []
    for at in (ENDS - 61 * DAY, ENDS - 59 * DAY, ENDS + HOUR):
        world.clock.move_to(at)
        [row] = await versions(world).look(world.owner)
        assert "202805" in row.found and "2029-05-01" in row.found
        assert (row.state == "ok") == (row.do == "") and await versions(world).look(stranger) == []
        states.append(row.state)
    assert states == ["ok", "note", "bad"]
    assert "ADMIND_LINKEDIN_VERSION" in row.do


def test_what_adapters_speak_today_and_when_it_ends(world: World) -> None:
    channels = build_channels(FeedStore(world.database), base_url="")
    ends = {name: each.version_end for name, each in channels.items() if isinstance(each, Versioned)}
    graph = date(2028, 7, 29)
    assert ends == {
        "linkedin": VersionEnd("LinkedIn", "202605", date(2027, 5, 1), "ADMIND_LINKEDIN_VERSION"),
        "facebook": VersionEnd("Facebook", "v25.0", graph, "ADMIND_META_VERSION"),
        "instagram": VersionEnd("Instagram", "v25.0", graph, "ADMIND_META_VERSION"),
    }
