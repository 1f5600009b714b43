"""What did not go out: its message wakes who can help, and its buttons mend it."""

from __future__ import annotations

from datetime import timedelta

from bot.chat import Role
from bot.clock import MovableClock
from bot.workflow.telling_waiting import TellingWaiting
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Message
from tests.fakes.waiting import until
from tests.fakes.webhook_server import Act, WebhookServer
from tests.handlers.slack.acting import KEY, asked, below, connected, menu, posts_are, posts_of, sent, shows, window_of
from tests.handlers.slack.office import Office, all_of, said, whispered

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
    assert asking.pings == (f"@{ana.id}",)
    await shows(card, "❌ Our site: not posted")
    await ana.click(asking, "later:")
    assert "in the past" in (await ana.submit(values={"phrase": "yesterday 9am"})).errors["phrase"]
    assert not (await ana.submit(values={"phrase": "in 3 hours"})).errors
    await whispered(ana, shop.room, "It goes out ")
    await shows(asking, "Scheduled: Our site")
    assert "send:" not in all_of(asking), "nobody presses it again"
    await posts_are(shop, card, "scheduled")
    assert not site.posts
    clock.move(timedelta(hours=3, seconds=1))
    await posts_are(shop, card, "published")
    await shows(card, site.posts[0].id)


