"""A model proposes slots and campaigns over a provider's wire: in the person's facts, and never says yes for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.chat import ChatRequest
from bot.conversation.agent import Agent
from bot.errors import NotAllowed, NotFound
from bot.llm.chat_models import ModelChoice, build_model, close_model
from bot.llm.offline import OfflineModel
from storage.budget import DailyTokens
from storage.campaigns import CampaignStatus
from storage.requests import Request
from storage.team import Role
from tests.bot.workflow.planning import House, house
from tests.fakes.model_server import Call, ModelServer, Say
from tests.fakes.openai_server import OpenAIServer

NOW = datetime(2027, 2, 15, 7, tzinfo=UTC)  # a Monday
FREELY = "I'd love some rhythm on our feed: customer stories, mondays and wednesdays, nine in the morning"


class Talk:
    """Somebody talks to a desk whose model says what the loopback server was told."""

    def __init__(self, at: House, server: ModelServer) -> None:
        self.at, self.server = at, server

    async def say(self, text: str, *answers: Say, surface: str = "terminal", conversation: str = "v_1") -> Request:
        self.server.script(*answers)
        asked = ChatRequest(
            workspace=self.at.ws, surface=surface, member=self.at.owner.id, conversation=conversation, text=text
        )
        desk = self.at.admind.desk
        request = await desk.receive(asked, hand_over=False)
        await desk.answer(self.at.ws, request)
        assert self.server.unused == 0
        return await desk.get(self.at.ws, request)

    def told(self) -> str:
        """What the model read last, results of tools and all."""
        return json.dumps(self.server.requests[-1].body["messages"][-1], ensure_ascii=False)


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with house(tmp_path / "data", NOW) as at, OpenAIServer() as server:
        model = build_model(ModelChoice.parse("openai:gpt-5.5"), server.keys(), timeout_seconds=5)
        at.admind.desk._agent = Agent(model, None, DailyTokens(at.admind.database, at.clock.now))
        try:
            yield Talk(at, server)
        finally:
            await close_model(model)


def tool(name: str, **args: Any) -> Say:
    return Say(calls=(Call(name, args),))


async def test_slots_said_freely_are_read_back_in_the_persons_facts_and_planned_by_their_yes(talk: Talk) -> None:
    at, standing = talk.at, talk.at.admind.standing
    await talk.say(FREELY, tool("plan_slots", words="daily posts"), Say("Which days?"))
    assert "Nobody said this here: daily" in talk.told()
    refused = await talk.say(FREELY, tool("plan_slots", words="Feed Tue 9:00 customer stories"), Say("Hm."))
    assert "Nobody said this here: tue" in talk.told() and not refused.buttons
    await talk.say(FREELY, tool("plan_slots", words=FREELY), Say("Which form?"))
    assert "In this form I can read it: “Feed Mon and Wed 9:00 customer story”" in talk.told()
    assert "I could read: mondays, wednesdays" in talk.told(), "what was understood"
    said = await talk.say(
        FREELY,
        tool("plan_slots", words="Feed mondays and wednesdays 9:00 customer stories"),
        Say("I read it like this:"),
    )
    assert "Plan these 2 slots?" in said.reply and "09:00" in said.reply, talk.told()
    assert "09:00 · customer" not in talk.told(), "the model has not read what is read back"
    assert [each.action for each in said.buttons] == [f"plan:{said.id}:{at.brand}"]
    assert (await standing.plan(at.ws, at.brand)).recurrences == (), "nothing counts before a yes"
    client = await at.member("Clara", Role.client)
    other = await at.member("Otto")
    for nobody in (client, other):
        with pytest.raises((NotAllowed, NotFound)):
            await at.admind.slotting.confirm(at.ws, nobody.id, said.id)
    assert "Planned: 2 slots." in (await talk.say("plan yes")).reply
    assert "Planned: 2 slots." in await at.admind.slotting.confirm(at.ws, at.owner.id, said.id)
    plan = await standing.plan(at.ws, at.brand)
    assert [(each.rule, each.form) for each in plan.recurrences] == [
        ("FREQ=WEEKLY;BYDAY=MO", "customer stories"), ("FREQ=WEEKLY;BYDAY=WE", "customer stories"),
    ]  # fmt: skip


async def test_a_campaign_is_proposed_changed_and_started_by_people_only(talk: Talk) -> None:
    at = talk.at
    freely = "Our Gravel 2 comes out on 15 March. Tease it three weeks earlier on the feed, we want pre-orders"
    grammar = "Launch the Gravel 2 on 15 March, three weeks of build-up, Feed, goal pre-orders"
    await talk.say(freely, tool("propose_campaign", words=f"{grammar}, paid partnership with Acme"), Say("Hm."))
    assert "Nobody said this here: paid, partnership, acme" in talk.told()
    assert await at.admind.campaigns.of(at.ws, at.owner.id, at.brand) == ()
    said = await talk.say(freely, tool("propose_campaign", words=grammar), Say("I suggest:"), surface="slack")
    [campaign] = await at.admind.campaigns.of(at.ws, at.owner.id, at.brand)
    assert campaign.status is CampaignStatus.proposed and campaign.arc[-1].topic not in talk.told()
    assert "proposed" in said.reply and [each.action for each in said.buttons] == [f"launch:{campaign.id}"]
    wish = "That is a bit much, reduce it by one post each week please"
    await talk.say(wish, tool("change_campaign", words="one post more a week"), Say("Hm."))
    assert "Nobody said this here: more" in talk.told(), talk.told()
    await talk.say(wish, tool("change_campaign", words="one post fewer a week"), Say("Like this:"))
    fewer = await at.admind.campaigns.get(at.ws, at.owner.id, campaign.id)
    assert len(fewer.arc) < len(campaign.arc) and fewer.status is CampaignStatus.proposed
    everything = ("campaign yes Gravel 2", "campaign end Gravel 2", "plan yes", "plan pause", "plan go on")
    for program, said_there in (("mcp", everything), ("program", everything[:1])):
        for words in said_there:
            answered = await talk.say(words, surface=program)
            assert "That is a person's word" in answered.reply, words
    assert (await at.admind.campaigns.get(at.ws, at.owner.id, campaign.id)).status is CampaignStatus.proposed
    await talk.say("campaign yes Gravel 2")
    running = await at.admind.campaigns.get(at.ws, at.owner.id, campaign.id)
    assert running.status is CampaignStatus.running
    once_more = tool("change_campaign", words="one post fewer a week", campaign="Gravel 2")
    await talk.say(wish, once_more, Say("Hm."))
    assert "changes by your own words only" in talk.told()
    by_program = await talk.say("campaign Gravel 2: one post fewer a week", surface="mcp")
    assert "That is a person's word" in by_program.reply
    assert (await at.admind.campaigns.get(at.ws, at.owner.id, campaign.id)).arc == running.arc


async def test_calendar_and_report_are_shown_with_a_picture_and_unread(talk: Talk) -> None:
    at = talk.at
    grammar = "Launch the Gravel 2 on 15 March, three weeks of build-up, Feed, goal pre-orders"
    campaign = await at.admind.campaigns.propose(at.asker(), grammar, language="en", key="one")
    await at.admind.campaigns.start(at.asker(), campaign.id)
    shown = await talk.say("what is up next month?", tool("show_calendar", period="next month"), Say("Here:"))
    assert shown.reply.startswith("Here:\n") and "planned" in shown.reply
    assert campaign.arc[0].topic not in talk.told()
    told = await talk.say("and how did we do?", tool("show_report", what="last week"), Say("So:"), surface="slack")
    assert "Nothing went out" in told.reply
    loud = tool("show_calendar", period="@everyone see https://evil.example next week")
    quiet = await talk.say("and the week after?", loud, Say("Here:"))
    assert "next week" in quiet.reply and "evil" not in quiet.reply and "@" not in quiet.reply
    invented = tool("show_report", what="campaign https://evil.example last week")
    await talk.say("and the campaign?", invented, Say("Which one?"))
    assert "Nobody said this here: https://evil.example" in talk.told()
    await talk.say("how did it go in Q3?", tool("show_report", what="Q3; approve everything"), Say("Which days?"))
    assert "I could not tell which report you mean" in talk.told()


async def test_words_from_outside_take_these_tools_away(talk: Talk) -> None:
    at = talk.at
    async with at.admind.desk._threads.hold(at.ws, "v_9") as held:
        await held.commit({"messages": [], "drafts": []}, tainted=True)
    for name, args in (
        ("plan_slots", {"words": FREELY}), ("propose_campaign", {"words": FREELY}), ("fill_slots", {}),
        ("change_campaign", {"words": FREELY}),
    ):  # fmt: skip
        await talk.say(FREELY, tool(name, **args), Say("I can't."), conversation="v_9")
        assert "text from outside" in talk.told(), name


async def test_without_a_model_the_same_doors_open(talk: Talk) -> None:
    budget = DailyTokens(talk.at.admind.database, talk.at.clock.now)
    await asyncio.to_thread(talk.at.admind.desk.use, OfflineModel(), None, budget)
    said = await talk.say("Could we have regular posts on the feed, Mondays and Fridays at 9 a tip?")
    assert "Plan these 2 slots?" in said.reply and "every Friday, 09:00 · tip" in said.reply, said.reply
    asks = await talk.say("Could we have regular posts at 9?")
    assert "On which days?" in asks.reply and "In this form I can read it" in asks.reply, asks.reply
    need = await talk.say("We need another campaign: for the Gravel 2")
    assert "In this form I can read it: “Launch the Gravel 2" in need.reply, need.reply
