"""“Try again” in Slack: below the words about a provider's failure, for whoever asked, answered in the same place."""

from __future__ import annotations

from pathlib import Path

from bot.clock import MovableClock
from tests.fakes.model_server import Fail
from tests.fakes.provider import Provider
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.office import running, said, whispered


async def test_who_asked_presses_and_the_answer_takes_the_place_of_the_failure(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with Provider() as model, running(tmp_path / "d", slack, ana, room, clock=clock, model=model) as office:
        lounge, ben = slack.channel("lounge", ana), slack.person("ben")
        lounge.members.add(ben.id)
        model.down = Fail(401, "key")
        await ana.mention(lounge, "please post about our workshop")
        failed = await said(lounge, "openai refused OPENAI_API_KEY")
        assert "Your request is kept: press “Try again”" in failed.words
        model.down = None
        await ana.click(failed, "Try again")
        card = await office.card()
        assert "Our workshop opens on Monday" in card.words
        await until(lambda: "Your draft is ready." in failed.words, "the answer stands there", seconds=20)
        assert "Try again" not in failed.words and len(await office.drafts()) == 1
        await whispered(ana, lounge, "Trying it again")
