"""Taking down: two taps, what became of each account told, and a person's Done where the channel does not do it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.clock import MovableClock
from storage.posts import Post
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Message
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer
from tests.handlers.slack.acting import asked, below, connected, menu, posts_of, sent, shows, window_of
from tests.handlers.slack.office import Office, all_of, member, nothing_due, running, said, says, whispered


async def out(office: Office, ana: Person, clock: MovableClock, *states: str) -> Message:
    card = await asked(office, ana)
    await sent(office, ana, clock, card, *(states or ("published", "published")))
    await until(lambda: "takedown:" in all_of(card), "the receipt offers to take it down")
    return card


async def site_post(office: Office, card: Message, account: str) -> Post:
    return next(each for each in await posts_of(office, card) if each.account == account)


async def test_two_taps_take_it_down_and_the_card_says_so(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await out(office, ana, clock, "published")
    (post,) = await posts_of(office, card)
    assert post.receipt is not None
    await shows(card, post.receipt.url)
    await menu(ana, card, "takedown")
    assert post.receipt.url in str(window_of(ana).blocks)
    assert not (await posts_of(office, card))[0].receipt.taken_down_at, "one tap does nothing"  # type: ignore[union-attr]
    assert not (await ana.submit()).errors
    await whispered(ana, office.room, "Feed: taken down.")
    await shows(card, "🗑 Feed: taken down")
    assert post.receipt.url not in all_of(card) and "takedown:" not in all_of(card)
    assert not [each for each in office.room.messages.values() if each.pings]


async def test_of_several_accounts_each_is_told_and_one_may_be_left(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    account = await connected(shop, site, delete="yes")
    card = await out(shop, ana, clock)
    feed = next(each for each in await posts_of(shop, card) if each.account != account)
    await menu(ana, card, "takedown")
    await ana.submit(values={"down:0": [(await site_post(shop, card, account)).id]})
    await whispered(ana, shop.room, "Our site: taken down.")
    await shows(card, "🗑 Our site")
    assert not site.posts
    assert feed.receipt is not None and feed.receipt.url in all_of(card), "the other one stands"
    await menu(ana, card, "takedown")
    assert "down:0" not in str(window_of(ana).blocks), "only what still stands is asked about"
    await ana.submit()
    await shows(card, "🗑 Feed")


async def test_what_the_channel_cannot_delete_waits_for_done(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    account = await connected(shop, site)
    card = await out(shop, ana, clock)
    post = await site_post(shop, card, account)
    assert post.receipt is not None
    await menu(ana, card, "takedown")
    await ana.submit()
    told = await whispered(ana, shop.room, "Our site lets nobody delete")
    assert "Feed: taken down." in all_of(told) and post.receipt.url in all_of(told)
    asking = await below(shop, card, "Take it down by hand: Our site")
    assert f'"url": "{post.receipt.url}"' in all_of(asking), "the address can be pressed"
    await shows(card, "✋ Our site: to be taken down by hand")
    await ana.dm("problems")
    await said(shop.slack.world.dm(shop.slack.team, ana.id), "to be taken down by hand")
    await ana.open_home()
    await until(lambda: ana.home is not None and "To be taken down by hand" in ana.home.words, "home says it")
    await ana.click(asking, "done:")
    await whispered(ana, shop.room, "you took it down by hand")
    await shows(asking, "taken down by hand")
    assert "done:" not in all_of(asking)
    await shows(card, "🗑 Our site: taken down by hand")
    receipt = (await site_post(shop, card, account)).receipt
    assert receipt is not None and receipt.taken_down_by == (await member(shop, ana)).id
    entries = await shop.admind.audit.read(shop.workspace, about=post.id)
    done = next(each for each in entries if each.kind == "taken down by hand")
    assert done.subject == (await member(shop, ana)).subject
    assert [each.kind for each in entries].count("to be taken down by hand") == 1


async def test_what_the_channel_refuses_can_be_tried_again_or_done_by_hand(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    account = await connected(shop, site, delete="yes")
    card = await out(shop, ana, clock)
    post = await site_post(shop, card, account)
    site.deleting_answers = 403
    await menu(ana, card, "takedown")
    await ana.submit(values={"down:0": [post.id]})
    await whispered(ana, shop.room, "Our site refused to delete it.")
    asking = await below(shop, card, "Take it down by hand")
    site.deleting_answers = 0
    await ana.click(asking, "takedown:")
    await ana.submit()
    await shows(asking, "Taken down: Our site")
    assert not site.posts
    await shows(card, "🗑 Our site: taken down")


async def test_a_channel_that_does_not_answer_changes_nothing(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    account = await connected(shop, site, delete="yes")
    card = await out(shop, ana, clock)
    post = await site_post(shop, card, account)
    site.deleting_answers = 500
    await menu(ana, card, "takedown")
    await ana.submit(values={"down:0": [post.id]})
    await whispered(ana, shop.room, "may still stand there")
    assert (await site_post(shop, card, account)).receipt == post.receipt, "nothing is owed, and nothing was done"


async def test_what_a_crash_kept_from_being_taken_down_is_taken_down_and_told(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path, site: WebhookServer
) -> None:
    more, folder = {"ADMIND_ALLOW_HOSTS": f"127.0.0.1:{site.port}"}, tmp_path / "data"
    async with running(folder, slack, ana, room, clock=clock, more=more) as office:
        account = await connected(office, site, delete="yes")
        card = await out(office, ana, clock)
        post = await site_post(office, card, account)
        site.deleting_hangs = True
        await menu(ana, card, "takedown")
        assert not (await ana.submit(values={"down:0": [post.id]})).errors
        await until(lambda: any(each.method == "DELETE" for each in site.seen), "it is on its way")
    assert site.posts, "AdMind ended before it was done"
    site.deleting_hangs = False
    async with running(folder, slack, ana, room, clock=clock, more=more) as office:

        async def word() -> bool:
            clock.move(timedelta(seconds=10))  # until the dead one's turn is over
            return says(slack.world.dm(slack.team, ana.id), "Our site: taken down.")

        await until(word, "the word to the one who asked", seconds=30)
        await shows(card, "🗑 Our site: taken down")
        assert not site.posts
        await nothing_due(office)
        assert (await site_post(office, card, account)).receipt.take_down_asked == ""  # type: ignore[union-attr]


async def test_a_window_that_is_refused_takes_nothing_down_later(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    account = await connected(shop, site, delete="yes")
    card = await out(shop, ana, clock)
    post = await site_post(shop, card, account)
    feed = next(each for each in await posts_of(shop, card) if each.account != account)
    await menu(ana, card, "takedown")
    me = await member(shop, ana)
    await shop.admind.posts.take_down(shop.workspace, feed.id, me.id, "studio")
    answered = await ana.submit(values={"down:0": [post.id, feed.id]})
    assert "nothing to take down" in str(answered.errors)
    clock.move(timedelta(minutes=3))
    await nothing_due(shop)
    receipt = (await site_post(shop, card, account)).receipt
    assert receipt is not None and not receipt.take_down_asked and len(site.posts) == 1


async def test_home_takes_down_and_knows_done(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    account = await connected(shop, site)
    card = await out(shop, ana, clock)
    post = await site_post(shop, card, account)
    await ana.open_home()
    await until(lambda: ana.home is not None and f"takedown:{post.id}" in str(ana.home.blocks), "home offers it")
    assert ana.home is not None
    await ana.click(ana.home, f"takedown:{post.id}")
    await ana.submit()
    await until(lambda: ana.home is not None and f"done:{post.id}" in str(ana.home.blocks), "home asks for Done")
    await ana.click(ana.home, f"done:{post.id}")
    await until(lambda: ana.home is not None and "Taken down" in ana.home.words, "home knows")
    await shows(card, "taken down by hand")


async def test_who_has_no_part_in_the_brand_takes_nothing_down(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    card = await out(office, ana, clock, "published")
    ben = office.slack.person("ben")
    office.room.members.add(ben.id)
    await menu(ben, card, "takedown")
    await whispered(ben, office.room, "I don't know you here yet")
    assert ben.window is None
