"""A team in a chat: a world with a home in which people react to cards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.chat import Identified
from bot.errors import ChangedSince
from bot.review.catching_up import CatchingUp
from bot.team.homes import Homes
from bot.team.setup import Setup
from bot.workflow.reactions import ReactionAnswer, Reactions
from bot.workflow.requests import Asker
from storage.drafts import Draft
from storage.redis import Database
from storage.team import Member, Role
from tests.fakes.reacting_home import ReactingHome
from tests.world import World, world_on

TEAM = "T1"


@dataclass
class Wordings:
    """Chooses as `Requests` does, without a copywriter."""

    world: World

    async def choose(self, asker: Asker, draft_id: str, number: int, *, digest: str = "") -> Draft:
        draft = (await self.world.drafts.get(self.world.ws, draft_id)).record
        if digest and draft.digest != digest:
            raise ChangedSince("This changed since you looked at it.")
        member = (await self.world.people.store.members.get(self.world.ws, asker.member)).record
        text = next(iter(draft.variants[number - 2].texts.values()))
        return await self.world.revise(draft, member, text=text, due=draft.due)


@dataclass
class Chat:
    """`people` maps user ids to members; UO is the owner, U1 and U2 approve, U3 only asks, U9 is a stranger."""

    world: World
    homes: Homes
    reactions: Reactions
    home: ReactingHome
    people: dict[str, Member] = field(default_factory=dict)

    async def hear(self, name: str, user: str, emoji: str, *, added: bool = True) -> ReactionAnswer:
        """A person reacts, and AdMind hears of it at once."""
        event = self.home.react(name, user, emoji, added=added)
        assert event is not None
        self.home.waiting.clear()
        return await self.reactions.react(event)

    async def show(self, draft: Draft) -> str:
        """The message that shows the draft as it is now."""
        await self.world.board.show(self.world.ws, draft.id)
        refs = (await self.fresh(draft)).messages
        return next(ref.message for ref in refs if ref.home == self.home.home and ref.digest == draft.digest)

    async def fresh(self, draft: Draft) -> Draft:
        return (await self.world.drafts.get(self.world.ws, draft.id)).record

    async def catch_up(self) -> tuple[str, ...]:
        return await CatchingUp(self.world.database, self.world.board, self.world.clock).all([self.world.ws])


@asynccontextmanager
async def chat_on(database: Database, folder: Path) -> AsyncIterator[Chat]:
    async with world_on(database, folder) as world:
        homes = Homes(
            database,
            people=world.people,
            setup=Setup(world.people, world.audit),
            audit=world.audit,
            clock=world.clock,
        )
        reactions = Reactions(
            database, homes=homes, decisions=world.decisions, requests=Wordings(world), clock=world.clock
        )
        home = ReactingHome(homes, reactions, world.clock, "slack", TEAM)
        world.board.hosting.on_home("slack", home.as_factory)
        chat = Chat(world, homes, reactions, home)
        owner = Identified(platform="slack", team=TEAM, user="UO")
        await homes.install("slack", TEAM, "Velo", owner, "Olga", "Europe/Zurich")
        by = await homes.member(owner)
        assert by is not None
        await homes.tie(world.ws, by, "slack", TEAM, "C1", "reviews", world.brand.id, "review")
        await homes.tie_group(world.ws, by, "slack", TEAM, "S1", world.brand.id, [Role.approver])
        await homes.tie_group(world.ws, by, "slack", TEAM, "S2", world.brand.id, [Role.requester])
        chat.people["UO"] = by
        for user, name, group in (("U1", "Ana", "S1"), ("U2", "Ben", "S1"), ("U3", "Tom", "S2")):
            met = await homes.meet(home.who(user), name, groups=frozenset({group}))
            assert met is not None
            chat.people[user] = met
        yield chat
