"""Several servers: each is a workspace of its own, or joins one by its owner's code."""

from __future__ import annotations

import asyncio

from bot.chat import Card, Identified
from tests.fakes.discord.pressing import Person
from tests.fakes.discord_server import DiscordServer
from tests.fakes.waiting import until
from tests.handlers.discord.acting import press
from tests.handlers.discord.office import Office, is_card, member, said, told

ASK = "Announce our workshop on {word} repair for the feed, tomorrow 9am"


async def test_a_new_server_greets_and_belongs_to_who_manages_it_and_speaks_first(
    office: Office, server: DiscordServer
) -> None:
    kino = server.guild("kino")
    await told(kino.owner, "I am AdMind")
    lounge, ben = kino.room("lounge"), kino.person("ben")
    ben.mention(lounge, "help")
    await told(ben, "Nobody owns me in this server yet")
    kino.owner.mention(lounge, "help")
    await said(lounge, "Tell me in your own words")
    home = await office.admind.homes.home("discord", str(kino.id))
    assert home is not None and home.workspace != office.workspace
    owner = await member(office, kino.owner, kino)
    assert owner.workspace == home.workspace and any(owner.roles.values())


async def test_a_server_joins_by_a_code_and_shows_the_same_drafts(
    office: Office, server: DiscordServer, ana: Person
) -> None:
    kino = server.guild("kino")
    lounge = kino.room("lounge")
    kino.owner.mention(lounge, "help")
    await said(lounge, "Tell me in your own words")
    owner = await member(office, ana)
    code = await office.admind.homes.join_code(office.workspace, owner)
    by = Identified(platform="discord", team=str(kino.id), user=str(kino.owner.id))
    home = await office.admind.homes.join("discord", str(kino.id), code, by)
    assert home.workspace == office.workspace
    brand = (await office.admind.looking.brands(office.workspace, owner.id)).items[0].id
    room = kino.room("posts")
    await office.admind.homes.tie(
        office.workspace, owner, "discord", str(kino.id), str(room.id), "posts", brand, "review"
    )
    ana.mention(office.velo.room("lounge"), ASK.format(word="bike"))
    first, second = await office.card(), await office.card(channel=room)
    ana.react(first, "✅")
    await until(lambda: "Approved" in first.words and "Approved" in second.words, "both say so", seconds=20)
    ana.unreact(first, "✅")
    await until(lambda: "Approved" not in second.words, "both wait again", seconds=20)
    kino.person("ana")  # the same account: who owns the brand in one server owns it in the other
    await press(ana, second, "approve")
    await office.status(first, "approved")
    assert (await member(office, ana, kino)).id == owner.id
    await office.admind.board.tell(office.workspace, f"member:{owner.id}", Card(title="One word", status="x"), key="w")
    await told(ana, "One word")
    assert len([each for each in ana.heard() if "One word" in each.words]) == 1, "and is told directly once"


async def test_twelve_servers_keep_their_words_to_themselves(office: Office, server: DiscordServer) -> None:
    words = [f"canary{number:02d}" for number in range(12)]
    places = [server.guild(word) for word in words]
    rooms = [place.room("lounge") for place in places]
    for place, room, word in zip(places, rooms, words, strict=True):
        place.owner.mention(room, ASK.format(word=word))
    await asyncio.gather(*(said(room, "There is no review room yet") for room in rooms))
    for place, word in zip(places, words, strict=True):
        review = place.room("reviews")
        by = await member(office, place.owner, place)
        brand = (await office.admind.looking.brands(by.workspace, by.id)).items[0].id
        team = str(place.id)
        await office.admind.homes.tie(by.workspace, by, "discord", team, str(review.id), "reviews", brand, "review")
        place.owner.mention(review, ASK.format(word=word))
        await until(lambda r=review: any(is_card(each) for each in r.messages.values()), word, seconds=30)
    for place, word in zip(places, words, strict=True):
        heard = "\n".join(
            each.words for channel in place.guild.channels.values() for each in channel.messages.values()
        ) + "\n".join(each.words for each in place.owner.heard())
        assert word in heard
        assert not [other for other in words if other != word and other in heard]


async def test_who_writes_directly_speaks_from_the_server_in_which_they_are_somebody(
    office: Office, server: DiscordServer, ana: Person
) -> None:
    kino = server.guild("kino")
    lounge = kino.room("lounge")
    kino.owner.mention(lounge, "help")
    await said(lounge, "Tell me in your own words")
    assert await office.living.discord.people.guilds_of(str(ana.id)) == (str(office.velo.id),)
    assert await office.living.discord.people.guilds_of(str(kino.owner.id)) == (str(kino.id),)
    ana.dm(ASK.format(word="bike"))
    assert "bike" in (await office.card()).words
    kino.owner.dm(ASK.format(word="film"))
    await until(lambda: any("There is no review room yet" in each.words for each in kino.owner.heard()), "its own")
    assert not any("film" in each.words for each in office.room.messages.values())
