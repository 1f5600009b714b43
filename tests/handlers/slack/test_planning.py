"""Slots said in Slack: read back first, planned by a press, once; the draft comes for approval."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.acting import works
from tests.handlers.slack.office import Office, member, running, said, whispered


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


async def test_a_plan_and_a_campaign_are_started_by_the_brands_team_once(
    office: Office, slack: SlackServer, ana: Person
) -> None:
    admind, lounge = office.admind, slack.channel("lounge", ana)
    workspace, brand = office.workspace, admind.workspace.default_brand
    cy, zoe = slack.person("cy"), slack.person("zoe")
    await works(office, cy, Role.client)
    owner = await member(office, ana)
    other = await admind.office.add_brand(workspace, owner.id, "Café")
    owner = await member(office, ana)
    group = slack.group("elsewhere", zoe)
    await admind.homes.tie_group(workspace, owner, "slack", slack.team.id, group.id, other.id, (Role.approver,))
    lounge.members |= {cy.id, zoe.id}

    async def known() -> bool:
        await zoe.open_home()
        return zoe.home is not None and "Café" in str(zoe.home.document)

    await until(known, "they are known there", seconds=30)
    await ana.mention(lounge, "Could we have regular posts on the feed, Mondays and Fridays at 9 a tip?")
    asked = await said(lounge, "Plan these 2 slots?")
    await cy.click(asked, "Yes, plan it")
    await whispered(cy, lounge, "The plan is for the brand's team.")
    await zoe.click(asked, "Yes, plan it")
    await whispered(zoe, lounge, "There is no brand")
    assert (await admind.standing.plan(workspace, brand)).recurrences == ()
    await ana.click(asked, "Yes, plan it")
    await whispered(ana, lounge, "Planned: 2 slots.")
    await ana.click(asked, "Yes, plan it")
    assert len((await admind.standing.plan(workspace, brand)).recurrences) == 2

    async def empty() -> bool:
        now = office.admind.clock.now()
        places = await admind.standing.between(workspace, brand, now, now + timedelta(days=7))
        return [each.state for each in places] == ["empty", "empty"]

    await until(empty, "nothing is there to write about", seconds=30)
    await ana.mention(lounge, "plan")
    shown = await said(lounge, "The plan's slots: 2 empty")
    await cy.click(shown, "Fill")
    await whispered(cy, lounge, "The plan is for the brand's team.")
    await ana.click(shown, "Fill")
    await whispered(ana, lounge, "2 slots are being filled.")

    await ana.mention(lounge, "Launch the Gravel 2 in 5 weeks, three weeks of build-up, Feed, goal pre-orders")
    timeline = await said(lounge, "Gravel 2 · proposed")
    for somebody, words in ((cy, "Campaigns are for the brand's team."), (zoe, "There is no campaign")):
        await somebody.click(timeline, "Yes, start it")
        await whispered(somebody, lounge, words)
    [campaign] = await admind.campaigns.of(workspace, owner.id, brand)
    assert campaign.status.value == "proposed"
    await ana.click(timeline, "Yes, start it")
    await whispered(ana, lounge, "It runs: its drafts come for approval in time")
    await ana.click(timeline, "Yes, start it")
    told = await admind.history.read(workspace, owner, about=campaign.id, limit=100)
    assert [each.kind for each in told.items].count("campaign started") == 1
