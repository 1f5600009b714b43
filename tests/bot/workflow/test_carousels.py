"""A carousel from the words that ask for it to the sealed bytes: pages, their words checked, a signed document."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from pypdfium2 import PdfDocument

from bot.artwork.trial_certificate import make_trial_certificate
from bot.bootstrap import AdMind
from bot.clock import MovableClock
from bot.drafting.carousel import TOO_LITTLE
from bot.settings import load_settings
from bot.workflow.requests import Asker, Idea
from storage.accounts import Account
from storage.commit import Change, commit
from storage.drafts import Brief, Draft
from storage.team import Member
from tests.bot.workflow.test_requests import SALE
from tests.fakes.copy_model import copywriting, schema_of
from tests.fakes.model_server import Reply, Request, Say
from tests.fakes.openai_server import OpenAIServer

ASKED = SALE.model_copy(
    update={
        "request": "A carousel about our spring sale: 20% off all bikes until 31 May https://velo.example/sale",
        "facts": ("test rides all day", "free service with every bike", "helmets for children", "open on Sundays"),
    }
)


class House:
    def __init__(self, admind: AdMind, owner: Member) -> None:
        self.admind, self.owner = admind, owner

    @property
    def asker(self) -> Asker:
        home = self.admind.workspace
        return Asker(home.id, home.default_brand, self.owner.id, "v_1", "test", "en", "Europe/Zurich", by_agent=False)

    async def drafted(self, brief: Brief = ASKED) -> Draft:
        (draft,) = await self.admind.requests.draft(self.asker, [Idea(brief=brief)])
        return draft

    async def pictures(self, draft: Draft, account: str) -> list[Image.Image]:
        version = draft.version(account)
        assert version is not None
        return [Image.open(io.BytesIO(await self.admind.blobs.get(each.sha256))) for each in version.media]


@asynccontextmanager
async def house_at(folder: Path, more: Mapping[str, str] | None = None) -> AsyncIterator[House]:
    environ = {
        "ADMIND_DATA_DIR": str(folder),
        "ADMIND_TIMEZONE": "Europe/Zurich",
        "ADMIND_PUBLIC_URL": "https://news.velo.example",  # Instagram fetches its pictures
        **(more or {}),
    }
    async with AdMind(load_settings(environ), clock=MovableClock()) as admind:
        await admind.start()
        await admind.loaded()
        owner = (await admind.people.members(admind.workspace.id))[0]
        home, change = admind.workspace, Change(admind.workspace.id)
        for channel in ("linkedin", "instagram", "bluesky"):
            account = Account(
                id=f"a_{channel}", workspace=home.id, brand=home.default_brand, channel=channel, name=channel,
                remote_id=channel, posted=True, created_at=admind.clock.now(),
            )  # fmt: skip
            admind.people.store.accounts.put(change, account, account.id, ver=None, at=1.0)
        await commit(admind.database, change)
        yield House(admind, owner)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_at(tmp_path) as found:
        yield found


async def test_one_set_of_cards_is_a_document_a_set_or_as_many_as_a_channel_takes(house: House) -> None:
    draft = await house.drafted()
    count = len(draft.slides)
    assert draft.brief.carousel and 5 <= count <= 8, draft.slides
    versions = {each.account: each for each in draft.versions}
    assert versions["a_linkedin"].pages == count == len(versions["a_instagram"].media)
    sealed = await house.admind.versions.payload(versions["a_linkedin"])
    assert sealed.extra["document"] == draft.title and sealed.extra["made"] == "pdf-1"
    on_bluesky = versions["a_bluesky"].media
    assert len(on_bluesky) == 4
    assert draft.slides[-1].headline in on_bluesky[-1].alt, "the last page says what to do"
    told = [finding for finding in draft.findings if finding.account == "a_bluesky" and finding.rule == "picture"]
    assert len(told) == 1 and f"so {count - 4} pages" in told[0].reason
    assert [each.size for each in await house.pictures(draft, "a_instagram")] == [(1080, 1350)] * count
    for page, medium in zip(draft.slides, versions["a_instagram"].media, strict=True):
        assert f"“{page.headline}”" in medium.alt and medium.source == "card"
    assert len({medium.sha256 for medium in versions["a_instagram"].media}) == count
    claimed = {claim.text for claim in draft.claims}
    assert "20%" in claimed and not [each for each in draft.findings if each.severity == "block"]

    other = await house.admind.requests.revise(house.asker, draft.id, "replace 20% with 25%")
    assert any("25%" in page.headline + page.sub + page.offer for page in other.slides)
    assert not any("20%" in page.headline + page.sub + page.offer for page in other.slides)
    [changed] = [each for each in other.versions if each.account == "a_instagram"]
    assert any("25%" in medium.alt for medium in changed.media)

    card = await house.admind.requests.revise(house.asker, other.id, "with an image")
    assert card.slides == () and not card.brief.carousel
    assert all(len(each.media) == 1 and each.pages == 0 for each in card.versions)
    again = await house.admind.requests.revise(house.asker, card.id, "make it a carousel")
    assert len(again.slides) >= 3 and again.brief.carousel


async def test_too_little_becomes_one_card_and_says_so(house: House) -> None:
    bare = Brief(request="A carousel about our spring sale", topic="our spring sale", language="en")
    draft = await house.drafted(bare)
    assert not draft.slides and all(len(each.media) == 1 for each in draft.versions)
    assert TOO_LITTLE in [finding.reason for finding in draft.findings]


async def test_what_a_page_claims_is_checked_like_the_text(tmp_path: Path) -> None:
    points = [{"headline": "50% off helmets", "text": ""}, {"headline": "Guaranteed for life", "text": ""}]
    slides = {"title": "Spring sale", "slides": points, "call": "Come by"}

    def answer(request: Request) -> Reply:
        if schema_of(request) == "Slides":
            return Say(json.dumps(slides))
        text = "Spring sale: 20% off all bikes until 31 May. https://velo.example/sale"
        return copywriting(request, text, card={"headline": "Spring sale"})

    async with OpenAIServer() as server:
        server.answer = answer
        async with house_at(tmp_path, {"ADMIND_MODEL": "openai:gpt-5.5", **server.keys()}) as house:
            draft = await house.drafted()
    unproven = [claim.text for claim in draft.claims if claim.support is None]
    assert "50%" in unproven
    assert any("50%" in finding.reason for finding in draft.findings if finding.rule == "claims" or finding.claim)
    assert any(finding.severity == "block" for finding in draft.findings), "a guarantee is in the way"
    assert any(stamp.startswith("slides@2+") for stamp in draft.made_with.prompts)


async def test_a_signed_document_is_sealed_and_stays_while_its_pages_do(tmp_path: Path) -> None:
    c2pa = pytest.importorskip("c2pa")
    made = make_trial_certificate(datetime.now(UTC))
    (tmp_path / "chain.pem").write_bytes(made.chain)
    (tmp_path / "key.pem").write_bytes(made.key)
    files = {"ADMIND_C2PA_CHAIN": str(tmp_path / "chain.pem"), "ADMIND_C2PA_KEY": str(tmp_path / "key.pem")}
    async with house_at(tmp_path / "data", files) as house:
        draft = await house.drafted()
        version = draft.version("a_linkedin")
        assert version is not None
        sealed = await house.admind.versions.payload(version)
        assert sealed.extra["made"] == "pdf-2" and sealed.digest == version.digest
        data = await house.admind.blobs.get(sealed.extra["file"])
        assert len(PdfDocument(data)) == version.pages and data.count(b"/Alt") == version.pages
        with c2pa.Reader("application/pdf", io.BytesIO(data)) as reader:
            manifest = json.loads(reader.json())
        active = manifest["manifests"][manifest["active_manifest"]]
        assert "algorithmicMedia" in json.dumps(active["assertions"])
        worded = await house.admind.requests.word(house.asker, draft.id, {"a_bluesky": "Other words."})
        kept = worded.version("a_linkedin")
        assert kept is not None and kept.digest == version.digest, "whoever approved it need not do so again"
        channel = house.admind.channels["linkedin"]
        account = (await house.admind.people.store.accounts.get(draft.workspace, "a_linkedin")).record
        assert await channel.document(sealed, house.admind.doors(account)) == data  # type: ignore[attr-defined]


@pytest.mark.parametrize("public", ["", "https://news.velo.example"])
async def test_where_nobody_could_look_at_them_articles_go_without_pictures_and_say_so(
    tmp_path: Path, public: str
) -> None:
    async with house_at(tmp_path, {"ADMIND_PUBLIC_URL": public}) as house:
        home, change = house.admind.workspace, Change(house.admind.workspace.id)
        account = Account(
            id="a_devto", workspace=home.id, brand=home.default_brand, channel="devto", name="DEV", remote_id="devto",
            posted=True, created_at=house.admind.clock.now(),
        )  # fmt: skip
        house.admind.people.store.accounts.put(change, account, account.id, ver=None, at=1.0)
        await commit(house.admind.database, change)
        brief = Brief(request="Post our sale", topic="our spring sale", image="card", language="en")
        [draft] = await house.admind.requests.draft(house.asker, [Idea(brief=brief, accounts=("DEV", "bluesky"))])
        told = [each.reason for each in draft.findings if each.rule == "picture" and each.account == "a_devto"]
        assert [len(each.media) for each in sorted(draft.versions, key=lambda each: each.account)] == [1, bool(public)]
        assert len(told) == (0 if public else 1) and all("no public https address" in each for each in told)
        assert not [each for each in draft.findings if each.severity == "block"]
