"""What is between one person and AdMind: reminders, cards and reactions in direct messages, and the bot on its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.bootstrap import AdMind
from bot.chat import Card
from bot.clock import MovableClock
from bot.settings import load_settings
from handlers.discord.bot import create_bot
from tests.fakes.discord.client import running as started
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer
from tests.fakes.waiting import until
from tests.handlers.discord.office import Office, environ, is_card, member, said, told
from tests.handlers.discord.test_journeys import ASK, carded


async def test_a_word_to_a_member_comes_directly_and_once(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    draft, owner = await office.draft(card), await member(office, ana)
    home = await office.admind.homes.home("discord", str(office.velo.id))
    assert home is not None
    messenger = office.admind.open_home(home)
    assert messenger is not None
    shown = Card(title="A reminder", status="Look at it", footer="x", draft=draft.id, digest=draft.digest)
    ref = await messenger.post(f"member:{owner.id}", shown, key="remind:x")
    again = await messenger.post(f"member:{owner.id}", shown, key="remind:x")
    assert ref is not None and again == ref
    assert len([each for each in ana.heard() if is_card(each)]) == 1


async def test_who_is_called_is_woken_and_nobody_else(office: Office, ana: Person) -> None:
    owner = await member(office, ana)
    home = await office.admind.homes.home("discord", str(office.velo.id))
    messenger = office.admind.open_home(home) if home else None
    assert messenger is not None
    brand = (await office.admind.looking.brands(office.workspace, owner.id)).items[0].id
    loud = Card(title="It failed @everyone", status="<@&1> look", footer="now", ping=(owner.id,))
    await messenger.post(brand, loud, key="alert:x")
    await until(lambda: bool(ana.pinged(office.room)), "she is woken", seconds=10)
    (message,) = ana.pinged(office.room)
    assert message.pinged == {ana.id} and not message.pinged_everyone and not message.pinged_roles


async def test_the_bot_can_be_started_by_whoever_embeds_it(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    settings = load_settings(environ(tmp_path / "data", server, ana, room))
    with server.pointed():
        async with AdMind(settings, clock=clock) as admind:
            bot = create_bot(admind)
            await admind.start()
            async with started(bot, server.token):
                lounge = velo.room("lounge")
                ana.mention(lounge, ASK)
                await said(lounge, "Look at")
            await admind.stop()


async def test_a_message_that_comes_twice_is_one_request(office: Office, ana: Person) -> None:
    lounge = office.velo.room("lounge")
    message = ana.mention(lounge, ASK)
    office.server.events.tell_message("MESSAGE_CREATE", message)
    await office.card()
    await said(lounge, "Look at")
    ana.dm("help")
    await told(ana, "Tell me in your own words")
    assert len(office.cards()) == 1 and len(lounge.messages) == 2


async def test_the_first_sign_of_life_comes_at_once(office: Office, ana: Person) -> None:
    lounge, loop = office.velo.room("lounge"), asyncio.get_running_loop()
    took = list[float]()
    for number in range(5):
        began, before = loop.time(), len(lounge.messages)
        ana.mention(lounge, f"help {number}")
        await until(lambda before=before: len(lounge.messages) >= before + 2, "a sign of life", seconds=10)
        took.append(loop.time() - began)
    assert sorted(took)[2] < 1.0, took
