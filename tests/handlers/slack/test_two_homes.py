"""One draft in two Slack workspaces and the inbox: one person one vote, the same state everywhere, whoever was away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chat import Draft, Identified, Member, Role
from bot.clock import MovableClock
from storage import keys
from storage.inbox import inbox_store
from storage.posts import Post
from storage.stores import DraftStore, PostStore
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Message
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack_server import Fault, SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.office import all_of, whispered
from tests.handlers.slack.test_installing import Public, opened
from tests.handlers.slack.test_journeys import ASK

YES, NO = "white_check_mark", "x"


@dataclass
class Pair:
    """Ana owns the brand in the agency's Slack; the client's Slack is another home, with Ben, Anna and Tim."""

    public: Public
    clock: MovableClock
    agency: Workspace
    client: Workspace
    ana: Person
    mia: Person
    anna: Person
    ben: Person
    tim: Person
    rooms: tuple[Channel, Channel]
    lounge: Channel
    hall: Channel
    owner: Member
    workspace: str
    brand: str

    async def member(self, house: Workspace, person: Person) -> Member | None:
        who = Identified(platform="slack", team=house.team.id, user=person.id)
        return await self.public.admind.homes.member(who)

    async def cards(self, count: int = 1) -> tuple[Message, Message]:
        """The newest card in each home, once there are so many."""
        found = []
        for room in self.rooms:
            await until(lambda room=room: len(_cards(room)) >= count, f"{count} cards", seconds=30)
            found.append(_cards(room)[-1])
        return found[0], found[1]

    async def draft(self) -> Draft:
        return (await DraftStore(self.public.admind.database).page(self.workspace)).items[0]

    async def status(self, wanted: str) -> None:
        async def stands() -> bool:
            return (await self.draft()).status.value == wanted

        await until(stands, f"the draft is {wanted}", seconds=20)

    async def posts(self) -> list[Post]:
        return list((await PostStore(self.public.admind.database).page(self.workspace)).items)

    async def in_inbox(self, words: str, where: str = "") -> bool:
        page = await inbox_store(self.public.admind.database).page(self.workspace, limit=100)
        return any(words in str(item.card) for item in page.items if item.room == (where or self.brand))

    async def says(self, words: str, *, within: float = 20) -> float:
        """Seconds until all three homes say so."""
        began = time.monotonic()
        await until(lambda: all(words in _cards(room)[-1].words for room in self.rooms), words, seconds=within)
        await until(lambda: self.in_inbox(words), f"{words} in the inbox", seconds=within)
        return time.monotonic() - began

    async def ask(self, house: Channel, who: Person, text: str = ASK) -> tuple[Message, Message]:
        count = len(_cards(self.rooms[0]))
        await who.slash(house, "/admind", text)
        return await self.cards(count + 1)


def _cards(room: Channel) -> list[Message]:
    return [each for each in room.messages.values() if each.metadata.get("event_payload", {}).get("digest") is not None]


@pytest.fixture
async def pair(slack: SlackServer, clock: MovableClock, tmp_path: Path) -> AsyncIterator[Pair]:
    async with opened(slack, clock, tmp_path / "data") as public:
        await public.admind.loaded()
        yield await _paired(public, slack, clock)


async def _paired(public: Public, slack: SlackServer, clock: MovableClock) -> Pair:
    agency, client = slack.workspace("agency"), slack.workspace("client")
    ana, mia = agency.person("ana"), client.person("mia")
    anna, ben, tim = (client.person(name) for name in ("anna", "ben", "tim"))
    await public.install(ana)
    await public.install(mia)
    rooms = agency.channel("reviews", ana), client.channel("reviews", mia, anna, ben, tim)
    lounge, hall = agency.channel("lounge", ana), client.channel("hall", mia, anna, ben, tim)
    await ana.slash(lounge, "/admind", "code")
    code = all_of(await whispered(ana, lounge, "/admind join")).split("/admind join ")[1][:14]
    await mia.slash(hall, "/admind", f"join {code}")
    await whispered(mia, hall, "works with the other one")
    homes = public.admind.homes
    owner = await homes.member(Identified(platform="slack", team=agency.team.id, user=ana.id))
    assert owner is not None
    workspace, (brand,) = owner.workspace, tuple(owner.roles)
    for house, room in zip((agency, client), rooms, strict=True):
        await homes.tie(workspace, owner, "slack", house.team.id, room.id, room.name, brand, "review")
    approvers, askers = client.group("approvers", anna, ben), client.group("askers", tim)
    await homes.tie_group(workspace, owner, "slack", client.team.id, approvers.id, brand, [Role.approver])
    await homes.tie_group(workspace, owner, "slack", client.team.id, askers.id, brand, [Role.requester])
    return Pair(
        public, clock, agency, client, ana, mia, anna, ben, tim, rooms, lounge, hall, owner, workspace, brand
    )  # fmt: skip


async def link(pair: Pair) -> None:
    """Anna begins in the client's Slack, Ana says yes in the agency's, Anna confirms."""
    await pair.anna.slash(pair.hall, "/admind", "link")
    told = all_of(await whispered(pair.anna, pair.hall, "within ten minutes, say: /admind link"))
    code = told.split("/admind link ")[1][:14]
    await pair.ana.slash(pair.lounge, "/admind", f"link {code}")
    await whispered(pair.ana, pair.lounge, "one person with anna (Slack, client)")
    await pair.ana.slash(pair.lounge, "/admind", f"link {code} yes")
    await whispered(pair.ana, pair.lounge, "go back to Slack, client")
    await pair.anna.slash(pair.hall, "/admind", f"link {code} yes")
    await whispered(pair.anna, pair.hall, "one person here from now on")


async def test_two_names_of_one_person_have_one_vote_and_linked_they_are_one(pair: Pair) -> None:
    admind = pair.public.admind
    await admind.office.change_brand(pair.workspace, pair.owner.id, pair.brand, {"approvals": 2})
    await pair.ben.slash(pair.hall, "/admind", "help")
    agencys, clients = await pair.ask(pair.hall, pair.tim)
    await pair.ana.react(agencys, YES)
    await pair.anna.react(clients, YES)

    async def both() -> bool:
        return len((await pair.draft()).decisions) == 2

    await until(both, "both were heard")
    assert (await pair.draft()).status.value == "waiting" and not await pair.posts()
    await pair.says("may be tim under another name")
    await link(pair)
    assert (await pair.member(pair.client, pair.anna)) == (await pair.member(pair.agency, pair.ana))
    await pair.says("Waiting for ben")
    assert (await pair.draft()).status.value == "waiting", "they count once"
    await pair.ben.react(clients, YES)
    await pair.status("approved")
    assert len(await pair.posts()) == 1
    owners = f"owners:{pair.brand}"
    await until(lambda: pair.in_inbox("one person from now on", owners), "owners are told")


async def test_every_home_shows_the_same_state_within_two_seconds(pair: Pair) -> None:
    agencys, clients = await pair.ask(pair.lounge, pair.ana)
    await pair.ben.react(clients, NO)
    await pair.status("rejected")
    assert await pair.says("ben rejected it") < 2
    await pair.ben.unreact(clients, NO)
    await pair.status("waiting")
    await pair.ana.react(agencys, NO)
    await pair.status("rejected")
    assert await pair.says("ana rejected it") < 2


async def test_approved_here_and_rejected_there_at_once_is_rejected_everywhere(pair: Pair) -> None:
    for number in range(4):
        agencys, clients = await pair.ask(
            pair.hall, pair.tim, f"Announce workshop number {number} for the feed, Friday 9am"
        )
        words = [pair.anna.react(clients, YES), pair.ben.react(clients, NO), pair.ana.react(agencys, YES)]
        await asyncio.gather(*(words if number % 2 else words[::-1]))
        await pair.status("rejected")
        await pair.says("ben rejected it")
    assert not [post for post in await pair.posts() if post.state.value == "scheduled"]


async def test_a_home_that_was_away_catches_up(pair: Pair, slack: SlackServer) -> None:
    agencys, clients = await pair.ask(pair.lounge, pair.ana)
    slack.web.fail("chat.update", Fault(status=503), times=2)  # the first call of each home
    await pair.ana.react(agencys, NO)
    await pair.status("rejected")
    await until(lambda: pair.in_inbox("ana rejected it"), "the inbox knows")

    async def missed() -> bool:
        client: Any = pair.public.admind.database.client
        entries = await client.zrange(keys.due(pair.workspace), 0, -1)
        return len([each for each in entries if each.startswith("note:at:slack:")]) == 2

    await until(missed, "both homes are to be told later")
    assert not any("rejected" in each.words for each in (agencys, clients))
    pair.clock.move(timedelta(minutes=11))
    await pair.says("ana rejected it", within=30)


async def test_the_client_in_another_home_counts_once_an_owner_knows_them(pair: Pair) -> None:
    admind = pair.public.admind
    carl = pair.client.person("carl", guest=True)
    theirs = pair.client.channel("with-us", pair.mia, carl)
    homes = admind.homes
    await homes.tie(
        pair.workspace, pair.owner, "slack", pair.client.team.id, theirs.id, "with-us", pair.brand, "client"
    )
    rules = {"client_approvals": 1, "self_approval": "allowed"}
    await admind.office.change_brand(pair.workspace, pair.owner.id, pair.brand, rules)
    agencys, _ = await pair.ask(pair.lounge, pair.ana)
    assert not _cards(theirs), "the client sees nothing before the team has said yes"
    await pair.ana.react(agencys, YES)
    await until(lambda: len(_cards(theirs)) == 1, "the client's card", seconds=20)
    await carl.react(_cards(theirs)[0], YES)
    await pair.says("carl may be somebody of the team under another name")
    assert (await pair.draft()).status.value == "waiting"
    assert "ana" not in _cards(theirs)[-1].words, "the client does not hear who of the team approved"
    known = await pair.member(pair.client, carl)
    assert known is not None
    await admind.kinship.vouch(pair.workspace, pair.owner.id, known.id, distinct=True)
    await pair.status("approved")
    assert len(await pair.posts()) == 1


async def test_a_strangers_link_to_somebody_known(pair: Pair) -> None:
    """Mia is nobody here until she says, from both sides, that she is Ana."""
    assert await pair.member(pair.client, pair.mia) is None
    await pair.ana.slash(pair.lounge, "/admind", "link")
    told = all_of(await whispered(pair.ana, pair.lounge, "within ten minutes, say: /admind link"))
    code = told.split("/admind link ")[1][:14]
    await pair.mia.slash(pair.hall, "/admind", "link AAAA-BBBB-CCCC")
    await whispered(pair.mia, pair.hall, "This code is not good")
    await pair.mia.slash(pair.hall, "/admind", f"link {code} yes")
    await whispered(pair.mia, pair.hall, "go back to Slack, agency")
    await pair.ana.slash(pair.lounge, "/admind", f"link {code}")
    await whispered(pair.ana, pair.lounge, "one person with mia (Slack, client)")
    await pair.ana.slash(pair.lounge, "/admind", f"link {code} yes")
    await whispered(pair.ana, pair.lounge, "one person here from now on")
    known = await pair.member(pair.client, pair.mia)
    assert known is not None and known.id == pair.owner.id
