"""AdMind lives in several workspaces at once: each is whole, each is caught up with, and none hears of another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

import httpx2
import pytest

from bot.bootstrap import AdMind
from bot.chat import ChatRequest, DecisionRequest, Identified
from bot.clock import MovableClock
from bot.engine.outbox import Queue
from bot.settings import Settings
from bot.workflow.requests import Asker, Idea
from handlers.web.app import create_app
from storage.drafts import Brief, Draft, DraftStatus, Verdict
from storage.homes import Home
from storage.stores import DraftStore
from storage.team import Member, Role
from tests.fakes.reacting_home import ReactingHome

ANNA = Identified(platform="slack", team="T1", user="U1")
BORIS = Identified(platform="slack", team="T2", user="U1")
CANARY = "nightingale"


class Houses:
    """Two Slack teams, each with the person who installed AdMind there and a review room."""

    def __init__(self, admind: AdMind, chats: dict[str, ReactingHome]) -> None:
        self.admind = admind
        self.chats = chats

    def factory(self, home: Home) -> ReactingHome:
        chat = self.chats.setdefault(
            home.team, ReactingHome(self.admind.homes, self.admind.reactions, self.admind.clock, "slack", home.team)
        )
        chat.homes, chat.reactions = self.admind.homes, self.admind.reactions
        return chat

    async def owner(self, who: Identified) -> Member:
        member = await self.admind.homes.member(who)
        assert member is not None
        return member

    async def move_in(self) -> None:
        self.admind.on_home("slack", self.factory)
        for who, name in ((ANNA, "Velo"), (BORIS, "Bakery")):
            home = await self.admind.homes.install("slack", who.team, name, who, f"{name} owner", "Europe/Zurich")
            owner = await self.owner(who)
            brand = next(iter(owner.roles))
            await self.admind.homes.tie(home.workspace, owner, "slack", who.team, "C1", "r", brand, "review")

    async def draft(self, who: Identified, topic: str) -> Draft:
        owner = await self.owner(who)
        asker = Asker(
            workspace=owner.workspace,
            brand=next(iter(owner.roles)),
            member=owner.id,
            conversation="v_1",
            surface="slack",
            language="en",
            zone="UTC",
        )
        idea = Idea(brief=Brief(request=topic, topic=topic, facts=(topic,)), when="tomorrow 9am")
        (draft,) = await self.admind.requests.draft(asker, [idea])
        await self.admind.board.show(owner.workspace, draft.id)
        return draft

    async def status(self, draft: Draft) -> DraftStatus:
        return (await DraftStore(self.admind.database).get(draft.workspace, draft.id)).record.status


@asynccontextmanager
async def living(tmp_path: Path, queues: frozenset[Queue] = frozenset()) -> AsyncIterator[Houses]:
    settings = Settings(data_dir=tmp_path / "data", timezone="Europe/Zurich", slack_review_room="C77")
    async with AdMind(settings, clock=MovableClock(), queues=queues) as admind:
        yield Houses(admind, {})


@pytest.fixture
async def houses(tmp_path: Path) -> AsyncIterator[Houses]:
    async with living(tmp_path) as found:
        await found.move_in()
        await found.admind.start(warm=False)
        yield found


async def test_nothing_of_one_workspace_reaches_the_other(houses: Houses) -> None:
    await houses.draft(ANNA, f"the {CANARY} is here")
    await houses.draft(BORIS, "fresh bread")
    assert CANARY in repr(houses.chats["T1"].messages).casefold()
    assert CANARY not in repr(houses.chats["T2"].messages).casefold()
    boris = await houses.owner(BORIS)
    request = ChatRequest(
        workspace=boris.workspace,
        surface="slack",
        member=boris.id,
        conversation="v_b",
        text="drafts",
    )
    name = await houses.admind.desk.receive(request)
    await houses.admind.desk.answer(boris.workspace, name)
    reply = (await houses.admind.desk.get(boris.workspace, name)).reply.casefold()
    assert "bread" in reply
    assert CANARY not in reply
    anna = await houses.owner(ANNA)
    assert anna.workspace == houses.admind.workspace.id != boris.workspace
    seen = await houses.admind.looking.drafts(boris.workspace, boris.id)
    assert CANARY not in seen.model_dump_json().casefold()


async def test_every_workspace_is_caught_up_with_before_anything_may_be_sent(tmp_path: Path) -> None:
    async with living(tmp_path) as houses:
        await houses.move_in()
        await houses.admind.start(warm=False)
        drafts = [await houses.draft(ANNA, "spring sale"), await houses.draft(BORIS, "fresh bread")]
        chats = houses.chats
    for team, draft in zip(("T1", "T2"), drafts, strict=True):
        chats[team].connected = False
        name = next(name for name, message in chats[team].messages.items() if message.first.draft == draft.id)
        chats[team].react(name, "U1", "white_check_mark")
        chats[team].connected = True
    async with living(tmp_path, frozenset({"publish"})) as again:
        again.chats = chats
        again.admind.on_home("slack", again.factory)
        assert not again.admind.publisher.open.is_set()
        await again.admind.start(warm=False)
        assert again.admind.publisher.open.is_set()
        for draft in drafts:
            assert await again.status(draft) is DraftStatus.approved


async def test_the_review_room_of_the_settings_is_the_local_workspaces(houses: Houses) -> None:
    rooms = await houses.admind.homes.rooms(houses.admind.workspace.id, houses.admind.workspace.default_brand, "slack")
    assert [room.channel for room in rooms] == ["C1"], "what an owner tied stands"
    assert await houses.admind.homes.room("slack", "T2", "C77") is None


async def test_a_home_that_is_removed_takes_its_secrets_along_and_owners_hear_of_it(houses: Houses) -> None:
    admind = houses.admind
    await admind.installations.save("slack", "T2", "", {"bot_token": "xoxb-1"})
    boris = await houses.owner(BORIS)
    draft = await houses.draft(BORIS, "fresh bread")
    before = len(houses.chats["T2"].messages)
    assert await admind.homes.remove("slack", "T2") is not None
    assert await admind.homes.remove("slack", "T2") is None
    assert await admind.installations.find("slack", "T2") is None
    notices = await admind.looking.notices(boris.workspace, boris.id)
    assert [item.card.title for item in notices.items if item.room == "owners"] == ["AdMind was removed from Bakery"]
    await admind.board.show(boris.workspace, draft.id)
    assert len(houses.chats["T2"].messages) == before
    assert await admind.homes.member(ANNA) is not None


async def test_a_thread_below_a_card_is_about_its_draft(houses: Houses) -> None:
    draft = await houses.draft(ANNA, "spring sale")
    name = next(iter(houses.chats["T1"].messages))
    places = houses.admind.places
    place = await places.find("slack", "T1", "C1", name)
    assert place is not None
    assert (place.draft, place.conversation) == (draft.id, "")
    await places.remember("slack", "T1", "C1", name, conversation="v_9")
    place = await places.find("slack", "T1", "C1", name)
    assert place is not None
    assert (place.draft, place.conversation) == (draft.id, "v_9")
    assert await places.find("slack", "T2", "C1", name) is None
    assert await places.find("slack", "T1", "C1", "1.1") is None


async def test_a_guest_of_one_workspace_is_nobody_in_another(houses: Houses) -> None:
    admind = houses.admind
    anna = await houses.owner(ANNA)
    await admind.homes.tie_group(
        anna.workspace, anna, "slack", "T1", "S1", admind.workspace.default_brand, [Role.approver]
    )
    ben = Identified(platform="slack", team="T1", user="U5")
    assert await admind.homes.meet(ben, "Ben", groups=frozenset({"S1"})) is not None
    assert await admind.homes.meet(ben.model_copy(update={"team": "T2"}), "Ben", groups=frozenset({"S1"})) is None


async def test_each_workspaces_feed_shows_what_it_published(houses: Houses) -> None:
    admind = houses.admind
    draft = await houses.draft(BORIS, f"the {CANARY} bakes")
    boris = await houses.owner(BORIS)
    decision = DecisionRequest(
        workspace=boris.workspace,
        draft=draft.id,
        member=boris.id,
        verdict=Verdict.approve,
        digest=draft.digest,
        surface="slack",
        at=admind.clock.now(),
    )
    (post,) = (await admind.decisions.decide(decision)).posts
    cast(MovableClock, admind.clock).move_to(post.due + timedelta(seconds=1))
    admind.publisher.open.set()
    await admind.publisher.publish(boris.workspace, post.id)
    theirs = await admind.syndication.document(admind.workspace, "rss", post.account)
    mine = await admind.syndication.document(admind.workspace, "rss")
    assert CANARY in theirs.body.decode().casefold()
    assert CANARY not in mine.body.decode().casefold()
    for medium in draft.versions[0].media:
        assert await admind.library.public(admind.workspace.id, medium.sha256) is not None


async def test_the_machine_is_its_own_peoples_to_look_at(houses: Houses) -> None:
    rows = await houses.admind.doctor.examine(await houses.owner(BORIS))
    assert {row.what for row in rows} <= {"people", "accounts"}
    own = await houses.admind.doctor.examine(await houses.owner(ANNA))
    assert "disk" in {row.what for row in own}


async def test_a_link_into_the_studio_leads_into_ones_own_workspace(houses: Houses) -> None:
    boris = await houses.owner(BORIS)
    code = await houses.admind.sign_in.link(boris.workspace, boris.id, surface="slack")
    transport = httpx2.ASGITransport(app=create_app(houses.admind))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8484") as browser:
        entered = await browser.post(f"/studio/in/{code}", headers={"Origin": "http://127.0.0.1:8484"})
        assert entered.status_code == 303
        await houses.draft(ANNA, f"the {CANARY} is here")
        await houses.draft(BORIS, "fresh bread")
        page = await browser.get("/studio/drafts")
        assert page.status_code == 200
        assert "bread" in page.text.casefold()
        assert CANARY not in page.text.casefold()
