"""Client rooms, which hear of a draft once the team has said yes; doubts settled in a card's thread; and a burst."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.waiting import until
from tests.handlers.slack.office import Office, member, whispered
from tests.handlers.slack.test_journeys import ASK, approved


async def test_the_team_first_then_the_client(office: Office, ana: Person) -> None:
    slack, admind = office.slack, office.admind
    carla = slack.person("carla", guest=True)
    theirs, lounge = slack.channel("with-carla", ana, carla), slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", "settings")
    assert not (await ana.submit(values={"clients": [theirs.id]})).errors
    owner = await member(office, ana)
    brand = admind.workspace.default_brand
    await admind.office.change_brand(office.workspace, owner.id, brand, {"client_approvals": 1})
    await ana.slash(lounge, "/admind", ASK)
    card = await office.card()
    assert not office.cards(theirs), "the client sees nothing yet"
    await ana.react(card, "white_check_mark")
    clients = await office.card(1, theirs)
    assert not await office.posts(), "nothing is planned without the client"
    await carla.react(clients, "white_check_mark")
    await office.status(card, "approved")


async def test_a_missed_post_wakes_who_asked_and_is_settled_by_a_button(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    await approved(office, ana)
    card = await office.card()
    await ana.react(card, "white_check_mark")
    await office.status(card, "approved")
    due = (await office.draft(card)).due
    assert due is not None
    clock.move_to(due + timedelta(hours=2))
    await until(lambda: any(ana.id in ping for m in office.room.thread(card.ts) for ping in m.pings), "she is woken")
    asking = next(each for each in office.room.thread(card.ts) if each.pings)
    await ana.click(asking, "send:")
    await whispered(ana, office.room, "goes out now")
    await office.published()


async def test_of_a_burst_none_is_lost_and_none_runs_twice(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    await asyncio.gather(*(ana.mention(lounge, f"show d_{number}") for number in range(150)))
    events = [each for kind, each, _ in office.slack.deliveries.answers if kind == "events_api"]
    answers = await asyncio.gather(*(office.slack.deliveries.door.send("events_api", each) for each in events))
    assert all(each.ok for each in answers) and not office.slack.deliveries.waiting
    requests = await office.admind.desk.recent(office.workspace, (await member(office, ana)).id, limit=500)
    assert sorted(each.text for each in requests) == sorted(f"show d_{number}" for number in range(150))
