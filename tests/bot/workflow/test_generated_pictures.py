"""Pictures that an image model makes: from the wish to the sealed bytes, what they cost, what stands in for them."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr

from bot.bootstrap import AdMind
from bot.clock import MovableClock
from bot.settings import Settings
from bot.workflow.requests import Asker, Idea
from storage.drafts import Brief, Draft
from storage.sealed import Medium
from storage.team import Member
from tests.bot.artwork.samples import encoded, photo
from tests.bot.workflow.test_requests import SALE
from tests.fakes.image_server import Fail, Filtered, Hang, ImageServer, Raw, Reply, Show

PNG = encoded(photo(640, 640))
WISH = SALE.model_copy(update={"image": "generate", "image_wish": "a red bike on a wet road"})
SAID = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@dataclass
class Shop:
    admind: AdMind
    server: ImageServer
    clock: MovableClock
    owner: Member

    @property
    def asker(self) -> Asker:
        home = self.admind.workspace
        return Asker(home.id, home.default_brand, self.owner.id, "v_1", "test", "en", "Europe/Zurich", by_agent=False)

    async def drafted(self, brief: Brief = WISH, *replies: Reply) -> Draft:
        self.server.script(*replies)
        (draft,) = await self.admind.requests.draft(self.asker, [Idea(brief=brief, when="in 3 days at 9am")])
        return draft

    async def picture(self, draft: Draft) -> tuple[Medium, Image.Image, str]:
        """The one picture, its pixels and the digital source type in its final bytes."""
        (medium,) = draft.versions[0].media
        data = await self.admind.blobs.get(medium.sha256)
        opened = Image.open(io.BytesIO(data))
        packet = opened.info.get("xmp") or opened.info["XML:com.adobe.xmp"].encode()
        return medium, opened, packet.decode().partition(SAID)[2].partition('"')[0]

    def told(self, draft: Draft) -> str:
        return " ".join(finding.reason for finding in draft.findings if finding.rule == "picture")

    async def spent(self) -> Decimal:
        return await self.admind.picture_budget.spent(self.admind.workspace.id)


@asynccontextmanager
async def shop_in(
    folder: Path, *, budget: str = "5", model: str = "openai:gpt-image-1", seconds: float = 5
) -> AsyncIterator[Shop]:
    clock = MovableClock()
    async with ImageServer("openai") as server:
        settings = Settings(
            data_dir=folder,
            timezone="Europe/Zurich",
            allow_hosts=frozenset({server.host}),
            image_model=model,
            image_url=server.url,
            image_key=SecretStr("sk-test-secret"),
            image_budget=Decimal(budget),
        ).model_copy(update={"image_seconds": seconds})
        async with AdMind(settings, clock=clock, queues=frozenset()) as admind:
            await admind.start()
            (owner,) = await admind.people.store.all(admind.people.store.members, admind.workspace.id)
            yield Shop(admind, server, clock, owner)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_in(tmp_path) as opened:
        yield opened


async def test_a_generated_picture_is_sealed_with_its_origin_its_words_and_its_price(shop: Shop) -> None:
    draft = await shop.drafted(WISH, Show(PNG))
    medium, opened, kind = await shop.picture(draft)
    assert (medium.source, kind) == ("generated", "trainedAlgorithmicMedia")
    assert opened.size == (640, 640)
    assert "a red bike on a wet road" in medium.alt
    made = draft.made_with.picture
    assert made is not None
    assert (made.model, made.price) == ("openai:gpt-image-1", "0.063")
    assert made.prompt_stamp.startswith("picture@1+")
    assert shop.server.requests[0].body["prompt"] == made.prompt
    assert "ai_generated" in draft.versions[0].disclosure
    assert await shop.spent() == Decimal("0.063")
    item = await shop.admind.media.get(draft.workspace, draft.brand, medium.sha256)
    assert item is not None
    assert item.made_from == made.sha256


async def test_words_are_set_over_it_and_it_says_that_it_is_composed(shop: Shop) -> None:
    draft = await shop.drafted(WISH.model_copy(update={"image_words": True}), Show(PNG))
    medium, _, kind = await shop.picture(draft)
    assert (medium.source, kind) == ("generated", "compositeWithTrainedAlgorithmicMedia")
    assert draft.card is not None
    assert draft.card.headline in medium.alt
    assert draft.made_with.card_layout == "aurora"


async def test_other_words_are_set_over_the_same_picture_without_paying_again(shop: Shop) -> None:
    draft = await shop.drafted(WISH.model_copy(update={"image_words": True}), Show(PNG))
    revised = await shop.admind.requests.revise(shop.asker, draft.id, "replace Spring sale with Summer sale")
    assert len(shop.server.orders) == 1
    assert revised.made_with.picture == draft.made_with.picture
    assert (await shop.picture(revised))[2] == "compositeWithTrainedAlgorithmicMedia"


@pytest.mark.parametrize(
    ("reply", "said", "cost"),
    [
        (Fail(500), "failed", "0.063"),
        (Fail(401), "does not accept our key", "0"),
        (Filtered(), "refuses to make this picture", "0.063"),
        (Raw(b"<html>Bad gateway</html>"), "no picture", "0.063"),
        (Show(b"garbage that is no picture"), "can't be used", "0.063"),
        (Show(encoded(Image.new("RGB", (7000, 6000)))), "megapixels", "0.063"),
        (Show(encoded(Image.new("RGB", (64, 64), "white"))), "plain surface", "0.063"),
    ],
)
async def test_a_picture_that_fails_never_blocks_a_draft(shop: Shop, reply: Reply, said: str, cost: str) -> None:
    draft = await shop.drafted(WISH, reply)
    medium, _, kind = await shop.picture(draft)
    assert (medium.source, kind) == ("card", "algorithmicMedia")
    assert said in shop.told(draft)
    assert "A card was drawn instead." in shop.told(draft)
    assert medium.alt
    assert "red bike" not in medium.alt  # it says what is shown, not what was wished for
    assert "ai_generated" not in draft.versions[0].disclosure
    assert draft.made_with.picture is None
    assert await shop.spent() == Decimal(cost)


async def test_without_an_image_model_a_card_stands_in_and_says_so(tmp_path: Path) -> None:
    async with shop_in(tmp_path, model="") as shop:
        draft = await shop.drafted()
        assert "No image model is set up" in shop.told(draft)
        assert (await shop.picture(draft))[0].source == "card"


async def test_the_days_budget_ends_pictures_and_not_drafts(tmp_path: Path) -> None:
    async with shop_in(tmp_path, budget="0.10") as shop:
        first, second = await shop.drafted(WISH, Show(PNG)), await shop.drafted(WISH, Show(PNG))
        assert [(await shop.picture(each))[0].source for each in (first, second)] == ["generated", "card"]
        assert "budget for generated pictures is used up" in shop.told(second)
        assert len(shop.server.orders) == 1
        shop.clock.move(timedelta(days=1))
        third = await shop.drafted(WISH)
        assert (await shop.picture(third))[0].source == "generated"


async def test_a_revision_asks_for_a_picture_another_one_and_a_card_again(shop: Shop) -> None:
    draft = await shop.drafted(SALE)
    assert draft.brief.image != "generate"
    shop.server.script(Show(PNG), Show(encoded(photo(640, 640, seed=5))))
    made = await shop.admind.requests.revise(shop.asker, draft.id, "use a generated image of a red bike")
    first, _, _ = await shop.picture(made)
    assert (first.source, made.brief.image_wish) == ("generated", "a red bike")
    other = await shop.admind.requests.revise(shop.asker, draft.id, "another picture please")
    second, _, _ = await shop.picture(other)
    assert second.sha256 != first.sha256
    assert len(shop.server.orders) == 2
    card = await shop.admind.requests.revise(shop.asker, draft.id, "with an image")
    assert (await shop.picture(card))[0].source == "card"
    assert card.made_with.picture is None
    assert len(shop.server.orders) == 2


async def test_silence_ends_in_time_and_stays_counted(tmp_path: Path) -> None:
    async with shop_in(tmp_path, seconds=0.3) as shop:
        draft = await shop.drafted(WISH, Hang())
        assert "too long" in shop.told(draft) or "longer than" in shop.told(draft)
        assert await shop.spent() == Decimal("0.063")
