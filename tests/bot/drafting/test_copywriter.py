"""The copywriter gives a clean text for every account, whatever the model answers."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checks.addresses import unknown_addresses
from bot.drafting.copy import (
    AccountCopy,
    AccountText,
    CardText,
    CopyReview,
    Need,
    PostPlan,
    Problem,
    RevisedCopy,
    Written,
)
from bot.drafting.copywriter import Copywriter
from bot.drafting.tidying import length_in, trimmed, visible, without_unknown
from bot.errors import AdMindError
from bot.llm.errors import ModelMuddled, ModelRefused, ModelUnavailable
from bot.llm.offline import OfflineModel
from bot.llm.structured import structured
from storage.budget import OverBudget
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
    """A model that writes as told; `documents` is what it was asked, by schema."""

    def __init__(
        self,
        *texts: dict[str, str] | Exception,
        plan: PostPlan | None = None,
        problems: Sequence[Problem] | Exception = (),
        revised: RevisedCopy | None = None,
    ) -> None:
        self.texts = list(texts)  # the first is what is written at first, the next ones each repair's
        self.plan = plan or PostPlan(title="Sale", card=CardText(headline="Spring sale"))
        self.problems = problems
        self.revised = revised
        self.documents: dict[str, list[dict[str, Any]]] = {}
        self.asked: dict[str, int] = {}
        self.at_once = self.most_at_once = 0

    async def __call__(self, schema: type[Any], messages: list[Any]) -> Any:
        assert [message.type for message in messages] == ["system", "human"]
        document = json.loads(messages[-1].text)
        self.documents.setdefault(schema.__name__, []).append(document)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        answer = self._answer(schema, document)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _answer(self, schema: type[Any], document: dict[str, Any]) -> Any:
        if schema is PostPlan:
            return self.plan
        if schema is CopyReview:
            problems = self.problems
            return problems if isinstance(problems, Exception) else CopyReview(problems=list(problems))
        if schema is RevisedCopy:
            return self.revised
        account = f"{document['need']['account']}:{document['variant']}"
        turn = self.asked[account] = self.asked.get(account, -1) + 1
        texts = self.texts[min(turn, len(self.texts) - 1)]
        if isinstance(texts, Exception):
            return texts
        text = texts.get(account, texts.get(document["need"]["account"], ""))
        return ModelRefused() if text == "REFUSED" else AccountCopy(text=text)


def both(feed: str, short: str) -> dict[str, str]:
    return {"a_1": feed, "a_2": short}


def said(written: Written) -> list[str]:
    return [each.text for each in written.versions]


def offline() -> Copywriter:
    model = OfflineModel()
    return Copywriter(lambda schema, messages: structured(model, schema, messages))


async def test_the_offline_model_writes_and_revises_through_the_same_door() -> None:
    written = await offline().write(BRIEF, BRAND, [FEED, SHORT], variants=3, seed="d_1")
    assert [each.account for each in written.versions] == ["a_1", "a_2"]
    assert len(written.variants) == 2 and len(written.ideas) == 3
    assert [stamp.split("+")[0] for stamp in written.prompts] == ["planner@2", "copywriter@6", "critic@2"]
    assert "“Spring sale”" in written.alt and "“20% off all bikes until 31 May”" in written.alt
    current = {each.account: each.text for each in written.versions}
    revised = await offline().revise(
        BRIEF, BRAND, [FEED, SHORT], current, written.card, "make it 25% instead of 20%", seed="d_1:2"
    )
    assert all("25%" in each.text for each in revised.copy.versions)
    assert revised.copy.card is not None and revised.copy.card.offer == "25%" and "25%" in revised.copy.alt


async def test_a_question_comes_back_when_the_instruction_is_not_understood() -> None:
    revised = await offline().revise(BRIEF, BRAND, [FEED], {"a_1": "Hello."}, None, "make it pop", seed="s")
    assert not revised.copy.understood and "make it pop" in revised.copy.question


async def test_each_account_is_written_for_by_itself_side_by_side_from_one_plan() -> None:
    plan = PostPlan(facts=["20% off all bikes", "Free coffee for all"], ideas=["the price"], title="Sale")
    ask = Recorded(both("Long one.", "Short one."), plan=plan)
    written = await Copywriter(ask).write(BRIEF, BRAND, [FEED, SHORT], seed="s")
    assert said(written) == ["Long one.", "Short one."] and written.rounds == 0
    first, second = ask.documents["AccountCopy"]
    assert [each["need"]["account"] for each in (first, second)] == ["a_1", "a_2"] and ask.most_at_once == 2
    assert first["plan"] == second["plan"] == {"facts": ["20% off all bikes"], "idea": "the price"}
    assert len(ask.documents["CopyReview"]) == 1


async def test_variants_differ_in_idea_and_doubles_are_left_out() -> None:
    plan = PostPlan(ideas=["the price", "the riders", "the price again"])
    ask = Recorded({"a_1:0": "Cheap bikes.", "a_1:1": "Meet Ana.", "a_1:2": "Cheap bikes."}, plan=plan)
    written = await Copywriter(ask).write(BRIEF, BRAND, [FEED], variants=3, seed="s")
    assert said(written) == ["Cheap bikes."]
    assert [[each.text for each in telling] for telling in written.variants] == [["Meet Ana."]]
    assert written.ideas == ("the price", "the riders")


async def test_what_breaks_a_rule_is_written_anew_with_the_reasons_and_nothing_else_is() -> None:
    ask = Recorded(both("See https://evil.example/x now.", "Fine."), both("All good.", "Never asked for."))
    written = await Copywriter(ask).write(BRIEF, BRAND, [FEED, SHORT], seed="s")
    assert said(written) == ["All good.", "Fine."] and written.rounds == 1
    repair = ask.documents["AccountCopy"][2]
    assert repair["need"]["account"] == "a_1" and len(ask.documents["AccountCopy"]) == 3
    assert "evil.example" in repair["repair"]["problems"][0]
    assert repair["repair"]["previous"] == "See https://evil.example/x now."


async def test_the_models_own_second_look_and_the_checks_are_repaired_too() -> None:
    problems = [
        Problem(account="a_1", quote="Best bikes", reason="Nobody said so.", fix="Leave it out."),
        Problem(account="a_2", quote="words that do not stand there", reason="Wrong."),
        Problem(account="a_9", reason="No such account."),
    ]
    ask = Recorded(both("Best bikes here.", "Short."), both("Bikes here.", "Shorter."), problems=problems)
    seen: list[Mapping[str, str]] = []

    async def faults(texts: Mapping[str, str]) -> dict[str, list[str]]:
        seen.append(dict(texts))
        return {"a_2": ["“Short” is a word that the brand avoids."]} if texts["a_2"] == "Short." else {}

    written = await Copywriter(ask).write(BRIEF, BRAND, [FEED, SHORT], faults=faults, seed="s")
    assert said(written) == ["Bikes here.", "Shorter."] and len(seen) == 2
    told = {each["need"]["account"]: each["repair"]["problems"] for each in ask.documents["AccountCopy"][2:]}
    assert told == {
        "a_1": ["“Best bikes”: Nobody said so. Leave it out."],
        "a_2": ["“Short” is a word that the brand avoids."],
    }
    assert len(ask.documents["CopyReview"]) == 1


@pytest.mark.parametrize("rounds", [0, 1, 2, 3])
async def test_repairs_end_after_their_rounds_and_code_mends_the_rest(rounds: int) -> None:
    bad = both(
        "Sale! More at https://evil.example/x. Ask @velo_ceo or mail me@evil.example. https://velo.example/sale",
        "First sentence here. " * 8 + "\nhttps://velo.example/sale",
    )
    ask = Recorded(bad)
    written = await Copywriter(ask, rounds=rounds).write(BRIEF, BRAND, [FEED, SHORT], seed="s")
    feed, short = said(written)
    assert "evil" not in feed and "@" not in feed and "https://velo.example/sale" in feed
    assert len(short) <= 100 and short.endswith("https://velo.example/sale") and "sentence here.\n" in short
    assert len(ask.documents["AccountCopy"]) == 2 * (rounds + 1) and written.rounds == rounds


@pytest.mark.parametrize("trouble", [OverBudget("Enough."), ModelUnavailable("It is away."), ModelMuddled()])
async def test_when_a_second_look_or_a_repair_fails_what_is_written_stays(trouble: Exception) -> None:
    ask = Recorded(both("See https://evil.example/x now.", "Fine."), trouble, problems=trouble)
    written = await Copywriter(ask).write(BRIEF, BRAND, [FEED, SHORT], seed="s")
    assert said(written) == ["See now.", "Fine."]


async def test_an_account_that_the_model_refuses_gets_anothers_text() -> None:
    written = await Copywriter(Recorded(both("Hello.", "REFUSED"))).write(BRIEF, BRAND, [FEED, SHORT], seed="s")
    assert said(written) == ["Hello.", "Hello."]


@pytest.mark.parametrize("trouble", [OverBudget("Enough."), ModelUnavailable("It is away.")])
async def test_trouble_with_the_first_texts_is_told(trouble: Exception) -> None:
    with pytest.raises(type(trouble)):
        await Copywriter(Recorded(trouble)).write(BRIEF, BRAND, [FEED, SHORT], seed="s")


async def test_no_text_at_all_is_an_error_for_the_person() -> None:
    with pytest.raises(AdMindError):
        await Copywriter(Recorded(both("", ""))).write(BRIEF, BRAND, [FEED], seed="s")


async def test_exact_words_are_never_cut() -> None:
    brief = BRIEF.model_copy(update={"verbatim": "Long and exact. " * 12})
    written = await offline().write(brief, BRAND, [SHORT], seed="s")
    assert brief.verbatim.strip() in written.versions[0].text


async def test_a_thread_is_not_cut_to_one_post() -> None:
    thread = dataclasses.replace(SHORT, limit=None, thread=True)
    text = "A paragraph that holds alone.\n\n" * 8
    written = await Copywriter(Recorded({"a_2": text})).write(BRIEF, BRAND, [thread], seed="s")
    assert said(written) == [text.strip()]


async def test_the_channel_s_own_measure_decides() -> None:
    counted: list[str] = []

    def double(need: Need, text: str) -> int:
        counted.append(text)
        return 2 * len(text)

    ask = Recorded(both("x", "One sentence. Two sentence. Three sentence. Four sentence."))
    written = await Copywriter(ask, measure=double).write(BRIEF, BRAND, [FEED, SHORT], seed="s")
    assert said(written)[1] == "One sentence. Two sentence. Three sentence." and counted


async def test_a_card_can_be_had_alone() -> None:
    ask = Recorded(plan=PostPlan(card=CardText(headline="Sale at https://evil.example now", offer="20%")))
    card, alt = await Copywriter(ask).card(BRIEF, BRAND, [FEED], seed="s")
    assert card.headline == "Sale at now" and "“20%”" in alt and list(ask.documents) == ["PostPlan"]


async def test_a_revision_without_a_card_draws_none_and_unnamed_texts_stay() -> None:
    answer = RevisedCopy(
        understood=True, versions=[AccountText(account="a_1", text="New.")], card=CardText(headline="Surprise")
    )
    revised = await Copywriter(Recorded(revised=answer)).revise(
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
