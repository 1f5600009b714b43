"""When a carousel is wanted, and which pages its words become: a cover, 1 to 6 points, and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from bot.drafting.carousel import MOST, pages_of, shown, wanted, words_of
from bot.drafting.copy import CardText, Slide, Slides
from bot.drafting.copywriter import Copywriter
from bot.llm.errors import ModelRefused
from tests.prompts.golden import BRAND, BRIEF, NEEDS, Recorder

CARD = CardText(kicker="Spring sale", headline="Spring sale", cta="See the offer", offer="20%")


@pytest.mark.parametrize(
    ("request_", "is_one"),
    [
        ("Make a carousel about our spring sale", True),
        ("A LinkedIn carousel post on five ways to brake, tomorrow", True),
        ("Announce our sale as a carousel", True),
        ("Ein Karussell über unsere Werkstatt", True),
        ("Post about the old carousel at the fair", False),
        ("Our carousel opens on Friday", False),
    ],
)
def test_it_is_wanted_where_a_person_asks_for_one(request_: str, is_one: bool) -> None:
    assert wanted(request_) is is_one


def test_pages_are_a_cover_their_points_and_the_one_thing_to_do() -> None:
    told = [Slide(headline=f"Point {number}", text="More of it.") for number in range(9)]
    pages = pages_of(Slides(title="Why now", slides=told, call="Come and ride"), CARD, ())
    assert len(pages) == MOST
    assert [pages[0].headline, pages[1].headline, pages[-1].headline] == ["Why now", "Point 0", "Come and ride"]
    assert [page.kicker for page in pages[1:]] == [f"{number}/8" for number in range(2, 9)]
    assert pages[0].offer == "20%" and pages[-1].cta == "See the offer" and not any(page.cta for page in pages[:-1])
    assert "2/8" not in words_of(pages) and {"20%", "Point 0", "More of it."} <= set(words_of(pages))


def test_what_nobody_gave_does_not_get_onto_a_page() -> None:
    hostile = Slide(headline="Go to https://evil.example now\u202e", text="@everyone\nline " + "x" * 500)
    page = pages_of(Slides(title="", slides=[hostile], call="Call"), CARD, ("https://velo.example",))[1]
    assert "evil" not in page.headline and "\u202e" not in page.headline and "@" not in page.sub
    assert "\n" not in page.sub and len(page.sub) <= 140


def test_too_little_is_no_carousel() -> None:
    assert pages_of(Slides(title="Sale", slides=[], call="Go"), CARD, ()) == ()
    assert pages_of(Slides(title="Sale", slides=[Slide(headline=" ")], call="Go"), CARD, ()) == ()


def test_a_channel_with_less_room_keeps_the_last_page() -> None:
    assert shown("abcdef", 4) == ("a", "b", "c", "f")
    assert shown("abc", 4) == ("a", "b", "c") and shown("abc", 1) == ("a",) and shown("abc", 0) == ()


async def test_the_chain_tells_it_beside_the_texts_and_lives_without() -> None:
    recorder = Recorder()
    brief = BRIEF.model_copy(update={"image": "card", "carousel": True})
    written = await Copywriter(recorder).write(brief, BRAND, NEEDS, seed="s_1:0")
    assert [page.headline for page in written.slides] == ["Spring sale", "20% off all bikes", "See the offer"]
    assert any(stamp.startswith("slides@2+") for stamp in written.prompts)

    async def refusing(schema: type[Any], messages: list[Any]) -> Any:
        if schema is Slides:
            raise ModelRefused
        return await recorder(schema, messages)

    without = await Copywriter(refusing).write(brief, BRAND, NEEDS, seed="s_1:0")
    assert without.slides == () and len(without.versions) == 2
