"""Slots said in Slack: read back first, planned by a press, once; the draft comes for approval."""

from __future__ import annotations

from pathlib import Path

from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer
from tests.handlers.slack.office import running, said, whispered


async def test_slots_are_read_back_and_planned_by_a_press(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "d", slack, ana, room, clock=clock) as office:
        lounge = slack.channel("lounge", ana)
        await ana.mention(lounge, "Feed every day at 9:00 tip")
        asked = await said(lounge, "Plan this 1 slot?")
        assert "Feed · every day, 09:00 · tip" in asked.words
        plan = await office.admind.standing.plan(office.workspace, office.admind.workspace.default_brand)
        assert plan.recurrences == ()
        await ana.click(asked, "Yes, plan it")
        await whispered(ana, lounge, "Planned: 1 slot.")
        await ana.click(asked, "Yes, plan it")
        plan = await office.admind.standing.plan(office.workspace, office.admind.workspace.default_brand)
        assert [each.rule for each in plan.recurrences] == ["FREQ=DAILY"]
