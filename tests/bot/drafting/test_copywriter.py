"""The copywriter gives a clean text for every account, whatever the model answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checks.addresses import unknown_addresses
from bot.drafting.copywriter import AccountText, CardText, Copywriter, Need, PostCopy, RevisedCopy
from bot.drafting.tidying import length_in, trimmed, visible, without_unknown
from bot.errors import AdMindError
from bot.llm.offline import OfflineModel
from bot.llm.structured import structured
from storage.drafts import Brief
from storage.team import Brand

BRAND = Brand(id="b_1", workspace="w_1", name="Velo Müller", created_at=datetime(2026, 11, 1, tzinfo=UTC))
BRIEF = Brief(
    request="announce our spring sale, 20% off all bikes until 31 May https://velo.example/sale",
    topic="our spring sale",
    goal="promote",
    offer="20% off all bikes",
    deadline="until 31 May",
    link="https://velo.example/sale",
    image="card",
)
FEED = Need("a_1", "Feed", "feed", None, "characters", picture=True, alt_limit=500)
SHORT = Need("a_2", "Short", "short", 100, "characters")


class Recorded:
    """Answers in turn, and what was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.documents: list[dict[str, Any]] = []

    async def __call__(self, schema: type[Any], messages: list[Any]) -> Any:
        assert [message.type for message in messages] == ["system", "human"]
        self.documents.append(json.loads(messages[-1].text))
        return self.answers[min(len(self.documents), len(self.answers)) - 1]


def copy(*texts: str, **more: Any) -> PostCopy:
    pairs = zip(("a_1", "a_2"), texts, strict=False)
    return PostCopy(versions=[AccountText(account=a, text=t) for a, t in pairs], **more)


def offline() -> Copywriter:
    model = OfflineModel()
    return Copywriter(lambda schema, messages: structured(model, schema, messages))


async def test_the_offline_model_writes_and_revises_through_the_same_door() -> None:
    written = await offline().write(BRIEF, BRAND, [FEED, SHORT], variants=3, seed="d_1")
    assert [each.account for each in written.copy.versions] == ["a_1", "a_2"]
    assert len(written.copy.variants) == 2
    assert written.prompts[0].startswith("copywriter@4+")
    assert "“Spring sale”" in written.copy.alt and "“20% off all bikes until 31 May”" in written.copy.alt
    current = {each.account: each.text for each in written.copy.versions}
    revised = await offline().revise(
        BRIEF, BRAND, [FEED, SHORT], current, written.copy.card, "make it 25% instead of 20%", seed="d_1:2"
    )
    assert all("25%" in each.text for each in revised.copy.versions)
    assert revised.copy.card is not None and revised.copy.card.offer == "25%" and "25%" in revised.copy.alt


async def test_a_question_comes_back_when_the_instruction_is_not_understood() -> None:
    revised = await offline().revise(BRIEF, BRAND, [FEED], {"a_1": "Hello."}, None, "make it pop", seed="s")
    assert not revised.copy.understood and "make it pop" in revised.copy.question


async def test_an_answer_that_breaks_a_rule_is_asked_for_once_more_with_the_reasons() -> None:
    ask = Recorded(copy("See https://evil.example/x now.", "y" * 130), copy("All good.", "Fine."))
    written = await Copywriter(ask).write(BRIEF, BRAND, [FEED, SHORT], seed="s")
    problems = ask.documents[1]["repair"]["problems"]
    assert any("evil.example" in each for each in problems) and any("130" in each for each in problems)
    assert [each.text for each in written.copy.versions] == ["All good.", "Fine."]


async def test_what_stays_wrong_after_the_repair_is_mended_by_code() -> None:
    bad = copy(
        "Sale! More at https://evil.example/x. Ask @velo_ceo or mail me@evil.example. https://velo.example/sale",
        "First sentence here. " * 8 + "\nhttps://velo.example/sale",
    )
    ask = Recorded(bad)
    written = await Copywriter(ask).write(BRIEF, BRAND, [FEED, SHORT], seed="s")
    feed, short = (each.text for each in written.copy.versions)
    assert "evil" not in feed and "@" not in feed and "https://velo.example/sale" in feed
    assert len(short) <= 100 and short.endswith("https://velo.example/sale") and "sentence here.\n" in short
    assert len(ask.documents) == 2


