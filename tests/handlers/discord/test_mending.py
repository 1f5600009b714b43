"""What did not go out: its message wakes who can help, and its buttons mend it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.clock import MovableClock
from bot.workflow.telling_waiting import TellingWaiting
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Message
from tests.fakes.discord_server import Fault
from tests.fakes.waiting import until
from tests.fakes.webhook_server import Act, WebhookServer
from tests.handlers.discord.acting import (
    KEY,
    asked,
    below,
    connected,
    lounge,
    menu,
    posts_are,
    posts_of,
    press,
    sent,
    shows,
    texts_of,
    thread_of,
    whispered,
)
from tests.handlers.discord.office import Office, ids, member, said, told
from tests.handlers.discord.test_journeys import THREAD

FOR_SITE = "Announce our workshop on bike repair for Our site, tomorrow 9am"


async def failed(
    office: Office, ana: Person, clock: MovableClock, site: WebhookServer, act: Act, state: str = "failed"
) -> tuple[Message, Message]:
    """The draft's card, and what is said below it of the post that did not go out."""
    await connected(office, site)
    card = await asked(office, ana, FOR_SITE)
    site.plan.append(act)
    await sent(office, ana, clock, card, state)
    if state == "unknown":
        clock.move(timedelta(minutes=3))  # until nothing can arrive any more, AdMind looks by itself
    return card, await below(office, card, "We can't tell" if state == "unknown" else "Not posted")


