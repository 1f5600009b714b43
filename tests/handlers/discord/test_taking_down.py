"""Taking down: two taps, what became of each account told, and a person's Done where the channel does not do it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.clock import MovableClock
from storage.posts import Post, PostReceipt
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel, Message
from tests.fakes.discord_server import DiscordServer
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer
from tests.handlers.discord.acting import asked, below, connected, posts_of, press, sent, shows, thread_of, whispered
from tests.handlers.discord.office import Office, ids, member, running, told


async def out(office: Office, ana: Person, clock: MovableClock, *states: str) -> Message:
    card = await asked(office, ana)
    await sent(office, ana, clock, card, *(states or ("published", "published")))
    await until(lambda: any("takedown:" in each for each in ids(card)), "the receipt offers to take it down")
    return card


async def site_post(office: Office, card: Message, account: str) -> Post:
    return next(each for each in await posts_of(office, card) if each.account == account)


async def receipt_of(office: Office, card: Message, account: str) -> PostReceipt:
    found = (await site_post(office, card, account)).receipt
    assert found is not None
    return found


def only(post: Post) -> dict[str, Any]:
    """What is submitted to take down this one and leave the others."""
    return {"down:0": [post.id]}


async def test_two_taps_take_it_down_and_the_card_says_so(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await out(office, ana, clock, "published")
    (post,) = await posts_of(office, card)
    assert post.receipt is not None
    await shows(card, post.receipt.url)
    await press(ana, card, "takedown")
    assert post.receipt.url in str(ana.window)
    assert not (await receipt_of(office, card, post.account)).taken_down_at, "one tap does nothing"
    await ana.submit()
    await whispered(ana, office.room, "Feed: taken down.")
    await shows(card, "🗑 Feed: taken down")
    assert post.receipt.url not in card.words and not [each for each in ids(card) if "takedown:" in each]
    assert not ana.pinged(office.room)


async def test_of_several_accounts_each_is_told_and_one_may_be_left(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    account = await connected(shop, site, delete="yes")
    card = await out(shop, ana, clock)
    feed = next(each for each in await posts_of(shop, card) if each.account != account)
    await press(ana, card, "takedown")
    await ana.submit(**only(await site_post(shop, card, account)))
    await whispered(ana, shop.room, "Our site: taken down.")
    await shows(card, "🗑 Our site")
    assert not site.posts
    assert feed.receipt is not None and feed.receipt.url in card.words, "the other one stands"
    await press(ana, card, "takedown")
    assert "Our site" not in str(ana.window), "only what still stands is asked about"
    await ana.submit()
    await shows(card, "🗑 Feed")


async def test_what_the_channel_cannot_delete_waits_for_done(
    shop: Office, ana: Person, clock: MovableClock, site: WebhookServer
) -> None:
    account = await connected(shop, site)
    card = await out(shop, ana, clock)
    post = await site_post(shop, card, account)
    assert post.receipt is not None
    await press(ana, card, "takedown")
    await ana.submit()
    said = await whispered(ana, shop.room, "Our site lets nobody delete")
    assert "Feed: taken down." in said.words and post.receipt.url in said.words
    asking = await below(shop, card, "Take it down by hand: Our site")
    assert f"\n{post.receipt.url}\n" in asking.words, "the address can be pressed"
    await shows(card, "✋ Our site: to be taken down by hand")
    ana.dm("problems")
    await told(ana, "to be taken down by hand")
    await press(ana, asking, "done")
    await whispered(ana, thread_of(shop, card), "you took it down by hand")
    await shows(asking, "taken down by hand")
    assert not [each for each in ids(asking) if "done:" in each]
    await shows(card, "🗑 Our site: taken down by hand")
    assert (await receipt_of(shop, card, account)).taken_down_by == (await member(shop, ana)).id
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
    await press(ana, card, "takedown")
    await ana.submit(**only(post))
    await whispered(ana, shop.room, "Our site refused to delete it.")
    asking = await below(shop, card, "Take it down by hand")
    site.deleting_answers = 0
    await press(ana, asking, "takedown")
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
    await press(ana, card, "takedown")
    await ana.submit(**only(post))
    await whispered(ana, shop.room, "may still stand there")
    assert (await site_post(shop, card, account)).receipt == post.receipt, "nothing is owed, and nothing was done"


async def test_what_a_crash_kept_from_being_taken_down_is_taken_down_and_told(
    server: DiscordServer,
    velo: Place,
    ana: Person,
    room: Channel,
    clock: MovableClock,
    tmp_path: Path,
    site: WebhookServer,
) -> None:
    more, folder = {"ADMIND_ALLOW_HOSTS": f"127.0.0.1:{site.port}"}, tmp_path / "data"
    async with running(folder, server, velo, ana, room, clock=clock, more=more) as office:
        account = await connected(office, site, delete="yes")
        card = await out(office, ana, clock)
        post = await site_post(office, card, account)
        site.deleting_hangs = True
        await press(ana, card, "takedown")
        await ana.submit(**only(post))
        await until(lambda: any(each.method == "DELETE" for each in site.seen), "it is on its way")
    assert site.posts, "AdMind ended before it was done"
    site.deleting_hangs = False
    async with running(folder, server, velo, ana, room, clock=clock, more=more) as office:

        async def word() -> bool:
            clock.move(timedelta(seconds=10))  # until the dead one's turn is over
            return any("Our site: taken down." in each.words for each in ana.heard())

        await until(word, "the word to the one who asked", seconds=30)
        await shows(card, "🗑 Our site: taken down")
        assert not site.posts
        assert (await receipt_of(office, card, account)).take_down_asked == ""


async def test_who_has_no_part_in_the_brand_takes_nothing_down(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    card = await out(office, ana, clock, "published")
    ben = office.velo.person("ben")
    await press(ben, card, "takedown")
    await whispered(ben, office.room, "I don't know you here yet")
    assert ben.window is None
