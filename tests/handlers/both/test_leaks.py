"""An agency with twelve brands: each has a Discord server and a Slack room of its own, and none hears of another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from bot.chat import Identified, Role
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.slack.pressing import Person as InSlack
from tests.fakes.slack.records import Channel as SlackRoom
from tests.fakes.waiting import until
from tests.handlers.both.office import Both, joined
from tests.handlers.slack.office import all_of

CANARIES = [f"canary{chr(ord('a') + number)}" for number in range(12)]
ASK = "Announce our {word} repair for the feed, next Wednesday 11am, campaign {word} days"


@dataclass
class House:
    """A brand's people: one in Discord, one in Slack, who both own it."""

    word: str
    brand: str
    place: Place
    wall: Channel
    hall: Channel
    person: Person
    desk: SlackRoom
    mate: InSlack


@pytest.mark.timeout(300)  # a dozen journeys at once, in two chats
async def test_twelve_servers_of_twelve_brands_in_one_workspace(strangers: Both) -> None:
    both = strangers
    await both.works(both.tim, Role.requester)
    houses = [await housed(both, word) for word in CANARIES]
    await asyncio.gather(*(busy(both, house) for house in houses))
    for house in houses:
        heard = await everything(both, house)
        assert house.word in heard, "it sees its own"
        assert not [word for word in CANARIES if word != house.word and word in heard], house.word


async def housed(both: Both, word: str) -> House:
    """A brand whose server joins by a code, with rooms and people."""
    owner = await both.owner()
    brand = (await both.admind.office.add_brand(both.workspace, owner.id, f"Brand {word}")).id
    place = both.server.guild(word)
    wall, hall, person, role = place.room("wall"), place.room("hall"), place.person(f"dora{word}"), place.role("owners")
    place.give(person, role)
    await joined(both, place, hall)
    mate = both.slack.person(f"mate{word}")
    desk = both.slack.channel(f"desk-{word}", mate)
    group = both.slack.group(f"of-{word}")
    await both.slack.change_group(group, mate)
    homes, owner, team = both.admind.homes, await both.owner(), str(place.id)
    await homes.tie(both.workspace, owner, "discord", team, str(wall.id), "wall", brand, "review")
    await homes.tie(both.workspace, owner, "discord", team, str(hall.id), "hall", brand, "client")
    await homes.tie(both.workspace, owner, "slack", both.slack.team.id, desk.id, desk.name, brand, "review")
    await homes.tie_group(both.workspace, owner, "discord", team, str(role.id), brand, [Role.owner])
    await homes.tie_group(both.workspace, owner, "slack", both.slack.team.id, group.id, brand, [Role.owner])
    return House(word, brand, place, wall, hall, person, desk, mate)


async def busy(both: Both, house: House) -> None:
    """Drafts, answers, lists, what is proposed, direct messages and App Home, in both chats."""
    house.person.mention(house.hall, ASK.format(word=house.word))
    await until(lambda: bool(both.discord_cards(house.wall)), f"a card of {house.word}", seconds=90)
    await until(lambda: bool(both.slack_cards(house.desk)), f"a card of {house.word} in Slack", seconds=90)
    for command in ("drafts", "calendar", "plan", "problems"):
        await (await house.person.slash(house.hall, f"/admind {command}")).settle()
    house.person.dm("drafts")
    await until(lambda: any(house.word in each.words for each in house.person.heard()), "a list", seconds=90)
    await house.mate.open_home()
    await until(lambda: house.mate.home is not None and house.word in house.mate.home.words, "a home", seconds=90)
    for command in ("drafts", "calendar"):
        await house.mate.slash(house.desk, "/admind", command)
    await until(lambda: len(house.mate.whispers(house.desk)) >= 2, "two answers", seconds=90)


async def everything(both: Both, house: House) -> str:
    """All that its people can read."""
    rooms = house.place.guild.channels.values()
    heard = [each.words for room in rooms for each in (*room.messages.values(), *room.whispers)]
    heard += [each.words for each in (*house.person.heard(), *house.place.owner.heard())]
    for option, command in (("draft", "/admind show"), ("account", "/admind draft"), ("campaign", "/admind draft")):
        heard.append(str(await house.person.suggestions(house.hall, command, option=option)))
    owner = Identified(platform="discord", team=str(house.place.id), user=str(house.person.id))
    assert await both.admind.homes.member(owner) is not None
    heard += [all_of(each) for each in (*house.desk.messages.values(), *house.mate.whispers(house.desk))]
    direct = both.slack.world.dm(both.slack.team, house.mate.id)
    heard += [all_of(each) for each in direct.messages.values()]
    heard.append(house.mate.home.words if house.mate.home else "")
    return "\n".join(heard)
