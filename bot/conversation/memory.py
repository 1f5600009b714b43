"""What a model gets to read of the conversation so far: as many of the newest whole turns as fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    ToolMessage,
    messages_from_dict,
    messages_to_dict,
)

from bot.llm.budget import estimate_tokens
from storage.threads import Thread

WINDOW_TOKENS: Final = 12_000
SUMMARISE_FROM_TURNS: Final = 40
KEEP_TURNS: Final = 20
_MOST_RESULT: Final = 3000
_MOST_SUMMARY: Final = 6000


def turn_document(words: str, messages: Sequence[BaseMessage], made: Sequence[str]) -> dict[str, Any]:
    """A turn as it is kept: the person's words alone, then what was answered. Long tool results are cut."""
    kept: list[BaseMessage] = [HumanMessage(content=words)]
    for message in messages:
        if isinstance(message, ToolMessage):
            text = message.text
            cut = text if len(text) <= _MOST_RESULT else text[:_MOST_RESULT] + " [cut]"
            kept.append(
                ToolMessage(content=cut, tool_call_id=message.tool_call_id, name=message.name, status=message.status)
            )
        elif isinstance(message, AIMessage):
            kept.append(AIMessage(content=message.text, tool_calls=message.tool_calls))
    return {"messages": messages_to_dict(kept), "drafts": list(made)}


def stopped_turn(words: str, said: str, made: Sequence[str]) -> dict[str, Any]:
    """A turn that its person stopped: what it had made can still be spoken of."""
    return turn_document(words, [AIMessage(content=said)], made)


def window(thread: Thread, tokens: int = WINDOW_TOKENS) -> list[BaseMessage]:
    """The newest whole turns that fit into so many tokens, oldest first."""
    chosen: list[list[BaseMessage]] = []
    left = tokens
    for turn in reversed(thread.turns):
        messages = _messages(turn)
        left -= estimate_tokens(messages) - estimate_tokens([])
        if left < 0:
            break
        chosen.append(messages)
    return [message for turn in reversed(chosen) for message in turn]


def drafts_of(thread: Thread) -> tuple[str, ...]:
    """Ids of the drafts that this conversation made or changed, in the order in which they came up."""
    return tuple(dict.fromkeys(str(name) for turn in thread.turns for name in turn.get("drafts", ())))


def focus_of(thread: Thread) -> str:
    """The draft that was made or changed last, when it was one."""
    latest: list[str] = next((turn["drafts"] for turn in reversed(thread.turns) if turn.get("drafts")), [])
    return str(latest[0]) if len(latest) == 1 else ""


def listed_of(thread: Thread) -> tuple[str, ...]:
    """The drafts that were last shown as a list, in its order: what "the second one" counts."""
    return next((tuple(turn["drafts"]) for turn in reversed(thread.turns) if len(turn.get("drafts", ())) > 1), ())


def words_of(thread: Thread) -> str:
    """All that people wrote in what is kept."""
    return "\n".join(m.text for turn in thread.turns for m in _messages(turn) if isinstance(m, HumanMessage))


def to_summarise(thread: Thread) -> tuple[str, int] | None:
    """A summary that may replace the oldest turns, and how many; None while the conversation is short.

    It is put together by rule: who asked what, and which drafts came of it. That costs nothing and invents nothing.
    """
    if len(thread.turns) < SUMMARISE_FROM_TURNS:
        return None
    old = thread.turns[:-KEEP_TURNS]
    lines = [thread.summary] if thread.summary else []
    for turn in old:
        said = next((m.text for m in _messages(turn) if isinstance(m, HumanMessage)), "")
        made = ", ".join(turn.get("drafts", ()))
        lines.append(f"- asked: {' '.join(said.split())[:160]}" + (f" → {made}" if made else ""))
    return "\n".join(lines)[-_MOST_SUMMARY:], len(old)


def _messages(turn: dict[str, Any]) -> list[BaseMessage]:
    return messages_from_dict(turn.get("messages", []))
