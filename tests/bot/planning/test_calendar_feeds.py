"""A brand's calendar as programs subscribe to it: strict, the same entry under the same name, gone when it should."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from bot.clock import MovableClock
from bot.errors import NotAllowed, NotFound
from bot.planning.content_calendar import ContentCalendar
from bot.workflow.calendar_feeds import CalendarFeeds, Document
from bot.workflow.office import Office
from storage.commit import Change, commit
from storage.credentials import Credentials
from storage.drafts import Verdict
from storage.forgetting import forget, survey
from storage.redis import Database
from storage.snapshot import names_of
from storage.team import Role
from tests.bot.planning.strict_ics import faults
from tests.world import World, world_on

NOW = datetime(2026, 12, 3, 6, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data", clock=MovableClock(NOW)) as found:
        yield found


def feeds_of(world: World) -> CalendarFeeds:
    return CalendarFeeds(
        world.database,
        calendar=ContentCalendar(world.database),
        credentials=Credentials(world.database, world.vault),
        office=Office(world.database, world.people, world.audit, world.clock),
        audit=world.audit,
        clock=world.clock,
        base_url="https://velo.example/",
    )


def code(url: str) -> str:
    assert url.startswith("https://velo.example/calendars/") and url.endswith(".ics")
    return url.rpartition("/")[2].removesuffix(".ics")


def read(document: Document) -> dict[str, Any]:
    """Events by their uid; strictly checked."""
    assert faults(document.body) == []
    return {str(event["uid"]): event for event in Calendar.from_ical(document.body).walk("VEVENT")}


async def test_an_entry_keeps_its_name_from_draft_to_post_to_cancelled(world: World) -> None:
    feeds = feeds_of(world)
    at = code(await feeds.turn_on(world.ws, world.owner.id, world.brand.id))
    other = await world.connected("feed", "Second", {}, {})
    draft = await world.draft(
        world.account, other, text="Fresh bread; from six, daily\nA secret second line", due_in=DAY
    )

    async def told() -> tuple[dict[str, Any], Any]:
        found = read(await feeds.document(at))
        assert set(found) == {f"{account}.{draft.id}@admind" for account in (world.account.id, other.id)}
        return found, found[f"{world.account.id}.{draft.id}@admind"]

    _, first = await told()
    assert (str(first["status"]), int(first["sequence"])) == ("TENTATIVE", 0)
    assert first.decoded("dtstart") == NOW + DAY
    document = await feeds.document(at)
    assert b"secret second line" not in document.body.replace(b"\r\n ", b""), "titles only"
    world.clock.move(timedelta(minutes=5))
    again = await feeds.document(at)
    assert again.etag == document.etag and again.not_modified(f'"x", {document.etag}'), "nothing changed"

    await world.decide(draft)
    _, approved = await told()
    assert (str(approved["status"]), int(approved["sequence"])) == ("CONFIRMED", 1)
    assert approved.decoded("dtstamp") > first.decoded("dtstamp")
    assert (await feeds.document(at)).etag != document.etag

    moved = await world.revise(draft, world.owner, due=NOW + 3 * DAY)
    _, later = await told()
    assert (str(later["status"]), int(later["sequence"])) == ("CONFIRMED", 2), "the mover approved the result"
    assert later.decoded("dtstart") == NOW + 3 * DAY

    post = next(v.post for v in moved.versions if v.account == world.account.id)
    await world.posts.cancel(world.ws, post, world.owner.id, "test")
    both, cancelled = await told()
    assert (str(cancelled["status"]), int(cancelled["sequence"])) == ("CANCELLED", 3)
    assert {str(each["status"]) for each in both.values()} == {"CANCELLED", "CONFIRMED"}


async def test_what_is_there_no_more_is_told_as_cancelled_without_its_words(world: World) -> None:
    feeds = feeds_of(world)
    at = code(await feeds.turn_on(world.ws, world.owner.id, world.brand.id))
    draft = await world.draft(text="Buns with Zyxwquartz", due_in=DAY)
    assert b"Zyxwquartz" in (await feeds.document(at)).body
    await world.decide(draft, Verdict.reject)
    document = await feeds.document(at)
    [event] = read(document).values()
    assert (str(event["status"]), int(event["sequence"])) == ("CANCELLED", 1)
    assert b"Zyxwquartz" not in document.body
    assert (await feeds.document(at)).etag == document.etag
    world.clock.move(timedelta(days=40))
    assert read(await feeds.document(at)) == {}, "the past is over"


async def test_only_owners_turn_it_on_and_an_old_address_opens_nothing(world: World) -> None:
    feeds, ben = feeds_of(world), await world.member("Ben", Role.approver)
    for refused in (feeds.turn_on, feeds.turn_off, feeds.address):
        with pytest.raises(NotAllowed):
            await refused(world.ws, ben.id, world.brand.id)
    assert await feeds.address(world.ws, world.owner.id, world.brand.id) == ""
    url = await feeds.turn_on(world.ws, world.owner.id, world.brand.id)
    assert await feeds.address(world.ws, world.owner.id, world.brand.id) == url
    renewed = await feeds.turn_on(world.ws, world.owner.id, world.brand.id)
    assert read(await feeds.document(code(renewed))) == {}
    for wrong in (code(url), "", "w_1.b_1.x", code(renewed)[:-1] + "?", code(renewed).swapcase()):
        with pytest.raises(NotFound):
            await feeds.document(wrong)
    assert await feeds.turn_off(world.ws, world.owner.id, world.brand.id)
    assert not await feeds.turn_off(world.ws, world.owner.id, world.brand.id)
    with pytest.raises(NotFound):
        await feeds.document(code(renewed))
    assert await Credentials(world.database, world.vault).all(world.ws, world.brand.id) == {}
    kinds = [entry.kind for entry in await world.audit.read(world.ws, brand=world.brand.id)]
    assert [kind for kind in kinds if kind.startswith("calendar")] == [
        "calendar feed on",
        "calendar feed renewed",
        "calendar feed off",
    ]


async def test_another_brands_entries_are_not_in_it(world: World) -> None:
    feeds, office = feeds_of(world), Office(world.database, world.people, world.audit, world.clock)
    other = await office.add_brand(world.ws, world.owner.id, "Other")
    await world.draft(text="Ours", due_in=DAY)
    at = code(await feeds.turn_on(world.ws, world.owner.id, other.id))
    assert read(await feeds.document(at)) == {}
    kept = await world.people.store.brands.get(world.ws, other.id)
    await commit(world.database, Change(world.ws).do("DEL", world.people.store.brands.key(world.ws, kept.record.id)))
    with pytest.raises(NotFound):
        await feeds.document(at)


async def test_it_goes_with_its_brand(world: World) -> None:
    feeds = feeds_of(world)
    at = code(await feeds.turn_on(world.ws, world.owner.id, world.brand.id))
    await world.draft(due_in=DAY)
    assert len(read(await feeds.document(at))) == 1
    assert {key async for key in names_of(world.database, world.ws, "calendar:")}
    found = await survey(world.database, world.ws, world.brand.id)
    await forget(world.database, world.ws, world.brand.id, found)
    assert not {key async for key in names_of(world.database, world.ws, "calendar:")}
    assert await Credentials(world.database, world.vault).all(world.ws, world.brand.id) == {}
    with pytest.raises(NotFound):
        await feeds.document(at)
