"""Deciding with buttons and windows: for some accounts, with a reason, word for word, another time, all pages read."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer
from tests.handlers.slack.acting import asked, connected, menu, posts_of, sent, shows, window_of, works
from tests.handlers.slack.office import Office, asker_of, whispered


async def test_some_accounts_are_approved_and_only_they_go_out(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    account = await connected(shop, site)
    card = await asked(shop, ana)
    await menu(ana, card, "some")
    assert "Tick at least one" in (await ana.submit()).errors["some:0"]
    assert not (await ana.submit(values={"some:0": ["Our site"]})).errors

    async def one() -> bool:
        return [each.account for each in await posts_of(shop, card)] == [account]

    await until(one, "one of the two is scheduled")
    assert (await shop.draft(card)).status.value == "waiting", "the other one still waits"
    await menu(ana, card, "some")
    assert "Approved already: Our site" in window_of(ana).words
    await ana.close()
    due = (await shop.draft(card)).due
    assert due is not None
    clock.move_to(due + timedelta(seconds=1))
    await until(lambda: len(site.posts) == 1, "it goes out")
    await shows(card, "✅ Our site")
    assert len(await posts_of(shop, card)) == 1


async def test_hold_keeps_it_and_an_approval_lets_it_go_on(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    await menu(ana, card, "hold")
    await office.status(card, "held")
    await shows(card, "put it on hold")
    await ana.click(card, "approve:")
    await office.status(card, "approved")


async def test_a_rejection_says_why(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    await menu(ana, card, "reject")
    assert not (await ana.submit(values={"reason": "Not <!channel> our tone"})).errors
    await office.status(card, "rejected")
    await shows(card, "rejected it: Not <!channel> our tone")
    assert not card.pings, "what people write wakes nobody"


async def test_changes_are_made_by_the_model_and_asked_about_again(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    text = (await office.draft(card)).versions[0].text
    await menu(ana, card, "changes")
    assert (await ana.submit(values={"reason": " "})).errors
    assert not (await ana.submit(values={"reason": "add an emoji"})).errors
    newer = await office.card(2)
    await office.status(newer, "waiting")
    assert (await office.draft(newer)).versions[0].text != text
    await shows(newer, "changed once")
    await shows(card, "Replaced ↓")


async def test_what_is_approved_can_be_moved_held_and_rejected(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    card = await asked(office, ana)
    await ana.click(card, "approve:")
    await shows(card, "Approved by")
    await menu(ana, card, "move")
    assert not (await ana.submit(values={"phrase": "Monday 9am"})).errors
    moved = await office.card(2)
    await office.status(moved, "approved")
    await shows(moved, "Approved by")
    await menu(ana, moved, "hold")
    await office.status(moved, "held")
    assert not [each for each in await office.posts() if each.state.value == "scheduled"]


async def test_save_and_approve_word_for_word_in_each_account(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    await connected(shop, site)
    card = await asked(shop, ana)
    await ana.click(card, "edit:")
    fields = [each["block_id"] for each in window_of(ana).blocks if each["block_id"].startswith("text:")]
    assert len(fields) == 2
    mine = ["  For *readers* <of> the feed :tada:", "For the site &amp; its friends\n\n— Ana"]
    boxes = next(each for each in window_of(ana).blocks if each.get("element", {}).get("type") == "checkboxes")
    ticked = boxes["element"]["options"][0]["value"]
    given = dict(zip(fields, mine, strict=True)) | {boxes["block_id"]: [ticked]}
    assert not (await ana.submit(values=given)).errors
    newer = await shop.card(2)
    await shop.status(newer, "approved")
    assert [each.text for each in (await shop.draft(newer)).versions] == mine
    await ana.react(newer, "tada")  # means nothing
    due = (await shop.draft(newer)).due
    assert due is not None
    clock.move_to(due + timedelta(seconds=1))
    await until(lambda: len(site.posts) == 1, "it goes out")
    assert "For the site &amp; its friends\\n\\n— Ana".encode() in site.posts[0].body


async def test_all_pages_are_read_before_what_does_not_fit_is_approved(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    draft = await office.draft(card)
    long = "\n\n".join(f"Paragraph {number}. " + "Come by and ride. " * 40 for number in range(26))[:19_500]
    asker = await asker_of(office, draft)
    await office.admind.requests.word(asker, draft.id, {draft.versions[0].account: long})
    newer = await office.card(2)
    await shows(newer, "Read it in full under Details")
    await ana.react(newer, "white_check_mark")
    await whispered(ana, office.room, "could not show everything")
    await ana.click(newer, "read:")
    read = ""
    for _ in range(9):
        window = window_of(ana)
        read += window.words
        if "submit" in window.document:
            break
        await ana.click(window, "Next")
    assert "Paragraph 0." in read and long[-60:].strip() in read, "from its first words to its last"
    assert not (await ana.submit()).errors
    await office.status(newer, "approved")


async def test_windows_and_buttons_pressed_twice_decide_once(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await asked(office, ana)
    await menu(ana, card, "hold")
    await office.status(card, "held")
    await asyncio.gather(*(ana.click(card, "approve:") for _ in range(3)))
    await office.status(card, "approved")
    assert len((await office.draft(card)).decisions) == 2
    posts = await sent(office, ana, clock, card, "published")
    assert len(posts) == 1


async def test_who_may_not_approve_is_told_kindly_and_alone(office: Office, ana: Person) -> None:
    ben = office.slack.person("ben")
    await works(office, ben, Role.requester)
    card = await asked(office, ana)
    await ben.click(card, "approve:")
    told = await whispered(ben, office.room, "Only people who approve for My brand")
    assert "That would be" in told.words
    await ben.react(card, "white_check_mark")
    await until(lambda: len(ben.whispers(office.room)) == 2, "the reaction is answered, too")
    assert (await office.draft(card)).status.value == "waiting"
    assert not [each for each in office.room.thread(card.ts) if each.ts != card.ts], "nobody else reads of it"


async def test_whose_approval_does_not_count_is_told_alone(office: Office, ana: Person) -> None:
    ben = office.slack.person("ben")
    await works(office, ben, Role.approver, Role.owner)
    card = await asked(office, ana)  # hers: somebody else must approve it
    await ana.click(card, "approve:")
    await whispered(ana, office.room, "somebody else must approve what you asked for")
    await ana.react(card, "white_check_mark")
    await until(lambda: len(ana.whispers(office.room)) == 2, "the reaction is answered, too")
    assert (await office.draft(card)).status.value == "waiting"
    await ben.click(card, "approve:")
    await office.status(card, "approved")
    assert not ben.whispers(office.room), "whose approval counts reads it on the card"