async def test_its_text_is_edited_and_it_gets_a_new_time(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    _, asking = await failed(shop, ana, clock, site, Act(status=413, commits="never"))
    await ana.click(asking, "rework:")
    field = next(b["block_id"] for b in window_of(ana).blocks if b["block_id"].startswith("text:"))
    assert not (await ana.submit(values={field: "Shorter, by hand."})).errors
    await until(lambda: "Shorter, by hand." in shop.cards()[-1].words, "a card with the new words")
    late = shop.cards()[-1]
    await shows(late, "It needs a new time")
    await ana.click(late, "move:")
    assert not (await ana.submit(values={"phrase": "in 2 hours"})).errors
    await until(lambda: shop.cards()[-1].ts != late.ts, "a card with the new time")
    moved = shop.cards()[-1]
    (post,) = await sent(shop, ana, clock, moved, "published")
    assert b"Shorter, by hand." in site.posts[0].body and post.receipt is not None
    assert len(site.posts) == 1


async def test_it_is_dropped(shop: Office, ana: Person, clock: MovableClock, site: WebhookServer) -> None:
    card, asking = await failed(shop, ana, clock, site, Act(status=400, commits="never"))
    await ana.click(asking, "cancel:")
    await whispered(ana, shop.room, "It will not go out")
    await posts_are(shop, card, "cancelled")
    await shows(card, "✖ Our site: will not go out")
    await shows(asking, "Cancelled: Our site")
    assert "cancel:" not in all_of(asking)


async def test_an_account_that_is_locked_out_is_connected_again(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    card, asking = await failed(shop, ana, clock, site, Act(status=401, commits="never"))
    await ana.click(asking, "reconnect:")
    await whispered(ana, shop.room, "Connect Our site again in the studio")
    await whispered(ana, shop.room, "/studio/in/")
    await ana.click(asking, "send:")
    await whispered(ana, shop.room, "It goes out now")
    await posts_are(shop, card, "published")


async def test_what_waited_for_an_account_goes_out_by_one_button_after_it_was_connected_again(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    card, _ = await failed(shop, ana, clock, site, Act(status=401, commits="never"))
    await connected(shop, site)

    def asks() -> list[Message]:
        return [each for each in shop.room.messages.values() if "Our site is connected again" in all_of(each)]

    await until(lambda: bool(asks()), "one question", seconds=30)
    assert "1 post waited for it" in all_of(asks()[0]) and not site.posts, "nothing goes out late by itself"
    await ana.click(asks()[0], "release:")
    await whispered(ana, shop.room, "1 post goes out now.")
    await posts_are(shop, card, "published")
    await ana.click(asks()[0], "release:")
    await whispered(ana, shop.room, "Nothing waits for Our site any more.")
    assert len(site.posts) == 1 and len(asks()) == 1


async def test_an_owner_is_led_to_an_account_that_a_member_connected(
    shop: Office, ana: Person, site: WebhookServer
) -> None:
    admind, brand = shop.admind, shop.admind.workspace.default_brand
    members = await admind.people.members(shop.workspace)
    owner = next(each for each in members if each.may(brand, Role.owner))
    rosa = await admind.office.add_member(shop.workspace, owner.id, "Rosa", brand, ["approver"])
    secrets = {"signing_key": KEY}
    tried = await admind.accounts.tried(shop.workspace, brand, "webhook", "Our site", {"url": site.url}, secrets)
    await admind.waiting.keep_or_wait(tried, secrets, rosa)

    def asks() -> list[Message]:
        rooms = shop.slack.team.channels.values()
        return [m for room in rooms for m in room.messages.values() if "waits for your word" in all_of(m)]

    await until(lambda: bool(asks()), "the owner is told", seconds=30)
    [asked_of] = asks()
    assert "Rosa connected" in all_of(asked_of)
    await ana.click(asked_of, "whose:")
    here = shop.slack.team.channels[asked_of.channel]

    def told() -> list[Message]:
        every = [*here.messages.values(), *here.ephemerals]
        return [each for each in every if "waits in the studio, under Settings, Accounts" in all_of(each)]

    await until(lambda: bool(told()), "where to look", seconds=30)
    [waiting] = await admind.waiting.of(shop.workspace, brand)
    assert f"?page=settings/accounts/waiting/{waiting.id}" in all_of(told()[0]) and "/studio/in/" in all_of(told()[0])
    await TellingWaiting(admind.database, admind.board).tell(shop.workspace, waiting.id)
    assert len(asks()) == 1, "told once"


async def test_a_doubt_shows_where_to_look_and_takes_a_persons_word(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    act = Act(commits="now", breaks="before answering")
    card, asking = await failed(shop, ana, clock, site, act, "unknown")
    assert f'"url": "{site.origin}"' in all_of(asking), "the way to the channel can be pressed"
    assert "Nothing resends by itself" in asking.words and asking.pings == (f"@{ana.id}",)
    await shows(card, "❓ Our site: we can't tell")
    await ana.click(asking, "live:")
    await whispered(ana, shop.room, "Noted: it is live")
    await posts_are(shop, card, "published")
    await shows(card, "✅ Our site")
    assert len(site.posts) == 1


async def test_what_is_not_there_is_sent_again(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    act = Act(commits="never", breaks="before answering")
    card, asking = await failed(shop, ana, clock, site, act, "unknown")
    assert not site.posts
    await ana.click(asking, "send:")
    await whispered(ana, shop.room, "It goes out now")
    await posts_are(shop, card, "published")
    assert len(site.posts) == 1


async def test_home_mends_it_as_well(shop: Office, ana: Person, clock: MovableClock, site: WebhookServer) -> None:
    card, _ = await failed(shop, ana, clock, site, Act(status=422, commits="never"))
    await ana.open_home()
    await until(lambda: ana.home is not None and "send:" in str(ana.home.blocks), "home offers it")
    assert ana.home is not None
    await ana.choose(ana.home, "menu", "At another time")
    assert "Reschedule" not in window_of(ana).words and "It goes out as it was approved" in window_of(ana).words
    await ana.close()
    await ana.choose(ana.home, "menu", "Drop")
    await posts_are(shop, card, "cancelled")
    await until(lambda: ana.home is not None and "send:" not in str(ana.home.blocks), "home knows")
    await shows(card, "✖ Our site: will not go out")


async def test_a_stop_and_what_waited_for_it(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await asked(office, ana)
    await menu(ana, card, "stop")
    await whispered(ana, office.room, "Stopped")
    await sent(office, ana, clock, card, "paused")
    asking = await below(office, card, "Paused: Feed")
    await ana.click(asking, "send:")
    await whispered(ana, office.room, "Let it go on first")
    answer = await ana.slash(office.room, "/admind", "resume")
    assert answer.ok
    await whispered(ana, office.room, "Posts go out again")
    await posts_are(office, card, "paused")
    await ana.click(asking, "send:")
    await posts_are(office, card, "published")


async def test_what_a_stop_kept_back_goes_out_from_one_list_with_ticks(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    cards = [await asked(office, ana), await asked(office, ana, "Announce our bread sale for the feed, tomorrow 9am")]
    await menu(ana, cards[0], "stop")
    await whispered(ana, office.room, "Stopped")
    for card in cards:
        await ana.react(card, "white_check_mark")
        await office.status(card, "approved")
    clock.move(timedelta(days=2))
    for card in cards:
        await posts_are(office, card, "paused")
    first, second = [(await posts_of(office, card))[0] for card in cards]
    await ana.slash(office.room, "/admind", "resume")
    again = await said(office.room, "▶ Posts go out again")
    assert first.title in all_of(again) and second.title in all_of(again)
    await ana.click(again, "held:")
    assert first.title in str(window_of(ana).blocks) and second.title in str(window_of(ana).blocks)
    assert (await ana.submit()).errors == {"held:0": "Tick at least one post."}
    await ana.submit(values={"held:0": [second.id]})
    await whispered(ana, office.room, "1 post goes out now.")
    await posts_are(office, cards[1], "published")
    await posts_are(office, cards[0], "paused")
    await ana.click(again, "held:")
    assert second.title not in str(window_of(ana).blocks), "only what still waits"
    await ana.submit(values={"held:0": [first.id]})
    await posts_are(office, cards[0], "published")
    await ana.click(again, "held:")
    await whispered(ana, office.room, "Nothing waits any more.")
