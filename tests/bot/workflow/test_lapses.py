"""An access that ends or is taken away: people are warned in time, its posts wait, and one answer lets them go."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.accounts.access import ENDS_OPTION, LAPSE_OPTION
from bot.accounts.care import REFUSED
from bot.accounts.connect import Accounts
from bot.channels.platform import X as PLATFORM
from bot.channels.registry import Platforms, build_channels
from bot.clock import MovableClock
from bot.errors import BadInput, NotAllowed
from bot.workflow.telling_accounts import PAGE
from storage.accounts import Account, Health
from storage.commit import Change, commit
from storage.credentials import Credentials
from storage.feed import FeedStore
from storage.inbox import InboxItem
from storage.posts import PostState
from storage.redis import Database
from storage.team import Role
from tests.fakes.x_server import XServer, x_server
from tests.world import World, world_on

FRIDAY = datetime(2026, 12, 4, 9, tzinfo=UTC)  # 10:00 in Zürich
DAY = timedelta(days=1)


@dataclass
class Town:
    world: World
    server: XServer
    account: Account
    accounts: Accounts

    async def now(self) -> Account:
        return (await self.world.people.store.accounts.get(self.world.ws, self.account.id)).record

    async def change(self, **fields: object) -> None:
        for account, ver in await self.world.book.all(self.world.ws):
            if account.id == self.account.id:
                await self.world.book.save(account.changed(**fields), ver=ver, kind="test", by="")

    async def cards(self, word: str) -> list[InboxItem]:
        return [item for item in await self.world.notices() if word in str(item.card["title"])]

    async def reconnect(self) -> None:
        token = self.server.token_for("velo")
        await self.accounts.connect(
            self.world.ws, self.world.brand.id, "x", "Velo", {}, {"access_token": token}, by=self.world.owner.id
        )
        await self.world.run_due()


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> AsyncIterator[Town]:
    async with x_server() as server:
        platform = dataclasses.replace(PLATFORM, api=server.origin, web=server.origin)
        channels = build_channels(
            FeedStore(database), base_url="http://localhost:8484", platforms=Platforms(x=platform)
        )
        async with world_on(
            database,
            tmp_path / "data",
            allow_hosts=frozenset({f"127.0.0.1:{server.port}"}),
            channels=channels,
            clock=MovableClock(FRIDAY),
        ) as world:
            server.now = world.clock.now

            async def nothing(_: Account) -> None:
                return None

            accounts = Accounts(
                world.book,
                channels=channels,
                secrets=Credentials(database, world.vault),
                open_door=world.doors,
                clock=world.clock,
                give_back=nothing,
            )
            token = server.token_for("velo")
            account = await accounts.connect(
                world.ws, world.brand.id, "x", "Velo", {}, {"access_token": token}, by=world.owner.id
            )
            place = Town(world, server, account, accounts)
            await place.change(posted=True)
            await world.run_due()
            yield place


async def test_what_was_revoked_is_noticed_by_asking_and_told_with_the_posts_that_need_it(town: Town) -> None:
    await town.world.approved(town.account, text="Fresh bread.")
    town.server.tokens.clear()
    await town.world.care.examine_all([town.world.ws])
    await town.world.run_due()
    assert (await town.now()).health.state == "broken"
    [card] = await town.cards("needs a new login")
    assert card.room == f"member:{town.world.owner.id}"
    assert "1 scheduled post needs it:" in str(card.card["notes"]) and "Fresh bread." in str(card.card["notes"])
    await town.world.care.examine_all([town.world.ws])
    await town.world.run_due()
    assert len(await town.cards("needs a new login")) == 1, "once"


async def test_a_lapse_holds_posts_and_one_reconnect_asks_one_question(town: Town) -> None:
    posts = [await town.world.approved(town.account, text=f"Bread number {number}.") for number in range(3)]
    later = await town.world.decide(await town.world.draft(town.account, text="Cake.", due_in=2 * DAY))
    town.server.tokens.clear()
    assert (await town.world.publish_due(posts[0])).state is PostState.failed
    for _ in range(4):
        await town.world.run_due()
        town.world.clock.move(timedelta(seconds=2))
    states = [(await town.world.post(post)).state for post in posts]
    assert states == [PostState.failed, PostState.paused, PostState.paused]
    assert len(town.server.posted()) == 0
    with pytest.raises(BadInput, match="cannot be used yet"):
        await town.world.lapses.release(town.world.ws, town.account.id, town.world.owner.id, "test")

    await town.reconnect()
    await town.world.run_due()
    assert town.server.posts == [], "nothing goes out late by itself"
    [question] = await town.cards("is connected again")
    assert question.card["status"] == "3 posts waited for it:"
    assert [each["action"] for each in question.card["buttons"]] == [f"release:{town.account.id}"]
    assert all(f"Bread number {number}." in str(question.card["notes"]) for number in range(3))

    said = await town.world.lapses.release(town.world.ws, town.account.id, town.world.owner.id, "test")
    assert said == "3 posts go out now."
    for _ in range(6):
        await town.world.run_due()
        town.world.clock.move(timedelta(seconds=2))
    assert {(await town.world.post(post)).state for post in posts} == {PostState.published}
    assert len(town.server.posts) == 3
    assert (await town.world.post(later.posts[0])).state is PostState.scheduled, "what is not due yet goes on"
    with pytest.raises(BadInput, match="Nothing waits"):
        await town.world.lapses.release(town.world.ws, town.account.id, town.world.owner.id, "test")


async def test_only_who_may_approve_lets_them_go(town: Town) -> None:
    tom = await town.world.member("Tom", Role.requester)
    with pytest.raises(NotAllowed):
        await town.world.lapses.release(town.world.ws, town.account.id, tom.id, "test")


async def test_warnings_come_14_7_and_1_days_ahead_in_working_hours_once_each(town: Town) -> None:
    ana = await town.world.member("Ana", Role.requester)
    ends = FRIDAY + 16 * DAY  # a Sunday, 10:00 in Zürich
    await town.change(options={ENDS_OPTION: ends.isoformat()}, connected_by=ana.id)
    await town.world.decide(await town.world.draft(town.account, text="After it.", due_in=17 * DAY))
    await town.world.decide(await town.world.draft(town.account, text="Before it.", due_in=15 * DAY))
    told: list[tuple[datetime, int]] = []
    town.world.clock.move(timedelta(minutes=50))
    while town.world.clock.now() < ends + DAY:
        before = len(await town.cards("the login ends"))
        for _ in range(2):
            await town.world.telling_accounts.warn_all([town.world.ws])
        found = await town.cards("the login ends")
        if len(found) > before:
            told.append((town.world.clock.now(), len(found) - before))
        town.world.clock.move(timedelta(hours=1))
    days = [(at.astimezone(UTC).strftime("%a %d"), count) for at, count in told]
    # Two weeks and one before are Sundays, so it comes on Monday morning; the day before is a Saturday: Friday evening.
    assert days == [("Mon 07", 2), ("Mon 14", 2), ("Fri 18", 2)], told
    assert all(7 <= at.hour < 18 for at, _ in told)
    rooms = {item.room for item in await town.cards("the login ends")}
    assert rooms == {f"member:{ana.id}", f"member:{town.world.owner.id}"}
    notes = str((await town.cards("the login ends"))[0].card["notes"])
    assert "After it." in notes and "Before it." not in notes


async def test_each_reads_them_in_their_own_working_hours(town: Town) -> None:
    kept = await town.world.people.store.members.get(town.world.ws, town.world.owner.id)

    change = Change(town.world.ws)
    town.world.people.store.members.put(
        change, kept.record.changed(zone="America/Los_Angeles"), kept.record.id, ver=kept.ver, at=1.0
    )
    await commit(town.world.database, change)
    await town.change(options={ENDS_OPTION: (FRIDAY + 6 * DAY).isoformat()})
    await town.world.telling_accounts.warn_all([town.world.ws])
    assert await town.cards("the login ends") == [], "it is one in the morning there"
    town.world.clock.move(timedelta(hours=8))
    await town.world.telling_accounts.warn_all([town.world.ws])
    assert len(await town.cards("the login ends")) == 1


async def test_a_new_login_brings_new_warnings_and_forgets_the_old(town: Town) -> None:
    await town.change(options={ENDS_OPTION: (FRIDAY + 6 * DAY).isoformat()})
    await town.world.telling_accounts.warn_all([town.world.ws])
    assert len((await town.now()).warned) == 1
    await town.change(options={ENDS_OPTION: (FRIDAY + 60 * DAY).isoformat()})
    await town.world.telling_accounts.warn_all([town.world.ws])
    assert len(await town.cards("the login ends")) == 1
    town.world.clock.move_to(FRIDAY + 49 * DAY)
    await town.world.telling_accounts.warn_all([town.world.ws])
    assert len((await town.now()).warned) == 1 and len(await town.cards("the login ends")) == 2


async def test_an_access_that_is_not_renewed_any_more_is_told_in_working_hours_and_again_as_its_end_comes(
    town: Town,
) -> None:
    ana = await town.world.member("Ana", Role.requester)
    town.world.clock.move(timedelta(hours=11))  # Friday, nine in the evening
    refused, lapses = town.world.clock.now(), FRIDAY + 20 * DAY
    health = Health(state="attention", reason=REFUSED, since=refused)
    await town.change(options={LAPSE_OPTION: lapses.isoformat()}, health=health, connected_by=ana.id)
    told: list[str] = []
    while town.world.clock.now() < lapses:
        before = len(await town.cards("the login ends"))
        await town.world.run_due()
        for _ in range(2):
            await town.world.telling_accounts.warn_all([town.world.ws])
        more = len(await town.cards("the login ends")) - before
        told += [f"{town.world.clock.now():%a %d %H} {more}"] if more else []
        town.world.clock.move(timedelta(hours=1))
    # Monday morning; then 14 days before its end, 7, and 1.
    assert told == ["Mon 07 07 2", "Thu 10 09 2", "Thu 17 09 2", "Wed 23 09 2"], told


async def test_what_lapses_before_the_morning_is_told_at_night(town: Town) -> None:
    town.world.clock.move(timedelta(hours=11))
    now = town.world.clock.now()
    health = Health(state="attention", reason=REFUSED, since=now)
    await town.change(options={LAPSE_OPTION: (now + timedelta(hours=2)).isoformat()}, health=health)
    await town.world.run_due()
    assert len(await town.cards("the login ends")) == 1
    await town.world.telling_accounts.warn_all([town.world.ws])
    assert len(await town.cards("the login ends")) == 1, "the day before is over: that card said it"


async def test_posts_beyond_the_date_are_named_however_many_others_the_brand_has(town: Town) -> None:
    feed = town.world.account
    made = [await town.world.draft(feed, text=f"Feed {number}.", due_in=10 * DAY) for number in range(PAGE + 1)]
    for draft in made:
        await town.world.decide(draft)
    await town.world.decide(await town.world.draft(town.account, text="After it.", due_in=11 * DAY))
    await town.change(options={ENDS_OPTION: (FRIDAY + 6 * DAY).isoformat()})
    await town.world.telling_accounts.warn_all([town.world.ws])
    [card] = await town.cards("the login ends")
    assert "After it." in str(card.card["notes"])
