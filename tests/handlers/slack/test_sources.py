"""A link pasted in Slack: its page's facts and link on the card, where they are from under Details."""

from __future__ import annotations

from pathlib import Path

from bot.clock import MovableClock
from tests.bot.drafting.site import PLAIN_ARTICLE
from tests.fakes.page_server import page_server
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer
from tests.handlers.slack.office import running, said
from tests.handlers.slack.test_journeys import ids_of, window_of


async def test_a_mention_with_a_link_becomes_a_card_that_names_its_source(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with page_server() as site:
        url = site.put("/shop", PLAIN_ARTICLE)
        more = {"ADMIND_ALLOW_HOSTS": site.host}
        async with running(tmp_path / "data", slack, ana, room, clock=clock, more=more) as office:
            lounge = slack.channel("lounge", ana)
            await ana.mention(lounge, f"please post about <{url}>")
            card = await office.card()
            assert "Velo opens a second shop in Bern" in card.words
            assert "Marktgasse 12 in Bern on 5 December 2026" in card.words
            assert url in card.words
            await ana.choose(card, "menu", f"more:{':'.join(ids_of(card))}")
            await ana.click(await window_of(ana), "details:")
            shown = (await window_of(ana)).words
            assert f"Source: Velo opens a second shop in Bern ({url}), read at" in shown
            assert "It has 40 bikes to try and a workshop with three mechanics." in shown


async def test_a_link_that_cannot_be_read_is_said_where_it_was_pasted(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        lounge = slack.channel("lounge", ana)
        await ana.mention(lounge, "announce our workshop on bike repair <http://169.254.169.254/latest/meta-data>")
        card = await office.card()
        assert "bike repair" in card.words
        assert "I could not read the page on 169.254.169.254" in card.words
        await ana.mention(lounge, "post this <http://127.0.0.1:9/>")
        await said(lounge, "Tell me in a sentence what the post should say.")
