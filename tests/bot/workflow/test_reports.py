"""Reports of one brand: from its own posts, archived ones too, within what reading may cost; kept as long as said."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from bot.channels.platform import X as PLATFORM
from bot.channels.registry import Platforms, build_channels
from bot.clock import MovableClock
from bot.errors import NotAllowed, NotFound
from bot.insights.clicked import Hour
from bot.insights.numbers import ReadingNumbers
from bot.insights.summing import Range
from bot.insights.telling import as_csv, digest_lines, in_words, reading_cost, sentences
from bot.planning.standing import Standing
from bot.words import words
from bot.workflow.alerting import Alerting
from bot.workflow.bringing_in import BringingIn
from bot.workflow.counting import Counting
from bot.workflow.reports import Reports
from bot.workflow.retention import Retention
from bot.workflow.weekly import Weekly
from storage.accounts import Account
from storage.audience import AudienceStore
from storage.commit import Change, commit
from storage.feed import FeedStore
from storage.numbers import STEPS, counted_key
from storage.plans import Purpose, Slot, SlotStore
from storage.posts import PostState
from storage.reading_budget import ReadingBudget
from storage.record import new_id
from storage.redis import Database
from storage.team import Brand, Role
from tests.bot.insights.test_numbers import town
from tests.fakes.chat_home import ChatHome
from tests.fakes.counted_posts import grown, put_out
from tests.fakes.page_server import Page, page_server
from tests.fakes.x_server import x_server
from tests.world import World, world_on

MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)  # 9:00 in Zurich
WEEK = Range("week", date(2026, 11, 23), 7, "Europe/Zurich")
DAY = timedelta(days=1)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data", clock=MovableClock(MONDAY)) as found:
        yield found


async def account(world: World, name: str, *, channel: str = "mastodon", brand: str = "") -> Account:
    made = Account(
        id=new_id("a"), workspace=world.ws, brand=brand or world.brand.id, channel=channel, name=name, created_at=MONDAY
    )
    change = Change(world.ws)
    world.people.store.accounts.put(change, made, made.id, ver=None, at=MONDAY.timestamp())
    await commit(world.database, change)
    return made


async def another_brand(world: World) -> Brand:
    made = Brand(id=new_id("b"), workspace=world.ws, name="Rivale", created_at=MONDAY)
    change = Change(world.ws)
    world.people.store.brands.put(change, made, made.id, ver=None, at=MONDAY.timestamp())
    await commit(world.database, change)
    return made


def reports(world: World, numbers: ReadingNumbers | None = None, **more: Any) -> Reports:
    return Reports(world.database, blobs=world.blobs, numbers=numbers or world.numbers, clock=world.clock, **more)


async def steady(
    world: World, to: Account, totals: dict[str, int], *, days: int = 98, until: timedelta = DAY * 0
) -> None:
    for day in range(days):
        at = MONDAY - timedelta(days=day, hours=2)
        told = [each for each in grown(at, totals, MONDAY) if each.at <= MONDAY - until]
        await put_out(world.database, world.ws, to.brand, to.id, at, told, channel=to.channel, title=f"Day {day}")


class Counted:
    """Clicks on own links: some on the star, and bots; in the weeks before on a post of long ago."""

    def __init__(self, star: str, before: str) -> None:
        self.star, self.before = star, before

    async def hours(self, workspace: str, brand: str, start: datetime, end: datetime) -> dict[str, list[Hour]]:
        weeks = [Hour(MONDAY - timedelta(days=7 * week + 3), 1000, 96, 900) for week in range(1, 9)]
        return {self.star: [Hour(MONDAY - 2 * DAY, 1352, 96, 1204)], self.before: weeks}


async def test_the_digest_says_what_moved_the_star_and_what_is_missing(world: World) -> None:
    linkedin, instagram, x = [await account(world, each) for each in ("LinkedIn", "Instagram", "X")]
    await steady(world, linkedin, {"likes": 40})
    await steady(world, instagram, {"reach": 800})
    gone = [each async for each in _posts(world, instagram.id) if each.due > MONDAY - 8 * DAY]
    for each in gone:  # nothing went out there this week
        await _drop(world, each.id)
    await steady(world, x, {"likes": 3}, until=4 * DAY)
    at = MONDAY - 3 * DAY
    star = await put_out(
        world.database,
        world.ws,
        world.brand.id,
        linkedin.id,
        at,
        grown(at, {"likes": 900}, MONDAY),
        title="Wet-weather tips",
    )
    old = [each async for each in _posts(world, linkedin.id) if each.due < MONDAY - 90 * DAY]
    found = reports(world, clicks=Counted(star.id, old[0].id))
    summary = await found.summary(world.ws, world.brand.id, WEEK)
    said = digest_lines(words("en"), summary)
    assert said[0] == "▲ Clicks 1,204 (usual 900; known bots removed: 96)"
    assert "★ “Wet-weather tips”, LinkedIn: 1,204 clicks" in said
    assert any(each.startswith("▼ Instagram reach ") and "usual" in each for each in said)
    assert said[-1] == "— X: no numbers since Thu"
    assert "· Looks at links: 1,352 · known bots: 96 · clicks by people: 1,204" in sentences(words("en"), summary)
    assert "Clicks: 1,204" in (alt := in_words(words("en"), summary)) and "known bots: 96" in alt
    rows = list(csv.DictReader(io.StringIO(as_csv(summary, "en").decode("utf-8-sig"))))
    counted = {each["Post"]: (each["Clicks"], each["Looks at links"], each["Known bots"]) for each in rows}
    assert counted["Wet-weather tips"] == ("1204", "1352", "96")
    assert counted["Day 3"] == ("", "", ""), "it has no link of ours: missing, not zero"
    assert summary.worst is None or summary.worst.title == "Wet-weather tips"
    german = digest_lines(words("de"), summary)
    assert german[0] == "▲ Klicks 1.204 (üblich 900; bekannte Bots abgezogen: 96)" and german[-1].startswith(
        "— X: keine"
    )
    chat = ChatHome()
    world.board.add_home(world.ws, chat)

    await _slots(world, linkedin.id, 3)
    weekly = Weekly(
        world.database,
        board=world.board,
        audit=world.audit,
        clock=world.clock,
        summaries=found.summary,
        standing=Standing(world.database, world.clock),
    )
    await world.draft(text="Waits.", due_in=None)
    await weekly.tell(world.ws, world.brand.id, date(2026, 11, 30))
    [card] = chat.rooms[world.brand.id].values()
    assert card.title == "My brand · 23–29 Nov" and card.notes[: len(said)] == said
    assert "This week: nothing is planned, 3 empty slots" in card.notes
    assert [button.label for button in card.buttons] == ["Review 1", "Fill", "New post"]


async def _slots(world: World, account_id: str, count: int) -> None:
    """Empty ones of this week."""
    purpose = Purpose(accounts=(account_id,), added_by=world.owner.id, added_at=MONDAY)
    change = Change(world.ws)
    for day in range(1, count + 1):
        due = MONDAY + day * DAY
        slot = Slot(
            id=f"r_1-{due:%Y%m%d}",
            workspace=world.ws,
            brand=world.brand.id,
            source="r_1",
            day=due.date(),
            due=due,
            purpose=purpose,
            draft_at=MONDAY - DAY,
            created_at=MONDAY,
            updated_at=MONDAY,
        )
        SlotStore(world.database).save(change, slot, ver=None)
    await commit(world.database, change)


async def test_a_brands_report_knows_nothing_of_another_brand(world: World) -> None:
    other = await another_brand(world)
    mine, theirs = await account(world, "Mine"), await account(world, "Theirs", brand=other.id)
    await steady(world, mine, {"likes": 10}, days=30)
    found = reports(world)
    alone = await found.summary(world.ws, world.brand.id, WEEK)
    await steady(world, theirs, {"likes": 77_777}, days=30)
    await put_out(world.database, world.ws, other.id, mine.id, MONDAY - DAY, [], title="Secret launch")
    beside = await found.summary(world.ws, world.brand.id, WEEK)
    assert (
        beside.model_copy(update={"made_at": alone.made_at}) == alone
        and "Secret" not in beside.model_dump_json()
        and "Theirs" not in as_csv(beside, "en").decode()
    )
    with pytest.raises(NotFound):
        await found.asked_by(world.owner, other.id)
    with pytest.raises(Exception, match="no account"):
        await found.account(world.ws, world.brand.id, "Theirs")
    client = await world.member("Client", Role.client)
    with pytest.raises(NotFound, match="once the team"):
        await found.asked_by(client, world.brand.id)


async def test_what_is_archived_counts_as_before_and_goes_when_its_time_is_over(world: World) -> None:
    mine = await account(world, "Mine")
    await steady(world, mine, {"likes": 10}, days=10)
    found = reports(world)
    before = await found.summary(world.ws, world.brand.id, WEEK)
    world.clock.move(200 * DAY)
    await Retention(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock).retire()
    after = await found.summary(world.ws, world.brand.id, WEEK)
    assert [each.values for each in after.posts] and {e.post for e in after.posts} == {e.post for e in before.posts}
    assert all((each.values["engagements"] or 0) > 0 for each in after.posts)
    counting = Counting(world.database, channels={}, open_door=world.doors, clock=world.clock, days=100)
    await counting.count()
    gone = await found.summary(world.ws, world.brand.id, WEEK)
    assert gone.main is None and len(gone.posts) == len(before.posts)  # the posts stay, and their numbers are missing
    assert not await cast(Any, world.database.client).zcard(counted_key(world.ws))


async def test_followers_are_asked_once_a_day_and_reported(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        world = place.world
        counting = Counting(database, channels=world.channels, open_door=world.doors, clock=world.clock, days=400)
        for count in (1200, 1240):
            place.server.followers = count
            await counting.count()
            await counting.count()
            world.clock.move(DAY)
        readings = await AudienceStore(database).readings(world.ws, place.account.id)
        assert [each.counts["followers"] for each in readings] == [1200, 1240]
        assert len([seen for seen in place.server.seen if "verify_credentials" in seen.path]) == 3  # connecting, twice
        today = world.clock.now().date()
        summary = await reports(world).summary(world.ws, world.brand.id, Range("span", today - 6 * DAY, 7, "UTC"))
        followers = summary.figure("followers")
        assert followers is not None and followers.value == 1240


async def test_reading_stops_at_the_months_budget_and_says_so(database: Database, tmp_path: Path) -> None:
    async with x_server() as server:
        platform = dataclasses.replace(PLATFORM, api=server.origin, web=server.origin)
        channels = build_channels(FeedStore(database), base_url="http://localhost", platforms=Platforms(x=platform))
        hosts = frozenset({f"127.0.0.1:{server.port}"})
        clock = MovableClock(MONDAY - 20 * DAY)  # the month does not end while this runs
        async with world_on(database, tmp_path / "data", allow_hosts=hosts, channels=channels, clock=clock) as world:
            server.now = world.clock.now
            budget = ReadingBudget(database, limit=Decimal("0.010"))
            world.numbers = ReadingNumbers(
                database, channels=channels, open_door=world.doors, clock=world.clock, paid=True, budget=budget
            )
            x = await world.connected("x", "Velo", {}, {"access_token": server.token_for("velo")})
            post = await world.publish_due(await world.approved(x))
            await world.run_due()
            server.seen.clear()
            for span in STEPS[:5]:
                assert post.receipt is not None
                world.clock.move_to(post.receipt.at + span + timedelta(seconds=1))
                await world.run_due()
            assert len(server.seen) == 2 and await budget.spent(world.ws, world.brand.id, world.clock.now()) == Decimal(
                "0.010"
            )
            why, since = await world.numbers.not_asked(x)
            assert why == "paused" and since is not None and since < world.clock.now()
            today = world.clock.now().date()
            summary = await reports(world).summary(world.ws, world.brand.id, Range("span", today - 6 * DAY, 7, "UTC"))
            [missing] = [each for each in summary.missing if each.account == x.id]
            assert reading_cost(words("en"), summary) == "Reading numbers this month: $0.010"
            assert missing.why == "paused" and "(reading paused)" in digest_lines(words("en"), summary)[-1]
            chat = ChatHome()
            world.board.add_home(world.ws, chat)
            for _ in range(2):
                await _alerting(world).look()
            assert chat.titles(world.brand.id) == ["Velo: reading numbers is paused"]


async def test_numbers_from_a_file_come_in_all_together_or_not_at_all(world: World) -> None:
    mine = await account(world, "Mine", channel="telegram")
    one = await put_out(world.database, world.ws, world.brand.id, mine.id, MONDAY - 5 * DAY, [])
    other = await put_out(world.database, world.ws, world.brand.id, mine.id, MONDAY - 4 * DAY, [])
    await put_out(world.database, world.ws, world.brand.id, mine.id, MONDAY - DAY, [], state=PostState.failed)
    bringing = BringingIn(world.database, reports=reports(world), audit=world.audit, clock=world.clock)
    good = f"post,read_at,views\n{one.id},2026-11-28,120\n{other.id},2026-11-28,30\n{one.id},2026-11-29,150\n"
    bad = good + f"{other.id},2026-11-20,5\np_unknown,2026-11-28,5\n"

    async def bring(text: str, *, write: bool) -> tuple[bool, list[int]]:
        found = await bringing.bring_in(world.owner, world.brand.id, text.encode(), write=write)
        return found.written, [each.line for each in found.problems]

    assert await bring(bad, write=True) == (False, [5, 6])
    assert await bring(good, write=False) == (False, [])
    assert (await world.post(one)).series == ""
    assert await bring(good, write=True) == (True, [])
    assert await bring(good, write=True) == (True, [])  # again: no difference
    kept = await world.post(one)
    assert kept.numbers is not None and dict(kept.numbers.counts) == {"views": 150}
    summary = await reports(world).summary(world.ws, world.brand.id, WEEK)
    views = summary.figure("views")
    assert views is not None and views.value == 180
    kinds = [each.kind async for each in _audit(world)]
    assert kinds.count("numbers imported") == 2
    asker = await world.member("Tom", Role.requester)
    with pytest.raises(NotAllowed):
        await bringing.bring_in(asker, world.brand.id, good.encode(), write=True)


async def test_a_page_that_is_gone_is_told_once_after_a_second_look(database: Database, tmp_path: Path) -> None:
    async with page_server() as site:
        url = site.put("/sale", "<h1>Sale</h1>")
        hosts = frozenset({site.host})
        async with world_on(database, tmp_path / "data", allow_hosts=hosts) as world:
            chat = ChatHome()
            world.board.add_home(world.ws, chat)
            await world.publish_due(await world.approved(text=f"Look: {url}"))
            alerting = _alerting(world)
            await alerting.look()
            world.clock.move(DAY)
            site.add("/sale", Page(b"gone", status=410))
            for _ in range(4):
                await alerting.look()
                world.clock.move(timedelta(hours=3))
            dead = [card for card in chat.rooms[world.brand.id].values() if "leads nowhere" in card.title]
            [card] = dead
            assert url in card.title and "1 live post leads there" in card.notes[0] and "Put it back" in card.status
            world.clock.move(4 * DAY)
            for _ in range(3):
                await alerting.look()
                world.clock.move(timedelta(hours=3))
            assert len([c for c in chat.rooms[world.brand.id].values() if "leads nowhere" in c.title]) == 1


async def test_unusual_days_are_told_once_and_three_a_day_at_most(world: World) -> None:
    chat = ChatHome()
    world.board.add_home(world.ws, chat)
    for number in range(5):
        mine = await account(world, f"Place {number}")
        await steady(world, mine, {"likes": 50, "reach": 900}, days=70)
        at = MONDAY - timedelta(hours=26)
        totals = {"likes": 4000, "reach": 70_000}
        await put_out(world.database, world.ws, world.brand.id, mine.id, at, grown(at, totals, MONDAY))
    for _ in range(3):
        await _alerting(world).look()
    titles = chat.titles(world.brand.id)
    assert all(" engagements " in each for each in titles[:3]), "what matters most"
    [_, also] = next(iter(chat.rooms[world.brand.id].values())).notes
    assert also.startswith("▲ Place") and " reach " in also, "an account's day is told once, with all that moved"
    assert len([each for each in titles if each.startswith("▲ Place")]) == 3 and len(titles) == 4  # and one summary
    assert "answer comments" in next(iter(chat.rooms[world.brand.id].values())).status


def _alerting(world: World) -> Alerting:
    return Alerting(
        world.database,
        board=world.board,
        numbers=world.numbers,
        blobs=world.blobs,
        client=cast(Any, world.doors)._client,
        clock=world.clock,
    )


async def _posts(world: World, account_id: str) -> AsyncIterator[Any]:
    for each in (await world.kept_posts.page(world.ws, limit=5000)).items:
        if each.account == account_id:
            yield each


async def _drop(world: World, post: str) -> None:
    client = cast(Any, world.database.client)
    await client.delete(world.kept_posts.key(world.ws, post))
    for index in ("all", f"of:{world.brand.id}", "counted"):
        await client.zrem(world.kept_posts.index_key(world.ws, index), post)


async def _audit(world: World) -> AsyncIterator[Any]:
    for entry in await world.audit.read(world.ws, kinds=("numbers imported",)):
        yield entry
