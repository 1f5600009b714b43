"""Somebody who works for several brands in one Slack workspace: an agency, say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat import Role
from bot.clock import MovableClock
from storage.team import Brand
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, View
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.acting import window_of
from tests.handlers.slack.office import Office, member, whispered
from tests.handlers.slack.phone import seen, seen_view


@pytest.fixture
async def cafe(office: Office, ana: Person, slack: SlackServer) -> Brand:
    """Another brand of Ana's."""
    owner = await member(office, ana)
    return await office.admind.office.add_brand(office.workspace, owner.id, "Café")


@pytest.fixture
def cafe_room(slack: SlackServer, ana: Person) -> Channel:
    return slack.channel("cafe-reviews", ana)


def home_of(person: Person) -> View:
    assert person.home is not None
    return person.home


async def home_shows(person: Person, words: str) -> None:
    await until(lambda: person.home is not None and words in seen(person.home.blocks), f"home shows “{words}”")


async def tie(ana: Person, lounge: Channel, room: Channel) -> None:
    await ana.slash(lounge, "/admind", "settings café")
    assert "== Café ==" in seen_view(window_of(ana).document)
    assert not (await ana.submit(values={"review": room.id})).errors


async def test_a_second_brand_gets_its_review_room_by_name(
    office: Office, ana: Person, cafe: Brand, cafe_room: Channel
) -> None:
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", "settings teahouse")
    await whispered(ana, lounge, "I know no brand of that name. There are: My brand, Café.")
    await tie(ana, lounge, cafe_room)
    rooms = await office.admind.homes.rooms(office.workspace, cafe.id, "slack")
    assert [(each.channel, each.kind) for each in rooms] == [(cafe_room.id, "review")]
    first = await office.admind.homes.rooms(office.workspace, office.admind.workspace.default_brand, "slack")
    assert [each.channel for each in first if each.kind == "review"] == [office.room.id], "the other's stays"
    await ana.mention(cafe_room, "Announce our cake day, tomorrow 9am")
    card = await office.card(channel=cafe_room)
    assert (await office.draft(card)).brand == cafe.id and not office.cards()


async def test_home_shows_what_waits_in_every_brand_and_stays_with_the_one_that_was_chosen(
    office: Office, ana: Person, cafe: Brand, cafe_room: Channel, clock: MovableClock
) -> None:
    lounge = office.slack.channel("lounge", ana)
    await tie(ana, lounge, cafe_room)
    await ana.mention(cafe_room, "Announce our cake day, tomorrow 9am")
    card = await office.card(channel=cafe_room)
    await ana.choose(home_of(ana), "brand", f"brand:{office.admind.workspace.default_brand}")
    await home_shows(ana, "[▾ My brand | My brand · Café · 1 waits for you] [Café: review 1]")
    await ana.choose(home_of(ana), "brand", f"brand:{cafe.id}")
    await home_shows(ana, "# Café")
    clock.move(timedelta(minutes=1))
    await ana.open_home()
    await home_shows(ana, "Cake day")
    assert seen(home_of(ana).blocks).startswith("# Café"), "opened again, it is still this one"
    await ana.click(home_of(ana), "next:")
    await ana.submit()
    await office.status(card, "approved")
    await home_shows(ana, "Nothing waits for you.")
    assert seen(home_of(ana).blocks).startswith("# Café")
    await ana.click(home_of(ana), "stop:")
    await home_shows(ana, "⏸ Nothing goes out")
    assert seen(home_of(ana).blocks).startswith("# Café")
    assert await paused(office, ana) == [f"brand:{cafe.id}"], "only this one stopped"


async def paused(office: Office, ana: Person) -> list[str]:
    found = await office.admind.looking.pauses(office.workspace, (await member(office, ana)).id)
    return [each.scope for each in found.items]


async def test_a_brand_that_is_not_theirs_shows_nothing_of_it(office: Office, ana: Person, cafe: Brand) -> None:
    ben, group = office.slack.person("ben"), office.slack.group("editors")
    group.users.append(ben.id)
    owner = await member(office, ana)
    brand, team = office.admind.workspace.default_brand, office.slack.team.id
    await office.admind.homes.tie_group(office.workspace, owner, "slack", team, group.id, brand, (Role.approver,))
    await ben.open_home()
    await home_shows(ben, "# My brand")
    assert "Café" not in seen(home_of(ben).blocks) and "▾" not in seen(home_of(ben).blocks)
    forged = home_of(ben).document | {"private_metadata": f'{{"brand": "{cafe.id}"}}'}
    home_of(ben).document = forged
    await ben.open_home()
    await home_shows(ben, "# My brand")
    assert "Café" not in seen(home_of(ben).blocks)
