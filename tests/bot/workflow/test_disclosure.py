"""What posts say of themselves, from the first word to the channel: paid partnerships and what a model made."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.bootstrap import AdMind
from bot.chat import DecisionRequest
from bot.clock import MovableClock
from bot.errors import NotAllowed
from bot.settings import Settings
from bot.workflow.requests import Asker, Idea
from storage.drafts import Brief, Draft, DraftStatus, Verdict, Version
from storage.posts import PostState
from storage.sealed import SealedPayload
from storage.stores import PostStore
from storage.team import Member
from tests.bot.workflow.test_requests import SALE
from tests.fakes.x_server import XServer, x_server

PAID = SALE.model_copy(update={"request": f"{SALE.request}. This is a paid partnership with Velo AG."})
LINE = "Ad · Paid partnership with Velo AG"


@dataclass
class Shop:
    """AdMind with its feed, which has no label for anything, and an account on X, which has both."""

    admind: AdMind
    server: XServer
    clock: MovableClock
    owner: Member
    x: str
    feed: str

    def asker(self, *, by_agent: bool = False) -> Asker:
        home, zone = self.admind.workspace, "Europe/Zurich"
        return Asker(home.id, home.default_brand, self.owner.id, "v_1", "test", "en", zone, by_agent=by_agent)

    async def drafted(self, brief: Brief, when: str = "in 3 days at 9am") -> Draft:
        (draft,) = await self.admind.requests.draft(self.asker(), [Idea(brief=brief, when=when)])
        return draft

    async def version(self, draft: Draft, account: str) -> tuple[Version, SealedPayload]:
        version = draft.version(account)
        assert version is not None
        return version, await self.admind.versions.payload(version)

    async def approved(self, draft: Draft) -> Draft:
        decided = await self.admind.decisions.decide(
            DecisionRequest(
                workspace=draft.workspace,
                draft=draft.id,
                member=self.owner.id,
                verdict=Verdict.approve,
                digest=draft.digest,
                surface="test",
                at=self.clock.now(),
            )
        )
        return decided.draft

    async def told(self, draft: Draft) -> str:
        return (await self.admind.looking.draft_card(draft.workspace, self.owner.id, draft.id)).model_dump_json()


@asynccontextmanager
async def shop_in(folder: Path, **settings: str) -> AsyncIterator[Shop]:
    clock = MovableClock()
    async with x_server() as server:
        given = Settings(
            data_dir=folder,
            timezone="Europe/Zurich",
            x_api_url=server.origin,
            x_web_url=server.origin,
            allow_hosts=frozenset({f"127.0.0.1:{server.port}"}),
            **settings,
        )
        server.now = clock.now
        async with AdMind(given, clock=clock, queues=frozenset()) as admind:
            await admind.start()
            owner = await admind.setup.local_owner(admind.workspace.id)
            assert owner is not None
            brand = admind.workspace.default_brand
            feed = (await admind.looking.accounts(admind.workspace.id, owner.id)).items[0].id
            secrets = {"access_token": server.token_for("velo")}
            x = await admind.accounts.connect(admind.workspace.id, brand, "x", "Velo", {}, secrets, by=owner.id)
            yield Shop(admind, server, clock, owner, x.id, feed)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_in(tmp_path / "data") as opened:
        yield opened


async def test_a_declared_partnership_is_a_label_where_there_is_one_and_words_elsewhere(shop: Shop) -> None:
    draft = await shop.drafted(PAID)
    assert (draft.brief.paid_partnership, draft.brief.partner) == (True, "Velo AG")
    on_x, for_x = await shop.version(draft, shop.x)
    in_feed, for_feed = await shop.version(draft, shop.feed)
    assert for_x.disclosure == for_feed.disclosure == ("paid_partnership",) == on_x.disclosure
    assert "Velo AG" not in on_x.text and in_feed.text.startswith(f"{LINE}\n\n")
    assert in_feed.text == for_feed.parts[0].text and in_feed.length == len(in_feed.text)
    assert not [finding for finding in draft.findings if finding.severity == "block"]

    draft = await shop.approved(draft)
    assert draft.status is DraftStatus.approved
    assert draft.due is not None
    shop.clock.move(draft.due - shop.clock.now() + timedelta(minutes=1))
    shop.admind.publisher.open.set()
    for version in draft.versions:
        await shop.admind.publisher.publish(draft.workspace, version.post)
    posts = await PostStore(shop.admind.database).many(draft.workspace, [v.post for v in draft.versions])
    assert [post.state for post in posts] == [PostState.published] * 2, [post.failure for post in posts]
    [sent] = shop.server.posted()
    assert json.loads(sent.body)["paid_partnership"] is True and "made_with_ai" not in json.loads(sent.body)


async def test_what_needs_no_label_is_sealed_as_before(shop: Shop) -> None:
    draft = await shop.drafted(SALE)
    for version in draft.versions:
        _, payload = await shop.version(draft, version.account)
        assert payload.disclosure == () == version.disclosure and version.by_model == 0
        assert payload.digest == payload.model_copy(update={"disclosure": ()}).digest == version.digest


async def test_a_partnership_is_declared_in_words_and_never_forgotten(shop: Shop) -> None:
    draft = await shop.drafted(SALE)
    paid = await shop.admind.requests.revise(shop.asker(), draft.id, "das ist eine bezahlte Partnerschaft mit Velo AG")
    assert paid.brief.paid_partnership and paid.digest != draft.digest
    before, _ = await shop.version(draft, shop.feed)
    after, _ = await shop.version(paid, shop.feed)
    assert after.text == f"{LINE}\n\n{before.text}"
    shorter = await shop.admind.requests.revise(shop.asker(), draft.id, "shorter")
    moved = await shop.admind.requests.move(shop.asker(), shorter.id, "in 5 days at 3pm")
    pictured = await shop.admind.requests.revise(shop.asker(), moved.id, "with an image")
    for each in (shorter, moved, pictured):
        text, payload = await shop.version(each, shop.feed)
        assert text.text.count(LINE) == 1 and text.text.startswith(LINE), each.history[-1].why
        assert payload.disclosure == ("paid_partnership",)


async def test_words_can_declare_and_change_the_text_at_once(shop: Shop) -> None:
    draft = await shop.drafted(SALE)
    both = await shop.admind.requests.revise(
        shop.asker(), draft.id, "make it shorter, and this is a paid partnership with Velo AG"
    )
    before, _ = await shop.version(draft, shop.feed)
    after, _ = await shop.version(both, shop.feed)
    assert after.text.startswith(LINE) and len(after.text.removeprefix(f"{LINE}\n\n")) < len(before.text)


async def test_only_a_person_takes_a_declaration_back_and_words_never_do(shop: Shop) -> None:
    draft = await shop.drafted(PAID)
    with pytest.raises(NotAllowed):
        await shop.admind.requests.declare(shop.asker(by_agent=True), draft.id, paid=False)
    other = await shop.admind.requests.declare(shop.asker(), draft.id, partner="Other Ltd")
    text, _ = await shop.version(other, shop.feed)
    assert text.text.startswith("Ad · Paid partnership with Other Ltd\n\n") and "Velo AG" not in text.text
    back = await shop.admind.requests.declare(shop.asker(), draft.id, paid=False)
    text, payload = await shop.version(back, shop.feed)
    assert (back.brief.partner, payload.disclosure) == ("", ()) and "Ad ·" not in text.text
    assert [mark.why for mark in back.history] == [
        "Declared a paid partnership with Other Ltd.",
        "Declared that it is no paid partnership.",
    ]
    entries = await shop.admind.audit.read(draft.workspace, kinds={"drafted", "revised"})
    traced = [entry.details.get("discloses", "") for entry in entries]
    assert f"{shop.x}:paid_partnership:0%" in traced[0]
    assert traced[1] == traced[0] and traced[2] == ""
    same = await shop.admind.requests.declare(shop.asker(), draft.id, paid=False)
    assert same.revision == back.revision


async def test_an_edit_that_removes_the_words_is_in_the_way_and_stays_byte_for_byte(shop: Shop) -> None:
    draft = await shop.drafted(PAID)
    edited = await shop.admind.requests.word(shop.asker(), draft.id, {shop.feed: "20% off all bikes."})
    text, payload = await shop.version(edited, shop.feed)
    assert text.text == "20% off all bikes." and payload.disclosure == ("paid_partnership",)
    [missing] = [finding for finding in edited.findings if finding.rule == "ad_not_marked"]
    assert (missing.severity, missing.account) == ("block", shop.feed) and LINE in missing.fix
    hidden = await shop.admind.requests.word(shop.asker(), draft.id, {shop.feed: f"{'20% off all bikes. ' * 10}#ad"})
    assert [finding.severity for finding in hidden.findings if finding.rule == "ad_not_marked"] == ["block"]
    good = await shop.admind.requests.word(shop.asker(), draft.id, {shop.feed: "#Anzeige 20% off all bikes."})
    assert not [finding for finding in good.findings if finding.rule == "ad_not_marked"]
    bare = await shop.admind.requests.word(shop.asker(), draft.id, {shop.x: "20% off all bikes."})  # X has a label
    assert not [finding for finding in bare.findings if finding.rule == "ad_not_marked"]


def picture(kind: str = "") -> bytes:
    """A photo-like PNG; `kind` is what its file says made it."""
    image, out = Image.effect_noise((600, 600), 80).convert("RGB"), io.BytesIO()
    image.save(out, "JPEG", quality=80)
    data = out.getvalue()
    if not kind:
        return data
    said = (
        b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
        b"xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
        b"xmlns:Iptc4xmpExt='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' Iptc4xmpExt:DigitalSourceType="
        b"'http://cv.iptc.org/newscodes/digitalsourcetype/" + kind.encode() + b"'/></rdf:RDF></x:xmpmeta>"
    )
    return data[:2] + b"\xff\xe1" + (len(said) + 2).to_bytes(2, "big") + said + data[2:]


async def with_picture(shop: Shop, data: bytes) -> Draft:
    home = shop.admind.workspace
    item = await shop.admind.library.upload(home.id, home.default_brand, shop.owner, data)
    brief = SALE.model_copy(update={"image": "upload", "uploads": (item.sha256,), "language": "de"})
    return await shop.drafted(brief)


@pytest.mark.parametrize("kind", ["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"])
async def test_a_picture_whose_file_says_a_model_made_it_is_labelled(shop: Shop, kind: str) -> None:
    draft = await with_picture(shop, picture(kind))
    on_x, for_x = await shop.version(draft, shop.x)
    in_feed, for_feed = await shop.version(draft, shop.feed)
    assert for_x.disclosure == for_feed.disclosure == ("ai_generated",)
    assert for_x.parts[0].media[0].source == for_feed.parts[0].media[0].source == "generated"
    assert in_feed.text.startswith("Mit KI erstellt\n\n") and "KI" not in on_x.text
    data = await shop.admind.blobs.get(for_feed.parts[0].media[0].sha256)
    assert b"trainedAlgorithmicMedia" in data  # and the file still says so
    without = await shop.admind.requests.revise(shop.asker(), draft.id, "without the picture")
    in_feed, for_feed = await shop.version(without, shop.feed)
    assert for_feed.disclosure == () and "KI" not in in_feed.text


async def test_a_picture_that_says_nothing_is_labelled_when_a_person_says_it(shop: Shop) -> None:
    draft = await with_picture(shop, picture())
    _, payload = await shop.version(draft, shop.x)
    assert payload.disclosure == () and payload.parts[0].media[0].source == "upload"
    said = await shop.admind.requests.declare(shop.asker(), draft.id, ai_picture=True)
    _, payload = await shop.version(said, shop.x)
    in_feed, _ = await shop.version(said, shop.feed)
    assert payload.disclosure == ("ai_generated",) and in_feed.text.startswith("Mit KI erstellt\n\n")
    await shop.admind.office.change_brand(
        said.workspace, shop.owner.id, shop.admind.workspace.default_brand, {"ai_pictures": "none"}
    )
    moved = await shop.admind.requests.move(shop.asker(), said.id, "in 5 days at 3pm")
    in_feed, payload = await shop.version(moved, shop.feed)
    assert payload.disclosure == () and "KI" not in in_feed.text
