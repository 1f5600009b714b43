"""The real `admind run` as a process in the loopback Discord: killed in the middle, it goes on where it was."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.fakes.discord_server import Fault, discord_server
from tests.fakes.waiting import until
from tests.handlers.cli.admind import AdMindHere
from tests.handlers.cli.test_in_slack import process
from tests.handlers.discord.office import environ, is_card, says

pytestmark = pytest.mark.crash
ASK = "Announce our workshop on bike repair for the feed, tomorrow 9am"
POST = "POST /channels/{channel}/messages"


async def test_killed_in_the_middle_it_answers_once_and_sigterm_ends_it(tmp_path: Path) -> None:
    async with discord_server() as server:
        velo = server.guild("velo")
        ana = velo.person("ana")
        room, lounge = velo.room("reviews"), velo.room("lounge")
        here = AdMindHere(tmp_path, extra=environ(tmp_path / "data", server, ana, room))
        async with process(here) as first:
            await until(lambda: bool(velo.owner.heard()), "it greets", seconds=30)
            server.rest.fail(POST, Fault(hangs=True, commits=True), times=2)
            ana.mention(lounge, ASK)
            await until(lambda: len(lounge.messages) == 2, "it begins to answer", seconds=30)
            first.kill()
            await first.wait()
        server.rest.faults.clear()
        server.gateway.forget()
        async with process(here) as second:
            await until(lambda: says(lounge, "Look at"), "it answers", seconds=30)
            card = next(each for each in room.messages.values() if is_card(each))
            ana.react(card, "✅")
            await until(lambda: "Approved" in card.words, "the card says so", seconds=15)
            second.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(second.wait(), 15) == 0
        assert len([each for each in room.messages.values() if is_card(each)]) == 1
        assert len(lounge.messages) == 2
        assert not server.gateway.connections, "it said goodbye"


async def test_the_doctor_asks_discord_although_admind_does_not_run(tmp_path: Path) -> None:
    async with discord_server() as server:
        velo = server.guild("velo")
        here = AdMindHere(tmp_path, extra=environ(tmp_path / "data", server, velo.person("ana"), velo.room("reviews")))

        async def rows() -> list[tuple[str, str]]:
            told = await asyncio.to_thread(here.json_of_any_status, "doctor")
            assert [each["found"] for each in told["items"] if each["what"] == "running"] == ["no"]
            return [(each["state"], each["found"]) for each in told["items"] if each["what"] == "Discord"]

        assert [state for state, _ in await rows()] == ["ok", "note"], "the bot works; no server is a home yet"
        server.world.token = "another"
        assert await rows() == [("bad", "Discord does not accept my token.")]
        assert not server.gateway.identified and not velo.owner.heard(), "it asks, and does nothing"
