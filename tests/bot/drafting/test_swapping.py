"""The counterfactual question is put where a model points at what really stands there, and its failure is said."""

from __future__ import annotations

import json
from typing import Any

from langchain_core.language_models import BaseChatModel

from bot.drafting.swapping import Swapping
from bot.llm.budget import Payer
from bot.llm.structured import structured
from tests.bot.llm.agents import CountingBudget, Waits
from tests.bot.llm.wires import WIRES
from tests.fakes.model_server import Fail, Say

TEXT = "Our girls' football camp: girls play so gently. Ten places left."


def _swapping(model: BaseChatModel, budget: CountingBudget) -> Swapping:
    async def ask(schema: type[Any], messages: list[Any]) -> Any:
        retry = Waits().policy(tries=1)
        return await structured(model, schema, messages, budget=budget, payer=Payer("w_1", "m_1"), retry=retry)

    return Swapping(ask)


async def test_what_is_said_of_people_becomes_a_question_with_its_place() -> None:
    swaps = [
        {"said": "girls play so gently", "of": "girls", "other": "boys"},
        {"said": "girls cannot play", "of": "girls", "other": "boys"},  # stands nowhere
        {"said": "football camp", "of": "girls", "other": "see https://evil.example"},
    ]
    budget = CountingBudget()
    async with WIRES[0].open() as (server, model):
        server.answer = lambda request: Say(json.dumps({"swaps": swaps}))
        [note] = await _swapping(model, budget).questions({"a_1": TEXT, "a_2": "20% off all bikes."})
        assert "20% off" not in json.dumps(server.requests[0].body), "it is not asked about what names nobody"
    assert (note.severity, note.rule, note.account) == ("note", "swap", "a_1")
    assert note.reason == "“girls play so gently” is said of girls. Would you say it of boys?"
    assert note.span is not None and TEXT[slice(*note.span)] == "girls play so gently"
    assert budget.settled and budget.settled[0] > 0


async def test_texts_that_name_nobody_cost_nothing() -> None:
    budget = CountingBudget()
    async with WIRES[0].open() as (server, model):
        assert await _swapping(model, budget).questions({"a_1": "20% off all bikes until 31 May."}) == ()
        assert not server.requests and not budget.reserved


async def test_a_model_that_fails_and_a_budget_that_is_used_up_are_findings() -> None:
    async with WIRES[0].open() as (server, model):
        server.answer = lambda request: Fail(500)
        [failed] = await _swapping(model, CountingBudget()).questions({"a_1": TEXT})
        [spent] = await _swapping(model, CountingBudget(limit=1)).questions({"a_1": TEXT})
    for finding in (failed, spent):
        assert (finding.severity, finding.rule) == ("warn", "unchecked_swap")
        assert "could not be asked" in finding.reason and finding.fix
