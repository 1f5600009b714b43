"""A team in two homes, and what follows from what is said about who is who."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat import Identified
from bot.team.homes import Homes
from bot.team.setup import Setup
from bot.team.signin import SignIn
from bot.workflow.kinship import Kinship, Side
from bot.workflow.recounting import Recounting
from storage.commit import Change, commit
from storage.drafts import Draft
from storage.homes import Home, HomeStore
from storage.team import Identity, Member, Role
from storage.tokens import TokenStore
from tests.world import World


@dataclass
class Kin:
    world: World
    kinship: Kinship
    recounting: Recounting
    sign_in: SignIn
    tokens: TokenStore
    homes: Homes

    @classmethod
    def of(cls, world: World) -> Kin:
        sign_in, tokens = SignIn(world.database, world.audit, world.clock), TokenStore(world.database, world.clock.now)
        recounting = Recounting(
            world.database,
            board=world.board,
            decisions=world.decisions,
            sign_in=sign_in,
            tokens=tokens,
            clock=world.clock,
        )
        homes = Homes(
            world.database,
            people=world.people,
            setup=Setup(world.people, world.audit),
            audit=world.audit,
            clock=world.clock,
        )
        kinship = Kinship(world.database, people=world.people, audit=world.audit, clock=world.clock)
        return cls(world, kinship, recounting, sign_in, tokens, homes)

    async def home(self, team: str) -> Home:
        home = Home(
            platform="slack", team=team, name=team.lower(), workspace=self.world.ws, installed_at=self.world.clock.now()
        )
        store = HomeStore(self.world.database)
        await commit(self.world.database, store.put_home(Change(self.world.ws), home, ver=None))
        await store.point("slack", team, self.world.ws)
        return home

    async def met(self, name: str, team: str, *roles: Role, distinct: bool = False) -> Member:
        """Somebody whom a platform brought, with roles that an owner gave."""
        world, now = self.world, self.world.clock.now()
        change = Change(world.ws)
        held = {world.brand.id: frozenset(roles)} if roles else {}
        member = world.people.add(change, name, held, [], now, distinct=distinct)
        identity = Identity(platform="slack", team=team, user=f"U-{name}", workspace=world.ws, member=member.id)
        store = world.people.store
        store.identities.put(change, identity, f"slack|{team}|U-{name}", ver=None, at=now.timestamp())
        await world.people.save(change)
        return member

    def side(self, member: Member, team: str = "") -> Side:
        found = {"platform": "slack", "team": team, "user": f"U-{member.name}"} if team else {}
        return Side(member=member.id, name=member.name, place=team or "the studio", **found)

    def stranger(self, name: str, team: str) -> Side:
        return Side(name=name, place=team, platform="slack", team=team, user=f"U-{name}")

    async def link(self, one: Side, other: Side) -> str:
        """Both sides say yes; what the last one hears."""
        code = await self.kinship.offer(self.world.ws, one)
        await self.kinship.agree(self.world.ws, code, other)
        said = await self.kinship.agree(self.world.ws, code, one)
        await self.settle()
        return said

    async def settle(self) -> None:
        """What became due by it, as upkeep would do it."""
        for entry in list(await self.world.entries()):
            if entry.startswith("kin:"):
                await self.recounting.kin(self.world.ws, entry.removeprefix("kin:"))

    async def fresh(self, member: Member) -> Member:
        return (await self.world.people.store.members.get(self.world.ws, member.id)).record

    async def who(self, user: str, team: str) -> Member | None:
        return await self.homes.member(Identified(platform="slack", team=team, user=f"U-{user}"))

    async def draft(self, draft: Draft) -> Draft:
        return (await self.world.drafts.get(self.world.ws, draft.id)).record

    async def told(self, room: str) -> list[str]:
        return [str(item.card["title"]) for item in await self.world.notices() if item.room == room]