async def test_it_wakes_who_can_help_and_is_sent_at_another_time(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    card, asking = await failed(shop, ana, clock, site, Act(status=422, commits="never"))
    assert asking.pinged == {ana.id} and not card.pinged
    await shows(card, "❌ Our site: not posted")
    await press(ana, asking, "later")
    await ana.submit(phrase="yesterday 9am")
    wrong = await whispered(ana, thread_of(shop, card), "in the past")
    await press(ana, wrong, "again")
    assert "yesterday 9am" in str(ana.window)
    await ana.submit(phrase="in 3 hours")
    await whispered(ana, thread_of(shop, card), "It goes out ")
    await shows(asking, "Scheduled: Our site")
    assert not [each for each in ids(asking) if "send:" in each], "nobody presses it again"
    await posts_are(shop, card, "scheduled")
    assert not site.posts
    clock.move(timedelta(hours=3, seconds=1))
    await posts_are(shop, card, "published")
    await shows(card, site.posts[0].id)


async def test_a_receipt_brings_the_card_up_to_date_and_wakes_nobody(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    await connected(shop, site)
    card = await asked(shop, ana)
    await sent(shop, ana, clock, card, "published", "published")
    await shows(card, "2 of 2 posted")
    await shows(card, site.posts[0].id)
    assert not ana.pinged(shop.room) and not thread_of(shop, card).messages
    assert len(shop.cards()) == 1


async def test_its_text_is_edited_and_it_gets_a_new_time(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    _, asking = await failed(shop, ana, clock, site, Act(status=413, commits="never"))
    await press(ana, asking, "rework")
    typed: dict[str, Any] = {texts_of(ana)[0]: "Shorter, by hand."}
    await ana.submit(**typed)
    await until(lambda: "Shorter, by hand." in shop.cards()[-1].words, "a card with the new words")
    late = shop.cards()[-1]
    await shows(late, "It needs a new time")
    await press(ana, late, "move")
    await ana.submit(phrase="in 2 hours")
    await until(lambda: shop.cards()[-1].id != late.id, "a card with the new time")
    moved = shop.cards()[-1]
    (post,) = await sent(shop, ana, clock, moved, "published")
    assert b"Shorter, by hand." in site.posts[0].body and post.receipt is not None
    assert len(site.posts) == 1


async def test_it_is_dropped(shop: Office, ana: Person, clock: MovableClock, site: WebhookServer) -> None:
    card, asking = await failed(shop, ana, clock, site, Act(status=400, commits="never"))
    await press(ana, asking, "cancel")
    await whispered(ana, thread_of(shop, card), "It will not go out")
    await posts_are(shop, card, "cancelled")
    await shows(card, "✖ Our site: will not go out")
    await shows(asking, "Cancelled: Our site")
    assert not [each for each in ids(asking) if "cancel:" in each]


async def test_an_account_that_is_locked_out_is_connected_again(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    card, asking = await failed(shop, ana, clock, site, Act(status=401, commits="never"))
    thread = thread_of(shop, card)
    await press(ana, asking, "reconnect")
    told = await whispered(ana, thread, "Connect Our site again in the studio")
    assert "/studio/in/" in told.words
    await press(ana, asking, "send")
    await whispered(ana, thread, "It goes out now")
    await posts_are(shop, card, "published")


async def test_what_waited_for_an_account_goes_out_by_one_button_after_it_was_connected_again(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    card, _ = await failed(shop, ana, clock, site, Act(status=401, commits="never"))
    await connected(shop, site)

    def asks() -> list[Message]:
        return [each for each in shop.room.messages.values() if "Our site is connected again" in each.words]

    await until(lambda: bool(asks()), "one question", seconds=30)
    assert "1 post waited for it" in asks()[0].words and not site.posts, "nothing goes out late by itself"
    await press(ana, asks()[0], "release")
    await whispered(ana, shop.room, "1 post goes out now.")
    await posts_are(shop, card, "published")
    await press(ana, asks()[0], "release")
    await whispered(ana, shop.room, "Nothing waits for Our site any more.")
    assert len(site.posts) == 1 and len(asks()) == 1


async def test_an_owner_is_led_to_an_account_that_a_member_connected(
    shop: Office, ana: Person, site: WebhookServer
) -> None:
    admind, brand, owner = shop.admind, shop.admind.workspace.default_brand, await member(shop, ana)
    rosa = await admind.office.add_member(shop.workspace, owner.id, "Rosa", brand, ["approver"])
    secrets = {"signing_key": KEY}
    tried = await admind.accounts.tried(shop.workspace, brand, "webhook", "Our site", {"url": site.url}, secrets)
    await admind.waiting.keep_or_wait(tried, secrets, rosa)
    asks = await told(ana, "waits for your word")
    assert "Rosa connected" in asks.words and not [each for each in shop.room.messages.values() if "Rosa" in each.words]
    (waits,) = await admind.waiting.of(shop.workspace, brand)
    await press(ana, asks, "whose")
    led = await whispered(ana, ana.dms, "Our site waits in the studio, under Settings, Accounts")
    assert "/studio/in/" in led.words and f"?page=settings/accounts/waiting/{waits.id}" in led.words
    await TellingWaiting(admind.database, admind.board).tell(shop.workspace, waits.id)
    assert len([each for each in ana.heard() if "waits for your word" in each.words]) == 1, "told once"
    await admind.waiting.decline(shop.workspace, waits.id, owner)
    await press(ana, asks, "whose")
    await whispered(ana, ana.dms, "does not wait any more")


async def test_a_doubt_shows_where_to_look_and_takes_a_persons_word(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    act = Act(commits="now", breaks="before answering")
    card, asking = await failed(shop, ana, clock, site, act, "unknown")
    assert f"\n{site.origin}\n" in asking.words, "the way to the channel can be pressed"
    assert "Nothing resends by itself" in asking.words and asking.pinged == {ana.id}
    await shows(card, "❓ Our site: we can't tell")
    await press(ana, asking, "live")
    await whispered(ana, thread_of(shop, card), "Noted: it is live")
    await posts_are(shop, card, "published")
    await shows(card, "✅ Our site")
    assert len(site.posts) == 1


async def test_what_is_not_there_is_sent_again(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    act = Act(commits="never", breaks="before answering")
    card, asking = await failed(shop, ana, clock, site, act, "unknown")
    assert not site.posts
    await press(ana, asking, "send")
    await whispered(ana, thread_of(shop, card), "It goes out now")
    await posts_are(shop, card, "published")
    assert len(site.posts) == 1


async def test_a_missed_post_wakes_who_asked_and_is_settled_by_a_button(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    card = await asked(office, ana)
    ana.react(card, "✅")
    await office.status(card, "approved")
    due = (await office.draft(card)).due
    assert due is not None
    clock.move_to(due + timedelta(hours=2))
    asking = await below(office, card, "Missed")
    assert asking.pinged == {ana.id}
    await press(ana, asking, "send")
    await whispered(ana, thread_of(office, card), "goes out now")
    await office.published()


async def test_what_is_said_of_a_draft_makes_the_thread_that_could_not_be_made_before(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    office.server.rest.fail(THREAD, Fault(status=403, code=50013), times=50)  # also when it is tried again meanwhile
    card = await asked(office, ana)
    await until(lambda: bool(office.server.rest.of(THREAD)), "it tried", seconds=20)
    ana.react(card, "✅")
    await office.status(card, "approved")
    assert not card.thread
    office.server.rest.faults.clear()
    due = (await office.draft(card)).due
    assert due is not None
    clock.move_to(due + timedelta(hours=2))
    await below(office, card, "Missed")
    assert "workshop" in thread_of(office, card).name.casefold()


async def test_a_stop_and_what_waited_for_it(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await asked(office, ana)
    await menu(ana, card, "stop")
    await whispered(ana, office.room, "Stopped")
    await sent(office, ana, clock, card, "paused")
    asking = await below(office, card, "Paused: Feed")
    thread = thread_of(office, card)
    await press(ana, asking, "send")
    await whispered(ana, thread, "Let it go on first")
    answer = await (await ana.slash(lounge(office), "/admind", "resume")).settle()
    assert "Posts go out again" in answer.words
    await posts_are(office, card, "paused")
    await press(ana, asking, "send")
    await posts_are(office, card, "published")


async def test_what_a_stop_kept_back_goes_out_from_one_list_with_ticks(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    cards = [await asked(office, ana), await asked(office, ana, "Announce our bread sale for the feed, tomorrow 9am")]
    await menu(ana, cards[0], "stop")
    await whispered(ana, office.room, "Stopped")
    for card in cards:
        ana.react(card, "✅")
        await office.status(card, "approved")
    clock.move(timedelta(days=2))
    for card in cards:
        await posts_are(office, card, "paused")
    first, second = [(await posts_of(office, card))[0] for card in cards]
    await (await ana.slash(lounge(office), "/admind", "resume")).settle()
    again = await said(office.room, "▶ Posts go out again")
    assert first.title in again.words and second.title in again.words
    await press(ana, again, "held")
    assert first.title in str(ana.window) and second.title in str(ana.window)
    chosen: dict[str, Any] = {"held:0": [second.id]}
    await ana.submit(**chosen)
    await whispered(ana, office.room, "1 post goes out now.")
    await posts_are(office, cards[1], "published")
    await posts_are(office, cards[0], "paused")
    await press(ana, again, "held")
    assert second.title not in str(ana.window), "only what still waits"
    chosen = {"held:0": [first.id]}
    await ana.submit(**chosen)
    await posts_are(office, cards[0], "published")
    await press(ana, again, "held")
    await whispered(ana, office.room, "Nothing waits any more.")
