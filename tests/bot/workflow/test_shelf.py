"""The media library: names, tags and rights, pictures used again by name, and look-alikes."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.chat import DecisionRequest
from bot.errors import BadInput, NotAllowed
from bot.workflow.library import Card, tags_of
from storage.commit import Change
from storage.drafts import Verdict
from storage.posts import PostState
from storage.stores import PostStore
from storage.team import Role
from tests.bot.artwork.samples import encoded, photo
from tests.bot.workflow.test_generated_pictures import WISH, Shop, shop_in
from tests.bot.workflow.test_requests import SALE
from tests.fakes.image_server import Show

FRONT = WISH.model_copy(update={"image": "card", "library": "shop front"})


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_in(tmp_path) as opened:
        yield opened


async def kept(shop: Shop, seed: int = 2, **card: object) -> str:
    """A picture in the library, described so; its sha256."""
    workspace = shop.admind.workspace
    item = await shop.admind.library.upload(
        workspace.id, workspace.default_brand, shop.owner, encoded(photo(640, 480, seed=seed), "JPEG")
    )
    await shop.admind.library.describe(workspace.id, shop.owner, item.sha256, Card(**card), "test")  # type: ignore[arg-type]
    return item.sha256


async def test_a_picture_is_used_again_by_its_name_with_its_description_and_origin(shop: Shop) -> None:
    sha256 = await kept(shop, name="Shop front", tags="#Shop, Summer", alt="Our shop in the morning sun")
    draft = await shop.drafted(FRONT)
    medium, _, kind = await shop.picture(draft)
    assert draft.brief.uploads == (sha256,)
    assert (medium.alt, medium.source, kind) == ("Our shop in the morning sun", "upload", "digitalCreation")
    by_tag = await shop.drafted(FRONT.model_copy(update={"library": "#summer"}))
    assert by_tag.brief.uploads == (sha256,)
    revised = await shop.admind.requests.revise(
        shop.asker, (await shop.drafted(SALE)).id, "use the picture “Shop front” from the library"
    )
    assert revised.brief.uploads == (sha256,)


async def test_a_name_that_nothing_has_is_a_question_that_names_what_there_is(shop: Shop) -> None:
    with pytest.raises(BadInput, match="has a name or a tag yet"):
        await shop.drafted(FRONT)
    await kept(shop, name="Workshop")
    with pytest.raises(BadInput, match="Workshop"):
        await shop.drafted(FRONT)


async def test_a_lapsed_picture_is_not_offered(shop: Shop) -> None:
    sha256 = await kept(shop, name="Shop front", rights_until=date(2020, 1, 1))
    with pytest.raises(BadInput, match="rights"):
        await shop.drafted(FRONT)
    workspace = shop.admind.workspace
    with pytest.raises(BadInput, match="rights"):
        await shop.admind.library.mine(workspace.id, workspace.default_brand, sha256)


async def test_rights_that_end_before_the_post_stand_in_its_way(shop: Shop) -> None:
    await kept(shop, name="Shop front", rights_until=(shop.clock.now() + timedelta(days=1)).date())
    draft = await shop.drafted(FRONT)  # in three days
    assert [finding.rule for finding in draft.findings if finding.severity == "block"] == ["rights"]
    decided = await shop.admind.decisions.decide(_approval(shop, draft))
    assert decided.draft.status != "approved"


async def test_rights_taken_back_after_the_approval_keep_the_post_from_going_out(shop: Shop) -> None:
    sha256 = await kept(shop, name="Shop front")
    draft = await shop.drafted(FRONT)
    approved = (await shop.admind.decisions.decide(_approval(shop, draft))).draft
    assert approved.status == "approved"
    yesterday = (shop.clock.now() - timedelta(days=1)).date()
    await shop.admind.library.describe(draft.workspace, shop.owner, sha256, Card(rights_until=yesterday), "test")
    assert approved.due is not None
    shop.clock.move(approved.due - shop.clock.now() + timedelta(minutes=1))
    shop.admind.publisher.open.set()
    post_id = approved.versions[0].post
    await shop.admind.publisher.publish(draft.workspace, post_id)
    [post] = await PostStore(shop.admind.database).many(draft.workspace, [post_id])
    assert (post.state, post.failure and post.failure.code) == (PostState.failed, "rights")
    assert post.receipt is None


def _approval(shop: Shop, draft: object) -> DecisionRequest:
    return DecisionRequest(
        workspace=draft.workspace, draft=draft.id, member=shop.owner.id, verdict=Verdict.approve,  # type: ignore[attr-defined]
        digest=draft.digest, surface="test", at=shop.clock.now(),  # type: ignore[attr-defined]
    )  # fmt: skip


async def test_what_people_said_of_a_picture_outlives_sending_it_again(shop: Shop) -> None:
    sha256 = await kept(shop, name="Shop front", tags="shop", rights_until=date(2030, 1, 1))
    workspace = shop.admind.workspace
    again = await shop.admind.library.upload(
        workspace.id, workspace.default_brand, shop.owner, encoded(photo(640, 480, seed=2), "JPEG")
    )
    assert (again.sha256, again.name, again.tags, again.rights_until) == (
        sha256,
        "Shop front",
        ("shop",),
        date(2030, 1, 1),
    )


async def test_look_alikes_are_told(shop: Shop) -> None:
    sha256 = await kept(shop)
    workspace = shop.admind.workspace
    smaller = photo(640, 480, seed=2).resize((500, 375))
    out = io.BytesIO()
    smaller.save(out, "WEBP", quality=60)
    item = await shop.admind.library.upload(workspace.id, workspace.default_brand, shop.owner, out.getvalue())
    assert [each.sha256 for each in await shop.admind.library.alike(item)] == [sha256]
    other = await shop.admind.library.upload(
        workspace.id, workspace.default_brand, shop.owner, encoded(photo(640, 480, seed=99))
    )
    assert await shop.admind.library.alike(other) == ()


async def test_a_generated_picture_stays_one_when_it_is_used_again(shop: Shop) -> None:
    draft = await shop.drafted(WISH, Show(encoded(photo(640, 640))))
    made = draft.made_with.picture
    assert made is not None
    await shop.admind.library.describe(draft.workspace, shop.owner, made.sha256, Card(name="Red bike"), "test")
    again = await shop.drafted(FRONT.model_copy(update={"library": "red bike"}))
    medium, _, kind = await shop.picture(again)
    assert (medium.source, kind) == ("generated", "trainedAlgorithmicMedia")
    assert "ai_generated" in again.versions[0].disclosure


async def test_a_client_changes_nothing_in_the_library(shop: Shop) -> None:
    sha256 = await kept(shop)
    change = Change(shop.admind.workspace.id)
    brand = shop.admind.workspace.default_brand
    client = shop.admind.people.add(change, "Cleo", {brand: frozenset({Role.client})}, [], shop.clock.now())
    await shop.admind.people.save(change)
    with pytest.raises(NotAllowed):
        await shop.admind.library.describe(shop.admind.workspace.id, client, sha256, Card(name="Mine"), "test")


def test_tags_are_read_as_people_type_them() -> None:
    assert tags_of("#Shop, summer;  Big   Sale\n#shop,,") == ("shop", "summer", "big sale")
