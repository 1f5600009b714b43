"""Client rooms, which hear of a draft once the team has said yes; doubts settled in a card's thread; and a burst."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.waiting import until
from tests.handlers.slack.office import Office, asker_of, member, rests, whispered
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


async def test_every_client_room_of_a_brand_gets_its_card_and_any_of_them_decides(office: Office, ana: Person) -> None:
    slack, admind = office.slack, office.admind
    carla, chris = slack.person("carla", guest=True), slack.person("chris", guest=True)
    first, second = slack.channel("with-carla", ana, carla), slack.channel("with-chris", ana, chris, private=True)
    lounge = slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", "settings")
    assert not (await ana.submit(values={"clients": [first.id, second.id]})).errors
    owner, brand = await member(office, ana), admind.workspace.default_brand
    rooms = await admind.homes.rooms(office.workspace, brand, "slack")
    assert {each.channel for each in rooms if each.kind == "client"} == {first.id, second.id}
    await ana.slash(lounge, "/admind", "settings")
    assert ana.window is not None
    chosen = next(each["element"] for each in ana.window.blocks if each["block_id"] == "clients")
    assert set(chosen["initial_conversations"]) == {first.id, second.id}, "both are shown as chosen"
    await admind.office.change_brand(office.workspace, owner.id, brand, {"client_approvals": 1})
    await ana.slash(lounge, "/admind", ASK)
    card = await office.card()
    assert not office.cards(first) and not office.cards(second)
    await ana.react(card, "white_check_mark")
    one, two = await office.card(1, first), await office.card(1, second)
    await chris.react(two, "white_check_mark")
    await office.status(card, "approved")
    await until(lambda: "Approved by" in one.words and "Approved by" in two.words, "both rooms hear of it")
    draft = await office.draft(card)
    await admind.requests.word(await asker_of(office, draft), draft.id, {draft.versions[0].account: "Other words."})
    newer = await office.card(2)
    await until(lambda: "Replaced" in one.words and "Replaced" in two.words, "both old cards collapse")
    await ana.react(newer, "white_check_mark")
    await office.card(2, first)
    await office.card(2, second)
    assert len(office.cards(first)) == len(office.cards(second)) == 2


async def test_a_client_room_that_is_shut_keeps_no_other_from_its_card(office: Office, ana: Person) -> None:
    slack = office.slack
    first, second = slack.channel("with-carla", ana), slack.channel("with-chris", ana)
    lounge = slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", "settings")
    assert not (await ana.submit(values={"clients": [first.id, second.id]})).errors
    first.members.discard(slack.team.bot)
    await approved(office, ana)
    card = await office.card()
    await ana.react(card, "white_check_mark")
    await office.card(1, second)
    assert not office.cards(first)
    await rests(office)
    await slack.invite(first, ana)
    await office.card(1, first)
    assert len(office.cards(first)) == len(office.cards(second)) == len(office.cards()) == 1


async def test_a_room_that_is_no_clients_any_more_gets_nothing_new(office: Office, ana: Person) -> None:
    slack = office.slack
    first, second = slack.channel("with-carla", ana), slack.channel("with-chris", ana)
    lounge = slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", "settings")
    assert not (await ana.submit(values={"clients": [first.id, second.id]})).errors
    await ana.slash(lounge, "/admind", "settings")
    assert not (await ana.submit(values={"clients": [second.id]})).errors
    await approved(office, ana)
    await ana.react(await office.card(), "white_check_mark")
    await office.card(1, second)
    assert not office.cards(first)


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
