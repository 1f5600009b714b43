"""An agent as AdMind builds it, small: two tools, the turn policy, and a budget that counts in memory."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from langchain.agents import create_agent
from langchain.tools import ToolRuntime, tool
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.tools import BaseTool
from langgraph.graph.state import CompiledStateGraph
from pydantic import TypeAdapter

from bot.errors import BadInput
from bot.llm.budget import OverBudget, Payer
from bot.llm.retry import RetryPolicy
from bot.llm.turns import RECURSION_LIMIT, TurnLimits, TurnPolicy
from storage.budget import Reservation
from storage.usage import NOTHING, Usage


@dataclass
class Turn:
    """What a turn knows; `forbidden` maps tools to reasons and may change half-way."""

    workspace: str = "w_1"
    member: str = "m_1"
    forbidden: dict[str, str] = field(default_factory=dict)
    ran: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@dataclass
class CountingBudget:
    """A budget that keeps every reservation and settlement to look at."""

    limit: int = 10_000_000
    reserved: list[int] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    counted: Usage = NOTHING

    async def reserve(self, workspace: str, member: str, tokens: int) -> Reservation:
        if sum(self.settled) + tokens > self.limit:
            raise OverBudget("Used up.", retry_after_seconds=60)
        self.reserved.append(tokens)
        return Reservation(workspace, member, "2026-01-01", tokens)

    async def settle(self, reservation: Reservation, used_tokens: int) -> None:
        self.settled.append(used_tokens)

    async def spent(self, workspace: str, brand: str, usage: Mapping[str, Usage]) -> None:
        for each in usage.values():
            self.counted = self.counted.plus(each)


@dataclass
class Waits:
    """A sleep that only remembers."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)

    def policy(self, tries: int = 2) -> RetryPolicy:
        return RetryPolicy(tries=tries, sleep=self, random=random.Random(7))


@cache
def tools() -> list[BaseTool]:
    """Made once: they keep nothing, and their schemas take 30 ms."""

    @tool(parse_docstring=True)
    async def draft(topic: str, accounts: list[str], runtime: ToolRuntime[Turn]) -> str:
        """Draft a post.

        Args:
            topic: What the post is about.
            accounts: Where it is for.
        """
        runtime.context.ran.append(("draft", {"topic": topic, "accounts": accounts}))
        if topic == "forbidden words":
            raise BadInput("That topic is paused.", do_next="Pick another.")
        if topic == "crash":
            raise KeyError("secret-token-in-an-exception")
        if topic == "bad record":
            TypeAdapter(int).validate_python("secret-value-of-a-record")
        return f"draft d_1 about {topic}"

    @tool(parse_docstring=True)
    async def look_up(day: str, runtime: ToolRuntime[Turn]) -> str:
        """Look a day up in the plan.

        Args:
            day: An ISO date.
        """
        runtime.context.ran.append(("look_up", {"day": day}))
        return "nothing planned"

    return [draft, look_up]


def build_agent(
    model: BaseChatModel,
    *,
    budget: CountingBudget | None = None,
    fallback: BaseChatModel | None = None,
    waits: Waits | None = None,
    limits: TurnLimits | None = None,
) -> CompiledStateGraph[Any, Turn, Any, Any]:
    policy: TurnPolicy[Turn] = TurnPolicy(
        budget=budget or CountingBudget(),
        payer=lambda turn: Payer(turn.workspace, turn.member),
        allow=lambda name, turn: turn.forbidden.get(name),
        fallback=fallback,
        retry=(waits or Waits()).policy(),
        limits=limits,
    )
    return create_agent(model, tools(), system_prompt="You help marketers.", middleware=[policy], context_schema=Turn)


async def run(
    agent: CompiledStateGraph[Any, Turn, Any, Any], turn: Turn, said: str = "Post about bikes", *, stream: bool = False
) -> list[BaseMessage]:
    """All messages of the turn. With `stream` the models are streamed, as in chats."""
    given: Any = {"messages": [HumanMessage(said)]}
    if not stream:
        answer = await agent.ainvoke(given, context=turn, config={"recursion_limit": RECURSION_LIMIT})
        return list(answer["messages"])
    last: list[BaseMessage] = []
    config: Any = {"recursion_limit": RECURSION_LIMIT}
    async for mode, part in agent.astream(
        given, context=turn, config=config, stream_mode=["values", "messages", "custom"]
    ):
        if mode == "values":
            assert isinstance(part, dict)
            last = list(part["messages"])
    return last
