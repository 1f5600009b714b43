"""What a team wrote of its brand holds in the drafts: small print below the text, an account's own language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from storage.drafts import Draft
from tests.bot.workflow.test_disclosure import Shop, shop_in
from tests.bot.workflow.test_requests import SALE

HELMETS = "Helmets save lives."


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_in(tmp_path) as opened:
        yield opened


async def _brand(shop: Shop, **changes: Any) -> None:
    home = shop.admind.workspace
    await shop.admind.office.change_brand(home.id, shop.owner.id, home.default_brand, changes)


def _rules(draft: Draft) -> list[str]:
    return [finding.rule for finding in draft.findings if finding.severity == "block"]


async def test_small_print_stands_below_the_text_and_survives_a_revision(shop: Shop) -> None:
    await _brand(shop, profile={"disclaimers": [{"text": HELMETS, "channels": ["x"]}]})
    draft = await shop.drafted(SALE)
    on_x, sealed = await shop.version(draft, shop.x)
    assert on_x.text.endswith(f"\n\n{HELMETS}") and on_x.length <= 280
    assert sealed.parts[-1].text.endswith(HELMETS)
    assert HELMETS not in (await shop.version(draft, shop.feed))[0].text
    revised = await shop.admind.requests.revise(shop.asker(), draft.id, "make it shorter")
    again, _ = await shop.version(revised, shop.x)
    assert again.text != on_x.text and again.text.count(HELMETS) == 1
    assert "disclaimer" not in _rules(revised)


async def test_small_print_that_a_person_takes_out_stands_in_the_way(shop: Shop) -> None:
    await _brand(shop, profile={"disclaimers": [{"text": HELMETS}]})
    draft = await shop.drafted(SALE)
    edited = await shop.admind.requests.word(shop.asker(), draft.id, {shop.x: "20% off all bikes until 31 May."})
    assert (await shop.version(edited, shop.x))[0].text == "20% off all bikes until 31 May."
    assert _rules(edited) == ["disclaimer"]


async def test_an_account_speaks_its_own_language(shop: Shop) -> None:
    home = shop.admind.workspace
    await shop.admind.office.set_account_audience(home.id, shop.owner.id, shop.x, language="de-CH", region="ch")
    draft = await shop.drafted(SALE.model_copy(update={"paid_partnership": True, "partner": "Velo AG"}))
    _, on_x = await shop.version(draft, shop.x)
    on_feed, _ = await shop.version(draft, shop.feed)
    assert on_x.disclosure == ("paid_partnership",)
    assert on_feed.text.startswith("Ad · ")
    account = await shop.admind.looking.accounts(home.id, shop.owner.id)
    assert {(each.language, each.region) for each in account.items} == {("", ""), ("de-CH", "CH")}


async def test_every_post_carries_the_brands_hashtags_where_they_are_welcome(shop: Shop) -> None:
    await _brand(shop, profile={"hashtags": {"always": ["velo"], "most": 2}})
    draft = await shop.drafted(SALE.model_copy(update={"hashtags": ("sale", "bikes")}))
    text = (await shop.version(draft, shop.x))[0].text
    assert text.endswith("#sale #velo")
    assert "hashtag" not in [finding.rule for finding in draft.findings if finding.account == shop.x]
