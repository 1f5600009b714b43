"""What `admind doctor` says of Slack."""

from __future__ import annotations

from tests.fakes.slack.pressing import Person
from tests.handlers.slack.office import Office, member


async def test_all_is_well(office: Office, ana: Person) -> None:
    rows = [each for each in await office.admind.doctor.examine(await member(office, ana)) if "Slack" in each.what]
    assert [each.state for each in rows] == ["ok", "ok", "ok"], rows
    assert rows[1].found == "#reviews"


async def test_what_must_be_mended_is_named(office: Office, ana: Person) -> None:
    office.room.members.discard(office.slack.team.bot)
    token = office.slack.world.bot_token(office.slack.team)
    assert token is not None
    token.scopes.discard("reactions:read")
    rows = {each.what: each for each in await office.admind.doctor.examine(await member(office, ana))}
    assert "reactions:read" in rows["Slack velo permissions"].found
    assert "/invite" in rows["Slack velo review room of My brand"].do
