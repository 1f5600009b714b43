"""A file of planned posts becomes drafts once each: through crashes, by two workers at once, and back in again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import AdMind
from bot.clock import MovableClock
from bot.errors import AdMindError, BadInput, NotAllowed, NotFound
from bot.settings import Settings
from bot.workflow.calendar_importing import AT_ONCE, CalendarImport
from storage import keys
from storage.drafts import Draft
from storage.forgetting import forget, survey
from storage.snapshot import names_of
from storage.stores import DraftStore
from tests.bot.workflow.test_requests import owner_of


@pytest.fixture
async def admind(tmp_path: Path) -> AsyncIterator[AdMind]:
    settings = Settings(data_dir=tmp_path / "data", timezone="Europe/Zurich")
    async with AdMind(settings, clock=MovableClock(), queues=frozenset()) as opened:
        await opened.start()
        yield opened


def a_file(admind: AdMind, count: int, *, topic: int = -1) -> bytes:
    first = (admind.clock.now() + timedelta(days=30)).replace(tzinfo=UTC)
    rows = [
        f"{first + timedelta(hours=number):%Y-%m-%d,%H:%M},UTC,"
        + (f",Our workshop number {number} opens on Monday" if number == topic else f"Row {number}.,")
        for number in range(count)
    ]
    return "\n".join(["date,time,zone,text,topic", *rows]).encode()


async def taken(admind: AdMind, data: bytes) -> CalendarImport:
    owner = await owner_of(admind)
    found = await admind.calendar_importing.take(
        admind.workspace.id, owner.id, admind.workspace.default_brand, data, "test"
    )
    assert found.taken is not None
    return found.taken


async def worked(admind: AdMind, import_: CalendarImport) -> CalendarImport:
    """Until it is done, as the clock would bring it."""
    owner = await owner_of(admind)
    for _ in range(10):
        await admind.calendar_importing.work(import_.workspace, f"{import_.brand}/{import_.id}")
        found = await admind.calendar_importing.state(import_.workspace, owner.id, import_.brand, import_.id)
        if found.state == "done":
            return found
    raise AssertionError(found)


async def drafts(admind: AdMind) -> list[Draft]:
    page = await DraftStore(admind.database).page(admind.workspace.id, index="open", limit=500)
    return list(page.items)


async def test_every_row_becomes_one_draft_also_by_two_workers_at_once(admind: AdMind) -> None:
    data = a_file(admind, AT_ONCE + 5, topic=3)
    import_ = await taken(admind, data)
    name = f"{import_.brand}/{import_.id}"
    works = [admind.calendar_importing.work(import_.workspace, name) for _ in range(2)]
    for failed in await asyncio.gather(*works, return_exceptions=True):
        assert failed is None or isinstance(failed, AdMindError), failed  # the engine tries again
    done = await worked(admind, import_)
    made = await drafts(admind)
    assert len(made) == AT_ONCE + 5 and not done.failed
    assert sorted(d.versions[0].text for d in made if d.brief.verbatim)[:2] == ["Row 0.", "Row 1."]
    (written,) = [draft for draft in made if not draft.brief.verbatim]
    assert "workshop" in written.versions[0].text, "a topic is written about"
    client = admind.database.client
    due = await client.zscore(keys.due(import_.workspace), f"note:draft:{made[0].id}")
    assert due is not None and made[0].due is not None
    assert due / 1000 == pytest.approx((made[0].due - timedelta(days=7)).timestamp()), "its card comes a week before"
    assert len(await drafts(admind)) == len(made)
    owner = await owner_of(admind)
    again = await admind.calendar_importing.take(import_.workspace, owner.id, import_.brand, data, "test")
    assert (len(again.new), again.already, again.taken) == (0, AT_ONCE + 5, None)


async def test_a_worker_that_dies_leaves_nothing_twice(admind: AdMind) -> None:
    import_ = await taken(admind, a_file(admind, 6))
    work = asyncio.create_task(admind.calendar_importing.work(import_.workspace, f"{import_.brand}/{import_.id}"))
    while len(await drafts(admind)) < 2:  # noqa: ASYNC110 - the work itself tells nobody
        await asyncio.sleep(0)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    done = await worked(admind, import_)
    assert (done.made, len(await drafts(admind))) == (6, 6)


async def test_a_row_that_became_impossible_is_told_by_its_line(admind: AdMind) -> None:
    import_ = await taken(admind, a_file(admind, 3))
    clock = admind.clock
    assert isinstance(clock, MovableClock)
    clock.move(timedelta(days=30, hours=1, minutes=30))
    done = await worked(admind, import_)
    assert (done.made, [each.line for each in done.failed]) == (1, [2, 3])
    owner = await owner_of(admind)
    told = (await admind.looking.notices(import_.workspace, owner.id)).items
    card = next(each.card for each in told if each.card.title == "The calendar was imported")
    assert card.notes[0].startswith("Line 2: Its time passed")


async def test_one_bad_row_takes_in_none_and_strangers_and_clients_nothing(admind: AdMind) -> None:
    owner, brand, importing = await owner_of(admind), admind.workspace.default_brand, admind.calendar_importing
    data = a_file(admind, 3) + b"\nsoon,09:00,UTC,Bad,"
    with pytest.raises(BadInput, match="A row of this file is wrong"):
        await importing.take(admind.workspace.id, owner.id, brand, data, "test")
    assert not await drafts(admind)
    assert not [key async for key in names_of(admind.database, admind.workspace.id, "import:")]
    client = await admind.office.add_member(admind.workspace.id, owner.id, "Cleo", brand, ["client"])
    with pytest.raises(NotAllowed):
        await importing.check(admind.workspace.id, client.id, brand, data)
    other = await admind.office.add_brand(admind.workspace.id, owner.id, "Other")
    with pytest.raises(NotFound):
        await importing.check(admind.workspace.id, client.id, other.id, data)


async def test_it_goes_with_its_brand(admind: AdMind) -> None:
    import_ = await taken(admind, a_file(admind, 3))
    found = await survey(admind.database, import_.workspace, import_.brand)
    await forget(admind.database, import_.workspace, import_.brand, found)
    assert not [key async for key in names_of(admind.database, import_.workspace, "import:")]
    await admind.calendar_importing.work(import_.workspace, f"{import_.brand}/{import_.id}")
