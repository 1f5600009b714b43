"""What models take is counted by the providers' own numbers and priced by table and setting; nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage
from pydantic import BaseModel

from bot.errors import Misconfigured
from bot.insights.costs import what_it_took
from bot.llm.budget import Meter, Payer, Spending
from bot.llm.chat_models import ModelChoice, build_model, close_model, price_in
from bot.llm.offline import OfflineModel
from bot.llm.prices import SOURCES, dollars, price_of, priced, table
from bot.llm.retry import RetryPolicy
from bot.llm.structured import structured
from bot.settings import load_settings
from bot.words import words
from storage.prices import read_prices
from storage.usage import Usage, plain
from tests.bot.llm.agents import CountingBudget
from tests.bot.llm.test_structured import filled as as_asked
from tests.bot.llm.wires import WIRES, Wire
from tests.fakes.model_server import Drop, Fail, Request, Say
from tests.fakes.openai_server import OpenAIServer

KEYS = {"OPENAI_API_KEY": "sk-test", "ANTHROPIC_API_KEY": "sk-ant-test"}


class Answer(BaseModel):
    text: str


def counted(request: Request) -> Say:
    """The answer as this protocol is asked for it, with numbers of its own."""
    said: Say = as_asked({"text": "Hello"})(request)
    return replace(said, input_tokens=1000, output_tokens=200)


def whole(request: Request) -> Say:
    return Say('{"text": "Hello"}', input_tokens=1000, output_tokens=200)


def test_a_price_is_that_of_a_million_tokens_and_cached_ones_have_their_own() -> None:
    usage = Usage(calls=1, tokens_in=1_000_000, tokens_cached=400_000, tokens_out=100_000)
    price = read_prices("openai:gpt-x=5/0.5/30")["openai:gpt-x"]
    assert price.of(usage) == Decimal("3") + Decimal("0.2") + Decimal("3")
    assert priced(usage, price).cost == "6.2"


def test_without_a_price_tokens_are_counted_and_that_is_said() -> None:
    usage = priced(Usage(calls=2, tokens_in=900, tokens_out=100), None)
    assert (usage.cost, usage.unpriced) == ("", 1000)
    assert what_it_took(usage, words("en")) == "2 calls · 1,000 tokens · price unknown"
    mixed = usage.plus(priced(Usage(calls=1, tokens_in=1000), table()["openai:gpt-5.5"]))
    assert what_it_took(mixed, words("en")) == "3 calls · 2,000 tokens · $0.0050 and 1,000 tokens of unknown price"
    assert what_it_took(Usage()) == ""


@pytest.mark.parametrize("name", ["openai:gpt-5.5", "openai:gpt-5-2025-08-07", "anthropic:claude-opus-4-5-20251101"])
def test_a_dated_snapshot_costs_what_its_model_does(name: str) -> None:
    assert price_of(name, table()) is not None


@pytest.mark.parametrize("name", ["openai:gpt-5.5-pro", "openai:gpt-5.5-2025", "ollama:llama3.1", "offline"])
def test_no_other_name_is_given_a_price(name: str) -> None:
    assert price_of(name, table()) is None


def test_every_provider_in_the_table_has_a_source() -> None:
    assert {name.partition(":")[0] for name in table()} == set(SOURCES)
    assert all(price.cached <= price.read <= price.written for price in table().values())


def test_a_setting_comes_before_the_table() -> None:
    prices = read_prices(" openai:gpt-5.5 = 1/2 , ollama:qwen3:8b=0/0 ")
    model = build_model(ModelChoice.parse("openai:gpt-5.5"), KEYS, prices=prices)
    own = price_in(model)
    assert own is not None and [own.read, own.cached, own.written] == [Decimal(1), Decimal(1), Decimal(2)]
    assert price_in(build_model(ModelChoice.parse("ollama:qwen3:8b"), KEYS, prices=prices)) is not None
    known = price_in(build_model(ModelChoice.parse("anthropic:claude-sonnet-5"), KEYS))
    assert known is not None and known.written == 10


@pytest.mark.parametrize(
    "text", ["gpt-5.5=1/2", "openai:x=1", "openai:x=a/b", "openai:x=-1/2", "openai:x=1/2/3/4", "x"]
)
def test_prices_that_cannot_be_read_are_refused_at_the_start(text: str) -> None:
    with pytest.raises(Misconfigured, match="ADMIND_MODEL_PRICES"):
        load_settings({"ADMIND_MODEL_PRICES": text})


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        ("", "$0.00"),
        ("0", "$0.00"),
        ("12.345", "$12.35"),
        ("0.5", "$0.50"),
        ("0.0312", "$0.031"),
        ("0.00031", "$0.00031"),
        ("0.0000001", "<$0.000001"),
    ],
)
def test_amounts_are_as_precise_as_they_need_to_be(cost: str, shown: str) -> None:
    assert dollars(cost) == shown


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=30))
def test_sums_lose_nothing(calls: list[tuple[int, int]]) -> None:
    price = table()["openai:gpt-5.4-mini"]
    parts = [priced(Usage(calls=1, tokens_in=read, tokens_out=written), price) for read, written in calls]
    total = Usage()
    for part in parts:
        total = total.plus(part)
    whole = Usage(tokens_in=sum(read for read, _ in calls), tokens_out=sum(written for _, written in calls))
    assert (total.cost or "0") == plain(price.of(whole))
    assert total.tokens == whole.tokens and total.calls == len(calls)


@pytest.mark.parametrize("wire", [wire for wire in WIRES if not wire.stream], ids=str)
async def test_each_providers_own_numbers_are_what_counts(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.answer = counted
        meter, budget = Meter(), CountingBudget()
        await structured(
            model, Answer, [HumanMessage("Hello")], budget=budget, payer=Payer("w_1", "m_1", "b_1"), meter=meter
        )
    assert (meter.total.calls, meter.total.tokens_in, meter.total.tokens_out) == (1, 1000, 200)
    assert budget.counted == meter.total and meter.total.models == (wire.setting,)
    assert (meter.total.unpriced > 0) == (wire.setting in ("ollama:llama3.1", "openai:gpt-5.6-sol"))


async def test_a_call_that_broke_after_the_work_began_is_counted_by_estimate() -> None:
    async with OpenAIServer() as server:
        server.answer = whole
        server.script(Drop())
        model = build_model(ModelChoice.parse("openai:gpt-5.5"), server.keys())
        meter = Meter()
        await structured(model, Answer, [HumanMessage("Hello")], meter=meter, retry=RetryPolicy(first_wait_seconds=0))
        await close_model(model)
    assert meter.total.calls == 2 and meter.total.estimated >= 1000
    assert meter.total.unpriced == meter.total.estimated and meter.total.tokens_in == 1000


async def test_what_the_fallback_took_has_the_fallbacks_price() -> None:
    async with OpenAIServer() as server:
        server.script(Fail(503), whole(Request("", "", {})))
        first = build_model(ModelChoice.parse("openai:gpt-5.5"), server.keys())
        second = build_model(ModelChoice.parse("openai:gpt-5.4-mini"), server.keys())
        meter = Meter()
        await structured(first, Answer, [HumanMessage("Hi")], fallback=second, meter=meter, retry=RetryPolicy(tries=1))
        await close_model(first)
        await close_model(second)
    assert meter.total.models == ("openai:gpt-5.4-mini",)
    assert meter.total.cost == plain(table()["openai:gpt-5.4-mini"].of(Usage(tokens_in=1000, tokens_out=200)))


def test_what_runs_by_itself_here_costs_nothing() -> None:
    spending = Spending(estimate=1000)
    spending.answered(AIMessage("Hello"), OfflineModel())
    assert spending.usage == Usage()


def test_a_server_that_reports_nonsense_is_counted_by_estimate() -> None:
    model = build_model(ModelChoice.parse("openai:gpt-5.5"), KEYS)
    spending = Spending(estimate=1234)
    spending.answered(AIMessage("Hello"), model)
    assert (spending.usage.estimated, spending.used_tokens) == (1234, 1234)
