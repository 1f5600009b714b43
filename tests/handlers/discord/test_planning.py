"""Slots said in Discord: read back first, planned by a press, once."""

from __future__ import annotations

from pathlib import Path

from bot.clock import MovableClock
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer
from tests.fakes.waiting import until
from tests.handlers.discord.acting import lounge, press
from tests.handlers.discord.office import running, said


async def test_slots_are_read_back_and_planned_by_a_press(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
        brand = office.admind.workspace.default_brand
        ana.mention(lounge(office), "Feed every day at 9:00 tip")
        asked = await said(lounge(office), "Plan this 1 slot?")
        assert (await office.admind.standing.plan(office.workspace, brand)).recurrences == ()
        await press(ana, asked, "plan")
        await until(lambda: "Planned: 1 slot." in ana.reads(lounge(office)), "ana is told")
        await press(ana, asked, "plan")
        plan = await office.admind.standing.plan(office.workspace, brand)
        assert [each.rule for each in plan.recurrences] == ["FREQ=DAILY"]
