"""Clicks are counted side by side, without cookies and addresses, and in nobody's way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from bot.channels.base import Door
from bot.clock import MovableClock
from bot.errors import AdMindError
from bot.insights.clicked import Hour
from bot.insights.clicks import UNFURLING, Clicks
from bot.insights.traffic import Looked, judged
from bot.workflow.counting import Counting
from storage import keys, snapshot
from storage.clicks import MOST_VISITS, ClickStore, Counted
from storage.commit import Change, commit
from storage.links import Leads, LinkStore, ShortLink, approve, counts_key
from storage.posts import PostReceipt, PostState
from storage.redis import Database
from storage.stores import PostStore
from tests.bot.insights.agents import BROWSERS, IN_APPS, PROGRAMS
from tests.samples import a_post

NOON = datetime(2027, 3, 2, 12, tzinfo=UTC)
PERSON, IP = BROWSERS[0], "203.0.113.7"


@pytest.fixture(params=["one", "cluster"])
def some(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue("database" if request.param == "one" else "cluster_database")
    return found


async def link_out_at(
    database: Database, out_at: datetime, code: str = "abcdefghjk", post_id: str = "p_out22222"
) -> Leads:
    """A link of a post that went out then."""
    receipt = PostReceipt(remote_id="1", url="https://there.example/1", at=out_at)
    post = a_post(id=post_id, state=PostState.published, receipt=receipt, due=out_at)
    link = ShortLink(code=code, workspace=post.workspace, brand=post.brand, draft=post.draft, account=post.account,
                     given="https://velo.example", destination="https://velo.example", made_at=out_at)  # fmt: skip
    assert await LinkStore(database).mint(link)
    change = PostStore(database).save(Change(post.workspace), post, ver=None)
    approve(change, link, post.id, out_at)
    await commit(database, change)
    found = await LinkStore(database).find(post.workspace, code)
    assert found is not None and found.post == post.id
    return found


def _noon() -> MovableClock:
    clock = MovableClock()
    clock.move_to(NOON)
    return clock


def _look(agent: str = PERSON, method: str = "GET", purpose: str = "") -> Looked:
    return Looked(method, agent, purpose)


def test_lists_of_our_own_say_how_good_the_filter_is() -> None:
    assert len(set(PROGRAMS)) >= 60 and len(set(IN_APPS)) >= 40 and len(set(BROWSERS)) >= 40
    caught = [agent for agent in PROGRAMS if judged(_look(agent)) == "bot"]
    wronged = [agent for agent in (*IN_APPS, *BROWSERS) if judged(_look(agent)) != "click"]
    assert len(caught) >= 0.97 * len(PROGRAMS) and not wronged


@pytest.mark.parametrize(
    ("look", "kind"),
    [
        (_look(method="HEAD"), "other"),
        (_look(method="POST"), "other"),
        (_look(purpose="prefetch;prerender"), "other"),
        (_look(purpose="preview"), "other"),
        (_look(agent=""), "other"),
        (_look(agent="A" * 513), "other"),
        (_look(agent="curl/8.11.0"), "bot"),
        (_look(), "click"),
    ],
)
def test_what_no_person_does_is_told_from_programs_that_say_so(look: Looked, kind: str) -> None:
    assert judged(look) == kind


async def test_counts_stand_side_by_side_by_link_post_and_hour(some: Database) -> None:
    clock = _noon()
    leads, clicks = await link_out_at(some, clock.now() - timedelta(days=1)), Clicks(some, clock)
    for number in range(20):
        clicks.note(leads, _look(), f"198.51.100.{number}")
    for _ in range(MOST_VISITS + 3):
        clicks.note(leads, _look(BROWSERS[1]), IP)
    clicks.note(leads, _look("Twitterbot/1.0"), IP)
    clicks.note(leads, _look(method="HEAD"), IP)
    await clicks.settle()
    wanted = Counted(all=20 + MOST_VISITS + 3 + 2, declared=1, valid=20 + MOST_VISITS)
    assert wanted.other == 4
    assert (await clicks.of_posts("w_sample", ["p_out22222", "p_none2222"])) == {"p_out22222": wanted}
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    assert await clicks.by_hour("w_sample", leads.code) == {hour.astimezone(UTC): wanted}
    day = timedelta(days=1)
    found = await clicks.hours("w_sample", a_post().brand, hour - day, hour + day)
    assert found == {"p_out22222": (Hour(hour.astimezone(UTC), wanted.all, wanted.declared, wanted.valid),)}
    assert await clicks.hours("w_sample", a_post().brand, hour - day, hour) == {"p_out22222": ()}
    assert await clicks.hours("w_sample", "b_other2222", hour - day, hour + day) is None, "nobody counts: not zero"
    clock.move(timedelta(hours=1))
    other = Clicks(some, clock)  # another process: it has the same salt, so that the same person is known
    other.note(leads, _look(BROWSERS[1]), IP)
    await other.settle()
    assert (await other.of_links("w_sample", [leads.code]))[leads.code].valid == wanted.valid


async def test_the_first_seconds_belong_to_programs_that_make_previews(database: Database) -> None:
    clock = _noon()
    leads, clicks = await link_out_at(database, clock.now()), Clicks(database, clock)
    clicks.note(leads, _look(), IP)
    await clicks.settle()
    clock.move(UNFURLING)
    clicks.note(leads, _look(), IP)
    await clicks.settle()
    assert (await clicks.of_links("w_sample", [leads.code]))[leads.code] == Counted(2, 0, 1)


async def test_nothing_that_is_kept_tells_who_it_was_and_tomorrow_nothing_can(database: Database) -> None:
    clock, client = _noon(), cast(Any, database.client)
    leads, clicks = await link_out_at(database, clock.now() - timedelta(days=1)), Clicks(database, clock)
    clicks.note(leads, _look(), IP)
    await clicks.settle()
    store = ClickStore(database)
    today = await store.salt(clock.now())
    assert today == await store.salt(clock.now())
    held = {str(key): str(await client.dump(key)) for key in await client.keys("*")}
    assert not [key for key, value in held.items() if IP in key + value or "Mozilla" in key + value]
    passing = [key for key in held if ":visit:" in key or ":clicksalt:" in key]
    assert len(passing) == 2 and all([0 < await client.pttl(key) <= 86_400_000 for key in passing])
    assert not any(snapshot.tag_of(key) for key in passing)
    clock.move(timedelta(days=1))
    assert await store.salt(clock.now()) != today


async def test_a_database_that_is_away_costs_counts_and_nothing_else(database: Database) -> None:
    clock = _noon()
    leads, clicks = await link_out_at(database, clock.now() - timedelta(days=1)), Clicks(database, clock)
    database.refuse_writes(AdMindError("The database is away."))
    clicks.note(leads, _look(), IP)
    await clicks.settle()
    assert (await clicks.of_links("w_sample", [leads.code]))[leads.code] == Counted()


async def test_hours_go_after_their_time_and_sums_stay(some: Database) -> None:
    clock, store, days = _noon(), ClickStore(some), timedelta(days=40)
    await cast(Any, some.client).sadd(keys.WORKSPACES, "w_sample")
    counting = Counting(some, channels={}, open_door=_no_door, clock=clock, days=days.days)
    leads, clicks = await link_out_at(some, clock.now() - timedelta(days=1)), Clicks(some, clock)
    for _ in range(2):  # one click each a day, to one link
        clicks.note(leads, _look(), IP)
        clicks.note(leads, _look("Twitterbot/1.0"), IP)
        await clicks.settle()
        clock.move(timedelta(days=1))
    first, second = sorted(await clicks.by_hour("w_sample", leads.code))
    clock.move_to(first + days)
    await counting.count()
    assert sorted(await clicks.by_hour("w_sample", leads.code)) == [first, second], "its time is not over"
    clock.move(timedelta(seconds=1))
    await counting.count()
    assert sorted(await clicks.by_hour("w_sample", leads.code)) == [second]
    assert (await clicks.of_posts("w_sample", ["p_out22222"])) == {"p_out22222": Counted(4, 2, 2)}
    fields = await cast(Any, some.client).hkeys(counts_key("w_sample", leads.code))
    hour = int(second.timestamp()) // 3600
    assert set(fields) == {"brand", "r", "b", "v", f"{hour}", f"{hour}b", f"{hour}v"}
    assert await store.forget("w_sample", [], clock.now()) == 0


async def test_all_links_have_their_turn(some: Database) -> None:
    at = _noon().now()
    for number in range(5):
        await link_out_at(some, at - timedelta(days=number), post_id=f"p_out2222{number}", code=f"abcdefghj{number}")
    links = LinkStore(some)
    turns = [await links.approved_before("w_sample", at, turn=turn, limit=2) for turn in range(7, 9)]
    assert sorted(code for codes in turns for code in codes) == [f"abcdefghj{number}" for number in range(1, 5)]
    assert await links.approved_before("w_sample", at - timedelta(days=9), turn=3, limit=2) == ()


def _no_door(*_: object) -> Door:
    raise AssertionError("nobody is asked")
