"""Clients see what the team has approved, and nothing of how it came about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import MovableClock
from bot.errors import NotFound
from bot.workflow.history import History
from bot.workflow.looking import Looking
from storage.drafts import Verdict
from storage.redis import Database
from storage.team import Policy, Role
from tests.fakes.chat_home import ChatHome
from tests.world import World, world_on

THURSDAY = datetime(2026, 12, 3, 6, tzinfo=UTC)  # 7:00 in Zurich
HOUR = timedelta(hours=1)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data", clock=MovableClock(THURSDAY)) as found:
        await found.policy(Policy(approvals=1, client_approvals=1))
        yield found


async def test_a_draft_reaches_the_client_once_the_team_has_approved_it(world: World) -> None:
    looking = Looking(world.database, board=world.board, clock=world.clock)
    ana, client = await world.member("Ana", Role.approver), await world.member("Cleo", Role.client)
    ben = await world.member("Ben", Role.approver)
    draft = await world.draft()

    async def seen() -> list[str]:
        assert b"BEGIN:VCALENDAR" in await looking.calendar(world.ws, client.id)
        return [view.id for view in (await looking.drafts(world.ws, client.id, status="open")).items]

    assert await seen() == []
    with pytest.raises(NotFound, match="no draft"):
        await looking.draft(world.ws, client.id, draft.id)
    assert b"waiting for approval" not in await looking.calendar(world.ws, client.id)
    assert [view.id for view in (await looking.drafts(world.ws, ana.id)).items] == [draft.id]
    await world.decide(draft, by=ana)
    assert await seen() == [draft.id]
    assert (await looking.draft(world.ws, client.id, draft.id)).status == "waiting"
    asked = (await world.decide(draft, Verdict.changes, by=client, reason="Warmer, please.")).draft
    assert (await looking.draft(world.ws, client.id, draft.id)).status == "changes", "their own word stays in sight"
    revised = await world.revise(asked, ana, text="Warm bread from six.", due=draft.due)
    assert await seen() == [], "the team looks first, again"
    await world.decide(revised, by=ben)
    done = await world.decide(revised, by=client)
    assert done.posts
    assert (await looking.draft(world.ws, client.id, draft.id)).status == "approved"


async def test_what_the_team_says_among_itself_is_not_the_clients(world: World) -> None:
    looking = Looking(world.database, board=world.board, clock=world.clock)
    history = History(world.audit, world.people.store, world.journal)
    client, ana = await world.member("Cleo", Role.client), await world.member("Ana", Role.approver)
    draft = await world.draft()
    await world.decide(draft, Verdict.reject, by=world.owner, reason="Nobody believes this.")
    await world.run_due()
    assert (await looking.notices(world.ws, ana.id)).items
    assert (await looking.notices(world.ws, client.id)).items == []
    told = await history.read(world.ws, ana, limit=200)
    assert any("Nobody believes this." in entry.details.values() for entry in told.items)
    assert (await history.read(world.ws, client, limit=200)).items == ()


async def test_clients_are_reminded_once_the_team_is_done(world: World) -> None:
    chat = ChatHome()
    world.board.add_home(world.ws, chat)
    client, ana = await world.member("Cleo", Role.client), await world.member("Ana", Role.approver)
    draft = await world.draft(due_in=10 * HOUR)  # 17:00 in Zurich: reminders at 14:45 and 15:45
    await world.decide(draft, by=ana)
    await world.run_due()
    world.clock.move(8 * HOUR)
    await world.run_due()
    assert len(chat.titles(f"member:{client.id}")) == 1
    assert chat.titles(f"member:{ana.id}") == []
