"""How many follow an account is asked once a day, within what it may cost; who may not ask is told so once. What is
kept of clicks ends with the numbers of posts, and is missing from then on.
"""

from __future__ import annotations

import dataclasses
from contextlib import AsyncExitStack
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from bot.channels.platform import LINKEDIN
from bot.channels.platform import X as PLATFORM
from bot.channels.registry import Platforms, build_channels
from bot.clock import MovableClock
from bot.insights.clicks import Clicks
from bot.insights.summing import Range
from bot.workflow.counting import Counting
from bot.workflow.observing import Observing
from bot.workflow.weekly import Weekly
from storage.accounts import Account
from storage.audience import AudienceStore
from storage.feed import FeedStore
from storage.reading_budget import ReadingBudget
from storage.redis import Database
from storage.series import Reading
from tests.bot.workflow.test_reports import MONDAY, account, reports
from tests.fakes.chat_home import ChatHome
from tests.fakes.linkedin_server import LinkedInServer, linkedin_server
from tests.fakes.tracked_posts import tracked
from tests.fakes.x_server import XServer, x_server
from tests.world import World, world_on

SCOPE = f"{LINKEDIN.scope} r_member_profileAnalytics"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def town(stack: AsyncExitStack, database: Database, data: Path) -> tuple[World, XServer, LinkedInServer]:
    """A brand's home with an X and a LinkedIn."""
    x, linkedin = await stack.enter_async_context(x_server()), await stack.enter_async_context(linkedin_server())
    channels = build_channels(
        FeedStore(database),
        base_url="http://localhost",
        platforms=Platforms(
            x=dataclasses.replace(PLATFORM, api=x.origin, web=x.origin),
            linkedin=dataclasses.replace(LINKEDIN, api=linkedin.origin, web=linkedin.origin, scope=SCOPE),
        ),
    )
    hosts = frozenset(f"127.0.0.1:{server.port}" for server in (x, linkedin))
    opened = world_on(database, data, allow_hosts=hosts, channels=channels, clock=MovableClock(MONDAY))
    world = await stack.enter_async_context(opened)
    x.now = linkedin.now = world.clock.now
    return world, x, linkedin


async def told(world: World, account: Account) -> list[int]:
    readings = await AudienceStore(world.database).readings(world.ws, account.id)
    return [each.counts["followers"] for each in readings]


async def test_asking_for_money_needs_the_setting_and_ends_with_the_budget(database: Database, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        world, server, _ = await town(stack, database, tmp_path / "data")
        x = await world.connected("x", "Velo", {}, {"access_token": server.token_for("velo")})
        budget = ReadingBudget(database, limit=Decimal("0.025"))
        free, paid = (
            Counting(
                database,
                channels=world.channels,
                open_door=world.doors,
                clock=world.clock,
                days=400,
                paid=paid,
                budget=budget,
            )
            for paid in (False, True)
        )
        world.clock.move(DAY)  # into December: all of this is of one month
        server.seen.clear()
        await free.count()
        assert not server.seen and await told(world, x) == []
        server.answers["/2/users/me"] = [(503, b"{}", ())]
        for _ in range(5):  # it failed, and may have been charged: it is not asked again before tomorrow
            await paid.count()
            world.clock.move(HOUR)
        assert len(server.seen) == 1 and await told(world, x) == []
        for _ in range(3):
            world.clock.move(DAY)
            await paid.count()
        assert len(server.seen) == 2 and await told(world, x) == [1204]
        assert await budget.spent(world.ws, world.brand.id, world.clock.now()) == Decimal("0.020")
        assert await budget.paused_since(world.ws, world.brand.id, world.clock.now()) is None


async def test_an_access_that_may_not_ask_is_told_once_and_is_no_zero(database: Database, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        world, _, server = await town(stack, database, tmp_path / "data")
        token = server.token_for("openid profile w_member_social")
        linkedin = await world.connected("linkedin", "Ana", {}, {"access_token": token})
        counting = Counting(database, channels=world.channels, open_door=world.doors, clock=world.clock, days=400)
        asked = "/rest/memberFollowersCount"
        for _ in range(3):
            await counting.count()
            world.clock.move(HOUR)
        assert [seen.path for seen in server.seen].count(asked) == 1 and await told(world, linkedin) == []
        chat = ChatHome()
        world.board.add_home(world.ws, chat)
        weekly = Weekly(database, board=world.board, audit=world.audit, clock=world.clock)
        await world.draft(text="Waits.", due_in=None)
        for monday in (date(2026, 12, 7), date(2026, 12, 14)):
            await counting.count()
            world.clock.move(7 * DAY)
            await weekly.tell(world.ws, world.brand.id, monday)
        first, second = chat.rooms[world.brand.id].values()
        said = "Followers are not told of Ana: the access may not ask."
        assert [sum(note.startswith(said) for note in card.notes) for card in (first, second)] == [1, 0]
        server.tokens[token].scope += " r_member_profileAnalytics"
        await counting.count()
        assert await told(world, linkedin) == [1204]
        assert await AudienceStore(database).refused_since(world.ws, linkedin.id) is None


async def test_followers_are_compared_where_all_accounts_told_and_forgotten_when_nobody_tells_any_more(
    database: Database, tmp_path: Path
) -> None:
    async with world_on(database, tmp_path / "data", clock=MovableClock(MONDAY)) as world:
        old, new = [await account(world, name) for name in ("Old", "New")]
        kept = AudienceStore(database)
        for ago in range(20):
            reading = Reading(MONDAY - ago * DAY, {"followers": 1000 - ago})
            await kept.keep(world.ws, old.id, reading)
        await kept.keep(world.ws, new.id, Reading(MONDAY - DAY, {"followers": 5000}))
        week = Range("week", date(2026, 11, 23), 7, "Europe/Zurich")
        both = (await reports(world).summary(world.ws, world.brand.id, week)).figure("followers")
        assert both is not None and both.value == 6000 and both.before is None and both.change is None
        alone = (await reports(world).summary(world.ws, world.brand.id, week, account=old)).figure("followers")
        assert alone is not None and alone.value == 1000 and alone.before == 993
        world.clock.move(30 * DAY)
        later = Range("week", date(2026, 12, 21), 7, "Europe/Zurich")
        assert (await reports(world).summary(world.ws, world.brand.id, later)).figure("followers") is None


async def test_clicks_whose_hours_are_gone_are_missing_and_no_zero(database: Database, tmp_path: Path) -> None:
    async with world_on(database, tmp_path / "data", clock=MovableClock(MONDAY)) as world:
        mine, days = await account(world, "Mine"), 60
        for ago in (3, 3 + 7 * 9):
            out_at = MONDAY - ago * DAY
            await tracked(database, world.ws, world.brand.id, mine.id, out_at, impressions=100, clicks=4)
        clicks = Clicks(database, world.clock)
        counting = Counting(database, channels={}, open_door=world.doors, clock=world.clock, days=days)
        await counting.count()
        found = reports(world, clicks=clicks, days=days)
        this, before = [
            Range("week", date(2026, 11, 23) - timedelta(days=ago), 7, "Europe/Zurich") for ago in (0, 7 * 9)
        ]
        now, then = [await found.summary(world.ws, world.brand.id, span) for span in (this, before)]
        figure = now.figure("clicks")
        assert figure is not None and figure.value == 4 and figure.before == 0
        assert then.figure("clicks") is None
        observed = await Observing(database).of(world.ws, world.brand.id, MONDAY - 90 * DAY, MONDAY)
        assert [each.clicks for each in observed] == [None, 4]
