"""The same tools with every provider's own client, over the wire."""

from __future__ import annotations

import json

import pytest

from bot.conversation.agent import Agent
from bot.llm.around import NAME
from storage.budget import DailyTokens
from tests.bot.conversation.room import Room
from tests.bot.llm.wires import WIRES, Wire
from tests.fakes.model_server import Call, Say

IDEA = {
    "topic": "our new café",
    "facts": ["our new café opens on Monday"],
    "when": "tomorrow 9am",
    "accounts": ["Feed"],
}


@pytest.mark.parametrize("wire", [wire for wire in WIRES if not wire.stream], ids=str)
async def test_a_real_client_drafts_by_the_same_tools(room: Room, wire: Wire) -> None:
    async with wire.open() as (server, model):
        room.desk._agent = Agent(model, None, DailyTokens(room.database, room.clock.now))
        server.script(
            Say(calls=(Call("draft_posts", {"posts": [IDEA]}),)),
            Say("The draft for Feed is ready: Thu 19 Nov, 09:00 CET."),
        )
        said = await room.say("Announce that our new café opens on Monday, tomorrow 9am on the feed")
        assert server.unused == 0
        sent = json.dumps([request.body for request in server.requests], ensure_ascii=False)
    assert said.reply == "The draft for Feed is ready: Thu 19 Nov, 09:00 CET."
    assert len(said.drafts) == 1
    brief = room.workshop.ideas[0].brief
    assert (brief.topic, brief.request) == ("our new café", said.text)
    for part in (NAME, "Announce that our new", "draft_posts", said.drafts[0], "You are AdMind"):
        assert part in sent
