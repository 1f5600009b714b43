"""Slots said in Discord: read back first, planned by a press, once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer
from tests.fakes.waiting import until
from tests.handlers.discord.acting import lounge, press, whispered, works
from tests.handlers.discord.office import Office, member, running, said


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


async def test_a_plan_and_a_campaign_are_started_by_the_brands_team_once(
    office: Office, velo: Place, ana: Person
) -> None:
    admind, where = office.admind, lounge(office)
    workspace, brand = office.workspace, admind.workspace.default_brand
    cy, zoe = velo.person("cy"), velo.person("zoe")
    await works(office, cy, Role.client)
    owner = await member(office, ana)
    other = await admind.office.add_brand(workspace, owner.id, "Café")
    owner, elsewhere = await member(office, ana), velo.role("elsewhere")
    velo.give(zoe, elsewhere)
    tie = (workspace, owner, "discord", str(velo.id), str(elsewhere.id), other.id, (Role.approver,))
    await admind.homes.tie_group(*tie)

    ana.mention(where, "Could we have regular posts on the feed, Mondays and Fridays at 9 a tip?")
    asked = await said(where, "Plan these 2 slots?")
    for somebody, words in ((cy, "The plan is for the brand's team."), (zoe, "There is no brand")):
        await press(somebody, asked, "plan")
        await whispered(somebody, where, words)
    assert (await admind.standing.plan(workspace, brand)).recurrences == ()
    await press(ana, asked, "plan")
    await whispered(ana, where, "Planned: 2 slots.")
    await press(ana, asked, "plan")
    assert len((await admind.standing.plan(workspace, brand)).recurrences) == 2

    async def empty() -> bool:
        now = admind.clock.now()
        places = await admind.standing.between(workspace, brand, now, now + timedelta(days=7))
        return [each.state for each in places] == ["empty", "empty"]

    await until(empty, "nothing is there to write about", seconds=30)
    ana.mention(where, "plan")
    shown = await said(where, "The plan's slots: 2 empty")
    await press(cy, shown, "fill")
    await press(ana, shown, "fill")
    await whispered(ana, where, "2 slots are being filled.")

    ana.mention(where, "Launch the Gravel 2 in 5 weeks, three weeks of build-up, Feed, goal pre-orders")
    timeline = await said(where, "Gravel 2 · proposed")
    for somebody, words in ((cy, "Campaigns are for the brand's team."), (zoe, "There is no campaign")):
        await press(somebody, timeline, "launch")
        await whispered(somebody, where, words)
    [campaign] = await admind.campaigns.of(workspace, owner.id, brand)
    assert campaign.status.value == "proposed"
    await press(ana, timeline, "launch")
    await whispered(ana, where, "It runs: its drafts come for approval in time")
    await press(ana, timeline, "launch")
    told = await admind.history.read(workspace, owner, about=campaign.id, limit=100)
    assert [each.kind for each in told.items].count("campaign started") == 1
