"""Deciding with buttons and windows: for some accounts, with a reason, word for word, another time, all pages read."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.clock import MovableClock
from tests.fakes.discord.pressing import Person
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer
from tests.handlers.discord.acting import (
    asked,
    asker_of,
    connected,
    menu,
    posts_of,
    press,
    shows,
    texts_of,
    turn,
    whispered,
)
from tests.handlers.discord.office import Office, ids


async def test_approve_hold_and_approve_again(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    await menu(ana, card, "hold")
    await office.status(card, "held")
    await press(ana, card, "approve")
    await office.status(card, "approved")
    assert not ana.whispers(office.room), "the card says it all"


async def test_a_button_pressed_twice_decides_once(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await asked(office, ana)
    await asyncio.gather(*(press(ana, card, "approve") for _ in range(3)))
    await office.status(card, "approved")
    assert len((await office.draft(card)).decisions) == 1
    due = (await office.draft(card)).due
    assert due is not None
    clock.move_to(due + timedelta(seconds=1))
    await office.published()
    assert len(await posts_of(office, card)) == 1


async def test_some_accounts_are_approved_and_only_they_go_out(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    account = await connected(shop, site)
    card = await asked(shop, ana)
    await menu(ana, card, "some")
    wrong = await ana.submit()
    await whispered(ana, shop.room, "Choose at least one account.")
    assert not wrong.failed and (await shop.draft(card)).status.value == "waiting"
    await menu(ana, card, "some")
    await ana.submit(Accounts=["Our site"])

    async def one() -> bool:
        return [each.account for each in await posts_of(shop, card)] == [account]

    await until(one, "one of the two is scheduled")
    await menu(ana, card, "some")
    assert any("Approved already: Our site" in part.get("content", "") for part in (ana.window or {})["components"])
    ana.dismiss()
    due = (await shop.draft(card)).due
    assert due is not None
    clock.move_to(due + timedelta(seconds=1))
    await until(lambda: len(site.posts) == 1, "it goes out")


async def test_a_rejection_says_why_and_wakes_nobody(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    await menu(ana, card, "reject")
    await ana.submit(reason="Not @everyone our tone")
    await office.status(card, "rejected")
    await shows(card, "rejected it: Not \\@everyone our tone")
    assert not card.pinged


async def test_changes_are_made_by_the_model_and_asked_about_again(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    text = (await office.draft(card)).versions[0].text
    await menu(ana, card, "changes")
    await ana.submit(reason="  ")
    wrong = await whispered(ana, office.room, "Say what should be different.")
    await press(ana, wrong, "again")
    await ana.submit(reason="add an emoji")
    newer = await office.card(2)
    await office.status(newer, "waiting")
    assert (await office.draft(newer)).versions[0].text != text
    await shows(card, "Replaced ↓")


async def test_a_time_that_is_not_understood_opens_the_window_again_filled_in(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    await menu(ana, card, "move")
    await ana.submit(Day_and_time="whenever it suits")
    wrong = await whispered(ana, office.room, "What you wrote:")
    assert "whenever it suits" in wrong.words
    await press(ana, wrong, "again")
    assert "whenever it suits" in str(ana.window)
    await ana.submit(Day_and_time="Monday 9am")
    moved = await office.card(2)
    due = (await office.draft(moved)).due
    assert due is not None and due.weekday() == 0


async def test_save_and_approve_word_for_word_in_each_account(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    account = await connected(shop, site)
    card = await asked(shop, ana)
    await press(ana, card, "edit")
    words = "  **My** own words <@1>,\n\nas I type them. "
    await ana.submit(Our_site=words, approve="approve")
    newer = await shop.card(2)
    await shop.status(newer, "approved")
    draft = await shop.draft(newer)
    assert next(each.text for each in draft.versions if each.account == account) == words
    assert draft.due is not None
    clock.move_to(draft.due + timedelta(seconds=1))
    await until(lambda: len(site.posts) == 1, "it goes out")
    assert "**My** own words <@1>" in str(site.posts[0])


async def test_more_accounts_than_a_window_has_fields_are_edited_one_by_one(
    shop: Office, ana: Person, site: WebhookServer
) -> None:
    for number in range(5):
        await connected(shop, site, f"Site {number}", f"?site={number}")
    card = await asked(shop, ana)
    await press(ana, card, "edit")
    choice = await whispered(ana, shop.room, "Whose text?")
    await ana.click(choice, "Site 3")
    await ana.submit(Site_3="Only here")
    newer = await shop.card(2)
    texts = [each.text for each in (await shop.draft(newer)).versions]
    assert texts.count("Only here") == 1 and len(texts) == 6


async def test_what_was_typed_is_given_back_when_somebody_changed_the_draft(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    await press(ana, card, "edit")
    draft = await office.draft(card)
    await office.admind.requests.move(await asker_of(office, card), draft.id, "2027-01-04 09:00")
    typed: dict[str, Any] = {texts_of(ana)[0]: "My long thoughts"}
    await ana.submit(**typed)
    await whispered(ana, office.room, "Somebody changed this draft meanwhile.")
    await whispered(ana, office.room, "My long thoughts")
    assert (await office.draft(await office.card(2))).versions[0].text == draft.versions[0].text


async def test_read_and_approve_shows_the_whole_text_first(shop: Office, ana: Person, site: WebhookServer) -> None:
    account = await connected(shop, site)
    card = await asked(shop, ana)
    long = "\n\n".join(f"Paragraph {number}. " + "Come by and ride. " * 12 for number in range(40))
    draft = await shop.draft(card)
    await shop.admind.requests.word(await asker_of(shop, card), draft.id, {account: long}, seen={})
    newer = await shop.card(2)
    assert not [each for each in ids(newer) if each.startswith("a:approve")], "not before it was read"
    await press(ana, newer, "read")
    page = await whispered(ana, shop.room, "Page 1 of")
    read = page.words
    for _ in range(9):
        if "[Approve]" in page.words:
            break
        await turn(ana, page, "Next")
        read += page.words
    assert "Paragraph 0." in read and "Paragraph 39." in read
    digest = (await shop.draft(newer)).digest
    assert f"a:agree:{draft.id}:{digest}" in ids(page)
    assert (await shop.draft(newer)).status.value == "waiting"
    await ana.click(page, "Approve")
    await shop.status(newer, "approved")
    await shows(page, "You approved it as you read it here.")


async def test_reading_alone_approves_nothing(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    await menu(ana, card, "details")
    page = await whispered(ana, office.room, "Asked for")
    assert "[Approve]" not in page.words, "reading alone approves nothing"
    assert (await office.draft(card)).status.value == "waiting"


async def test_what_was_changed_while_it_was_read_is_not_approved(shop: Office, ana: Person) -> None:
    card = await asked(shop, ana)
    draft = await shop.draft(card)
    long = "Come by and ride. " * 400
    await shop.admind.requests.word(await asker_of(shop, card), draft.id, {draft.versions[0].account: long}, seen={})
    newer = await shop.card(2)
    await press(ana, newer, "read")
    page = await whispered(ana, shop.room, "Page 1 of")
    await shop.admind.requests.move(await asker_of(shop, newer), draft.id, "2027-01-04 09:00")
    await shop.card(3)
    await ana.click(page, "Next")
    await whispered(ana, shop.room, "Somebody changed this draft meanwhile.")
    assert (await shop.draft(newer)).status.value == "waiting"


async def test_review_goes_through_what_waits_one_at_a_time(office: Office, ana: Person) -> None:
    first, second = await asked(office, ana), await asked(office, ana, "Announce our spring sale, Friday 9am")
    answer = await (await ana.slash(office.room, "/admind", "review")).settle()
    page = ana.whispers(office.room)[-1]
    assert answer.original is page
    await turn(ana, page, "Later")
    await turn(ana, page, "Approve")
    states = {(await office.draft(card)).status.value for card in (first, second)}
    await until(lambda: "That was the last one. 1 that you put off still waits." in page.words, "how it stands")
    assert states | {"approved"} == {"waiting", "approved"}
    await ana.click(page, "Review 1")
    again = await whispered(ana, office.room, "[Later]")
    await ana.click(again, "Reject")
    await ana.submit()
    await shows(again, "Nothing more waits for you.")
