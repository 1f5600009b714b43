"""What `admind doctor` says of Slack: each wrong state is named, with what to do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat import Identified
from bot.clock import MovableClock
from bot.workflow.symptoms import Symptom
from tests.fakes.slack.pressing import Person
from tests.fakes.slack_server import Fault, SlackServer
from tests.handlers.slack.office import Office, member
from tests.handlers.slack.test_installing import opened

ROOM, TOKEN, DOOR = "Slack velo review room of My brand", "Slack velo", "Slack reaches AdMind"


async def rows(office: Office, ana: Person) -> dict[str, Symptom]:
    """What is said of Slack, in order."""
    every = await office.admind.doctor.examine(await member(office, ana))
    return {each.what: each for each in every if "Slack" in each.what}


async def test_all_is_well(office: Office, ana: Person) -> None:
    found = await rows(office, ana)
    assert [each.state for each in found.values()] == ["ok", "ok", "ok"], found
    assert found[ROOM].found == "#reviews"


async def test_what_must_be_mended_is_named(office: Office, ana: Person) -> None:
    office.room.members.discard(office.slack.team.bot)
    token = office.slack.world.bot_token(office.slack.team)
    assert token is not None
    token.scopes.discard("reactions:read")
    found = await rows(office, ana)
    assert "reactions:read" in found[f"{TOKEN} permissions"].found
    assert "/invite" in found[ROOM].do


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (Fault(error="invalid_auth"), "does not accept my token"),
        (Fault(status=503), "patience"),
        (Fault(breaks=True), "does not answer"),
        (Fault(retry_after=30), "patience"),
    ],
    ids=["invalid_auth", "5xx", "broken", "429"],
)
async def test_a_token_that_does_not_work(office: Office, ana: Person, fault: Fault, found: str) -> None:
    office.slack.web.fail("auth.test", fault, times=1)
    row = (await rows(office, ana))[TOKEN]
    assert row.state == "bad" and found in row.found and row.do


async def test_a_token_that_was_revoked(office: Office, ana: Person) -> None:
    owner = await member(office, ana)
    await office.slack.revoke()
    every = {each.what: each for each in await office.admind.doctor.examine(owner)}
    assert every["Slack"].state == "bad" and "ADMIND_SLACK_BOT_TOKEN" in every["Slack"].do


@pytest.mark.parametrize("state", ["archived", "gone", "private"])
async def test_a_room_where_nothing_can_be_posted(office: Office, ana: Person, state: str) -> None:
    if state == "archived":
        await office.slack.archive(office.room, ana)
    elif state == "gone":
        del office.slack.team.channels[office.room.id]
    else:
        office.room.kind = "group"
        office.room.members.discard(office.slack.team.bot)
    row = (await rows(office, ana))[ROOM]
    assert row.state == "bad" and ("archived" in row.found) == (state == "archived")
    assert ("/admind settings" if state == "archived" else "/invite") in row.do


async def test_client_rooms_are_looked_at_too(office: Office, ana: Person) -> None:
    theirs = office.slack.channel("with-carla", ana)
    await ana.slash(office.slack.channel("lounge", ana), "/admind", "settings")
    assert not (await ana.submit(values={"clients": [theirs.id]})).errors
    theirs.members.discard(office.slack.team.bot)
    found = await rows(office, ana)
    assert found[ROOM].state == "ok" and found["Slack velo client room of My brand"].state == "bad"


async def test_no_room_is_a_note(office: Office, ana: Person) -> None:
    owner = await member(office, ana)
    await office.admind.homes.untie(office.workspace, owner, "slack", office.slack.team.id, office.room.id)
    row = (await rows(office, ana))[ROOM]
    assert (row.state, row.do) == ("note", "An owner chooses one: /admind settings")


async def test_a_socket_that_may_not_be_opened(office: Office, ana: Person) -> None:
    office.slack.world.tokens[office.slack.app_token].scopes.clear()
    row = (await rows(office, ana))[DOOR]
    assert row.state == "bad" and "connections:write" in row.do


async def test_a_token_that_ends_and_was_not_renewed(slack: SlackServer, clock: MovableClock, tmp_path: Path) -> None:
    slack.world.rotates = True
    async with opened(slack, clock, tmp_path / "data") as public:
        house = slack.workspace("bakery")
        boris = house.person("boris")
        await public.install(boris)
        owner = await public.admind.homes.member(Identified(platform="slack", team=house.team.id, user=boris.id))
        assert owner is not None
        every = {each.what for each in await public.admind.doctor.examine(owner)}
        assert "Slack bakery" in every and "Slack bakery token" not in every, "it is good for long"
        clock.move(timedelta(hours=11))
        slack.web.fail("oauth.v2.access", Fault(error="invalid_refresh_token"), times=5)
        row = {each.what: each for each in await public.admind.doctor.examine(owner)}["Slack bakery token"]
        assert row.state == "bad" and "/slack/install" in row.do
