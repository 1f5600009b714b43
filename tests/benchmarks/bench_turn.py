"""CPU of an agent's turn with two tools, apart from the model: the policy's share, and a bare agent beside it.

    python -m tests.benchmarks.bench_turn

The model is scripted in this process and answers at once, so that what is left is LangChain, LangGraph and ours.
Target: at most 7.5 ms with the policy, on one core that does nothing else.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from bot.llm.chat_models import switch_tracing
from bot.llm.raw_calls import Listener
from bot.llm.turns import RECURSION_LIMIT
from tests.bot.llm.agents import Turn, build_agent, tools

TARGET_MS = 7.5
TURNS = 300
ROUNDS = 5


class InstantModel(BaseChatModel):
    """Looks a day up, drafts, and says that it is done."""

    @property
    def _llm_type(self) -> str:
        return "instant"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        return self.bind()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        done = sum(isinstance(message, ToolMessage) for message in messages)
        answers = [
            _call("look_up", {"day": "2026-12-01"}),
            _call("draft", {"topic": "bikes", "accounts": ["a_1"]}),
            AIMessage("Done: d_1."),
        ]
        return ChatResult(generations=[ChatGeneration(message=answers[done])])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages)


def _call(name: str, args: dict[str, Any]) -> AIMessage:
    return AIMessage("", tool_calls=[ToolCall(name=name, args=args, id=f"call_{name}", type="tool_call")])


async def milliseconds_a_turn(agent: Any) -> float:
    """CPU of this process for one turn, the median of some rounds."""
    rounds: list[float] = []
    for _ in range(ROUNDS + 1):
        before = time.process_time()
        for _ in range(TURNS // ROUNDS):
            turn = Turn()
            given = {"messages": [HumanMessage("Post about bikes")]}
            answer = await agent.ainvoke(given, context=turn, config={"recursion_limit": RECURSION_LIMIT})
            if len(turn.ran) != 2 or answer["messages"][-1].text != "Done: d_1.":
                raise RuntimeError("the turn did not do its work")
        rounds.append((time.process_time() - before) * 1000 / (TURNS // ROUNDS))
    return statistics.median(rounds[1:])  # the first warms up


async def measure() -> tuple[float, float]:
    """Milliseconds of CPU a turn: with the policy, and of an agent without any middleware."""
    switch_tracing({})
    model = InstantModel(callbacks=[Listener()])
    bare = create_agent(model, tools(), system_prompt="You help marketers.", context_schema=Turn)
    return await milliseconds_a_turn(build_agent(model)), await milliseconds_a_turn(bare)


def main() -> int:
    ours, bare = asyncio.run(measure())
    print(f"two-tool turn with the policy: {ours:.1f} ms CPU (target {TARGET_MS} ms)")  # noqa: T201
    print(f"the same without middleware:   {bare:.1f} ms CPU (ratio {ours / bare:.2f})")  # noqa: T201
    return 0 if ours <= TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