async def test_a_missing_version_is_made_from_another_and_strangers_are_dropped() -> None:
    answer = PostCopy(versions=[AccountText(account="a_1", text="Hello."), AccountText(account="x", text="Bye.")])
    written = await Copywriter(Recorded(answer)).write(BRIEF, BRAND, [FEED, SHORT], seed="s")
    assert {each.account: each.text for each in written.copy.versions} == {"a_1": "Hello.", "a_2": "Hello."}


async def test_no_text_at_all_is_an_error_for_the_person() -> None:
    with pytest.raises(AdMindError, match="no text"):
        await Copywriter(Recorded(PostCopy(versions=[]))).write(BRIEF, BRAND, [FEED], seed="s")


async def test_exact_words_are_never_cut() -> None:
    brief = BRIEF.model_copy(update={"verbatim": "Long and exact. " * 12})
    written = await offline().write(brief, BRAND, [SHORT], seed="s")
    assert brief.verbatim.strip() in written.copy.versions[0].text


async def test_the_channel_s_own_measure_decides() -> None:
    counted: list[str] = []

    def double(need: Need, text: str) -> int:
        counted.append(text)
        return 2 * len(text)

    ask = Recorded(copy("x", "One sentence. Two sentence. Three sentence. Four sentence."))
    written = await Copywriter(ask, measure=double).write(BRIEF, BRAND, [FEED, SHORT], seed="s")
    assert written.copy.versions[1].text == "One sentence. Two sentence. Three sentence." and counted


async def test_a_revision_without_a_card_draws_none_and_unnamed_texts_stay() -> None:
    answer = RevisedCopy(
        understood=True, versions=[AccountText(account="a_1", text="New.")], card=CardText(headline="Surprise")
    )
    revised = await Copywriter(Recorded(answer)).revise(
        BRIEF, BRAND, [FEED, SHORT], {"a_1": "Old.", "a_2": "Same."}, None, "new", seed="s"
    )
    assert {each.account: each.text for each in revised.copy.versions} == {"a_1": "New.", "a_2": "Same."}
    assert revised.copy.card is None


@given(st.text(max_size=200))
def test_hidden_characters_and_room_calls_never_pass(text: str) -> None:
    cleaned = visible(text + " @everyone <!channel> \u202eoff\x00")
    assert "everyone" not in cleaned and "\u202e" not in cleaned and "\x00" not in cleaned
    assert cleaned.encode("utf-8")


@given(
    st.lists(
        st.sampled_from(["See https://a.example/x", "b.example", "me@c.example", "@dora", "and", "a sale."]), max_size=8
    )
)
def test_no_address_survives_that_nobody_gave(parts: list[str]) -> None:
    cleaned = without_unknown(" ".join(parts), ["https://known.example"])
    assert unknown_addresses(cleaned, ["https://known.example"]) == ()


@given(
    st.lists(st.text(alphabet="abc äö😀", min_size=1, max_size=30), min_size=1, max_size=8),
    st.integers(40, 200),
    st.sampled_from(["characters", "graphemes", "bytes", "weighted characters"]),
)
@settings(max_examples=150)
def test_trimming_reaches_the_limit_and_keeps_the_link(parts: list[str], limit: int, unit: str) -> None:
    link = "https://v.example/s"
    text = " ".join(f"A{part.strip()}." for part in parts) + f"\n\nMore: {link}"

    def fits(candidate: str) -> bool:
        return length_in(unit, candidate) <= limit

    cut = trimmed(text, fits)
    assert fits(cut) and link in cut


def _x(text: str) -> int:
    return length_in("weighted characters", text)


@pytest.mark.parametrize(
    ("measure", "text", "count"),
    [
        (_x, "https://velo.example/" + "a" * 80, 23),
        (_x, "日本", 4),
        (_x, "plain", 5),
        (lambda text: length_in("graphemes", text), "👩‍👩‍👧a", 2),
        (lambda text: length_in("bytes", text), "ä", 2),
    ],
)
def test_lengths_are_counted_as_channels_do(measure: Callable[[str], int], text: str, count: int) -> None:
    assert measure(text) == count
