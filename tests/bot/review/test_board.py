"""Cards reach every home: one that cannot be reached keeps no other waiting, and is told when it can be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import AdMindError
from bot.review import delivering
from bot.team.people import LOCAL
from bot.team.setup import Setup
from bot.workflow.office import Office
from storage.drafts import Draft, Finding, Verdict
from storage.redis import Database
from storage.shows import ShownStore
from storage.team import Policy, Role
from tests.fakes.chat_home import ChatHome
from tests.world import World, world_on

NOT_INVITED = AdMindError("I am not in #reviews.", do_next="Invite me there: /invite @AdMind.")


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data") as found:
        yield found


def home_of(world: World, name: str, **options: object) -> ChatHome:
    home = ChatHome(home=name, **options)  # type: ignore[arg-type]
    world.board.add_home(world.ws, home)
    return home


async def drafted(world: World, text: str = "Fresh bread from six.") -> Draft:
    draft = await world.draft(text=text)
    await world.upkeep.note(world.ws, f"draft:{draft.id}")
    return draft


async def fresh(world: World, draft: Draft) -> Draft:
    return (await world.drafts.get(world.ws, draft.id)).record


async def test_a_home_in_trouble_keeps_no_other_from_being_told_and_is_told_alone_later(world: World) -> None:
    good, bad = home_of(world, "a:good"), home_of(world, "b:bad", trouble=RuntimeError("down"))
    draft = await drafted(world)
    assert len(good.titles(world.brand.id)) == 1
    assert {ref.home for ref in (await fresh(world, draft)).messages} == {"inbox", "a:good"}
    entries = await world.entries()
    assert f"note:draft:{draft.id}" not in entries
    before, bad.trouble = good.tries, None
    world.clock.move(delivering.SOON)
    await world.run_due()
    assert len(bad.titles(world.brand.id)) == 1
    assert good.tries == before, "nobody else hears of it twice"
    assert {ref.home for ref in (await fresh(world, draft)).messages} == {"inbox", "a:good", "b:bad"}
    assert not [entry for entry in await world.entries() if entry.startswith("note:at:")]


async def test_a_home_that_asks_for_time_gets_it(world: World) -> None:
    busy = home_of(world, "slow", trouble=AdMindError("Too much at once.", retry_after_seconds=90))
    draft = await drafted(world)
    world.clock.move(timedelta(seconds=80))
    await world.run_due()
    assert busy.tries == 1
    busy.trouble = None
    world.clock.move(timedelta(seconds=20))
    await world.run_due()
    assert len(busy.titles(world.brand.id)) == 1
    assert not [item for item in await world.notices() if item.room.startswith("owners")], "nobody must do anything"
    assert len((await fresh(world, draft)).messages) == 2


async def test_a_home_that_hangs_holds_up_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "WITHIN", timedelta(seconds=0.3))
    never = asyncio.Event()

    class Hanging(ChatHome):
        async def post(self, *args: object, **options: object) -> None:
            await never.wait()

    world.board.add_home(world.ws, Hanging(home="b:hangs"))
    good = home_of(world, "c:good")
    await drafted(world)
    assert len(good.titles(world.brand.id)) == 1


async def test_what_people_must_mend_is_told_to_the_brands_owners_once_until_it_works_again(world: World) -> None:
    home = home_of(world, "chat", trouble=NOT_INVITED)
    for number in range(3):
        await drafted(world, f"Bread number {number}.")
    for _ in range(3):
        world.clock.move(delivering.MENDED)
        await world.run_due()
    told = [item for item in await world.notices() if item.room == f"owners:{world.brand.id}"]
    assert [item.card["status"] for item in told] == ["I am not in #reviews. Invite me there: /invite @AdMind."]
    home.trouble = None
    world.clock.move(delivering.MENDED)
    await world.run_due()
    assert len(home.titles(world.brand.id)) == 3, "what waited is there"
    home.trouble = NOT_INVITED
    await drafted(world, "Another one.")
    told = [item for item in await world.notices() if item.room == f"owners:{world.brand.id}"]
    assert len(told) == 2, "it broke anew"


async def test_a_card_that_was_posted_while_its_old_one_could_not_be_replaced_is_there_once(world: World) -> None:
    home = home_of(world, "chat")
    draft = await drafted(world)

    home.update_trouble = AdMindError("Too much at once.", retry_after_seconds=1)
    revised = await world.revise(draft, world.owner, text="Better bread.")
    await world.run_due(rounds=2)
    home.update_trouble = None
    shown = await ShownStore(world.database).find(
        world.ws, "chat", f"C-{world.brand.id}", f"draft:{draft.id}:{revised.digest}"
    )
    assert shown is not None, "a reaction to the new card counts at once"
    world.clock.move(timedelta(seconds=2))
    await world.run_due()
    cards = home.rooms[world.brand.id]
    assert next(iter(cards.values())).status == "Replaced ↓"
    assert len(cards) == 2
    assert [ref.digest for ref in (await fresh(world, draft)).messages if ref.home == "chat"] == [
        draft.digest,
        revised.digest,
    ]


async def test_clients_get_a_card_once_the_team_has_approved_and_see_nothing_of_its_talk(world: World) -> None:
    await world.policy(Policy(client_approvals=1))
    ana, cleo = await world.member("Ana", Role.approver), await world.member("Cleo", Role.client)
    chat, room = home_of(world, "chat"), f"client:{world.brand.id}"
    finding = Finding(severity="warn", rule="claims", reason="Nobody can prove this.")
    draft = await world.draft(findings=(finding,))
    await world.run_due()
    assert chat.titles(room) == []
    await world.decide(draft, by=ana)
    await world.run_due()
    (card,) = chat.rooms[room].values()
    assert [button.action.partition(":")[0] for button in card.buttons] == ["approve", "edit", "changes", "reject"]
    assert card.notes == ()
    assert card.sections[0].text == "Fresh bread from six."
    await world.decide(draft, Verdict.reject, by=ana, reason="The boss hates it.")
    await world.run_due()
    (card,) = chat.rooms[room].values()
    assert (card.status, card.buttons, card.sections) == ("The team is working on it again.", (), ())
    revised = await world.revise(await fresh(world, draft), world.owner, text="Better bread.")
    await world.run_due()
    assert [card.status for card in chat.rooms[room].values()] == ["Replaced ↓"]
    await world.decide(revised, by=ana)
    await world.run_due()
    assert len(chat.rooms[room]) == 2
    assert "boss" not in repr(chat.rooms[room])
    await world.decide(revised, by=cleo)
    await world.run_due()
    assert list(chat.rooms[room].values())[-1].status.startswith("Approved by")
    assert not [item for item in await world.notices() if item.room == room]


async def test_a_receipt_brings_the_card_up_to_date_and_wakes_nobody(world: World) -> None:
    chat = home_of(world, "chat")
    post = await world.approved()
    await world.run_due()
    await world.publish_due(post)
    await world.run_due()
    (card,) = chat.rooms[world.brand.id].values()
    assert any(note.startswith("✅ Feed: http") for note in card.notes)
    assert "1 of 1 posted" in card.status
    assert any(item.card["title"] == "✅ Posted: Feed" for item in await world.notices()), "the inbox keeps receipts"


async def test_a_failure_comes_below_its_draft_and_wakes_who_can_do_something(world: World) -> None:
    chat, tom = home_of(world, "chat"), await world.member("Tom", Role.requester)
    await world.member("Ana", Role.approver)
    draft = await world.draft(by=tom)
    decided = await world.decide(draft)
    await world.run_due()
    world.clock.move(timedelta(hours=3))  # nobody ran
    await world.run_due()
    assert (await world.post(decided.posts[0])).state.value == "missed"
    (key, card), *rest = [(key, card) for key, card in chat.rooms[world.brand.id].items() if card.title[0] == "⏰"]
    assert not rest
    assert set(card.ping) == {tom.id, world.owner.id}
    assert chat.under[key] == f"draft:{draft.id}:{draft.digest}"


async def test_nothing_of_a_workspace_or_a_brand_reaches_anothers_home(world: World) -> None:
    setup = Setup(world.people, world.audit)
    other = await setup.make("w_other", name="Other", zone="UTC", owner="Boris", identities=[], now=world.clock.now())
    theirs, mine = ChatHome(home="theirs"), home_of(world, "mine")
    world.board.add_home(other.id, theirs)
    office = Office(world.database, world.people, world.audit, world.clock)
    cafe = await office.add_brand(world.ws, world.owner.id, "Café")
    await drafted(world, "The canary sings at six.")
    assert theirs.rooms == {}
    assert theirs.tries == 0
    assert mine.rooms.keys() == {world.brand.id}
    assert cafe.id not in mine.rooms
    assert await world.people.who(other.id, LOCAL) is None
