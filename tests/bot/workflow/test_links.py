"""A brand's links are counted as it wants: parameters by template, short links that lead once a post is approved."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.conversation.linked import Linked
from bot.errors import BadInput, ChangedSince, NotFound
from bot.links.qr import qr
from bot.workflow.linking import LinkRules, Wish
from storage.drafts import Brief
from storage.erasing import forget_draft
from tests.bot.workflow.test_disclosure import Shop, shop_in

LINK = "https://velo.example/sale?size=m#top"
SALE = Brief(request=f"20% off all bikes until 31 May, {LINK}", topic="our spring sale", offer="20% off all bikes",
             deadline="until 31 May", link=LINK, links=(LINK,), campaign="Spring Sale")  # fmt: skip
UTM = "utm_source={channel}&utm_medium=social&utm_campaign={campaign}&utm_content={draft}"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_in(tmp_path, public_url="https://news.example", links_url="https://go.example") as opened:
        yield opened


async def _rules(shop: Shop, wish: Wish) -> None:
    home = shop.admind.workspace
    await shop.admind.linking.change(home.id, shop.owner.id, home.default_brand, wish)


async def test_links_stay_as_they_are_until_the_brand_wants_parameters(shop: Shop) -> None:
    draft = await shop.drafted(SALE)
    version, sealed = await shop.version(draft, shop.x)
    assert LINK in version.text and sealed.links[0].destination == LINK and not version.links


async def test_parameters_come_by_template_and_once(shop: Shop) -> None:
    await _rules(shop, Wish(utm=UTM, accounts={"Velo": "utm_source=twitter&utm_campaign={campaign}"}))
    draft = await shop.drafted(SALE)
    on_x, sealed = await shop.version(draft, shop.x)
    in_feed, _ = await shop.version(draft, shop.feed)
    mine = "https://velo.example/sale?size=m&utm_source=twitter&utm_campaign=spring-sale#top"
    assert mine in on_x.text and mine in sealed.parts[0].text and LINK not in on_x.text
    assert sealed.links[0].shown == sealed.links[0].destination == mine
    assert f"utm_source=feed&utm_medium=social&utm_campaign=spring-sale&utm_content={draft.id}#top" in in_feed.text
    assert not [f.rule for f in draft.findings if f.rule.startswith("link_")]
    revised = await shop.admind.requests.revise(shop.asker(), draft.id, "make it shorter")
    again, _ = await shop.version(revised, shop.x)
    assert again.text != on_x.text and again.text.count("utm_source") == 1 and mine in again.text
    own = "Sale: https://velo.example/sale?utm_source=poster"
    typed = await shop.admind.requests.word(shop.asker(), draft.id, {shop.x: own})
    assert (await shop.version(typed, shop.x))[0].text == own


async def test_a_campaign_may_have_parameters_of_its_own_however_its_name_is_written(shop: Shop) -> None:
    wish = Wish(utm=UTM, accounts={"Velo": "utm_source=twitter"}, campaigns={"SPRING  sale!": "utm_source=s&utm_id=26"})
    await _rules(shop, wish)
    draft = await shop.drafted(SALE)
    in_feed, _ = await shop.version(draft, shop.feed)
    on_x, _ = await shop.version(draft, shop.x)
    assert "https://velo.example/sale?size=m&utm_source=s&utm_id=26#top" in in_feed.text
    assert "size=m&utm_source=twitter#top" in on_x.text, "an account's own comes first"
    await _rules(shop, Wish(campaigns={"Spring Sale": "none"}))
    assert LINK in (await shop.version(await shop.drafted(SALE), shop.feed))[0].text
    await _rules(shop, Wish(campaigns={"spring-sale": ""}))
    text = (await shop.version(await shop.drafted(SALE), shop.feed))[0].text
    assert "utm_source=feed&utm_medium=social&utm_campaign=spring-sale" in text
    for wrong in ({"Sale": "utm_medium=social"}, {"!": "utm_source=a"}):
        with pytest.raises(BadInput):
            await _rules(shop, Wish(campaigns=wrong))


async def test_a_link_is_drawn_as_a_qr_code_where_the_team_chats(shop: Shop) -> None:
    await _rules(shop, Wish(utm="utm_source={channel}", short=True))
    draft = await shop.drafted(SALE)
    [link] = (await shop.version(draft, shop.x))[0].links
    linked = Linked(shop.admind.linking, shop.admind.clicks, shop.admind.blobs)
    asker = dataclasses.replace(shop.asker(), surface="slack")
    assert await linked.list(asker) == "No short link leads yet: an owner turns them on in the studio, under " + (
        "Settings, Links."
    )
    early = await linked.qr(asker, link.shown)
    assert f"{link.shown} leads nowhere until a post with it is approved." in early.text
    await shop.approved(draft)
    listed = (await linked.list(asker)).splitlines()
    assert f"• {link.shown} → {link.destination} · 0 clicks on its links" in listed and len(listed) == 2
    for said in (f"<{link.shown}|{link.shown}>", link.shown.rpartition("/")[2]):
        shown = await linked.qr(asker, said)
        assert shown.picture is not None and shown.picture.alt == f"QR code of {link.shown}"
        assert await shop.admind.blobs.get(shown.picture.sha256) == qr(link.shown, "png")
        assert f"{link.shown} leads to {link.destination}." in shown.text and "--to poster.svg" in shown.text
    assert (await linked.qr(dataclasses.replace(asker, surface="cli"), link.shown)).picture is None
    with pytest.raises(NotFound):
        await linked.qr(dataclasses.replace(asker, brand="b_other2222"), link.shown)
    with pytest.raises(BadInput):
        await linked.qr(asker, "poster")


async def test_links_to_others_stay_as_they_are_if_the_brand_says_so(shop: Shop) -> None:
    await _rules(shop, Wish(utm=UTM, hosts=("https://www.elsewhere.example/x",), short=True))
    version, _ = await shop.version(await shop.drafted(SALE), shop.x)
    assert LINK in version.text and not version.links


async def test_a_short_link_leads_from_the_first_approval_on_and_nowhere_else(shop: Shop) -> None:
    await _rules(shop, Wish(utm=UTM, short=True))
    draft = await shop.drafted(SALE)
    version, sealed = await shop.version(draft, shop.x)
    [link] = version.links
    assert link.shown.startswith("https://go.example/l/") and link.shown in version.text and LINK not in version.text
    assert link in sealed.links and link.destination.startswith("https://velo.example/sale?size=m&utm_source=x&")
    assert not [f.rule for f in draft.findings if f.rule.startswith("link_")]
    code, linking, home = link.shown.rpartition("/")[2], shop.admind.linking, shop.admind.workspace
    assert await linking.lead(code) is None
    revised = await shop.admind.requests.revise(shop.asker(), draft.id, "make it shorter")
    assert (await shop.version(revised, shop.x))[0].links == (link,)
    await shop.approved(revised)
    found = await linking.lead(code)
    assert found is not None and (found.state, found.destination) == ("leads", link.destination)
    assert found.post and found.link is not None and found.link.account == shop.x
    codes = [each.code for each in await linking.of_brand(home.id, home.default_brand)]
    assert sorted(codes) == sorted(each.links[0].shown.rpartition("/")[2] for each in revised.versions)
    await linking.end(home.id, shop.owner.id, code, ended=True)
    gone = await linking.lead(code)
    assert gone is not None and gone.state == "ended"
    await linking.end(home.id, shop.owner.id, code, ended=False)
    await _rules(shop, Wish(utm=""))
    other = await shop.admind.requests.revise(shop.asker(), draft.id, "make it longer")
    [fresh] = (await shop.version(other, shop.x))[0].links
    assert fresh.shown != link.shown and fresh.destination == LINK  # what was approved leads where it did
    assert (await linking.lead(code)) == found


async def test_a_link_that_the_channel_adds_is_minted_and_stays_when_the_post_is_moved(shop: Shop) -> None:
    await _rules(shop, Wish(utm=UTM, short=True))
    draft = await shop.drafted(SALE)
    [link] = (await shop.version(draft, shop.x))[0].links
    typed = await shop.admind.requests.word(shop.asker(), draft.id, {shop.x: "All bikes, 20% off until 31 May."})
    version, sealed = await shop.version(typed, shop.x)
    assert link.shown not in version.text and version.links == (link,) and link.shown in sealed.parts[0].text
    await _rules(shop, Wish(utm="", short=False))
    moved = await shop.admind.requests.move(shop.asker(), draft.id, "in 4 days at 9am")
    again, sealed_again = await shop.version(moved, shop.x)
    assert again.digest != version.digest and again.links == (link,) and sealed_again.parts == sealed.parts


async def test_a_link_that_a_person_worded_is_tracked_only_when_a_person_says_so(shop: Shop) -> None:
    await _rules(shop, Wish(utm=UTM, short=True, hosts=("velo.example",)))
    draft = await shop.drafted(SALE)
    other, poster = "https://velo.example/helmets", "https://velo.example/sale?utm_source=poster"
    own = f"Räder 🚲: {LINK}  ({other}, {poster}, https://elsewhere.example/x)\n"
    typed = await shop.admind.requests.word(shop.asker(), draft.id, {shop.x: own})
    assert (await shop.version(typed, shop.x))[0].text == own, "byte for byte"
    notes = [each for each in typed.findings if each.rule == "link_untracked"]
    assert [each.account for each in notes] == [shop.x, shop.x] and {each.severity for each in notes} == {"note"}
    first, second = (each.reason for each in notes)
    assert LINK in first and other in second

    tracking = shop.admind.tracking
    with pytest.raises(ChangedSince):
        await tracking.track(shop.asker(), draft.id, first, account=shop.x, digest=draft.digest)
    with pytest.raises(BadInput):
        await tracking.track(shop.asker(), draft.id, first, account=shop.feed, digest=typed.digest)
    tracked = await tracking.track(shop.asker(), draft.id, first, account=shop.x, digest=typed.digest)
    version, sealed = await shop.version(tracked, shop.x)
    [link] = version.links
    assert version.text == own.replace(LINK, link.shown) and link in sealed.links
    assert link.destination.startswith("https://velo.example/sale?size=m&utm_source=x&")
    assert tracked.revision == typed.revision + 1 and version.edited_by == shop.owner.id
    assert [each.reason for each in tracked.findings if each.rule == "link_untracked"] == [second]
    feeds = [(await shop.version(each, shop.feed))[0].digest for each in (typed, tracked)]
    assert feeds[0] == feeds[1], "what others approved of other accounts stands"
    both = await tracking.track(shop.asker(), draft.id, second, account="", digest=tracked.digest)
    version, _ = await shop.version(both, shop.x)
    assert not [each for each in both.findings if each.rule == "link_untracked"] and len(version.links) == 2
    [unknown] = [each for each in both.findings if each.rule == "link_unknown" and "leads to" in each.reason]
    assert "velo.example/helmets" in unknown.reason, "a short link hides no page that nobody asked for"
    await shop.approved(both)
    code = version.links[0].shown.rpartition("/")[2]
    assert await shop.admind.linking.lead(code) is not None


async def test_what_makes_no_parameters_and_no_address_is_refused(shop: Shop, tmp_path: Path) -> None:
    wrong = ("utm_medium=social", "utm_source={who}", "utm_source", "ref=a&utm_source=b", "utm_source=a b")
    for template in wrong:
        with pytest.raises(BadInput):
            await _rules(shop, Wish(utm=template))
    with pytest.raises(BadInput):
        await _rules(shop, Wish(hosts=("not a host",)))
    async with shop_in(tmp_path / "private") as private:
        with pytest.raises(BadInput) as refused:
            await _rules(private, Wish(short=True))
        assert "ADMIND_PUBLIC_URL" in refused.value.do_next


async def test_a_draft_that_is_erased_leaves_its_links_leading_and_nothing_else_of_them(shop: Shop) -> None:
    await _rules(shop, Wish(utm="utm_source={channel}", short=True))
    draft = await shop.drafted(SALE)
    [link] = (await shop.version(draft, shop.x))[0].links
    revised = await shop.approved(draft)
    assert revised.status == "approved"
    home, client = shop.admind.workspace, cast(Any, shop.admind.database.client)
    assert await forget_draft(shop.admind.database, home.id, draft.id)
    for _ in range(2):
        left = await LinkRules(
            shop.admind.database,
            office=shop.admind.office,
            audit=shop.admind.audit,
            credentials=shop.admind.credentials,
            base_url="https://go.example",
            clock=shop.clock,
        ).lead(link.shown.rpartition("/")[2])
        assert left is not None and (left.state, left.link, left.destination) == ("leads", None, link.destination)
        await client.delete(*[key async for key in client.scan_iter(match="*lookup:link:*")])
        assert await shop.admind.retention.rehint() == 2  # the feed's, too
    kinds = {str(key).partition("}:")[2].partition(":")[0] async for key in client.scan_iter()}
    assert not kinds & {"shortlink", "shortlinks", "clicks"} and "keptlinks" in kinds


async def test_the_room_for_parameters_is_kept_as_the_channel_counts(shop: Shop) -> None:
    home, brands = shop.admind.workspace, shop.admind.people.store
    brand = (await brands.brands.get(home.id, home.default_brand)).record
    accounts = {each.id: each for each in await brands.all(brands.accounts, home.id)}
    minting = shop.admind.versions.minting
    assert await minting.room(accounts[shop.feed], SALE, brand, len) == 0
    await _rules(shop, Wish(utm="utm_source={channel}"))
    assert await minting.room(accounts[shop.feed], SALE, brand, len) == len("&utm_source=feed")
    need = await shop.admind.versions.need(accounts[shop.x], SALE, brand, (), picture=False)
    assert need.limit == 280 - len("&utm_source=x"), "what ends in .example is no link to X, so it counts in full"
