"""A turn of the agent: LangChain's loop around the chosen model, with our tools and one policy.

This file loads LangChain (two seconds, 80 MB). It is imported late, by name, from `desk` and `bootstrap` only. One
agent serves all turns of a process at once; a semaphore keeps their number down, because a turn costs CPU.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from bot.conversation.memory import drafts_of, to_summarise, turn_document, window, words_of
from bot.conversation.tools import LINK, TOOLS
from bot.conversation.turn import WRITES, Turn
from bot.llm.around import blocks
from bot.llm.budget import Payer, TokenBudget
from bot.llm.errors import ModelMuddled
from bot.llm.turns import RECURSION_LIMIT, TurnPolicy
from bot.words import told
from prompts import Prompt, load

__all__ = ["Agent", "Spoken", "drafts_of", "to_summarise", "turn_document", "window", "words_of"]

AT_ONCE: Final = 8
# Characters: about what `bot.llm.chat_models.MAX_OUTPUT_TOKENS` hold, and eight messages of Discord. A home that takes
# less shows less, and says so.
MAX_REPLY: Final = 30_000
_MENTION: Final = re.compile(r"@(?=(?:everyone|here|channel|all)\b)|<(?=[!@#])", re.I)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the agent said, and all messages of the turn after the person's."""

    text: str
    messages: tuple[BaseMessage, ...]


class Agent:
    """`budget` pays; `fallback` steps in when the model fails."""

    def __init__(
        self,
        model: BaseChatModel,
        fallback: BaseChatModel | None,
        budget: TokenBudget,
        *,
        prompt: Prompt | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        self.prompt = prompt or load("agent")
        policy: TurnPolicy[Turn] = TurnPolicy(budget=budget, payer=_payer, allow=_allow, fallback=fallback)
        self._graph: Any = create_agent(
            model, list(TOOLS), system_prompt=self.prompt.text, middleware=[policy], context_schema=Turn
        )
        self._free = asyncio.Semaphore(at_once)

    async def run(self, turn: Turn, history: Sequence[BaseMessage], report: Callable[[str], Awaitable[None]]) -> Spoken:
        """One turn. `report` hears sentences of progress. Cancelling it stops the turn and its tools.

        Raises OverBudget, TurnStopped, and the model errors of `bot.llm.errors`.
        """
        asked = HumanMessage(content=blocks(turn.words, turn.around))
        said: list[BaseMessage] = []
        async with self._free:
            stream = self._graph.astream(
                {"messages": [*history, asked]},
                config={"recursion_limit": RECURSION_LIMIT},
                context=turn,
                stream_mode=["updates", "custom"],
            )
            async for mode, chunk in stream:
                if mode == "custom" and isinstance(chunk, dict):
                    sentence = chunk.get("progress") or chunk.get("notice")
                    if sentence:
                        await report(str(sentence))
                elif mode == "updates":
                    for update in chunk.values():
                        said += (update or {}).get("messages", ())
        last = next((m.text for m in reversed(said) if isinstance(m, AIMessage) and not m.tool_calls), "")
        if not last.strip():
            raise ModelMuddled
        return Spoken(_safe(last, turn, said), tuple(said))


def _payer(turn: Turn) -> Payer:
    return Payer(turn.asker.workspace, turn.asker.member, turn.asker.brand)


def _allow(tool: str, turn: Turn) -> str | None:
    if turn.asker.tainted and tool in WRITES:
        return "this conversation holds text from outside, so I may only write new drafts here. Start a new thread."
    return None


def _safe(text: str, turn: Turn, said: Sequence[BaseMessage]) -> str:
    """A model's words are hostile data: no call to everybody, and no link that nobody gave it."""
    known = turn.said + "".join(m.text for m in said if isinstance(m, ToolMessage))
    text = LINK.sub(lambda match: match[0] if match[0].rstrip(".,;:!?)…") in known else "(link left out)", text)
    return _whole_or_said(_MENTION.sub("", text).strip())


def _whole_or_said(text: str) -> str:
    """The text, or as much of it as is kept and a word about that."""
    if len(text) <= MAX_REPLY:
        return text
    kept = text[:MAX_REPLY]
    space = max(kept.rfind(" "), kept.rfind("\n"))
    kept = kept[: space if space > MAX_REPLY * 0.9 else MAX_REPLY].rstrip()
    return f"{kept} …\n" + told("My answer was longer than I can keep, and ends here. Ask me for the rest.")
