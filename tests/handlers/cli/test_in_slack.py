"""The real `admind run` as a process in the loopback Slack: killed in the middle, it goes on where it was."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.fakes.model_server import Hang, Say
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.slack.records import Message
from tests.fakes.slack_server import Fault, SlackServer, slack_server
from tests.fakes.waiting import until
from tests.handlers.cli.admind import COMMAND, AdMindHere
from tests.handlers.slack.office import environ

pytestmark = pytest.mark.crash
ASK = "Announce our workshop on bike repair for the feed, tomorrow 9am"


@asynccontextmanager
async def process(here: AdMindHere, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    found = await asyncio.create_subprocess_exec(
        *COMMAND, "run", *arguments, cwd=here.folder, env=here.environ(), stdout=sys.stderr, stderr=sys.stderr
    )
    try:
        yield found
    finally:
        if found.returncode is None:
            found.send_signal(signal.SIGTERM)
        await asyncio.wait_for(found.wait(), 30)


async def test_the_doctor_asks_slack_although_admind_does_not_run(tmp_path: Path) -> None:
    async with slack_server() as slack:
        ana = slack.person("ana")
        given = environ(tmp_path / "data", slack, ana, slack.channel("reviews", ana), "sockets")
        here = AdMindHere(tmp_path, extra=given)

        async def rows() -> dict[str, tuple[str, str]]:
            told = await asyncio.to_thread(here.json_of_any_status, "doctor")
            found = {each["what"]: (each["state"], each["found"]) for each in told["items"]}
            assert found["running"] == ("note", "no")
            return {what: said for what, said in found.items() if what.startswith("Slack")}

        asked = await rows()
        assert asked["Slack"] == ("ok", "@admind works")
        assert asked["Slack reaches AdMind"] == ("ok", "by a socket that AdMind opens")
        assert "Slack permissions" not in asked
        slack.world.tokens.clear()
        assert (await rows())["Slack"] == ("bad", "Slack does not accept my token any more.")
        assert not slack.web.of("chat.postMessage"), "it asks, and does nothing"


async def test_killed_in_the_middle_it_answers_once(tmp_path: Path) -> None:
    async with slack_server() as slack:
        ana = slack.person("ana")
        room, lounge = slack.channel("reviews", ana), slack.channel("lounge", ana)
        given = environ(tmp_path / "data", slack, ana, room, "sockets")
        here = AdMindHere(tmp_path, extra=given)
        async with process(here) as first:
            await slack.over_sockets()
            slack.web.fail("chat.postMessage", Fault(hangs=True, commits=True), times=2)
            asked = await ana.mention(lounge, ASK)
            await until(lambda: bool(slack.web.of("chat.postMessage")), "it begins to answer", seconds=30)
            first.kill()
            await first.wait()
        slack.web.faults.clear()
        async with process(here):
            await slack.over_sockets()
            await until(
                lambda: any("Look at" in each.words for each in lounge.thread(asked.ts)), "it answers", seconds=15
            )  # far less than any lease and than the redelivery time
        assert len(cards(slack, room.id)) == 1
        assert len([each for each in lounge.thread(asked.ts) if each.user == slack.team.bot]) == 1


async def test_killed_while_the_model_thinks_it_answers_soon_after_the_start(tmp_path: Path) -> None:
    async with slack_server() as slack, OpenAIServer() as model:
        ana = slack.person("ana")
        room, lounge = slack.channel("reviews", ana), slack.channel("lounge", ana)
        given = environ(tmp_path / "data", slack, ana, room, "sockets")
        here = AdMindHere(tmp_path, extra=given | model.keys() | {"ADMIND_MODEL": "openai:gpt-4o"})
        model.script(Hang())
        async with process(here) as first:
            await slack.over_sockets()
            asked = await ana.mention(lounge, "How do we sound?")
            await model.asked()
            first.kill()
            await first.wait()
        model.answer = lambda _: Say("Warm and plain.")
        async with process(here):
            await slack.over_sockets()
            await until(
                lambda: any("Warm and plain." in each.words for each in lounge.thread(asked.ts)),
                "it answers, and waits for no lease of the dead",
                seconds=15,
            )
        assert len([each for each in lounge.thread(asked.ts) if each.user == slack.team.bot]) == 1


def cards(slack: SlackServer, room: str) -> list[Message]:
    messages = slack.team.channels[room].messages.values()
    return [each for each in messages if each.metadata.get("event_payload", {}).get("digest")]
