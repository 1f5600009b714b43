"""A link pasted in Discord: its page's facts and link on the card, where they are from under Details."""

from __future__ import annotations

from pathlib import Path

from bot.clock import MovableClock
from tests.bot.drafting.site import PLAIN_ARTICLE
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer
from tests.fakes.page_server import page_server
from tests.handlers.discord.acting import lounge, press, whispered
from tests.handlers.discord.office import Office, running, said


async def test_a_mention_with_a_link_becomes_a_card_that_names_its_source(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with page_server() as site:
        url = site.put("/shop", PLAIN_ARTICLE)
        more = {"ADMIND_ALLOW_HOSTS": site.host}
        async with running(tmp_path / "data", server, velo, ana, room, clock=clock, more=more) as office:
            ana.mention(lounge(office), f"please post about <{url}>")  # <…> keeps Discord from showing a preview
            card = await office.card()
            assert "Velo opens a second shop in Bern" in card.words
            assert "Marktgasse 12 in Bern on 5 December 2026" in card.words
            assert url in card.words
            await press(ana, card, "details")
            page = await whispered(ana, room, "Source: Velo opens a second shop in Bern")
            assert f"({url}), read at" in page.words
            assert "It has 40 bikes to try and a workshop with three mechanics." in page.words


async def test_a_link_that_cannot_be_read_is_said_where_it_was_pasted(office: Office, ana: Person) -> None:
    ana.mention(lounge(office), "announce our workshop on bike repair http://169.254.169.254/latest/meta-data")
    card = await office.card()
    assert "bike repair" in card.words
    assert "I could not read the page on 169.254.169.254" in card.words
    ana.mention(lounge(office), "post this http://127.0.0.1:9/")
    await said(lounge(office), "Tell me in a sentence what the post should say.")
